use super::*;
use proptest::prelude::*;
use tocsin_sdk::PieceKind;

fn letters(stream: &[u8]) -> String {
    let pieces = Host::fresh().frame::<Transport>(stream);
    let letter = |kind| match kind {
        PieceKind::Noise => 'n',
        PieceKind::Routine => 'r',
        PieceKind::Red => 'R',
    };
    let piece = |piece: &tocsin_sdk::Piece| format!("{}{}{}", letter(piece.kind), piece.length, piece.device);
    pieces.iter().map(piece).collect::<Vec<_>>().join(" ")
}

#[test]
fn frames_are_cut_between_marks() {
    let beat = frame(0x0002, 1, &[]);
    let sos = frame(0x0200, 2, &position(1, "260712143020"));
    let mut spoilt = beat.clone();
    spoilt[6] ^= 1;
    let check = |parts: &[&[u8]], expect: &str| assert_eq!(letters(&parts.concat()), expect, "{parts:02X?}");
    check(&[], "");
    check(&[&beat], "r1513800000001");
    check(&[&beat, &sos], "r1513800000001 R4913800000001");
    check(&[&beat[..9]], "");
    check(&[b"xy", &beat], "n2 r1513800000001");
    check(&[b"x"], "n1");
    check(&[b"\x7E\x7E", &beat], "n2 r1513800000001");
    check(&[b"\x7Exy", &beat], "n3 r1513800000001");
    // One mark between two frames.
    check(&[&beat, &beat[1..]], "r1513800000001 r1413800000001");
    // A damaged one leaves its last mark to what follows.
    check(&[&spoilt, &beat], "r14 n1 r1513800000001");
    check(&[&spoilt], "r14");
    // A mark inside the body is escaped.
    let odd = frame(0x0900, 3, b"\x7E\x7D\x7E");
    check(&[&odd, &beat], &format!("r{}13800000001 r1513800000001", odd.len()));
    // The last 270 may begin a frame that shares a mark with one before: 0101H promises a
    // body of 257. They even are one, if a mark follows, which the next frame shares.
    check(&[&[0x7E], &[1; 3_000]], "n2731");
    check(&[&[0x7E], &[1; 3_000], &beat], "n2731 r27110101010101 r1413800000001");
    check(&[&[0x7E], &[2; 3_000], b"x", &beat], "n3002 r1513800000001");
    check(&[&[0; 3_000]], "n2999");
    check(&[&[0; 3_000], &beat], "n3000 r1513800000001");
    check(&[&[b'1'; 3_000]], "n3000");
    // A line end behind the last frame is not waited for.
    check(&[&beat, b"\r\n"], "r1513800000001 n2");
    // Without a mark: a frame, its beginning, something behind it, more than it promises.
    check(&[&beat[1..]], "r1413800000001");
    check(&[b"xy", &beat[1..]], "n2 r1413800000001");
    check(&[&beat[1..14]], "");
    check(&[&beat[1..14], &[b'z'; 20]], "n33");
    check(&[&beat[1..14], &[0x7D; 20]], "n32");
    check(&[&spoilt[1..], &beat], "n14 r1513800000001");
}

/// It ends with the mark of the next, whole or not; of what was given up meanwhile, byte
/// by byte, the rest is noise. Whatever became of it, the next is found.
#[test]
fn behind_a_frame_without_its_end_the_next_is_found() {
    let (sos, beat) = (frame(0x0200, 2, &position(1, "260712143020")), frame(0x0002, 1, &[]));
    let open = &sos[..sos.len() - 1];
    let check = |parts: &[&[u8]], expect: &str| assert_eq!(letters(&parts.concat()), expect, "{parts:02X?}");
    check(&[open], "");
    check(&[open, &beat], "R4913800000001 r1413800000001");
    check(&[&open[1..], &beat], "R4813800000001 r1413800000001");
    check(&[&open[2..], &beat], "n46 r1513800000001");
    // Cut off sooner, it is refused with a reason; without a whole header it is noise.
    check(&[&open[..13], &beat], "n13 r1513800000001");
    for short in 14..open.len() {
        check(&[&open[..short], &beat], &format!("r{short} r1513800000001"));
        let refusal = send(&Host::fresh(), "a", &open[..short]).unwrap_err();
        assert!(
            refusal.reason.contains("校验码") || refusal.reason.contains("消息体长度"),
            "{}",
            refusal.reason
        );
        assert_eq!(reply(&refusal.reply), (0x8001, bytes("0002 0200 02")));
    }
    for given_up in 2..open.len() {
        let left = open.len() - given_up;
        check(&[&open[given_up..], &beat], &format!("n{left} r1513800000001"));
    }
}

#[test]
fn a_shared_mark_is_told_from_whatever_has_come() {
    let beat = frame(0x0002, 1, &[]);
    let sos = frame(0x0200, 2, &position(1, "260712143020"));
    // A message of JT/T 1078; a 2019 header; a packet; marks and escapes in header and body.
    let video = frame(0x1205, 0x7E7D, b"\x7E\x7D\x01");
    let newer = sealed(&bytes("0002 4000 01 00000000013800000001 0009"));
    let packet = sealed(&bytes("0704 2002 013800000001 0009 0002 0001 AABB"));
    for next in [&beat, &sos, &video, &newer, &packet] {
        let stream = [&beat, &next[1..], &next[1..], &beat[1..]].concat();
        let (taken, left) = cut(stream.chunks(1));
        let got: Vec<&[u8]> = taken.iter().map(|(_, _, bytes, _)| &bytes[..]).collect();
        assert_eq!((got, left), (vec![&beat[..], &next[1..], &next[1..], &beat[1..]], 0), "{next:02X?}");
        assert_eq!(cut([&stream[..]]), (taken, 0), "{next:02X?}");
    }
}

/// Kind, place, bytes and name of a piece that is no noise.
type Taken = (PieceKind, usize, Vec<u8>, String);

/// What is taken out of a stream that comes in parts, and how much is left.
fn cut<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> (Vec<Taken>, usize) {
    let host = Host::fresh();
    let (mut cut, mut buffer, mut at) = (Vec::new(), Vec::new(), 0);
    for part in parts {
        buffer.extend_from_slice(part);
        for piece in host.frame::<Transport>(&buffer) {
            let bytes: Vec<u8> = buffer.drain(..piece.length as usize).collect();
            let from = at;
            at += bytes.len();
            if piece.kind != PieceKind::Noise {
                cut.push((piece.kind, from, bytes, piece.device));
            }
        }
    }
    (cut, buffer.len())
}

fn whole() -> impl Strategy<Value = Vec<u8>> {
    prop::sample::select(vec![
        frame(0x0002, 1, &[]),
        frame(0x0200, 2, &position(1, "260712143020")),
        frame(0x0900, 0x7E7D, b"\x7E\x7D\x7E\x01"),
        sealed(&bytes("0002 4000 01 00000000013800000001 0009")),
        sealed(&bytes("0704 2002 013800000001 0009 0002 0001 AABB")),
    ])
}

/// Frames, also without one of their marks or both, cut short or damaged, and bytes in
/// which marks, escapes and headers are likely.
fn part() -> impl Strategy<Value = Vec<u8>> {
    let at = any::<prop::sample::Index>;
    let bare = (whole(), 0..2_usize, 0..2_usize)
        .prop_map(|(bytes, front, end)| bytes[front..bytes.len() - end].to_vec());
    let short = (whole(), at(), at()).prop_map(|(bytes, from, to)| {
        let (from, to) = (from.index(bytes.len()), to.index(bytes.len()));
        bytes[from.min(to)..from.max(to)].to_vec()
    });
    let flipped = (whole(), at(), any::<u8>()).prop_map(|(mut bytes, at, byte)| {
        let at = at.index(bytes.len());
        bytes[at] = byte;
        bytes
    });
    let likely = prop::sample::select(vec![0x7E_u8, 0x7E, 0x7D, 0x00, 0x00, 0x01, 0x02, 0x40, 0x20, 0x0A]);
    let litter = prop::collection::vec(prop_oneof![4 => likely, 1 => any::<u8>()], 0..40);
    let long = (prop::sample::select(vec![0x00_u8, 0x01, 0x03, 0x7D, b'x']), 1_000..2_400_usize)
        .prop_map(|(byte, length)| vec![byte; length]);
    prop_oneof![8 => whole(), 8 => bare, 6 => short, 6 => flipped, 8 => litter, 1 => long]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn pieces_are_the_same_wherever_a_stream_is_cut(
        parts in prop::collection::vec(part(), 1..7),
        sizes in prop::collection::vec(1..60_usize, 1..12),
    ) {
        let stream = parts.concat();
        let whole = cut([&stream[..]]);
        prop_assert!(whole.1 <= 1 + 2 * (21 + 1_023 + 1));
        prop_assert_eq!(&cut(stream.chunks(1)), &whole);
        let (mut chunks, mut rest) = (Vec::new(), &stream[..]);
        for size in sizes.iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (chunk, more) = rest.split_at(rest.len().min(*size));
            chunks.push(chunk);
            rest = more;
        }
        prop_assert_eq!(&cut(chunks), &whole);
    }

    /// Where garbage is a frame but for its mark, it shares that of the frame.
    #[test]
    fn no_frame_is_lost_behind_garbage(garbage in prop::collection::vec(part(), 0..4), frame in whole()) {
        let garbage = garbage.concat();
        let (pieces, left) = cut([&garbage[..], &frame]);
        prop_assert_eq!(left, 0);
        let (_, at, bytes, device) = pieces.last().expect("a frame");
        prop_assert!(bytes[..] == frame[..] && *at == garbage.len() || bytes[..] == frame[1..] && *at == garbage.len() + 1);
        prop_assert_eq!(device, "13800000001");
    }
}

proptest! {
    #[test]
    fn nothing_panics_and_nothing_is_lost(garbage in prop::collection::vec(any::<u8>(), 0..80), cut in 0..60_usize) {
        let host = Host::fresh();
        let sos = frame(0x0200, 2, &position(1, "260712143020"));
        let mut stream = garbage.clone();
        stream.extend(&sos);
        let whole: u32 = host.frame::<Transport>(&stream).iter().map(|piece| piece.length).sum();
        prop_assert!(whole as usize <= stream.len());
        let _ = send(&host, "a", &stream);
        let _ = send(&host, "a", &garbage);
        let _ = send(&host, "a", &sos[..cut.min(sos.len())]);
    }

    #[test]
    fn bodies_never_panic(id in prop::sample::select(vec![0x0001_u16, 0x0100, 0x0102, 0x0200, 0x0201, 0x0704, 0x0900]), body in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = send(&Host::fresh(), "a", &frame(id, 1, &body));
    }
}

use super::*;
use proptest::prelude::*;
use tocsin_sdk::PieceKind;

const REPORT: &str = "7E7E0100330781010000330026020012260712143020F1F1003307810148F0F0260712143039230001234526190000853812121003EE4A";
const HEX: &str =
    "7E7E01330781001A0000330021020012260712143020F1F1330781001A48F0F0260712143039230001234538121210038922";
const KEEPALIVE: &str = "7E7E01001234567812342F0008020003591011155111036BCA";
const LOW: &str =
    "A55A00002D48594452323630373030303132B9003C00030101008C064000346A53347C009500620034E77955AA";

fn letters(stream: &[u8]) -> String {
    let pieces = Host::fresh().frame::<Water>(stream);
    let letter = |kind| match kind {
        PieceKind::Noise => 'n',
        PieceKind::Routine => 'r',
        PieceKind::Red => 'R',
    };
    pieces.iter().map(|piece| format!("{}{}{} ", letter(piece.kind), piece.length, piece.device)).collect()
}

#[test]
fn each_protocol_is_cut_and_named() {
    let check = |parts: &[&str], expect: &str| {
        assert_eq!(letters(&bytes(&parts.concat())).trim(), expect, "{parts:?}");
    };
    check(&[REPORT], "R550033078101");
    check(&[KEEPALIVE, REPORT], "r250012345678 R550033078101");
    check(&["7E", REPORT], "n1 R550033078101");
    check(&["FF7E00", REPORT], "n3 R550033078101");
    check(&[LOW, LOW], "R45HYDR26070001 R45HYDR26070001");
    check(&["A5", LOW], "n1 R45HYDR26070001");
    // The front of a mark is waited for, whichever protocol's.
    check(&[&LOW[..2]], "");
    check(&[&REPORT[..2]], "");
    // An address that ends in HEX names as well; a damaged frame of it goes to the decoder.
    check(&[HEX], "R50330781001A");
    check(&[&HEX[..98], "00", KEEPALIVE], "r50 r250012345678");
    check(&["01"], "");
    check(&["0146"], "");
}

/// A report as text.
fn ascii() -> Vec<u8> {
    let mut frame = b"\x0101003307810112343200 2A\x02".to_vec();
    frame.retain(|byte| *byte != b' ');
    let body = b"0026260712143020 ST 0033078101 Z 12.345 ";
    let length = format!("{:04X}", body.len());
    frame.splice(19..23, length.bytes());
    frame.extend_from_slice(body);
    frame.push(0x03);
    let sum = crate::crc::of(&frame);
    frame.extend(format!("{sum:04X}").bytes());
    frame
}

#[test]
fn several_protocols_in_one_stream() {
    let (report, low, text) = (bytes(REPORT), bytes(LOW), ascii());
    assert_eq!(letters(&text), format!("r{}0033078101 ", text.len()));
    let stream = [&report[..], b"\x01", &low, b"\x7E", &text, b"\xA5", &report].concat();
    let expect = format!("R550033078101 n1 R45HYDR26070001 n1 r{}0033078101 n1 R550033078101 ", text.len());
    assert_eq!(letters(&stream), expect);
    // Each cut short by the next.
    let stream = [&report[..40], &low[..30], &text[..20], &report].concat();
    assert_eq!(letters(&stream), "r40 r30 n20 R550033078101 ");
}

/// Whole frames, frames cut short, one bit wrong, and bytes in which marks are likely.
fn part() -> impl Strategy<Value = Vec<u8>> {
    let frame = prop::sample::select(vec![bytes(REPORT), bytes(KEEPALIVE), bytes(LOW), ascii()]);
    let short = (frame.clone(), any::<prop::sample::Index>())
        .prop_map(|(frame, at)| frame[..at.index(frame.len())].to_vec());
    let flipped = (frame.clone(), any::<prop::sample::Index>(), 0..8_u32).prop_map(|(mut frame, at, bit)| {
        let at = at.index(frame.len());
        frame[at] ^= 1_u8 << bit;
        frame
    });
    let mark = prop::sample::select(vec![0x7E_u8, 0x01, 0xA5, 0x5A, 0x00, b'0', b'1', 0x02, 0x03]);
    let litter = prop::collection::vec(prop_oneof![3 => mark, 1 => any::<u8>()], 0..40);
    prop_oneof![3 => frame, 2 => short, 2 => flipped, 3 => litter]
}

/// What bodies are made of, in any order, and what they are not.
fn word() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "ST",
        "0033078101",
        "H",
        "Z",
        "TT",
        "2607121430",
        "12.345",
        "DRP",
        "0005FFFFFFFFFFFFFFFFFF0A",
        "DRZ1",
        "ZT",
        "00000004",
        "DRN05",
        "DRH00",
        "M",
        "RGZS",
        "DATA",
        "PIC",
        "-1",
        "",
    ]);
    prop_oneof![4 => known.prop_map(str::to_owned), 1 => "[ -~火]{0,30}"]
}

/// Kind, place, bytes and name of a piece that is no noise.
type Taken = (PieceKind, usize, Vec<u8>, String);

/// What is taken out of a stream that comes in parts, and how much is left.
fn cut<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> (Vec<Taken>, usize) {
    let host = Host::fresh();
    let (mut cut, mut buffer, mut at) = (Vec::new(), Vec::new(), 0);
    for part in parts {
        buffer.extend_from_slice(part);
        for piece in host.frame::<Water>(&buffer) {
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

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn pieces_are_the_same_wherever_a_stream_is_cut(
        parts in prop::collection::vec(part(), 1..7),
        sizes in prop::collection::vec(1..60_usize, 1..12),
    ) {
        let stream = parts.concat();
        let whole = cut([&stream[..]]);
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

    #[test]
    fn no_frame_is_lost_behind_garbage(garbage in part(), low in any::<bool>()) {
        let frame = bytes(if low { LOW } else { REPORT });
        let (pieces, left) = cut([&[&garbage[..], &frame].concat()[..]]);
        prop_assert_eq!(left, 0);
        prop_assert_eq!(&pieces.last().expect("a frame").2, &frame);
    }
}

proptest! {
    #[test]
    fn nothing_panics_and_nothing_is_lost(garbage in prop::collection::vec(any::<u8>(), 0..80), cut in 0..60_usize) {
        let host = Host::fresh();
        for frame in [REPORT, LOW] {
            let mut stream = garbage.clone();
            stream.extend(bytes(frame));
            let whole: u32 = host.frame::<Water>(&stream).iter().map(|piece| piece.length).sum();
            prop_assert!(whole as usize <= stream.len());
            let _ = send(&host, "x", &stream);
            let _ = send(&host, "x", &garbage);
            let mut spoilt = bytes(frame);
            let place = cut % spoilt.len();
            spoilt.truncate(place);
            let _ = send(&host, "x", &spoilt);
        }
    }

    #[test]
    fn bodies_never_panic(body in prop::collection::vec(any::<u8>(), 8..200), function in 0x2F..0x3B_u8, start in prop_oneof![Just(0x02_u8), Just(0x16)]) {
        let mut frame = bytes("7E7E01 0033078101 0000");
        frame.push(function);
        frame.extend_from_slice(&(body.len() as u16).to_be_bytes());
        frame.push(start);
        frame.extend_from_slice(&body);
        frame.push(0x03);
        let sum = crate::crc::of(&frame);
        frame.extend_from_slice(&sum.to_be_bytes());
        let _ = send(&Host::fresh(), "x", &frame);
    }

    #[test]
    fn texts_never_panic(words in prop::collection::vec(word(), 0..30), function in 0x2F..0x3B_u8, start in prop_oneof![Just(2_u8), Just(0x16)]) {
        let body = format!("0012260712143020 {}", words.join(" "));
        let body = if start == 0x16 { format!("001001{body}") } else { body };
        let head = format!("0100330781010000{function:02X}{:04X}", body.len());
        let mut frame = [&[1], head.as_bytes(), &[start], body.as_bytes(), &[3]].concat();
        let sum = crate::crc::of(&frame);
        frame.extend_from_slice(format!("{sum:04X}").as_bytes());
        let _ = send(&Host::fresh(), "x", &frame);
    }
}

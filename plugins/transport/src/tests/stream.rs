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
    check(&[&[0x7E], &[1; 3_000]], "n3001");
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
        prop_assert!(letters(&[&[0x7E][..], &stream[..]].concat()).contains("13800000001") || garbage.contains(&0x7E) || garbage.contains(&0x7D));
        let _ = send(&host, "a", &stream);
        let _ = send(&host, "a", &garbage);
        let _ = send(&host, "a", &sos[..cut.min(sos.len())]);
    }

    #[test]
    fn bodies_never_panic(id in prop::sample::select(vec![0x0001_u16, 0x0100, 0x0102, 0x0200, 0x0201, 0x0704, 0x0900]), body in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = send(&Host::fresh(), "a", &frame(id, 1, &body));
    }
}

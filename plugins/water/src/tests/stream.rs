use super::*;
use proptest::prelude::*;
use tocsin_sdk::PieceKind;

const REPORT: &str = "7E7E0100330781010000330026020012260712143020F1F1003307810148F0F0260712143039230001234526190000853812121003EE4A";
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
    check(&["01"], "");
    check(&["0146"], "");
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
}

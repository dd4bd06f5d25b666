//! Frames out of dirty streams, and properties that hold for any bytes.

use super::*;
use proptest::prelude::*;
use tocsin_sdk::PieceKind;

/// A stream in reads of these sizes (then the rest): each piece as a letter
/// (`n`oise, `r`outine, red `F`), its length and, where named, `*`.
fn pieces(stream: &[u8], reads: &[usize]) -> (Vec<(PieceKind, Vec<u8>, String)>, usize) {
    let (host, mut buffer, mut pieces, mut rest) = (Host::fresh(), Vec::new(), Vec::new(), stream);
    for read in reads.iter().copied().chain([usize::MAX]) {
        let (now, later) = rest.split_at(read.min(rest.len()));
        buffer.extend_from_slice(now);
        rest = later;
        for piece in host.frame::<Fire>(&buffer) {
            let behind = buffer.split_off(piece.length as usize);
            pieces.push((piece.kind, std::mem::replace(&mut buffer, behind), piece.device));
        }
    }
    (pieces, buffer.len())
}

fn letters(stream: &[&[u8]], reads: &[usize]) -> String {
    let (pieces, left) = pieces(&stream.concat(), reads);
    let letters = pieces.iter().map(|(kind, bytes, device)| {
        let letter = match kind {
            PieceKind::Noise => 'n',
            PieceKind::Routine => 'r',
            PieceKind::Red => 'F',
        };
        format!("{letter}{}{}", bytes.len(), if device == UITD { "*" } else { "" })
    });
    letters.chain((left > 0).then(|| format!("+{left}"))).collect::<Vec<_>>().join(" ")
}

#[test]
fn what_is_red() {
    let kind = |bytes: Vec<u8>| pieces(&bytes, &[]).0[0].0;
    let normal = || component(42, 1, b"", TAG);
    let tagged = |head: &[u8]| [head, &TAG].concat();
    for red in [
        send(2, &[normal(), normal(), component(42, 2, b"", TAG)]),
        send(2, &[tagged(&[1, 1, 42, 10, 0, 2, 0, 0x23, 0])]),
        send(1, &[tagged(&[1, 1, 1, 0]), tagged(&[1, 2, 3, 0])]),
        send(21, &[tagged(&[2])]),
        send(4, &[tagged(&[1, 1, 4, 9])]),
        send(24, &[tagged(&[1, 9]), tagged(&[4, 9])]),
        frame(5, &send(21, &[tagged(&[2])])[27..36]),
        frame(3, &send(21, &[tagged(&[2])])[27..36]),
        frame(6, &send(21, &[tagged(&[2])])[27..36]),
    ] {
        assert_eq!(kind(red.clone()), PieceKind::Red, "{red:02X?}");
    }
    for routine in [
        send(2, &[normal(), component(42, 0x1FD, b"", TAG)]),
        send(3, &[tagged(&[1, 1, 42, 10, 0, 2, 0, 2, 2, 2])]),
        send(130, &[vec![2; 44]]),
        // What will be refused is not let past the rest.
        frame(2, &[&[2, 2][..], &component(42, 3, b"", TAG)].concat()),
        frame(3, &[]),
        frame(2, &[]),
    ] {
        assert_eq!(kind(routine.clone()), PieceKind::Routine, "{routine:02X?}");
    }
}

#[test]
fn dirty_streams() {
    let (fire, beat) = (hex(ALARM), frame(2, &[]));
    let damaged = |at: usize| {
        let mut bytes = fire.clone();
        bytes[at] ^= 0x55;
        bytes
    };
    assert_eq!(letters(&[&fire], &[]), "F78*");
    assert_eq!(letters(&[&fire, &beat, &fire], &[]), "F78* r30* F78*");
    assert_eq!(letters(&[&fire], &[5, 40]), "F78*");
    assert_eq!(letters(&[&fire, &fire], &[1; 150]), "F78* F78*");
    assert_eq!(letters(&[b"garbage", &fire], &[]), "n7 F78*");
    // Garbage that ends in the first half of a start mark.
    assert_eq!(letters(&[b"garbage@", &fire], &[]), "n8 F78*");
    assert_eq!(letters(&[b"@", &fire], &[20, 20, 20]), "n1 F78*");
    assert_eq!(letters(&[b"@", &beat], &[]), "n1 r30*");
    assert_eq!(letters(&[b"@@@@@", &fire], &[]), "n5 F78*");
    // A start mark, and a length that would reach over the alarm.
    let false_start = [&fire[..24], &[0x00, 0x04, 0x02]].concat();
    assert_eq!(letters(&[&false_start, &fire], &[]), "r27 F78*", "the same device began again");
    let noise = [b"@@", &[0xEE; 22][..], &[0x00, 0x04, 0x02]].concat();
    assert_eq!(letters(&[&noise, &fire], &[]), "n27 F78*");
    // Cut short: by a little, by half.
    assert_eq!(letters(&[&fire[..76], &fire], &[]), "r76 F78*");
    assert_eq!(letters(&[&fire[..40], &fire, &beat], &[]), "r40 F78* r30*");
    assert_eq!(letters(&[&fire[..20], &fire], &[]), "n20 F78*");
    // Damaged: refused one by one, and the next frame never suffers.
    assert_eq!(letters(&[&damaged(75), &fire], &[]), "r78 F78*");
    assert_eq!(letters(&[&damaged(40), &fire], &[]), "r78 F78*");
    assert_eq!(letters(&[&damaged(76), &fire], &[]), "r78 F78*");
    assert_eq!(letters(&[&damaged(0), &fire], &[]), "n78 F78*");
    // Longer than allowed: the header is answered, what follows is noise.
    let long = frame(2, &[7; 1_025]);
    assert_eq!(letters(&[&long, &fire], &[]), "r27 n1028 F78*");
    // A text that looks like a frame's beginning and end.
    let tricky = send(2, &[component(42, 3, b"@@ ## @@@ 40 40 ##@@", TAG)]);
    assert_eq!(letters(&[&tricky, &tricky], &[30, 30, 30]), "F78* F78*");
    // A private frame with a whole frame of another device inside waits for its end.
    let mut inner = fire.clone();
    inner[12] = 0x55;
    let inner = seal(inner[..75].to_vec());
    let tunnel = frame(2, &[&[200, 1][..], &inner].concat());
    assert_eq!(letters(&[&tunnel], &[tunnel.len() - 1]), format!("r{}*", tunnel.len()));
}

#[test]
fn a_framed_refusal_is_answered() {
    let long = frame(2, &[7; 1_025]);
    for damaged in [&long[..], &hex(ALARM)[..76]] {
        let stream = [damaged, &hex(ALARM)].concat();
        let (pieces, _) = pieces(&stream, &[]);
        let refused = decode(&Host::fresh(), &pieces[0].1).expect_err("a damaged frame");
        assert_eq!((refused.reply[2], refused.reply[26]), (1, 6));
    }
}

/// Frames as devices send them, with any text.
fn frames() -> impl Strategy<Value = Vec<u8>> {
    let note = prop::collection::vec(prop_oneof![Just(b'@'), Just(b'#'), any::<u8>()], 0..31);
    (any::<u16>(), any::<u16>(), prop::collection::vec((any::<u8>(), any::<u16>(), note), 0..5)).prop_map(
        |(serial, source, parts)| {
            let objects: Vec<_> =
                parts.iter().map(|(kind, state, note)| component(*kind, *state, note, TAG)).collect();
            let mut bytes = if objects.is_empty() { frame(2, &[]) } else { send(2, &objects) };
            bytes[2..4].copy_from_slice(&serial.to_le_bytes());
            bytes[12..14].copy_from_slice(&source.to_le_bytes());
            bytes.truncate(bytes.len() - 3);
            seal(bytes)
        },
    )
}

/// No start mark inside, but perhaps half of one at the end.
fn litter() -> impl Strategy<Value = Vec<u8>> {
    let byte = any::<u8>().prop_map(|byte| if byte == b'@' { b'?' } else { byte });
    (prop::collection::vec(byte, 0..40), any::<bool>()).prop_map(|(mut bytes, half)| {
        bytes.extend(half.then_some(b'@'));
        bytes
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn no_frame_is_lost(
        parts in prop::collection::vec((litter(), frames()), 1..8),
        reads in prop::collection::vec(1usize..120, 0..30),
    ) {
        let stream: Vec<u8> = parts.iter().flat_map(|(litter, frame)| [&litter[..], frame].concat()).collect();
        let (pieces, left) = pieces(&stream, &reads);
        let whole: Vec<_> = pieces.iter().filter(|piece| !piece.2.is_empty()).map(|piece| &piece.1).collect();
        prop_assert_eq!(whole, parts.iter().map(|(_, frame)| frame).collect::<Vec<_>>());
        prop_assert_eq!(left, 0);
    }

    #[test]
    fn nothing_panics_and_no_byte_is_lost(
        parts in prop::collection::vec((prop::collection::vec(prop_oneof![Just(b'@'), any::<u8>()], 0..60), frames(), 0usize..300, any::<u8>()), 0..6),
        reads in prop::collection::vec(1usize..120, 0..30),
    ) {
        let mut stream = Vec::new();
        for (garbage, frame, at, byte) in parts {
            stream.extend_from_slice(&garbage);
            let mut frame = frame;
            if let Some(hit) = frame.get_mut(at) {
                *hit = byte;
            }
            stream.extend_from_slice(&frame);
        }
        let (pieces, left) = pieces(&stream, &reads);
        prop_assert!(left < 1_054, "{} bytes wait", left);
        let total: usize = pieces.iter().map(|piece| piece.1.len()).sum();
        prop_assert_eq!(total + left, stream.len());
        for (_, bytes, _) in pieces {
            let _ = decode(&Host::fresh(), &bytes);
        }
    }

    #[test]
    fn any_application_data_is_read_or_refused(command in 0u8..8, flag in 0u8..30, count in 0u8..5, body in prop::collection::vec(any::<u8>(), 0..200)) {
        let host = Host::fresh();
        match decode(&host, &frame(command, &[&[flag, count][..], &body].concat())) {
            Ok(outcome) => for signal in outcome.signals {
                prop_assert!(serde_json::from_str::<serde_json::Value>(&signal.data).is_ok(), "{}", signal.data);
                prop_assert!(signal.device.starts_with(UITD) && !signal.title.is_empty());
            },
            Err(rejection) => prop_assert!(!rejection.reason.is_empty()),
        }
    }
}

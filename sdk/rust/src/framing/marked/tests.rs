//! A small protocol with every difficulty of the real ones: mark `@@`, serial,
//! length, body, 16-bit sum, `#`.

use super::*;
use proptest::prelude::*;

const LIMIT: usize = 40;

const FRAMES: Marked<'_> = Marked {
    start: b"@@",
    header: 4,
    front: |_| true,
    extent: |header| match usize::from(header[3]) {
        length if length > LIMIT => Extent::Forbidden,
        length => Extent::Frame(length + 7),
    },
    check: |frame| {
        let (body, tail) = frame.split_at(frame.len() - 3);
        tail[2] == b'#' && tail[..2] == sum(&body[2..]).to_le_bytes()
    },
    believable: |header| header[2] < 0x80,
    yields: |_, _| true,
};

fn sum(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0x5A5A, |sum, byte| sum.rotate_left(3) ^ u16::from(*byte))
}

fn frame(serial: u8, body: &[u8]) -> Vec<u8> {
    let mut frame = vec![b'@', b'@', serial, body.len() as u8];
    frame.extend_from_slice(body);
    frame.extend(sum(&frame[2..]).to_le_bytes());
    frame.push(b'#');
    frame
}

/// What becomes of a stream that arrives in chunks of these sizes (then the
/// rest): `n`oise, `d`amaged, `f`rames, each with its bytes; and what is left.
fn read(protocol: Marked<'_>, stream: &[u8], chunks: &[usize]) -> (Vec<(char, Vec<u8>)>, Vec<u8>) {
    read_any(&[protocol], stream, chunks)
}

fn read_any(protocols: &[Marked<'_>], stream: &[u8], chunks: &[usize]) -> (Vec<(char, Vec<u8>)>, Vec<u8>) {
    let (mut pieces, mut buffer, mut stream) = (Vec::<(char, Vec<u8>)>::new(), Vec::new(), stream);
    for chunk in chunks.iter().copied().chain([usize::MAX]) {
        let (now, later) = stream.split_at(chunk.min(stream.len()));
        buffer.extend_from_slice(now);
        stream = later;
        for piece in any_of(protocols, &buffer, |_, _| (PieceKind::Red, "d".to_owned())) {
            let rest = buffer.split_off(piece.length as usize);
            let bytes = std::mem::replace(&mut buffer, rest);
            match piece.kind {
                // Noise in two reads is the same noise.
                PieceKind::Noise if pieces.last().is_some_and(|(kind, _)| *kind == 'n') => {
                    pieces.last_mut().unwrap().1.extend(bytes);
                }
                PieceKind::Noise => pieces.push(('n', bytes)),
                PieceKind::Routine => pieces.push(('d', bytes)),
                PieceKind::Red => pieces.push(('f', bytes)),
            }
        }
    }
    (pieces, buffer)
}

fn check(stream: &[&[u8]], expect: &str, left: usize) {
    let stream = stream.concat();
    let (pieces, rest) = read(FRAMES, &stream, &[]);
    let got: Vec<String> = pieces.iter().map(|(kind, bytes)| format!("{kind}{}", bytes.len())).collect();
    assert_eq!((got.join(" ").as_str(), rest.len()), (expect, left), "{stream:?}");
}

#[test]
fn what_becomes_of_a_stream() {
    let (f, g) = (frame(1, b"alarm"), frame(2, b"a@@b#"));
    let broken = |at: usize| {
        let mut broken = frame(3, b"hurt!");
        broken[at] ^= 0x04;
        broken
    };
    check(&[], "", 0);
    check(&[&f], "f12", 0);
    check(&[&f, &g, &f], "f12 f12 f12", 0);
    check(&[&f, &g[..11]], "f12", 11);
    check(&[b"noise", &f], "n5 f12", 0);
    // Garbage that ends in the first half of a mark.
    check(&[b"@", &f], "n1 f12", 0);
    check(&[b"xx@", &f, b"@"], "n3 f12", 1);
    check(&[b"@@@", &f], "n3 f12", 0);
    // A mark, and a length that reaches over the frame behind it.
    check(&[b"@@\x01\x28", &f], "d4 f12", 0);
    check(&[b"@@\x01\x08", &f, &f], "d4 f12 f12", 0);
    check(&[b"@@\x81\x08", &f, &f], "n4 f12 f12", 0);
    // A frame cut short, and the next.
    check(&[&f[..7], &g], "d7 f12", 0);
    check(&[&f[..3], &g], "n3 f12", 0);
    check(&[&f[..10], &g, &f], "d10 f12 f12", 0);
    // Checksum, end mark, body: one damaged frame, and nothing else suffers.
    check(&[&broken(6), &f], "d12 f12", 0);
    check(&[&broken(9), &f], "d12 f12", 0);
    check(&[&broken(11), &f], "d12 f12", 0);
    check(&[&broken(0), &f], "n12 f12", 0);
    // A forbidden length is not waited for.
    check(&[b"@@\x01\xFF"], "d4", 0);
    check(&[b"@@\x01\xFFsome text", &f], "d4 n9 f12", 0);
    check(&[b"@@\x81\xFFsome text", &f], "n13 f12", 0);
    check(&[b"@@\x40\x40", &f], "n4 f12", 0);
    // Marks alone.
    check(&[b"@@@@@@@@@"], "n6", 3);
}

#[test]
fn a_frame_in_a_frame_waits_where_the_protocol_says_so() {
    let outer = frame(1, &frame(2, b"inner"));
    let check = |protocol, expect: &str| {
        for chunks in [&[][..], &[outer.len() - 1], &[1; 64]] {
            let kinds: String = read(protocol, &outer, chunks).0.iter().map(|(kind, _)| *kind).collect();
            assert_eq!(kinds, expect, "{chunks:?}");
        }
    };
    check(FRAMES, "dfn");
    check(Marked { yields: |_, _| false, ..FRAMES }, "f");
}

/// A second protocol beside it: `!`, length, body, sum.
const SHORT: Marked<'_> = Marked {
    start: b"!",
    header: 2,
    front: |_| true,
    extent: |header| match header[1] {
        length @ 0..=9 => Extent::Frame(usize::from(length) + 3),
        _ => Extent::Wrong,
    },
    check: |frame| frame.iter().fold(0_u8, |sum, byte| sum.wrapping_add(*byte)) == b'!',
    believable: |_| false,
    yields: |_, _| true,
};

fn short(body: &[u8]) -> Vec<u8> {
    let mut frame = [b"!", &[body.len() as u8][..], body].concat();
    frame.push(frame[1..].iter().fold(0_u8, |sum, byte| sum.wrapping_sub(*byte)));
    frame
}

#[test]
fn two_protocols_in_one_stream() {
    let stream = [&frame(1, b"one")[..], b"!@", &short(b"two"), b"@", &frame(3, b"three")].concat();
    let pieces = any_of(&[FRAMES, SHORT], &stream, |protocol, _| (PieceKind::Red, protocol.to_string()));
    let got: Vec<_> = pieces.iter().map(|piece| (piece.length, piece.device.as_str())).collect();
    assert_eq!(got, [(10, "0"), (2, ""), (6, "1"), (1, ""), (12, "0")]);
}

/// Bytes in which marks, lengths and ends are likely.
fn garbage(most: usize) -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![4 => Just(b'@'), 2 => Just(b'#'), 2 => 0u8..50, 1 => any::<u8>()];
    prop::collection::vec(byte, 0..most)
}

/// Bytes that hold no mark of their own, but may end in half of one.
fn litter() -> impl Strategy<Value = Vec<u8>> {
    let byte = any::<u8>().prop_map(|byte| if byte == b'@' { b'x' } else { byte });
    (prop::collection::vec(byte, 0..20), any::<bool>()).prop_map(|(mut bytes, half)| {
        bytes.extend(half.then_some(b'@'));
        bytes
    })
}

fn frames_of(pieces: &[(char, Vec<u8>)]) -> Vec<&[u8]> {
    pieces.iter().filter(|(kind, _)| *kind == 'f').map(|(_, bytes)| bytes.as_slice()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// No frame is lost and none invented, wherever the reads cut.
    #[test]
    fn every_frame_between_litter_is_found(
        parts in prop::collection::vec((litter(), any::<u8>(), garbage(LIMIT)), 1..8),
        chunks in prop::collection::vec(1usize..30, 0..40),
    ) {
        let frames: Vec<Vec<u8>> = parts.iter().map(|(_, serial, body)| frame(*serial, body)).collect();
        let mut stream = Vec::new();
        for ((litter, ..), frame) in parts.iter().zip(&frames) {
            stream.extend_from_slice(litter);
            stream.extend_from_slice(frame);
        }
        // A body may look like a frame: bodies are not read while their frame may be whole.
        let protocol = Marked { yields: |_, _| false, ..FRAMES };
        let (pieces, left) = read(protocol, &stream, &chunks);
        prop_assert_eq!(frames_of(&pieces), frames.iter().map(Vec::as_slice).collect::<Vec<_>>());
        prop_assert!(left.is_empty());
    }

    /// Whatever comes, the pieces do not depend on the reads, no byte is
    /// lost or doubled, and what is waited for is never more than one frame.
    #[test]
    fn reads_do_not_matter(
        parts in prop::collection::vec((garbage(30), any::<u8>(), garbage(LIMIT), any::<bool>()), 0..6),
        chunks in prop::collection::vec(1usize..30, 0..60),
        waits in any::<bool>(),
        both in any::<bool>(),
    ) {
        let mut stream = Vec::new();
        for (garbage, serial, body, whole) in &parts {
            stream.extend_from_slice(garbage);
            let frame = frame(*serial, body);
            stream.extend_from_slice(&frame[..if *whole { frame.len() } else { frame.len() / 2 }]);
            stream.extend_from_slice(&short(&body[..body.len().min(9)]));
        }
        let protocol = if waits { Marked { yields: |_, _| false, ..FRAMES } } else { FRAMES };
        let protocols = [protocol, SHORT];
        let protocols = &protocols[..if both { 2 } else { 1 }];
        let (at_once, rest) = read_any(protocols, &stream, &[]);
        let (pieces, left) = read_any(protocols, &stream, &chunks);
        prop_assert_eq!(&pieces, &at_once);
        prop_assert_eq!(&left, &rest);
        prop_assert_eq!((&pieces, &left), (&read_any(protocols, &stream, &vec![1; stream.len()]).0, &rest));
        let mut all: Vec<u8> = pieces.iter().flat_map(|(_, bytes)| bytes.clone()).collect();
        all.extend_from_slice(&left);
        prop_assert_eq!(all, stream);
        prop_assert!(left.len() < LIMIT + 7);
    }
}

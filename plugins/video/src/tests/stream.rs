//! Messages out of a stream: split, merged, damaged, endless.

use super::CAMERA;
use super::camera::Camera;
use super::usual;
use crate::sip::stream::pieces;
use proptest::prelude::*;
use tocsin_sdk::{Piece, PieceKind};

/// Kind, length and whether the camera is named.
fn look(bytes: &[u8]) -> Vec<(PieceKind, usize, bool)> {
    pieces(bytes)
        .into_iter()
        .map(|piece: Piece| (piece.kind, piece.length as usize, piece.device == CAMERA))
        .collect()
}

fn samples() -> [String; 4] {
    let mut camera = Camera::new();
    let register = camera.request("REGISTER", "Expires: 3600", "");
    let motion = camera.message(&usual("5", "<Info><AlarmType>2</AlarmType></Info>"));
    let intrusion = camera.message(&usual("5", "<Info><AlarmType>6</AlarmType></Info>"));
    let answer = super::camera::answer(&register, "200 OK", "");
    [register, motion, intrusion, answer]
}

#[test]
fn one_message() {
    use PieceKind::{Red, Routine};
    let [register, motion, intrusion, answer] = samples();
    for (text, kind) in [(&register, Routine), (&motion, Routine), (&intrusion, Red), (&answer, Routine)] {
        assert_eq!(look(text.as_bytes()), [(kind, text.len(), true)], "{text}");
        // With bare line ends too.
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let bare = format!("{}\n\n{body}", head.replace('\r', ""));
        assert_eq!(look(bare.as_bytes()), [(kind, bare.len(), true)], "{bare}");
    }
}

#[test]
fn what_is_not_whole() {
    use PieceKind::{Noise, Red, Routine};
    let [register, motion, intrusion, _] = samples();
    for end in [3, 40, register.len() - 1] {
        assert_eq!(look(&register.as_bytes()[..end]), [], "{end}");
    }
    assert_eq!(look(&motion.as_bytes()[..motion.len() - 1]), []);
    // A message that another interrupts.
    let cut = &intrusion[..intrusion.len() - 9];
    assert_eq!(
        look(format!("{cut}{register}").as_bytes()),
        [(Red, cut.len(), false), (Routine, register.len(), true)]
    );
    let head = &register[..80];
    assert_eq!(
        look(format!("{head}\r\n{motion}").as_bytes()),
        [(Noise, 82, false), (Routine, motion.len(), true)]
    );
    // No Content-Length: to the end of the datagram, or to the next message.
    let bare = motion.replace("Content-Length", "X-Length");
    assert_eq!(look(bare.as_bytes()), [(Routine, bare.len(), true)]);
    assert_eq!(
        look(format!("{bare}{register}").as_bytes()),
        [(Routine, bare.len(), true), (Routine, register.len(), true)]
    );
    // One that counts characters instead of bytes.
    let length = motion.split_once("\r\n\r\n").unwrap().1.len();
    let short = motion.replace(&format!("Length: {length}"), &format!("Length: {}", length - 4));
    assert_eq!(look(short.as_bytes()), [(Routine, short.len(), true)]);
}

#[test]
fn what_is_no_message() {
    use PieceKind::{Noise, Routine};
    let [register, ..] = samples();
    let whole = (Routine, register.len(), true);
    assert_eq!(look(b"\r\n\r\n"), [(Noise, 4, false)]);
    assert_eq!(look(&[0; 9]), [(Noise, 9, false)]);
    assert_eq!(look(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"), [(Noise, 27, false)]);
    assert_eq!(
        look(format!("\r\n\r\n{register}\r\n\r\n").as_bytes()),
        [(Noise, 4, false), whole, (Noise, 4, false)]
    );
    assert_eq!(look(format!("garbage REGISTER {register}").as_bytes()), [(Noise, 17, false), whole]);
    // An unknown method is answered if it is all there; half of a known one is not.
    let odd = register.replace("REGISTER", "DANCE");
    assert_eq!(look(odd.as_bytes()), [(Routine, odd.len(), true)]);
    assert_eq!(look(&register.as_bytes()[1..200]), [(Noise, 199, false)]);
    // Headers without an end, and a body that no door would hold.
    let endless = format!("{}X: {}", &register[..register.len() - 2], "x".repeat(64 << 10));
    assert_eq!(look(endless.as_bytes()).iter().map(|(kind, ..)| *kind).collect::<Vec<_>>(), [Noise]);
    let huge = register.replace("Content-Length: 0", "Content-Length: 99999999");
    assert_eq!(look(huge.as_bytes()), [(Routine, huge.len(), false)], "answered: its body is cut off");
}

proptest! {
    /// However the stream is cut into reads, the same messages come out.
    #[test]
    fn reads_do_not_matter(order in proptest::collection::vec(0..4usize, 1..5), cuts in proptest::collection::vec(1..600usize, 1..12)) {
        let samples = samples();
        let stream: Vec<u8> = order.iter().flat_map(|index| samples[*index].bytes()).collect();
        let (mut buffer, mut got, mut at) = (Vec::new(), Vec::new(), 0);
        let mut take = |buffer: &mut Vec<u8>| {
            for piece in pieces(buffer) {
                got.push(buffer.drain(..piece.length as usize).collect::<Vec<u8>>());
            }
        };
        for cut in cuts.iter().cycle().take(200) {
            let end = (at + cut).min(stream.len());
            buffer.extend_from_slice(&stream[at..end]);
            at = end;
            take(&mut buffer);
        }
        buffer.extend_from_slice(&stream[at..]);
        take(&mut buffer);
        let expect: Vec<Vec<u8>> = order.iter().map(|index| samples[*index].clone().into_bytes()).collect();
        prop_assert_eq!(got, expect);
    }

    /// Whatever comes, pieces lie inside the buffer and nothing panics.
    #[test]
    fn nothing_panics(bytes in proptest::collection::vec(any::<u8>(), 0..400), insert in 0..400usize, cut in 0..800usize) {
        let sample = &samples()[2];
        let mut hostile = bytes.clone();
        hostile.splice(insert.min(bytes.len())..insert.min(bytes.len()), sample.bytes().take(cut));
        let pieces = pieces(&hostile);
        prop_assert!(pieces.iter().all(|piece| piece.length > 0));
        prop_assert!(pieces.iter().map(|piece| piece.length as usize).sum::<usize>() <= hostile.len());
        let camera = Camera::new();
        let mut at = 0;
        for piece in pieces {
            let payload = &hostile[at..at + piece.length as usize];
            at += piece.length as usize;
            let _ = camera.host.decode::<crate::Video>(tocsin_sdk::Message {
                origin: super::camera::ORIGIN.to_owned(),
                ..tocsin_sdk::mock::Host::message(&piece.device, payload)
            });
        }
    }
}

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
    // No Content-Length: to the end of its XML, or to the next message.
    let bare = motion.replace("Content-Length", "X-Length");
    let xml = (Routine, bare.len() - 2, true);
    assert_eq!(look(bare.as_bytes()), [xml, (Noise, 2, false)]);
    assert_eq!(
        look(format!("{bare}{register}").as_bytes()),
        [xml, (Noise, 2, false), (Routine, register.len(), true)]
    );
    assert_eq!(look(&bare.as_bytes()[..bare.len() - 3]), []);
    assert_eq!(
        look(format!("{}{register}", &bare[..bare.len() - 20]).as_bytes()),
        [(Routine, bare.len() - 20, true), (Routine, register.len(), true)]
    );
    // And none that says that a body follows: to the end of its headers.
    let bare = register.replace("Content-Length", "X-Length");
    assert_eq!(look(bare.as_bytes()), [(Routine, bare.len(), true)]);
    // One that counts characters instead of bytes.
    let length = motion.split_once("\r\n\r\n").unwrap().1.len();
    let wide = motion.replace("</DeviceID>", "</DeviceID><AlarmDescription>主变区围墙</AlarmDescription>");
    let characters = wide.split_once("\r\n\r\n").unwrap().1.chars().count();
    let short = wide.replace(&format!("Length: {length}"), &format!("Length: {characters}"));
    assert_eq!(look(short.as_bytes()), [(Routine, short.len() - 2, true), (Noise, 2, false)]);
    assert_eq!(
        look(format!("{short}{register}").as_bytes()),
        [(Routine, short.len() - 2, true), (Noise, 2, false), (Routine, register.len(), true)]
    );
    // Damaged XML of the right length waits for nothing.
    let damaged = motion.replace("</Notify>", "</Notiffy");
    assert_eq!(look(damaged.as_bytes()), [(Routine, damaged.len(), true)]);
    // A body cut short by less than the next start line.
    let head = motion.split_once("\r\n\r\n").unwrap().0;
    let text = format!("{head}\r\n\r\n{}", "x".repeat(length));
    let cut = &text[..text.len() - 12];
    assert_eq!(look(format!("{cut}{register}").as_bytes())[1], (Routine, register.len(), true));
    // A control character is in no start line, before its end has come and after.
    let odd = register.replace(" SIP/2.0\r\nVia", "\t SIP/2.0\r\nVia");
    assert_eq!(look(odd.as_bytes()), [(Noise, odd.len(), false)]);
    // A tag that closes the root before it opens closes nothing.
    let early = motion
        .replace("Content-Length", "X-Length")
        .replace("<?xml version=\"1.0\" encoding=\"UTF-8\"?>", "<?</Notify><?xml?>");
    assert_eq!(look(early.as_bytes()), [(Routine, early.len() - 2, true), (Noise, 2, false)]);
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
    // A method that is not registered: half of a known one cannot be told from it.
    let odd = register.replace("REGISTER", "DANCE");
    assert_eq!(look(odd.as_bytes()), [(Noise, odd.len(), false)]);
    assert_eq!(look(&register.as_bytes()[1..200]), [(Noise, 199, false)]);
    // Headers without an end, and a body that no door would hold.
    let endless = format!("{}X: {}", &register[..register.len() - 2], "x".repeat(64 << 10));
    assert_eq!(look(endless.as_bytes()).iter().map(|(kind, ..)| *kind).collect::<Vec<_>>(), [Noise]);
    let huge = register.replace("Content-Length: 0", "Content-Length: 99999999");
    assert_eq!(look(huge.as_bytes()), [(Routine, huge.len(), false)], "answered: its body is cut off");
}

/// Messages, also ones that miscount.
fn whole() -> impl Strategy<Value = Vec<u8>> {
    let mut whole: Vec<String> = samples().to_vec();
    let text =
        samples()[2].replace("</DeviceID>", "</DeviceID><AlarmDescription>主变区围墙</AlarmDescription>");
    let length = |text: &str| text.split_once("\r\n\r\n").unwrap().1.len();
    let said = format!("Content-Length: {}", length(&samples()[2]));
    for own in [length(&text), length(&text) - 10, length(&text) + 3, 0] {
        whole.push(text.replace(&said, &format!("Content-Length: {own}")));
    }
    whole.push(samples()[1].replace("Content-Length", "X-Length"));
    prop::sample::select(whole).prop_map(String::into_bytes)
}

fn short() -> impl Strategy<Value = Vec<u8>> {
    (whole(), any::<prop::sample::Index>()).prop_map(|(bytes, at)| bytes[..at.index(bytes.len())].to_vec())
}

/// Bytes in which start lines, headers, line ends and tags are likely, damaged or not.
fn litter() -> impl Strategy<Value = Vec<u8>> {
    let words = [
        "\r\n\r\n",
        "\n",
        "\n\n",
        "\r",
        "\t",
        "\0",
        "REGISTER ",
        "MESSAGE ",
        "ACK sip:a@b SIP/2.0\r\n",
        "MESSAGE sip:a SIP/2.0\n",
        "SIP/2.0 200 OK\r\n",
        "SIP/2.0 200 OK",
        "INFO 围 SIP/2.0\r\n",
        " SIP/2.0\r\n",
        "SIP/2",
        "BYE sip:c",
        "Content-Length: 5\r\n",
        "l: 12\n",
        "Content-Length: -1\r\n",
        "Content-Type: a/b\r\n",
        "<?xml?>",
        "<?",
        "?>",
        "<!--",
        "<Notify>",
        "<Notify ",
        "</Notify>",
        "<",
        ">",
        "围墙",
        "R",
        "DANCE a SIP/2.0\r\n",
    ];
    let word = prop::sample::select(words.to_vec()).prop_map(|word| word.as_bytes().to_vec());
    let byte = any::<u8>().prop_map(|byte| vec![byte]);
    prop::collection::vec(prop_oneof![9 => word, 1 => byte], 0..12).prop_map(|parts| parts.concat())
}

/// Messages, messages cut short or with something in their middle, the ends of some, litter.
fn part() -> impl Strategy<Value = Vec<u8>> {
    let tail = (whole(), any::<prop::sample::Index>())
        .prop_map(|(bytes, at)| bytes[at.index(bytes.len())..].to_vec());
    let broken = (whole(), any::<prop::sample::Index>(), litter()).prop_map(|(mut bytes, at, litter)| {
        let at = at.index(bytes.len());
        bytes.splice(at..at, litter);
        bytes
    });
    prop_oneof![3 => whole(), 3 => short(), 2 => broken, 1 => tail, 4 => litter()]
}

/// Kind, place, bytes and name of a piece that is no noise.
type Taken = (PieceKind, usize, Vec<u8>, String);

/// What is taken out of a stream that comes in parts, and how much is left.
fn cut<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> (Vec<Taken>, usize) {
    let (mut cut, mut buffer, mut at) = (Vec::new(), Vec::new(), 0);
    for part in parts {
        buffer.extend_from_slice(part);
        for piece in pieces(&buffer) {
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
    // Byte by byte is slow.
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn pieces_are_the_same_wherever_a_stream_is_cut(
        parts in prop::collection::vec(part(), 1..5),
        sizes in prop::collection::vec(1..300_usize, 1..12),
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
}

proptest! {
    /// One that is cut short, or says a wrong length, costs itself alone.
    #[test]
    fn what_follows_a_message_that_is_not_whole_is(first in prop_oneof![whole(), short()], next in 0..4_usize) {
        let next = samples()[next].clone().into_bytes();
        let (taken, left) = cut([&[&first[..], &next].concat()[..]]);
        let (_, at, bytes, device) = taken.last().unwrap();
        prop_assert_eq!((*at, bytes, device.as_str(), left), (first.len(), &next, CAMERA, 0));
    }

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

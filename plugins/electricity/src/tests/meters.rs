//! Modbus TCP: what is asked, and what the answers mean.

use super::{NOW, events};
use crate::Electricity;
use crate::modbus::stream::pieces;
use proptest::prelude::*;
use tocsin_sdk::mock::Host;
use tocsin_sdk::{Answer, Message, PieceKind, Tick};

const METER: &str = "meter-7";
const MAP: &str = r#"{"interval_s": 15, "modbus": {"unit": 9, "function": 4, "registers": [
    {"at": 30, "code": "voltage", "type": "f32", "part": "a"},
    {"at": 0, "code": "current.residual", "scale": 0.1, "part": "circuit-9"},
    {"at": 1, "code": "temperature", "type": "i16", "scale": 0.1, "part": "a"},
    {"at": 4, "code": "energy", "name": "电能", "unit": "kW.h", "type": "u32", "swapped": true, "least": 0, "most": 1000000},
    {"at": 100, "code": "current", "unit_id": 3, "function": 3}]}}"#;

fn host() -> Host {
    let host = Host::fresh();
    host.register(METER, MAP);
    host
}

fn poll(host: Host) -> Vec<Vec<u8>> {
    let tick = Tick { sequence: 1, due: NOW, device: METER.to_owned(), key: "poll".to_owned() };
    let outcome = host.wake::<Electricity>(tick).expect("polled");
    assert!(outcome.sends.iter().all(|send| send.device == METER));
    outcome.sends.into_iter().map(|send| send.payload).collect()
}

fn answer(host: Host, at: i64, bytes: &[u8]) -> Answer {
    host.decode::<Electricity>(Message { received: at, ..Host::message(METER, bytes) })
}

fn frame(number: u8, unit: u8, function: u8, data: &[u8]) -> Vec<u8> {
    let length = data.len() as u8 + 2;
    [&[0, number, 0, 0, 0, length, unit, function][..], data].concat()
}

#[test]
fn a_poll_asks_for_blocks() {
    assert_eq!(
        poll(host()),
        [
            vec![0, 1, 0, 0, 0, 6, 3, 3, 0, 100, 0, 1],
            vec![0, 2, 0, 0, 0, 6, 9, 4, 0, 0, 0, 6],
            vec![0, 3, 0, 0, 0, 6, 9, 4, 0, 30, 0, 2],
        ]
    );
    let tick =
        |device: &str| Tick { sequence: 1, due: NOW, device: device.to_owned(), key: "poll".to_owned() };
    assert!(Host::fresh().wake::<Electricity>(tick("unknown")).is_err());
}

#[test]
fn answers_are_readings_and_alarms() {
    let host = host();
    let data = [12, 0x10, 0x72, 0xFF, 0x9C, 0, 0, 0, 0, 0x86, 0xA0, 0, 1];
    let outcome = answer(host, NOW, &frame(2, 9, 4, &data)).unwrap();
    let got: Vec<_> = outcome
        .signals
        .iter()
        .map(|signal| (signal.code.as_str(), signal.device.as_str(), signal.value, signal.unit.as_str()))
        .collect();
    assert_eq!(
        got,
        [
            ("current.residual", "meter-7/circuit-9", Some(421.0), "mA"),
            ("temperature", "meter-7/a", Some(-10.0), "Cel"),
            ("energy", "meter-7", Some(100_000.0), "kW.h"),
        ]
    );
    assert_eq!(outcome.signals[2].title, "电能 100000 kW.h");
    let outcome = answer(host, NOW + 30_000, &frame(2, 9, 4, &data)).unwrap();
    assert_eq!(events(&outcome), ["Alarm electric.residual meter-7/circuit-9"]);
    let float = 221.5_f32.to_be_bytes();
    let outcome = answer(host, NOW, &frame(3, 9, 4, &[&[4], &float[..]].concat())).unwrap();
    assert_eq!(outcome.signals[0].value, Some(221.5));
}

#[test]
fn answers_that_are_none() {
    let check = |bytes: &[u8], reason: &str| {
        let refused = answer(host(), NOW, bytes).expect_err(reason);
        assert!(refused.reason.contains(reason), "{bytes:?}: {}", refused.reason);
    };
    check(&frame(9, 9, 4, &[2, 0, 0]), "nothing that was asked");
    check(&frame(0, 9, 4, &[2, 0, 0]), "nothing that was asked");
    check(&frame(2, 8, 4, &[2, 0, 0]), "nothing that was asked");
    check(&frame(2, 9, 3, &[2, 0, 0]), "nothing that was asked");
    check(&frame(2, 9, 4, &[2, 0, 0]), "for 6 registers");
    check(&frame(2, 9, 4, &[12, 0, 0]), "for 6 registers");
    check(&[0, 2, 0, 0, 0, 9, 9, 4, 0], "length");
    check(&[0, 2], "no Modbus answer");
    for (code, word) in [(2, "illegal data address"), (11, "gateway target"), (99, "unknown")] {
        let outcome = answer(host(), NOW, &frame(2, 9, 0x84, &[code])).unwrap();
        assert_eq!(outcome.signals, []);
        assert!(outcome.defects[0].contains(word), "{:?}", outcome.defects);
    }
    // Out of range, and no number at all.
    let outcome =
        answer(host(), NOW, &frame(2, 9, 4, &[12, 0, 1, 0x7F, 0xFF, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF]))
            .unwrap();
    assert_eq!((outcome.signals.len(), outcome.defects.len()), (0, 3), "{:?}", outcome.defects);
    let outcome =
        answer(host(), NOW, &frame(3, 9, 4, &[&[4], &f32::NAN.to_be_bytes()[..]].concat())).unwrap();
    assert_eq!((outcome.signals.len(), outcome.defects.len()), (0, 1));
}

#[test]
fn one_that_never_answers_is_silent() {
    let host = host();
    poll(host);
    let told: Vec<String> = host
        .advance::<Electricity>(NOW + 46_000)
        .into_iter()
        .flat_map(|(_, answer)| events(&answer.unwrap()))
        .collect();
    assert_eq!(told, ["Fault device.silent meter-7"]);
}

/// Answers, but no value: a gateway that does not reach its meter, a meter that is broken.
#[test]
fn one_that_answers_nothing_of_use_is_silent() {
    const SILENT: &str = "Fault device.silent meter-7";
    const BACK: &str = "Recovery device.silent meter-7";
    let out_of_range = frame(2, 9, 4, &[12, 0, 1, 0x7F, 0xFF, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF]);
    let value = frame(2, 9, 4, &[12, 1, 0, 0, 200, 0, 0, 0, 0, 0x86, 0xA0, 0, 1]);
    for (nothing, is_polled) in
        [(frame(2, 9, 0x84, &[11]), true), (out_of_range.clone(), true), (out_of_range, false)]
    {
        let host = host();
        if is_polled {
            poll(host);
        }
        // Seconds, what came, and what was told before it and of it.
        let check = |second: i64, bytes: &[u8], expect: &[&str]| {
            let at = NOW + second * 1_000;
            let woken = host.advance::<Electricity>(at);
            let mut told: Vec<String> =
                woken.into_iter().flat_map(|(_, answer)| events(&answer.unwrap())).collect();
            told.extend(events(&answer(host, at, bytes).unwrap()));
            assert_eq!(told, expect, "{second} s, {bytes:?}, polled {is_polled}");
        };
        [0, 15, 30, 44].iter().for_each(|second| check(*second, &nothing, &[]));
        check(60, &nothing, &[SILENT]);
        check(75, &nothing, &[]);
        check(3_600, &nothing, &[]);
        check(3_615, &value, &[BACK]);
        check(3_630, &value, &[]);
        // From the last value on.
        check(3_645, &nothing, &[]);
        check(3_674, &nothing, &[]);
        check(3_676, &nothing, &[SILENT]);
        check(3_700, &value, &[BACK]);
    }
}

#[test]
fn frames_of_a_stream() {
    let look = |bytes: &[u8]| -> Vec<(PieceKind, u32)> {
        pieces(bytes).into_iter().map(|piece| (piece.kind, piece.length)).collect()
    };
    let one = frame(2, 9, 4, &[2, 0, 0]);
    let exception = frame(3, 9, 0x84, &[2]);
    assert_eq!(look(&[&one[..], &exception].concat()), [(PieceKind::Routine, 11), (PieceKind::Routine, 9)]);
    assert_eq!(look(&one[..10]), []);
    assert_eq!(
        look(&[&[0xFF, 0x41, 0], &one[..]].concat()),
        [(PieceKind::Noise, 3), (PieceKind::Routine, 11)]
    );
    assert_eq!(look(b"HTTP/1.1 400 Bad"), [(PieceKind::Noise, 16)]);
}

proptest! {
    /// However the stream is cut, the same answers come out; whatever comes, nothing panics.
    #[test]
    fn reads_do_not_matter(cuts in proptest::collection::vec(1..30usize, 1..20), noise in proptest::collection::vec(1..255u8, 0..40)) {
        let stream = [frame(2, 9, 4, &[2, 7, 7]), frame(3, 9, 0x84, &[2]), frame(1, 3, 3, &[4, 0, 0, 0, 9])].concat();
        let (mut buffer, mut got, mut at) = (Vec::new(), 0, 0);
        for cut in cuts.iter().cycle().take(60) {
            let end = (at + cut).min(stream.len());
            buffer.extend_from_slice(&stream[at..end]);
            at = end;
            for piece in pieces(&buffer) {
                prop_assert_eq!(piece.kind, PieceKind::Routine);
                buffer.drain(..piece.length as usize);
                got += 1;
            }
        }
        prop_assert_eq!((got, buffer.len()), (3, 0));
        let length: usize = pieces(&noise).iter().map(|piece| piece.length as usize).sum();
        prop_assert!(length <= noise.len());
        let _ = answer(host(), NOW, &noise);
    }
}

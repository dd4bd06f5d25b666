use super::*;
use crate::crc;

const LOW: &str =
    "A55A00002D48594452323630373030303132B9003C00030101008C064000346A53347C009500620034E77955AA";

/// Type, bits, time, samples in MPa/1000.
fn frame(kind: u8, bits: u8, at: u32, samples: &[i16]) -> Vec<u8> {
    frame_of(b"HYDR26070001", kind, bits, at, samples)
}

fn frame_of(id: &[u8; 12], kind: u8, bits: u8, at: u32, samples: &[i16]) -> Vec<u8> {
    let mut frame = bytes("A55A00");
    frame.extend_from_slice(&((39 + samples.len() * 2) as u16).to_be_bytes());
    frame.extend_from_slice(id);
    frame.extend_from_slice(&[0x32, 0xB9, 0, 60]);
    frame.extend_from_slice(&(samples.len() as u16).to_be_bytes());
    frame.extend_from_slice(&[kind, bits]);
    for word in [140, 1600, samples.last().copied().unwrap_or(300)] {
        frame.extend_from_slice(&word.to_be_bytes());
    }
    frame.extend_from_slice(&at.to_be_bytes());
    samples.iter().for_each(|sample| frame.extend_from_slice(&sample.to_be_bytes()));
    let sum = crc::of(&frame);
    frame.extend_from_slice(&sum.to_be_bytes());
    frame.extend_from_slice(&[0x55, 0xAA]);
    frame
}

const AT: u32 = 1_783_837_820;

#[test]
fn samples_land_at_their_own_times_once() {
    let host = Host::fresh();
    let low = bytes(LOW);
    let expect = [
        "reading pipe.pressure 149 kPa @14:28:20",
        "reading pipe.pressure 98 kPa @14:29:20",
        "reading pipe.pressure 52 kPa @14:30:20",
        "alarm hydrant.pressure-low 52 kPa @14:30:20",
    ];
    assert_eq!(lines(&send(&host, "HYDR26070001", &low)), expect);
    let again = send(&host, "HYDR26070001", &low);
    assert_eq!(lines(&again), expect[3..], "a cache that comes again");
    let data = again.map(|outcome| outcome.signals[0].data.clone()).unwrap_or_default();
    assert!(data.contains(r#""serial":59257"#), "what tells a copy: {data}");
    // Half of it is new.
    let later = frame(1, 0, AT + 120, &[98, 52, 200, 300]);
    assert_eq!(
        lines(&send(&host, "HYDR26070001", &later)),
        [
            "reading pipe.pressure 200 kPa @14:31:20",
            "reading pipe.pressure 300 kPa @14:32:20",
            "recovery hydrant.pressure-low 300 kPa @14:32:20",
        ]
    );
    // An old one that was never told lands where it belongs, its alarm as well.
    let older = frame(1, 1, AT - 600, &[120]);
    assert_eq!(
        lines(&send(&host, "HYDR26070001", &older)),
        ["reading pipe.pressure 120 kPa @14:20:20", "alarm hydrant.pressure-low 120 kPa @14:20:20"]
    );
    // It says nothing of what is over or out of order now.
    let older = frame(1, 0b1100, AT - 660, &[120]);
    assert_eq!(lines(&send(&host, "HYDR26070001", &older)), ["reading pipe.pressure 120 kPa @14:19:20"]);
}

#[test]
fn a_clock_that_fell_back_mutes_nothing() {
    const LOW: &str = "alarm hydrant.pressure-low";
    const BOTH: &str = "alarm hydrant.pressure-low,alarm hydrant.pressure2-low,alarm hydrant.pressure2-high";
    let year = -365 * 86_400;
    let mut frames = vec![(0, -1, 0, ""), (60, year, 1, LOW), (61, year, 0x61, BOTH)];
    frames.extend((2..22).map(|second| (60 + second, year, 1, LOW)));
    // Believed at last: what is over is over.
    frames.push((90, year, 0, "recovery hydrant.pressure-low"));
    check_clock(None, &frames);
    // One frame in order begins the count anew.
    let late = |from: i64| (from..from + 19).map(move |second| (second, year, 1, LOW));
    let frames: Vec<_> = late(1).chain([(30, -1, 1, LOW)]).chain(late(31)).collect();
    check_clock(Some(0), &[frames, vec![(60, year, 0, "")]].concat());
}

#[test]
fn a_day_of_minutes_is_one_frame() {
    let long = frame(1, 1, AT, &[120; 1_440]);
    let pieces = Water::frame(&long);
    assert_eq!((pieces.len(), pieces[0].length as usize), (1, long.len()));
    assert_eq!(pieces[0].kind, tocsin_sdk::PieceKind::Red);
    let outcome = send(&Host::fresh(), "HYDR26070001", &long).unwrap();
    let readings = outcome.signals.iter().filter(|signal| signal.code == "pipe.pressure").count();
    assert_eq!((readings, outcome.signals.len()), (900, 901));
    assert_eq!(outcome.defects, ["另有 540 个较早样本未逐条上报 (more samples than are told)"]);
    // On a line what is longer than any is refused by name, without waiting for all of it;
    // a length that no count bears out is none.
    let longer = frame(1, 1, AT, &[120; 2_029]);
    let piece = &Water::frame(&longer[..64])[0];
    assert_eq!(piece.kind, tocsin_sdk::PieceKind::Routine);
    assert!(send(&Host::fresh(), "HYDR26070001", &longer[..piece.length as usize]).is_err());
    let mut wrong = longer;
    wrong[22] ^= 1;
    assert!(Water::frame(&wrong[..64]).iter().all(|piece| piece.kind == tocsin_sdk::PieceKind::Noise));
}

/// Frames of one terminal, `sent, last, bits` in seconds from now: what each says of alarms.
fn check_clock(stored: Option<i64>, frames: &[(i64, i64, u8, &str)]) {
    let host = Host::fresh();
    if let Some(ahead) = stored {
        let state = (RECEIVED + ahead * 1_000, 1u8);
        let write = || {
            tocsin_sdk::memory::save("bits", &state);
            Ok(Outcome::default())
        };
        host.call("HYDR26070001", write).unwrap();
    }
    for (sent, last, bits, expect) in frames {
        let payload = frame(1, *bits, (RECEIVED / 1_000 + sent + last) as u32, &[]);
        let message =
            Message { received: RECEIVED + sent * 1_000, ..Host::message("HYDR26070001", &payload) };
        let got = lines(&host.decode::<Water>(message));
        let got = got.iter().filter(|line| !line.starts_with("reading"));
        let got: Vec<_> = got.map(|line| line.split(' ').take(2).collect::<Vec<_>>().join(" ")).collect();
        assert_eq!(got.join(","), *expect, "{stored:?} {frames:?}: {sent}");
    }
}

#[test]
fn a_clock_that_is_ahead_mutes_nothing() {
    const LOW: &str = "alarm hydrant.pressure-low";
    const OVER: &str = "recovery hydrant.pressure-low";
    let day = 86_400;
    check_clock(None, &[(0, -1, 1, LOW), (60, day, 0, OVER), (60, -1, 1, LOW), (120, -1, 0, OVER)]);
    // One that is wrong all the time alarms as well.
    check_clock(None, &[(0, day, 1, LOW), (60, day, 0, OVER), (120, day, 1, LOW)]);
    check_clock(None, &[(0, -1, 0, ""), (10, day, 1, LOW)]);
    // Right by less than five minutes: its own order counts.
    check_clock(None, &[(0, 240, 1, LOW), (60, 100, 0, "")]);
    // History is none the less history.
    check_clock(None, &[(0, day, 1, LOW), (60, -600, 0, "")]);
    // What an older version stored.
    check_clock(Some(day), &[(0, -1, 0, OVER), (60, -1, 1, LOW)]);
    check_clock(Some(day), &[(0, -1, 1, LOW)]);
}

#[test]
fn readings_outlive_a_memory_full_of_the_future() {
    let host = Host::fresh();
    for round in 0..6 {
        send(&host, "HYDR26070001", &frame(1, 0, AT + 10_000_000 + round * 30_000, &[300; 490])).unwrap();
    }
    let real = frame(1, 0, AT, &[300]);
    assert_eq!(lines(&send(&host, "HYDR26070001", &real)), ["reading pipe.pressure 300 kPa @14:30:20"]);
    assert_eq!(lines(&send(&host, "HYDR26070001", &real)), [""; 0], "once");
}

#[test]
fn alarm_bits_by_type() {
    let check = |kind: u8, bits: u8, expect: &[&str]| {
        let answer = send(&Host::fresh(), "", &frame(kind, bits, AT, &[]));
        let mut got = lines(&answer);
        got.retain(|line| !line.starts_with("reading"));
        assert_eq!(got.len(), expect.len(), "{got:?}");
        got.iter()
            .zip(expect)
            .for_each(|(got, expect)| assert!(got.starts_with(expect), "{got} is not {expect}"));
    };
    check(1, 0x02, &["alarm hydrant.pressure-high"]);
    check(1, 0x1C, &["fault battery.low", "fault sensor.fault", "fault hardware.fault"]);
    check(1, 0x60, &["alarm hydrant.pressure2-low", "alarm hydrant.pressure2-high"]);
    check(1, 0x80, &["defect 报警位 7"]);
    check(34, 0x80, &["alarm hydrant.discharge"]);
    check(0x34, 0xA0, &["alarm hydrant.pressure2-low", "alarm hydrant.discharge"]);
    check(24, 0xE0, &["alarm hydrant.impact", "alarm hydrant.tilt", "alarm hydrant.discharge"]);
}

/// Each reading has the terminal's own low limit beside it, in its unit.
#[test]
fn units_by_type() {
    for (kind, raw, kilopascal, low) in
        [(0, 1350, 135.0, "14"), (1, 52, 52.0, "140"), (2, 52, 52.0, "140"), (1, -3, -3.0, "140")]
    {
        let outcome = send(&Host::fresh(), "", &frame(kind, 0, AT, &[raw, raw])).unwrap();
        assert_eq!(outcome.signals.len(), 2);
        for signal in outcome.signals {
            assert_eq!(signal.value, Some(kilopascal), "type {kind}");
            assert_eq!(signal.data, format!(r#"{{"low_limit_kpa":{low}}}"#), "type {kind}");
        }
    }
}

#[test]
fn a_frame_without_samples_says_what_it_measures() {
    let host = Host::fresh();
    let none = frame(1, 0, AT, &[]);
    let outcome = send(&host, "HYDR26070001", &none).unwrap();
    assert_eq!(outcome.signals[0].data, r#"{"low_limit_kpa":140}"#);
    assert_eq!(lines(&Ok(outcome)), ["reading pipe.pressure 300 kPa @14:30:20"]);
    assert_eq!(lines(&send(&host, "HYDR26070001", &none)), [""; 0], "once");
    // What was told now is not told again by the record of it.
    let record = frame(1, 0, AT + 60, &[300, 280]);
    assert_eq!(lines(&send(&host, "HYDR26070001", &record)), ["reading pipe.pressure 280 kPa @14:31:20"]);
}

/// Two terminals of one topic: each as if it were alone.
#[test]
fn terminals_of_one_topic_swallow_nothing_of_each_other() {
    const LOW: &str = "alarm hydrant.pressure-low";
    const OVER: &str = "recovery hydrant.pressure-low";
    let host = Host::fresh();
    let check = |id: &[u8; 12], bits: u8, at: u32, expect: &[&str]| {
        let got = lines(&send(&host, "gateway-1", &frame_of(id, 1, bits, at, &[98, 52])));
        let words = got.iter().map(|line| line.split(' ').take(2).collect::<Vec<_>>().join(" "));
        assert_eq!(words.collect::<Vec<_>>(), expect, "{} {at}", String::from_utf8_lossy(id));
    };
    let (a, b, reading) = (b"HYDR26070001", b"HYDR26070002", "reading pipe.pressure");
    check(a, 1, AT, &[reading, reading, LOW]);
    check(b, 0, AT, &[reading, reading]);
    check(a, 1, AT, &[LOW]);
    check(b, 1, AT + 60, &[reading, LOW]);
    check(b, 0, AT + 120, &[reading, OVER]);
    check(a, 0, AT + 60, &[reading, OVER]);
    check(a, 0, AT + 60, &[]);
    // One that is ahead hides nothing of the other, and history is its own.
    check(b, 0, AT + 200, &[reading, reading]);
    check(a, 1, AT + 120, &[reading, LOW]);
    check(a, 0, AT - 600, &[reading, reading]);
    check(b, 0, AT + 200, &[]);
    assert_eq!(host.keys("gateway-1"), ["terminal/HYDR26070001", "terminal/HYDR26070002", "terminals"]);
}

/// What the host counts of a room's entries.
fn bytes_of(host: &Host, room: &str, counts: impl Fn(&str) -> bool) -> usize {
    let keys: Vec<String> = host.keys(room).into_iter().filter(|key| counts(key)).collect();
    let mut bytes = 0;
    let mut count = || {
        bytes = keys.iter().map(|key| key.len() + 48 + tocsin_sdk::memory::get(key).unwrap().len()).sum();
        Ok(Outcome::default())
    };
    host.call(room, &mut count).unwrap();
    bytes
}

#[test]
fn terminals_of_one_topic_have_room_beside_all_else() {
    let host = Host::fresh();
    let id = |n: usize| <[u8; 12]>::try_from(format!("HYDR{n:08}").as_bytes()).unwrap();
    // At no equal steps, so that nothing is short.
    for round in 0..40_u32 {
        for n in 0..16 {
            let at = AT - 100_000 + round * round * 7 + round;
            send(&host, "HYDR26070001", &frame_of(&id(n), 1, 0, at, &[])).unwrap();
        }
    }
    for round in 0..6 {
        let at = AT - 1_000_000 + round * 30_000;
        send(&host, "HYDR26070001", &frame(1, 0, at, &[300; 490])).unwrap();
    }
    assert!(bytes_of(&host, "HYDR26070001", |key| key.starts_with("terminal")) <= 3_400);
    // The longest report is 53,500 (src/sl651/packets.rs).
    let all = bytes_of(&host, "HYDR26070001", |_| true);
    assert!((11_000..=65_536 - 53_500).contains(&all), "{all}");
    // One more is heard, and named; what it says again cannot be known.
    let more = frame_of(&id(16), 1, 1, AT, &[52]);
    for _ in 0..2 {
        let got = lines(&send(&host, "HYDR26070001", &more));
        assert_eq!(got.len(), 3, "{got:?}");
        assert!(got[0].starts_with("reading") && got[1].starts_with("alarm"), "{got:?}");
        assert!(got[2].contains("name the terminal in the topic"), "{got:?}");
    }
    assert_eq!(bytes_of(&host, "HYDR26070001", |_| true), all);
    // A cache that comes again is known to its end, in one run.
    let cache = frame_of(&id(3), 1, 0, AT, &[300; 490]);
    assert_eq!(lines(&send(&host, "HYDR26070001", &cache)).len(), 490);
    assert_eq!(lines(&send(&host, "HYDR26070001", &cache)), [""; 0]);
}

#[test]
fn what_is_wrong_is_refused() {
    let spoil = |place: usize, byte: u8| {
        let mut spoilt = bytes(LOW);
        spoilt[place] = byte;
        spoilt
    };
    for (frame, reason) in [
        (spoil(30, 9), "CRC"),
        (spoil(4, 9), "长度字段"),
        (spoil(44, 9), "结束符"),
        (bytes(LOW)[..30].to_vec(), "只有 30 字节"),
    ] {
        let refusal = send(&Host::fresh(), "", &frame).unwrap_err();
        assert!(refusal.reason.contains(reason), "{} lacks {reason}", refusal.reason);
    }
}

#[test]
fn a_gateway_may_write_hex() {
    let text = format!(" {}\n", LOW.to_lowercase());
    assert_eq!(lines(&send(&Host::fresh(), "", text.as_bytes())).len(), 4);
    assert!(send(&Host::fresh(), "", b"A55A0").is_err());
}

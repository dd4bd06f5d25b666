//! Reports in several packets.

use super::*;

const WHOLE: &str = "0012260712143020F1F1003307810148F0F0260712143039230001234538121210";
/// The three packets of it.
const PARTS: [&str; 3] = [
    "7E7E010033078101000034000D160030010012260712143020F1F11753C5",
    "7E7E010033078101000034001216003002003307810148F0F0260712143039231776F9",
    "7E7E010033078101000034000B16003003000123453812121003E46D",
];
const TOLD: [&str; 2] = ["reading water.level 12.345 m @14:30:00", "reading power.voltage 12.1 V @14:30:00"];
/// The number of the last packet, serial and time.
const CONFIRMED: &str = "7E7E003307810101000034800B1600300300122607121430201B0095";
const STATION: &str = "0033078101";
/// What is remembered of reports that were told.
const TELLS: [&str; 2] = ["copies", "packets"];

fn packet(function: u8, total: u16, number: u16, body: &[u8]) -> Vec<u8> {
    let numbers = (u32::from(total) << 12 | u32::from(number)).to_be_bytes();
    let end = if number == total { 0x03 } else { 0x17 };
    frame(function, 0x16, &[&numbers[1..], body].concat(), end)
}

fn waits(host: &Host, frame: &[u8]) {
    let outcome = send(host, STATION, frame).expect("a packet");
    assert_eq!((outcome.signals.len(), outcome.sends.len(), outcome.defects.len()), (0, 0, 0));
}

#[test]
fn a_report_in_packets_is_one_report() {
    let parts = PARTS.map(bytes);
    let host = Host::fresh();
    // Out of order, and one of them twice.
    for part in [&parts[2], &parts[0], &parts[0]] {
        waits(&host, part);
    }
    let answer = send(&host, STATION, &parts[1]);
    assert_eq!(lines(&answer), TOLD);
    let sends = answer.expect("a report").sends;
    assert_eq!(sends.len(), 1);
    assert_eq!(sends[0].payload, bytes(CONFIRMED));
    assert!(host.timers().is_empty() && host.keys(STATION) == TELLS);
}

/// The confirmation was lost.
#[test]
fn a_report_that_comes_again_is_confirmed_and_no_more() {
    let parts = PARTS.map(bytes);
    let host = Host::fresh();
    let gives = |minutes: i64, part: &[u8], expect: &[&str], is_confirmed: bool| {
        let answer = send_after(&host, minutes * 60_000, STATION, part);
        assert_eq!(lines(&answer), expect);
        let sends: Vec<Vec<u8>> =
            answer.expect("a packet").sends.into_iter().map(|send| send.payload).collect();
        assert_eq!(sends, if is_confirmed { vec![bytes(CONFIRMED)] } else { Vec::new() });
        assert_eq!(host.timers().is_empty(), is_confirmed);
    };
    gives(0, &parts[0], &[], false);
    gives(0, &parts[1], &[], false);
    gives(0, &parts[2], &TOLD, true);
    // The last alone, and all of it.
    gives(1, &parts[2], &[], true);
    parts.iter().for_each(|part| gives(2, part, &[], true));
    // Kept, and sent with a later report: all of it once more, in any order.
    for (part, is_last) in [(2, false), (0, false), (1, true)] {
        gives(60, &parts[part], &[], is_last);
    }
    gives(61, &parts[2], &[], true);
    // A day later it is a station without clock and serial.
    gives(24 * 60, &parts[0], &[], false);
    gives(24 * 60, &parts[1], &[], false);
    gives(24 * 60, &parts[2], &TOLD, true);
}

/// Behind a report that was told the next begins, though it has packets in common.
#[test]
fn the_next_report_is_no_copy() {
    let next = |number: u16, body: &str| packet(0x34, 3, number, &bytes(body));
    let (first, second) = ("0013260712143520F1F1", "003307810148F0F026071214353923");
    let host = Host::fresh();
    PARTS.iter().for_each(|part| drop(send(&host, STATION, &bytes(part))));
    waits(&host, &next(1, first));
    waits(&host, &next(2, second));
    let answer = send(&host, STATION, &bytes(PARTS[2]));
    assert_eq!(lines(&answer)[0], "reading water.level 12.345 m @14:35:00");
    let confirmed = bytes("7E7E 0033078101 01 0000 34 800B 16 003003 0013260712143520 1B");
    assert!(answer.expect("a report").sends[0].payload.starts_with(&confirmed));
    // The one before it, kept and sent again.
    waits(&host, &bytes(PARTS[0]));
    waits(&host, &bytes(PARTS[1]));
    let outcome = send(&host, STATION, &bytes(PARTS[2])).expect("a copy");
    assert!(outcome.signals.is_empty() && outcome.sends[0].payload == bytes(CONFIRMED));
}

/// Not by a checksum alone is a packet one that was told.
#[test]
fn a_checksum_in_common_makes_no_copy() {
    let body = |serial: u8, state: u16| {
        [&bytes("00")[..], &[serial], &bytes("260712143020 4520 0000"), &state.to_be_bytes()].concat()
    };
    let first = body(0x12, 0);
    let alike = |state: &u16| crc::of(&body(0x13, *state)) == crc::of(&first);
    let second = body(0x13, (0..=u16::MAX).find(alike).expect("one of all"));
    let host = Host::fresh();
    for body in [first, second] {
        let outcome = send(&host, STATION, &packet(0x32, 1, 1, &body)).expect("a report");
        assert_eq!(outcome.signals.len(), 1);
    }
}

#[test]
fn what_is_missing_is_asked_for_and_given_up() {
    let parts = PARTS.map(bytes);
    let host = Host::fresh();
    let asks = |until: i64, expect: &[&str]| {
        let mut ticks = host.advance::<Water>(RECEIVED + until);
        assert_eq!(ticks.len(), 1, "{until}");
        let outcome = ticks.remove(0).1.expect("a tick");
        assert!(outcome.signals.is_empty());
        let sends: Vec<&[u8]> = outcome.sends.iter().map(|send| &send.payload[..]).collect();
        assert_eq!(sends, expect.iter().map(|hex| bytes(hex)).collect::<Vec<_>>(), "{until}");
        assert!(outcome.sends.iter().all(|send| send.device == STATION));
        outcome.defects
    };
    let second = "7E7E003307810101000034800B160030020012260712143020150145";
    let third = "7E7E003307810101000034800B16003003001226071214302015C414";
    waits(&host, &parts[0]);
    assert!(asks(10_000, &[second, third]).is_empty());
    assert!(asks(20_000, &[second, third]).is_empty());
    let defects = asks(30_000, &[]);
    assert!(defects[0].contains("只到 1 包, 共 3 包, 余者 30 秒未到"), "{defects:?}");
    assert!(host.timers().is_empty() && host.keys(STATION).is_empty());

    // Of what the first packet would say nothing is known: serial 0, the centre's time.
    waits(&host, &parts[1]);
    waits(&host, &parts[2]);
    asks(10_000, &["7E7E003307810101000034800B160030010000260712143030151B38"]);
    // It comes, and the report is whole.
    assert_eq!(lines(&send(&host, STATION, &parts[0])), TOLD);
    assert!(host.advance::<Water>(RECEIVED + 60_000).is_empty());
}

#[test]
fn reports_are_never_mixed() {
    let parts = PARTS.map(bytes);
    let other = bytes("0013260712143120F1F1003307810148F0F0260712143139230009999938121210");
    let others = [
        packet(0x34, 3, 1, &other[..10]),
        packet(0x34, 3, 2, &other[10..25]),
        packet(0x34, 3, 3, &other[25..]),
    ];
    let host = Host::fresh();
    let replaced = |frame: &[u8], expect: &str| {
        let outcome = send(&host, STATION, frame).expect("a packet");
        assert!(outcome.signals.is_empty() && outcome.sends.is_empty());
        assert_eq!(outcome.defects.len(), 1);
        assert!(outcome.defects[0].contains(expect), "{:?}", outcome.defects);
    };
    // Other bytes under a number that is known.
    waits(&host, &parts[0]);
    waits(&host, &parts[1]);
    replaced(&others[0], "34H 多包报文只到 2 包, 共 3 包, 余者未到即有另一份");
    waits(&host, &others[1]);
    let answer = send(&host, STATION, &others[2]);
    assert_eq!(lines(&answer)[0], "reading water.level 99.999 m @14:31:00");
    // Another function, another count.
    waits(&host, &parts[0]);
    replaced(&packet(0x32, 3, 1, &other[..10]), "34H 多包报文只到 1 包");
    replaced(&packet(0x32, 4, 1, &other[..10]), "32H 多包报文只到 1 包, 共 3 包");
}

#[test]
fn pictures_are_counted_and_confirmed_once() {
    let first = bytes("0012260712143020F1F1003307810148F0F02607121430F3F3FFD8FFE0");
    let (second, last) = ([0x5A; 200], [0xA5; 200]);
    let host = Host::fresh();
    waits(&host, &packet(0x36, 3, 1, &first));
    waits(&host, &packet(0x36, 3, 3, &last));
    let asked = host.advance::<Water>(RECEIVED + 10_000).remove(0).1.expect("a tick").sends;
    assert_eq!(asked.len(), 1);
    assert!(
        asked[0].payload.starts_with(&bytes("7E7E 0033078101 01 0000 36 800B 16 003002 0012260712143020 15"))
    );
    let outcome = send(&host, STATION, &packet(0x36, 3, 2, &second)).expect("the last");
    assert_eq!(outcome.defects, ["36H 图片报 3 包不解析, 原始字节保留 (pictures are kept, not read)"]);
    // Under the serial of the first packet, which alone has one.
    let confirmed = bytes("7E7E 0033078101 01 0000 36 800B 16 003003 0012260712143020 1B");
    assert!(outcome.sends.len() == 1 && outcome.sends[0].payload.starts_with(&confirmed));
    assert!(host.timers().is_empty() && host.keys(STATION) == TELLS);
    let again = send(&host, STATION, &packet(0x36, 3, 3, &last)).expect("a copy");
    assert!(again.defects.is_empty() && again.sends[0].payload.starts_with(&confirmed));
    // Of another picture.
    waits(&host, &packet(0x36, 3, 2, &first));
    let outcome = send(&host, STATION, &packet(0x36, 3, 2, &last)).expect("a packet");
    assert!(outcome.defects[0].contains("36H 多包报文只到 1 包"), "{:?}", outcome.defects);
}

#[test]
fn what_cannot_be_read_is_confirmed_or_named() {
    // Beyond what is kept, but counted, and confirmed so that it does not come again.
    let host = Host::fresh();
    let total = 12;
    for number in 1..total {
        let mut body = bytes("0012260712143020");
        body.resize(4_000, number as u8);
        waits(&host, &packet(0x31, total, number, &body));
    }
    let outcome = send(&host, STATION, &packet(0x31, total, total, &[0])).expect("the last");
    assert!(outcome.defects[0].contains("12 包超过 24 KiB"), "{:?}", outcome.defects);
    let confirmed = bytes("7E7E 0033078101 01 0000 31 800B 16 00C00C 0012260712143020 1B");
    assert!(outcome.sends[0].payload.starts_with(&confirmed));
    assert!(outcome.signals.is_empty() && host.keys(STATION) == TELLS);
    // Many small ones fit the room.
    for number in 1..700 {
        send(&host, STATION, &packet(0x31, 4_095, number, &[number as u8; 40])).expect("a packet");
        let is_small = || {
            assert!(
                tocsin_sdk::memory::get("packets").is_some_and(|state| state.len() < 56 << 10),
                "{number}"
            );
            Ok(Outcome::default())
        };
        host.call(STATION, is_small).expect("a look");
    }

    // Without serial and time nothing is confirmed, whenever it comes.
    let host = Host::fresh();
    let answer = send(&host, STATION, &packet(0x34, 1, 1, &bytes("0012")));
    assert!(lines(&answer)[0].starts_with("defect 正文 2 字节, 缺流水号"), "{:?}", lines(&answer));
    assert!(answer.expect("a defect").sends.is_empty() && host.timers().is_empty());
    waits(&host, &packet(0x34, 1, 1, &bytes("0012")));
    for (frame, reason) in [
        (packet(0x34, 3, 4, &[]), "包序号 4/3"),
        (packet(0x34, 3, 0, &[]), "包序号 0/3"),
        (frame(0x34, 0x16, &[0, 0x30], 0x03), "缺包总数"),
        (packet(0x7F, 1, 1, &bytes(WHOLE)), "功能码 7FH"),
    ] {
        let refusal = send(&host, STATION, &frame).unwrap_err();
        assert!(refusal.reason.contains(reason), "{} lacks {reason}", refusal.reason);
    }
}

/// What an older version kept names no station to ask: it is given up.
#[test]
fn packets_of_an_older_version_are_named() {
    let host = Host::fresh();
    let stored = br#"{"function":52,"total":3,"bytes":10,"bodies":{"1":"0012260712143020f1f1"}}"#;
    let keep = || {
        tocsin_sdk::memory::put("packets", stored);
        tocsin_sdk::timers::set("packets", RECEIVED);
        Ok(Outcome::default())
    };
    host.call(STATION, keep).expect("stored");
    let gone = host.advance::<Water>(RECEIVED);
    assert!(lines(&gone[0].1)[0].contains("34H 多包报文只到 1 包, 共 3 包"), "{:?}", lines(&gone[0].1));
    assert!(host.keys(STATION).is_empty());
}

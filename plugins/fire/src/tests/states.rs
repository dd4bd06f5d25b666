//! Types 1, 2 and 21: bits, recoveries, the test bit, texts and time tags.

use super::*;
use tocsin_sdk::{Certainty, Kind};

const AT: &str = "@07-12T14:30:20";
const PLACE: &str = "/1.1/42.10-2";

fn one(kind: u8, state: u16) -> Vec<u8> {
    send(2, &[component(kind, state, b"", TAG)])
}

#[test]
fn every_bit_of_a_component() {
    let smoke = "点型光电感烟火灾探测器10-2";
    let expect = [
        ("alarm fire.smoke", "火警"),
        ("fault fault.device", "故障"),
        ("fault fault.shielded", "屏蔽"),
        ("fault fault.supervisory", "监管"),
        ("status status.started", "启动"),
        ("status status.feedback", "反馈"),
        ("status status.delayed", "延时"),
        ("fault fault.power", "电源故障"),
    ]
    .map(|(what, says)| format!("{what} {PLACE} {AT} {smoke} {says}"));
    // Reserved bits say nothing.
    assert_eq!(said(&Host::fresh(), &one(42, 0xFFFF)), expect);
    check(&one(42, 0xFE01), &[&format!("status status.normal {PLACE} {AT} {smoke} 正常")]);
    check(&one(42, 0), &[&format!("status status.test {PLACE} {AT} {smoke} 测试")]);
}

#[test]
fn every_bit_of_a_system() {
    let state = |word: u16| send(1, &[[&[11, 9][..], &word.to_le_bytes(), &TAG].concat()]);
    let expect = [
        ("alarm fire.system", "火警"),
        ("fault fault.device", "故障"),
        ("fault fault.shielded", "屏蔽"),
        ("fault fault.supervisory", "监管"),
        ("status status.started", "启动"),
        ("status status.feedback", "反馈"),
        ("status status.delayed", "延时"),
        ("fault fault.power.main", "主电故障"),
        ("fault fault.power.backup", "备电故障"),
        ("fault fault.bus", "总线故障"),
        ("status status.manual", "手动状态"),
        ("status status.configured", "配置改变"),
        ("status status.reset", "复位"),
    ]
    .map(|(what, says)| format!("{what} /11.9 {AT} 消火栓系统9 {says}"));
    assert_eq!(said(&Host::fresh(), &state(0xFFFF)), expect);
    check(&state(1), &[&format!("status status.normal /11.9 {AT} 消火栓系统9 正常")]);
}

#[test]
fn every_bit_of_the_uitd() {
    let state = |word: u8| send(21, &[[&[word][..], &TAG].concat()]);
    let expect = [
        ("alarm fire.uitd", "火警"),
        ("fault fault.device", "故障"),
        ("fault fault.power.main", "主电故障"),
        ("fault fault.power.backup", "备电故障"),
        ("fault fault.uplink", "与监控中心通信信道故障"),
        ("fault fault.line", "监测连接线路故障"),
    ]
    .map(|(what, says)| format!("{what}  {AT} 用户信息传输装置 {says}"));
    assert_eq!(said(&Host::fresh(), &state(0xFF)), expect);
    check(&state(0x81), &[&format!("status status.normal  {AT} 用户信息传输装置 正常")]);
}

#[test]
fn what_a_fire_bit_means() {
    let table = [
        (0, "fire.device"),
        (1, "fire.system"),
        (10, "gas.combustible"),
        (13, "gas.combustible"),
        (16, "fire.electrical"),
        (18, "fire.electrical"),
        (21, "fire.detector"),
        (23, "fire.manual"),
        (24, "fire.manual"),
        (25, "fire.detector"),
        (30, "fire.heat"),
        (37, "fire.heat"),
        (40, "fire.smoke"),
        (44, "fire.smoke"),
        (50, "fire.combined"),
        (53, "fire.combined"),
        (61, "fire.flame"),
        (62, "fire.flame"),
        (69, "fire.flame"),
        (74, "fire.gas"),
        (78, "fire.image"),
        (79, "fire.sound"),
        (96, "fire.water"),
        (99, "fire.water"),
        (85, "fire.device"),
        (135, "fire.device"),
        (255, "fire.device"),
        (2, "fire.device"),
    ];
    for (kind, code) in table {
        let outcome = decode(&Host::fresh(), &one(kind, 3)).unwrap();
        let [signal] = &outcome.signals[..] else { panic!("one fire is one signal") };
        assert_eq!((&signal.kind, signal.code.as_str()), (&Kind::Alarm, code), "component type {kind}");
        let seen = if matches!(kind, 23 | 24) { Certainty::Observed } else { Certainty::Likely };
        assert_eq!(signal.certainty, seen);
    }
}

#[test]
fn one_frame_is_not_one_alarm() {
    let objects: Vec<_> = (0..22u8)
        .map(|n| {
            let mut object = component(42, if n % 3 == 0 { 3 } else { 1 }, b"", TAG);
            object[5] = n;
            object
        })
        .collect();
    let outcome = decode(&Host::fresh(), &send(2, &objects)).unwrap();
    assert_eq!(outcome.signals.len(), 22);
    assert_eq!(outcome.signals.iter().filter(|signal| signal.kind == Kind::Alarm).count(), 8);
    assert_eq!(outcome.signals[21].device, "000000000379/1.1/42.10-21");
}

/// The limits of plugin.toml hold for the worst frames that there can be, and no
/// alarm of theirs is left out.
#[test]
fn the_worst_frames_stay_within_the_limits() {
    let limits = include_str!("../../plugin.toml");
    assert!(limits.contains("signals = 1024\n") && limits.contains("output_bytes = 131072\n"));
    let part = |n: u8| {
        let mut part = component(52, 0xFFFF, &[0x81; 31], [0xFF; 6]);
        part[..7].copy_from_slice(&[255, 255, 52, 255, 255, 255, n]);
        part
    };
    let all_bits = |head: &[u8]| [head, &[0xFF; 6]].concat();
    type Object<'a> = &'a dyn Fn(u8) -> Vec<u8>;
    let worst: [(u8, u8, Object<'_>); 4] = [
        (1, 102, &|n| all_bits(&[15, n, 0xFF, 0xFF])),
        (2, 22, &part),
        (4, 102, &|n| all_bits(&[15, n, 0xFF, 0xFF])),
        (24, 127, &|_| all_bits(&[0xFF, 0xFF])),
    ];
    for (flag, count, object) in worst {
        let outcome =
            decode(&Host::fresh(), &send(flag, &(0..count).map(object).collect::<Vec<_>>())).unwrap();
        // As the host weighs: texts as JSON, and 16 bytes an item.
        let weigh = |text: &str| serde_json::to_string(text).unwrap().len() - 2;
        let signals = outcome.signals.iter().map(|signal| {
            16 + [&signal.code, &signal.device, &signal.title, &signal.data]
                .map(|text| weigh(text))
                .iter()
                .sum::<usize>()
        });
        let defects = outcome.defects.iter().map(|defect| 16 + weigh(defect));
        let weight = signals.sum::<usize>() + defects.sum::<usize>() + 16 + 60;
        assert!(outcome.signals.len() <= 1_024 && weight <= 131_072, "{}: {weight}", outcome.signals.len());
        let alarms = outcome.signals.iter().filter(|signal| signal.kind == Kind::Alarm).count();
        assert_eq!(alarms, usize::from(count));
        let untold = outcome.defects.last().is_some_and(|defect| defect.contains("条非火警信息未逐条上报"));
        assert_eq!(untold, flag != 2, "{} signals of type {flag}", outcome.signals.len());
    }
}

#[test]
fn what_was_out_of_order_recovers() {
    let host = Host::fresh();
    let words = |state: u16| {
        let lines = said(&host, &one(42, state));
        lines.iter().map(|line| line.split(' ').take(2).collect::<Vec<_>>().join(" ")).collect::<Vec<_>>()
    };
    assert_eq!(words(1), ["status status.normal"]);
    assert!(host.keys(UITD).is_empty(), "a healthy part costs no state");
    assert_eq!(words(0b111), ["alarm fire.smoke", "fault fault.device"]);
    assert_eq!(words(0b111), ["alarm fire.smoke", "fault fault.device"], "a repeat is told again");
    assert_eq!(words(0b011), ["alarm fire.smoke", "recovery fault.device"]);
    assert_eq!(words(0b10_0001), ["status status.started", "recovery fire.smoke"]);
    assert_eq!(words(1), ["status status.normal"]);
    assert!(host.keys(UITD).is_empty());

    let expect = format!("recovery fire.smoke {PLACE} {AT} 烟感 火警解除");
    said(&host, &one(42, 3));
    let note = [0xD1, 0xCC, 0xB8, 0xD0];
    assert_eq!(said(&host, &send(2, &[component(42, 1, &note, TAG)])), [expect]);
}

/// A frame of this serial number.
fn nth(serial: u16, state: u16, tag: [u8; 6]) -> Vec<u8> {
    let mut bytes = send(2, &[component(42, state, b"", tag)]);
    bytes[2..4].copy_from_slice(&serial.to_le_bytes());
    bytes.truncate(bytes.len() - 3);
    seal(bytes)
}

/// Red frames are looked at before routine ones.
#[test]
fn what_a_fire_overtook_ends_nothing() {
    const FIRE: &str = "alarm fire.smoke 火警";
    const OVER: &str = "recovery fire.smoke 火警解除";
    const LATE: &str = "status status.normal 正常(迟到)";
    let second = |second: u8| [second, 30, 14, 12, 7, 26];
    let check = |rows: &[(u16, u16, [u8; 6], &[&str])]| {
        let host = Host::fresh();
        for (serial, state, tag, expect) in rows {
            let outcome = decode(&host, &nth(*serial, *state, *tag)).unwrap();
            let words = |signal: &tocsin_sdk::Signal| {
                let line = line(signal);
                let kind = line.split(' ').next().unwrap();
                format!("{kind} {} {}", signal.code, line.rsplit(' ').next().unwrap())
            };
            let got: Vec<_> = outcome.signals.iter().map(words).collect();
            assert_eq!(got, *expect, "serial {serial}, state {state}, {tag:?}, of {rows:?}");
            assert_eq!(outcome.sends.len(), 1);
        }
    };
    // One write of two frames in the same second; the third is news.
    check(&[(2, 3, TAG, &[FIRE]), (1, 1, TAG, &[LATE]), (3, 1, TAG, &[OVER])]);
    // The other way round it is what it was.
    check(&[(1, 3, TAG, &[FIRE]), (2, 1, TAG, &[OVER])]);
    // A copy of the fire is no newer fire; one told again is.
    check(&[(2, 3, TAG, &[FIRE]), (2, 3, TAG, &[FIRE]), (3, 1, TAG, &[OVER])]);
    check(&[(2, 3, TAG, &[FIRE]), (9, 3, second(22), &[FIRE]), (8, 1, second(22), &[LATE])]);
    // A fault that was overtaken is told, and its end.
    check(&[
        (2, 3, TAG, &[FIRE]),
        (1, 5, TAG, &["fault fault.device 故障"]),
        (3, 1, TAG, &[OVER, "recovery fault.device 故障解除"]),
    ]);
    // Serial numbers go round.
    check(&[(0, 3, TAG, &[FIRE]), (u16::MAX, 1, TAG, &[LATE]), (1, 1, TAG, &[OVER])]);
    check(&[(u16::MAX, 3, TAG, &[FIRE]), (0, 1, TAG, &[OVER])]);
    // A controller that starts anew counts from 0, later; or its clock begins anew as well.
    check(&[(900, 3, TAG, &[FIRE]), (0, 1, second(21), &[OVER])]);
    check(&[(900, 3, TAG, &[FIRE]), (0, 1, [0, 0, 0, 1, 1, 0], &[OVER])]);
    // Without a tag the frame's own time counts.
    check(&[(2, 3, [0xFF; 6], &[FIRE]), (1, 1, [0xFF; 6], &[LATE]), (3, 1, [0xFF; 6], &[OVER])]);
}

#[test]
fn parts_do_not_recover_each_other() {
    let host = Host::fresh();
    said(&host, &one(42, 3));
    assert!(said(&host, &one(43, 1))[0].starts_with("status"));
    let system = send(1, &[[&[1, 1, 1, 0][..], &TAG].concat()]);
    assert!(said(&host, &system)[0].starts_with("status"));
    assert!(said(&host, &one(42, 1))[0].starts_with("recovery fire.smoke"));
}

#[test]
fn a_fire_with_the_test_bit_is_a_fire() {
    let (fire, smoke) = (one(42, 2), "点型光电感烟火灾探测器10-2");
    let alarm = [format!("alarm fire.smoke {PLACE} {AT} {smoke} 火警")];
    let test = [format!("status status.test {PLACE} {AT} {smoke} 火警(测试)")];
    let over = [format!("recovery fire.smoke {PLACE} {AT} {smoke} 火警解除")];
    let host = Host::fresh();
    let outcome = decode(&host, &fire).unwrap();
    assert_eq!(outcome.signals[0].kind, Kind::Alarm);
    let data = &outcome.signals[0].data;
    assert!(data.contains(r#""state":2,"#) && data.contains(r#""test":true"#), "{data}");

    // Only the registration of the device itself changes that, and a test ends no alarm.
    host.register(&format!("{UITD}/1.1"), r#"{"test_bit":"trust"}"#);
    assert_eq!(said(&host, &fire), test);
    assert_eq!(said(&host, &one(42, 3)), alarm);
    assert_eq!(said(&host, &fire), test);
    assert_eq!(said(&host, &one(42, 1)), over);

    // Settings that do not fit mute nothing.
    host.register(&format!("{UITD}/1.1"), r#"{"test_bit":7}"#);
    assert_eq!(said(&host, &fire), alarm);
    assert!(host.logged()[0].1.contains("settings of 000000000379/1.1"));
}

#[test]
fn texts() {
    let titled = |note: &[u8]| {
        let outcome = decode(&Host::fresh(), &send(2, &[component(42, 3, note, TAG)])).unwrap();
        (outcome.signals[0].title.clone(), outcome.signals[0].data.contains("note_raw"))
    };
    let plain = |text: &str| (format!("{text} 火警"), false);
    assert_eq!(titled(b"A-101 @@ ## \"x\"\\"), plain("A-101 @@ ## \"x\"\\"));
    assert_eq!(titled(&[b' '; 31]), plain("点型光电感烟火灾探测器10-2"));
    // 31 bytes hold fifteen characters and half of the next.
    let long = [0xBA, 0xC5].repeat(16);
    assert_eq!(titled(&long[..31]), (format!("{} 火警", "号".repeat(15)), true));
    assert_eq!(titled(&[0xFF; 31]), ("点型光电感烟火灾探测器10-2 火警".to_owned(), true));
}

#[test]
fn time_tags() {
    let when = |tag: [u8; 6]| said(&Host::fresh(), &send(2, &[component(42, 3, b"x", tag)]));
    let fire = |at: &str| format!("alarm fire.smoke {PLACE} {at} x 火警");
    assert_eq!(when([59, 59, 23, 31, 12, 25]), [fire("@12-31T23:59:59")]);
    // A wrong clock is kept: the host compares.
    assert_eq!(when([0, 0, 0, 1, 1, 0]), [fire("@01-01T00:00:00")]);
    for (tag, shown) in [
        ([20, 30, 14, 12, 7, 99], "141e0e0c0763"),
        ([20, 30, 14, 0, 7, 26], "141e0e00071a"),
        ([20, 30, 14, 12, 0, 26], "141e0e0c001a"),
        ([20, 30, 14, 30, 2, 26], "141e0e1e021a"),
        ([60, 30, 14, 12, 7, 26], "3c1e0e0c071a"),
        ([0; 6], "000000000000"),
        ([0xFF; 6], "ffffffffffff"),
    ] {
        let defect = format!("! {PLACE}: 时间标签 {shown} 无效 (no such time)");
        assert_eq!(when(tag), [fire("@-"), defect]);
    }
}

/// Named once a frame; the fire is live, at the time that its device says.
#[test]
fn a_clock_that_is_ahead_is_named() {
    let fire = |at: &str| format!("alarm fire.smoke {PLACE} {at} x 火警");
    let object = |tag: [u8; 6]| component(42, 3, b"x", tag);
    let defect = |at: &str| {
        format!("! : 时间标签 {at}+08:00 晚于收到时间一天以上, 装置时钟不准 (more than a day ahead)")
    };
    // Received at 14:30:30.
    check(&send(2, &[object([30, 30, 14, 13, 7, 26])]), &[&fire("@07-13T14:30:30")]);
    check(
        &send(2, &[object([31, 30, 14, 13, 7, 26])]),
        &[&fire("@07-13T14:30:31"), &defect("2026-07-13T14:30:31")],
    );
    let two = [[0, 0, 0, 1, 1, 38], [59, 59, 23, 31, 12, 40]];
    check(
        &send(2, &two.map(object)),
        &[&fire("@01-01T00:00:00"), &fire("@12-31T23:59:59"), &defect("2040-12-31T23:59:59")],
    );
    // That of the frame, behind whose objects stands the right time or none.
    let mut ahead = send(7, &[[&[1, 1, 42, 10, 0, 2, 0][..], b"x", &[0; 30]].concat()]);
    ahead[11] = 38;
    let at = ahead.len() - 3;
    ahead[at] = checksum(&ahead);
    let told = said(&Host::fresh(), &ahead);
    assert_eq!((told.len(), &told[1]), (2, &defect("2038-07-12T14:30:20")));
}

#[test]
fn components_without_text() {
    let short = |state: u8| [&[1, 1, 42, 10, 0, 2, 0, state, 0][..], &TAG].concat();
    let name = "点型光电感烟火灾探测器10-2";
    check(
        &send(2, &[short(0x23)]),
        &[
            &format!("alarm fire.smoke {PLACE} {AT} {name} 火警"),
            &format!("status status.started {PLACE} {AT} {name} 启动"),
        ],
    );
    check(
        &send(2, &[short(1), short(1)]),
        &[format!("status status.normal {PLACE} {AT} {name} 正常").as_str(); 2],
    );
}

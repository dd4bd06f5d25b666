use super::*;
use crate::crc;

const EXTRA: &str = "7E7E0100330781010000330026020012260712143020F1F1003307810148F0F0260712143039230001234526190000853812121003EE4A";
const TEST: &str = "7E7E0100123456781234 30002B020003591011154947F1F1001234567848F0F0591011154920190000052619000005392300000127381211150320FA";
const KEEPALIVE: &str = "7E7E01001234567812342F0008020003591011155111036BCA";

#[test]
fn reports_are_read_and_confirmed() {
    let check = |hex: &str, expect: &[&str]| check(&bytes(hex), expect).expect("a report");
    let outcome = check(
        EXTRA,
        &[
            "reading water.level 12.345 m @14:30:00",
            "reading rain.total 8.5 mm @14:30:00",
            "reading power.voltage 12.1 V @14:30:00",
            "alarm water.threshold 12.345 m @14:30:00",
        ],
    );
    assert!(outcome.signals.iter().all(|signal| signal.device == "0033078101"));
    let reply = &outcome.sends[0].payload;
    assert_eq!(reply[..22], bytes("7E7E 0033078101 01 0000 33 8008 02 0012260712143020"));
    assert_eq!(reply[22], 0x1B);
    assert_eq!(crc::of(&reply[..23]).to_be_bytes(), reply[23..]);
    check(
        TEST,
        &[
            "reading rain.current 0.5 mm",
            "reading rain.total 0.5 mm",
            "reading water.level 0.127 m",
            "reading power.voltage 11.15 V",
            // The year is 59.
            "defect 发报时间 2059-10-11T15:49:47+08:00 晚于收到时间一天以上",
            "defect 观测时间 2059-10-11T15:49:00+08:00 晚于收到时间一天以上",
        ],
    );
    // It has no downlink.
    let kept = check(KEEPALIVE, &[]);
    assert!(kept.sends.is_empty());
    // More of the same conversation follows: go on.
    let more = "7E7E010033078101000032001D020012260712143020F1F1003307810148F0F02607121430392300012345171242";
    let outcome = check(more, &["reading water.level 12.345 m @14:30:00"]);
    assert_eq!(outcome.sends[0].payload, bytes("7E7E003307810101000032800802001226071214302006018C"));
}

#[test]
fn what_is_wrong_is_refused_and_not_confirmed() {
    let spoil = |place: usize, byte: u8| {
        let mut spoilt = bytes(EXTRA);
        spoilt[place] = byte;
        spoilt
    };
    for (frame, reason) in [
        (spoil(30, 0x99), "CRC"),
        (spoil(12, 0x27), "正文长度"),
        (bytes(EXTRA)[..20].to_vec(), "正文长度"),
        (frame(0x33, 0x02, &bytes("0012"), 0x03), "流水号"),
        (frame(0x33, 0x09, &bytes("0012260712143020"), 0x03), "起始符"),
        (frame(0x33, 0x02, &bytes("0012260712143020"), 0x09), "结束符"),
        (frame(0x7F, 0x02, &bytes("0012260712143020"), 0x03), "功能码"),
        (b"hello".to_vec(), "neither"),
        (Vec::new(), "neither"),
    ] {
        let refusal = send(&Host::fresh(), "", &frame).unwrap_err();
        assert!(refusal.reason.contains(reason), "{} lacks {reason}", refusal.reason);
        assert!(refusal.reply.is_empty());
    }
}

#[test]
fn parts_that_cannot_be_read_leave_the_rest() {
    let head = "0012260712143020F1F1003307810148F0F02607121430";
    let check = |elements: &str, expect: &[&str]| {
        let frame = frame(0x32, 0x02, &bytes(&format!("{head}{elements}")), 0x03);
        check(&frame, expect).expect("a report");
    };
    check("3923FFFFFFFF38121210", &["reading power.voltage 12.1", "defect 瞬时水位"]);
    check("3923FF001234", &["reading water.level -1.234"]);
    check("3923000123", &["defect 要素 39H 应有 4 字节"]);
    check("7A 12 1234", &["reading sl651.7a 12.34"]);
    check("45 20 00000004", &["status station.state @14:30:00"]);
    check("F0F0 2613121430 38121210", &["reading power.voltage 12.1 V @14:30:20", "defect 观测时间"]);
    check("45 28 0000000004", &["defect 状态及报警信息 (45H) 应有 4 字节, 实为 5"]);
    check("3923", &["defect 要素 39H 应有 4 字节, 只剩 0"]);
    check("39", &["defect 要素 39H 缺数据定义, 第 24 字节起余 1 字节"]);
    check("FF12", &["defect 要素 FFH 缺数据定义"]);
    check("F0F0 2607", &["defect F0F0 之后缺观测时间, 第 24 字节起余 4 字节"]);
    check("F1F1 0033", &["defect F1F1 之后缺遥测站地址"]);
    check("F1F1 0033078102", &[]);
}

/// Whole frames: what each says.
#[test]
fn groups_of_a_body() {
    let check = |hex: &str, expect: &[&str]| check(&bytes(hex), expect);
    // An identifier of two bytes.
    check(
        "7E7E0100330781010000320020020012260712143020F1F1003307810148F0F02607121430FF121212343812121003F1B0",
        &["reading sl651.ff12 12.34 1 @14:30:00", "reading power.voltage 12.1 V @14:30:00"],
    )
    .expect("a report");
    // VA and VJ.
    check(
        "7E7E0100330781010000320021020012260712143020F1F1003307810148F0F02607121430361B001234371B00125003CEE3",
        &["reading water.velocity-mean 1.234 m/s @14:30:00", "reading water.velocity 1.25 m/s @14:30:00"],
    )
    .expect("a report");
    // Behind these marks all is data.
    let level = "reading water.level 12.345 m @14:30:00";
    check(
        "7E7E0100330781010000320023020012260712143020F1F1003307810148F0F02607121430392300012345F3F3FFD8FFE003FBF2",
        &[level, "defect 图片 F3F3 之后 4 字节不解析"],
    )
    .expect("a report");
    check(
        "7E7E0100330781010000320024020012260712143020F1F1003307810148F0F02607121430392300012345FDF601020304050346EC",
        &[level, "defect 批量流速 FDF6 之后 5 字节不解析"],
    )
    .expect("a report");
    // A reservoir's level, not its rain, is what has crossed.
    check(
        "7E7E0100330781010000330022020012260712143020F1F100330781014BF0F0260712143026190000853B2300098765037C25",
        &[
            "reading rain.total 8.5 mm @14:30:00",
            "reading water.level-above 98.765 m @14:30:00",
            "alarm water.threshold 98.765 m @14:30:00",
        ],
    )
    .expect("a report");
}

/// 加报 of a level that cannot be read is one of water all the same.
#[test]
fn an_unread_level_has_crossed() {
    let head = "0012260712143020F1F1003307810148F0F02607121430";
    for (body, more) in
        [("3923AAAAAAAA", ""), ("39230000123A", ""), ("38121210392300", "reading power.voltage ")]
    {
        let report = frame(0x33, 0x02, &bytes(&format!("{head}{body}")), 0x03);
        let expect: Vec<&str> =
            [more, "alarm water.threshold", "defect "].into_iter().filter(|line| !line.is_empty()).collect();
        check(&report, &expect).expect("a report");
    }
}

#[test]
fn several_stations_in_one_report() {
    let two = "7E7E0100330781010000330031020012260712143020F1F1003307810148F0F02607121430392300012345\
               F1F1003307810250F0F02607121425261900008503AAD4";
    let outcome = check(
        &bytes(two),
        &[
            "reading water.level 12.345 m @14:30:00",
            "reading rain.total 8.5 mm @14:25:00",
            "alarm water.threshold 12.345 m @14:30:00",
            "alarm rain.threshold 8.5 mm @14:25:00",
        ],
    )
    .expect("a report");
    let devices: Vec<&str> = outcome.signals.iter().map(|signal| signal.device.as_str()).collect();
    assert_eq!(devices, ["0033078101", "0033078102", "0033078101", "0033078102"]);
    assert!(outcome.signals[1].data.contains(r#""class":80"#), "{}", outcome.signals[1].data);

    // What a collecting station passes on is the other's, and said to be.
    let head = "0012260712143020F1F1003307810248F0F02607121430";
    let passed = frame(0x32, 0x02, &bytes(&format!("{head}38121210")), 0x03);
    let outcome =
        check(&passed, &["reading power.voltage", "defect 正文地址 0033078102 与帧头 0033078101 不同"])
            .expect("a report");
    assert_eq!(outcome.signals[0].device, "0033078102");
}

/// The last two bytes of an address may be HEX (6.2.3.2 b).
#[test]
fn an_address_may_end_in_hex() {
    let hex = "7E7E01330781001A0000330021020012260712143020F1F1330781001A48F0F0260712143039230001234538121210038922";
    let outcome = check(
        &bytes(hex),
        &[
            "reading water.level 12.345 m @14:30:00",
            "reading power.voltage 12.1 V @14:30:00",
            "alarm water.threshold 12.345 m @14:30:00",
        ],
    )
    .expect("a report");
    assert!(outcome.signals.iter().all(|signal| signal.device == "330781001A"));
    assert!(outcome.sends[0].payload.starts_with(&bytes("7E7E330781001A01000033")));
}

/// Received at 14:30:20 of the 12th.
#[test]
fn a_clock_that_is_ahead_is_named_and_silences_nothing() {
    let check = |sent: &str, observed: &str, at: Option<i64>, defects: &[&str]| {
        let body = format!("0012{sent}F1F1003307810148F0F0{observed}392300012345");
        let outcome = send(&Host::fresh(), "", &frame(0x33, 0x02, &bytes(&body), 0x03)).expect("a report");
        assert_eq!(outcome.signals.len(), 2);
        assert!(outcome.signals.iter().all(|signal| signal.observed == at), "{sent} {observed}");
        assert_eq!(outcome.signals[1].kind, Kind::Alarm);
        assert_eq!(outcome.defects.len(), defects.len(), "{:?}", outcome.defects);
        outcome
            .defects
            .iter()
            .zip(defects)
            .for_each(|(got, expect)| assert!(got.starts_with(expect), "{got}"));
    };
    let (sent, observed) = ("发报时间 2026-07-13T14:30:21", "观测时间 2026-07-13T14:31:00");
    check("260713143020", "2607131430", Some(RECEIVED + 86_380_000), &[]);
    check("260713143021", "2607131430", Some(RECEIVED + 86_380_000), &[sent]);
    check("260713143020", "2607131431", Some(RECEIVED + 86_400_000), &[observed]);
    check("260713143021", "2607131431", None, &[sent, observed]);
}

/// The framer leaves to the next frame what looks like its beginning.
#[test]
fn a_wrong_checksum_is_named_even_where_it_looks_like_a_mark() {
    let check = |frame: Vec<u8>| {
        let pieces = Host::fresh().frame::<Water>(&[&frame, &bytes(EXTRA)[..]].concat());
        let damaged = &frame[..(pieces[0].length as usize).min(frame.len())];
        assert_eq!(pieces.last().expect("the next").length as usize, bytes(EXTRA).len());
        let refusal = send(&Host::fresh(), "", damaged).unwrap_err();
        assert!(refusal.reason.contains("CRC") && refusal.reason.contains("0xEE4A"), "{}", refusal.reason);
    };
    for sum in ["7E7E", "127E", "A55A", "12A5", "1201", "EE4B"] {
        let whole = bytes(EXTRA);
        check([&whole[..whole.len() - 2], &bytes(sum)].concat());
    }
}

/// All behind F2F2 is what an observer wrote.
#[test]
fn a_manual_report_is_one_report() {
    let check = |hex: &str, title: &str, data: &str| {
        let outcome = check(&bytes(hex), &["report water.manual @14:30:20"]).expect("a report");
        assert_eq!(outcome.signals[0].title, title);
        assert!(outcome.signals[0].data.contains(data), "{}", outcome.signals[0].data);
        assert_eq!(outcome.sends.len(), 1);
    };
    check(
        "7E7E0100330781010000350029020012260712143020F2F25354203333303738313031205454203037313231343330205A2031322E3335037E19",
        "遥测站 0033078101 人工置数: ST 33078101 TT 07121430 Z 12.35",
        r#""text":"ST 33078101 TT 07121430 Z 12.35""#,
    );
    let told = |text: &[u8], title: &str, data: &str| {
        let body = [&bytes("0012260712143020F2F2")[..], text].concat();
        let outcome =
            super::check(&frame(0x39, 0x02, &body, 0x03), &["report water.manual"]).expect("a report");
        assert_eq!(outcome.signals[0].title, format!("遥测站 0033078101 人工置数: {title}"));
        assert!(outcome.signals[0].data.contains(data), "{}", outcome.signals[0].data);
    };
    // GB 18030, and its bytes, since nobody said so.
    told(b"\xD3\xEA\xC1\xBF12.3", "雨量12.3", r#""bytes":"d3eac1bf31322e33","text":"雨量12.3""#);
    told("雨量12.3".as_bytes(), "雨量12.3", r#""text":"雨量12.3""#);
    // A letter that was cut in two.
    told(b"\xD3\xEA\xC1", "雨", r#""text":"雨""#);
    told(&"雨量".as_bytes()[..5], "雨", r#""text":"雨""#);
    // Neither: nothing is made up.
    told(b"\xFF\xFE12.3", "6 字节", r#""bytes":"fffe31322e33""#);
}

#[test]
fn a_picture_is_confirmed_and_kept() {
    let picture = bytes("0012260712143020F1F1003307810148F0F02607121430F3F3FFD8FFE0");
    let refusal = send(&Host::fresh(), "", &frame(0x36, 0x02, &picture, 0x03)).unwrap_err();
    assert!(refusal.reason.contains("36H"), "{}", refusal.reason);
    assert!(refusal.reply.starts_with(&bytes("7E7E 0033078101 01 0000 36 8008 02 0012260712143020 1B")));
}

/// What the host takes of one answer, whatever comes: see `plugin.toml`.
#[test]
fn answers_stay_within_the_limits() {
    let head = bytes("0012260712143020");
    let with = |function: u8, text: &str, unit: &str, count: usize| {
        let body = [head.clone(), bytes(text), bytes(unit).repeat(count)].concat();
        let outcome =
            send(&Host::fresh(), "0033078101", &frame(function, 0x02, &body, 0x03)).expect("a report");
        let text = |text: &str| 16 + text.len() + text.matches(['"', '\\']).count();
        let weight: usize = outcome
            .signals
            .iter()
            .map(|signal| {
                text(&signal.title) + text(&signal.data) + signal.code.len() + signal.device.len() + 10
            })
            .chain(outcome.defects.iter().map(|defect| text(defect)))
            .sum();
        assert!(outcome.signals.len() <= 1_024 && weight <= 250_000, "{} {weight}", outcome.signals.len());
        outcome
    };
    let outcome = with(0x31, "F0F02607121430 0418000005 3909", "AA", 4_000);
    assert_eq!((outcome.signals.len(), outcome.defects.len()), (0, 33));
    let outcome = with(0x38, "F0F02607121430 0418000005 3909", "12", 4_000);
    assert_eq!(outcome.signals.len(), 900);
    assert!(outcome.defects[0].contains("晚于收到时间一天以上"), "{:?}", outcome.defects);
    assert!(outcome.defects[1].contains("余 3100 未列"), "{:?}", outcome.defects);
    with(0x33, "", "F1F1 0033078102 48 1A 09 12 F1F1 0033078103 48 1A 09 12", 180);
    with(0x33, "", "F6F8 000000000000000000000000000000000000000000000000000000000000FF", 120);
    with(0x39, "F2F2", "01", 4_000);
    with(0x32, "", "0100", 2_000);
    with(0x32, "", "FFFF 4F 999999999999999999", 330);
}

//! Tables of reports and what becomes of them.

use crate::Grid;
use proptest::prelude::*;
use serde_json::{Value, json};
use tocsin_sdk::mock::Host;
use tocsin_sdk::{
    Datum, Event, Kind, Message, Outcome, PieceKind, Rejection, RejectionKind, Severity, Urgency,
};

fn decode(payload: &[u8]) -> Result<Outcome, Rejection> {
    Host::fresh().decode::<Grid>(Host::message("", payload))
}

fn accepted(report: Value) -> Outcome {
    decode(report.to_string().as_bytes())
        .unwrap_or_else(|refused| panic!("{report} was refused: {refused:?}"))
}

#[test]
fn a_whole_report() {
    let outcome = accepted(json!({
        "id": "GW-20260712-0031", "category": "火情", "text": "东苑小区 3 幢\n楼道冒烟",
        "photo": "https://grid.example/p/31.jpg",
        "position": {"lon": "120.2987", "lat": 29.2801, "datum": "GCJ-02"},
        "reporter": {"id": "grid-002-01", "name": "周明", "phone": "138-0000-1001"},
        "time": "2026-07-12 14:30:20", "township": 330791002000_u64, "level": "较大",
    }));
    let signal = &outcome.signals[0];
    assert_eq!((outcome.signals.len(), outcome.defects.len()), (1, 0), "{:?}", outcome.defects);
    assert_eq!((&signal.kind, signal.code.as_str()), (&Kind::Report, "report.fire"));
    assert_eq!((signal.device.as_str(), signal.reference.as_str()), ("grid-002-01", "GW-20260712-0031"));
    assert_eq!((signal.urgency, signal.severity), (Urgency::Immediate, Severity::Moderate));
    assert_eq!(signal.observed, Some(1_783_837_820_000));
    assert_eq!(signal.region, "330791002000");
    let position = signal.position.unwrap();
    assert_eq!((position.lon, position.lat, position.datum), (120.2987, 29.2801, Datum::Gcj02));
    assert_eq!(signal.title, "火情:东苑小区 3 幢 楼道冒烟");
    assert_eq!(
        serde_json::from_str::<Value>(&signal.data).unwrap(),
        json!({"category": "火情", "text": "东苑小区 3 幢\n楼道冒烟", "photos": ["https://grid.example/p/31.jpg"],
               "reporter": {"id": "grid-002-01", "name": "周明", "phone": "138-0000-1001"}})
    );
    let send = &outcome.sends[0];
    let reply: Value = serde_json::from_slice(&send.payload).unwrap();
    assert_eq!(send.device, "");
    assert_eq!(
        reply,
        json!({"accepted": true, "reference": "GW-20260712-0031", "code": "report.fire", "defects": []})
    );
}

#[test]
fn categories() {
    let check = |written: Value, code: &str, defects: usize| {
        let outcome = accepted(json!({"text": "某处", "category": written}));
        assert_eq!((outcome.signals[0].code.as_str(), outcome.defects.len()), (code, defects), "{written}");
    };
    for (written, code) in [
        ("火情", "report.fire"),
        ("火灾类", "report.fire"),
        ("Fire", "report.fire"),
        (" report.fire ", "report.fire"),
        ("内涝", "report.flood"),
        ("flood", "report.flood"),
        ("燃气", "report.gas"),
        ("危化品", "report.chemical"),
        ("人员聚集", "report.crowd"),
        ("群体性事件", "report.crowd"),
        ("事故", "report.accident"),
        ("交通事故", "report.traffic"),
        ("滑坡", "report.geology"),
        ("停电", "report.power"),
        ("治安", "report.security"),
        ("入侵", "report.intrusion"),
        ("急救", "report.health"),
        ("环境", "report.environment"),
        ("安全隐患", "report.hazard"),
        ("其他", "report.other"),
    ] {
        check(written.into(), code, 0);
    }
    check("飞碟".into(), "report.other", 1);
    check(7.into(), "report.other", 1);
    check(json!(["火情"]), "report.other", 1);
    check(Value::Null, "report.other", 1);
}

#[test]
fn times() {
    let check = |written: Value, expect: Option<i64>| {
        let outcome = accepted(json!({"category": "火情", "time": written}));
        assert_eq!(outcome.signals[0].observed, expect, "{written}");
        assert_eq!(outcome.defects.is_empty(), expect.is_some() || written == "", "{written}");
    };
    let at = Some(1_783_837_820_000);
    for written in [
        "2026-07-12T14:30:20+08:00",
        "2026-07-12T14:30:20",
        "2026-07-12 14:30:20",
        "2026/7/12 14:30:20",
        "2026-07-12T06:30:20Z",
        "2026-07-12T06:30:20.000Z",
        "2026-07-12T07:30:20+0100",
        "20260712143020",
        "1783837820",
        "1783837820000",
        "2026-07-12 14:30:20 +08",
    ] {
        check(written.into(), at);
    }
    check(1_783_837_820_i64.into(), at);
    check("2026-07-12T14:30:20.25".into(), Some(1_783_837_820_250));
    check("2026-07-12 14:30".into(), Some(1_783_837_800_000));
    check("2024-02-29T00:00:00Z".into(), Some(1_709_164_800_000));
    for wrong in [
        "昨天",
        "2026-02-29 10:00:00",
        "2026-13-01 10:00",
        "2026-07-12 24:01:00",
        "2026-07-12",
        "12",
        "2026-07-12 1:2:3:4",
        "2026-07-12T14:30:20+99:00",
    ] {
        check(wrong.into(), None);
    }
    check("".into(), None);
}

#[test]
fn positions() {
    let check = |report: Value, expect: (f64, f64, Datum)| {
        let mut whole = json!({"category": "火情"});
        whole.as_object_mut().unwrap().extend(report.as_object().unwrap().clone());
        let outcome = accepted(whole);
        let position = outcome.signals[0].position.unwrap();
        assert_eq!((position.lon, position.lat, position.datum), expect, "{report}");
        assert_eq!(outcome.defects, Vec::<String>::new(), "{report}");
    };
    let at = |datum| (120.25, 29.5, datum);
    check(json!({"position": {"lon": 120.25, "lat": 29.5}}), at(Datum::Wgs84));
    check(json!({"position": {"lng": "120.25", "lat": " 29.5 ", "datum": "bd09"}}), at(Datum::Bd09));
    check(
        json!({"location": {"longitude": 120.25, "latitude": 29.5}, "coordType": "gcj02"}),
        at(Datum::Gcj02),
    );
    check(json!({"position": [120.25, 29.5], "datum": "WGS-84"}), at(Datum::Wgs84));
    check(json!({"position": "120.25,29.5"}), at(Datum::Wgs84));
    check(json!({"geometry": {"type": "Point", "coordinates": [120.25, 29.5, 12]}}), at(Datum::Wgs84));
    check(json!({"lon": 120.25, "lat": "29.5", "坐标系": "GCJ02"}), at(Datum::Gcj02));

    let host = Host::fresh();
    host.set("datum", "gcj02");
    let outcome =
        host.decode::<Grid>(Host::message("", br#"{"type":"fire","lon":120.25,"lat":29.5}"#)).unwrap();
    assert_eq!(outcome.signals[0].position.unwrap().datum, Datum::Gcj02);
}

#[test]
fn what_is_optional_and_unreadable_is_left_out_and_named() {
    let check = |field: &str, value: Value, word: &str| {
        let outcome = accepted(json!({"category": "火情", "text": "x", field: value}));
        assert_eq!(outcome.signals[0].code, "report.fire");
        assert!((1..=17).contains(&outcome.defects.len()), "{field}: {:?}", outcome.defects);
        assert!(outcome.defects[0].contains(word), "{field}: {:?}", outcome.defects);
    };
    check("photo", "javascript:alert(1)".into(), "photo");
    check("photo", json!({"data": "aGVsbG8="}), "photo");
    check("photos", json!(["p31.jpg", "data:image/png;base64,aGVsbG8="]), "photos");
    check("photo", "p\n31.jpg".into(), "photo");
    check("township", "33079100".into(), "township");
    check("level", "很大".into(), "level");
    check("reporter", true.into(), "reporter");
    check("id", "x".repeat(65).into(), "id");
    check("photos", json!(vec![1; 9_000]), "more than 16");
    check("txet", "东苑小区".into(), "txet");
    check("position", json!({"lon": 0, "lat": 0.0}), "0, 0");
    check("lon", 120.1.into(), "no latitude beside it");
    check("position", json!({"lat": 29.1}), "needs lon and lat");
    check("position", json!({"lon": "east", "lat": 29.1}), "position.lon");
    check("position", json!([120.1]), "2 numbers");
    check("position", "downtown".into(), "lon,lat");
    check("position", json!([29.1, 120.1]), "swapped");
    check("position", json!({"lon": 200, "lat": 29.1}), "not on the earth");
    check("position", json!({"lon": 120.1, "lat": 29.1, "datum": "mars"}), "none of wgs84");
    check("内容", "second text".into(), "内容");

    let outcome = accepted(
        json!({"text": "x", "category": "fire", "reporter": "a/b c", "township": "330791002", "photo": null, "position": {}}),
    );
    assert_eq!(
        (outcome.signals[0].device.as_str(), outcome.signals[0].region.as_str()),
        ("a-b-c", "330791002000")
    );
    assert_eq!(outcome.defects, Vec::<String>::new());
}

#[test]
fn photos_are_named_and_never_shown() {
    let check = |photo: Value, photos: Value, defects: &[&str]| {
        let outcome = accepted(json!({"text": "x", "category": "fire", "photo": photo}));
        let data: Value = serde_json::from_str(&outcome.signals[0].data).unwrap();
        assert_eq!(data.get("photos").unwrap_or(&json!([])), &photos);
        assert_eq!(outcome.defects, defects);
    };
    let picture = "iVBORw0KGgo=".repeat(2_560);
    let inline = "photo: 30720 characters are a picture and no name of one; send a link";
    check(picture.clone().into(), json!([]), &[inline]);
    check(json!([{ "url": picture }, "p31.jpg"]), json!(["p31.jpg"]), &[inline]);
    check(
        json!({ "data": picture }),
        json!([]),
        &["photo: 30731 characters are a picture and no name of one; send a link"],
    );
    for kept in ["p31.jpg", "现场 1.jpg", "ftp://x/y.jpg", "C:\\p\\31.jpg", &"x".repeat(500)] {
        check(kept.into(), json!([kept]), &[]);
    }
    // A picture alone is a report.
    let outcome = accepted(json!({ "photo": picture, "lon": 120.25, "lat": 29.5 }));
    assert_eq!((outcome.signals[0].code.as_str(), outcome.defects.len()), ("report.other", 2));
    // The largest frame of the host.
    let room = 128 * 1024 - r#"{"text":"x","photo":""}"#.len();
    let large = |more: usize| format!(r#"{{"text":"x","photo":"{}"}}"#, "A".repeat(room + more));
    assert_eq!(decode(large(0).as_bytes()).unwrap().defects.len(), 2);
    assert!(decode(large(1).as_bytes()).unwrap_err().reason.contains("131073 bytes are more than 131072"));
}

#[test]
fn a_township_in_words_is_kept() {
    let outcome = accepted(json!({"text": "x", "category": "fire", "乡镇": "石湖镇"}));
    let data: Value = serde_json::from_str(&outcome.signals[0].data).unwrap();
    assert_eq!((outcome.signals[0].region.as_str(), &data["region_name"]), ("", &json!("石湖镇")));
    assert_eq!(outcome.defects, Vec::<String>::new());
}

#[test]
fn refusals_name_the_field() {
    let check = |payload: &[u8], kind: RejectionKind, field: &str| {
        let shown = String::from_utf8_lossy(payload).chars().take(60).collect::<String>();
        let refused = decode(payload).expect_err(&shown);
        let reply: Value = serde_json::from_slice(&refused.reply).unwrap();
        assert_eq!((refused.kind, reply["field"].as_str().unwrap()), (kind, field), "{shown}");
        assert_eq!(reply["accepted"], false);
        assert!(refused.reason.contains(reply["reason"].as_str().unwrap()));
    };
    use RejectionKind::Malformed;
    for whole in [
        &b""[..],
        b"hello",
        b"[1]",
        b"\"x\"",
        b"{",
        b"{\"text\":\"x\"} {",
        b"{\"text\":\"\xff\"}",
        b"\x00\x01",
    ] {
        check(whole, Malformed, "");
    }
    check("[".repeat(100_000).as_bytes(), Malformed, "");
    check("[".repeat(60_000).as_bytes(), Malformed, "");
    check(format!("{{\"text\":\"{}\"}}", "x".repeat(24_570)).as_bytes(), Malformed, "");
    check(format!("{{\"text\":\"{}\"}}", "x".repeat(131_072)).as_bytes(), Malformed, "");
    check(b"{}", Malformed, "text");
    check(br#"{"text":"  ","category":null,"lon":120,"lat":29}"#, Malformed, "text");
    check(br#"{"type":"FeatureCollection","features":[1]}"#, Malformed, "text");
    check(br#"{"text":"x","position":[120.1, 1e999]}"#, Malformed, "");
}

#[test]
fn the_same_bytes_are_the_same_matter() {
    let reference = |text: &str| decode(text.as_bytes()).unwrap().signals[0].reference.clone();
    let first = reference(r#"{"text":"x"}"#);
    assert_eq!(first, reference("{\"text\":\"x\"}\n"));
    assert_ne!(first, reference(r#"{"text":"y"}"#));
}

#[test]
fn a_long_text_is_cut_in_the_title_alone() {
    let text = "烟".repeat(100);
    let outcome = accepted(json!({"category": "火情", "text": text}));
    assert_eq!(outcome.signals[0].title.chars().count(), 3 + 60 + 1);
    assert!(outcome.signals[0].data.contains(&text));
}

#[test]
fn each_step_goes_out_to_the_platform() {
    let event = |kind: &str, data: Value| Event {
        sequence: 1,
        time: 1_783_837_820_000,
        kind: kind.to_owned(),
        device: String::new(),
        subject: "G20260712-0001".to_owned(),
        data: data.to_string(),
    };
    let host = Host::fresh();
    let case = json!({
        "reference": "GW-31", "state": "assigned", "reporter": {"id": "grid-002-01"},
        "platform_name": "综合执法", "note": "按类别自动分派", "due_at": 1_783_837_880_000_i64, "result": "",
    });
    assert!(host.deliver::<Grid>(event("grid.assigned", case.clone())).unwrap().sends.is_empty());
    host.set("platform", "grid-platform");
    let outcome = host.deliver::<Grid>(event("grid.assigned", case)).unwrap();
    let send = &outcome.sends[0];
    assert_eq!((send.device.as_str(), send.channel.as_str()), ("grid-platform", "events"));
    let said: Value = serde_json::from_slice(&send.payload).unwrap();
    assert_eq!(
        said,
        json!({"eventId": "GW-31", "caseId": "G20260712-0001", "reporter": "grid-002-01", "step": "assigned",
               "stepName": "已分派", "status": "assigned", "statusName": "已分派", "platform": "综合执法",
               "note": "按类别自动分派", "due": "2026-07-12T14:31:20+08:00", "time": "2026-07-12T14:30:20+08:00"})
    );
    let answered = |origin: &str| {
        let message = Message { origin: origin.to_owned(), ..Host::message("grid-platform", b"") };
        host.decode::<Grid>(message).unwrap().defects.len()
    };
    assert_eq!((answered("answer/events"), answered("answer/events#400")), (0, 1));
}

#[test]
fn what_a_platform_says_of_a_case() {
    let check = |action: &str, step: &str| {
        let outcome = accepted(json!({"caseId": "G20260712-0001", "action": action, "result": "已扑灭"}));
        let signal = &outcome.signals[0];
        assert_eq!((&signal.kind, signal.code.as_str()), (&Kind::Progress, step), "{action}");
        assert_eq!((signal.reference.as_str(), signal.title.as_str()), ("G20260712-0001", "已扑灭"));
    };
    check("处置", "handle");
    check("feedback", "feedback");
    check("退回", "return");
    let refused = decode(r#"{"caseId": "G1", "action": "dance"}"#.as_bytes()).unwrap_err();
    assert!(refused.reason.contains("none of handle, feedback, return"), "{}", refused.reason);
    let long = json!({"caseId": "G1", "action": "feedback", "result": "x".repeat(25_000)}).to_string();
    assert!(decode(long.as_bytes()).unwrap_err().reason.contains("more than 24576"));
    let pictured = accepted(json!({"caseId": "G1", "action": "feedback", "photo": "A".repeat(30_000)}));
    assert_eq!((pictured.signals.len(), pictured.defects.len()), (1, 2), "{:?}", pictured.defects);
    let lacks = decode(r#"{"caseId": "G1", "act": "handle"}"#.as_bytes()).unwrap_err();
    assert!(lacks.reason.contains("`act` is unknown"), "{}", lacks.reason);
}

#[test]
fn framing() {
    use PieceKind::{Noise, Red, Routine};
    let check = |buffer: &str, expect: &[(PieceKind, &str)]| {
        let mut at = 0;
        let pieces = Host::fresh().frame::<Grid>(buffer.as_bytes());
        let cut: Vec<_> = pieces
            .iter()
            .map(|piece| {
                let from = at;
                at += piece.length as usize;
                (piece.kind, &buffer[from..at])
            })
            .collect();
        assert_eq!(cut, expect, "{buffer:?}");
    };
    let (a, b) = (r#"{"text":"a{\"\\"}"#, r#"{"category":"火情","p":{"lon":1}}"#);
    check("", &[]);
    check(a, &[(Routine, a)]);
    check(&format!("{a}\n{b}\r\n"), &[(Routine, a), (Noise, "\n"), (Red, b), (Noise, "\r\n")]);
    check(&format!("[{b},\n{a}]"), &[(Noise, "["), (Red, b), (Noise, ",\n"), (Routine, a), (Noise, "]")]);
    check(&format!("{b}{a}"), &[(Red, b), (Routine, a)]);
    check(&format!("junk\n{b}"), &[(Routine, "junk"), (Noise, "\n"), (Red, b)]);
    check(&format!("junk{b}"), &[(Routine, "junk"), (Red, b)]);
    check(&format!("{{\"a\":\"open\n{b}"), &[(Routine, "{\"a\":\"open"), (Noise, "\n"), (Red, b)]);
    // Cut behind a backslash.
    check(&format!("{{\"a\":\"\\\n{b}"), &[(Routine, "{\"a\":\"\\"), (Noise, "\n"), (Red, b)]);
    check(&format!("{{\"a\":\"\\\r\n{b}"), &[(Routine, "{\"a\":\"\\\r"), (Noise, "\n"), (Red, b)]);
    check(&format!("{b}{{\"text\":"), &[(Red, b)]);
    check("}\n", &[(Routine, "}"), (Noise, "\n")]);
    check("}", &[]);
    let endless = "{\"a\":[".to_owned() + &"1".repeat(70_000);
    let pieces = Host::fresh().frame::<Grid>(endless.as_bytes());
    assert_eq!((pieces[0].kind, pieces[0].length), (Routine, 60 * 1024 + 1));
    let refused = decode(&endless.as_bytes()[..60 * 1024 + 1]).unwrap_err();
    assert!(refused.reason.contains("61441 bytes are more than 61440"), "{}", refused.reason);
    // A report with its picture inside is one piece.
    let pictured = format!(r#"{{"category":"火情","photo":"{}"}}"#, "A".repeat(50_000));
    check(&format!("{pictured}\n"), &[(Red, &pictured), (Noise, "\n")]);
}

/// Any prefix and any damage of a report is refused or accepted, never a panic,
/// and framing covers the buffer in order without overrun.
#[test]
fn damage_never_panics() {
    let report =
        r#"[{"category":"火情","text":"东苑 {\"","position":[120.1,29.1],"time":"2026-07-12 14:30:20"}]"#
            .as_bytes();
    let mut seed = 0x2545_f491_4f6c_dd1d_u64;
    for round in 0..20_000 {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        let mut bytes = report[..(seed >> 8) as usize % (report.len() + 1)].to_vec();
        if let Some(byte) = bytes.get_mut((seed >> 24) as usize % report.len()) {
            *byte = (seed >> 40) as u8;
        }
        let covered: usize =
            Host::fresh().frame::<Grid>(&bytes).iter().map(|piece| piece.length as usize).sum();
        assert!(covered <= bytes.len(), "round {round}");
        let _ = decode(&bytes);
        let _ = decode(bytes.get(1..).unwrap_or_default());
    }
}

/// Reports, reports cut short, and bytes in which braces, quotes and line ends are likely.
fn part() -> impl Strategy<Value = Vec<u8>> {
    let whole =
        [r#"{"text":"a{\"\\"}"#, r#"{"category":"火情","p":{"lon":1}}"#, "{}", "[{\"text\":\"积水\"},\n"];
    let whole = prop::sample::select(whole.map(|text| text.as_bytes().to_vec()).to_vec());
    let short = (whole.clone(), any::<prop::sample::Index>())
        .prop_map(|(bytes, at)| bytes[..at.index(bytes.len())].to_vec());
    let litter = prop::sample::select(b"{}[]\"\\,: \r\nx\xE7".to_vec());
    prop_oneof![3 => whole, 2 => short, 2 => prop::collection::vec(litter, 0..12)]
}

fn cut<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> (Vec<(PieceKind, usize, Vec<u8>)>, usize) {
    let host = Host::fresh();
    let (mut cut, mut buffer, mut at) = (Vec::new(), Vec::new(), 0);
    for part in parts {
        buffer.extend_from_slice(part);
        for piece in host.frame::<Grid>(&buffer) {
            let bytes: Vec<u8> = buffer.drain(..piece.length as usize).collect();
            let from = at;
            at += bytes.len();
            if piece.kind != PieceKind::Noise {
                cut.push((piece.kind, from, bytes));
            }
        }
    }
    (cut, buffer.len())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn pieces_are_the_same_wherever_a_stream_is_cut(
        parts in prop::collection::vec(part(), 1..9),
        sizes in prop::collection::vec(1..30_usize, 1..12),
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

    /// A line that is no report, or a report cut in its text, costs itself alone.
    #[test]
    fn a_report_behind_garbage_is_whole(
        garbage in prop::collection::vec(
            prop::sample::select(vec!["junk", "1,2", "}", "]", "", "{\"text\":\"a", "{\"text\":\"{\\", "{\"text\":\"\\\\\\"]),
            0..6,
        ),
    ) {
        let report = r#"{"category":"火情","text":"东苑 {\""}"#.as_bytes();
        let mut stream: Vec<u8> = garbage.iter().flat_map(|line| [line.as_bytes(), b"\n"].concat()).collect();
        let at = stream.len();
        stream.extend_from_slice(report);
        let (pieces, left) = cut(stream.chunks(1));
        prop_assert_eq!(left, 0);
        prop_assert_eq!(pieces.last(), Some(&(PieceKind::Red, at, report.to_vec())));
    }
}

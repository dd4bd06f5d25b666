//! Tables of records and what becomes of them.

use crate::Safety;
use proptest::prelude::*;
use serde_json::{Value, json};
use tocsin_sdk::mock::Host;
use tocsin_sdk::{Kind, Message, Outcome, PieceKind, Rejection, RejectionKind, Signal};

fn message(source: &str, device: &str, payload: &[u8]) -> Message {
    let mut message = Host::message(device, payload);
    message.origin = format!("/in/safety/{source} 127.0.0.1:9");
    message
}

fn decode(source: &str, device: &str, payload: &[u8]) -> Result<Outcome, Rejection> {
    Host::fresh().decode::<Safety>(message(source, device, payload))
}

fn accepted(source: &str, record: &Value) -> Outcome {
    decode(source, "", record.to_string().as_bytes())
        .unwrap_or_else(|refused| panic!("{record} was refused: {refused:?}"))
}

fn data(signal: &Signal) -> Value {
    serde_json::from_str(&signal.data).unwrap()
}

/// Cuts a body as the host does, and decodes each piece.
fn import(source: &str, body: &[u8]) -> Vec<Result<Outcome, Rejection>> {
    let (mut device, mut at, mut results) = (String::new(), 0, vec![]);
    let pieces = Host::fresh().frame::<Safety>(body);
    for piece in &pieces {
        let bytes = &body[at..at + piece.length as usize];
        at += bytes.len();
        if !piece.device.is_empty() {
            device.clone_from(&piece.device);
        }
        if piece.kind != PieceKind::Noise {
            results.push(decode(source, &device, bytes));
        }
    }
    if at < body.len() {
        results.push(decode(source, &device, &body[at..]));
    }
    results
}

#[test]
fn a_danger_is_found() {
    let outcome = accepted(
        "dangers",
        &json!({"隐患编号": "YH-2026-0031", "隐患等级": "重大隐患", "隐患描述": "二楼安全出口上锁",
                "企业编号": "QY-0007", "企业名称": "青山化工一厂", "整改期限": "２０２６-07-31",
                "照片": "https://safety.example/p/1.jpg", "发现时间": "2026-07-12 14:30:20",
                "乡镇": 330791002000_u64, "经度": "120.30", "纬度": 29.28, "类别": "消防"}),
    );
    assert_eq!(outcome.defects, Vec::<String>::new());
    let signal = &outcome.signals[0];
    assert_eq!((&signal.kind, signal.code.as_str()), (&Kind::Report, "danger.found"));
    assert_eq!((signal.reference.as_str(), signal.region.as_str()), ("YH-2026-0031", "330791002000"));
    assert_eq!(signal.observed, Some(1_783_837_820_000));
    assert_eq!(signal.title, "青山化工一厂:二楼安全出口上锁");
    let data = data(signal);
    assert_eq!(
        (&data["level"], &data["unit"], &data["category"]),
        (&json!("major"), &json!("QY-0007"), &json!("消防"))
    );
    assert_eq!(data["photos"], json!(["https://safety.example/p/1.jpg"]));
    // A day ends with its last millisecond, in Beijing.
    assert_eq!(data["deadline"], 1_785_513_599_999_i64);
}

#[test]
fn an_enterprise_brings_its_dangers() {
    let outcome = accepted(
        "enterprises",
        &json!({"id": "QY-0007", "name": "青山化工一厂", "industry": "化工", "township": "330791002000",
                "principal": "周明", "principalPhone": "138-0000-2001", "hazards": ["液氨储罐"],
                "dangers": [{"id": "YH-1", "text": "阀门渗漏", "level": "major"}, {"text": "没有编号"}]}),
    );
    let codes: Vec<&str> = outcome.signals.iter().map(|signal| signal.code.as_str()).collect();
    assert_eq!(codes, ["unit.registered", "danger.found"]);
    let unit = data(&outcome.signals[0]);
    assert_eq!((&unit["trade"], &unit["hazards"]), (&json!("化工"), &json!(["液氨储罐"])));
    assert_eq!(unit["contacts"], json!([{"post": "主要负责人", "name": "周明", "phone": "138-0000-2001"}]));
    assert_eq!(data(&outcome.signals[1])["unit"], "QY-0007");
    assert_eq!(outcome.defects.len(), 2, "{:?}", outcome.defects);
}

#[test]
fn identity_is_strict_and_form_is_not() {
    let check = |source: &str, record: Value, expect: Result<&str, &str>| {
        let got = decode(source, "", record.to_string().as_bytes());
        let got = got.as_ref().map(|outcome| outcome.signals[0].code.as_str()).map_err(|refused| {
            let reply: Value = serde_json::from_slice(&refused.reply).expect("a reply in JSON");
            reply["field"].as_str().unwrap_or_default().to_owned()
        });
        assert_eq!(got.as_ref().map(|code| *code).map_err(String::as_str), expect, "{source} {record}");
    };
    check("dangers", json!({"id": 31, "text": "x", "deadline": ""}), Ok("danger.found"));
    check("dangers", json!({"id": "", "text": "x"}), Err("id"));
    check("dangers", json!({"id": "x".repeat(65), "text": "x"}), Err("id"));
    check("dangers", json!({"id": "H1"}), Err("text"));
    check("dangers", json!({"id": "H1", "text": "x", "lon": 200, "lat": 30}), Err("position"));
    check(
        "dangers",
        json!({"id": "H1", "text": "x", "time": "2026-07-12", "deadline": "2026-07-01"}),
        Err("deadline"),
    );
    check("enterprises", json!({"id": "Q1"}), Err("name"));
    check("enterprises", json!({"name": "厂"}), Err("id"));
    check(
        "enterprises",
        json!({"统一社会信用代码": "91330791XXXXXXXX01", "企业名称": "厂"}),
        Ok("unit.registered"),
    );
    check("rectifications", json!({"dangerId": "H1", "整改措施": "已拆"}), Ok("danger.rectified"));
    check("rectifications", json!({"dangerId": "H1"}), Err("measure"));
    check("rechecks", json!({"dangerId": "H1", "复查结果": "整改合格"}), Ok("danger.rechecked"));
    check("rechecks", json!({"dangerId": "H1", "passed": "也许"}), Err("passed"));
    check("rechecks", json!({"passed": true}), Err("id"));
    check("inspections", json!({"id": "J1", "unit": "Q1", "检查结果": "不合格"}), Ok("inspection.done"));
    check("drills", json!({"id": "D1", "unit": "Q1"}), Ok("drill.held"));
    // A word of the record's own beats the door.
    check("dangers", json!({"type": "recheck", "id": "H1", "passed": 1}), Ok("danger.rechecked"));
    check("records", json!({"id": "H1"}), Err("type"));
}

#[test]
fn verdicts_in_the_words_of_those_who_check() {
    let check = |word: Value, expect: Option<bool>| {
        assert_eq!(crate::value::passed(&word), expect, "{word}");
    };
    for word in ["部分合格", "基本合格", "整改合格率50%", "合格?", "合格吗", "尚符合", "限期整改到位"]
    {
        check(word.into(), None);
    }
    for word in ["通过", "合格", "整改合格", "已整改", "是", "true", "1", "Passed", "同意销号"]
    {
        check(word.into(), Some(true));
    }
    for word in
        ["不通过", "未通过", "不合格", "复查不合格", "未整改到位", "否", "false", "0", "failed", "退回"]
    {
        check(word.into(), Some(false));
    }
    check(true.into(), Some(true));
    check("待定".into(), None);
}

#[test]
fn times_as_registers_write_them() {
    let check = |written: Value, expect: Option<(i64, i64)>| {
        let read = crate::value::time(&written).zip(crate::value::deadline(&written));
        assert_eq!(read, expect, "{written}");
    };
    // A time is its own deadline; a day is one with its last millisecond.
    let day = Some((1_783_785_600_000, 1_783_871_999_999));
    let at = Some((1_783_837_820_000, 1_783_837_820_000));
    for written in ["2026-07-12", "2026/7/12", "2026.7.12", "2026年7月12日", "20260712", "２０２６-７-１２"]
    {
        check(written.into(), day);
    }
    for written in
        ["2026-07-12 14:30:20", "2026年7月12日14时30分20秒", "20260712143020", "2026-07-12T06:30:20Z"]
    {
        check(written.into(), at);
    }
    check(1_783_837_820_i64.into(), at);
    for wrong in ["2026-02-30", "明天", "2026-07", "12", "2026-07-12 25:00"] {
        check(wrong.into(), None);
    }
}

#[test]
fn photos_are_named_and_never_shown() {
    let check = |photo: Value, photos: Value, defects: &[&str]| {
        let outcome = accepted("dangers", &json!({"id": "H1", "text": "x", "照片": photo}));
        assert_eq!(data(&outcome.signals[0]).get("photos").unwrap_or(&json!([])), &photos);
        assert_eq!(outcome.defects, defects);
    };
    let picture = "iVBORw0KGgo=".repeat(2_560);
    let inline = "photo: 30720 characters are a picture and no name of one; send a link";
    check(picture.clone().into(), json!([]), &[inline]);
    check(json!([{ "url": picture }, "p31.jpg"]), json!(["p31.jpg"]), &[inline]);
    check(json!("现场1.jpg;ftp://x/y.jpg"), json!(["现场1.jpg", "ftp://x/y.jpg"]), &[]);
    check("火".repeat(500).into(), json!(["火".repeat(500)]), &[]);
    let script = "photo: no link and no name of a photo: \"JavaScript:alert(1)\"";
    check(json!("JavaScript:alert(1)"), json!([]), &[script]);
    let data_url = format!("data:image/png;base64,{picture}");
    check(
        data_url.into(),
        json!([]),
        &["photo: 30742 characters are a picture and no name of one; send a link"],
    );
    // A picture alone is a danger that somebody found.
    let found = accepted("dangers", &json!({ "id": "H1", "photo": picture }));
    assert_eq!((found.signals[0].code.as_str(), found.defects.len()), ("danger.found", 1));
}

#[test]
fn sizes() {
    let check = |record: String, reason: &str| {
        let answer = decode("dangers", "", record.as_bytes());
        let said = answer.as_ref().map(|_| String::new()).unwrap_or_else(|refused| refused.reason.clone());
        assert_eq!(said.is_empty(), reason.is_empty(), "{} bytes: {said}", record.len());
        assert!(said.contains(reason), "{} bytes: {said}", record.len());
    };
    let pictured = |bytes: usize| {
        let picture = "A".repeat(bytes - r#"{"id":"H1","photo":""}"#.len());
        format!(r#"{{"id":"H1","photo":"{picture}"}}"#)
    };
    check(pictured(128 * 1024), "");
    check(pictured(128 * 1024 + 1), "131073 bytes are more than 131072");
    check(json!({"id": "H1", "text": "x".repeat(24_000)}).to_string(), "");
    check(json!({"id": "H1", "text": "x".repeat(25_000)}).to_string(), "more than 24576");
    // What the framer would cut is whole where no framer was.
    check(pictured(60 * 1024 + 1), "");
    check(pictured(70 * 1024)[..60 * 1024 + 1].to_owned(), "61441 bytes are more than 61440");
    // Sixty-four dangers that each repeat the long name of their enterprise.
    let dangers: Vec<Value> = (0..64).map(|id| json!({"id": id, "text": "x"})).collect();
    let unit = |chars: usize| {
        let record = json!({"id": "Q1", "name": "厂".repeat(chars), "dangers": dangers});
        decode("enterprises", "", record.to_string().as_bytes())
    };
    assert!(unit(1_000).unwrap_err().reason.contains("more than 122880"));
    assert_eq!(unit(10).unwrap().signals.len(), 65);
}

#[test]
fn a_row_that_the_framer_cut_is_not_half_believed() {
    let text = "x".repeat(20_000);
    let row = format!("H1,{text},{},{}\n", "y".repeat(20_000), "z".repeat(30_000));
    let header = "隐患编号,隐患描述,整改措施,备注\n";
    let results = import("dangers", format!("{header}{row}").as_bytes());
    let first = results[0].as_ref().unwrap_err();
    assert!(first.reason.contains("61441 bytes are more than 61440"), "{}", first.reason);
    assert!(results.iter().all(Result::is_err));
}

const HEADER: &str = "企业编号,企业名称,行业,乡镇代码,主要负责人,联系电话\n";

#[test]
fn tables_in_both_encodings_and_languages() {
    let chinese = format!(
        "{HEADER}Q1,\"青山,化工\",化工,330791002000,周明,138-0000-2001\nQ2,织造厂,纺织,330791003000,,\n"
    );
    let english = "unit_id;name;trade\r\nQ1;One;chemical\r\nQ2;Two;textile".to_owned();
    let (gb, _, _) = encoding_rs::GB18030.encode(&chinese);
    for body in [chinese.as_bytes(), &gb, english.as_bytes(), format!("\u{feff}{chinese}").as_bytes()] {
        let ids: Vec<String> = import("enterprises", body)
            .into_iter()
            .map(|result| result.expect("a row").signals[0].reference.clone())
            .collect();
        assert_eq!(ids, ["Q1", "Q2"]);
    }
    let first = import("enterprises", &gb).remove(0).unwrap();
    assert_eq!((&*first.signals[0].title, &*first.signals[0].region), ("青山,化工", "330791002000"));
}

#[test]
fn each_record_has_a_verdict_of_its_own() {
    let body =
        format!("{HEADER}Q1,一厂,化工,330791002000,,\nQ2,二厂\n,三厂,化工,,,\nQ1,一厂,化工,330791002000,,\n");
    let ends: Vec<bool> = import("enterprises", body.as_bytes()).iter().map(Result::is_ok).collect();
    assert_eq!(ends, [true, false, false, true]);
    let array = br#"[{"id":"Q1","name":"A"}, {"id":"Q2","name":"B}"},
        {"id":"Q3","name":"cut
        {"id":"Q4","name":"D"}]"#;
    let ends: Vec<bool> = import("enterprises", array).iter().map(Result::is_ok).collect();
    assert_eq!(ends, [true, true, false, true]);
    // A damaged byte costs its own record alone.
    let mut damaged = "[{\"id\":\"Q1\",\"name\":\"一厂\"},{\"id\":\"Q2\",\"name\":\"二厂\"},{\"id\":\"Q3\",\"name\":\"三厂\"}]".to_owned().into_bytes();
    let place = damaged.windows(3).position(|three| three == "二".as_bytes()).unwrap();
    damaged[place + 2] = b'A';
    let ends: Vec<bool> = import("enterprises", &damaged).iter().map(Result::is_ok).collect();
    assert_eq!((ends[0], ends[2], ends.len()), (true, true, 3));
    let lines = "{\"id\":\"Q1\",\"name\":\"一\"}\n{\"id\":\"Q2\",\"name\":\"二\"}";
    assert_eq!(import("enterprises", lines.as_bytes()).len(), 2);
    // Braces that are the second byte of a character.
    let (gb, _, _) =
        encoding_rs::GB18030.encode("[{\"id\":\"Q1\",\"name\":\"亄亇\"},{\"id\":\"Q2\",\"name\":\"二\"}]");
    assert_eq!(import("enterprises", &gb).iter().filter(|end| end.is_ok()).count(), 2);
}

#[test]
fn pieces_are_the_same_wherever_a_table_is_cut() {
    let rows = "Q1,一厂,化工,330791002000,,\n,二厂,化工,,,\nQ3,三厂,化工,,,\n,\n{\"id\":\"Q4\"},\n";
    // A table behind another, whose header is the twelfth line.
    let body = format!("企业名册\n{HEADER}{rows}{rows}隐患编号,隐患描述,整改期限\nH1,上锁,2026-07-31\n");
    let whole = cut([body.as_bytes()]);
    let (bytes, _, device) = whole.0.last().unwrap();
    assert_eq!((&bytes[..], &device[..]), ("H1,上锁,2026-07-31\n".as_bytes(), "csv:c:dgtxde"));
    for size in [1, 2, 3, 7, 50] {
        assert_eq!(cut(body.as_bytes().chunks(size)), whole, "{size}");
    }
}

#[test]
fn pieces_of_what_is_broken() {
    let check = |stream: &[u8], expect: &[&[u8]], left: usize| {
        let whole = cut([stream]);
        let got: Vec<&[u8]> = whole.0.iter().map(|(bytes, ..)| &bytes[..]).collect();
        assert_eq!((got, whole.1), (expect.to_vec(), left), "{}", String::from_utf8_lossy(stream));
        assert_eq!(cut(stream.chunks(1)), whole, "{}", String::from_utf8_lossy(stream));
    };
    // An empty first cell, whatever lies between it and the record before.
    check(b"{}\n\n ,a,b\n", &[b"{}", b",a,b\n"], 0);
    check(b",\n,,a\n", &[b",,a\n"], 0);
    check(b" ,", &[], 1);
    // Neither UTF-8 nor GB 18030: outside of a string, before a quote, before a brace.
    check(b"{\"\"\x81}{}", &[b"{\"\"\x81}", b"{}"], 0);
    check(b"{\"\xFF\"}{}\n", &[b"{\"\xFF\"}", b"{}"], 0);
    check(b"{\"\xE5\"}\n{}", &[b"{\"\xE5\"}", b"{}"], 0);
    // GB 18030 with a backslash as a second byte; and until then UTF-8.
    check(b"{\"\x90\\\"}{}", &[b"{\"\x90\\\"}", b"{}"], 0);
    check(b"{\"\xC4\xA3\x90\\\"}{}", &[b"{\"\xC4\xA3\x90\\\"}", b"{}"], 0);
    // Cut behind a backslash.
    check(b"{\"a\":\"\\\n{}", &[b"{\"a\":\"\\", b"{}"], 0);
}

#[test]
fn what_is_neither_is_refused() {
    for body in [&b"just words"[..], b"1,2,3", b"\xff\xfe\x00\x01", b"{\"id\":1", b"[1,2]"] {
        let refused = decode("dangers", "", body).expect_err("refused");
        assert_eq!(refused.kind, RejectionKind::Malformed, "{body:?}");
    }
    let large = format!("{{\"id\":\"H1\",\"text\":\"{}\"}}", "x".repeat(crate::record::BYTES_MAX));
    assert!(decode("dangers", "", large.as_bytes()).is_err());
}

#[test]
fn a_hundred_thousand_rows_are_as_many_pieces() {
    let rows: String = (0..100_000).map(|row| format!("Q{row},厂{row},化工,330791002000,,\n")).collect();
    let body = format!("{HEADER}{rows}");
    let pieces = Host::fresh().frame::<Safety>(body.as_bytes());
    assert_eq!(pieces.iter().filter(|piece| piece.kind == PieceKind::Routine).count(), 100_000);
    assert_eq!(pieces.iter().map(|piece| piece.length as usize).sum::<usize>(), body.len());
}

/// Bytes, place and device of a piece that is no noise.
type Taken = (Vec<u8>, usize, String);

/// What is taken out of a body that comes in parts, and how much is left.
fn cut<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> (Vec<Taken>, usize) {
    let host = Host::fresh();
    let (mut cut, mut buffer, mut at, mut device) = (Vec::new(), Vec::new(), 0, String::new());
    for part in parts {
        buffer.extend_from_slice(part);
        for piece in host.frame::<Safety>(&buffer) {
            let bytes: Vec<u8> = buffer.drain(..piece.length as usize).collect();
            let from = at;
            at += bytes.len();
            if !piece.device.is_empty() {
                device.clone_from(&piece.device);
            }
            if piece.kind != PieceKind::Noise {
                cut.push((bytes, from, device.clone()));
            }
        }
    }
    (cut, buffer.len())
}

/// Objects, one a piece, in either encoding.
fn object() -> impl Strategy<Value = Vec<u8>> {
    let texts = [
        r#"{"id":"Q1","name":"青山{\"\\"}"#,
        r#"{"隐患编号":"H1","照片":["a,b"],"p":{"lon":1}}"#,
        "{\n \"id\": \"H2\",\n \"text\": \"亄亇\"\n}",
        r#"{"id":"J1","unit":"Q1"}"#,
    ];
    (prop::sample::select(texts.to_vec()), any::<bool>()).prop_map(|(text, wide)| match wide {
        true => encoding_rs::GB18030.encode(text).0.into_owned(),
        false => text.as_bytes().to_vec(),
    })
}

/// Records and tables, also cut short or with something in their middle, and bytes in
/// which what matters to a framer is likely.
fn part() -> impl Strategy<Value = Vec<u8>> {
    let table = prop::sample::select(vec![
        format!("{HEADER}Q1,\"一\n厂\",化工,,,\n,二厂,,,,\r\n"),
        "id;text;level\nH1;\"a\"\"b\";major\n".to_owned(),
        "[{\"id\":1}, {\"id\":2}]\n".to_owned(),
    ]);
    let whole = prop_oneof![object(), table.prop_map(String::into_bytes)].boxed();
    let litter = [
        &b"{"[..],
        b"}",
        b"[",
        b"]",
        b"\"",
        b"\\",
        b",",
        b",",
        b";",
        b":",
        b" ",
        b"\t",
        b"\n",
        b"\r\n",
        b"x",
        b"\0",
        b"\x81",
        b"\x90\\",
        b"\x81}",
        b"\x810\x810",
        b"\xE5",
        b"\xFF",
        "厂".as_bytes(),
        b"\xEF\xBB\xBF",
        b"\xEF\xBB\xBF{",
        b"id,text\n",
    ];
    let litter = prop::collection::vec(prop::sample::select(litter.to_vec()), 0..12)
        .prop_map(|parts| parts.concat())
        .boxed();
    let at = any::<prop::sample::Index>;
    let short = (whole.clone(), at()).prop_map(|(bytes, at)| bytes[..at.index(bytes.len())].to_vec());
    let broken = (whole.clone(), at(), litter.clone()).prop_map(|(mut bytes, at, litter)| {
        let at = at.index(bytes.len());
        bytes.splice(at..at, litter);
        bytes
    });
    prop_oneof![3 => whole, 2 => short, 2 => broken, 3 => litter]
}

/// What costs itself alone: lines that are no record, objects cut in a string, and such
/// in which a byte was damaged.
fn garbage() -> impl Strategy<Value = Vec<u8>> {
    let lines = prop::sample::select(vec![
        "企业名册".as_bytes(),
        b"1,2,3",
        b",",
        b"",
        b"\xFF\xFE\0\x01",
        b"]",
        b"x\ty",
    ]);
    let cut = (object(), any::<prop::sample::Index>()).prop_map(|(bytes, at)| {
        let quotes: Vec<usize> = (0..bytes.len()).filter(|at| bytes[*at] == b'"').step_by(2).collect();
        bytes[..=quotes[at.index(2)]].to_vec()
    });
    let damaged = (any::<u8>(), 3..9_usize).prop_map(|(byte, at)| {
        let mut bytes = "{\"id\":\"青山厂\"}".as_bytes().to_vec();
        bytes[at + 5] = byte | 0x80;
        bytes
    });
    prop_oneof![lines.prop_map(<[u8]>::to_vec), cut, damaged]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn pieces_are_the_same_wherever_a_body_is_cut(
        parts in prop::collection::vec(part(), 1..8),
        sizes in prop::collection::vec(1..40_usize, 1..12),
    ) {
        let body = parts.concat();
        let whole = cut([&body[..]]);
        prop_assert_eq!(&cut(body.chunks(1)), &whole);
        let (mut chunks, mut rest) = (Vec::new(), &body[..]);
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

    #[test]
    fn a_record_behind_garbage_is_whole(
        lines in prop::collection::vec(prop_oneof![object().prop_map(Ok), garbage().prop_map(Err)], 1..8),
    ) {
        let (mut body, mut records) = (Vec::new(), Vec::new());
        for line in &lines {
            if let Ok(record) = line {
                records.push((record.clone(), body.len(), String::new()));
            }
            body.extend_from_slice(line.as_ref().unwrap_or_else(|line| line));
            body.push(b'\n');
        }
        let (taken, left) = cut([&body[..]]);
        prop_assert_eq!(left, 0);
        for record in records {
            prop_assert!(taken.contains(&record), "{}", String::from_utf8_lossy(&record.0));
        }
    }

    #[test]
    fn no_bytes_panic_and_pieces_cover_the_front(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let pieces = Host::fresh().frame::<Safety>(&bytes);
        let covered: usize = pieces.iter().map(|piece| piece.length as usize).sum();
        prop_assert!(covered <= bytes.len() && pieces.iter().all(|piece| piece.length > 0));
        let _ = decode("dangers", "", &bytes);
        let _ = decode("enterprises", "csv:c:unnmtr", &bytes);
    }

    #[test]
    fn a_record_that_is_cut_is_never_half_believed(cut in 1_usize..60) {
        let row = "YH-1,一般,二楼出口上锁,2026-07-31,Q1,330791002000";
        let end = row.char_indices().map(|(at, _)| at).nth(cut.min(row.chars().count() - 1)).unwrap_or_default();
        let columns = crate::table::Columns::of_header("隐患编号,等级,描述,整改期限,企业编号,乡镇").unwrap();
        let whole = row[..end].matches(',').count() == 5;
        prop_assert_eq!(decode("dangers", &columns.device(), &row.as_bytes()[..end]).is_ok(), whole);
    }
}

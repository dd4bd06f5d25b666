//! Records of supervision over HTTP, manual states, vendors' analog types.

use super::*;
use serde_json::Value;
use tocsin_sdk::{Kind, Message, Registration};

fn post(door: &str, body: &str) -> Answer {
    let message = Message { origin: format!("/in/fire/{door}"), ..Host::message("", body.as_bytes()) };
    Host::fresh().decode::<Fire>(message)
}

/// Kind, code, device, reference and some of the data.
fn told(door: &str, body: &str, fields: &[&str]) -> Vec<String> {
    let outcome = post(door, body).unwrap_or_else(|refusal| panic!("{body}: {}", refusal.reason));
    let told = |signal: &Signal| {
        assert_eq!(signal.kind, Kind::Report);
        let data: Value = serde_json::from_str(&signal.data).unwrap();
        let values: Vec<String> = fields.iter().map(|name| data[*name].to_string()).collect();
        format!("{} {} {} {}", signal.code, signal.device, signal.reference, values.join(" "))
    };
    outcome.signals.iter().map(told).collect()
}

#[test]
fn units_facilities_and_inspections() {
    let unit = r#"{"id": "hospital-1", "name": "第一医院", "address": "人民路 1 号", "contacts": [{"姓名": "张三", "电话": "138-0000-0000"}]}"#;
    assert_eq!(
        told("unit", unit, &["id", "name"]),
        [r#"supervision.unit unit/hospital-1  "hospital-1" "第一医院""#]
    );
    let facility = r#"{"unit": "hospital-1", "id": "P1", "name": "喷淋泵", "device": "000000000379/12.1"}"#;
    assert_eq!(
        told("facility", facility, &["unit", "device"]),
        [r#"supervision.facility unit/hospital-1 P1 "hospital-1" "000000000379/12.1""#]
    );
    let inspection = r#"{"id": "J-7", "unit": "hospital-1", "inspector": "李工", "time": "2026-07-12 09:00", "result": "屏蔽已恢复"}"#;
    assert_eq!(
        told("inspection", inspection, &["inspector", "passed"]),
        [r#"supervision.inspection unit/hospital-1 J-7 "李工" true"#]
    );
}

#[test]
fn when_it_was_inspected() {
    // What is posted here was received on 2026-07-12 at 14:30:30.
    for (written, expect) in [
        ("2026-07-12 09:00", "2026-07-12T09:00:00+08:00"),
        ("2026-07-12", "2026-07-12T14:30:30+08:00"),
        ("2026年7月12日", "2026-07-12T14:30:30+08:00"),
        ("2026-07-11", "2026-07-11T23:59:59.999+08:00"),
        ("20260713", "2026-07-12T14:30:30+08:00"),
    ] {
        let body = format!(r#"{{"单位": "u", "检查日期": "{written}", "结论": "合格"}}"#);
        let outcome = post("inspection", &body).unwrap();
        let observed = outcome.signals[0].observed.map(|at| Beijing::of(at).to_string());
        assert_eq!(observed.as_deref(), Some(expect), "{written}");
        assert!(outcome.defects.is_empty(), "{written}: {:?}", outcome.defects);
    }
}

#[test]
fn a_township_in_words_is_kept() {
    let unit = r#"{"id": "u", "name": "n", "区划": "石湖镇"}"#;
    assert_eq!(told("unit", unit, &["region_name"]), [r#"supervision.unit unit/u  "石湖镇""#]);
    assert!(post("unit", unit).unwrap().defects.is_empty());
}

#[test]
fn what_passed_and_what_a_record_is() {
    for (body, passed) in [
        (r#"{"单位": "u", "检查人": "甲", "检查结果": "不合格,限期整改"}"#, "false"),
        (r#"{"单位": "u", "是否合格": "否"}"#, "false"),
        (r#"{"单位": "u", "结论": "合格"}"#, "true"),
        (r#"{"unit": "u", "passed": 0, "result": "still manual"}"#, "false"),
        (r#"{"unit": "u", "result": "checked"}"#, "true"),
    ] {
        let told = told("inspection", body, &["passed"]);
        assert_eq!(told, [format!("supervision.inspection unit/u  {passed}")], "{body}");
    }
    // Where the way does not say it, the record does.
    for (body, code) in [
        (r#"{"record": "facility", "unit": "u", "name": "n"}"#, "supervision.facility"),
        (r#"{"unit": "u", "name": "n", "device": "d"}"#, "supervision.facility"),
        (r#"{"id": "u", "name": "n"}"#, "supervision.unit"),
        (r#"{"unit": "u", "inspector": "i", "result": "r"}"#, "supervision.inspection"),
    ] {
        assert_eq!(post("records", body).unwrap().signals[0].code, code, "{body}");
    }
    let many = "[{\"id\": \"a\", \"name\": \"A\"}, {\"name\": \"B\"}]";
    let outcome = post("unit", many).unwrap();
    assert_eq!((outcome.signals.len(), outcome.defects.len()), (1, 1), "{:?}", outcome.defects);
    for (door, body) in
        [("unit", "{}"), ("facility", r#"{"name": "n"}"#), ("inspection", r#"{"unit": "u"}"#), ("x", "[7]")]
    {
        assert!(post(door, body).is_err(), "{door} {body}");
    }
}

#[test]
fn manual_lasts_until_it_is_automatic() {
    let host = Host::fresh();
    let state = |word: u16| send(1, &[[&[12, 1][..], &word.to_le_bytes(), &TAG].concat()]);
    let words = |word: u16| {
        let lines = said(&host, &state(word));
        lines.iter().map(|line| line.split(' ').take(3).collect::<Vec<_>>().join(" ")).collect::<Vec<_>>()
    };
    assert_eq!(words(0x0801), ["status status.manual /12.1"]);
    assert_eq!(words(0x0801), ["status status.manual /12.1"]);
    assert_eq!(words(1), ["recovery status.manual /12.1"]);
    assert_eq!(words(1), ["status status.normal /12.1"]);
    assert!(host.keys(UITD).is_empty());
}

fn analog(component: u8, kind: u8, raw: i16) -> Vec<u8> {
    let value = raw.to_le_bytes();
    send(3, &[[&[1, 1, component, 10, 0, 2, 0, kind][..], &value, &TAG].concat()])
}

/// A device's own entry beside its vendor's; what 128 of an electrical part says.
fn check_own(own: &str, component: u8, raw: i16, expect: &str) {
    let host = Host::fresh();
    host.set(
        "analog_types",
        r#"{"*": {"128": {"code": "current.residual", "name": "剩余电流", "unit": "mA", "scale": 2, "range": [0, 3000], "components": [16, 17]}}}"#,
    );
    host.register(&format!("{UITD}/1.1"), &format!(r#"{{"analog": {{"128": {own}}}}}"#));
    let said = said(&host, &analog(component, 128, raw)).remove(0);
    let said = said.replace(&format!(" /1.1/{component}.10-2"), "");
    assert!(said.starts_with(expect), "{own} {raw}: {said}");
}

#[test]
fn what_a_devices_own_entry_leaves_out_is_as_its_vendor_says() {
    let same = r#"{"code": "current.residual", "name": "剩余电流", "unit": "mA"}"#;
    for (own, component, raw, expect) in [
        (same, 17, 350, "reading current.residual 700 mA"),
        (same, 17, 4_000, "!: 剩余电流 8000 mA 不在 0 到 3000"),
        (same, 17, -3, "!: 剩余电流 -6 mA 不在 0 到 3000"),
        (r#"{}"#, 17, 4_000, "!: 剩余电流 8000 mA"),
        (r#"{"name": "漏电"}"#, 17, 4_000, "!: 漏电 8000 mA"),
        (r#"{"range": [0, 9000]}"#, 17, 4_000, "reading current.residual 8000 mA"),
        (r#"{"scale": 1, "range": [-5, 5]}"#, 17, -3, "reading current.residual -3 mA"),
        // Another quantity, another unit: neither the name nor the numbers are its own.
        (r#"{"code": "x"}"#, 17, 4_000, "!: x 8000 mA"),
        (r#"{"unit": "A"}"#, 17, 4_000, "reading current.residual 4000 A"),
        // Of a part that the vendor does not speak of it is alone.
        (same, 42, 4_000, "reading current.residual 4000 mA"),
        (r#"{"name": "漏电"}"#, 42, 350, "reading analog.128 350 1"),
        (r#"{"components": [18]}"#, 17, 350, "reading analog.128 350 1"),
    ] {
        check_own(own, component, raw, expect);
    }
}

#[test]
fn a_vendors_own_types_are_read_by_its_table() {
    let host = Host::fresh();
    host.set(
        "analog_types",
        r#"{"*": {"128": {"code": "current.residual", "name": "剩余电流", "unit": "mA", "range": [0, 3000], "components": [16, 17]}},
            "ACME": {"128": {"code": "temperature", "unit": "Cel", "scale": 0.1}}}"#,
    );
    let first = |host: &Host, bytes: &[u8]| said(host, bytes).remove(0);
    assert!(first(&host, &analog(17, 128, 350)).starts_with("reading current.residual /1.1/17.10-2 350 mA"));
    // In another unit it cannot be.
    let line = first(&host, &analog(17, 128, 30_000));
    assert!(line.starts_with("! ") && line.contains("30000 mA 不在 0 到 3000"), "{line}");
    // Of another kind of part the table does not speak.
    assert!(first(&host, &analog(42, 128, 350)).starts_with("reading analog.128"));
    // The vendor's own table goes before any, the device's before that.
    host.register_as(Registration {
        id: UITD.into(),
        model: "ACME E-2000".into(),
        title: String::new(),
        unit: String::new(),
        region: String::new(),
        position: None,
        settings: String::new(),
    });
    assert!(first(&host, &analog(17, 128, 350)).starts_with("reading temperature /1.1/17.10-2 35 Cel"));
    host.register(&format!("{UITD}/1.1"), r#"{"analog": {"128": {"code": "x", "unit": "V"}}}"#);
    assert!(first(&host, &analog(17, 128, 350)).starts_with("reading x "));
    host.set("analog_types", "{");
    assert!(first(&host, &analog(18, 129, 1)).starts_with("reading analog.129"));
    assert!(!host.logged().is_empty(), "and the operator is told");
}

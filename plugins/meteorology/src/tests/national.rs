//! The national format, in every way it may come.

use super::{accepted, edited, flags};
use encoding_rs::GB18030;
use serde_json::json;
use tocsin_sdk::{Kind, Severity};

pub const ALERT: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<alert>
  <identifier>33079141600000_20260712141500_0</identifier>
  <sender>青山市气象台</sender><senderCode>33079141600000</senderCode>
  <sendTime>2026-07-12 14:15:00+08:00</sendTime>
  <status>Actual</status><msgType>Update</msgType><scope>Public</scope>
  <code><method><methodName>SMS</methodName><message/><audienceGrp/><audenceprt>0</audenceprt></method></code>
  <secClassification>None</secClassification>
  <references>33079141600000_20260712100000</references>
  <info>
    <language>zh-CN</language><eventType>11B03</eventType>
    <urgency>Unknown</urgency><severity>Orange</severity><certainty>Unknown</certainty>
    <effective>2026-07-12 14:15:00+08:00</effective><onset/><expires/>
    <senderName>值班员</senderName>
    <headline>青山市气象台发布暴雨橙色预警[II级/严重]</headline>
    <description>过去3小时降雨量已达50毫米且可能持续。</description><instruction/>
    <area><areaDesc>石湖镇,城东街道</areaDesc><polygon/><circle/><geocode>330791105000,330791002000</geocode></area>
  </info>
</alert>"#;

/// 2026-07-12 14:15 in Beijing.
const AT: i64 = 1_783_836_900_000;

#[test]
fn a_whole_message() {
    let (signal, data, defects) = accepted("12379", ALERT);
    assert_eq!(defects, [""; 0]);
    assert_eq!(
        (&signal.kind, signal.code.as_str(), signal.severity),
        (&Kind::Warning, "11B03", Severity::Severe)
    );
    assert_eq!(signal.reference, "33079141600000_20260712141500_0");
    assert_eq!((signal.region.as_str(), signal.device.as_str()), ("330791105000", "33079141600000"));
    assert_eq!(
        (signal.observed, signal.title.as_str()),
        (Some(AT), "青山市气象台发布暴雨橙色预警[II级/严重]")
    );
    assert_eq!(
        data,
        json!({
            "format": "12379",
            "id": "33079141600000_20260712141500_0",
            "sender": "33079141600000",
            "sender_name": "青山市气象台",
            "msg_type": "update",
            "status": "actual",
            "references": ["33079141600000_20260712100000"],
            "event_code": "11B03",
            "event": "暴雨",
            "colour": "orange",
            "level": "II级/严重",
            "areas": [{"code": "330791105000", "name": "石湖镇"}, {"code": "330791002000", "name": "城东街道"}],
            "sent": "2026-07-12T14:15:00+08:00",
            "effective": "2026-07-12T14:15:00+08:00",
            "headline": "青山市气象台发布暴雨橙色预警[II级/严重]",
            "description": "过去3小时降雨量已达50毫米且可能持续。",
            "instruction": "",
            "flags": [],
        })
    );
}

#[test]
fn variants_say_the_same() {
    let check =
        |edits: &[(&str, &str)], field: &str, expect: serde_json::Value, wanted: &[&str], defects: usize| {
            let (signal, data, found) = accepted("12379", edited(ALERT, edits));
            assert_eq!(data[field], expect, "{field} after {edits:?}");
            assert_eq!(flags(&data), wanted, "after {edits:?}");
            assert_eq!(found.len(), defects, "{found:?} after {edits:?}");
            assert_eq!(signal.observed, Some(AT), "after {edits:?}");
            assert_eq!(signal.severity, Severity::Severe, "after {edits:?}");
        };
    check(&[("_20260712141500_0", "_20260712141500")], "id", json!("33079141600000_20260712141500"), &[], 0);
    check(&[("Update", "Cancle")], "msg_type", json!("cancel"), &["msg-type-misspelt"], 1);
    check(&[("Update", "CANCEL")], "msg_type", json!("cancel"), &[], 0);
    check(&[("Update", "Alert")], "msg_type", json!("alert"), &[], 0);
    check(&[("Update", "??")], "msg_type", json!("update"), &["msg-type-unreadable"], 1);
    check(&[("<msgType>Update</msgType>", "")], "msg_type", json!("update"), &["msg-type-unreadable"], 1);
    check(
        &[("<msgType>Update", "<msgType>取x"), ("发布暴雨", "解除暴雨")],
        "msg_type",
        json!("cancel"),
        &["msg-type-unreadable"],
        1,
    );
    check(&[("发布暴雨", "解除暴雨")], "msg_type", json!("update"), &["msg-type-title-disagree"], 0);
    check(&[("Orange", "orange")], "colour", json!("orange"), &[], 0);
    check(&[("Orange", "ORANGE")], "colour", json!("orange"), &[], 0);
    check(&[("Orange", "橙色")], "colour", json!("orange"), &[], 0);
    check(&[("Orange", "?")], "colour", json!("orange"), &["severity-unreadable", "severity-from-title"], 1);
    check(&[("<severity>Orange</severity>", "")], "colour", json!("orange"), &["severity-from-title"], 0);
    // The higher of two levels counts.
    check(&[("Orange", "Blue")], "colour", json!("orange"), &["severity-title-disagree"], 0);
    check(
        &[("橙色预警[II级/严重]", "蓝色预警[IV级/一般]")],
        "colour",
        json!("orange"),
        &["severity-title-disagree"],
        0,
    );
    check(&[("橙色预警[II级", "橙色预警[IV级")], "colour", json!("orange"), &["severity-title-disagree"], 0);
    // What it is about.
    check(&[("发布暴雨", "发布大风")], "event_code", json!("11B03"), &["code-title-disagree"], 0);
    check(&[("发布暴雨", "发布地质灾害")], "event", json!("暴雨"), &["code-title-disagree"], 0);
    check(&[("11B03", "11b03")], "event_code", json!("11B03"), &[], 0);
    check(&[("11B03", "11B88")], "event_code", json!("11B88"), &["code-unknown"], 0);
    check(&[("11B03", "暴雨")], "event_code", json!("11B03"), &[], 0);
    check(
        &[("<eventType>11B03</eventType>", "<eventType/>")],
        "event_code",
        json!("11B03"),
        &["code-from-title"],
        0,
    );
    // Times.
    check(&[("14:15:00+08:00", "14:15:00")], "sent", json!("2026-07-12T14:15:00+08:00"), &[], 0);
    check(
        &[("2026-07-12 14:15:00+08:00", "2026-07-12T06:15:00Z")],
        "sent",
        json!("2026-07-12T14:15:00+08:00"),
        &[],
        0,
    );
    check(
        &[("2026-07-12 14:15:00+08:00", "20260712141500")],
        "sent",
        json!("2026-07-12T14:15:00+08:00"),
        &[],
        0,
    );
    check(&[("2026-07-12 14:15:00+08:00", "?")], "sent", json!("2026-07-12T14:15:00+08:00"), &[], 1);
    check(
        &[("<sendTime>2026-07-12 14:15:00+08:00</sendTime>", "")],
        "id",
        json!("33079141600000_20260712141500_0"),
        &[],
        0,
    );
    check(
        &[("<expires/>", "<expires>2026-07-13 02:15:00</expires>")],
        "expires",
        json!("2026-07-13T02:15:00+08:00"),
        &[],
        0,
    );
    check(&[("<expires/>", "<expires>明天</expires>")], "expires", json!(null), &["expires-unreadable"], 1);
    // Who and for what.
    check(&[("<senderCode>33079141600000</senderCode>", "")], "sender", json!("33079141600000"), &[], 0);
    check(&[("Actual", "Exercise")], "status", json!("exercise"), &[], 0);
    check(&[("Actual", "测试")], "status", json!("test"), &[], 0);
    check(&[("Actual", "Draft")], "status", json!("draft"), &[], 0);
    check(&[("<status>Actual</status>", "")], "status", json!("actual"), &[], 0);
    check(&[("Actual", "真的")], "status", json!("actual"), &["status-unreadable"], 1);
    check(&[("发布暴雨", "发布演练暴雨")], "status", json!("actual"), &["status-title-disagree"], 0);
    // Where.
    let area =
        "<areaDesc>石湖镇,城东街道</areaDesc><polygon/><circle/><geocode>330791105000,330791002000</geocode>";
    check(
        &[(area, "<areaDesc>青山市</areaDesc><geocode>330791</geocode>")],
        "areas",
        json!([{"code": "330791000000", "name": "青山市"}]),
        &[],
        0,
    );
    check(
        &[(
            area,
            "<areaDesc>石湖镇</areaDesc><geocode>330791105000</geocode></area><area><areaDesc>城东街道</areaDesc><geocode>330791002000</geocode>",
        )],
        "areas",
        json!([{"code": "330791105000", "name": "石湖镇"}, {"code": "330791002000", "name": "城东街道"}]),
        &[],
        0,
    );
    check(&[(area, "<areaDesc>石湖镇</areaDesc>")], "areas", json!([{"code": "", "name": "石湖镇"}]), &[], 0);
    check(
        &[("<polygon/>", "<polygon>29.0,120.0 29.0,120.5 29.4,120.5 29.0,120.0</polygon>")],
        "polygons",
        json!([[[120, 29], [120.5, 29], [120.5, 29.4], [120, 29]]]),
        &[],
        0,
    );
    check(
        &[("<circle/>", "<circle>29.2,120.3 12.5</circle>")],
        "circles",
        json!([[120.3, 29.2, 12.5]]),
        &[],
        0,
    );
    check(
        &[("330791105000,3", "33079110500x,3")],
        "areas",
        json!([{"code": "", "name": "石湖镇"}, {"code": "330791002000", "name": "城东街道"}]),
        &[],
        1,
    );
    // What it refers to.
    let reference = "33079141600000_20260712100000<";
    check(&[(reference, "<")], "references", json!([]), &[], 0);
    check(&[(reference, "A,B C<")], "references", json!(["A", "B", "C"]), &[], 0);
    check(
        &[(reference, "33079141600000,33079141600000_20260712100000,2026-07-12T10:00:00+08:00<")],
        "references",
        json!(["33079141600000_20260712100000"]),
        &[],
        0,
    );
    // A block without a language is in Chinese.
    check(
        &[
            ("<language>zh-CN</language>", ""),
            ("</alert>", "<info><language>zh-CN</language><eventType>11B06</eventType></info></alert>"),
        ],
        "event_code",
        json!("11B03"),
        &[],
        0,
    );
    // Its shape.
    check(
        &[("<alert>", "<Alert xmlns=\"http://www.12379.cn/warning\">"), ("</alert>", "</Alert>")],
        "status",
        json!("actual"),
        &[],
        0,
    );
    check(
        &[("<alert>", "<package><alert>"), ("</alert>", "</alert></package>")],
        "status",
        json!("actual"),
        &[],
        0,
    );
    check(
        &[("<headline>青", "<headline><![CDATA[青"), ("</headline>", "]]></headline>")],
        "event",
        json!("暴雨"),
        &[],
        0,
    );
}

#[test]
fn bytes_of_gb_18030() {
    for label in ["GB18030", "GBK", "gb2312", "UTF-8"] {
        let text = edited(ALERT, &[("UTF-8", label)]);
        let (signal, data, defects) = accepted("12379", GB18030.encode(&text).0);
        assert_eq!(signal.title, "青山市气象台发布暴雨橙色预警[II级/严重]", "{label}");
        assert_eq!(data["areas"][0]["name"], "石湖镇");
        assert_eq!(defects.len(), usize::from(label == "UTF-8"), "{defects:?}");
    }
    let (.., defects) = accepted("12379", edited(ALERT, &[("UTF-8", "GB2312")]));
    assert_eq!(defects, ["declared GB2312, is UTF-8"]);
    // Marks that titles hold beside ideographs.
    let odd = edited(ALERT, &[("UTF-8", "GB2312"), ("<headline>", "<headline>①气温37℃·Ⅱ级 ")]);
    let (signal, _, defects) = accepted("12379", odd);
    assert!(signal.title.starts_with("①气温37℃·Ⅱ级"), "{}", signal.title);
    assert_eq!(defects, ["declared GB2312, is UTF-8"]);
    // One character that lost a byte costs itself.
    let whole = ALERT.find("暴雨").expect("a character of three bytes");
    for lost in 1..3 {
        let cut = [&ALERT.as_bytes()[..whole + lost], &ALERT.as_bytes()[whole + 3..]].concat();
        let (_, data, defects) = accepted("12379", cut);
        assert!(data.to_string().contains("青山"), "{data}");
        assert_eq!(defects, ["some bytes are no UTF-8; they are shown as \u{fffd}"]);
    }
    let marked = [b"\xef\xbb\xbf", ALERT.as_bytes()].concat();
    assert_eq!(accepted("12379", marked).2, [""; 0]);
    let gb = [b"\x84\x31\x95\x33", &*encoding_rs::GB18030.encode(ALERT).0].concat();
    assert_eq!(accepted("12379", gb).2, [""; 0]);
}

#[test]
fn a_cancellation_is_held_to_less() {
    let cancel = edited(ALERT, &[("Update", "Cancle")]);
    let check = |text: &str, wanted: &[&str]| {
        let (_, data, _) = accepted("12379", text);
        assert_eq!((flags(&data), &data["msg_type"]), (wanted.to_vec(), &json!("cancel")), "{text}");
        assert_eq!(data["references"], json!(["33079141600000_20260712100000"]));
    };
    // It breaks off behind what it refers to.
    let at = cancel.find("<info>").unwrap();
    check(
        &cancel[..at],
        &["damaged", "msg-type-misspelt", "code-unknown", "severity-missing", "areas-missing"],
    );
    let at = cancel.find("<area>").unwrap();
    check(&cancel[..at], &["damaged", "msg-type-misspelt", "areas-missing"]);
    let nameless = edited(&cancel, &[("<identifier>33079141600000_20260712141500_0</identifier>", "")]);
    check(&nameless, &["msg-type-misspelt", "identifier-missing"]);
    let bare = "<alert><identifier>B</identifier><msgType>Cancel</msgType><references>33079141600000_20260712100000</references></alert>";
    check(bare, &["sent-missing", "code-unknown", "severity-missing", "areas-missing"]);
}

#[test]
fn an_operator_names_further_events() {
    let host = tocsin_sdk::mock::Host::fresh();
    host.set("events", "11A01=洪水|洪涝");
    let text = edited(ALERT, &[("11B03", "11A01"), ("发布暴雨", "发布洪涝")]);
    let outcome =
        host.decode::<crate::Meteorology>(tocsin_sdk::mock::Host::message("", text.as_bytes())).unwrap();
    let data: serde_json::Value = serde_json::from_str(&outcome.signals[0].data).unwrap();
    assert_eq!((&data["event"], flags(&data)), (&json!("洪水"), vec![]));
}

#[test]
fn long_messages_are_cut_and_stay_whole() {
    let long = "雨".repeat(10_000);
    let codes: Vec<String> = (0..700).map(|n| format!("3307{n:05}000")).collect();
    let names: Vec<String> = (0..700).map(|n| format!("很长很长很长很长的村镇名称{n}")).collect();
    let text = edited(
        ALERT,
        &[
            ("<instruction/>", &format!("<instruction>{long}</instruction>")),
            ("过去3小时", &long),
            ("石湖镇,城东街道", &names.join(",")),
            ("330791105000,330791002000", &codes.join(",")),
        ],
    );
    let (signal, data, defects) = accepted("12379", text);
    assert!(signal.data.len() <= 32 * 1024);
    assert_eq!(data["severity"], json!(null));
    assert!(data["areas"].as_array().unwrap().len() >= 200);
    assert!(!defects.is_empty());
}

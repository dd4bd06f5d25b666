//! CAP 1.2, as the standard has it and a little beside it.

use super::{accepted, edited, flags};
use serde_json::{Value, json};
use tocsin_sdk::{Certainty, Kind, Severity, Urgency};

pub const ALERT: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">
  <identifier>QS-2026-0712-7</identifier>
  <sender>qxt@qingshan.example</sender>
  <sent>2026-07-12T14:15:00+08:00</sent>
  <status>Actual</status><msgType>Update</msgType><scope>Public</scope>
  <references>qxt@qingshan.example,QS-2026-0712-3,2026-07-12T10:00:00+08:00 qxt@qingshan.example,QS-2026-0712-5,2026-07-12T12:00:00+08:00</references>
  <info>
    <language>en-US</language><category>Met</category><event>Rainstorm</event>
    <urgency>Expected</urgency><severity>Severe</severity><certainty>Likely</certainty>
    <headline>Rainstorm warning</headline>
    <area><areaDesc>East</areaDesc><geocode><valueName>CN</valueName><value>330791002000</value></geocode></area>
  </info>
  <info>
    <language>zh-CN</language><category>Met</category><event>暴雨</event>
    <responseType>Shelter</responseType>
    <urgency>Immediate</urgency><severity>Severe</severity><certainty>Observed</certainty>
    <eventCode><valueName>GB/T 35561</valueName><value>11B03</value></eventCode>
    <effective>2026-07-12T14:15:00+08:00</effective>
    <expires>2026-07-12T20:15:00+08:00</expires>
    <senderName>青山市气象台</senderName>
    <headline>暴雨橙色预警</headline>
    <description>过去3小时降雨量已达50毫米。</description><instruction>转移。</instruction>
    <parameter><valueName>colour</valueName><value>orange</value></parameter>
    <area>
      <areaDesc>城东街道</areaDesc>
      <polygon>29.20,120.25 29.20,120.36 29.40,120.36 29.20,120.25</polygon>
      <circle>29.3,120.3 5</circle>
      <geocode><valueName>CN</valueName><value>330791002000</value></geocode>
    </area>
  </info>
</alert>"#;

#[test]
fn a_whole_message() {
    let (signal, data, defects) = accepted("cap", ALERT);
    assert_eq!(defects, [""; 0]);
    assert_eq!(
        (&signal.kind, signal.code.as_str(), signal.severity),
        (&Kind::Warning, "11B03", Severity::Severe)
    );
    assert_eq!((signal.urgency, signal.certainty), (Urgency::Immediate, Certainty::Observed));
    assert_eq!((signal.reference.as_str(), signal.region.as_str()), ("QS-2026-0712-7", "330791002000"));
    assert_eq!(
        data,
        json!({
            "format": "cap",
            "id": "QS-2026-0712-7",
            "sender": "qxt@qingshan.example",
            "sender_name": "青山市气象台",
            "msg_type": "update",
            "status": "actual",
            "references": ["QS-2026-0712-3", "QS-2026-0712-5"],
            "event_code": "11B03",
            "event": "暴雨",
            "colour": "orange",
            "level": "Ⅱ级/严重",
            "areas": [{"code": "330791002000", "name": "城东街道"}],
            "polygons": [[[120.25, 29.2], [120.36, 29.2], [120.36, 29.4], [120.25, 29.2]]],
            "circles": [[120.3, 29.3, 5]],
            "sent": "2026-07-12T14:15:00+08:00",
            "effective": "2026-07-12T14:15:00+08:00",
            "expires": "2026-07-12T20:15:00+08:00",
            "headline": "暴雨橙色预警",
            "description": "过去3小时降雨量已达50毫米。",
            "instruction": "转移。",
            "flags": [],
        })
        .as_object()
        .map(|fields| Value::Object(fields.clone()))
        .unwrap()
    );
}

#[test]
fn variants() {
    let check = |edits: &[(&str, &str)], field: &str, expect: Value, wanted: &[&str], defects: usize| {
        let (_, data, found) = accepted("cap", edited(ALERT, edits));
        assert_eq!(data[field], expect, "{field} after {edits:?}");
        assert_eq!(flags(&data), wanted, "after {edits:?}");
        assert_eq!(found.len(), defects, "{found:?} after {edits:?}");
    };
    let colour = "<parameter><valueName>colour</valueName><value>orange</value></parameter>";
    check(&[(colour, ""), ("橙色", "")], "colour", json!(""), &[], 0);
    check(
        &[(">orange<", ">Red<")],
        "colour",
        json!("red"),
        &["severity-colour-disagree", "severity-title-disagree"],
        0,
    );
    check(
        &[(">orange<", ">2; yellow; Moderate<")],
        "colour",
        json!("orange"),
        &["severity-colour-disagree"],
        0,
    );
    check(&[("暴雨橙色", "大风橙色")], "event_code", json!("11B03"), &["code-title-disagree"], 0);
    check(&[(">11B03<", ">RAIN<")], "event_code", json!("11B03"), &[], 0);
    check(
        &[(">11B03<", ">RAIN<"), ("<event>暴雨", "<event>Hail")],
        "event_code",
        json!("11B03"),
        &["code-from-title"],
        0,
    );
    check(&[("Update", "Cancle")], "msg_type", json!("cancel"), &["msg-type-misspelt"], 1);
    for status in ["Exercise", "System", "Test", "Draft"] {
        check(&[("Actual", status)], "status", json!(status.to_ascii_lowercase()), &[], 0);
    }
    // What the standard forbids and senders do all the same.
    check(&[(" xmlns=\"urn:oasis:names:tc:emergency:cap:1.2\"", "")], "format", json!("cap"), &[], 1);
    check(&[("cap:1.2", "cap:1.1")], "format", json!("cap"), &[], 1);
    check(
        &[("2026-07-12T14:15:00+08:00</sent>", "2026-07-12T06:15:00Z</sent>")],
        "sent",
        json!("2026-07-12T14:15:00+08:00"),
        &[],
        1,
    );
    check(&[("<scope>Public</scope>", "")], "status", json!("actual"), &[], 1);
    check(&[("<urgency>Immediate</urgency>", "")], "status", json!("actual"), &[], 1);
    // lon,lat where lat,lon should be.
    check(
        &[(
            "29.20,120.25 29.20,120.36 29.40,120.36 29.20,120.25",
            "120.25,29.20 120.36,29.20 120.36,29.40 120.25,29.20",
        )],
        "polygons",
        json!([[[120.25, 29.2], [120.36, 29.2], [120.36, 29.4], [120.25, 29.2]]]),
        &[],
        1,
    );
    // Codes of other systems are no region.
    let geocode = "<geocode><valueName>CN</valueName><value>330791002000</value></geocode>\n    </area>\n  </info>\n</alert>";
    let same = "<geocode><valueName>SAME</valueName><value>330791</value></geocode></area></info></alert>";
    check(&[(geocode, same)], "areas", json!([]), &[], 0);
    // A prefix is a namespace as good as any.
    let prefixed =
        ALERT.replace("</", "</c:").replace("<c:", "<\u{0}").replace("<", "<c:").replace("<c:\u{0}", "<c:");
    let prefixed =
        prefixed.replace("<c:/c:", "</c:").replace("<c:?xml", "<?xml").replace("xmlns=", "xmlns:c=");
    assert_eq!(accepted("cap", prefixed).1["event_code"], "11B03");
}

#[test]
fn blocks_of_one_language_are_one_message() {
    let second = "<info><language>zh-CN</language><category>Met</category><event>暴雨</event>\
        <urgency>Immediate</urgency><severity>Extreme</severity><certainty>Observed</certainty>\
        <expires>2026-07-13T02:15:00+08:00</expires>\
        <area><areaDesc>石湖镇</areaDesc><geocode><valueName>CN</valueName><value>330791105</value></geocode></area></info></alert>";
    let (signal, data, _) = accepted("cap", edited(ALERT, &[("</alert>", second)]));
    assert_eq!(signal.severity, Severity::Extreme);
    assert_eq!(data["areas"].as_array().map(Vec::len), Some(2));
    assert_eq!(data["expires"], "2026-07-13T02:15:00+08:00");
    assert_eq!(flags(&data), ["severity-colour-disagree", "severity-title-disagree"]);
}

#[test]
fn the_document_says_which_format_it_is() {
    let check =
        |source: &str, text: &str, expect: &str| assert_eq!(accepted(source, text).1["format"], expect);
    check("12379", ALERT, "cap");
    check("cap", super::national::ALERT, "12379");
    check("folder", ALERT, "cap");
    check("folder", super::national::ALERT, "12379");
}

//! CAP 1.2, as the standard has it and a little beside it.

use super::{accepted, edited, flags, refused};
use serde_json::{Value, json};
use tocsin_sdk::{Certainty, Kind, RejectionKind, Severity, Urgency};

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
    check(&[(geocode, same)], "area_names", json!(["城东街道"]), &[], 0);
    // A prefix is a namespace as good as any.
    let prefixed =
        ALERT.replace("</", "</c:").replace("<c:", "<\u{0}").replace("<", "<c:").replace("<c:\u{0}", "<c:");
    let prefixed =
        prefixed.replace("<c:/c:", "</c:").replace("<c:?xml", "<?xml").replace("xmlns=", "xmlns:c=");
    assert_eq!(accepted("cap", prefixed).1["event_code"], "11B03");
}

/// The message with other areas in its Chinese block.
fn with_areas(areas: &str) -> String {
    let at = ALERT.rfind("<area>").unwrap();
    format!("{}{areas}</info></alert>", &ALERT[..at])
}

#[test]
fn a_name_is_one_text() {
    let check = |areas: &str, places: Value, names: Value, defects: &[&str]| {
        let (_, data, found) = accepted("cap", with_areas(areas));
        assert_eq!((&data["areas"], &data["area_names"]), (&places, &names), "{areas}");
        assert_eq!(found.len(), defects.len(), "{areas}: {found:?}");
        found.iter().zip(defects).for_each(|(found, wanted)| assert!(found.contains(wanted), "{found}"));
    };
    let name = |name: &str| json!([{"code": "", "name": name}]);
    let polygon = "<polygon>29.20,120.25 29.20,120.36 29.40,120.36 29.20,120.25</polygon>";
    let code = "<geocode><valueName>CN</valueName><value>330791105</value></geocode>";
    check("<area><areaDesc>青山市 石湖镇</areaDesc></area>", name("青山市 石湖镇"), json!(null), &[]);
    check(
        "<area><areaDesc>青山市,\n  石湖镇、东部</areaDesc></area>",
        name("青山市, 石湖镇、东部"),
        json!(null),
        &[],
    );
    let drawn = format!("<area><areaDesc>青山市 石湖镇</areaDesc>{polygon}</area>");
    check(&drawn, json!([]), json!(["青山市 石湖镇"]), &[]);
    let circle = "<area><areaDesc>A, B; C</areaDesc><circle>29.3,120.3 0.0</circle></area>";
    check(circle, json!([]), json!(["A, B; C"]), &[]);
    for spaced in [
        "<circle>29.30, 120.31 1</circle>",
        "<polygon>29.1, 120.1 29.2 ,120.1 29.2, 120.2 29.1,120.1</polygon>",
    ] {
        check(&format!("<area><areaDesc>A</areaDesc>{spaced}</area>"), json!([]), json!(["A"]), &[]);
    }
    // One of two shapes is enough.
    let half = format!("<area><areaDesc>A</areaDesc><polygon>x</polygon>{polygon}</area>");
    check(&half, json!([]), json!(["A"]), &["polygon \"x\""]);
    // A shape that cannot be read says nothing of where.
    let unread = "<area><areaDesc>Humboldt</areaDesc><polygon>+41.1,-117.6 +40.8,-118.0, +41.1,-117.6</polygon><polygon/></area>";
    check(unread, name("Humboldt"), json!(null), &["is no list of lat,lon"]);
    check(
        "<area><areaDesc>A</areaDesc><circle>29.3,120.3</circle></area>",
        name("A"),
        json!(null),
        &["circle"],
    );
    // Several codes are one area in its words.
    let twice = format!("<area><areaDesc>甲, 乙 和 丙</areaDesc>{code}{}</area>", code.replace("105", "106"));
    let both = json!([{"code": "330791105000", "name": "甲, 乙 和 丙"}, {"code": "330791106000", "name": "甲, 乙 和 丙"}]);
    check(&twice, both, json!(null), &[]);
    // Beside a place the host takes no shape.
    let mixed = format!(
        "<area><areaDesc>石湖镇</areaDesc>{code}</area><area><areaDesc>城东街道</areaDesc>{polygon}</area>"
    );
    let both = json!([{"code": "330791105000", "name": "石湖镇"}, {"code": "", "name": "城东街道"}]);
    check(&mixed, both, json!(null), &[]);
    let long = format!("<area><areaDesc>{}</areaDesc></area>", "远".repeat(500));
    check(&long, name(&"远".repeat(400)), json!(null), &["was cut to 400"]);
    let many: String = (0..70).map(|n| format!("<area><areaDesc>{n}</areaDesc>{polygon}</area>")).collect();
    let names: Vec<String> = (0..64).map(|n| n.to_string()).collect();
    check(&many, json!([]), json!(names), &["more than 64 names"]);
}

#[test]
fn the_header_is_strict() {
    let check = |edits: &[(&str, &str)], reason: &str| {
        let (kind, said) = refused("cap", edited(ALERT, edits));
        assert_eq!((kind, said.as_str()), (RejectionKind::Malformed, reason), "after {edits:?}");
    };
    let id = "<identifier>QS-2026-0712-7</identifier>";
    check(&[(id, "")], "identifier is missing or empty");
    check(&[(id, "<identifier> </identifier>")], "identifier is missing or empty");
    check(&[("<sender>qxt@qingshan.example</sender>", "")], "sender is missing or empty");
    check(&[("<status>Actual</status>", "")], "status is missing or empty");
    check(&[("Actual", "Real")], "status \"Real\" is none of Actual, Exercise, System, Test, Draft");
    check(&[("<msgType>Update</msgType>", "")], "msgType is missing or empty");
    check(&[("Update", "Warning")], "msgType \"Warning\" is none of Alert, Update, Cancel, Ack, Error");
    check(&[("<scope>Public</scope>", "<scope/>")], "scope is missing or empty");
    check(&[("Public", "all")], "scope \"all\" is none of Public, Restricted, Private");
    check(&[("Update", "Cancel"), (id, "")], "identifier is missing or empty; it is a cancellation");
}

#[test]
fn slips_in_the_header_are_named() {
    let check = |edits: &[(&str, &str)], expect: &[&str]| {
        assert_eq!(accepted("cap", edited(ALERT, edits)).2, expect, "after {edits:?}");
    };
    let references = &ALERT[ALERT.find("<references>").unwrap()..ALERT.find("<info>").unwrap()];
    check(&[("Actual", "ACTUAL"), ("Public", "public"), ("Update", "update")], &[]);
    check(&[("Actual", "Exercize")], &["status \"Exercize\" was read as exercise"]);
    check(&[("Update", "Updat")], &["msgType \"Updat\" was read as update"]);
    check(&[("Public", "Publick")], &["scope \"Publick\" was read as public"]);
    check(&[("Public", "Restricted")], &["restriction is missing or empty, though the scope is restricted"]);
    check(&[("Public</scope>", "Restricted</scope><restriction>内部</restriction>")], &[]);
    check(&[("Public", "Private")], &["addresses is missing or empty, though the scope is private"]);
    check(&[("Public</scope>", "Private</scope><addresses>a@b.example</addresses>")], &[]);
    check(&[(references, "")], &["references is missing or empty; the message is of type update"]);
    check(&[(references, "<references/>"), ("Update", "Alert")], &[]);
    check(
        &[(references, ""), ("Update", "Cancel")],
        &["references is missing or empty; the message is of type cancel"],
    );
    // A cancellation is not lost for its scope.
    for word in ["Cancel", "Cancle"] {
        for (scope, defect) in [
            ("", "scope is missing or empty"),
            ("<scope>?</scope>", "scope \"?\" is none of Public, Restricted, Private"),
        ] {
            let (_, data, defects) =
                accepted("cap", edited(ALERT, &[("Update", word), ("<scope>Public</scope>", scope)]));
            assert_eq!((&data["msg_type"], &defects[0]), (&json!("cancel"), &defect.to_owned()));
        }
    }
}

#[test]
fn words_that_are_none_are_unknown() {
    let at = ALERT.rfind("<info>").unwrap();
    let check = |old: &str, new: &str, wanted: &[&str], expect: &[&str]| {
        let text = format!("{}{}", &ALERT[..at], edited(&ALERT[at..], &[(old, new)]));
        let (signal, data, defects) = accepted("cap", text);
        assert_eq!(defects, expect, "{old} → {new}");
        assert_eq!(flags(&data), wanted, "{old} → {new}");
        signal
    };
    let none = |name: &str, read: &str| format!("info: {name} \"?\" is none of CAP's; it was read as {read}");
    let signal = check(">Immediate<", ">?<", &[], &[&none("urgency", "unknown")]);
    assert_eq!(signal.urgency, Urgency::Unknown);
    let signal = check(">Observed<", ">?<", &[], &[&none("certainty", "unknown")]);
    assert_eq!(signal.certainty, Certainty::Unknown);
    check(">Met<", ">?<", &[], &[&none("category", "unknown")]);
    check(">Met<", ">met</category><category>CBRNE<", &[], &[]);
    // The colour beside it and the title still say a level.
    let signal = check(">Severe<", ">?<", &["severity-unreadable"], &[&none("severity", "unknown")]);
    assert_eq!(signal.severity, Severity::Severe);
    let orange = "info: severity \"Orange\" is none of CAP's; it was read as orange";
    check(">Severe<", ">Orange<", &[], &[orange]);
    check("<category>Met</category>", "", &[], &["info: category is missing or empty"]);
    check("<event>暴雨</event>", "", &[], &["info: event is missing or empty"]);
}

#[test]
fn what_the_standard_lets_a_message_leave_out() {
    let bare = &format!("{}</alert>", &ALERT[..ALERT.find("<info>").unwrap()]);
    let check = |text: &str, edits: &[(&str, &str)], expect: (Kind, &str, &str), wanted: &[&str]| {
        let (signal, data, defects) = accepted("cap", edited(text, edits));
        assert_eq!((signal.kind, signal.code.as_str(), signal.title.as_str()), expect, "after {edits:?}");
        assert_eq!(flags(&data), wanted, "after {edits:?}");
        assert_eq!(signal.reference, "QS-2026-0712-7");
        defects
    };
    let title = "qxt@qingshan.example 更新预警,未附内容 (an update without content)";
    let defects = check(bare, &[], (Kind::Report, "warning.empty", title), &[]);
    assert_eq!(defects, ["there is no info: nothing says what is coming, where and when"]);
    let title = "qxt@qingshan.example 发布预警,未附内容 (an alert without content)";
    check(bare, &[("Update", "Alert")], (Kind::Report, "warning.empty", title), &[]);
    // A heartbeat, as some systems send it.
    let edits = [("Update", "Alert"), ("Actual", "System")];
    check(bare, &edits, (Kind::Status, "warning.empty", title), &[]);
    let flags = ["code-unknown", "severity-missing", "areas-missing"];
    let defects = check(bare, &[("Update", "Cancel")], (Kind::Warning, "unknown", "预警"), &flags);
    assert_eq!(defects, [""; 0]);
    // The block in another language says where.
    let area = &ALERT[ALERT.rfind("<area>").unwrap()..ALERT.rfind("</info>").unwrap()];
    check(ALERT, &[(area, "")], (Kind::Warning, "11B03", "暴雨橙色预警"), &[]);
    // No area: the whole city is meant, and told so.
    let foreign = &ALERT[ALERT.find("<area>").unwrap()..ALERT.find("</info>").unwrap()];
    let defects = check(
        ALERT,
        &[(area, ""), (foreign, "")],
        (Kind::Warning, "11B03", "暴雨橙色预警"),
        &["areas-missing"],
    );
    assert_eq!(defects, ["area is missing; the message does not say where"]);
    // Nothing says what is coming.
    let edits = [("<event>暴雨</event>", ""), (">11B03<", ">?<"), ("<headline>暴雨橙色预警</headline>", "")];
    check(ALERT, &edits, (Kind::Warning, "unknown", "预警 Ⅱ级/严重"), &["code-unknown"]);
}

#[test]
fn a_block_without_a_language_has_the_formats_own() {
    let block = |language: &str, severity: &str| {
        let language =
            if language.is_empty() { String::new() } else { format!("<language>{language}</language>") };
        format!(
            "<info>{language}<category>Met</category><event>Rain</event><urgency>Future</urgency>\
             <severity>{severity}</severity><certainty>Likely</certainty><area><areaDesc>{severity}</areaDesc></area></info>"
        )
    };
    let header = &ALERT[..ALERT.find("<info>").unwrap()];
    let check = |first: &str, second: &str, expect: &[&str]| {
        let text = format!("{header}{}{}</alert>", block(first, "Minor"), block(second, "Severe"));
        let (_, data, _) = accepted("cap", text);
        let names: Vec<&str> =
            data["areas"].as_array().unwrap().iter().filter_map(|area| area["name"].as_str()).collect();
        assert_eq!(names, expect, "{first:?}, {second:?}");
    };
    check("", "en-US", &["Minor", "Severe"]);
    check("en-us", "", &["Minor", "Severe"]);
    check("", "", &["Minor", "Severe"]);
    check("", "fr-CA", &["Minor"]);
    check("fr-CA", "", &["Minor"]);
    check("", "zh-CN", &["Severe"]);
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

#[test]
fn a_declared_encoding_of_another_country_is_taken() {
    let text = edited(
        ALERT,
        &[
            ("UTF-8", "ISO-8859-1"),
            ("Rainstorm warning", "Alerte m\u{e9}t\u{e9}o"),
            ("zh-CN", "fr-FR"),
            ("en-US", "zh"),
        ],
    );
    let bytes: Vec<u8> = text.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect();
    assert_eq!(accepted("cap", bytes).0.title, "Alerte météo");
}

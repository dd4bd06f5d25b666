//! Warning messages through the real doors: chains, refusals, and out again.

use crate::running::Running;
use crate::wait::wait_for;
use crate::web::{get, post};
use encoding_rs::GBK;
use jiff::tz::{TimeZone, offset};
use serde_json::{Value, json};

const AGENCY: &str = "33079141600000";

/// `minutes` from now, as the national format writes it.
fn clock(minutes: i64, form: &str) -> String {
    let at = jiff::Timestamp::now() + jiff::SignedDuration::from_mins(minutes);
    at.to_zoned(TimeZone::fixed(offset(8))).strftime(form).to_string()
}

pub fn id(minutes: i64) -> String {
    format!("{AGENCY}_{}_0", clock(minutes, "%Y%m%d%H%M%S"))
}

pub fn national(
    id: &str,
    kind: &str,
    colour: &str,
    title: &str,
    areas: &str,
    reference: &str,
    sent: i64,
) -> String {
    let sent = clock(sent, "%Y-%m-%d %H:%M:%S+08:00");
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><alert><identifier>{id}</identifier><sender>青山市气象台</sender>\
         <senderCode>{AGENCY}</senderCode><sendTime>{sent}</sendTime><status>Actual</status><msgType>{kind}</msgType>\
         <scope>Public</scope><references>{reference}</references><info><language>zh-CN</language>\
         <eventType>11B03</eventType><urgency>Unknown</urgency><severity>{colour}</severity>\
         <certainty>Unknown</certainty><effective>{sent}</effective><onset/><expires/><senderName>值班员</senderName>\
         <headline>{title}</headline><description>短时强降雨。</description><instruction/>\
         <area><areaDesc/><polygon/><circle/><geocode>{areas}</geocode></area></info></alert>"
    )
}

fn warned(host: &Running, id: &str) -> Option<Value> {
    host.json(&["warning", "list"]).into_iter().find(|row| row["id"] == id)
}

pub fn take(host: &Running, source: &str, body: &[u8]) {
    let reply = post(&format!("{}/in/meteorology/{source}", host.door("http")), &[], body);
    assert!(matches!(reply.status, 200 | 202), "{} {}", reply.status, String::from_utf8_lossy(&reply.body));
}

#[test]
fn a_chain_from_alert_to_cancellation() {
    let host = Running::new();
    let (first, second, third) = (id(-30), id(-20), id(-10));
    let alert = national(
        &first,
        "Alert",
        "yellow",
        "发布暴雨黄色预警[III级/较重]",
        "330791105000,330791002000",
        "",
        -30,
    );
    take(&host, "12379", GBK.encode(&alert.replace("UTF-8", "GB2312")).0.as_ref());
    let row = wait_for("the warning", || warned(&host, &first));
    for (field, expect) in [
        ("event_code", json!("11B03")),
        ("severity", json!("moderate")),
        ("status", json!("active")),
        ("msg_type", json!("alert")),
        ("areas", json!(["330791105000", "330791002000"])),
        ("flags", json!([])),
    ] {
        assert_eq!(row[field], expect, "{field}: {row}");
    }
    for field in ["issued", "expires"] {
        assert!(row[field].as_str().is_some_and(|at| at.ends_with("+08:00")), "{field}: {row}");
    }

    // The same again is counted; a red title over a blue level counts as red.
    take(&host, "12379", alert.as_bytes());
    let update = national(
        &second,
        "Update",
        "Blue",
        "变更为暴雨红色预警[I级/特别严重]",
        "330791105000",
        &first[..29],
        -20,
    );
    take(&host, "12379", update.as_bytes());
    let row = wait_for("the update", || warned(&host, &first).filter(|row| row["msg_type"] == "update"));
    assert_eq!(
        (&row["severity"], &row["colour"], &row["repeats"]),
        (&json!("extreme"), &json!("red"), &json!(1))
    );
    assert_eq!(
        (&row["areas"], &row["flags"]),
        (&json!(["330791105000"]), &json!(["severity-title-disagree"]))
    );

    let xml = get(&host.console(&format!("/api/v1/warnings/{first}/cap")), &[]);
    assert_eq!((xml.status, xml.kind.as_str()), (200, "application/cap+xml; charset=utf-8"));
    let text = String::from_utf8(xml.body).expect("text");
    for part in [
        format!("<identifier>{second}</identifier>"),
        format!("<references>{AGENCY},{first},"),
        "<msgType>Update</msgType>".to_owned(),
        "<severity>Extreme</severity>".to_owned(),
        "<value>red</value>".to_owned(),
        "<value>330791105000</value>".to_owned(),
    ] {
        assert!(text.contains(&part), "no {part} in {text}");
    }
    let shown = host.run(&["warning", "cap", &first]);
    assert_eq!(String::from_utf8_lossy(&shown.stdout).trim(), text.trim());

    // Misspelt, and a late copy of the alert after it.
    take(
        &host,
        "12379",
        national(&third, "Cancle", "Red", "解除暴雨红色预警", "330791105000", &second, -10).as_bytes(),
    );
    wait_for("the end", || warned(&host, &first).filter(|row| row["status"] == "cancelled"));
    take(&host, "12379", alert.as_bytes());
    let row = wait_for("the copy", || warned(&host, &first).filter(|row| row["repeats"] == 2));
    assert_eq!(row["status"], "cancelled");
    let shown = host.json(&["warning", "show", &first]).remove(0);
    let changes: Vec<&str> = shown["story"]
        .as_array()
        .expect("a story")
        .iter()
        .filter_map(|line| line["change"].as_str())
        .collect();
    assert_eq!(changes, ["issued", "repeated", "raised", "cancelled", "repeated"]);
}

#[test]
fn cap_comes_in_as_it_goes_out() {
    let host = Running::new();
    let first = id(-5);
    let alert = national(&first, "Alert", "Orange", "发布暴雨橙色预警[II级/严重]", "330791", "", -5);
    take(&host, "12379", alert.as_bytes());
    wait_for("the warning", || warned(&host, &first));
    let xml = get(&host.console(&format!("/api/v1/warnings/{first}/cap")), &[]).body;
    // Under another name, so that it is not the same message again.
    let other = String::from_utf8(xml).expect("text").replace(&first, "QS-1").replace(AGENCY, "qs");
    take(&host, "cap", other.as_bytes());
    let again = wait_for("its copy", || warned(&host, "QS-1"));
    let row = warned(&host, &first).expect("the warning");
    for field in [
        "event_code",
        "event",
        "severity",
        "colour",
        "level",
        "areas",
        "headline",
        "effective",
        "expires",
        "flags",
    ] {
        // CAP has no fractions of a second.
        let cut = |value: &Value| value.to_string().chars().take(20).collect::<String>();
        assert_eq!(cut(&again[field]), cut(&row[field]), "{field}");
    }
}

#[test]
fn what_cannot_be_read_is_a_dead_letter() {
    let host = Running::new();
    let door = format!("{}/in/meteorology/12379", host.door("http"));
    let name = id(0);
    let whole = national(&name, "Alert", "Red", "发布暴雨红色预警", "330791105000", "", 0);
    for (body, reason) in [
        (r#"{"code":"200","warning":[]}"#.to_owned(), "JSON"),
        (whole[..whole.find("<area>").expect("an area")].to_owned(), "ends inside"),
        (whole.replace("<geocode>330791105000</geocode>", ""), "area"),
        (whole.replace(&name, ""), "identifier"),
    ] {
        let reply = post(&door, &[], body.as_bytes());
        let answer = reply.json();
        assert_eq!((reply.status, &answer["kind"]), (422, &json!("malformed")), "{answer}");
        assert!(answer["reason"].as_str().is_some_and(|said| said.contains(reason)), "{answer}");
        wait_for("the dead letter", || {
            host.json(&["dead", "list"]).into_iter().find(|letter| {
                letter["department"] == "meteorology"
                    && letter["reason"].as_str().is_some_and(|said| said.contains(reason))
            })
        });
    }
    assert_eq!(host.json(&["warning", "list"]), Vec::<Value>::new());
}

#[test]
fn a_drill_is_never_a_warning() {
    let host = Running::new();
    let (drill, real) = (id(-3), id(-2));
    let text = national(&drill, "Alert", "Red", "发布暴雨红色预警", "330791105000", "", -3);
    take(&host, "12379", text.replace("Actual", "Exercise").as_bytes());
    take(
        &host,
        "12379",
        national(&real, "Alert", "Yellow", "发布暴雨黄色预警", "330791002000", "", -2).as_bytes(),
    );
    wait_for("the real one", || warned(&host, &real).filter(|row| row["status"] == "active"));
    assert_eq!(warned(&host, &drill).expect("the drill")["status"], "exercise");
    let called = host.json(&["duty", "list", "--matter", &drill]);
    assert_eq!(called, Vec::<Value>::new());
}

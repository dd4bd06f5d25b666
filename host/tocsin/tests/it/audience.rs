//! Who hears what on the bus: each audience its own tree, redacted; and the
//! documents by which a subscriber reads it.

use crate::frames::{Line, alarm};
use crate::nats::{Connection, Message};
use crate::running::{Running, tocsin};
use crate::wait::wait_for;
use crate::web;
use serde_json::{Value, json};

const RAIN: &str = "<alert><identifier>33079141600000_20260712141500</identifier><sender>青山市气象台</sender>\
    <senderCode>33079141600000</senderCode><sendTime>2026-07-12 14:15:00+08:00</sendTime><status>Actual</status>\
    <msgType>Alert</msgType><scope>Public</scope><references/><info><language>zh-CN</language>\
    <eventType>11B03</eventType><urgency>Unknown</urgency><severity>Yellow</severity><certainty>Unknown</certainty>\
    <headline>青山市气象台发布暴雨黄色预警[III级/较重]</headline><description>短时强降雨。</description>\
    <area><areaDesc/><polygon/><circle/><geocode>330791001000</geocode></area></info></alert>";

#[test]
fn an_audience_hears_what_the_rules_let_it_see_and_nothing_else() {
    let host = Running::new();
    let open = |url: &Value| Connection::open(url.as_str().expect("a URL"));
    let mut police = open(&host.ready["audiences"]["police"]);
    police.subscribe("tocsin.live.event.police.>");
    let mut public = open(&host.ready["audiences"]["public"]);
    public.subscribe("tocsin.live.event.public.>");
    let mut city = open(&host.ready["nats"]);
    city.subscribe("tocsin.live.event.>");

    Line::to(host.door("fire-tcp")).say(&alarm(1, 0x79, 2, "烟感"));
    let whole = city.next();
    let heard = police.next();
    let header = |event: &Message, name: &str| event.headers.get(name).cloned().unwrap_or_default();
    assert!(whole.subject.starts_with("tocsin.live.event.city."), "{}", whole.subject);
    assert!(heard.subject.starts_with("tocsin.live.event.police."), "{}", heard.subject);
    assert_eq!(header(&heard, "ce-subject"), header(&whole, "ce-subject"));
    assert_ne!(header(&heard, "ce-id"), header(&whole, "ce-id"));
    assert_eq!(header(&heard, "ce-dataschema"), "urn:tocsin:schema:incident:1");

    // A warning is for the public too; of the fire before it the public heard nothing.
    let door = format!("{}/in/meteorology/12379", host.door("http"));
    web::post(&door, &[], RAIN.as_bytes());
    let told = public.next();
    assert_eq!(header(&told, "ce-type"), "warning.issued");
    // The city's own systems hear no audience's copy of anything.
    for _ in 0..2 {
        let next = city.next();
        assert!(next.subject.starts_with("tocsin.live.event.city."), "{}", next.subject);
    }
}

#[test]
fn the_documents_of_the_bus_agree_with_each_other() {
    let folder = std::env::temp_dir().join(format!("tocsin-schemas-{}", std::process::id()));
    let out = tocsin(&["schema", "--out"]).arg(&folder).output().expect("tocsin");
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let read = |name: &str| -> Value {
        serde_json::from_slice(&std::fs::read(folder.join(name)).expect(name)).expect("JSON")
    };
    let document = read("asyncapi.json");
    assert_eq!(document["asyncapi"], "3.0.0");
    for (noun, channel) in document["channels"].as_object().expect("channels") {
        if noun == "command" {
            continue;
        }
        let changes = channel["parameters"]["change"]["enum"].as_array().expect("changes");
        assert!(!changes.is_empty(), "{noun}");
        let payload = &document["components"]["messages"][noun]["payload"]["$ref"];
        let file = payload.as_str().and_then(|file| file.strip_prefix("./")).expect("a file");
        assert_eq!(read(file)["$id"], json!(format!("urn:tocsin:schema:{noun}:1")));
    }
    std::fs::remove_dir_all(folder).expect("removed");
}

#[test]
fn alerts_go_out_as_cap_and_ngsi_ld_and_quality_is_counted() {
    let host = Running::new();
    let mut city = Connection::open(host.ready["nats"].as_str().expect("a URL"));
    city.subscribe("tocsin.live.event.>");
    Line::to(host.door("fire-tcp")).say(&alarm(1, 0x79, 2, "烟感"));
    let id = city.next().headers["ce-subject"].clone();
    let read = |path: &str| web::get(&host.console(path), &[]);
    // The event may be out before the views have what it tells; the host waits for them.
    let xml = String::from_utf8(read(&format!("/api/v1/incidents/{id}/cap")).body).expect("text");
    for part in ["<msgType>Alert</msgType>", "<category>Fire</category>", "<scope>Restricted</scope>", &id] {
        assert!(xml.contains(part), "{part} in {xml}");
    }
    let entity = read(&format!("/api/v1/incidents/{id}/ngsi-ld")).json();
    assert_eq!(entity["id"], json!(format!("urn:ngsi-ld:Alert:{id}")));
    assert_eq!(entity["location"]["value"]["type"], "Point");
    assert_eq!(read("/api/v1/ngsi-ld").json().as_array().map(Vec::len), Some(1));

    web::post(&format!("{}/in/grid/report", host.door("http")), &[], b"{\"broken\"");
    let card = |department: &str| {
        wait_for("its quality", || {
            let cards = read("/api/v1/quality").json();
            let card = cards.as_array()?.iter().find(|card| card["department"] == department)?;
            // What a plugin is told counts no frame, and may be counted first.
            (card["frames"] != 0).then(|| card.clone())
        })
    };
    let grid = card("grid");
    assert_eq!((&grid["refused"], &grid["score"]), (&json!(1), &json!(0.0)));
    assert_eq!(card("fire")["clean"], json!(1));
}

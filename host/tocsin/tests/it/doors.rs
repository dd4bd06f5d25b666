//! Every other door: HTTP with all its refusals, MQTT, NATS, a folder.

use crate::running::Running;
use crate::wait::wait_for;
use crate::web::{get, post};
use crate::{mqtt, nats, video};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};

#[test]
fn the_http_door_answers_every_sender() {
    let host = Running::new();
    let door = host.door("http").to_owned();
    let url = |path: &str| format!("{door}{path}");

    let camera = post(
        &url("/in/video/camera"),
        &[("content-type", "application/xml")],
        &video::intrusion(17, "围墙有人"),
    );
    let text = String::from_utf8_lossy(&camera.body).into_owned();
    assert_eq!((camera.status, camera.kind.as_str()), (200, "application/xml"), "{text}");
    assert!(text.contains("<SN>17</SN>") && text.contains("OK"), "{text}");
    assert!(camera.frame.is_some_and(|frame| frame.starts_with("video/")));

    let report = json!({"id": "GW-1", "category": "火情", "text": "楼道冒烟", "position": {"lon": 120.3, "lat": 29.28, "datum": "gcj02"}});
    let grid =
        post(&url("/in/grid/report"), &[("content-type", "application/json")], report.to_string().as_bytes());
    assert_eq!((grid.status, &grid.json()["accepted"]), (200, &Value::from(true)));
    // curl's own content type, and a device in the path.
    let form = [("content-type", "application/x-www-form-urlencoded")];
    assert_eq!(post(&url("/in/grid/report/phone-7"), &form, report.to_string().as_bytes()).status, 200);

    let text = post(&url("/in/video/camera"), &[("content-type", "text/plain")], "今晚值班名单\n".as_bytes());
    let refusal = text.json();
    assert_eq!(text.status, 422);
    assert!(
        refusal["frame"].is_string() && refusal["kind"].is_string() && refusal["reason"].is_string(),
        "{refusal}"
    );

    let check = |path: &str, headers: &[(&str, &str)], body: &[u8], status: u16, word: &str| {
        let reply = post(&url(path), headers, body);
        let text = String::from_utf8_lossy(&reply.body).into_owned();
        assert_eq!(reply.status, status, "{path}: {text}");
        assert!(reply.json()["code"].is_string() && text.contains(word), "{path}: {text}");
    };
    check("/in/video/camera", &[], &vec![b'x'; 10 << 20], 413, "131072");
    check("/in/video/camera", &[], b"", 400, "empty");
    check("/in/water/level", &[], b"x", 404, "/in/grid/report");
    check("/in/video/radar", &[], b"x", 404, "/in/video/camera");
    check("/elsewhere", &[], b"x", 404, "/in/");
    check("/in/grid/report/%C7%E0", &[], b"x", 400, "UTF-8");
    check("/in/video/camera", &[("content-type", "multipart/form-data; boundary=x")], b"x", 415, "form");
    check("/in/video/camera", &[("content-encoding", "gzip")], b"x", 415, "encoding");
    assert_eq!(get(&url("/in/video/camera"), &[]).status, 405);
    assert_eq!(get(&url("/healthz"), &[]).status, 200);

    // Closed half after the request, as `nc -N` does.
    let address = door.strip_prefix("http://").expect("an HTTP address");
    let mut half = TcpStream::connect(address).expect("the door");
    let body = video::intrusion(19, "围墙有人");
    write!(
        half,
        "POST /in/video/camera HTTP/1.1\r\nhost: d\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        body.len()
    )
    .and_then(|()| half.write_all(&body))
    .and_then(|()| half.shutdown(Shutdown::Write))
    .expect("sent");
    let mut answer = String::new();
    half.read_to_string(&mut answer).expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");

    // Nothing of this took the door away from the next camera.
    assert_eq!(post(&url("/in/video/camera"), &[], &video::intrusion(18, "围墙有人")).status, 200);
    let letters = host.json(&["dead", "list"]);
    assert!(letters.iter().any(|letter| letter["department"] == "video"), "{letters:?}");
}

#[test]
fn mqtt_nats_and_a_folder_lead_to_the_same_plugins() {
    let host = Running::new();
    let signals = |department: &str| {
        let status = get(&host.console("/api/v1/status"), &[]).json();
        let departments = status["departments"].as_array().cloned().unwrap_or_default();
        departments
            .iter()
            .find(|d| d["id"] == department)
            .and_then(|d| d["signals"].as_u64())
            .unwrap_or_default()
    };
    mqtt::publish(host.door("mqtt"), &format!("video/event/{}", video::CAMERA), &video::intrusion(1, "东门"));
    wait_for("the camera over MQTT", || (signals("video") == 1).then_some(()));

    let answer = nats::request(host.door("nats"), "tocsin.in.video.alarm", &video::intrusion(2, "西门"));
    assert!(answer["frame"].as_str().is_some_and(|frame| frame.starts_with("video/")), "{answer}");
    wait_for("the camera over NATS", || (signals("video") == 2).then_some(()));

    let inbox = host.data.join("inbox/grid");
    let reports = "{\"id\":\"GW-8\",\"category\":\"火情\",\"text\":\"冒烟\"}\n{\"id\":\"GW-9\",\"category\":\"火情\",\"text\":\"明火\"}\n";
    std::fs::write(inbox.join(".reports"), reports).expect("written");
    std::fs::rename(inbox.join(".reports"), inbox.join("reports.jsonl")).expect("renamed");
    wait_for("two reports of the folder", || (signals("grid") == 2).then_some(()));
    wait_for("the file put away", || inbox.join("taken/reports.jsonl").is_file().then_some(()));
}

/// A name without a bound would stand in every signal about it, a message that is never
/// read would come again for ever, and an answer has the host's rights.
#[test]
fn what_a_sender_makes_up_goes_no_further_than_its_door() {
    let host = Running::new();
    let signals = || {
        let status = get(&host.console("/api/v1/status"), &[]).json();
        let departments = status["departments"].as_array().cloned().unwrap_or_default();
        let video = departments.iter().find(|d| d["id"] == "video");
        video.and_then(|d| d["signals"].as_u64()).unwrap_or_default()
    };
    let long = format!("video/event/{}", "3".repeat(300));
    mqtt::publish(host.door("mqtt"), &long, &video::intrusion(1, "东门"));
    mqtt::publish(host.door("mqtt"), "video/event/large", &vec![b'<'; 300 << 10]);
    mqtt::publish(host.door("mqtt"), &format!("video/event/{}", video::CAMERA), &video::intrusion(2, "东门"));
    wait_for("the camera behind them", || (signals() == 1).then_some(()));

    let mut sender = nats::Connection::open(host.door("nats"));
    for reply in ["tocsin.live.journal", "tocsin.live.signal.video.0", "$KV.tocsin-sends.video.0"] {
        sender.publish("tocsin.in.video.alarm", reply, &video::intrusion(3, "西门"));
    }
    wait_for("their alarms", || (signals() == 4).then_some(()));
    // A host that begins again reads what stands there.
    let sum = host.json(&["journal", "verify"]).remove(0);
    assert_eq!(sum["ok"], true, "{sum}");
    assert_eq!(
        (&sum["departments"]["video"]["decoded"], &sum["departments"]["video"]["dead"]),
        (&4.into(), &0.into())
    );
}

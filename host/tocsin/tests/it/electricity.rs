//! Distribution boxes over MQTT and HTTP, and a Modbus meter that is asked.

use crate::mqtt::publish;
use crate::running::{Folder, Running};
use crate::wait::wait_for;
use crate::web::post;
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};

const BOX: &str = "DX26070001";

/// A whole report of a box in good order, `seconds` ago, with these fields instead.
fn report(seconds: i64, fields: &Value) -> Vec<u8> {
    let at = jiff::Timestamp::now() - jiff::SignedDuration::from_secs(seconds);
    let at =
        at.to_zoned(jiff::tz::TimeZone::fixed(jiff::tz::offset(8))).strftime("%Y-%m-%d %H:%M:%S").to_string();
    let mut whole = json!({
        "serialNo": BOX, "residualCurrent": "35", "boxTemperature": "31.5", "smokeAlarm": "0", "collectTime": at,
        "aVoltage": "221.3", "aCurrent": "12.5", "aTemperature": "41.5", "bVoltage": "220.9", "bCurrent": "11.0",
        "bTemperature": "40.0", "cVoltage": "222.0", "cCurrent": "13.1", "cTemperature": "42.5",
    });
    for (key, value) in fields.as_object().expect("fields") {
        whole[key] = value.clone();
    }
    whole.to_string().into_bytes()
}

fn incident(host: &Running, hazard: &str) -> Option<Value> {
    host.incidents().into_iter().find(|incident| incident["hazard"] == hazard)
}

#[test]
fn hot_wires_and_smoke_are_one_suspicion() {
    let host = Running::new();
    let mqtt = host.door("mqtt").to_owned();
    let topic = format!("electricity/box/{BOX}");
    let hot = json!({"aTemperature": "92", "bTemperature": 88.5, "cTemperature": "90.1", "aVoltage": ""});
    for seconds in [90, 60, 30] {
        publish(&mqtt, &topic, &report(seconds, &hot));
    }
    let suspected = wait_for("the heat", || incident(&host, "fire").filter(|fire| fire["evidence"] == 3));
    let before = suspected["confidence"].as_f64().expect("a number");
    let mut smoke = hot;
    smoke["smokeAlarm"] = "1".into();
    let reply = post(&format!("{}/in/electricity/box/{BOX}", host.door("http")), &[], &report(0, &smoke));
    assert!(matches!(reply.status, 200 | 202), "{}", String::from_utf8_lossy(&reply.body));
    let fused = wait_for("the smoke", || incident(&host, "fire").filter(|fire| fire["evidence"] == 4));
    assert!(fused["confidence"].as_f64() > Some(before), "{before} then {fused}");
    assert_eq!(fused["unit"], "plaza-qingxi", "{fused}");
    assert_eq!(host.incidents().len(), 1, "one suspicion: {:?}", host.incidents());
    let odd = post(&format!("{}/in/electricity/box", host.door("http")), &[], b"{\"serialNo\":\"\"}");
    assert_eq!(odd.status, 422);
    let sum = host.json(&["journal", "verify"]).remove(0);
    assert_eq!(sum["ok"], true, "{sum}");
}

/// A meter of the example city's register map: residual current over its limit.
fn meter(mut stream: TcpStream) {
    let mut request = [0; 12];
    while stream.read_exact(&mut request).is_ok() {
        let count = u16::from_be_bytes([request[10], request[11]]);
        let at = u16::from_be_bytes([request[8], request[9]]);
        let word = |register: u16| -> u16 {
            match register {
                0 => 4_210,
                1..=3 => 415,
                10 | 12 | 14 => (221.5_f32.to_bits() >> 16) as u16,
                11 | 13 | 15 => (221.5_f32.to_bits() & 0xFFFF) as u16,
                _ => 0,
            }
        };
        let data: Vec<u8> = (at..at + count).flat_map(|register| word(register).to_be_bytes()).collect();
        let length = (data.len() as u16 + 3).to_be_bytes();
        let head =
            [request[0], request[1], 0, 0, length[0], length[1], request[6], request[7], data.len() as u8];
        // In two writes, as slow devices do.
        let answer = [&head[..], &data].concat();
        let (first, rest) = answer.split_at(7);
        if stream.write_all(first).is_err() || stream.write_all(rest).is_err() {
            return;
        }
    }
}

#[test]
fn a_meter_is_asked_and_its_circuit_is_the_fire_systems() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    std::thread::spawn(move || {
        listener.incoming().flatten().for_each(|stream| drop(std::thread::spawn(|| meter(stream))));
    });
    let folder = Folder::new();
    let city = folder.city();
    let change = |name: &str, pairs: &[(&str, &str)]| {
        let path = city.join(name);
        let text = std::fs::read_to_string(&path).expect("a file");
        let changed = pairs.iter().fold(text, |text, (from, to)| {
            assert!(text.contains(from), "no {from:?} in {name}");
            text.replace(from, to)
        });
        std::fs::write(&path, changed).expect("written");
    };
    change("city.toml", &[("127.0.0.1:5020", address.as_str()), ("poll_s = 15", "poll_s = 1")]);
    change("devices.toml", &[("interval_s = 15", "interval_s = 15\nhold_s = 1")]);
    let host = Running::on(&folder);
    let found = wait_for("the leakage", || incident(&host, "electrical"));
    let shown = host.json(&["incident", "show", found["id"].as_str().expect("an id")]).remove(0);
    let text = shown.to_string();
    assert!(text.contains("000000000381/1.1/17.1-9"), "the circuit by its registered name: {text}");
    assert!(text.contains("剩余电流 421 mA"), "{text}");
    let sum = host.json(&["journal", "verify"]).remove(0);
    assert_eq!(sum["ok"], true, "{sum}");
}

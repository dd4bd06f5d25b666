//! What a call said, as JSON that people compare with: times and `data` readable,
//! bytes as hex and, where they are text, as text.

use super::rig::Said;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use tocsin_core::outcome::hex;
use tocsin_runtime::present::present;
use tocsin_sandbox::{Answer, Call, Room, Verdict};

pub fn said(said: &Said) -> Value {
    answer(&said.answer)
}

pub fn answer(answer: &Result<Answer, Verdict>) -> Value {
    match answer.as_ref().map(|answer| &answer.result) {
        Ok(Ok(outcome)) => {
            let mut value = present(serde_json::to_value(outcome).unwrap_or_default());
            each(&mut value["signals"], open_data);
            each(&mut value["advice"], open_data);
            each(&mut value["sends"], |send| add_text(send, "payload"));
            prune(value)
        }
        Ok(Err(rejection)) => {
            let mut value = serde_json::to_value(rejection).unwrap_or_default();
            add_text(&mut value, "reply");
            json!({ "rejection": value })
        }
        Err(verdict) => json!({ "verdict": verdict }),
    }
}

/// What a plugin was asked, its bytes as text where they are some.
pub fn call(call: &Call) -> Value {
    let mut value = serde_json::to_value(call).unwrap_or_default();
    for asked in value.as_object_mut().into_iter().flat_map(Map::values_mut) {
        add_text(asked, "payload");
        open_data(asked);
    }
    value
}

/// Indexing made missing lists `null`.
fn prune(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            Value::Object(fields.into_iter().filter(|(_, value)| !value.is_null()).collect())
        }
        other => other,
    }
}

fn each(list: &mut Value, change: impl Fn(&mut Value)) {
    list.as_array_mut().into_iter().flatten().for_each(change);
}

fn open_data(item: &mut Value) {
    let data =
        item.get("data").and_then(Value::as_str).and_then(|text| serde_json::from_str::<Value>(text).ok());
    if let (Some(data), Some(fields)) = (data, item.as_object_mut()) {
        fields.insert("data".to_owned(), data);
    }
}

fn add_text(item: &mut Value, name: &str) {
    let bytes = item.get(name).and_then(Value::as_str).and_then(hex::decode);
    let text = bytes.and_then(|bytes| readable(&bytes).map(str::to_owned));
    if let (Some(text), Some(fields)) = (text, item.as_object_mut()) {
        fields.insert("text".to_owned(), Value::String(text));
    }
}

/// UTF-8 without control characters but those of lines.
fn readable(bytes: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(bytes).ok().filter(|text| !text.is_empty())?;
    text.chars().all(|c| !c.is_control() || matches!(c, '\r' | '\n' | '\t')).then_some(text)
}

/// State by device and key, each value in its most readable form.
pub fn state(rooms: &BTreeMap<String, Room>) -> Value {
    let value = |bytes: &Vec<u8>| match readable(bytes) {
        Some(text) => serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned())),
        None => Value::String(hex::encode(bytes)),
    };
    let room = |room: &Room| -> Map<String, Value> {
        room.state.iter().map(|(key, bytes)| (key.clone(), value(bytes))).collect()
    };
    let kept = rooms.iter().filter(|(_, room)| !room.state.is_empty());
    Value::Object(kept.map(|(device, kept)| (device.clone(), Value::Object(room(kept)))).collect())
}

/// Timers that stand, by device and key.
pub fn timers(rooms: &BTreeMap<String, Room>) -> Value {
    let room = |room: &Room| -> Map<String, Value> {
        room.timers.iter().map(|(key, at)| (key.clone(), Value::String(at.to_string()))).collect()
    };
    let set = rooms.iter().filter(|(_, room)| !room.timers.is_empty());
    Value::Object(set.map(|(device, kept)| (device.clone(), Value::Object(room(kept)))).collect())
}

/// What of an output an expectation keeps when it is blessed: what was said, not
/// what is remembered.
pub fn blessed(output: &Value, header: Option<&Value>) -> Value {
    let mut kept = Map::new();
    if let Some(header) = header.filter(|header| !header.is_null()) {
        kept.insert("input".to_owned(), header.clone());
    }
    for (name, value) in output.as_object().into_iter().flatten() {
        if !matches!(name.as_str(), "state" | "timers") {
            kept.insert(name.clone(), value.clone());
        }
    }
    if !["rejection", "frames", "signals"].iter().any(|name| kept.contains_key(*name)) {
        // So that a signal too many is found.
        kept.insert("signals".to_owned(), json!([]));
    }
    Value::Object(kept)
}

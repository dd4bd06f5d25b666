//! What a frame of the log is to a plugin: bytes, a clock record, or news.

use crate::run::Frame;
use crate::sends::Undelivered;
use crate::subject::{CLOCK_DOOR, EVENT_DOOR, UNDELIVERED_DOOR};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use tocsin_core::time::Timestamp;
use tocsin_sandbox::{Call, Event, Message, Tick};

/// Payload of a frame of the `clock` door.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClockRecord {
    pub plugin: String,
    pub key: String,
    pub due: Timestamp,
}

/// Payload of a frame of the `event` door.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EventRecord {
    pub plugin: String,
    pub role: NewsRole,
    pub kind: String,
    pub subject: String,
    pub time: Timestamp,
    /// Advice behind the event: 1 is what an advisor made of the city's own news.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub depth: u32,
    /// The event's data, redacted to the plugin's grant: text of a JSON object.
    pub data: String,
}

fn is_zero(number: &u32) -> bool {
    *number == 0
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NewsRole {
    Connector,
    Advisor,
}

pub struct Input {
    pub plugin: String,
    pub device: String,
    pub call: Result<Call, NoCall>,
    /// How many advisors stand behind it, one hearing the other.
    pub depth: u32,
    /// The order that it is about, of news and of a send without a way.
    pub order: String,
}

/// Nothing that a plugin could be asked.
pub struct NoCall {
    pub verdict: &'static str,
    pub reason: String,
}

impl NoCall {
    pub fn host(reason: String) -> NoCall {
        NoCall { verdict: "host", reason }
    }
}

pub fn read(door: &str, doors: &BTreeMap<String, String>, sequence: u64, frame: Frame) -> Input {
    let device = frame.device.clone();
    let input = |plugin, call| Input { plugin, device, call, depth: 0, order: String::new() };
    match door {
        CLOCK_DOOR => match serde_json::from_slice::<ClockRecord>(&frame.payload) {
            Ok(ClockRecord { plugin, key, due }) => {
                input(plugin, Ok(Call::Wake(Tick { sequence, due, device: frame.device, key })))
            }
            Err(error) => input(String::new(), unreadable(error)),
        },
        EVENT_DOOR => match serde_json::from_slice::<EventRecord>(&frame.payload) {
            Ok(record) => {
                let is_order = record.kind.starts_with("order.");
                let order = if is_order { record.subject.clone() } else { String::new() };
                let event = Event {
                    sequence,
                    time: record.time,
                    kind: record.kind,
                    device: frame.device,
                    subject: record.subject,
                    data: record.data,
                };
                let call = match record.role {
                    NewsRole::Connector => Call::Deliver(event),
                    NewsRole::Advisor => Call::Advise(event),
                };
                Input { depth: record.depth, order, ..input(record.plugin, Ok(call)) }
            }
            Err(error) => input(String::new(), unreadable(error)),
        },
        UNDELIVERED_DOOR => match serde_json::from_slice::<Undelivered>(&frame.payload) {
            Ok(send) => {
                let reason = "a send found no way to its device within 10 s".to_owned();
                let no_call = Err(NoCall { verdict: UNDELIVERED_DOOR, reason });
                Input { order: send.order, ..input(send.plugin, no_call) }
            }
            Err(error) => input(String::new(), unreadable(error)),
        },
        _ => match doors.get(door) {
            Some(plugin) => {
                let message = Message {
                    sequence,
                    received: frame.received,
                    door: door.to_owned(),
                    device: frame.device,
                    origin: frame.origin,
                    payload: frame.payload.into(),
                };
                input(plugin.clone(), Ok(Call::Decode(message)))
            }
            None => input(String::new(), Err(NoCall::host(format!("the city file names no door `{door}`")))),
        },
    }
}

fn unreadable(error: serde_json::Error) -> Result<Call, NoCall> {
    Err(NoCall::host(format!("a record of the host cannot be read: {error}")))
}

//! What a frame of the log is to a plugin: bytes, a clock record, or news.

use crate::run::Frame;
use crate::subject::{CLOCK_DOOR, EVENT_DOOR};
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
    /// How many pieces of advice led to it.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub depth: u8,
    /// The event's data, redacted to the plugin's grant: text of a JSON object.
    pub data: String,
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
    /// How many pieces of advice led to it.
    pub depth: u8,
    pub call: Result<Call, String>,
}

pub fn read(door: &str, doors: &BTreeMap<String, String>, sequence: u64, frame: Frame) -> Input {
    let device = frame.device.clone();
    match door {
        CLOCK_DOOR => match serde_json::from_slice::<ClockRecord>(&frame.payload) {
            Ok(record) => Input {
                plugin: record.plugin,
                call: Ok(Call::Wake(Tick {
                    sequence,
                    due: record.due,
                    device: frame.device,
                    key: record.key,
                })),
                device,
                depth: 0,
            },
            Err(error) => unreadable(device, error),
        },
        EVENT_DOOR => match serde_json::from_slice::<EventRecord>(&frame.payload) {
            Ok(record) => {
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
                Input { plugin: record.plugin, device, depth: record.depth, call: Ok(call) }
            }
            Err(error) => unreadable(device, error),
        },
        _ => match doors.get(door) {
            Some(plugin) => Input {
                plugin: plugin.clone(),
                depth: 0,
                call: Ok(Call::Decode(Message {
                    sequence,
                    received: frame.received,
                    door: door.to_owned(),
                    device: frame.device,
                    origin: frame.origin,
                    payload: frame.payload.into(),
                })),
                device,
            },
            None => Input {
                plugin: String::new(),
                device,
                depth: 0,
                call: Err(format!("the city file names no door `{door}`")),
            },
        },
    }
}

fn unreadable(device: String, error: serde_json::Error) -> Input {
    Input {
        plugin: String::new(),
        device,
        depth: 0,
        call: Err(format!("a record of the host cannot be read: {error}")),
    }
}

fn is_zero(number: &u8) -> bool {
    *number == 0
}

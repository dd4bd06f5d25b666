//! What a box posts: one JSON object, or an array of them.
//!
//! ```json
//! {"serialNo": "DX26070001", "residualCurrent": "352", "aTemperature": "41.5", "aVoltage": "",
//!  "smokeAlarm": "0", "collectTime": "2026-07-12 14:30:20"}
//! ```

use crate::cabinet::{Cabinet, Matter};
use crate::field::{self, shown};
use crate::quantity::{self, Quantity};
use crate::settings::Device;
use serde_json_borrow::{ObjectAsVec, Value};
use tocsin_sdk::json::sound;
use tocsin_sdk::{Answer, Message, Outcome, Rejection};

/// Of one message: with some 20 signals each they stay under the manifest's limit.
const BOXES_MAX: usize = 40;

/// What a key of a report stands for.
enum Meaning {
    Serial,
    Time,
    /// A number of the whole box, or of one of its phases.
    Number(&'static str, &'static Quantity),
    Flag(Matter),
    Switch,
}

/// Fields that every box of three phases has, by [`Meaning::place`].
const EXPECTED: [&str; 13] = [
    "collectTime",
    "residualCurrent",
    "boxTemperature",
    "smokeAlarm",
    "aVoltage",
    "aCurrent",
    "aTemperature",
    "bVoltage",
    "bCurrent",
    "bTemperature",
    "cVoltage",
    "cCurrent",
    "cTemperature",
];
/// Those of the second and third phase.
const WIRED: std::ops::Range<usize> = 7..13;

impl Meaning {
    /// In [`EXPECTED`], under whatever name it came.
    fn place(&self) -> Option<usize> {
        let phase = |part: &str| usize::from(part.as_bytes()[0] - b'a') * 3;
        Some(match self {
            Meaning::Time => 0,
            Meaning::Number("", quantity) if **quantity == quantity::RESIDUAL => 1,
            Meaning::Number("", quantity) if **quantity == quantity::BOX_TEMPERATURE => 2,
            Meaning::Flag(Matter::Smoke) => 3,
            Meaning::Number("", _) => return None,
            Meaning::Number(part, quantity) if **quantity == quantity::VOLTAGE => 4 + phase(part),
            Meaning::Number(part, quantity) if **quantity == quantity::CURRENT => 5 + phase(part),
            Meaning::Number(part, _) => 6 + phase(part),
            _ => return None,
        })
    }
}

pub fn decode(message: &Message) -> Answer {
    let text = match std::str::from_utf8(&message.payload) {
        Ok(text) => text.into(),
        Err(_) => String::from_utf8_lossy(&message.payload),
    };
    let sent = sound(text.trim_start_matches('\u{feff}').trim_matches('\0'));
    let value: Value<'_> = serde_json::from_str(&sent)?;
    let mut outcome = Outcome::default();
    // Its first byte is found sooner than all of it, and stands in few texts.
    if text.as_bytes().contains(&0xEF) && text.contains('\u{fffd}') {
        outcome.defects.push("some bytes are no UTF-8; they are shown as \u{fffd}".to_owned());
    }
    let boxes = boxes(&value)?;
    let single = boxes.len() == 1;
    for (index, fields) in boxes.into_iter().enumerate() {
        match one(fields, message) {
            Ok(mut one) => {
                outcome.signals.append(&mut one.signals);
                outcome.defects.append(&mut one.defects);
            }
            Err(refused) if single => return Err(refused),
            Err(refused) => outcome.defects.push(format!("[{index}]: {}", refused.reason)),
        }
    }
    match outcome.signals.is_empty() && !single {
        true => Err(Rejection::malformed(outcome.defects.join("; "))),
        false => Ok(outcome),
    }
}

/// The boxes of a message: itself, its elements, or those of its `data`.
fn boxes<'a>(value: &'a Value<'a>) -> Result<Vec<&'a ObjectAsVec<'a>>, Rejection> {
    match value {
        Value::Object(fields) => match fields.get("data") {
            Some(inner @ (Value::Object(_) | Value::Array(_)))
                if !fields.keys().any(|key| meaning(key).is_some()) =>
            {
                boxes(inner)
            }
            _ => Ok(vec![fields]),
        },
        Value::Array(items) if items.is_empty() || items.len() > BOXES_MAX => {
            let reason = format!("{} boxes in one message; 1 to {BOXES_MAX} are taken", items.len());
            Err(Rejection::malformed(reason))
        }
        Value::Array(items) => items
            .iter()
            .map(|item| {
                item.as_object()
                    .ok_or_else(|| Rejection::malformed(format!("{} is no JSON object", shown(item))))
            })
            .collect(),
        other => Err(Rejection::malformed(format!("{} is no JSON object", shown(other)))),
    }
}

/// A field that means something, by its name.
type Known<'a> = (&'a str, Meaning, &'a Value<'a>);

fn one(fields: &ObjectAsVec<'_>, message: &Message) -> Answer {
    let mut known: Vec<Known<'_>> =
        fields.iter().filter_map(|(key, value)| Some((key, meaning(key)?, value))).collect();
    // In one order, however a box writes them; of a name that comes twice the last counts.
    known.reverse();
    known.sort_by_key(|(key, ..)| *key);
    known.dedup_by_key(|(key, ..)| *key);
    if !known.iter().any(|(_, meaning, _)| !matches!(meaning, Meaning::Serial | Meaning::Time)) {
        return Err(Rejection::malformed("no field of a 智慧用电 report: no number and no alarm"));
    }
    let mut defects = Vec::new();
    let serial = known.iter().find_map(|(_, meaning, value)| match meaning {
        Meaning::Serial => field::id(value),
        _ => None,
    });
    let serial = match serial {
        Some(serial) => serial,
        None if message.device.is_empty() => {
            return Err(Rejection::malformed("serialNo is missing or empty, and the door names no device"));
        }
        None => {
            defects.push(format!("serialNo is missing or empty; the door says {}", message.device));
            message.device.clone()
        }
    };
    let observed = observed(&known, &mut defects);
    let settings = Device::of(&serial);
    let limits = settings.limits();
    let phases = limits.phases;
    let mut cabinet = Cabinet::open(&serial, &message.device, limits, observed, message.received);
    cabinet.outcome.defects.append(&mut defects);
    let mut empty = Vec::new();
    for (key, meaning, value) in &known {
        take(&mut cabinet, phases, key, meaning, value, &mut empty);
    }
    if !empty.is_empty() {
        cabinet.outcome.defects.push(format!("空缺 (empty): {}", empty.join(", ")));
    }
    let missing = missing(&known, phases);
    if !missing.is_empty() {
        cabinet.outcome.defects.push(format!("缺少 (missing): {}", missing.join(", ")));
    }
    Ok(cabinet.close())
}

fn take<'a>(
    cabinet: &mut Cabinet<'_>,
    phases: u8,
    key: &'a str,
    meaning: &Meaning,
    value: &Value<'_>,
    empty: &mut Vec<&'a str>,
) {
    match meaning {
        Meaning::Serial | Meaning::Time => {}
        Meaning::Number("b" | "c", _) if phases == 1 => {}
        Meaning::Number(part, quantity) => match field::number(value, quantity) {
            Ok(Some(number)) => {
                let Quantity { code, name, unit, sign, .. } = quantity;
                cabinet.number(part, code, name, unit, sign, number);
            }
            Ok(None) => empty.push(key),
            Err(fault) => cabinet.outcome.defects.push(format!("{key}: {fault}")),
        },
        Meaning::Flag(matter) => match field::flag(value) {
            Some((is_raised, words)) => cabinet.flag(*matter, is_raised, &words),
            None => empty.push(key),
        },
        Meaning::Switch => match field::id(value).or_else(|| value.as_bool().map(|on| on.to_string())) {
            Some(text) => cabinet.switch(&text),
            None => empty.push(key),
        },
    }
}

fn observed(known: &[Known<'_>], defects: &mut Vec<String>) -> Option<tocsin_sdk::Timestamp> {
    let (key, _, value) = known.iter().find(|(_, meaning, _)| matches!(meaning, Meaning::Time))?;
    match field::moment(value) {
        Ok(Some(at)) => Some(at),
        Ok(None) => {
            defects.push(format!("{key} is empty; the time of receipt counts"));
            None
        }
        Err(fault) => {
            defects.push(format!("{key}: {fault}; the time of receipt counts"));
            None
        }
    }
}

fn missing(known: &[Known<'_>], phases: u8) -> Vec<&'static str> {
    let mut is_said = [false; EXPECTED.len()];
    if phases == 1 {
        is_said[WIRED].fill(true);
    }
    known.iter().filter_map(|(_, meaning, _)| meaning.place()).for_each(|place| is_said[place] = true);
    EXPECTED.into_iter().zip(is_said).filter(|(_, is_said)| !is_said).map(|(name, _)| name).collect()
}

/// The longest name of a field, in letters and digits.
const NAME_BYTES_MAX: usize = "residualCurrent".len();

/// Letters and digits alone, in lower case: `A_Voltage` and `aVoltage` are one key.
/// `None` where there are more than any name has.
fn plain<'b>(key: &str, buffer: &'b mut [u8; NAME_BYTES_MAX]) -> Option<&'b str> {
    let mut length = 0;
    for byte in key.bytes().filter(u8::is_ascii_alphanumeric) {
        *buffer.get_mut(length)? = byte.to_ascii_lowercase();
        length += 1;
    }
    std::str::from_utf8(&buffer[..length]).ok()
}

fn meaning(key: &str) -> Option<Meaning> {
    let mut buffer = [0; NAME_BYTES_MAX];
    let key = plain(key, &mut buffer)?;
    let part = match key.as_bytes().first() {
        Some(b'a') => "a",
        Some(b'b') => "b",
        _ => "c",
    };
    Some(match key {
        "serialno" | "deviceno" | "deviceid" | "sn" => Meaning::Serial,
        "collecttime" | "time" | "timestamp" => Meaning::Time,
        "residualcurrent" | "leakagecurrent" => Meaning::Number("", &quantity::RESIDUAL),
        "boxtemperature" => Meaning::Number("", &quantity::BOX_TEMPERATURE),
        "avoltage" | "bvoltage" | "cvoltage" => Meaning::Number(part, &quantity::VOLTAGE),
        "acurrent" | "bcurrent" | "ccurrent" => Meaning::Number(part, &quantity::CURRENT),
        "atemperature" | "btemperature" | "ctemperature" => Meaning::Number(part, &quantity::TEMPERATURE),
        "power" => Meaning::Number("", &quantity::POWER),
        "dbm" => Meaning::Number("", &quantity::SIGNAL),
        "smokealarm" => Meaning::Flag(Matter::Smoke),
        "infraredalarm" => Meaning::Flag(Matter::Infrared),
        "alarm" => Meaning::Flag(Matter::Own),
        "airswitch" => Meaning::Switch,
        _ => return None,
    })
}

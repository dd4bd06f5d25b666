//! A payload of one record or of many: an object, an array of them, or objects
//! one after the other.
//!
//! One record is refused as a whole. Of many, those that can be read are told and
//! those that cannot are named as defects by their place, so that one bad record
//! costs nobody else's; only where none can be read is the whole refused.

use super::{Field, Fields, Name, Refusal};
use crate::json::sound;
use crate::{Answer, Message, Outcome, Rejection, Signal};
use serde_json::{Map, Value, json};

/// Records of one payload: an hour's of a county's calls. What is more belongs in
/// several messages, and an answer stays within the host's limits.
pub const RECORDS_MAX: usize = 200;
/// Refused records that a reply names.
const REFUSED_SHOWN: usize = 16;

/// Reads every record of the message by `read`, which says what it makes of it;
/// `known` are the fields that it reads. The reply is JSON:
/// `{"accepted":true,"records":…,"refused":[…],"defects":[…]}`.
pub fn each(
    message: &Message,
    known: &'static [Name],
    mut read: impl FnMut(&mut Fields) -> Result<Vec<Signal>, Refusal>,
) -> Answer {
    let records = records(&message.payload)?;
    let is_single = records.len() == 1;
    let (mut outcome, mut refused, mut first) = (Outcome::default(), Vec::new(), None);
    let (count, mut told) = (records.len(), 0);
    for (place, record) in records.into_iter().enumerate() {
        let numbered = |text: String| {
            if is_single { text } else { format!("第 {} 条 (record {}): {text}", place + 1, place + 1) }
        };
        let signals = record.and_then(|map| {
            let mut fields = Fields::of(map, known);
            let signals = read(&mut fields)?;
            outcome.defects.extend(fields.defects.into_iter().map(numbered));
            Ok(signals)
        });
        match signals {
            Ok(signals) => {
                told += 1;
                outcome.signals.extend(signals);
            }
            Err(refusal) => {
                outcome.defects.push(numbered(refusal.sentence()));
                refused.push(json!({"record": place + 1, "field": refusal.field, "reason": refusal.reason}));
                first.get_or_insert(refusal);
            }
        }
    }
    if let Some(refusal) = first.filter(|_| told == 0) {
        return Err(refusal.into_rejection());
    }
    refused.truncate(REFUSED_SHOWN);
    let reply = json!({"accepted": true, "records": count, "refused": refused, "defects": outcome.defects});
    Ok(outcome.reply(reply.to_string()))
}

type Record = Result<Map<String, Value>, Refusal>;

fn records(payload: &[u8]) -> Result<Vec<Record>, Rejection> {
    let text = std::str::from_utf8(payload)
        .map_err(|error| Refusal::malformed("", format!("不是 UTF-8 文本 (not UTF-8: {error})")))?;
    let text = &sound(text.trim_start_matches('\u{feff}'));
    let mut records = Vec::new();
    for value in serde_json::Deserializer::from_str(text).into_iter::<Value>() {
        match value.map_err(|error| Refusal::malformed("", format!("不是 JSON (not JSON: {error})"))) {
            Ok(Value::Array(list)) => records.extend(list.into_iter().map(record)),
            Ok(one) => records.push(record(one)),
            Err(refusal) if records.is_empty() => return Err(refusal.into_rejection()),
            // What was torn off costs none of those before it.
            Err(refusal) => records.push(Err(refusal)),
        }
        if records.len() > RECORDS_MAX {
            let reason =
                format!("一次最多 {RECORDS_MAX} 条,请分批 (more than {RECORDS_MAX} records in one message)");
            return Err(Refusal::malformed("", reason).into_rejection());
        }
    }
    match records.is_empty() {
        true => Err(Refusal::malformed("", "没有记录 (no record at all)").into_rejection()),
        false => Ok(records),
    }
}

fn record(value: Value) -> Record {
    match value {
        Value::Object(map) => Ok(map),
        other => {
            Err(Field { name: String::new(), value: other }.refuse("不是 JSON 对象", "is no JSON object"))
        }
    }
}

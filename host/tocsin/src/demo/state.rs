//! What the host says of itself, as far as the demo reads it: tolerantly, so
//! that a field that comes or goes does not stop the story.

use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Incident {
    pub id: String,
    pub hazard: String,
    pub title: String,
    pub state: String,
    pub severity: String,
    pub region: String,
    pub count: u64,
    /// Signals that support and do not open.
    pub supports: u64,
    /// Rows of evidence: each a device saying one thing, however often.
    pub evidence: u64,
    pub sources: Vec<Value>,
    pub confidence: f64,
    pub reasons: Vec<Value>,
}

impl Incident {
    /// Signals that said again what a row of evidence had said.
    pub fn repeats(&self) -> u64 {
        let rows = if self.evidence > 0 { self.evidence } else { self.sources.len() as u64 };
        (self.count + self.supports).saturating_sub(rows)
    }

    /// The evidence in words, one line each.
    pub fn words(&self) -> Vec<String> {
        self.reasons.iter().map(words).collect()
    }
}

/// A reason may be a sentence, or an object that holds one.
fn words(value: &Value) -> String {
    let inside = ["text", "reason", "title"].iter().find_map(|name| value.get(name).and_then(Value::as_str));
    match (value, inside) {
        (Value::String(text), _) => text.clone(),
        (_, Some(text)) => text.to_owned(),
        _ => value.to_string(),
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct DeadLetter {
    pub frame: String,
    pub department: String,
    pub plugin: String,
    pub kind: String,
    pub reason: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Status {
    pub departments: Vec<Department>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Department {
    pub id: String,
    pub frames: u64,
    pub decoded: u64,
    pub dead: u64,
    pub noise: u64,
    pub signals: u64,
    pub verdicts: BTreeMap<String, Value>,
}

impl Department {
    /// Host verdicts in all: deadlines, traps, memory.
    pub fn verdict_count(&self) -> u64 {
        self.verdicts.values().filter_map(Value::as_u64).sum()
    }

    /// Every frame is decoded, dead or noise.
    pub fn adds_up(&self) -> bool {
        self.frames == self.decoded + self.dead + self.noise
    }
}

/// One event of the journal that concerns an incident.
#[derive(Clone, Debug)]
pub struct Event {
    pub kind: String,
    pub incident: Incident,
}

impl Event {
    /// The incident stands at the top of the data, or under `incident`.
    /// Events of the other rooms (orders, watches) are not this story's.
    pub fn read(kind: &str, data: &str) -> Option<Event> {
        if !kind.starts_with("incident.") {
            return None;
        }
        let data: Value = serde_json::from_str(data).ok()?;
        let incident = data.get("incident").filter(|inside| inside.is_object()).unwrap_or(&data);
        let incident = Incident::deserialize(incident).ok().filter(|incident| !incident.id.is_empty())?;
        Some(Event { kind: kind.to_owned(), incident })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_read_in_either_shape() {
        let check = |data: &str, expect: Option<&str>| {
            assert_eq!(
                Event::read("incident.opened", data).map(|event| event.incident.id).as_deref(),
                expect,
                "{data}"
            );
        };
        check(r#"{"id":"I-1","count":1}"#, Some("I-1"));
        check(r#"{"incident":{"id":"I-2","sources":["a"],"reasons":["smoke"]}}"#, Some("I-2"));
        check(r#"{"count":1}"#, None);
        check("<html>", None);
    }

    #[test]
    fn repeats_are_what_is_said_again() {
        let incident: Incident =
            serde_json::from_str(r#"{"count":5,"sources":["a","b"],"reasons":["x",{"text":"y"}]}"#)
                .expect("json");
        assert_eq!(incident.repeats(), 3);
        assert_eq!(incident.words(), ["x", "y"]);
        let rows = Incident { evidence: 4, supports: 1, ..incident };
        assert_eq!(rows.repeats(), 2);
    }
}

//! Rows of the rooms as conditions and people see them.

use super::{Shown, Table, Told};
use crate::accident::Accident;
use crate::incident::Incident;
use crate::plan::Latest;
use crate::signal::Severity;
use crate::time::Timestamp;
use crate::warning::Warning;
use cel::Value;
use cel::objects::{Key, Map};
use std::collections::HashMap;
use std::sync::Arc;

fn row<const N: usize>(fields: [(&str, Value); N]) -> Value {
    let fields: HashMap<Key, Value> = fields.into_iter().map(|(name, value)| (name.into(), value)).collect();
    Value::Map(Map { map: Arc::new(fields) })
}

fn words(words: &[String]) -> Value {
    Value::List(Arc::new(words.iter().map(|word| word.as_str().into()).collect()))
}

fn number(severity: Severity) -> Value {
    Value::Int(severity as i64)
}

impl Shown for Warning {
    const TABLE: Table = Table::Warnings;

    fn key(&self) -> &str {
        &self.id
    }

    fn rank(&self) -> (u8, Timestamp) {
        (self.severity as u8, self.issued_at)
    }

    fn value(&self, _: Timestamp) -> Value {
        row([
            ("id", self.id.as_str().into()),
            ("event_code", self.event_code.as_str().into()),
            ("event", self.event.as_str().into()),
            ("title", self.title.as_str().into()),
            ("severity", number(self.severity)),
            ("colour", self.colour.as_str().into()),
            ("areas", words(&self.areas)),
            ("status", self.status.as_str().into()),
            ("msg_type", self.msg_type.as_str().into()),
            ("department", self.department.as_str().into()),
            ("sender", self.sender.as_str().into()),
            ("flags", words(&self.flags)),
        ])
    }

    fn told(&self) -> Told {
        let title = if self.title.is_empty() { &self.headline } else { &self.title };
        let text = format!("{title}({} {},{})", self.event_code, self.colour, self.areas.join(" "));
        Told { text, areas: self.areas.clone() }
    }
}

impl Shown for Latest {
    const TABLE: Table = Table::Readings;

    fn key(&self) -> &str {
        &self.id
    }

    fn rank(&self) -> (u8, Timestamp) {
        (0, self.at)
    }

    fn value(&self, now: Timestamp) -> Value {
        row([
            ("id", self.id.as_str().into()),
            ("code", self.code.as_str().into()),
            ("device", self.device.as_str().into()),
            ("title", self.title.as_str().into()),
            ("department", self.department.as_str().into()),
            ("region", self.region.as_str().into()),
            ("value", self.value.into()),
            ("unit", self.unit.as_str().into()),
            ("age", Value::Int(now.since(self.at).max(0) / 60_000)),
        ])
    }

    fn told(&self) -> Told {
        let name = if self.title.is_empty() { &self.device } else { &self.title };
        let text = format!("{name} {} = {} {}({})", self.code, self.value, self.unit, self.at);
        Told { text, areas: vec![self.region.clone()] }
    }
}

impl Shown for Incident {
    const TABLE: Table = Table::Incidents;

    fn key(&self) -> &str {
        &self.id
    }

    fn rank(&self) -> (u8, Timestamp) {
        (self.severity as u8, self.opened_at)
    }

    fn value(&self, _: Timestamp) -> Value {
        row([
            ("id", self.id.as_str().into()),
            ("hazard", self.hazard.as_str().into()),
            ("state", self.state.as_str().into()),
            ("severity", number(self.severity)),
            ("region", self.region.as_str().into()),
            ("unit", self.unit.as_str().into()),
            ("title", self.title.as_str().into()),
            ("count", Value::Int(i64::try_from(self.count).unwrap_or(i64::MAX))),
            ("sources", Value::Int(i64::try_from(self.source_count).unwrap_or(i64::MAX))),
            ("confidence", self.confidence.into()),
            ("recovered", self.recovered.into()),
        ])
    }

    fn told(&self) -> Told {
        let text = format!("{} {}({},{})", self.title, self.hazard_name, self.state.as_str(), self.region);
        Told { text, areas: vec![self.region.clone()] }
    }
}

impl Shown for Accident {
    const TABLE: Table = Table::Accidents;

    fn key(&self) -> &str {
        &self.id
    }

    fn rank(&self) -> (u8, Timestamp) {
        (u8::try_from(self.deaths.min(255)).unwrap_or(255), self.happened_at)
    }

    fn value(&self, _: Timestamp) -> Value {
        row([
            ("id", self.id.as_str().into()),
            ("title", self.title.as_str().into()),
            ("state", self.state.as_str().into()),
            ("grade", self.grade.as_str().into()),
            ("deaths", Value::Int(self.deaths.into())),
            ("injuries", Value::Int(self.injuries.into())),
            ("loss", Value::Int(i64::try_from(self.loss).unwrap_or(i64::MAX))),
            ("region", self.region.as_str().into()),
            ("department", self.department.as_str().into()),
            ("incident", self.incident.as_str().into()),
        ])
    }

    fn told(&self) -> Told {
        let Accident { title, deaths, injuries, grade, region, .. } = self;
        let text = format!("{title}(死亡 {deaths},重伤 {injuries},{grade},{region})");
        Told { text, areas: vec![region.clone()] }
    }
}

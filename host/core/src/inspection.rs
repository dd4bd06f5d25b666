//! 检查与演练: what inspectors and drills left on record about a unit.
//!
//! Reports `inspection.done` and `drill.held`; `reference` is the source's own id,
//! `data` holds `unit`, `unit_name`, `trade`, `passed`, `dangers` (how many were
//! found), `inspector` and `village_name`. Records are what the risk of a unit is judged by;
//! nothing follows from one by itself.

use crate::core::Core;
use crate::core::decide::Step;
use crate::fact::Cause;
use crate::frame::FrameId;
use crate::input::Observed;
use crate::registry::Speaker;
use crate::thing::{Noun, Row};
use crate::time::Timestamp;
use crate::unit::{as_of, field, short};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Inspection {
    /// Department and the source's own id: `safety:JC-1`.
    pub id: String,
    pub title: String,
    pub kind: Kind,
    pub unit: String,
    pub unit_name: String,
    pub trade: String,
    pub region: String,
    pub village: String,
    pub village_name: String,
    /// None: the record does not say.
    pub passed: Option<bool>,
    /// Hidden dangers that it found.
    pub dangers: u64,
    pub inspector: String,
    pub department: String,
    pub reference: String,
    pub held_at: Timestamp,
    pub frame: Option<FrameId>,
    /// When it was told: over and done with.
    pub told_at: Timestamp,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// 检查
    #[default]
    Inspection,
    /// 演练
    Drill,
}

impl Core {
    /// The same record again is the same row; another content corrects it.
    pub(crate) fn hear_inspection(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        observed: &Observed,
        speaker: &Speaker,
    ) {
        let signal = &observed.signal;
        let data: Value = serde_json::from_str(&signal.data).unwrap_or_default();
        let unit = field(&data, "unit");
        let known = self.unit(&unit).unwrap_or_default();
        let mut place = self.lies(signal, &data, speaker);
        if !place.is_said && !known.region.is_empty() {
            (place.region, place.village) = (known.region, known.village);
        }
        let or_known = |said: String, known: String| if said.is_empty() { known } else { said };
        let department = &observed.frame.department;
        let record = Inspection {
            id: format!("{department}:{}", signal.reference),
            title: short(&signal.title),
            kind: if signal.code == "drill.held" { Kind::Drill } else { Kind::Inspection },
            unit_name: or_known(field(&data, "unit_name"), known.name),
            trade: or_known(field(&data, "trade"), known.trade),
            unit,
            region: place.region,
            village: place.village,
            village_name: field(&data, "village_name"),
            passed: data["passed"].as_bool(),
            dangers: data["dangers"].as_u64().unwrap_or_default(),
            inspector: field(&data, "inspector"),
            department: department.clone(),
            reference: signal.reference.clone(),
            held_at: as_of(observed),
            frame: Some(observed.frame.clone()),
            told_at: step.now,
        };
        let known = self.state.rooms.inspections.get(&record.id);
        let same = known.map(|known| Inspection {
            frame: known.frame.clone(),
            told_at: known.told_at,
            held_at: if signal.observed.is_some() { record.held_at } else { known.held_at },
            ..record.clone()
        });
        if same.as_ref() != known || known.is_none() {
            let change = if known.is_none() { "held" } else { "updated" };
            self.set(step, cause, change, "", record);
        }
    }
}

impl Row for Inspection {
    const NOUN: Noun = Noun::Inspection;
    const CHANGES: &'static [&'static str] = &["held", "updated"];
    const STATES: &'static [&'static str] = &["passed", "failed", "drill"];

    fn id(&self) -> &str {
        &self.id
    }

    fn state(&self) -> &str {
        match (self.kind, self.passed) {
            (Kind::Drill, _) => "drill",
            (Kind::Inspection, Some(false)) => "failed",
            (Kind::Inspection, _) => "passed",
        }
    }

    fn title(&self) -> &str {
        &self.title
    }

    fn region(&self) -> &str {
        &self.region
    }

    fn department(&self) -> &str {
        &self.department
    }

    fn ended_at(&self) -> Option<Timestamp> {
        Some(self.told_at)
    }
}

//! What may be asked of a danger.

use super::hear::photos;
use super::tell::Told;
use super::{Danger, Level};
use crate::core::Core;
use crate::core::act::{Refusal, refuse};
use crate::core::decide::Step;
use crate::fact::Cause;
use crate::thing::Noun;
use crate::time::{Timestamp, said};
use serde::{Deserialize, Serialize};
use serde_json::json;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "verb", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Act {
    /// 上报, by a person.
    Report(Box<New>),
    /// 交办 or 改派.
    Assign {
        id: String,
        #[serde(default)]
        department: String,
        #[serde(default)]
        post: String,
        #[serde(default, deserialize_with = "said")]
        deadline: Option<Timestamp>,
        #[serde(default)]
        note: String,
    },
    /// 整改.
    Rectify {
        id: String,
        measure: String,
        #[serde(default)]
        photos: Vec<String>,
    },
    /// 复查: passed unless it says otherwise.
    Recheck {
        id: String,
        #[serde(default = "yes")]
        passed: bool,
        #[serde(default)]
        result: String,
        #[serde(default, deserialize_with = "said")]
        deadline: Option<Timestamp>,
    },
    /// 销号: a re-check that was passed.
    Close { id: String, result: String },
    /// 退回: a re-check that was not.
    Return {
        id: String,
        reason: String,
        #[serde(default, deserialize_with = "said")]
        deadline: Option<Timestamp>,
    },
}

/// A danger as a person reports it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct New {
    pub title: String,
    pub text: String,
    pub level: Level,
    pub category: String,
    pub unit: String,
    pub region: String,
    pub address: String,
    /// The department that found it; left out: the actor's own.
    pub department: String,
    pub photos: Vec<String>,
    #[serde(deserialize_with = "said")]
    pub deadline: Option<Timestamp>,
}

fn yes() -> bool {
    true
}

impl Core {
    pub(crate) fn act_danger(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        actor: &str,
        act: &Act,
    ) -> Result<String, Refusal> {
        let department = self.speaks_for(actor);
        let told = Told { at: step.now, by: actor.to_owned(), department };
        let id = match act {
            Act::Report(new) => return self.report_danger(step, cause, &told, new),
            Act::Assign { id, .. }
            | Act::Rectify { id, .. }
            | Act::Recheck { id, .. }
            | Act::Close { id, .. }
            | Act::Return { id, .. } => id,
        };
        let danger = self.danger(id)?;
        let known = danger.clone();
        let done = match act {
            Act::Assign { department, post, deadline, note, .. } => {
                self.assign_danger(step, cause, danger, (department, post), *deadline, note)
            }
            Act::Rectify { measure, photos: links, .. } => {
                self.rectify(step, cause, danger, &told, measure, photos(&json!({ "photos": links })))
            }
            Act::Recheck { passed: true, result, .. } | Act::Close { result, .. } => {
                self.pass_recheck(step, cause, danger, &told, result)
            }
            Act::Recheck { result: reason, deadline, .. } | Act::Return { reason, deadline, .. } => {
                self.fail_recheck(step, cause, danger, &told, reason, *deadline)
            }
            Act::Report(_) => return Ok(String::new()),
        };
        // Who tried to close what is not theirs is to be read where it was tried.
        if let Err(refusal) = &done
            && refusal.0.ends_with(".foreign")
        {
            self.refuse_danger(step, cause, known, refusal);
        }
        done
    }

    /// By its id, or by its source's own.
    fn danger(&self, id: &str) -> Result<Danger, Refusal> {
        let rows = &self.state.rooms.dangers;
        let found = rows.get(id).or_else(|| rows.get(self.dangers.any(id)?));
        found.cloned().ok_or_else(|| {
            let reason = format!("没有隐患 {id},或已销号很久 (no such danger, or it was closed long ago)");
            ("danger.unknown".to_owned(), reason)
        })
    }

    fn report_danger(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        told: &Told,
        new: &New,
    ) -> Result<String, Refusal> {
        if new.title.trim().is_empty() {
            return refuse("danger.report.no-title", "上报须有标题 (a danger needs a title)");
        }
        let unit = self.unit(&new.unit);
        if unit.is_none() && !new.unit.is_empty() {
            return refuse("danger.report.unit", &format!("没有单位 {} (no such unit)", new.unit));
        }
        let known = unit.unwrap_or_default();
        let or = |said: &str, known: String| if said.is_empty() { known } else { said.to_owned() };
        let region = or(&new.region, known.region);
        let region = if region.is_empty() { self.city().code.clone() } else { region };
        if self.registry.regions().get(&region).is_none() {
            return refuse("danger.report.region", &format!("没有行政区划 {region} (no such region)"));
        }
        let days = match new.level {
            Level::General => self.city().dangers.deadline.general,
            Level::Major => self.city().dangers.deadline.major,
        };
        let deadline = new.deadline.unwrap_or(step.now.plus_millis(i64::from(days) * 24 * 3_600_000));
        let id = self.number(Noun::Danger, step.now);
        let danger = Danger {
            id: id.clone(),
            title: crate::unit::short(&new.title),
            text: new.text.chars().take(super::TEXT_CHARS).collect(),
            level: new.level,
            category: crate::unit::short(&new.category),
            unit: new.unit.clone(),
            unit_name: known.name,
            trade: known.trade,
            address: or(&new.address, known.address),
            region,
            village: known.village,
            position: known.position,
            photos: photos(&json!({ "photos": new.photos })),
            count: 1,
            department: or(&new.department, told.department.clone()),
            deadline: Some(deadline),
            found_at: step.now,
            described_at: Some(step.now),
            reported_at: step.now,
            ..Danger::default()
        };
        self.open_danger(step, cause, danger);
        Ok(id)
    }
}

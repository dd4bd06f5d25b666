//! 日志缺损: a run of a department's log that cannot be read, or is not there. What
//! it held is lost, and the city is told so instead of believing in silence.

use crate::core::Core;
use crate::core::act::{Refusal, cut, refuse};
use crate::core::decide::Step;
use crate::fact::Cause;
use crate::thing::{Noun, Row};
use crate::time::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Holes in memory; a disk that fails everywhere widens the last of its department.
const HOLES_KEPT: usize = 1_000;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// Its bytes are not those that were written.
    #[default]
    Damaged,
    /// It is not there, and nobody purged it.
    Missing,
}

/// What a feed found.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Found {
    pub department: String,
    /// Runs `from` to `to`, both included.
    pub from: u64,
    pub to: u64,
    pub what: What,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Hole {
    /// Department and first run: `fire-1234`.
    pub id: String,
    pub title: String,
    /// `open` or `closed`.
    pub state: String,
    pub department: String,
    pub region: String,
    pub what: What,
    pub from: u64,
    pub to: u64,
    pub found_at: Timestamp,
    pub ended_at: Option<Timestamp>,
    pub closed_by: String,
    /// What was done about it.
    pub result: String,
}

impl Row for Hole {
    const NOUN: Noun = Noun::Hole;
    const CHANGES: &'static [&'static str] = &["found", "grown", "closed"];
    const STATES: &'static [&'static str] = &["open", "closed"];

    fn id(&self) -> &str {
        &self.id
    }

    fn state(&self) -> &str {
        &self.state
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
        self.ended_at
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "verb", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Act {
    /// Somebody has looked after it: `id` is the hole's.
    Close { id: String, reason: String },
}

impl Core {
    /// The same hole again, from a feed that began again, is no other.
    pub(crate) fn decide_hole(&mut self, step: &mut Step, found: &Found) {
        let Found { department, from, to, what } = found.clone();
        let id = format!("{department}-{from}");
        if self.state.rooms.holes.contains_key(&id) {
            return;
        }
        let cause = Cause::Log { department: department.clone(), run: from };
        if self.state.rooms.holes.len() >= HOLES_KEPT {
            return self.grow_hole(step, &cause, found);
        }
        let runs = if from == to { from.to_string() } else { format!("{from}–{to}") };
        let title = match what {
            What::Damaged => format!("{department} 原始日志第 {runs} 批已损坏,其中报文丢失"),
            What::Missing => format!("{department} 原始日志第 {runs} 批缺失,其中报文丢失"),
        };
        let hole = Hole {
            id,
            title: title.clone(),
            state: "open".into(),
            region: self.city().code.clone(),
            department,
            what,
            from,
            to,
            found_at: step.now,
            ..Hole::default()
        };
        self.set(step, &cause, "found", &title, hole);
    }

    /// So much is damaged that one row more tells nobody more.
    fn grow_hole(&mut self, step: &mut Step, cause: &Cause, found: &Found) {
        let holes = self.state.rooms.holes.values();
        let open = holes.filter(|hole| hole.department == found.department && hole.ended_at.is_none());
        let Some(mut last) = open.max_by_key(|hole| (hole.from, &hole.id)).cloned() else { return };
        if found.to > last.to {
            last.to = found.to;
            let note = format!("至第 {} 批另有损坏或缺失", found.to);
            self.set(step, cause, "grown", &note, last);
        }
    }

    pub(crate) fn act_hole(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        actor: &str,
        act: &Act,
    ) -> Result<String, Refusal> {
        let Act::Close { id, reason } = act;
        let Some(mut hole) = self.state.rooms.holes.get(id).cloned() else {
            return refuse("hole.close.unknown", &format!("没有日志缺损 {id} (no such hole)"));
        };
        if hole.ended_at.is_some() {
            let who = &hole.closed_by;
            return refuse(
                "hole.close.from-closed",
                &format!("{id} 已由 {who} 关闭 (closed already by {who})"),
            );
        }
        if reason.trim().is_empty() {
            return refuse(
                "hole.close.no-reason",
                "关闭日志缺损须说明处置情况 (closing a hole needs a reason)",
            );
        }
        hole.state = "closed".into();
        hole.ended_at = Some(step.now);
        hole.closed_by = actor.to_owned();
        hole.result = cut(reason);
        self.set(step, cause, "closed", reason, hole);
        Ok(id.clone())
    }
}

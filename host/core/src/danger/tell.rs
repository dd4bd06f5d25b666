//! 整改: what was done about a danger, and who may say so.

use super::{Danger, Stage};
use crate::core::Core;
use crate::core::act::{Refusal, cut, refuse};
use crate::core::decide::Step;
use crate::fact::Cause;
use crate::time::Timestamp;

/// Who says something of a danger, and as of when.
pub(super) struct Told {
    pub at: Timestamp,
    /// As the story reads it.
    pub by: String,
    /// The department in whose name; empty: the operator's.
    pub department: String,
}

impl Core {
    pub(super) fn rectify(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        mut danger: Danger,
        told: &Told,
        measure: &str,
        photos: Vec<String>,
    ) -> Result<String, Refusal> {
        self.may_rectify(&danger, told)?;
        let id = danger.id.clone();
        // Known, or of before what was found since.
        let is_old = danger.rechecked_at.is_some_and(|at| told.at <= at);
        if danger.rectified_at.is_some_and(|at| told.at <= at) || is_old {
            return Ok(id);
        }
        if danger.state == Stage::Closed {
            return Err(danger.refusal("rectify", "整改", "已销号 (it is closed)"));
        }
        if measure.trim().is_empty() {
            return refuse("danger.rectify.no-measure", "整改须说明措施 (say what was done)");
        }
        danger.state = Stage::Rectified;
        danger.rectified_at = Some(told.at);
        danger.measure = cut(measure);
        danger.measure_photos = photos;
        danger.next = danger.next_clock();
        let note = format!("{}:{}", told.by, danger.measure);
        self.set(step, cause, "rectified", &note, danger);
        Ok(id)
    }

    fn may_rectify(&self, danger: &Danger, told: &Told) -> Result<(), Refusal> {
        let said = told.department.as_str();
        let recheck = &self.city().dangers.desk.recheck;
        let is_own = said.is_empty() || said == danger.department || said == danger.responsible;
        if is_own || recheck.iter().any(|known| known == said) {
            return Ok(());
        }
        let reason = format!(
            "{said} 既非上报部门 {0} 也非责任部门 {1} ({said} neither found it nor is in charge of it)",
            danger.department, danger.responsible
        );
        refuse("danger.rectify.foreign", &reason)
    }

    /// The department in whose name an actor acts: a department's id, a duty post or
    /// a person of one; any other name is the operator's own.
    pub(super) fn speaks_for(&self, actor: &str) -> String {
        let city = self.city();
        let front = actor.split('/').next().unwrap_or_default();
        if let Some(known) = city.departments.iter().find(|known| known.id == front) {
            return known.id.clone();
        }
        if let Some(post) = self.registry.duty().post(actor) {
            return post.department.clone();
        }
        let person = city.duty.people.iter().find(|person| person.id == actor || person.name == actor);
        let post =
            person.and_then(|person| city.duty.posts.iter().find(|post| post.people.contains(&person.id)));
        post.map(|post| post.department.clone()).unwrap_or_default()
    }
}

impl Danger {
    /// `danger.<act>.from-<state>`
    pub(super) fn refusal(&self, act: &str, name: &str, hint: &str) -> Refusal {
        let reason = format!("「{}」的隐患不能{name}:{hint}", self.state.name());
        (format!("danger.{act}.from-{}", self.state.as_str()), reason)
    }
}

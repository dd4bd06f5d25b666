//! The plans of the city's own files: new versions come in as drafts, or as what
//! they say was approved on paper, so that a city works from its files alone.

use super::act::version;
use super::{VERSIONS_KEPT, Version};
use crate::city::plan::Plan;
use crate::core::Core;
use crate::core::decide::Step;
use crate::fact::Cause;
use crate::time::Timestamp;

impl Core {
    pub(crate) fn enter_plans(&mut self, step: &mut Step, cause: &Cause) {
        let city = self.registry.city().clone();
        for plan in &city.plans {
            self.enter_plan(step, cause, plan);
        }
    }

    fn enter_plan(&mut self, step: &mut Step, cause: &Cause, plan: &Plan) {
        let key = plan.key();
        let matter = format!("plan {key} content");
        if let Some(known) = self.state.rooms.plans.get(&key) {
            if !known.text.same_content(plan) {
                let title = format!(
                    "预案文件 {key} 的内容与已登记的同一版本不同,文件未采用;请改用新的 version (the file differs from the known version and is not taken; give it a new version)"
                );
                self.say_once(step, cause, &matter, &title, &plan.region, &plan.department);
            }
            return;
        }
        if self.state.rooms.plans.len() >= VERSIONS_KEPT {
            return;
        }
        let mut version = version(plan, "", step.now);
        if plan.approved_by.is_empty() {
            self.set(step, cause, "loaded", &format!("{} 草案", plan.title), version);
            return;
        }
        version.approved_by.clone_from(&plan.approved_by);
        version.approved_at = paper_time(&plan.approved_at).or(Some(step.now));
        version.state = "approved".into();
        let note = format!("纸面批准:{} {}", plan.approved_by, plan.approved_at);
        let is_newer = |before: Version| before.version < plan.version;
        match self.active_version(&plan.id).is_none_or(is_newer) {
            true => self.put_active(step, cause, version, &plan.approved_by, note.trim()),
            false => self.set(step, cause, "approved", note.trim(), version),
        }
    }
}

/// RFC 3339, or a date.
pub fn paper_time(text: &str) -> Option<Timestamp> {
    let whole = match text.len() {
        10 => format!("{text}T00:00:00+08:00"),
        _ => text.to_owned(),
    };
    whole.parse::<jiff::Timestamp>().ok().map(|at| Timestamp(at.as_millisecond()))
}

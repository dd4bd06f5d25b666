//! 职责空白: what nobody answers for is itself a finding.

use super::Gap;
use crate::core::Core;
use crate::core::act::{Refusal, cut, refuse};
use crate::core::decide::Step;
use crate::fact::Cause;
use crate::thing::Noun;

impl Core {
    /// Records a finding and answers its id.
    pub(crate) fn open_gap(&mut self, step: &mut Step, cause: &Cause, gap: Gap) -> String {
        let id = self.number(Noun::Gap, step.now);
        let region = match gap.region.as_str() {
            "" => self.city().code.clone(),
            region => region.to_owned(),
        };
        let gap = Gap { id: id.clone(), state: "open".into(), region, found_at: step.now, ..gap };
        let note = gap.title.clone();
        self.set(step, cause, "found", &note, gap);
        id
    }

    /// Something that nobody answers for, said once for each `matter` while it is open.
    pub(crate) fn say_once(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        matter: &str,
        title: &str,
        region: &str,
        department: &str,
    ) {
        let is_known = |gap: &Gap| gap.matter == matter && gap.ended_at.is_none();
        if self.state.rooms.gaps.values().any(is_known) {
            return;
        }
        let gap = Gap {
            title: title.to_owned(),
            region: region.to_owned(),
            department: department.to_owned(),
            matter: matter.to_owned(),
            ..Gap::default()
        };
        self.open_gap(step, cause, gap);
    }

    /// Closes a finding that is still open; nothing otherwise.
    pub(crate) fn close_gap(&mut self, step: &mut Step, cause: &Cause, id: &str, by: &str, reason: &str) {
        let open = self.state.rooms.gaps.get(id).filter(|gap| gap.ended_at.is_none());
        let Some(mut gap) = open.cloned() else { return };
        gap.state = "closed".into();
        gap.ended_at = Some(step.now);
        gap.closed_by = by.to_owned();
        gap.result = cut(reason);
        self.set(step, cause, "closed", reason, gap);
    }

    pub(super) fn act_gap(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        by: &str,
        id: &str,
        reason: &str,
    ) -> Result<String, Refusal> {
        let Some(gap) = self.state.rooms.gaps.get(id) else {
            let reason = format!("没有职责空白 {id} (no such gap)");
            return refuse("duty.close.unknown", &reason);
        };
        if gap.ended_at.is_some() {
            let who = &gap.closed_by;
            return refuse(
                "duty.close.from-closed",
                &format!("{id} 已由 {who} 关闭 (closed already by {who})"),
            );
        }
        if reason.trim().is_empty() {
            return refuse("duty.close.no-reason", "关闭职责空白须说明原因 (closing a gap needs a reason)");
        }
        self.close_gap(step, cause, id, by, reason);
        Ok(id.to_owned())
    }
}

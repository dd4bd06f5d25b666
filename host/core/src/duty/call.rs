//! 叫应: named people are called until they confirm, and passed over when they do not.

use super::{Call, Gap};
use crate::core::Core;
use crate::core::act::{Refusal, cut, refuse};
use crate::core::decide::Step;
use crate::fact::Cause;
use crate::order::{Asked, Escalation};
use crate::thing::Noun;
use crate::time::Timestamp;
use std::collections::BTreeSet;

/// A call that nobody answered can still be confirmed so long: a whole turn of duty.
const UNANSWERED_KEPT_MS: i64 = 24 * 3_600_000;

impl Core {
    /// Calls the duty people of the given regions for a matter (a warning, an
    /// incident): one call a post; who does not confirm is called again and then
    /// escalated. The same matter under the same title is called once, under a
    /// new title (a higher level) again. The city's own code means the county desk.
    pub(crate) fn call_out(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        matter: &str,
        incident: &str,
        title: &str,
        regions: &[String],
    ) {
        let regions: BTreeSet<&str> = regions.iter().map(String::as_str).collect();
        for region in regions {
            let matter = Call {
                title: title.to_owned(),
                matter: matter.to_owned(),
                incident: incident.to_owned(),
                region: region.to_owned(),
                ..Call::default()
            };
            let posts = self.posts_of(region);
            if posts.is_empty() {
                self.find_gap(step, cause, &matter, "区域无值班岗位");
            }
            for post in posts {
                let department =
                    self.registry.duty().post(&post).map(|post| post.department.clone()).unwrap_or_default();
                self.call(step, cause, Call { post, department, ..matter.clone() });
            }
        }
    }

    /// A village without a duty post of its own is its township's.
    fn posts_of(&self, region: &str) -> Vec<String> {
        let duty = self.registry.duty();
        let own = duty.of_region(region);
        let township = region.get(..9).filter(|_| own.is_empty() && !region.ends_with("000"));
        township.map_or(own, |front| duty.of_region(&format!("{front}000"))).to_vec()
    }

    fn call(&mut self, step: &mut Step, cause: &Cause, matter: Call) {
        let calls = self.state.rooms.calls.values();
        let before: Vec<Call> = calls
            .filter(|call| call.matter == matter.matter && call.post == matter.post)
            .filter(|call| call.state != "cancelled")
            .cloned()
            .collect();
        if before.iter().any(|call| call.title == matter.title) {
            return;
        }
        for call in before.into_iter().filter(Call::is_open) {
            self.cancel_call(step, cause, call, "已另行叫应");
        }
        let Some(asked) = self.chain(&matter.post).into_iter().next() else {
            return self.find_gap(step, cause, &matter, "值班岗位无人可叫");
        };
        let escalations = match asked.post == matter.post {
            true => vec![],
            false => vec![Escalation {
                at: step.now,
                from: Asked::nobody(&matter.post),
                to: asked.clone(),
                reason: "岗位无人".into(),
            }],
        };
        let note = format!("叫应 {}", asked.told());
        let call = Call {
            id: self.number(Noun::Call, step.now),
            state: "calling".into(),
            asked,
            escalations,
            called_at: step.now,
            last_at: step.now,
            tries: 1,
            asked_tries: 1,
            next: Some(self.again_at(step.now)),
            ..matter
        };
        self.set(step, cause, "called", &note, call);
    }

    /// One finding for a matter at a place, however often it is called for.
    fn find_gap(&mut self, step: &mut Step, cause: &Cause, matter: &Call, what: &str) {
        let same =
            |gap: &Gap| gap.matter == matter.matter && gap.region == matter.region && gap.post == matter.post;
        if self.state.rooms.gaps.values().any(same) {
            return;
        }
        let gap = Gap {
            title: format!("{what}:{}", matter.title),
            post: matter.post.clone(),
            department: matter.department.clone(),
            region: matter.region.clone(),
            matter: matter.matter.clone(),
            incident: matter.incident.clone(),
            ..Gap::default()
        };
        self.open_gap(step, cause, gap);
    }

    fn again_at(&self, now: Timestamp) -> Timestamp {
        now.plus_millis(i64::from(self.registry.duty().calling.again_minutes.max(1)) * 60_000)
    }

    pub(crate) fn call_due(&mut self, step: &mut Step, id: &str) {
        let Some(mut call) = self.state.rooms.calls.get(id).cloned() else { return };
        let cause = Cause::Clock;
        if call.state != "calling" {
            call.next = None;
            call.ended_at = Some(step.now);
            return self.set(step, &cause, "given-up", "超过 24 小时未确认", call);
        }
        // The post may have changed hands since.
        let holder = self.holder(&call.asked.post).unwrap_or_else(|| call.asked.clone());
        let is_new = holder.person != call.asked.person;
        if is_new || call.asked_tries < self.registry.duty().calling.tries {
            call.asked = holder;
            call.asked_tries = if is_new { 1 } else { call.asked_tries.saturating_add(1) };
            let note = format!("第 {} 次叫应 {}", call.asked_tries, call.asked.told());
            return self.call_again(step, &cause, call, "called-again", &note);
        }
        if let Some(to) = self.next_up(&call.post, &call.asked, &call.escalations) {
            let reason = format!("{} 次叫应未确认", call.asked_tries);
            let note = format!("{reason},升级:{} → {}", call.asked.told(), to.told());
            let from = std::mem::replace(&mut call.asked, to.clone());
            call.escalations.push(Escalation { at: step.now, from, to, reason });
            call.asked_tries = 1;
            return self.call_again(step, &cause, call, "escalated", &note);
        }
        call.state = "unanswered".into();
        call.next = Some(step.now.plus_millis(UNANSWERED_KEPT_MS));
        call.gap = self.open_gap(
            step,
            &cause,
            Gap {
                title: format!("叫应无人确认:{}", call.title),
                post: call.post.clone(),
                department: call.department.clone(),
                region: call.region.clone(),
                matter: call.id.clone(),
                incident: call.incident.clone(),
                ..Gap::default()
            },
        );
        let note = format!("共叫应 {} 次,逐级升级后仍无人确认", call.tries);
        self.set(step, &cause, "unanswered", &note, call);
    }

    fn call_again(&mut self, step: &mut Step, cause: &Cause, mut call: Call, change: &str, note: &str) {
        call.tries = call.tries.saturating_add(1);
        call.last_at = step.now;
        call.next = Some(self.again_at(step.now));
        self.set(step, cause, change, note, call);
    }

    pub(crate) fn confirm_call(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        id: &str,
        by: &str,
        note: &str,
    ) -> Result<String, Refusal> {
        let Some(mut call) = self.state.rooms.calls.get(id).cloned() else {
            return refuse("duty.confirm.unknown", &format!("没有叫应 {id} (no such call)"));
        };
        if !call.is_open() {
            let rule = format!("duty.confirm.from-{}", call.state);
            let reason = match call.confirmed_at {
                Some(at) => {
                    let who = &call.confirmed_by;
                    format!("{who} 已于 {at} 确认 (confirmed already by {who})")
                }
                None => "该叫应已结束 (this call has ended)".to_owned(),
            };
            return refuse(&rule, &reason);
        }
        call.state = "confirmed".into();
        call.confirmed_at = Some(step.now);
        call.confirmed_by = cut(by);
        call.ended_at = Some(step.now);
        call.next = None;
        let gap = call.gap.clone();
        let told = format!("{by} 确认 {note}");
        self.set(step, cause, "confirmed", told.trim(), call);
        self.close_gap(step, cause, &gap, by, "已确认");
        Ok(id.to_owned())
    }

    /// The matter is over: nobody need answer for it any more. Answers how many
    /// calls and findings ended with it.
    pub(crate) fn call_off(&mut self, step: &mut Step, cause: &Cause, matter: &str, reason: &str) -> usize {
        let rooms = &self.state.rooms;
        let calls: Vec<Call> =
            rooms.calls.values().filter(|call| call.matter == matter && call.is_open()).cloned().collect();
        let is_open = |gap: &&Gap| gap.matter == matter && gap.ended_at.is_none();
        let gaps: Vec<String> = rooms.gaps.values().filter(is_open).map(|gap| gap.id.clone()).collect();
        let ended = calls.len() + gaps.len();
        calls.into_iter().for_each(|call| self.cancel_call(step, cause, call, reason));
        gaps.iter().for_each(|gap| self.close_gap(step, cause, gap, "", reason));
        ended
    }

    fn cancel_call(&mut self, step: &mut Step, cause: &Cause, mut call: Call, reason: &str) {
        call.state = "cancelled".into();
        call.next = None;
        call.ended_at = Some(step.now);
        let gap = call.gap.clone();
        self.set(step, cause, "cancelled", reason, call);
        self.close_gap(step, cause, &gap, "", reason);
    }

    /// Calls and findings of an incident end with it, and move with it where it
    /// turned out to be another.
    pub(crate) fn duty_follows(&mut self, step: &mut Step, cause: &Cause, id: &str) {
        let Some(incident) = self.state.incidents.get(id) else { return };
        let (is_over, merged, name) = (!incident.is_open(), incident.merged.clone(), incident.state.name());
        for from in &merged {
            for call in self.serving(from, Noun::Call) {
                let Some(call) = self.state.rooms.calls.get(&call).cloned() else { continue };
                let note = format!("事件 {from} 已并入 {id}");
                self.set(step, cause, "moved", &note, Call { incident: id.to_owned(), ..call });
            }
            for gap in self.serving(from, Noun::Gap) {
                let Some(gap) = self.state.rooms.gaps.get(&gap).cloned() else { continue };
                let note = format!("事件 {from} 已并入 {id}");
                self.set(step, cause, "moved", &note, Gap { incident: id.to_owned(), ..gap });
            }
        }
        if !is_over {
            return;
        }
        let reason = format!("事件 {id} {name}");
        for call in self.serving(id, Noun::Call) {
            let Some(call) = self.state.rooms.calls.get(&call).cloned() else { continue };
            self.cancel_call(step, cause, call, &reason);
        }
        for gap in self.serving(id, Noun::Gap) {
            self.close_gap(step, cause, &gap, "", &reason);
        }
    }
}

impl Call {
    /// Somebody may still confirm it.
    pub fn is_open(&self) -> bool {
        self.ended_at.is_none()
    }
}

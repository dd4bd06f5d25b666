//! What an advisor wants done, and what its grant lets be done.
//!
//! Advice never ends an incident and never calls one off. What is granted is done
//! in the plugin's name; what is not is refused by rule, and noted all the same
//! where officers read it, as long as the plugin may note at all.

use super::Core;
use super::act::{Refusal, refuse};
use super::decide::Step;
use crate::city::share::Grant;
use crate::command::Reply;
use crate::fact::{Cause, Fact};
use crate::incident::{Incident, Move, Stage};
use crate::input::Advised;
use crate::order;
use crate::outcome::{Act, Advice};
use crate::signal::Severity;
use crate::thing::Noun;
use serde::Deserialize;

/// Advice on advice on advice is heard, and nothing comes of a further one: two
/// advisors that answer each other would never stop.
pub const DEPTH: u32 = 3;

/// `data` of an advice to raise.
#[derive(Deserialize)]
struct Raise {
    severity: Severity,
}

impl Core {
    pub(super) fn decide_advice(&mut self, step: &mut Step, advised: &Advised) {
        if self.advised_before(advised) {
            return;
        }
        let cause = Cause::Advice {
            frame: advised.frame.clone(),
            ordinal: advised.ordinal,
            department: advised.frame.department.clone(),
            plugin: advised.plugin.clone(),
            depth: advised.depth,
            replay_of: advised.replay_of.clone(),
        };
        let reply = match self.heed(step, &cause, advised) {
            Ok(subject) => Reply::Ok { subject },
            Err((rule, reason)) => Reply::Refused { rule, reason },
        };
        self.emit(step, &cause, Fact::Advised { advice: advised.advice.clone(), reply });
    }

    fn heed(&mut self, step: &mut Step, cause: &Cause, advised: &Advised) -> Result<String, Refusal> {
        let (advice, by) = (&advised.advice, advised.plugin.as_str());
        if advised.depth > DEPTH {
            let reason = format!("建议引出的建议超过 {DEPTH} 层 (advice upon advice ends at depth {DEPTH})");
            return refuse("advice.too-deep", &reason);
        }
        let needed = needs(&advice.act);
        if !self.may(by, &needed) {
            if self.may(by, &Act::Note)
                && let Ok(incident) = self.subject(&advice.subject)
            {
                self.note_advice(step, cause, incident, by, advice);
            }
            let (rule, act) = (format!("advice.{}.not-granted", advice.act.as_str()), needed.as_str());
            let reason = format!(
                "城市文件未授权插件 {by} 的建议 {act}，仅作记录 (the city file grants the plugin no `{act}`; add it to `grant`)"
            );
            return Err((rule, reason));
        }
        match &advice.act {
            Act::Order => self.advised_order(step, cause, advised),
            Act::Confirm => {
                let incident = self.subject(&advice.subject)?;
                match incident.state == Stage::Suspected && !incident.historic {
                    true => self.advance(step, cause, incident, Move::Confirm, by, &advice.reason, |_| {}),
                    false => Ok(self.note_advice(step, cause, incident, by, advice)),
                }
            }
            Act::Merge => {
                let incident = self.subject(&advice.subject)?;
                self.join(step, cause, incident, &advice.object, by, &advice.reason)
            }
            Act::Raise => self.raise_severity(step, cause, by, advice),
            Act::Attach if advice.object.trim().is_empty() => {
                refuse("advice.attach.no-object", "建议未说明证据 (advice to attach names no evidence)")
            }
            Act::Refute | Act::Attach | Act::Note | Act::Other(_) => self.noted(step, cause, by, advice),
        }
    }

    fn may(&self, plugin: &str, act: &Act) -> bool {
        let grants = &self.city().grants;
        let acts = grants.iter().find(|grant| grant.plugin == plugin).map(|grant| &grant.acts[..]);
        acts.unwrap_or(&Grant::PUSHED).contains(act)
    }

    /// On an incident: where officers read it. About another row or a unit: in the
    /// journal, which is said by the fact that the caller records.
    fn noted(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        by: &str,
        advice: &Advice,
    ) -> Result<String, Refusal> {
        let refusal = match self.subject(&advice.subject) {
            Ok(incident) => return Ok(self.note_advice(step, cause, incident, by, advice)),
            Err(refusal) => refusal,
        };
        let rooms = &self.state.rooms;
        let is_row = Noun::ALL.iter().any(|noun| rooms.face(*noun, &advice.subject).is_some());
        match is_row || self.registry.unit(&advice.subject).is_some() {
            true => Ok(advice.subject.clone()),
            false => Err(refusal),
        }
    }

    /// The same word of the same plugin again changes nothing.
    fn note_advice(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        incident: Incident,
        by: &str,
        advice: &Advice,
    ) -> String {
        let act = format!("advice.{}", advice.act.as_str());
        let text = match advice.object.as_str() {
            "" => advice.reason.clone(),
            object => format!("{object} {}", advice.reason),
        };
        let text = super::act::cut(text.trim());
        match incident.notes.iter().any(|note| note.by == by && note.act == act && note.text == text) {
            true => incident.id,
            false => self.annotate(step, cause, incident, by, &act, &text),
        }
    }

    fn raise_severity(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        by: &str,
        advice: &Advice,
    ) -> Result<String, Refusal> {
        let mut incident = self.subject(&advice.subject)?;
        let Ok(Raise { severity }) = serde_json::from_str::<Raise>(&advice.data) else {
            return refuse(
                "advice.raise.no-severity",
                "建议未说明等级 (data names no level; it reads like {\"severity\":\"severe\"})",
            );
        };
        if !incident.is_open() {
            return refuse("advice.raise.ended", "事件已终结 (the incident has ended)");
        }
        if severity <= incident.severity {
            let reason = format!(
                "事件已是 {:?}，不低于 {severity:?} (it is as severe already; advice only raises)",
                incident.severity
            );
            return refuse("advice.raise.not-higher", &reason);
        }
        let text = format!("{:?} → {severity:?} {}", incident.severity, advice.reason);
        incident.raised = Some(severity);
        Ok(self.annotate(step, cause, incident, by, "raise", &text))
    }

    /// An order as `data` proposes it: the fields of an order given by hand. What it
    /// leaves out follows from the advice: its reason, its subject, its department.
    fn advised_order(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        advised: &Advised,
    ) -> Result<String, Refusal> {
        let (advice, by) = (&advised.advice, &advised.plugin);
        let mut new: order::New = match serde_json::from_str(&advice.data) {
            Ok(new) => new,
            Err(error) => {
                let reason = format!("建议的指令无法读取 (the order proposed cannot be read): {error}");
                return refuse("advice.order.malformed", &reason);
            }
        };
        if new.incident.is_empty()
            && let Ok(incident) = self.subject(&advice.subject)
        {
            new.incident = incident.id;
        }
        if new.department.is_empty() && new.post.is_empty() {
            new.department.clone_from(&advised.frame.department);
        }
        for field in [&mut new.title, &mut new.text].into_iter().filter(|field| field.is_empty()) {
            field.clone_from(&advice.reason);
        }
        let twin = self.state.rooms.orders.values().find(|order| {
            order.state.is_open()
                && order.by == *by
                && order.incident == new.incident
                && order.title == super::act::cut(new.title.trim())
                && order.device == new.device
                && (new.department.is_empty() || order.department == new.department)
        });
        if let Some(order) = twin {
            let reason = format!("已有同样的指令 {} (the same order is open)", order.id);
            return refuse("advice.order.twice", &reason);
        }
        self.issue_by_hand(step, cause, by, &new)
    }
}

/// Which granted act lets this one be done: to refute, as all that is unknown, is
/// only to note.
fn needs(act: &Act) -> Act {
    match act {
        Act::Refute | Act::Note | Act::Other(_) => Act::Note,
        act => act.clone(),
    }
}

//! What people want done.

use super::Core;
use super::class;
use super::decide::Step;
use crate::command::{Act, Command, Reply};
use crate::fact::{Cause, Fact};
use crate::incident::{self, Disposition, DispositionKind, Incident, Move, Note, Stage};

/// What a person writes about an incident travels in its summary, and what is refused in
/// an answer: a paragraph.
const TEXT_CHARS: usize = 1_000;

/// The rule that refused, for programs, and the reason, for people.
pub(crate) type Refusal = (String, String);

impl Core {
    pub(super) fn decide_command(&mut self, step: &mut Step, command: &Command) {
        let cause = Cause::Command { id: command.id.clone(), actor: command.actor.clone() };
        let asked = command.digest();
        // Asked before: the same answer, and nothing is done twice.
        let done = match self.state.answers.replies.get(&command.id) {
            Some(known) if known.asked.is_empty() || known.asked == asked => Err(known.reply.clone()),
            Some(_) => Ok(refuse(
                "command.reused",
                &format!(
                    "命令编号 {id} 已用于另一请求，本次未执行；请换一个编号 (the id {id} stands for another request; nothing was done; choose a new id)",
                    id = command.id
                ),
            )),
            None => Ok(self.act(step, &cause, command)),
        };
        let reply = match done {
            Err(known) => known,
            Ok(Ok(subject)) => Reply::Ok { subject },
            // Rooms repeat what was asked, of any length.
            Ok(Err((rule, reason))) => Reply::Refused { rule, reason: cut(&reason) },
        };
        self.emit(step, &cause, Fact::Answered { command: command.id.clone(), asked, reply });
    }

    fn act(&mut self, step: &mut Step, cause: &Cause, command: &Command) -> Result<String, Refusal> {
        if command.id.is_empty() || command.actor.is_empty() {
            return refuse("command.incomplete", "命令须有编号和操作人 (a command needs an id and an actor)");
        }
        let Act::Incident(act) = &command.act else {
            return self.act_in_room(step, cause, command);
        };
        let incident = self.subject(act.incident())?;
        let by = &command.actor;
        match act {
            incident::Act::Confirm { note, .. } => {
                self.advance(step, cause, incident, Move::Confirm, by, note, |_| {})
            }
            incident::Act::Respond { note, .. } => {
                self.advance(step, cause, incident, Move::Respond, by, note, |_| {})
            }
            incident::Act::Control { note, .. } => {
                self.advance(step, cause, incident, Move::Control, by, note, |_| {})
            }
            incident::Act::Close { result, .. } if result.trim().is_empty() => {
                refuse("incident.close.no-result", "结束事件须填写处置结果 (closing needs a result)")
            }
            incident::Act::Close { result, .. } => {
                self.advance(step, cause, incident, Move::Close, by, result, |incident| {
                    incident.result = cut(result);
                })
            }
            incident::Act::FalseAlarm { disposition: DispositionKind::Other, text, .. }
                if text.trim().is_empty() =>
            {
                refuse(
                    "incident.false-alarm.no-text",
                    "误报原因为“其他”时须说明 (the disposition `other` needs a text)",
                )
            }
            incident::Act::FalseAlarm { disposition, text, .. } => {
                let told = format!("{} {text}", disposition.name());
                self.advance(step, cause, incident, Move::FalseAlarm, by, told.trim(), |incident| {
                    incident.disposition = Some(Disposition { kind: *disposition, text: cut(text) });
                })
            }
            incident::Act::Note { text, .. } if text.trim().is_empty() => {
                refuse("incident.note.empty", "备注为空 (the note is empty)")
            }
            incident::Act::Note { text, .. } => Ok(self.annotate(step, cause, incident, by, "note", text)),
            incident::Act::Merge { with, note, .. } => self.join(step, cause, incident, with, by, note),
        }
    }

    /// The incident that an id means today.
    pub(super) fn subject(&self, id: &str) -> Result<Incident, Refusal> {
        let found = self.living(id).cloned();
        found.ok_or_else(|| {
            let reason = format!(
                "没有事件 {id}，或已结束超过 72 小时 (no such incident, or it ended more than 72 hours ago)"
            );
            ("incident.unknown".to_owned(), reason)
        })
    }

    #[expect(clippy::too_many_arguments, reason = "one move is all of these")]
    pub(crate) fn advance(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        mut incident: Incident,
        act: Move,
        by: &str,
        text: &str,
        fill: impl FnOnce(&mut Incident),
    ) -> Result<String, Refusal> {
        let from = incident.state;
        let to = from.after(act)?;
        self.summarise(&mut incident);
        incident.state = to;
        incident.changed_at = step.now;
        incident.closed_at = (!to.is_open()).then_some(step.now);
        fill(&mut incident);
        incident.note(Note {
            at: step.now,
            by: by.to_owned(),
            act: act.as_str().to_owned(),
            text: cut(text),
        });
        let id = incident.id.clone();
        self.emit(
            step,
            cause,
            Fact::IncidentChanged { id: id.clone(), from, to, incident: Some(Box::new(incident)) },
        );
        Ok(id)
    }

    /// Notes something on an incident by its id.
    pub(crate) fn remark(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        id: &str,
        by: &str,
        act: &str,
        text: &str,
    ) {
        if let Ok(incident) = self.subject(id) {
            self.annotate(step, cause, incident, by, act, text);
        }
    }

    pub(super) fn annotate(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        mut incident: Incident,
        by: &str,
        act: &str,
        text: &str,
    ) -> String {
        let stage = incident.state;
        if stage != Stage::Merged {
            self.summarise(&mut incident);
        }
        incident.changed_at = step.now;
        incident.note(Note { at: step.now, by: by.to_owned(), act: act.to_owned(), text: cut(text) });
        let id = incident.id.clone();
        let fact = Fact::IncidentChanged {
            id: id.clone(),
            from: stage,
            to: stage,
            incident: Some(Box::new(incident)),
        };
        self.emit(step, cause, fact);
        id
    }

    pub(super) fn join(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        a: Incident,
        with: &str,
        by: &str,
        note: &str,
    ) -> Result<String, Refusal> {
        let b = self.subject(with)?;
        if a.id == b.id {
            return refuse("incident.merge.itself", "两个编号是同一事件 (both ids are one incident)");
        }
        if a.hazard != b.hazard {
            return refuse(
                "incident.merge.other-hazard",
                "不同灾种的事件不能合并 (incidents of different hazards are never merged)",
            );
        }
        if !a.is_open() || !b.is_open() {
            return refuse(
                "incident.merge.ended",
                "已终结的事件不能合并 (an ended incident cannot be merged)",
            );
        }
        if a.historic != b.historic {
            return refuse(
                "incident.merge.historic",
                "历史补报不能并入实时事件 (history is not merged with what is live)",
            );
        }
        let (into, from) = if a.age() < b.age() { (&a, &b) } else { (&b, &a) };
        let class = class(into);
        let grown = self.unite(step, cause, class, &into.id, &from.id);
        self.settle(step, cause, class, &into.hazard, into.id.clone(), grown);
        let survivor = self.subject(&into.id)?;
        Ok(self.annotate(step, cause, survivor, by, "merge", &format!("{} → {} {note}", from.id, into.id)))
    }
}

pub(crate) fn refuse<T>(rule: &str, reason: &str) -> Result<T, Refusal> {
    Err((rule.to_owned(), reason.to_owned()))
}

pub(crate) fn cut(text: &str) -> String {
    text.chars().take(TEXT_CHARS).collect()
}

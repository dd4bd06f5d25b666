//! 交接班: posts change hands by roster or by a person's word.

use super::{Gap, Watch, roster};
use crate::core::Core;
use crate::core::act::{Refusal, cut, refuse};
use crate::core::decide::Step;
use crate::fact::Cause;
use crate::order::Asked;
use crate::thing::Noun;

impl Core {
    /// A watch for every post of the city's data.
    pub(crate) fn enter_duty(&mut self, step: &mut Step, cause: &Cause) {
        let posts: Vec<String> = self.registry.duty().ids().map(str::to_owned).collect();
        for id in &posts {
            let known = self.state.rooms.watches.get(id).filter(|watch| watch.ended_at.is_none());
            // Its clock acts at the end of this step, here as on a host that never went.
            if known.is_some_and(|watch| watch.until.is_some_and(|until| until <= step.now)) {
                continue;
            }
            let kept = known.and_then(|watch| self.kept(watch, step));
            let Some(new) = kept.or_else(|| self.seat(id, step)) else { continue };
            let change = if known.is_some() { "changed" } else { "entered" };
            self.take_seat(step, cause, change, "", new);
        }
        let gone = |id: &&String| self.registry.duty().post(id).is_none();
        let gone: Vec<String> = self.state.rooms.watches.keys().filter(gone).cloned().collect();
        gone.iter().for_each(|id| self.abolish(step, cause, id));
    }

    /// Whoever was put there by hand stays until the roster's next hand-over.
    fn kept(&self, watch: &Watch, step: &Step) -> Option<Watch> {
        let is_due = watch.until.is_some_and(|until| until <= step.now);
        let holder = watch.holder.as_ref().filter(|_| watch.by_hand && !is_due)?;
        let person = self.registry.duty().person(&holder.person)?;
        let new = self.seat(&watch.id, step)?;
        Some(Watch {
            holder: Some(Asked::at(&watch.id, person)),
            since: watch.since,
            until: watch.until.or(new.until),
            by_hand: true,
            ..new
        })
    }

    /// The watch as the city's data have it now.
    fn seat(&self, id: &str, step: &Step) -> Option<Watch> {
        let book = self.registry.duty();
        let (post, shifts) = book.post_and_shifts(id)?;
        let known = self.state.rooms.watches.get(id).filter(|watch| watch.ended_at.is_none());
        // A host's clock may be a little behind the one that handed over.
        let at = known.map_or(step.now, |watch| step.now.max(watch.since));
        let turn = roster::on_duty(post, shifts, at);
        let holder = turn.person.and_then(|person| book.person(person)).map(|person| Asked::at(id, person));
        let person = |holder: &Option<Asked>| holder.as_ref().map(|asked| asked.person.clone());
        let stays = known.filter(|watch| person(&watch.holder) == person(&holder));
        Some(Watch {
            id: id.to_owned(),
            title: post.name.clone(),
            state: String::new(),
            department: post.department.clone(),
            region: if post.region.is_empty() { self.city().code.clone() } else { post.region.clone() },
            holder,
            since: turn.since.or(stays.map(|watch| watch.since)).unwrap_or(at),
            until: turn.until,
            by_hand: false,
            gap: known.map(|watch| watch.gap.clone()).unwrap_or_default(),
            ended_at: None,
        })
    }

    /// Records a watch if it is new, and the finding that goes with an empty post.
    fn take_seat(&mut self, step: &mut Step, cause: &Cause, change: &str, note: &str, mut watch: Watch) {
        let is_empty = watch.holder.is_none();
        watch.state = if is_empty { "empty" } else { "held" }.to_owned();
        if is_empty && watch.gap.is_empty() {
            let gap = Gap {
                title: format!("岗位无人:{}", watch.title),
                post: watch.id.clone(),
                department: watch.department.clone(),
                region: watch.region.clone(),
                ..Gap::default()
            };
            watch.gap = self.open_gap(step, cause, gap);
        }
        let filled = match is_empty {
            true => String::new(),
            false => std::mem::take(&mut watch.gap),
        };
        if self.state.rooms.watches.get(&watch.id) != Some(&watch) {
            let told = watch.holder.as_ref().map(Asked::told).unwrap_or_default();
            let holder = watch.holder.clone();
            self.set(step, cause, change, note, watch);
            if let Some(holder) = holder {
                self.orders_change_hands(step, cause, &holder);
            }
            self.close_gap(step, cause, &filled, "", &format!("岗位已有人:{told}"));
        }
    }

    fn abolish(&mut self, step: &mut Step, cause: &Cause, id: &str) {
        let open = self.state.rooms.watches.get(id).filter(|watch| watch.ended_at.is_none());
        let Some(mut watch) = open.cloned() else { return };
        let reason = "岗位已撤销";
        let gap = std::mem::take(&mut watch.gap);
        watch.state = "ended".to_owned();
        watch.holder = None;
        watch.until = None;
        watch.ended_at = Some(step.now);
        self.set(step, cause, "ended", reason, watch);
        self.close_gap(step, cause, &gap, "", reason);
    }

    /// The roster's hand-over has come.
    pub(crate) fn watch_due(&mut self, step: &mut Step, id: &str) {
        let Some(old) = self.state.rooms.watches.get(id).cloned() else { return };
        let cause = Cause::Clock;
        let Some(mut new) = self.seat(id, step) else {
            return self.abolish(step, &cause, id);
        };
        // Data that name no later time end the clock instead of running it hot.
        new.until = new.until.filter(|until| *until > step.now);
        let told = |holder: &Option<Asked>| holder.as_ref().map_or("无人".to_owned(), Asked::told);
        let note = format!("交接班:{} → {}", told(&old.holder), told(&new.holder));
        self.take_seat(step, &cause, "handed-over", &note, new);
    }

    pub(super) fn act_handover(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        id: &str,
        to: &str,
        note: &str,
    ) -> Result<String, Refusal> {
        let open = self.state.rooms.watches.get(id).filter(|watch| watch.ended_at.is_none());
        let Some(watch) = open.cloned() else {
            return refuse("duty.handover.unknown", &format!("没有岗位 {id} (no such post)"));
        };
        let Some(person) = self.registry.duty().person(to) else {
            let reason = format!("值班人员名单中没有 {to} (no such person in duty.toml)");
            return refuse("duty.handover.person-unknown", &reason);
        };
        let new = Asked::at(id, person);
        if let Some(holder) = watch.holder.as_ref().filter(|holder| holder.person == to) {
            let (name, post) = (&holder.name, &watch.title);
            let reason = format!("{name} 已在「{post}」当值 ({name} holds this post already)");
            return refuse("duty.handover.same", &reason);
        }
        let before = watch.holder.as_ref().map_or("无人".to_owned(), Asked::told);
        let told = format!("交接:{before} → {} {}", new.told(), cut(note));
        let watch = Watch { holder: Some(new), since: step.now, by_hand: true, ..watch };
        self.take_seat(step, cause, "handed-over", told.trim(), watch);
        Ok(id.to_owned())
    }

    /// Open rows of a kind that serve an incident.
    pub(crate) fn serving(&self, incident: &str, noun: Noun) -> Vec<String> {
        let from = (incident.to_owned(), noun, String::new());
        let same = |key: &&(String, Noun, String)| key.0 == incident && key.1 == noun;
        self.serving.range(from..).take_while(same).map(|(_, _, id)| id.clone()).collect()
    }
}

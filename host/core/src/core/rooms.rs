//! How the commanding rooms hang together: who hears of what, and in which order.
//!
//! A signal goes to the incidents first, then to the room of its kind. Commands
//! go to the room of their word. When a step has settled its incidents, the rooms
//! react: cases and orders follow the incidents that changed, plans look at
//! everything. Then come the clocks that are due, of which plans hear as well, and
//! last the musters, which see what all of it has left.

use super::Core;
use super::act::Refusal;
use super::decide::Step;
use crate::command::{Act, Command};
use crate::fact::{Cause, Fact};
use crate::input::Observed;
use crate::registry::Speaker;
use crate::signal::Kind;
use crate::state::ENDED_KEPT_MS;
use crate::thing::{Noun, Row, Thing};
use crate::time::Timestamp;

/// Clocks of one step: bounds the record; the rest is due at once again.
const CLOCKS_A_STEP: usize = 1_000;

impl Core {
    /// Puts a row in place and records why. `change` is one word of the past
    /// (`issued`, `acknowledged`), `note` one line that an officer can read.
    pub(crate) fn set<R: Row>(&mut self, step: &mut Step, cause: &Cause, change: &str, note: &str, row: R)
    where
        Thing: From<R>,
    {
        debug_assert!(R::CHANGES.contains(&change), "{} {change} is no word of {:?}", row.id(), R::NOUN);
        debug_assert!(
            // A source may have a class of warnings of its own.
            R::NOUN == Noun::Warning || R::STATES.contains(&row.state()),
            "{} {} is no state of {:?}",
            row.id(),
            row.state(),
            R::NOUN
        );
        let fact = Fact::Became { change: change.to_owned(), note: note.to_owned(), thing: row.into() };
        self.emit(step, cause, fact);
    }

    /// The next id of a kind: `O20260712-0001`.
    pub(crate) fn number(&self, noun: Noun, now: Timestamp) -> String {
        let prefix = noun.prefix();
        self.state.numbers.get(prefix).cloned().unwrap_or_default().next(now).with_prefix(prefix)
    }

    /// What the city's files say that the state does not know yet: teams, stock,
    /// plans. Once after every start and every change of city data.
    pub(super) fn enter_city(&mut self, step: &mut Step) {
        if std::mem::replace(&mut self.entered, true) {
            return;
        }
        let cause = Cause::City { digest: self.registry.city().digest.clone() };
        self.enter_plans(step, &cause);
        self.enter_duty(step, &cause);
        self.enter_teams(step, &cause);
        self.enter_supplies(step, &cause);
    }

    pub(super) fn hear(&mut self, step: &mut Step, cause: &Cause, observed: &Observed, speaker: &Speaker) {
        match observed.signal.kind {
            Kind::Reading | Kind::Report | Kind::Status => self.hear_fact(step, cause, observed, speaker),
            Kind::Recovery => self.end_fact(step, cause, observed, speaker),
            _ => {}
        }
        match observed.signal.kind {
            Kind::Warning => self.hear_warning(step, cause, observed),
            Kind::Reading => self.hear_reading(step, cause, observed, speaker),
            Kind::Report if self.hear_supervision(step, cause, observed) => {}
            Kind::Report => self.hear_told(step, cause, observed, speaker),
            Kind::Progress if self.hear_case(step, cause, observed) => {}
            Kind::Progress => self.hear_progress(step, cause, observed),
            Kind::Fault | Kind::Status | Kind::Recovery | Kind::Device => {
                self.hear_condition(step, cause, observed, speaker);
            }
            _ => {}
        }
    }

    /// A report goes to the room that the front of its code names.
    fn hear_told(&mut self, step: &mut Step, cause: &Cause, observed: &Observed, speaker: &Speaker) {
        match observed.signal.code.split('.').next() {
            Some("danger") => self.hear_danger(step, cause, observed, speaker),
            Some("unit") => self.hear_unit(step, cause, observed, speaker),
            Some("inspection" | "drill") => self.hear_inspection(step, cause, observed, speaker),
            _ => self.hear_report(step, cause, observed, speaker),
        }
    }

    pub(super) fn act_in_room(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        command: &Command,
    ) -> Result<String, Refusal> {
        let actor = command.actor.as_str();
        match &command.act {
            Act::Plan(act) => self.act_plan(step, cause, actor, act),
            Act::Response(act) => self.act_response(step, cause, actor, act),
            Act::Order(act) => self.act_order(step, cause, actor, act),
            Act::Duty(act) => self.act_duty(step, cause, actor, act),
            Act::Team(act) => self.act_team(step, cause, actor, act),
            Act::Supply(act) => self.act_supply(step, cause, actor, act),
            Act::Accident(act) => self.act_accident(step, cause, actor, act),
            Act::Danger(act) => self.act_danger(step, cause, actor, act),
            Act::Grid(act) => self.act_grid(step, cause, actor, act),
            Act::Supervision(act) => self.act_supervision(step, cause, actor, act),
            Act::Hole(act) => self.act_hole(step, cause, actor, act),
            Act::Incident(_) => Ok(String::new()),
        }
    }

    /// After the incidents of the step are settled. `changed`: their ids, and
    /// the cause of the last change of each.
    pub(super) fn react(&mut self, step: &mut Step, changed: &[(String, Cause)]) {
        for (id, cause) in changed {
            self.follow_incident(step, cause, id);
        }
        self.evaluate_plans(step);
    }

    fn follow_incident(&mut self, step: &mut Step, cause: &Cause, id: &str) {
        self.grid_follows(step, cause, id);
        self.responses_follow(step, cause, id);
        self.orders_follow(step, cause, id);
        self.duty_follows(step, cause, id);
        self.teams_follow(step, cause, id);
        self.supplies_follow(step, cause, id);
        self.accidents_follow(step, cause, id);
        self.devices_follow(step, cause, id);
    }

    pub(super) fn strike(&mut self, step: &mut Step) {
        self.keep_vigil(step);
        let due: Vec<(Noun, String)> = self
            .clocks
            .iter()
            .take_while(|(at, _, _)| *at <= step.now)
            .take(CLOCKS_A_STEP)
            .map(|(_, noun, id)| (*noun, id.clone()))
            .collect();
        for (noun, id) in due {
            match noun {
                Noun::Order => self.order_due(step, &id),
                Noun::Call => self.call_due(step, &id),
                Noun::Watch => self.watch_due(step, &id),
                Noun::Warning => self.warning_due(step, &id),
                Noun::Response => self.response_due(step, &id),
                Noun::Lot => self.lot_due(step, &id),
                Noun::Accident => self.accident_due(step, &id),
                Noun::Grid => self.case_due(step, &id),
                Noun::Danger => self.danger_due(step, &id),
                Noun::Report => self.report_due(step, &id),
                Noun::Device => self.condition_due(step, &id),
                Noun::Gap
                | Noun::Hole
                | Noun::Inspection
                | Noun::Plan
                | Noun::Reading
                | Noun::Site
                | Noun::Store
                | Noun::Supervision
                | Noun::Team
                | Noun::Transfer
                | Noun::Unit => {}
            }
        }
        self.retire_things(step);
    }

    fn retire_things(&mut self, step: &mut Step) {
        let over = |at: &Timestamp| at.plus_millis(ENDED_KEPT_MS) <= step.now;
        let gone: Vec<(Noun, String)> = self
            .things_ended
            .iter()
            .take_while(|(at, _, _)| over(at))
            .take(CLOCKS_A_STEP)
            .map(|(_, noun, id)| (*noun, id.clone()))
            .collect();
        if !gone.is_empty() {
            self.emit(step, &Cause::Clock, Fact::Retired { gone });
        }
    }

    /// When a room next wants a step.
    pub(super) fn rooms_due(&self) -> Option<Timestamp> {
        let clock = self.clocks.first().map(|(at, _, _)| *at);
        let ended = self.things_ended.first().map(|(at, _, _)| at.plus_millis(ENDED_KEPT_MS));
        let entering = (!self.entered).then_some(Timestamp(0));
        // Without readings there is nothing that grows old.
        let ages = self.planner.due().filter(|_| !self.state.rooms.readings.is_empty());
        [clock, ended, entering, ages, self.vigil.due()].into_iter().flatten().min()
    }

    pub(super) fn file(&mut self, noun: Noun, id: &str, on: bool) {
        if on {
            self.file_silence(noun, id);
        }
        let Some(face) = self.state.rooms.face(noun, id) else { return };
        if noun == Noun::Grid
            && let Some(case) = self.state.rooms.grid.get(id)
        {
            self.cases.file(case, on);
        }
        if noun == Noun::Danger
            && let Some(danger) = self.state.rooms.dangers.get(id)
        {
            self.dangers.file(danger, on);
        }
        let (due, ended, incident) = (face.due, face.ended_at, face.incident.to_owned());
        for (at, index) in [(due, &mut self.clocks), (ended, &mut self.things_ended)] {
            let Some(at) = at else { continue };
            match on {
                true => _ = index.insert((at, noun, id.to_owned())),
                false => _ = index.remove(&(at, noun, id.to_owned())),
            }
        }
        if ended.is_none() && !incident.is_empty() {
            let key = (incident, noun, id.to_owned());
            match on {
                true => _ = self.serving.insert(key),
                false => _ = self.serving.remove(&key),
            }
        }
    }
}

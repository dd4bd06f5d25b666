//! 安全风险研判: the safety committee's advisor. It keeps, for each unit, what all
//! departments told of it, draws one of four colours from that, and says so where
//! somebody can act on it.
//!
//! | Heard, where it names a unit | Kept |
//! |---|---|
//! | `danger.*` | the danger: level, deadline, and when it was found, rectified, closed |
//! | `incident.*` | the incident: stage, hazard, and when it began and ended |
//! | `inspection.*` | the inspection or drill: when, and whether it passed |
//!
//! | Said | When |
//! |---|---|
//! | reading `risk.unit` of the unit, 1 blue to 4 red, with the facts | the colour changed; and once a day while it is not blue |
//! | advice `raise` on an incident, one step | it begins or is confirmed at a unit that is red without it |
//! | advice `note` | the same at an orange one, or where the incident is as severe already |
//!
//! **Order does not matter.** Of each danger, incident and record the latest word
//! counts ([`room`]); a colour is a sum of whole numbers over dated facts as of the
//! latest moment known ([`judge`]). So events may come doubled and in any order.
//!
//! **Refused**, with the place named: events whose dates or words cannot be read.
//! Events without a unit are left aside.

mod advice;
mod colour;
mod fact;
mod judge;
mod news;
mod reading;
mod room;
mod rules;
mod severity;
mod words;

#[cfg(test)]
mod tests;

use room::Room;
use rules::Rules;
use tocsin_sdk::{Advisor, Answer, Event, Outcome, Tick, Timekeeper};

/// The plugin.
pub struct Risk;

tocsin_sdk::export!(Risk: advisor, timekeeper);

impl Advisor for Risk {
    fn advise(event: Event) -> Answer {
        let Some(told) = news::read(&event)? else { return Ok(Outcome::default()) };
        let (rules, mut outcome) = Rules::of_city();
        let mut room = Room::load();
        room.now(event.time);
        let news = room.keep(told);
        if let Some(advice) = news.and_then(|news| advice::of(&rules, &mut room, &news)) {
            outcome = outcome.advise(advice);
        }
        if let Some(signal) = reading::changed(&rules, &mut room, &event.device) {
            outcome = outcome.signal(signal);
        }
        room.save();
        Ok(outcome)
    }
}

impl Timekeeper for Risk {
    fn wake(tick: Tick) -> Answer {
        let (rules, mut outcome) = Rules::of_city();
        let mut room = Room::load();
        room.now(tick.due);
        if let Some(signal) = reading::daily(&rules, &mut room, &tick.device) {
            outcome = outcome.signal(signal);
        }
        room.save();
        Ok(outcome)
    }
}

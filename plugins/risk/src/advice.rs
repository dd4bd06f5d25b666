//! What whoever is sent to a unit should know of it: a word on an incident that begins
//! or is confirmed where the unit was at risk without it.

use crate::colour::Colour;
use crate::fact::Stage;
use crate::judge::judge;
use crate::room::{News, Room};
use crate::rules::Rules;
use crate::severity::Severity;
use crate::words::{cut, reasons};
use serde_json::json;
use tocsin_sdk::{Act, Advice};

const REASON_BYTES: usize = 1_000;
const REASONS: usize = 4;

/// Once for an incident, and again only where the unit has become worse since.
pub fn of(rules: &Rules, room: &mut Room, news: &News) -> Option<Advice> {
    if news.is_historic || !is_moment(news) {
        return None;
    }
    // An incident that made its own unit red would raise itself.
    let judged = judge(rules, room, &news.incident);
    let colour = judged.colour;
    if colour < Colour::Orange || room.advised.get(&news.incident).is_some_and(|told| *told >= colour) {
        return None;
    }
    let why = reasons(&judged, rules.days, room.clock, REASONS);
    let unit = if room.name.1.is_empty() { "该单位" } else { &room.name.1 };
    let reason = format!("{unit}为{}风险（{} 分）：{why}", colour.name(), judged.points);
    let reason = cut(&reason, REASON_BYTES);
    // What would not raise it would be refused, and its reason read by nobody.
    let raises = colour == Colour::Red && news.severity < rules.raise;
    let advice = match raises {
        true => Advice::new(Act::Raise, &*news.incident, reason)
            .data(severity(news.severity.above().min(rules.raise))),
        false => Advice::new(Act::Note, &*news.incident, reason),
    };
    room.advised.insert(news.incident.clone(), colour);
    Some(advice)
}

/// It is new here, or people are sure of it now.
fn is_moment(news: &News) -> bool {
    let is_open = news.stage < Stage::Closed;
    let was_doubted = news.before == Some(Stage::Suspected) && news.stage > Stage::Suspected;
    is_open && (news.before.is_none() || was_doubted)
}

fn severity(least: Severity) -> String {
    json!({"severity": least}).to_string()
}

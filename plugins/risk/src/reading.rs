//! The colour as a reading, which plans can look at and `tocsin now` can show.

use crate::colour::Colour;
use crate::judge::{DAY_MS, Judged, Weighed, judge};
use crate::room::{Room, Said};
use crate::rules::Rules;
use crate::words::{cut, reasons};
use serde_json::{Value, json};
use tocsin_sdk::time::Beijing;
use tocsin_sdk::{Signal, Timestamp, timers};

const CODE: &str = "risk.unit";
const TIMER: &str = "day";
/// A title has 512.
const TITLE_BYTES: usize = 500;
/// Of facts in `data`: with what stands beside them below the 2 KiB with which the
/// city's listings keep a reading whole.
const FACTS_BYTES: usize = 1_600;
/// Of an id that stands for a name.
const NAME_BYTES: usize = 80;
const BEIJING_MS: i64 = 8 * 3_600_000;

/// The reading of a colour that is another than the last one said.
pub fn changed(rules: &Rules, room: &mut Room, unit: &str) -> Option<Signal> {
    let judged = judge(rules, room, "");
    wait(&judged, room.clock);
    let differs = judged.colour != room.said.colour;
    differs.then(|| signal(rules, room, unit, &judged)).map(|(signal, said)| tell(room, signal, said))
}

/// The reading of the day, said again while the unit is not blue, and once when it has
/// become so: whoever keeps the last word only for some time, or left one aside that
/// came too soon after another, has it then.
pub fn daily(rules: &Rules, room: &mut Room, unit: &str) -> Option<Signal> {
    let judged = judge(rules, room, "");
    wait(&judged, room.clock);
    let is_fresh = room.said.at.is_some_and(|at| room.clock.saturating_sub(at) < DAY_MS);
    let speaks = judged.colour.max(room.said.colour) > Colour::Blue || is_fresh;
    speaks.then(|| signal(rules, room, unit, &judged)).map(|(signal, said)| tell(room, signal, said))
}

fn tell(room: &mut Room, signal: Signal, said: Said) -> Signal {
    room.said = said;
    signal
}

/// Facts age by the day; a unit of which none counts is left in peace.
fn wait(judged: &Judged<'_>, now: Timestamp) {
    match judged.ages {
        true => timers::set(TIMER, midnight(now)),
        false => timers::cancel(TIMER),
    }
}

/// The next one in Beijing.
fn midnight(now: Timestamp) -> Timestamp {
    let day = now.saturating_add(BEIJING_MS).div_euclid(DAY_MS);
    (day + 1).saturating_mul(DAY_MS).saturating_sub(BEIJING_MS)
}

fn signal(rules: &Rules, room: &Room, unit: &str, judged: &Judged<'_>) -> (Signal, Said) {
    let (colour, before) = (judged.colour, room.said.colour);
    // Of two readings of one moment the second would be none.
    let at = room.said.at.map_or(room.clock, |last| room.clock.max(last.saturating_add(1)));
    let why = reasons(judged, rules.days, room.clock, 2);
    let was = if before == colour { String::new() } else { format!("（原{}）", before.name()) };
    let name = if room.name.1.is_empty() { cut(unit, NAME_BYTES) } else { &room.name.1 };
    let title = format!("{name} {}风险{was}：{why}", colour.name());
    let data = json!({
        "unit": unit, "unit_name": room.name.1, "colour": colour, "before": before,
        "points": judged.points, "days": rules.days, "count": judged.facts.len(),
        "facts": facts(judged),
    });
    let signal = Signal::reading(CODE, colour.value(), "1")
        .device(unit)
        .region(&*room.region.1)
        .observed(at)
        .title(cut(&title, TITLE_BYTES))
        .data(data.to_string());
    (signal, Said { colour, at: Some(at) })
}

/// The heaviest, as many as fit; `count` says how many there are.
fn facts(judged: &Judged<'_>) -> Vec<Value> {
    let fact = |fact: &Weighed<'_>| {
        json!({
            "id": fact.id, "what": fact.counted.kind, "date": Beijing::of(fact.counted.at).to_string(),
            "weight": fact.points, "at_least": fact.at_least, "title": fact.title,
        })
    };
    let mut bytes = 0;
    let fits = |shown: &Value| {
        bytes += shown.to_string().len() + 1;
        bytes <= FACTS_BYTES
    };
    judged.facts.iter().map(fact).take_while(fits).collect()
}

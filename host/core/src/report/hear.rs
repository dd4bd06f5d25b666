//! A word of a department becomes what is so now, or ends it.

use super::{LOW_LIMIT, Quality, Report, Source, word};
use crate::city::report::Rule;
use crate::core::Core;
use crate::core::decide::Step;
use crate::fact::Cause;
use crate::input::Observed;
use crate::moment;
use crate::registry::Speaker;
use crate::signal::{Kind, Signal};
use crate::time::Timestamp;
use serde_json::Value;

/// Rows: every township of a county with hundreds of matters; what comes beyond is
/// in SIGNALS alone.
pub const REPORTS_KEPT: usize = 20_000;
/// A row travels whole in every fact about it.
const DATA_BYTES: usize = 2_048;
const TITLE_CHARS: usize = 200;
const SOURCES_KEPT: usize = 8;
const HOUR_MS: i64 = 3_600_000;
/// Between two recorded numbers at the least, whatever the rule says.
const APART_MS: i64 = 60_000;
/// The farthest end that a signal may say of itself: a year.
const UNTIL_MS: i64 = 366 * 24 * HOUR_MS;

impl Core {
    pub(crate) fn hear_fact(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        observed: &Observed,
        speaker: &Speaker,
    ) {
        let signal = &observed.signal;
        let city = self.city().clone();
        // What opens an incident or a case is shown as that.
        let is_case = observed.frame.department == city.grid.desk.department;
        if signal.kind == Kind::Report && (is_case || self.rules.opens(&signal.code).is_some()) {
            return;
        }
        let Some(rule) = city.reports.rule(&signal.kind, &signal.code) else { return };
        // What a room of its own keeps is no news, unless the city wants it.
        if rule.name.is_empty() && is_register(&signal.code) {
            return;
        }
        let id = id(&speaker.owner, &speaker.device, signal);
        let known = self.state.rooms.reports.get(&id);
        let at = self.moment(observed).at;
        let is_full = known.is_none() && self.state.rooms.reports.len() >= REPORTS_KEPT;
        let data = data(signal);
        let until = until(&data, &rule, at);
        let is_old = known.is_some_and(|known| at < known.at || is_told_again(known, signal, &data));
        if is_full || is_old || until <= step.now {
            return;
        }
        let told = Report {
            id,
            state: "current".to_owned(),
            title: signal.title.chars().take(TITLE_CHARS).collect(),
            department: observed.frame.department.clone(),
            device: speaker.device.clone(),
            device_title: speaker.registered.as_ref().map(|(_, title)| title.clone()).unwrap_or_default(),
            kind: word(&signal.kind),
            code: signal.code.clone(),
            name: rule.name.clone(),
            reference: signal.reference.clone(),
            region: speaker.region.clone(),
            position: speaker.spot.map(|spot| spot.position()),
            severity: signal.severity,
            value: signal.value,
            unit: signal.unit.clone(),
            quality: quality(observed, speaker),
            at,
            received_at: observed.received,
            observed: signal.observed,
            sources: sources(known, observed, at),
            until: Some(until),
            frame: Some(observed.frame.clone()),
            data,
            ended_at: None,
            next: Some(until),
        };
        if known.is_none_or(|known| says_more(known, &told, &rule)) {
            let note = told.title.clone();
            self.set(step, cause, "told", &note, told);
        }
    }

    /// The source says that it is over.
    pub(crate) fn end_fact(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        observed: &Observed,
        speaker: &Speaker,
    ) {
        let signal = &observed.signal;
        let id = id(&speaker.owner, &speaker.device, signal);
        let at = self.moment(observed).at;
        let Some(known) = self.state.rooms.reports.get(&id) else { return };
        if !known.is_current() || at < known.at {
            return;
        }
        let note: String = signal.title.chars().take(TITLE_CHARS).collect();
        let over = Report { state: "over".into(), ended_at: Some(step.now), next: None, ..known.clone() };
        self.set(step, cause, "over", &note, over);
    }

    pub(crate) fn report_due(&mut self, step: &mut Step, id: &str) {
        let Some(known) = self.state.rooms.reports.get(id).cloned() else { return };
        let expired = Report { state: "expired".into(), ended_at: Some(step.now), next: None, ..known };
        self.set(step, &Cause::Clock, "expired", "", expired);
    }
}

fn id(owner: &str, device: &str, signal: &Signal) -> String {
    let id = format!("{owner}/{device} {} {}", signal.code, signal.reference);
    id.trim_end().to_owned()
}

/// Units, dangers, inspections, drills, supervision: thousands in one import.
fn is_register(code: &str) -> bool {
    matches!(code.split('.').next(), Some("unit" | "danger" | "inspection" | "drill" | "supervision"))
}

/// A copy of what its source has ended since: a road that is open, a gathering that is
/// cancelled. To say it anew, people say it otherwise.
fn is_told_again(known: &Report, signal: &Signal, data: &Value) -> bool {
    let same = |title: &str| signal.title.chars().take(TITLE_CHARS).eq(title.chars());
    signal.kind == Kind::Report
        && known.state == "over"
        && (known.value, &known.data) == (signal.value, data)
        && same(&known.title)
}

/// Something people reported at once when it changed; a number as coarsely as the
/// rule says, unless it crosses a limit.
fn says_more(known: &Report, told: &Report, rule: &Rule) -> bool {
    let apart = |every_ms: i64| told.at.since(known.at) >= every_ms;
    let crosses = |limit: f64| {
        known.value.zip(told.value).is_some_and(|(before, after)| (before < limit) != (after < limit))
    };
    let own = told.data[LOW_LIMIT].as_f64();
    let mut limits = rule.limits.iter().copied().chain(own);
    let turned = (known.severity, &known.region, known.sources.len())
        != (told.severity, &told.region, told.sources.len())
        || !known.is_current();
    let changed = (known.value, &known.title, &known.data) != (told.value, &told.title, &told.data);
    match told.kind.as_str() {
        "report" => turned || changed || apart(HOUR_MS),
        _ => {
            turned
                || limits.any(crosses)
                // The last of several in one frame says how it stands.
                || (!rule.limits.is_empty() && told.frame == known.frame && told.value != known.value)
                || apart((i64::from(rule.every_s) * 1_000).max(APART_MS))
        }
    }
}

/// When it ends: by its own word, else when it has grown old.
fn until(data: &Value, rule: &Rule, at: Timestamp) -> Timestamp {
    let own = data["until"].as_str().and_then(|text| text.parse::<Timestamp>().ok());
    let own = own.filter(|until| until.since(at) <= UNTIL_MS);
    own.unwrap_or_else(|| at.plus_millis(i64::from(rule.hours) * HOUR_MS))
}

/// With the number of whoever speaks; none while one department speaks alone.
fn sources(known: Option<&Report>, observed: &Observed, at: Timestamp) -> Vec<Source> {
    let Some(known) = known.filter(|known| known.is_current()) else { return Vec::new() };
    let department = &observed.frame.department;
    let mut sources = match known.sources.as_slice() {
        [] if known.department == *department => return Vec::new(),
        [] => vec![Source { department: known.department.clone(), value: known.value, at: known.at }],
        sources => sources.to_vec(),
    };
    sources.retain(|source| source.department != *department);
    sources.push(Source { department: department.clone(), value: observed.signal.value, at });
    sources.sort_by(|a, b| a.department.cmp(&b.department));
    sources.truncate(SOURCES_KEPT);
    sources
}

fn data(signal: &Signal) -> Value {
    match signal.data.len() {
        1..=DATA_BYTES => serde_json::from_str(&signal.data).unwrap_or_default(),
        _ => Value::Null,
    }
}

fn quality(observed: &Observed, speaker: &Speaker) -> Quality {
    let signal = &observed.signal;
    let position = match (signal.position, speaker.spot) {
        (Some(_), Some(_)) => "stated",
        (None, Some(_)) => "registered",
        _ => "none",
    };
    Quality {
        certainty: signal.certainty,
        late_ms: signal
            .observed
            .map_or(0, |at| observed.received.since(at))
            .clamp(-moment::LATEST_MS, moment::LATEST_MS),
        position: position.to_owned(),
        dated: signal.observed.is_some(),
    }
}

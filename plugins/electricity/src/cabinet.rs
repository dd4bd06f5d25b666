//! One box or meter: what its numbers mean against its limits, and how long it has
//! been silent.
//!
//! Holds run on the source's own clock, sample by sample, so that a backlog that comes
//! at once means what it meant; only what waits for the *next* sample runs on the
//! host's. A sample that comes late is a reading, and moves no limit; a flag that it
//! raises is an alarm all the same, of its own time, unless it was told.
//!
//! Silence runs on the host's clock from the last value that was accepted: an answer
//! that is an error, or a report of empty fields, ends none.

use crate::raised::Raised;
use crate::settings::Limits;
use crate::trend::Trends;
use crate::watch::{Change, Rule, Watch};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use tocsin_sdk::json::Object;
use tocsin_sdk::text::{own, push, push_all, push_integer, push_number};
use tocsin_sdk::{Answer, Certainty, Outcome, Severity, Signal, Tick, Timestamp, Urgency, memory, timers};

/// Of one room: what posts for more than this names the device in its address. Their
/// states have 1 KiB at most.
const CABINETS_MAX: usize = 48;
const INDEX: &str = "cabinets";
/// A clock that was set back is believed after so many samples in a row.
const LATE_MAX: u8 = 20;
/// Numbers of one device that have a memory: a meter's register map may name hundreds.
const WATCHES_MAX: usize = 24;
/// A clock ahead by more than this is wrong.
const AHEAD_MS: i64 = 300_000;
/// Below this a line is off, not low.
const OFF_V: f64 = 20.0;

/// What an alarm is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Matter {
    Residual,
    Temperature,
    BoxTemperature,
    Overcurrent,
    Overvoltage,
    Undervoltage,
    Smoke,
    Infrared,
    /// The device's own word, whatever it means.
    Own,
}

impl Matter {
    /// Code, name, unit as people write it, severity.
    fn words(self) -> (&'static str, &'static str, &'static str, Severity) {
        match self {
            Matter::Residual => ("electric.residual", "剩余电流", "mA", Severity::Moderate),
            Matter::Temperature => ("electric.temperature", "导线温度", "℃", Severity::Severe),
            Matter::BoxTemperature => ("electric.temperature", "箱内温度", "℃", Severity::Severe),
            Matter::Overcurrent => ("electric.overcurrent", "电流", "A", Severity::Moderate),
            Matter::Overvoltage => ("electric.overvoltage", "电压", "V", Severity::Moderate),
            Matter::Undervoltage => ("electric.undervoltage", "电压", "V", Severity::Minor),
            Matter::Smoke => ("fire.smoke", "箱内烟雾报警", "", Severity::Unknown),
            Matter::Infrared => ("electric.infrared", "红外报警", "", Severity::Moderate),
            Matter::Own => ("electric.alarm", "设备自报报警", "", Severity::Moderate),
        }
    }

    fn rule(self, limits: &Limits) -> Rule {
        let (limit, is_upper) = match self {
            Matter::Residual => (limits.residual, true),
            Matter::Temperature => (limits.temperature, true),
            Matter::BoxTemperature => (limits.box_temperature, true),
            Matter::Overcurrent => (limits.current, true),
            Matter::Overvoltage => (limits.overvoltage, true),
            Matter::Undervoltage => (limits.undervoltage, false),
            Matter::Smoke | Matter::Infrared | Matter::Own => return Rule::FLAG,
        };
        let release = if is_upper { limit * limits.hysteresis } else { limit / limits.hysteresis };
        Rule {
            limit,
            is_upper,
            release,
            hold_ms: limits.hold_ms,
            recover_ms: limits.recover_ms,
            flaps: limits.flaps,
        }
    }

    fn key(self, part: &str) -> String {
        let mut key = String::with_capacity(8);
        push_integer(&mut key, (self as u8).into());
        push_all(&mut key, ["/", part]);
        key
    }

    fn of_key(key: &str) -> Option<(Matter, &str)> {
        use Matter::{
            BoxTemperature, Infrared, Overcurrent, Overvoltage, Own, Residual, Smoke, Temperature,
            Undervoltage,
        };
        let all = [
            Residual,
            Temperature,
            BoxTemperature,
            Overcurrent,
            Overvoltage,
            Undervoltage,
            Smoke,
            Infrared,
            Own,
        ];
        let (number, part) = key.split_once('/')?;
        Some((*all.get(number.parse::<usize>().ok()?)?, part))
    }

    /// What a quantity is watched for.
    pub fn of(code: &str) -> &'static [Matter] {
        match code {
            "current.residual" => &[Matter::Residual],
            "temperature" => &[Matter::Temperature],
            "temperature.box" => &[Matter::BoxTemperature],
            "current" => &[Matter::Overcurrent],
            "voltage" => &[Matter::Overvoltage, Matter::Undervoltage],
            _ => &[],
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct State {
    watches: BTreeMap<String, Watch>,
    /// By the host's clock.
    heard: Timestamp,
    /// When a number or flag of it was last accepted, else when it was first seen; by the
    /// host's clock.
    valued: Timestamp,
    /// By its own.
    last: Timestamp,
    late: u8,
    silent: bool,
    switch: String,
    timer: Timestamp,
    raised: Raised,
}

impl State {
    fn new(now: Timestamp) -> State {
        State { heard: now, valued: now, ..State::default() }
    }

    fn load(serial: &str) -> Option<State> {
        memory::load(&key(KEY, serial))
    }
}

pub struct Cabinet<'a> {
    serial: &'a str,
    limits: Limits,
    now: Timestamp,
    /// When its numbers were taken.
    at: Timestamp,
    observed: Option<Timestamp>,
    is_late: bool,
    is_kept: bool,
    state: State,
    /// Read when first asked for.
    trends: Option<Trends>,
    pub outcome: Outcome,
}

impl<'a> Cabinet<'a> {
    /// A device that says something: `observed` by its own clock, `now` by the host's.
    pub fn open(
        serial: &'a str,
        room: &str,
        limits: Limits,
        observed: Option<Timestamp>,
        now: Timestamp,
    ) -> Cabinet<'a> {
        let known = State::load(serial);
        let is_kept = known.is_some() || serial == room || has_place(serial);
        let at = observed.filter(|at| *at <= now + AHEAD_MS).unwrap_or(now);
        let mut cabinet = Cabinet {
            serial,
            limits,
            now,
            at,
            observed,
            is_late: false,
            is_kept,
            state: known.unwrap_or_else(|| State::new(now)),
            trends: None,
            outcome: Outcome::default(),
        };
        if !is_kept {
            cabinet.outcome.defects.push(format!(
                "一个来源超过 {CABINETS_MAX} 台设备, {serial} 的越限不计持续时间; 请在主题或路径中写明设备 (name the device in the topic or path)"
            ));
        }
        cabinet.follow();
        cabinet
    }

    /// Its clock against its own past.
    fn follow(&mut self) {
        let state = &mut self.state;
        self.is_late = self.at < state.last;
        if self.is_late {
            state.late = state.late.saturating_add(1);
            if state.late > LATE_MAX {
                // Set back for good: what was counted by the old time begins anew.
                state.watches.values_mut().for_each(Watch::rewind);
                self.is_late = false;
            }
        }
        if !self.is_late {
            (state.last, state.late) = (self.at, 0);
        }
        state.heard = self.now;
    }

    /// A value was accepted. A device that only answers, with errors or nothing, is silent.
    fn hear(&mut self) {
        self.state.valued = self.now;
        if std::mem::take(&mut self.state.silent) {
            let back = Signal::recovery("device.silent").device(self.serial).title("恢复上报");
            self.outcome.signals.push(back);
        }
    }

    /// One number of a part: a reading, and what its limits make of it.
    pub fn number(&mut self, part: &str, code: &str, name: &str, unit: &str, sign: &str, value: f64) {
        self.hear();
        let mut title = String::with_capacity(48);
        push_phase(&mut title, part);
        push_all(&mut title, [name, " "]);
        push_number(&mut title, short(value));
        push_all(&mut title, [" ", sign]);
        let reading = Signal::reading(own(code), value, own(unit)).device(self.path(part));
        self.outcome.signals.push(reading.observed(self.observed).title(title));
        if self.is_late {
            return;
        }
        for matter in Matter::of(code) {
            let rule = matter.rule(&self.limits);
            let is_off = *matter == Matter::Undervoltage && value < OFF_V;
            if rule.limit > 0.0 && !is_off {
                self.sample(*matter, part, &rule, value, "");
            }
        }
        if code == "current.residual" {
            self.trend(part, value);
        }
    }

    /// One flag of the device; `words` where it says more. A late record clears
    /// nothing, and raises what does not stand and was not told.
    pub fn flag(&mut self, matter: Matter, is_raised: bool, words: &str) {
        self.hear();
        let key = matter.key("");
        let stands = self.state.watches.get(&key).is_some_and(|watch| watch.alarmed);
        let is_old = self.is_late && (!is_raised || stands || self.state.raised.has(&key, self.at));
        if !is_old {
            self.sample(matter, "", &Rule::FLAG, f64::from(u8::from(is_raised)), words);
        }
        if is_raised && (stands || !is_old) {
            self.state.raised.put(key, self.at, stands);
        }
    }

    /// 空气开关, where it is another than before.
    pub fn switch(&mut self, text: &str) {
        if !self.is_late && self.state.switch != text {
            self.state.switch = text.chars().take(32).collect();
            let status = Signal::status("electric.switch").device(self.serial).observed(self.observed);
            let data = Object::new().text("state", text).finish();
            self.outcome.signals.push(status.title(format!("空气开关: {text}")).data(data));
        }
    }

    fn sample(&mut self, matter: Matter, part: &str, rule: &Rule, value: f64, words: &str) {
        let key = matter.key(part);
        let mut watch = self.state.watches.remove(&key).unwrap_or_default();
        let rule = if self.is_kept { *rule } else { Rule { hold_ms: 0, ..*rule } };
        let change = watch.sample(&rule, value, self.at);
        if let Some(change) = change {
            self.tell(matter, part, &rule, &watch, change, Some(value), words, self.observed);
        }
        if change == Some(Change::Recovered) {
            watch = Watch::default();
        }
        if !watch.is_idle() && self.state.watches.len() < WATCHES_MAX {
            self.state.watches.insert(key, watch);
        }
    }

    fn trend(&mut self, part: &str, value: f64) {
        let serial = self.serial;
        let trends = self.trends.get_or_insert_with(|| {
            memory::get(&key(TRENDS, serial)).and_then(|kept| Trends::read(&kept)).unwrap_or_default()
        });
        let limit = self.limits.residual;
        let Some(rise) = trends.sample(part, value, self.at, limit) else {
            return;
        };
        let title = format!(
            "剩余电流缓慢上升: {} 分钟内由 {} 升至 {} mA, 照此约 {} 分钟后达到限值 {} mA",
            rise.minutes,
            short(rise.from),
            short(rise.to),
            rise.left_minutes,
            short(limit)
        );
        let data = Object::new()
            .raw("from", &rise.from.to_string())
            .raw("to", &rise.to.to_string())
            .number("minutes", rise.minutes)
            .number("minutes_left", rise.left_minutes)
            .finish();
        let hint = Signal::alarm("electricity.trend")
            .device(self.path(part))
            .urgency(Urgency::Future)
            .severity(Severity::Minor)
            .certainty(Certainty::Possible)
            .observed(self.observed)
            .title(title)
            .data(data);
        self.outcome.signals.push(hint);
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one sentence")]
    fn tell(
        &mut self,
        matter: Matter,
        part: &str,
        rule: &Rule,
        watch: &Watch,
        change: Change,
        value: Option<f64>,
        words: &str,
        observed: Option<Timestamp>,
    ) {
        let (code, name, sign, severity) = matter.words();
        let is_flag = sign.is_empty();
        let name = format!("{}{name}", phase(part));
        let count = match watch.crossings {
            0 | 1 => String::new(),
            crossings => format!(", 累计越限 {crossings} 次"),
        };
        let now = value.unwrap_or(watch.peak);
        let title = match (change, is_flag) {
            (Change::Recovered, true) => format!("{name}恢复"),
            (Change::Recovered, false) => format!("{name} {} {sign}, 已回落", short(now)),
            (_, true) if words.is_empty() => name,
            (_, true) => format!("{name}: {words}"),
            (_, false) => {
                let side = if rule.is_upper { "超过" } else { "低于" };
                let silence = if value.is_none() { ", 此后未再上报" } else { "" };
                format!(
                    "{name} {} {sign}, {side}限值 {} {sign}{count}{silence}",
                    short(now),
                    short(rule.limit)
                )
            }
        };
        let mut data = Object::new();
        if !is_flag {
            data = data.raw("limit", &rule.limit.to_string()).raw("peak", &watch.peak.to_string());
        }
        let data = data.number("crossings", watch.crossings).finish();
        let signal = match change {
            Change::Recovered => Signal::recovery(code),
            Change::Raised | Change::Again => {
                Signal::alarm(code).severity(severity).certainty(Certainty::Likely)
            }
        };
        self.outcome.signals.push(signal.device(self.path(part)).observed(observed).title(title).data(data));
    }

    fn path(&self, part: &str) -> String {
        let mut path = String::with_capacity(self.serial.len() + 1 + part.len());
        push(&mut path, self.serial);
        if !part.is_empty() {
            push_all(&mut path, ["/", part]);
        }
        path
    }

    /// Keeps what changed, and the timer for what ends first.
    pub fn close(mut self) -> Outcome {
        if !self.is_kept {
            return self.outcome;
        }
        // By the host's clock: what is left of a hold, and of patience.
        let skew = self.state.heard - self.state.last;
        let holds = self.state.watches.iter().filter_map(|(key, watch)| {
            let (matter, _) = Matter::of_key(key)?;
            watch.due(&matter.rule(&self.limits)).map(|due| (due + skew).max(self.now))
        });
        let silence = (!self.state.silent).then_some(self.state.valued + self.limits.silence_ms);
        let next = holds.chain(silence).min().unwrap_or(0);
        // Moved only where it must be earlier; one that comes too early looks again.
        if next != 0 && (self.state.timer == 0 || next < self.state.timer) {
            self.state.timer = next;
            timers::set(&key(KEY, self.serial), next);
        }
        memory::save(&key(KEY, self.serial), &self.state);
        if let Some(trends) = &self.trends {
            memory::put(&key(TRENDS, self.serial), &trends.write());
        }
        self.outcome
    }
}

/// A hold that ended without another sample, or silence.
pub fn wake(tick: &Tick) -> Answer {
    let Some(serial) = tick.key.strip_prefix(KEY) else { return Ok(Outcome::default()) };
    let limits = crate::settings::Device::of(serial).limits();
    let Some(state) = State::load(serial) else { return Ok(Outcome::default()) };
    let mut cabinet = Cabinet {
        serial,
        limits,
        now: tick.due,
        at: tick.due - (state.heard - state.last),
        observed: None,
        is_late: false,
        is_kept: true,
        state: State { timer: 0, ..state },
        trends: None,
        outcome: Outcome::default(),
    };
    cabinet.lapse();
    Ok(cabinet.close())
}

impl Cabinet<'_> {
    fn lapse(&mut self) {
        let mut watches = std::mem::take(&mut self.state.watches);
        for (key, watch) in &mut watches {
            let Some((matter, part)) = Matter::of_key(key) else { continue };
            let rule = matter.rule(&self.limits);
            let due = watch.due(&rule);
            if let Some(change) = watch.lapse(&rule, self.at) {
                self.tell(matter, part, &rule, watch, change, None, "", due);
            }
        }
        self.state.watches = watches;
        if !self.state.silent && self.now >= self.state.valued + self.limits.silence_ms {
            self.state.silent = true;
            let long = match self.limits.silence_ms / 1_000 {
                seconds if seconds < 120 => format!("{seconds} 秒"),
                seconds => format!("{} 分钟", seconds / 60),
            };
            let title = format!("设备静默: {long}无有效读数, 此前读数不代表现在正常 (silent)");
            self.outcome.signals.push(Signal::fault("device.silent").device(self.serial).title(title));
        }
    }
}

/// A device that is asked but has never answered with a value is silent too.
pub fn expect(serial: &str, limits: &Limits, now: Timestamp) {
    if memory::get(&key(KEY, serial)).is_none() {
        let timer = now + limits.silence_ms;
        memory::save(&key(KEY, serial), &State { timer, ..State::new(now) });
        timers::set(&key(KEY, serial), timer);
    }
}

/// Begins the key of a [`State`] and of its timer.
const KEY: &str = "cabinet/";
/// Begins the key of [`Trends`].
const TRENDS: &str = "trends/";

fn key(kind: &str, serial: &str) -> String {
    let mut key = String::with_capacity(kind.len() + serial.len());
    push_all(&mut key, [kind, serial]);
    key
}

/// Whether there is room to remember one more device of this source.
fn has_place(serial: &str) -> bool {
    let mut index: Vec<String> = memory::load(INDEX).unwrap_or_default();
    if index.len() >= CABINETS_MAX {
        return false;
    }
    index.push(serial.to_owned());
    memory::save(INDEX, &index);
    true
}

/// `A 相` of part `a`; a circuit by its own name.
fn phase(part: &str) -> String {
    let mut text = String::new();
    push_phase(&mut text, part);
    text
}

fn push_phase(text: &mut String, part: &str) {
    let letter = match part {
        "" => return,
        "a" => "A",
        "b" => "B",
        "c" => "C",
        part => return push_all(text, [part, " "]),
    };
    push_all(text, [letter, " 相"]);
}

fn short(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

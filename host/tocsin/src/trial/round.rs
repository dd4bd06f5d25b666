//! One case from its first input to its last.

use super::case::{Case, Input, Step};
use super::header::Header;
use super::rig::{Rig, Said, sequence};
use super::{compare, output, stream};
use crate::text;
use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};
use std::time::Duration;
use tocsin_core::time::Timestamp;
use tocsin_sandbox::{Call, Event, Level, Message, Plugin, Role, Tick, Verdict};

/// 2026-07-12 14:30:30 in Beijing, as the SDK's mock has it.
const FIRST: Timestamp = Timestamp(1_783_837_830_000);

#[derive(Debug)]
pub struct Report {
    pub steps: Vec<StepReport>,
}

#[derive(Debug)]
pub struct StepReport {
    /// Case, and step where there are several.
    pub name: String,
    pub output: Value,
    pub faults: Vec<String>,
    pub logs: Vec<(Level, String)>,
    pub cost: Cost,
    /// Written anew by `--bless`.
    pub blessed: bool,
}

#[derive(Clone, Copy, Debug, Default)]
pub struct Cost {
    pub took: Duration,
    pub instructions: u64,
    pub memory_bytes: usize,
    pub calls: u32,
}

impl Cost {
    fn add(&mut self, said: &Said) {
        self.took += said.took;
        self.instructions += said.account.instructions;
        self.memory_bytes = self.memory_bytes.max(said.account.memory_bytes);
        self.calls += 1;
    }
}

impl Report {
    pub fn passed(&self) -> bool {
        self.steps.iter().all(|step| step.faults.is_empty())
    }
}

/// Runs a case; with `bless`, what it says becomes what is expected.
pub fn run(plugin: &Plugin, case: &Case, bless: bool) -> Result<Report> {
    let declared = &plugin.manifest().settings;
    if let Some(name) = case.city.settings.keys().find(|name| !declared.contains_key(*name)) {
        let known = declared.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
        bail!(text!(vector_setting, case = case.name, name = name, known = known));
    }
    let mut rig = Rig::new(plugin, case.city.surroundings(plugin.manifest()));
    let mut now = FIRST.plus_millis(-1_000);
    let mut steps = Vec::new();
    for (index, step) in case.steps.iter().enumerate() {
        let name = match case.steps.len() {
            1 => case.name.clone(),
            _ => format!("{}/{}", case.name, step.name),
        };
        now = step.header.moment(now).with_context(|| name.clone())?;
        let mut round = Round { rig: &mut rig, report: report(name), index };
        round.play(step, now)?;
        let mut report = round.report;
        judge(step, &mut report, bless)?;
        steps.push(report);
    }
    Ok(Report { steps })
}

fn report(name: String) -> StepReport {
    let (output, cost) = (Value::Null, Cost::default());
    StepReport { name, output, faults: Vec::new(), logs: Vec::new(), cost, blessed: false }
}

fn judge(step: &Step, report: &mut StepReport, bless: bool) -> Result<()> {
    let trapped = report.output.to_string().contains("\"verdict\"");
    let differs = match &step.expected {
        // Its verdict is told, and is no expectation.
        None if trapped => Vec::new(),
        None => vec![text!(vector_nothing)],
        Some(expected) => {
            let mut expected = expected.clone();
            if let Some(fields) = expected.as_object_mut() {
                fields.remove("input");
            }
            ensure!(expected.is_object(), text!(vector_no_object, path = step.path.display()));
            match expected.as_object().is_some_and(|fields| fields.is_empty()) {
                // What expects nothing would pass whatever the plugin says.
                true => vec![text!(vector_nothing)],
                false => compare::differences(&expected, &report.output),
            }
        }
    };
    if bless && !differs.is_empty() && !trapped {
        let header = step.expected.as_ref().map(|expected| &expected["input"]);
        let text = serde_json::to_string_pretty(&output::blessed(&report.output, header))?;
        std::fs::write(&step.path, text + "\n")
            .with_context(|| text!(cannot_write, path = step.path.display()))?;
        report.blessed = true;
        return Ok(());
    }
    report.faults.extend(differs);
    Ok(())
}

/// A panic is told in the log with all its lines; here the first will do.
fn ended(what: &str, verdict: &Verdict, logs: &[(Level, String)]) -> String {
    let said = verdict.to_string();
    match said.split_once("\\n") {
        Some((first, _)) if !logs.is_empty() => format!("{what} ended with {first}"),
        _ => format!("{what} ended with {said}"),
    }
}

struct Round<'r> {
    rig: &'r mut Rig,
    report: StepReport,
    index: usize,
}

impl Round<'_> {
    fn play(&mut self, step: &Step, now: Timestamp) -> Result<()> {
        let fired: Vec<Value> = self
            .rig
            .fire(now)
            .into_iter()
            .map(|(tick, said)| {
                let mut value = self.take(&said);
                value["device"] = json!(tick.device);
                value["key"] = json!(tick.key);
                value["due"] = json!(tick.due.to_string());
                value
            })
            .collect();
        let mut output = match &step.input {
            Input::Nothing => json!({}),
            Input::Bytes(bytes) => self.bytes(bytes, &step.header, now),
            Input::Tick(woken) => {
                let (device, key) = (woken.device.clone(), woken.key.clone());
                self.ask(Call::Wake(Tick { sequence: self.sequence(0), due: now, device, key }))
            }
            Input::Event(told) => {
                let event = Event {
                    sequence: self.sequence(0),
                    time: now,
                    kind: told.kind.clone(),
                    device: told.device.clone(),
                    subject: told.subject.clone(),
                    data: if told.data.is_null() { "{}".to_owned() } else { told.data.to_string() },
                };
                let advises = match told.role.as_str() {
                    "" => !self.rig.plugin().has(Role::Connector),
                    role => role == Role::Advisor.as_str(),
                };
                self.ask(if advises { Call::Advise(event) } else { Call::Deliver(event) })
            }
        };
        if !fired.is_empty() {
            output["fired"] = Value::Array(fired);
        }
        for (name, value) in
            [("state", output::state(&self.rig.rooms)), ("timers", output::timers(&self.rig.rooms))]
        {
            if value.as_object().is_some_and(|fields| !fields.is_empty()) {
                output[name] = value;
            }
        }
        self.report.output = output;
        Ok(())
    }

    fn bytes(&mut self, bytes: &[u8], header: &Header, now: Timestamp) -> Value {
        if !self.rig.plugin().has(Role::Framer) || header.stream == Some(false) {
            return self.ask(self.message(0, header, header.device.clone().unwrap_or_default(), bytes, now));
        }
        let whole = match stream::cut(self.rig, [bytes]) {
            Ok(whole) => whole,
            Err((verdict, account)) => {
                self.report.faults.push(ended("the framer", &verdict, &account.logs));
                self.report.logs.extend(account.logs);
                return json!({ "verdict": verdict });
            }
        };
        self.report.logs.extend(whole.accounts.iter().flat_map(|account| account.logs.clone()));
        let streams = header.stream.unwrap_or_else(|| stream::waits(self.rig, bytes));
        if streams && !whole.frames.is_empty() {
            self.report.faults.extend(stream::faults(self.rig, bytes, &whole));
        }
        let mut values = Vec::new();
        for (index, frame) in whole.frames.iter().enumerate() {
            let device = match frame.device.as_str() {
                "" => header.device.clone().unwrap_or_default(),
                device => device.to_owned(),
            };
            let mut value = self.ask(self.message(index, header, device.clone(), &frame.bytes, now));
            value["device"] = json!(device);
            if frame.red {
                value["red"] = json!(true);
            }
            values.push(value);
        }
        let mut output = match values.len() {
            1 => values.remove(0),
            _ => json!({ "frames": values }),
        };
        for (name, count) in [("noise", whole.noise), ("left", whole.left)] {
            if count > 0 {
                output[name] = json!(count);
            }
        }
        output
    }

    fn message(&self, index: usize, header: &Header, device: String, payload: &[u8], now: Timestamp) -> Call {
        Call::Decode(Message {
            sequence: self.sequence(index),
            received: now,
            door: header.door.clone().unwrap_or_else(|| "test".to_owned()),
            device,
            origin: header.origin.clone().unwrap_or_default(),
            payload: payload.to_vec(),
        })
    }

    fn sequence(&self, index: usize) -> u64 {
        sequence(self.index * 4_096 + index)
    }

    fn ask(&mut self, call: Call) -> Value {
        let said = self.rig.call(&call);
        self.take(&said)
    }

    fn take(&mut self, said: &Said) -> Value {
        self.report.cost.add(said);
        self.report.logs.extend(said.account.logs.clone());
        self.report.faults.extend(said.impure.clone());
        if let Err(verdict) = &said.answer {
            self.report.faults.push(ended("the call", verdict, &said.account.logs));
        }
        output::said(said)
    }
}

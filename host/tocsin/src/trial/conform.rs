//! What every plugin must stand, whatever its protocol.
//!
//! | law | |
//! |---|---|
//! | `answers` | any bytes get an outcome or a typed refusal: no trap, no limit exceeded |
//! | `pure` | asked again, and on a fresh instance, it says the same, byte for byte |
//! | `bounded` | the same inputs again and again take no more memory |
//! | `framing` | pieces are the same wherever the stream was cut |
//! | `naming` | a framer that checks its frames names nobody by a damaged one |
//!
//! Inputs are the plugin's vectors, mutated. What leads somewhere new is kept and
//! mutated further: by the edges it reached where the guest counts them (built by
//! `cargo xtask fuzz`), else by the shape of its answer and what it cost.

mod law;
mod mutate;
mod novelty;

use super::case::{Case, Input, Told, Woken};
use super::header::Header;
use super::rig::{Rig, sequence};
use super::stream;
use crate::demo::Random;
use mutate::mutated;
use novelty::Novelty;
use std::collections::BTreeSet;
use std::time::{Duration, Instant};
use tocsin_core::time::Timestamp;
use tocsin_sandbox::{Account, Answer, Call, Event, Message, Plugin, Role, Room, Tick, Verdict};

/// Largest frame that a door takes.
const INPUT_BYTES: usize = 128 << 10;
/// Inputs kept to be mutated; beyond it the oldest found one gives way.
const CORPUS: usize = 4_096;
/// Rooms at once; then the city is begun again.
const ROOMS: usize = 64;
/// A slow call is not made smaller for longer: the fault is told all the same.
const SHRINK_WITHIN: Duration = Duration::from_secs(2);
/// Different faults told; the first few say what to mend.
const FINDINGS: usize = 8;
/// One input in so many is asked three times.
const PURE_EVERY: u64 = 16;

#[derive(Clone, Debug)]
pub struct Finding {
    pub law: &'static str,
    pub what: String,
    /// What led to it, as small as it could be made; empty where nothing alone does.
    pub input: Vec<u8>,
}

#[derive(Debug, Default)]
pub struct Conformance {
    pub findings: Vec<Finding>,
    pub inputs: u64,
    pub corpus: usize,
    /// Edges reached, where the guest counts them.
    pub edges: usize,
    /// What was not looked at, and why.
    pub left_out: Vec<String>,
    pub most: Account,
}

/// How much is tried: whichever is reached first. The same seed and count of inputs
/// find the same on every machine; a time does not.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    pub time: Duration,
    /// None: as many as the time allows.
    pub inputs: Option<u64>,
}

/// Holds a plugin against the laws.
pub fn conform(plugin: &Plugin, cases: &[Case], seed: u64, effort: Effort) -> Conformance {
    let city = cases.iter().fold(Header::default(), |city, case| city.under(&case.city));
    let rig = Rig::new(plugin, city.surroundings(plugin.manifest()));
    let mut kit = Kit {
        rig,
        header: city,
        random: Random::seeded(seed),
        novelty: Novelty::default(),
        corpus: Vec::new(),
        told: BTreeSet::new(),
        now: Timestamp(1_783_837_830_000),
        result: Conformance::default(),
    };
    kit.seeds(cases);
    kit.stands(effort);
    kit.stays_small();
    kit.frames_alike();
    kit.result.corpus = kit.corpus.len();
    kit.result.edges = kit.novelty.edges();
    kit.result
}

/// One thing that a plugin can be given.
#[derive(Clone, Debug)]
enum Given {
    Bytes(Vec<u8>),
    Tick(Woken),
    Event(Told),
}

struct Kit {
    rig: Rig,
    header: Header,
    random: Random,
    novelty: Novelty,
    corpus: Vec<Given>,
    /// Faults by law and the beginning of their words.
    told: BTreeSet<(&'static str, String)>,
    now: Timestamp,
    result: Conformance,
}

impl Kit {
    fn seeds(&mut self, cases: &[Case]) {
        for step in cases.iter().flat_map(|case| &case.steps) {
            match &step.input {
                Input::Bytes(bytes) => self.corpus.push(Given::Bytes(bytes.clone())),
                Input::Tick(woken) => self.corpus.push(Given::Tick(woken.clone())),
                Input::Event(told) => self.corpus.push(Given::Event(told.clone())),
                Input::Nothing => {}
            }
        }
        for bytes in [&b""[..], b"\0", b"{}", b"[]", b"null", b"<a/>", b"\xFF\xFF\xFF\xFF"] {
            self.corpus.push(Given::Bytes(bytes.to_vec()));
        }
        for filler in [0, b'[', b'{', b'<', b'9', 0xFF] {
            self.corpus.push(Given::Bytes(vec![filler; INPUT_BYTES]));
        }
        if self.rig.plugin().has(Role::Timekeeper) {
            for key in ["poll", "", "?"] {
                self.corpus.push(Given::Tick(Woken { device: "D".to_owned(), key: key.to_owned() }));
            }
        }
        if self.rig.plugin().has(Role::Connector) || self.rig.plugin().has(Role::Advisor) {
            for wish in self.rig.plugin().manifest().events.clone() {
                let told = Told {
                    kind: wish.kind.replace('*', "changed"),
                    subject: "X1".to_owned(),
                    ..Told::default()
                };
                self.corpus.push(Given::Event(told));
            }
        }
    }

    /// Seeds as they are, then mutations until it is enough.
    fn stands(&mut self, effort: Effort) {
        let began = Instant::now();
        for index in 0..self.corpus.len() {
            let given = self.corpus[index].clone();
            self.give(&given);
        }
        let most = effort.inputs.unwrap_or(u64::MAX);
        while began.elapsed() < effort.time
            && self.result.inputs < most
            && self.result.findings.len() < FINDINGS
        {
            let parent = self.random.between(0, self.corpus.len());
            let other = self.random.between(0, self.corpus.len());
            let child = mutated(&mut self.random, &self.corpus[parent], &self.corpus[other]);
            if self.give(&child) {
                if self.corpus.len() >= CORPUS {
                    let at = self.random.between(0, CORPUS);
                    self.corpus.swap_remove(at);
                }
                self.corpus.push(child);
            }
        }
    }

    /// One input through the plugin; true where it led somewhere new.
    fn give(&mut self, given: &Given) -> bool {
        self.result.inputs += 1;
        self.now = self.now.plus_millis(self.random.between(0, 30_000) as i64);
        if self.rig.rooms.len() > ROOMS {
            self.rig.rooms.clear();
        }
        let mut new = false;
        if let Given::Bytes(bytes) = given
            && self.rig.plugin().has(Role::Framer)
        {
            let (pieces, account) = self.rig.frame(bytes);
            new |= self.novelty.account(&account);
            if let Err(verdict) = &pieces {
                self.fault("answers", format!("the framer ended with {verdict}"), bytes.clone());
            }
            // A frame that the framer cut, as the host would: with the name it got.
            if let Ok(cut) = stream::cut(&mut self.rig, [&bytes[..]]) {
                for frame in cut.frames.into_iter().take(64) {
                    let call = self.message(frame.device, frame.bytes);
                    new |= self.ask(&call);
                }
            }
        }
        let call = match given {
            Given::Bytes(bytes) => {
                self.message(self.header.device.clone().unwrap_or_default(), bytes.clone())
            }
            Given::Tick(woken) => Call::Wake(Tick {
                sequence: self.sequence(),
                due: self.now,
                device: woken.device.clone(),
                key: woken.key.clone(),
            }),
            Given::Event(told) => self.event(told),
        };
        new | self.ask(&call)
    }

    fn sequence(&self) -> u64 {
        sequence(self.result.inputs as usize)
    }

    fn message(&self, device: String, payload: Vec<u8>) -> Call {
        Call::Decode(Message {
            sequence: self.sequence(),
            received: self.now,
            door: self.header.door.clone().unwrap_or_else(|| "test".to_owned()),
            device,
            origin: self.header.origin.clone().unwrap_or_default(),
            payload,
        })
    }

    fn event(&self, told: &Told) -> Call {
        let event = Event {
            sequence: self.sequence(),
            time: self.now,
            kind: told.kind.clone(),
            device: told.device.clone(),
            subject: told.subject.clone(),
            data: if told.data.is_null() { "{}".to_owned() } else { told.data.to_string() },
        };
        let advises = told.role == "advisor" || !self.rig.plugin().has(Role::Connector);
        if advises { Call::Advise(event) } else { Call::Deliver(event) }
    }

    fn ask(&mut self, call: &Call) -> bool {
        if !self.rig.plugin().has(call.role()) {
            return false;
        }
        let (answer, account) = if self.result.inputs.is_multiple_of(PURE_EVERY) {
            let said = self.rig.call(call);
            if let Some(other) = said.impure {
                self.fault("pure", other, payload(call));
            }
            (said.answer, said.account)
        } else {
            let mut room = self.rig.rooms.remove(call.device()).unwrap_or_default();
            let (answer, account, _) = self.rig.once(call, &mut room);
            if !room.is_empty() {
                self.rig.rooms.insert(call.device().to_owned(), room);
            }
            (answer, account)
        };
        self.result.most.instructions = self.result.most.instructions.max(account.instructions);
        self.result.most.memory_bytes = self.result.most.memory_bytes.max(account.memory_bytes);
        if let Err(verdict) = &answer
            && verdict.kind.ran()
        {
            let input = self.smallest(call, verdict);
            self.fault("answers", format!("`{}` ended with {verdict}", call.role().as_str()), input);
        }
        self.novelty.answer(&answer, &account)
    }

    /// Less and less of the payload while the verdict stays; from an empty room,
    /// or as it is where the room is part of the fault. As far as a short while allows.
    fn smallest(&mut self, call: &Call, verdict: &Verdict) -> Vec<u8> {
        let Call::Decode(message) = call else { return payload(call) };
        let mut fails = |payload: &[u8]| {
            let call = Call::Decode(Message { payload: payload.to_vec(), ..message.clone() });
            let (answer, ..) = self.rig.once(&call, &mut Room::default());
            answer.is_err_and(|other| other.kind == verdict.kind)
        };
        let until = Instant::now() + SHRINK_WITHIN;
        let mut input = message.payload.clone();
        let mut step = input.len() / 2;
        while step > 0 && fails(&input) {
            let mut at = 0;
            while at < input.len() && Instant::now() < until {
                let mut less = input.clone();
                less.drain(at..(at + step).min(input.len()));
                match fails(&less) {
                    true => input = less,
                    false => at += step,
                }
            }
            step /= 2;
        }
        input
    }

    fn fault(&mut self, law: &'static str, what: String, input: Vec<u8>) {
        // One fault has many inputs, and numbers in its words differ.
        let shape = what.chars().filter(|c| !c.is_ascii_digit()).take(80).collect();
        if self.result.findings.len() < FINDINGS && self.told.insert((law, shape)) {
            self.result.findings.push(Finding { law, what, input });
        }
    }
}

fn payload(call: &Call) -> Vec<u8> {
    match call {
        Call::Decode(message) => message.payload.clone(),
        Call::Wake(tick) => tick.key.clone().into_bytes(),
        Call::Deliver(event) | Call::Advise(event) => event.data.clone().into_bytes(),
    }
}

/// What an answer looks like from afar: kinds and codes, not values.
fn shape(answer: &Result<Answer, Verdict>) -> String {
    match answer.as_ref().map(|answer| &answer.result) {
        Ok(Ok(outcome)) => {
            let mut shape = format!("{} {}", outcome.sends.len().min(3), outcome.defects.len().min(3));
            for signal in outcome.signals.iter().take(4) {
                shape.push_str(&format!(" {:?} {:.24}", signal.kind, signal.code));
            }
            shape
        }
        Ok(Err(rejection)) => {
            let words: String = rejection.reason.chars().filter(|c| c.is_alphabetic()).take(24).collect();
            format!("{} {words}", rejection.kind.as_str())
        }
        Err(verdict) => verdict.kind.as_str().to_owned(),
    }
}

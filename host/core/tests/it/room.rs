//! Nights of the commanding rooms: commands, progress and clocks on a city with
//! posts and people.
//!
//! Lines are those of [`crate::fixture`], or `<when> ? <noun> <verb> <id or -> [field=value ...]`,
//! or `<when>` alone. `O1` stands for the night's first order, `13/O1` for the first
//! of the 13th. Clocks that are due before a line act before it.

use crate::fixture::{self, NIGHT};
use serde_json::{Map, Value};
use std::sync::Arc;
use tocsin_core::city::City;
use tocsin_core::city::Department;
use tocsin_core::city::duty::{Duty, Person, Post, Roster};
use tocsin_core::command::Act;
use tocsin_core::thing::Thing;
use tocsin_core::time::Timestamp;
use tocsin_core::{Command, Core, Entry, Fact, Input, Reply};

/// Midnight of 2026-07-12 in Beijing.
const DAY: Timestamp = Timestamp(NIGHT.0 - 22 * 3_600_000);

pub fn city() -> Arc<City> {
    let mut city = (*fixture::city()).clone();
    let department = |id: &str| Department { id: id.into(), name: id.into(), heartbeat: None };
    city.departments = ["fire", "water", "police"].map(department).to_vec();
    city.duty = duty();
    Arc::new(city)
}

fn duty() -> Duty {
    let people = ["w1", "w2", "wd", "wh", "e1", "el", "d1", "boss", "pd"];
    let person = |id: &str| Person { id: id.into(), name: id.to_uppercase(), phone: "138-0000-0000".into() };
    let ids = |people: &[&str]| people.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>();
    let post = |id: &str, of: (&str, &str), above: (&str, &str), people: &[&str]| Post {
        id: id.into(),
        name: format!("岗位{id}"),
        department: of.0.into(),
        region: of.1.into(),
        duty: id.ends_with("-duty"),
        deputy: above.0.into(),
        superior: above.1.into(),
        people: ids(people),
        roster: (people.len() > 1).then(|| Roster {
            from: DAY,
            hand_over: vec![480],
            turns: 1,
            people: ids(people),
        }),
    };
    let (city, east) = ("330000000000", "330000001000");
    Duty {
        people: people.map(person).to_vec(),
        posts: vec![
            post("water-duty", ("water", ""), ("water-deputy", "water-head"), &["w1", "w2"]),
            post("water-deputy", ("water", ""), ("", "water-head"), &["wd"]),
            post("water-head", ("water", ""), ("", ""), &["wh"]),
            post("police-duty", ("police", ""), ("police-deputy", ""), &[]),
            post("police-deputy", ("police", ""), ("", ""), &["pd"]),
            post("east-duty", ("", east), ("east-leader", "desk-duty"), &["e1"]),
            post("east-leader", ("", east), ("", "desk-duty"), &["el"]),
            post("desk-duty", ("", city), ("", "leader"), &["d1"]),
            post("leader", ("", city), ("", ""), &["boss"]),
        ],
        ..Duty::default()
    }
}

pub struct Night {
    pub core: Core,
    follower: Core,
    /// A host that came back in mid-night and decides beside the first one.
    pub twin: Option<Core>,
    pub journal: Vec<(Timestamp, Entry)>,
    now: Timestamp,
    number: u64,
}

impl Night {
    pub fn new(city: Arc<City>) -> Night {
        let (core, follower) = (Core::new(city.clone()), Core::new(city));
        Night { core, follower, twin: None, journal: vec![], now: NIGHT, number: 0 }
    }

    pub fn play(timeline: &str) -> Night {
        let mut night = Night::new(city());
        night.go_on(timeline);
        night
    }

    pub fn go_on(&mut self, timeline: &str) {
        for line in timeline.lines().map(|line| line.split('#').next().unwrap_or_default().trim()) {
            if !line.is_empty() {
                self.line(line);
            }
        }
        let text = serde_json::to_string(self.core.state()).expect("state is JSON");
        let state = serde_json::from_str(&text).expect("and read back");
        let restored = Core::restore(self.core.city().clone(), state);
        assert_eq!(restored.state(), self.core.state());
        assert_eq!(restored.hash(), self.core.hash());
    }

    fn line(&mut self, line: &str) {
        self.number += 1;
        let words: Vec<String> = line.split_whitespace().map(long).collect();
        let (input, at) = match words.get(1).map(String::as_str) {
            Some("?") => {
                let id = Some(words[4].as_str()).filter(|id| *id != "-").unwrap_or_default();
                let fields: Map<String, Value> = words[5..].iter().map(|word| field(word)).collect();
                let act = Act::read(&words[2], &words[3], id, fields).expect(line);
                let command = Command { id: format!("r{}", self.number), actor: "王值班".into(), act };
                (Some(Input::Command(command)), fixture::steps(&format!("{} ! note 1", words[0]))[0].0)
            }
            Some(_) => {
                let frame = format!("{} frame={}", words.join(" "), 5_000 + self.number);
                let is_signal = words[1] != "!";
                let steps = fixture::steps(if is_signal { &frame } else { line });
                let (at, inputs) = steps.into_iter().next().expect("one step");
                (inputs.into_iter().next(), at)
            }
            None => (None, fixture::steps(&format!("{line} ! note 1"))[0].0),
        };
        let input = input.map(|input| match input {
            Input::Command(command) => Input::Command(Command { id: format!("r{}", self.number), ..command }),
            other => other,
        });
        self.until(at);
        self.step(at, input.as_slice());
    }

    /// Lets every clock act that is due up to then.
    pub fn until(&mut self, at: Timestamp) {
        for _ in 0..10_000 {
            match self.core.due().filter(|due| *due <= at) {
                Some(due) => self.step(due.max(self.now), &[]),
                None => return,
            }
        }
        panic!("a clock runs hot at {}", self.now);
    }

    pub fn step(&mut self, now: Timestamp, inputs: &[Input]) {
        self.now = now;
        let entries = self.core.step(now, inputs);
        if let Some(twin) = &mut self.twin {
            assert_eq!(twin.step(now, inputs), entries);
            assert_eq!(twin.due(), self.core.due());
        }
        let text = serde_json::to_string(&entries).expect("facts are JSON");
        let read: Vec<Entry> = serde_json::from_str(&text).expect("and read back");
        assert_eq!(read, entries);
        self.follower.apply(&read, now);
        assert_eq!(self.follower.state(), self.core.state());
        assert_eq!(self.follower.hash(), self.core.hash());
        self.journal.extend(entries.into_iter().map(|entry| (now, entry)));
    }

    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// From here on another host, fresh from a snapshot, decides the same.
    pub fn double(&mut self) {
        let text = serde_json::to_string(self.core.state()).expect("state is JSON");
        let state = serde_json::from_str(&text).expect("and read back");
        self.twin = Some(Core::restore(self.core.city().clone(), state));
    }

    /// A host that comes back, perhaps with other city data.
    pub fn restart(&mut self, city: Arc<City>) {
        self.core = Core::restore(city.clone(), self.core.state().clone());
        self.follower = Core::restore(city, self.core.state().clone());
        self.step(self.now, &[]);
    }

    /// `10m order.escalated O1 wd`: what the given kinds of rows became.
    pub fn told(&self, nouns: &[&str]) -> Vec<String> {
        self.journal
            .iter()
            .filter_map(|(at, entry)| {
                let Fact::Became { change, thing, .. } = &entry.fact else { return None };
                let noun = thing.noun().as_str();
                if !nouns.contains(&noun) || (noun == "watch" && change == "entered") {
                    return None;
                }
                let minutes = at.since(NIGHT) as f64 / 60_000.0;
                let line = format!("{minutes}m {noun}.{change} {} {}", short(thing.face().id), detail(thing));
                Some(line.trim_end().to_owned())
            })
            .collect()
    }

    pub fn replies(&self) -> Vec<String> {
        self.journal
            .iter()
            .filter_map(|(_, entry)| match &entry.fact {
                Fact::Answered { reply: Reply::Ok { subject }, .. } => Some(format!("ok {}", short(subject))),
                Fact::Answered { reply: Reply::Refused { rule, .. }, .. } => Some(rule.clone()),
                _ => None,
            })
            .collect()
    }
}

fn detail(thing: &Thing) -> String {
    match thing {
        Thing::Order(order) => order.asked.as_ref().map_or("-", |asked| &asked.person).to_owned(),
        Thing::Call(call) => format!("{} {}", call.asked.person, call.tries),
        Thing::Watch(watch) => watch.holder.as_ref().map_or("-", |holder| &holder.person).to_owned(),
        Thing::Gap(gap) => gap.title.clone(),
        Thing::Device(row) => row.states.join(","),
        Thing::Supervision(finding) => {
            format!(
                "{} {}",
                finding.state,
                finding.items.iter().map(|item| item.device.as_str()).collect::<Vec<_>>().join(",")
            )
        }
        Thing::Site(unit) => {
            format!("{} {}", unit.state, unit.score.map_or("-".into(), |score| score.to_string()))
        }
        _ => String::new(),
    }
}

/// Whether a word such as `O1` stands for an id.
fn is_short(word: &str) -> bool {
    let digits =
        word.get(1..).is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit()));
    digits && word.starts_with(['O', 'C', 'D', 'S'])
}

fn long(word: &str) -> String {
    let (name, value) = word.split_once('=').map_or(("", word), |(name, value)| (name, value));
    let (day, id) = value.split_once('/').unwrap_or(("12", value));
    let value = match is_short(id) {
        true => format!("{}202607{day}-{:0>4}", &id[..1], &id[1..]),
        false => value.to_owned(),
    };
    if name.is_empty() { value } else { format!("{name}={value}") }
}

fn short(id: &str) -> String {
    match id.split_once('-') {
        Some((head, number)) if head.len() == 9 && head[1..].starts_with("202607") => {
            let id = format!("{}{}", &head[..1], number.trim_start_matches('0'));
            if &head[7..] == "12" { id } else { format!("{}/{id}", &head[7..]) }
        }
        _ => id.to_owned(),
    }
}

fn field(word: &str) -> (String, Value) {
    let (name, value) = word.split_once('=').expect(word);
    let value = match (name, value.parse::<u32>()) {
        ("regions", _) => value.split(',').map(Value::from).collect(),
        (_, Ok(number)) if value.len() < 12 => number.into(),
        _ => value.into(),
    };
    (name.to_owned(), value)
}

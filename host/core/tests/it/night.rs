//! A city with flood plans, and a night in it: followed by journal and begun again
//! from a snapshot at every step.

use crate::fixture::{self, NIGHT, alarm};
use serde_json::{Value, json};
use std::sync::Arc;
use tocsin_core::city::plan::Plan;
use tocsin_core::city::{City, Device};
use tocsin_core::command::Act;
use tocsin_core::plan::Response;
use tocsin_core::signal::{Kind, Severity};
use tocsin_core::thing::Thing;
use tocsin_core::time::Timestamp;
use tocsin_core::warning::Warning;
use tocsin_core::{Cause, Command, Core, Entry, Fact, Input, Reply};

pub const CITY: &str = "330000000000";
pub const EAST: &str = "330000001000";
pub const WEST: &str = "330000002000";

pub fn task(id: &str, post: &str) -> Value {
    json!({"id": id, "title": format!("任务{id}"), "post": post, "acknowledge_min": 5, "done_min": 60})
}

/// Ⅳ at yellow, Ⅲ at orange, Ⅱ at red or over the guaranteed level.
pub fn flood() -> Value {
    let rain = |severity: u8| {
        format!(
            "warnings.exists(w, w.event_code == '11B03' && w.severity >= {severity} && touches(w.areas, region))"
        )
    };
    let river = |value: f64| format!("readings.exists(r, r.code == 'water.level' && r.value >= {value:.1})");
    json!({
        "id": "flood-city", "version": 1, "title": "防汛应急预案", "region": CITY, "department": "water",
        "readings": ["water.level"], "post": "water-duty",
        "clause": [
            {"no": "1", "title": "适用范围"}, {"no": "2", "title": "组织机构"}, {"no": "4.2.1", "title": "Ⅳ级响应"},
            {"no": "4.2.2", "title": "Ⅲ级响应"}, {"no": "4.2.3", "title": "Ⅱ级响应"},
            {"no": "5", "title": "后期处置"}, {"no": "6", "title": "保障"}
        ],
        "level": [
            {"level": 4, "start": rain(2), "clause": "4.2.1", "task": [task("watch", "water-duty")]},
            {"level": 3, "start": format!("{} || {}", rain(3), river(5.0)), "clause": "4.2.2",
             "end": "!readings.exists(r, r.code == 'water.level' && r.value >= 4.5) && !warnings.exists(w, w.severity >= 3)",
             "task": [task("patrol", "water-duty")]},
            {"level": 2, "start": format!("{} || {}", rain(4), river(6.0)), "clause": "4.2.3", "hold_s": 1800,
             "task": [task("evacuate", "county-desk"), task("pumps", "water-duty")]},
        ]
    })
}

pub fn township(id: &str, region: &str) -> Value {
    json!({
        "id": id, "version": 1, "title": format!("{id}防汛预案"), "region": region, "department": "water",
        "parent": "flood-city", "clause": [{"no": "3", "title": "响应"}],
        "level": [
            {"level": 4, "clause": "3", "task": [task(&format!("{id}-look"), &format!("{id}-duty"))]},
            {"level": 2, "clause": "3", "task": [task(&format!("{id}-move"), &format!("{id}-duty"))]},
        ]
    })
}

pub fn city(plans: &[Value]) -> Arc<City> {
    let mut city = (*fixture::city()).clone();
    city.departments = ["water", "fire"]
        .map(|id| tocsin_core::city::Department { id: id.into(), name: id.into(), heartbeat: None })
        .to_vec();
    for (id, region) in [("gauge-e", EAST), ("gauge-w", WEST)] {
        city.devices.push(Device {
            id: id.into(),
            department: "water".into(),
            model: String::new(),
            title: format!("{id}水文站"),
            unit: String::new(),
            region: region.into(),
            position: None,
            aliases: vec![],
            heartbeat: None,
            settings: Default::default(),
        });
    }
    city.warnings.events = serde_json::from_value(json!([{"code": "11B03", "name": "暴雨"}])).unwrap();
    city.plans = plans.iter().map(|plan| serde_json::from_value::<Plan>(plan.clone()).unwrap()).collect();
    Arc::new(city)
}

pub fn approved(mut plan: Value) -> Value {
    plan["approved_by"] = "周市长".into();
    plan["approved_at"] = "2026-05-01".into();
    plan
}

pub fn standard() -> Arc<City> {
    city(&[approved(flood()), approved(township("east", EAST)), approved(township("west", WEST))])
}

/// A night that is also followed by journal and begun again from a snapshot.
pub struct Night {
    pub city: Arc<City>,
    pub core: Core,
    pub follower: Core,
    pub now: Timestamp,
    pub number: u64,
    pub journal: Vec<Entry>,
}

impl Night {
    pub fn of(city: Arc<City>) -> Night {
        let (core, follower) = (Core::new(city.clone()), Core::new(city.clone()));
        let mut night = Night { city, core, follower, now: NIGHT, number: 0, journal: vec![] };
        night.step(vec![]);
        night
    }

    pub fn step(&mut self, inputs: Vec<Input>) -> Vec<Entry> {
        let text = serde_json::to_string(self.core.state()).unwrap();
        let mut restored = Core::restore(self.city.clone(), serde_json::from_str(&text).unwrap());
        let entries = self.core.step(self.now, &inputs);
        assert_eq!(restored.step(self.now, &inputs), entries, "a host that came back decides alike");
        let text = serde_json::to_string(&entries).unwrap();
        self.follower.apply(&serde_json::from_str::<Vec<Entry>>(&text).unwrap(), self.now);
        assert_eq!(self.follower.state(), self.core.state());
        assert_eq!(self.follower.hash(), self.core.hash());
        // Once decided, a second look finds nothing.
        assert_eq!(self.core.step(self.now, &[]), vec![]);
        self.journal.extend(entries.iter().cloned());
        entries
    }

    pub fn wait(&mut self, minutes: i64) -> &mut Night {
        let end = self.now.plus_millis(minutes * 60_000);
        // A clock that strikes and leaves nothing would strike for ever.
        for _ in 0..1_000 {
            let Some(due) = self.core.due().filter(|due| *due <= end) else { break };
            self.now = self.now.max(due);
            self.step(vec![]);
        }
        self.now = end;
        self
    }

    /// As the room of warnings would record it.
    pub fn warn(&mut self, id: &str, severity: Severity, areas: &[&str], status: &str) -> &mut Night {
        self.warn_until(id, severity, areas, status, None)
    }

    pub fn warn_until(
        &mut self,
        id: &str,
        severity: Severity,
        areas: &[&str],
        status: &str,
        until: Option<Timestamp>,
    ) -> &mut Night {
        let warning = Warning {
            expires_at: until,
            next: until,
            id: id.into(),
            title: format!("暴雨{severity:?}预警"),
            event_code: "11B03".into(),
            severity,
            status: status.into(),
            areas: areas.iter().map(|area| (*area).to_owned()).collect(),
            ..Warning::default()
        };
        let fact =
            Fact::Became { change: "received".into(), note: String::new(), thing: Thing::from(warning) };
        let entries = [Entry { cause: Cause::Clock, fact }];
        self.core.apply(&entries, self.now);
        self.follower.apply(&entries, self.now);
        self.step(vec![]);
        self
    }

    /// One department's device gives an alarm.
    pub fn ring(&mut self, device: &str, code: &str) -> &mut Night {
        self.number += 1;
        let observed = alarm(self.number, "fire", device, code, self.now);
        self.step(vec![Input::Signal(observed)]);
        self
    }

    pub fn gauge(&mut self, device: &str, value: f64) -> &mut Night {
        self.gauge_at(device, value, self.now)
    }

    pub fn gauge_at(&mut self, device: &str, value: f64, at: Timestamp) -> &mut Night {
        self.number += 1;
        let mut reading = alarm(self.number, "water", device, "water.level", self.now);
        reading.signal.kind = Kind::Reading;
        reading.signal.observed = Some(at);
        reading.signal.value = Some(value);
        reading.signal.unit = "m".into();
        self.step(vec![Input::Signal(reading)]);
        self
    }

    pub fn ask(&mut self, noun: &str, verb: &str, id: &str, fields: Value) -> Result<String, String> {
        self.number += 1;
        let act =
            Act::read(noun, verb, id, fields.as_object().cloned().unwrap_or_default()).expect("a command");
        let command = Command { id: format!("p{}", self.number), actor: "张三".into(), act };
        let entries = self.step(vec![Input::Command(command)]);
        let reply = entries.into_iter().rev().find_map(|entry| match entry.fact {
            Fact::Answered { reply, .. } => Some(reply),
            _ => None,
        });
        match reply.expect("an answer") {
            Reply::Ok { subject } => Ok(subject),
            Reply::Refused { rule, .. } => Err(rule),
        }
    }

    pub fn responses(&self) -> impl Iterator<Item = &Response> {
        self.core.state().rooms.responses.values()
    }

    pub fn response(&self, plan: &str) -> &Response {
        self.responses().filter(|response| response.plan == plan).last().expect(plan)
    }

    /// `flood-city 4, east 4`: plans at work and their levels.
    pub fn at_work(&self) -> String {
        let open = self.responses().filter(|response| response.is_open());
        let mut told: Vec<String> = open
            .map(|response| match response.is_active() {
                true => format!("{} {}", response.plan, response.level),
                false => format!("{} {}?", response.plan, response.level),
            })
            .collect();
        told.sort();
        told.join(", ")
    }

    /// Posts that have an open order, with the task's clause.
    pub fn ordered(&self) -> Vec<String> {
        let orders = self.core.state().rooms.orders.values().filter(|order| order.state.is_open());
        let mut told: Vec<String> = orders.map(|order| format!("{} {}", order.post, order.clause)).collect();
        told.sort();
        told
    }

    pub fn changes(&self, plan: &str) -> Vec<String> {
        let told = self.journal.iter().filter_map(|entry| match &entry.fact {
            Fact::Became { change, thing: Thing::Response(response), .. } if response.plan == plan => {
                Some(format!("{change} {}", response.level))
            }
            _ => None,
        });
        told.collect()
    }
}

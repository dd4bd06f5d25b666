//! A city with teams, experts and stock, and people who ask for them.

use crate::fixture::{NIGHT, alarm, east_north};
use crate::room::{self, Night};
use serde_json::{Value, json};
use std::sync::Arc;
use tocsin_core::city::City;
use tocsin_core::city::supply::{Item, Minimum, Stock, Store, Supplies};
use tocsin_core::city::team::{Expert, Need, Team, Teams};
use tocsin_core::command::Act;
use tocsin_core::time::Timestamp;
use tocsin_core::{Command, Fact, Input, Reply, supply};

pub const SANDBAG: &str = "3010101";
pub const FOAM: &str = "2030102";
pub const TENT: &str = "1020100";

/// The night's first incident: a fire at the city's centre.
pub const FIRE: &str = "I20260712-0001";

pub fn city() -> Arc<City> {
    let mut city = (*room::city()).clone();
    for id in ["militia", "environment", "health"] {
        city.departments.push(tocsin_core::city::Department {
            id: id.into(),
            name: id.into(),
            heartbeat: None,
        });
    }
    city.teams = teams();
    city.supplies = supplies();
    Arc::new(city)
}

fn teams() -> Teams {
    let words = |words: &str| words.split(' ').map(str::to_owned).collect::<Vec<_>>();
    let team = |id: &str, department: &str, capabilities: &str, east_m: f64, speed_kmh: f64| Team {
        id: id.into(),
        name: format!("队{id}"),
        department: department.into(),
        capabilities: words(capabilities),
        position: Some(east_north(east_m, 0.0)),
        speed_kmh,
        acknowledge_minutes: 5,
        ..Team::default()
    };
    let expert = |id: &str, fields: &str, materials: &str| Expert {
        id: id.into(),
        name: format!("专家{id}"),
        department: "environment".into(),
        fields: words(fields),
        materials: words(materials),
        ..Expert::default()
    };
    Teams {
        teams: vec![
            team("f1", "fire", "灭火救援 危化品处置", 2_900.0, 60.0),
            team("f2", "fire", "灭火救援", 900.0, 60.0),
            team("m1", "militia", "抗洪抢险 道路管制", 1_900.0, 30.0),
            team("h1", "health", "医疗救护", 5_900.0, 60.0),
            team("e1", "environment", "环境监测", 4_900.0, 60.0),
            team("w1", "water", "抗洪抢险 排涝", 8_900.0, 40.0),
        ],
        experts: vec![expert("x1", "环境应急 化学品", "苯 甲醇"), expert("x2", "地质", "-")],
        needs: vec![
            need("灭火", &["fire"], &[], "灭火救援", ""),
            need(
                "危险化学品",
                &["gas"],
                &["苯", "槽罐"],
                "危化品处置 环境监测 医疗救护 道路管制",
                "环境应急",
            ),
            need("防汛", &["flood"], &[], "抗洪抢险", "水利"),
        ],
    }
}

fn need(name: &str, hazards: &[&str], materials: &[&str], capabilities: &str, experts: &str) -> Need {
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let split = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    Need {
        name: name.into(),
        hazards: words(hazards),
        materials: words(materials),
        capabilities: split(capabilities),
        experts: split(experts),
    }
}

pub fn stock(id: &str, store: &str, item: &str, quantity: u64, expires: &str) -> Stock {
    Stock {
        id: id.into(),
        store: store.into(),
        item: item.into(),
        quantity,
        expires: (!expires.is_empty()).then(|| expires.parse().expect(expires)),
        ..Stock::default()
    }
}

fn supplies() -> Supplies {
    let store = |id: &str, department: &str, east_m: f64| Store {
        id: id.into(),
        name: format!("库{id}"),
        department: department.into(),
        position: Some(east_north(east_m, 0.0)),
        keeper: "保管员".into(),
        phone: "138-0000-0000".into(),
        expiring_days: 30,
        task_hours: 24,
        ..Store::default()
    };
    let item =
        |code: &str, name: &str, unit: &str| Item { code: code.into(), name: name.into(), unit: unit.into() };
    Supplies {
        stores: vec![
            store("near", "water", 1_000.0),
            store("mid", "fire", 4_000.0),
            store("far", "militia", -9_000.0),
        ],
        items: vec![item(SANDBAG, "沙袋", "条"), item(FOAM, "泡沫", "升"), item(TENT, "帐篷", "顶")],
        lots: vec![
            stock("s1", "near", SANDBAG, 150, ""),
            stock("s2", "near", SANDBAG, 50, ""),
            stock("s3", "mid", SANDBAG, 80, ""),
            stock("s4", "far", SANDBAG, 500, ""),
            stock("b-later", "near", FOAM, 100, "2028-01-01"),
            stock("a-never", "near", FOAM, 100, ""),
            stock("c-sooner", "near", FOAM, 100, "2027-01-01"),
        ],
        minimums: vec![Minimum { store: "near".into(), item: FOAM.into(), quantity: 120 }],
    }
}

/// A night with one open incident at the centre of the city.
pub fn night() -> Night {
    let mut night = Night::new(city());
    let mut smoke = alarm(1, "fire", "a/1", "fire.smoke", NIGHT);
    smoke.signal.position = Some(east_north(0.0, 0.0));
    smoke.signal.title = "苯槽罐车起火".into();
    night.step(NIGHT, &[Input::Signal(smoke)]);
    night
}

pub fn at(minutes: i64) -> Timestamp {
    NIGHT.plus_millis(minutes * 60_000)
}

pub fn command(id: &str, actor: &str, words: &str, fields: Value) -> Input {
    let mut words = words.split(' ');
    let (noun, verb, about) = (words.next(), words.next(), words.next());
    let Value::Object(fields) = fields else { panic!("{fields}") };
    let act = Act::read(noun.expect("a noun"), verb.expect("a verb"), about.unwrap_or_default(), fields);
    Input::Command(Command {
        id: id.into(),
        actor: actor.into(),
        act: act.unwrap_or_else(|error| panic!("{error}")),
    })
}

/// Asks `noun verb [id]` and answers the subject, or the rule that refused.
pub fn ask(night: &mut Night, minutes: i64, words: &str, fields: Value) -> Result<String, (String, String)> {
    night.until(at(minutes));
    let number = night.journal.len();
    night.step(at(minutes), &[command(&format!("d{minutes}-{number}"), "王值班", words, fields)]);
    reply(night)
}

pub fn reply(night: &Night) -> Result<String, (String, String)> {
    let replies = night.journal.iter().rev().filter_map(|(_, entry)| match &entry.fact {
        Fact::Answered { reply, .. } => Some(reply.clone()),
        _ => None,
    });
    match replies.into_iter().next().expect("an answer") {
        Reply::Ok { subject } => Ok(subject),
        Reply::Refused { rule, reason } => Err((rule, reason)),
    }
}

pub fn reserve(
    night: &mut Night,
    minutes: i64,
    store: &str,
    item: &str,
    quantity: u64,
) -> Result<String, (String, String)> {
    let fields = json!({"store": store, "item": item, "quantity": quantity, "for": FIRE});
    ask(night, minutes, "supply reserve", fields)
}

/// `on hand/reserved/in transit/at incidents/consumed/lost` of an item; the sum is checked.
pub fn books(night: &Night, item: &str) -> String {
    let accounts = supply::balance(&night.core.state().rooms);
    accounts.iter().for_each(|account| assert_eq!(account.faults, Vec::<String>::new(), "{}", account.item));
    let account = accounts.into_iter().find(|account| account.item == item).expect(item);
    let supply::Account { on_hand, reserved, in_transit, at_incidents, consumed, lost, .. } = account;
    format!("{on_hand}/{reserved}/{in_transit}/{at_incidents}/{consumed}/{lost}")
}

pub fn lot(night: &Night, id: &str) -> supply::Lot {
    night.core.state().rooms.lots.get(id).cloned().expect(id)
}

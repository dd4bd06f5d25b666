//! 风险 (ACCEPTANCE 13): the same facts, the same colour; any day; the right places only.

use proptest::prelude::*;
use std::collections::BTreeMap;
use tocsin_core::city::City;
use tocsin_core::city::risk::{Colour, Risks, Scale, Weight};
use tocsin_core::risk::{Risk, Rows, Subject, fact::Fact, judge};
use tocsin_core::thing::Thing;
use tocsin_core::time::Timestamp;

const DAY: i64 = 24 * 3_600_000;
const EAST: &str = "330000001000";
const WEST: &str = "330000002000";

fn city() -> City {
    let weight = |fact: &str, points, at_least| Weight { fact: fact.into(), points, at_least };
    City {
        risk: Risks {
            days: 90,
            weights: vec![
                weight("danger.general.open", 10, None),
                weight("danger.major.open", 25, None),
                weight("danger.major.overdue", 60, Some(Colour::Orange)),
                weight("danger.major.closed", 5, None),
                weight("warning.red", 45, Some(Colour::Orange)),
                weight("drill.held", -10, None),
            ],
            unit: Scale::default(),
            region: Scale::default(),
            trade: Scale::default(),
        },
        ..City::clone(&crate::fixture::city())
    }
}

fn put(rows: &mut Rows, thing: serde_json::Value) {
    let thing: Thing = serde_json::from_value(thing).expect("a row");
    rows.rooms.put(&thing);
}

fn danger(id: &str, unit: &str, dates: [Option<i64>; 4]) -> serde_json::Value {
    let [found, deadline, rectified, closed] = dates.map(|day| day.map(|day| day * DAY));
    serde_json::json!({"noun": "danger", "row": {
        "id": id, "unit": unit, "level": "major", "region": EAST, "trade": "化工", "title": "出口上锁",
        "found_at": found, "described_at": found, "deadline": deadline, "rectified_at": rectified,
        "closed_at": closed,
    }})
}

fn colours(rows: &Rows, day: i64) -> BTreeMap<String, (Colour, i64)> {
    let risks = rows.risks(&city(), Timestamp(day * DAY));
    risks.into_iter().map(|risk| (risk.id, (risk.colour, risk.points))).collect()
}

#[test]
fn a_colour_can_be_shown_for_any_day() {
    let mut rows = Rows::default();
    put(&mut rows, danger("H1", "U1", [Some(10), Some(20), Some(25), Some(30)]));
    let check = |day: i64, expect: (Colour, i64)| {
        for id in ["U1", EAST, "化工"] {
            assert_eq!(colours(&rows, day)[id], expect, "{id} on day {day}");
        }
        assert_eq!(colours(&rows, day)["U2"], (Colour::Blue, 0));
        assert_eq!(colours(&rows, day)[WEST], (Colour::Blue, 0));
    };
    check(9, (Colour::Blue, 0));
    check(15, (Colour::Yellow, 25));
    check(20, (Colour::Yellow, 25));
    check(21, (Colour::Orange, 60));
    check(27, (Colour::Blue, 0));
    check(31, (Colour::Blue, 5));
    check(130, (Colour::Blue, 0));
}

#[test]
fn a_red_warning_changes_the_right_places_only() {
    let mut rows = Rows::default();
    put(&mut rows, danger("H1", "U1", [Some(10), Some(90), None, None]));
    let before = colours(&rows, 20);
    put(
        &mut rows,
        serde_json::json!({"noun": "warning", "row": {
            "id": "W1", "status": "active", "colour": "red", "severity": "extreme", "areas": [EAST],
            "issued": 19 * DAY, "messages": [{"id": "W1", "severity": "extreme", "sent_at": 19 * DAY}],
        }}),
    );
    let after = colours(&rows, 20);
    let changed: Vec<&str> =
        after.iter().filter(|(id, risk)| before[*id] != **risk).map(|(id, _)| id.as_str()).collect();
    assert_eq!(changed, [EAST, "U1", "U2", "U3"]);
    assert_eq!((after["U1"], after["U2"]), ((Colour::Red, 70), (Colour::Orange, 45)));
    assert_eq!(colours(&rows, 18), before, "it had not been issued");
}

#[test]
fn a_village_counts_for_its_township() {
    let mut rows = Rows::default();
    let village = "330000001007";
    put(
        &mut rows,
        serde_json::json!({"noun": "unit", "row": {
            "id": "QY-1", "name": "化工一厂", "trade": "化工", "region": EAST, "village": village,
            "village_name": "河口村", "state": "registered",
        }}),
    );
    put(&mut rows, danger("H1", "QY-1", [Some(10), Some(20), None, None]));
    let colours = colours(&rows, 30);
    for id in ["QY-1", village, EAST, "化工"] {
        assert_eq!(colours[id], (Colour::Orange, 60), "{id}");
    }
    let risks = rows.risks(&city(), Timestamp(30 * DAY));
    let village = risks.iter().find(|risk| risk.id == village).expect("the village");
    assert_eq!((village.kind, village.name.as_str(), village.facts.len()), (Subject::Region, "河口村", 1));
}

fn fact() -> impl Strategy<Value = Fact> {
    let kinds =
        ["danger.general.open", "danger.major.overdue", "danger.major.closed", "warning.red", "drill.held"];
    (0..kinds.len(), 0..120_i64, 0..4_usize, 0..3_usize, 0..6_u8).prop_map(
        move |(kind, day, unit, region, id)| Fact {
            at: Timestamp(day * DAY),
            kind: kinds[kind].into(),
            id: format!("F{id}"),
            title: String::new(),
            unit: ["U1", "U2", "", "U9"][unit].into(),
            trade: if id % 2 == 0 { String::new() } else { "化工".into() },
            village: String::new(),
            regions: vec![[EAST, WEST, "330000000000"][region].into()],
        },
    )
}

proptest! {
    #[test]
    fn the_same_facts_in_any_order_give_the_same_colour(
        facts in prop::collection::vec(fact(), 0..40),
        seed in any::<u64>(),
    ) {
        let city = city();
        let places = Rows::default().places(&city);
        let at = Timestamp(100 * DAY);
        let first: Vec<Risk> = judge(&city.risk, &places, &facts, at);
        // Another order, and some of them twice.
        let mut shuffled = facts.clone();
        shuffled.extend(facts.iter().take(3).cloned());
        let length = shuffled.len();
        for place in 0..length {
            shuffled.swap(place, (seed.rotate_left(place as u32) % length as u64) as usize);
        }
        let mut places = places;
        places.reverse();
        prop_assert_eq!(judge(&city.risk, &places, &shuffled, at), first);
    }
}

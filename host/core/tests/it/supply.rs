//! 应急物资保障: what is reserved, moved, given back, refused and reminded of.

use crate::depot::{
    FIRE, FOAM, SANDBAG, TENT, ask, at, books, city, command, lot, night, reply, reserve, stock,
};
use serde_json::json;
use std::sync::Arc;
use tocsin_core::{Fact, Reply};

fn rule<T: std::fmt::Debug>(result: Result<T, (String, String)>) -> String {
    result.expect_err("refused").0
}

#[test]
fn two_ask_for_the_last_200_sandbags_at_once() {
    let mut night = night();
    let fields = json!({"store": "near", "item": SANDBAG, "quantity": 200, "for": FIRE});
    let both = [
        command("a", "水利局", "supply reserve", fields.clone()),
        command("b", "消防大队", "supply reserve", fields),
    ];
    night.step(at(1), &both);
    let replies: Vec<Reply> = night
        .journal
        .iter()
        .filter_map(|(_, entry)| match &entry.fact {
            Fact::Answered { reply, .. } => Some(reply.clone()),
            _ => None,
        })
        .collect();
    assert_eq!(replies[0], Reply::Ok { subject: "T20260712-0001".into() });
    let Reply::Refused { rule, reason } = &replies[1] else { panic!("{replies:?}") };
    assert_eq!(rule, "supply.reserve.short");
    // Who has them, and the next nearest store that has enough: `mid` has only 80.
    for word in ["0 left of 200", "T20260712-0001", FIRE, "水利局", "[far]", "9.0 km", "500"] {
        assert!(reason.contains(word), "{word}: {reason}");
    }
    assert_eq!(books(&night, SANDBAG), "780/200/0/0/0/0");
    // Of 60 the middle store has enough.
    let (_, reason) = reserve(&mut night, 2, "near", SANDBAG, 60).unwrap_err();
    assert!(reason.contains("[mid]") && reason.contains("4.0 km"), "{reason}");
    // The same command again is answered the same, and nothing is taken twice.
    let fields = json!({"store": "near", "item": SANDBAG, "quantity": 200, "for": FIRE});
    night.step(at(3), &[command("a", "水利局", "supply reserve", fields.clone())]);
    assert_eq!(reply(&night), Ok("T20260712-0001".into()));
    assert_eq!(books(&night, SANDBAG), "780/200/0/0/0/0");
    // Under its id another request, or another's, is neither done nor answered as it was.
    let less = json!({"store": "near", "item": SANDBAG, "quantity": 100, "for": FIRE});
    night.step(at(4), &[command("a", "水利局", "supply reserve", less)]);
    assert_eq!(self::rule(reply(&night)), "command.reused");
    night.step(at(5), &[command("a", "消防大队", "supply reserve", fields.clone())]);
    assert_eq!(self::rule(reply(&night)), "command.reused");
    night.step(at(6), &[command("a", "水利局", "supply reserve", fields)]);
    assert_eq!(reply(&night), Ok("T20260712-0001".into()));
    assert_eq!(books(&night, SANDBAG), "780/200/0/0/0/0");
}

#[test]
fn a_transfer_goes_its_way_and_the_books_stay_right() {
    let mut night = night();
    let id = reserve(&mut night, 1, "near", SANDBAG, 180).unwrap();
    assert_eq!(books(&night, SANDBAG), "780/180/0/0/0/0");
    let about = |verb: &str| format!("supply {verb} {id}");
    assert_eq!(rule(ask(&mut night, 2, &about("receive"), json!({}))), "supply.receive.from-reserved");
    assert_eq!(rule(ask(&mut night, 2, &about("return"), json!({}))), "supply.return.from-reserved");
    ask(&mut night, 3, &about("dispatch"), json!({})).unwrap();
    assert_eq!(books(&night, SANDBAG), "600/0/180/0/0/0");
    assert_eq!(rule(ask(&mut night, 4, &about("dispatch"), json!({}))), "supply.dispatch.from-dispatched");
    assert_eq!(rule(ask(&mut night, 4, &about("cancel"), json!({}))), "supply.cancel.from-dispatched");
    assert_eq!(
        rule(ask(&mut night, 4, &about("receive"), json!({"quantity": 181}))),
        "supply.receive.too-much"
    );
    // Ten fell off the lorry.
    ask(&mut night, 5, &about("receive"), json!({"quantity": 170, "note": "途中破损"})).unwrap();
    assert_eq!(books(&night, SANDBAG), "600/0/0/170/0/10");
    assert_eq!(
        rule(ask(&mut night, 6, &about("return"), json!({"quantity": 171}))),
        "supply.return.too-much"
    );
    ask(&mut night, 7, &about("return"), json!({"quantity": 40})).unwrap();
    assert_eq!(books(&night, SANDBAG), "640/0/0/0/130/10");
    assert_eq!(rule(ask(&mut night, 8, &about("return"), json!({}))), "supply.return.from-returned");
    assert_eq!(rule(ask(&mut night, 8, "supply dispatch T1", json!({}))), "supply.transfer-unknown");
    let transfer = &night.core.state().rooms.transfers[&id];
    assert_eq!((transfer.received, transfer.returned, transfer.consumed, transfer.lost), (170, 40, 130, 10));
    // Three days later it has left memory, and the books still stand.
    night.until(at(5 * 24 * 60));
    assert!(night.core.state().rooms.transfers.is_empty());
    assert_eq!(books(&night, SANDBAG), "640/0/0/0/130/10");
}

#[test]
fn what_never_arrives_and_what_is_cancelled() {
    let mut night = night();
    let lost = reserve(&mut night, 1, "mid", SANDBAG, 80).unwrap();
    ask(&mut night, 2, &format!("supply dispatch {lost}"), json!({})).unwrap();
    ask(&mut night, 3, &format!("supply receive {lost}"), json!({"quantity": 0})).unwrap();
    assert_eq!(night.core.state().rooms.transfers[&lost].state, "lost");
    let cancelled = reserve(&mut night, 4, "near", SANDBAG, 10).unwrap();
    ask(&mut night, 5, &format!("supply cancel {cancelled}"), json!({"note": "不再需要"})).unwrap();
    assert_eq!(books(&night, SANDBAG), "700/0/0/0/0/80");
}

#[test]
fn an_incident_that_ends_frees_what_has_not_left() {
    let mut night = night();
    let promised = reserve(&mut night, 1, "near", SANDBAG, 100).unwrap();
    let gone = reserve(&mut night, 1, "near", SANDBAG, 50).unwrap();
    ask(&mut night, 2, &format!("supply dispatch {gone}"), json!({})).unwrap();
    ask(&mut night, 3, &format!("incident confirm {FIRE}"), json!({})).unwrap();
    ask(&mut night, 4, &format!("incident close {FIRE}"), json!({"result": "扑灭"})).unwrap();
    let rooms = &night.core.state().rooms;
    assert_eq!(rooms.transfers[&promised].state, "cancelled");
    assert_eq!(rooms.transfers[&gone].state, "dispatched");
    assert_eq!(books(&night, SANDBAG), "730/0/50/0/0/0");
    assert_eq!(rule(reserve(&mut night, 5, "near", SANDBAG, 1)), "supply.reserve.incident-ended");
}

#[test]
fn what_expires_first_goes_first_and_what_has_expired_never() {
    let mut night = night();
    let id = reserve(&mut night, 1, "near", FOAM, 150).unwrap();
    let drawn = |night: &crate::room::Night, id: &str| {
        let draws = &night.core.state().rooms.transfers[id].draws;
        draws.iter().map(|draw| format!("{} {}", draw.lot, draw.quantity)).collect::<Vec<_>>()
    };
    assert_eq!(drawn(&night, &id), ["c-sooner 100", "b-later 50"]);
    ask(&mut night, 2, &format!("supply cancel {id}"), json!({})).unwrap();
    // 2027-02-01: the sooner one has expired.
    let february = 204 * 24 * 60;
    let matter = json!({"store": "near", "item": FOAM, "quantity": 150, "for": "演练"});
    let id = ask(&mut night, february, "supply reserve", matter.clone()).unwrap();
    assert_eq!(drawn(&night, &id), ["b-later 100", "a-never 50"]);
    assert_eq!(rule(ask(&mut night, february, "supply reserve", matter)), "supply.reserve.short");
    // Reserved in time, but not dispatched in time.
    assert_eq!(
        rule(ask(&mut night, february + 400 * 24 * 60, &format!("supply dispatch {id}"), json!({}))),
        "supply.dispatch.expired"
    );
    assert_eq!(books(&night, FOAM), "300/150/0/0/0/0");
}

fn tasks(night: &crate::room::Night) -> Vec<String> {
    let orders = night.core.state().rooms.orders.values();
    orders.map(|order| format!("{} {}", order.matter, order.department)).collect()
}

#[test]
fn expiry_raises_a_task_before_and_on_the_day() {
    let mut night = night();
    assert_eq!(tasks(&night), Vec::<String>::new());
    // c-sooner expires on 2027-01-01: 172 days and two hours on.
    let day = |days: i64| days * 24 * 60 + 120;
    night.until(at(day(141)));
    assert_eq!((lot(&night, "c-sooner").state.as_str(), tasks(&night).len()), ("good", 0));
    night.until(at(day(142)));
    assert_eq!(lot(&night, "c-sooner").state, "expiring");
    assert_eq!(tasks(&night), ["lot/c-sooner water"]);
    night.until(at(day(171)));
    assert_eq!((lot(&night, "c-sooner").state.as_str(), tasks(&night).len()), ("expiring", 1));
    night.until(at(day(172)));
    assert_eq!(lot(&night, "c-sooner").state, "expired");
    assert_eq!(tasks(&night), ["lot/c-sooner water", "lot/c-sooner water"]);
    night.until(at(day(300)));
    assert_eq!(tasks(&night).len(), 2);
}

#[test]
fn a_minimum_raises_one_task_until_it_is_mended() {
    let mut night = night();
    let short = |night: &crate::room::Night| night.core.state().rooms.stores["near"].short.len();
    let id = reserve(&mut night, 1, "near", FOAM, 180).unwrap();
    assert_eq!((short(&night), tasks(&night).len()), (0, 0));
    let more = reserve(&mut night, 2, "near", FOAM, 10).unwrap();
    assert_eq!((short(&night), tasks(&night)), (1, vec!["minimum/near/2030102 water".to_owned()]));
    reserve(&mut night, 3, "near", FOAM, 10).unwrap();
    assert_eq!((short(&night), tasks(&night).len()), (1, 1));
    ask(&mut night, 4, &format!("supply cancel {id}"), json!({})).unwrap();
    assert_eq!((short(&night), tasks(&night).len()), (0, 1));
    ask(&mut night, 5, &format!("supply cancel {more}"), json!({})).unwrap();
    reserve(&mut night, 6, "near", FOAM, 200).unwrap();
    assert_eq!((short(&night), tasks(&night).len()), (1, 2));
}

#[test]
fn refusals_say_which_rule() {
    let mut night = night();
    let mut check = |fields: serde_json::Value, expect: &str| {
        assert_eq!(rule(ask(&mut night, 1, "supply reserve", fields.clone())), expect, "{fields}");
    };
    let with = |store: &str, item: &str, quantity: u64, matter: &str| json!({"store": store, "item": item, "quantity": quantity, "for": matter});
    check(with("moon", SANDBAG, 1, FIRE), "supply.store-unknown");
    check(with("near", "301010", 1, FIRE), "supply.item-malformed");
    check(with("near", "4010101", 1, FIRE), "supply.item-malformed");
    check(with("near", "3999999", 1, FIRE), "supply.item-unknown");
    check(with("near", TENT, 1, FIRE), "supply.reserve.short");
    check(with("near", SANDBAG, 0, FIRE), "supply.reserve.nothing");
    check(with("near", SANDBAG, u64::MAX, FIRE), "supply.reserve.short");
    check(with("near", SANDBAG, 1, " "), "supply.reserve.no-matter");
    check(with("near", SANDBAG, 1, "I20260712-0099"), "supply.reserve.incident-unknown");
}

#[test]
fn stock_is_loaded_at_run_time_once() {
    let mut night = night();
    let file = json!({
        "stores": [{"id": "new", "name": "新库", "department": "health", "position": {"lon": 120.0, "lat": 30.0}}],
        "items": [{"code": TENT, "name": "单帐篷", "unit": "顶"}],
        "lots": [
            {"id": "t1", "store": "new", "item": TENT, "quantity": 40},
            {"store": "mid", "item": TENT, "quantity": 10, "expires": "2026-07-20"},
        ],
        "minimums": [{"store": "new", "item": TENT, "quantity": 50}],
    });
    assert_eq!(ask(&mut night, 1, "supply load", file.clone()), Ok("2/2".into()));
    assert_eq!(books(&night, TENT), "50/0/0/0/0/0");
    // One expires within the month, one is below its minimum: told at once.
    assert_eq!(tasks(&night), ["minimum/new/1020100 health", "lot/mid-1020100-20260720 fire"]);
    assert_eq!(lot(&night, "t1").name, "单帐篷");
    // The same file again says nothing new.
    assert_eq!(ask(&mut night, 2, "supply load", file.clone()), Ok("0/2".into()));
    assert_eq!((books(&night, TENT), tasks(&night).len()), ("50/0/0/0/0/0".into(), 2));
    let mut check = |path: &str, value: serde_json::Value, expect: &str| {
        let mut bad = file.clone();
        *bad.pointer_mut(path).expect(path) = value;
        assert_eq!(rule(ask(&mut night, 3, "supply load", bad)), expect, "{path}");
    };
    check("/lots/0/quantity", json!(41), "supply.load.known");
    check("/lots/1/quantity", json!(0), "supply.load.quantity");
    check("/lots/1/item", json!("9010101"), "supply.load.item-malformed");
    check("/lots/1/store", json!("moon"), "supply.load.store-unknown");
    check("/lots/0/id", json!("a b"), "supply.load.id");
    check("/lots/1", json!({"id": "t1", "store": "new", "item": TENT, "quantity": 40}), "supply.load.twice");
    check("/stores/0/department", json!("moon"), "supply.load.department-unknown");
    check("/stores/0/name", json!(" "), "supply.load.name");
    assert_eq!(rule(ask(&mut night, 4, "supply load", json!({}))), "supply.load.empty");
    assert_eq!(books(&night, TENT), "50/0/0/0/0/0");
}

#[test]
fn a_file_that_changes_does_not_change_the_ledger() {
    let mut night = night();
    let id = reserve(&mut night, 1, "near", SANDBAG, 100).unwrap();
    let mut other = (*city()).clone();
    other.supplies.lots[0].quantity = 9_999;
    other.supplies.lots.push(stock("s9", "far", SANDBAG, 20, ""));
    other.supplies.stores[0].keeper = "新保管员".into();
    let before = night.journal.len();
    night.restart(Arc::new(other.clone()));
    let changed: Vec<&str> = night.journal[before..]
        .iter()
        .filter_map(|(_, entry)| match &entry.fact {
            Fact::Became { change, thing, .. } if thing.face().id.starts_with(['s', 'n']) => {
                Some(change.as_str())
            }
            _ => None,
        })
        .collect();
    assert_eq!(changed, ["changed", "changed", "loaded"]);
    assert_eq!(books(&night, SANDBAG), "800/100/0/0/0/0");
    // Said once.
    let before = night.journal.len();
    night.restart(Arc::new(other));
    assert_eq!(night.journal.len(), before);
    ask(&mut night, 2, &format!("supply dispatch {id}"), json!({})).unwrap();
    assert_eq!(books(&night, SANDBAG), "700/0/100/0/0/0");
}

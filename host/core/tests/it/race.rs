//! Ten thousand who ask at once: nobody wins what another has, the books are
//! exact, and JOURNAL alone gives the same state.

use crate::depot::{FIRE, FOAM, SANDBAG, at, city, command, night};
use proptest::prelude::*;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use tocsin_core::{Core, Entry, Fact, Input, Reply, supply};

const STORES: [&str; 3] = ["near", "mid", "far"];
const TEAMS: [&str; 6] = ["f1", "f2", "m1", "h1", "e1", "w1"];

/// One request: what it asks and of whom, by small numbers.
type Ask = (u8, u8, u16, u16);

fn input(number: usize, (kind, which, amount, about): Ask) -> Input {
    let (id, actor) = (format!("n{number}"), format!("部门{}", number % 7));
    let (which, transfer) = (usize::from(which), format!("T20260712-{:04}", about % 400 + 1));
    let quantity = u64::from(amount % 60) + 1;
    let team = TEAMS[which % TEAMS.len()];
    match kind % 16 {
        0..=7 => {
            let item = if amount.is_multiple_of(5) { FOAM } else { SANDBAG };
            let fields = json!({"store": STORES[which % 3], "item": item, "quantity": quantity, "for": FIRE});
            command(&id, &actor, "supply reserve", fields)
        }
        8 | 9 => command(&id, &actor, &format!("supply dispatch {transfer}"), json!({})),
        10 => command(&id, &actor, &format!("supply receive {transfer}"), json!({"quantity": quantity})),
        11 => command(&id, &actor, &format!("supply return {transfer}"), json!({"quantity": quantity / 2})),
        12 => command(&id, &actor, &format!("supply cancel {transfer}"), json!({})),
        13 | 14 => command(&id, &actor, &format!("team assign {team}"), json!({"incident": FIRE})),
        _ => command(&id, &actor, &format!("team release {team}"), json!({})),
    }
}

/// Who has each team after each answer, told from the answers alone.
fn check_teams(asks: &[Input], replies: &[Reply], held: &mut BTreeSet<String>) {
    for (ask, reply) in asks.iter().zip(replies) {
        let Input::Command(command) = ask else { continue };
        let text = serde_json::to_value(&command.act).unwrap();
        let won = matches!(reply, Reply::Ok { .. });
        let id = text["act"]["id"].as_str().unwrap_or_default().to_owned();
        match (text["noun"].as_str(), text["act"]["verb"].as_str()) {
            (Some("team"), Some("assign")) => {
                assert_eq!(
                    won,
                    held.insert(id.clone()),
                    "{id}: nobody wins what another has, and what is free is given"
                );
            }
            (Some("team"), Some("release")) => assert_eq!(won, held.remove(&id), "{id}"),
            _ => {}
        }
    }
}

fn replies(entries: &[Entry]) -> Vec<Reply> {
    entries
        .iter()
        .filter_map(|entry| match &entry.fact {
            Fact::Answered { reply, .. } => Some(reply.clone()),
            _ => None,
        })
        .collect()
}

fn check_books(core: &Core) {
    for account in supply::balance(&core.state().rooms) {
        assert_eq!(account.faults, Vec::<String>::new(), "{}", account.item);
    }
}

/// Plays the requests in batches; each batch is applied to a follower too.
fn play(asks: &[Input], batches: &[usize]) -> Core {
    let core = night().core;
    let mut follower = Core::restore(city(), core.state().clone());
    let mut core = core;
    let (mut rest, mut held, mut minute) = (asks, BTreeSet::new(), 1);
    for size in batches.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let (batch, later) = rest.split_at((*size).clamp(1, rest.len()));
        rest = later;
        minute += 1;
        // All within one hour: no clock of an order strikes but once.
        let entries = core.step(at(1).plus_millis(minute), batch);
        check_teams(batch, &replies(&entries), &mut held);
        check_books(&core);
        follower.apply(&entries, at(1).plus_millis(minute));
    }
    assert_eq!(follower.state(), core.state());
    assert_eq!(follower.hash(), core.hash());
    core
}

/// The same answers whatever the batches: within a step the order given decides.
fn outcome(core: &Core) -> BTreeMap<String, String> {
    let rooms = &core.state().rooms;
    let lots = rooms.lots.values().map(|lot| (lot.id.clone(), format!("{lot:?}")));
    let transfers = rooms
        .transfers
        .values()
        .map(|row| (row.id.clone(), format!("{:?} {:?} {}", row.state, row.draws, row.by)));
    let teams =
        rooms.teams.values().map(|row| (row.id.clone(), format!("{} {} {}", row.state, row.order, row.by)));
    lots.chain(transfers).chain(teams).collect()
}

fn sequence(seed: u64, count: usize) -> Vec<Input> {
    let mut state = seed | 1;
    let mut next = || {
        // SplitMix64: any spread will do.
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z ^ (z >> 27)
    };
    (0..count)
        .map(|number| {
            let word = next();
            input(number, (word as u8, (word >> 8) as u8, (word >> 16) as u16, (word >> 32) as u16))
        })
        .collect()
}

#[test]
fn ten_thousand_requests_and_no_double_win() {
    let asks = sequence(20_260_712, 10_000);
    let core = play(&asks, &[256, 1, 999, 64]);
    let other = play(&asks, &[37, 300]);
    assert_eq!(outcome(&core), outcome(&other));
    let sandbags =
        supply::balance(&core.state().rooms).into_iter().find(|account| account.item == SANDBAG).unwrap();
    assert!(sandbags.consumed > 0 && sandbags.lost > 0, "{sandbags:?}");
    // Asked again after all of it, as a client does that heard no answer.
    let mut core = core;
    let before = outcome(&core);
    let again: Vec<Input> = asks[asks.len() - 1_000..].to_vec();
    core.step(at(2), &again);
    assert_eq!(outcome(&core), before);
}

#[test]
fn ten_thousand_ask_for_the_last_ones() {
    let core = night().core;
    let mut core = core;
    let fields = json!({"store": "near", "item": SANDBAG, "quantity": 3, "for": FIRE});
    let asks: Vec<Input> =
        (0..10_000).map(|n| command(&format!("s{n}"), "部门", "supply reserve", fields.clone())).collect();
    let mut won = 0;
    for batch in asks.chunks(1_000) {
        won += replies(&core.step(at(1), batch))
            .iter()
            .filter(|reply| matches!(reply, Reply::Ok { .. }))
            .count();
    }
    // 200 in two lots: 66 times three, and two are left.
    assert_eq!(won, 66);
    check_books(&core);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn any_interleaving_keeps_the_books(
        asks in prop::collection::vec(any::<Ask>(), 1..400),
        batches in prop::collection::vec(1..64_usize, 1..6),
    ) {
        let asks: Vec<Input> = asks.into_iter().enumerate().map(|(number, ask)| input(number, ask)).collect();
        prop_assert_eq!(outcome(&play(&asks, &batches)), outcome(&play(&asks, &[usize::MAX])));
    }
}

//! What holds of every night.

use crate::fixture::{NIGHT, alarm, city, east_north};
use proptest::prelude::*;
use std::collections::BTreeMap;
use tocsin_core::command::Act as Asked;
use tocsin_core::incident::{Act, DispositionKind, Stage};
use tocsin_core::signal::{Kind, Severity};
use tocsin_core::time::Timestamp;
use tocsin_core::{Command, Core, Entry, Input, Observed};

/// Within one cluster and beside it: detectors 80 m apart, one building, two
/// positions in the street, an unknown transmitter, a place without position.
const DEVICES: [&str; 11] = ["a/1", "a/2", "a", "a/box", "b/1", "b/2", "c/1", "n/1", "n/2", "x/1", "x/2"];
const CODES: [&str; 6] =
    ["fire.smoke", "fire.manual", "gas.leak", "odd.thing", "electric.arc", "video.intrusion"];
const ONLY_SUPPORTS: &str = "electric.arc";

fn live(number: usize, device: usize, code: usize, minutes: i64, place: usize, reference: bool) -> Observed {
    let at = NIGHT.plus_millis(minutes * 60_000);
    let mut observed =
        alarm(number as u64, "fire", DEVICES[device % DEVICES.len()], CODES[code % CODES.len()], at);
    // A device does not move: its place follows from its name.
    if device.is_multiple_of(5) && place > 0 {
        observed.signal.device = format!("m{place}");
        observed.signal.position = Some(east_north(place as f64 * 70.0, 20.0));
    }
    observed.signal.severity = [Severity::Unknown, Severity::Minor, Severity::Extreme][device % 3];
    observed.signal.reference = if reference { "r".into() } else { String::new() };
    // A door may be slow and a clock a little off.
    observed.received = at.plus_millis((device as i64 % 3 - 1) * 120_000);
    observed
}

prop_compose! {
    fn night()(signals in prop::collection::vec((0..11_usize, 0..6_usize, 0..40_i64, 0..4_usize, prop::bool::weighted(0.2)), 1..24))
        -> Vec<Observed> {
        signals.into_iter().enumerate().map(|(n, (device, code, minutes, place, reference))| {
            live(n, device, code, minutes, place, reference)
        }).collect()
    }
}

/// Anything that may come in, commands and history included.
#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "a handful in a test")]
enum Any {
    Signal(Observed),
    Act(usize, u32, u32),
}

fn any_input() -> impl Strategy<Value = Any> {
    let signal = (0..60_u64, 0..11_usize, 0..6_usize, 0..40_i64, 0..6_usize, 0..4_i64).prop_map(
        |(run, device, code, minutes, kind, late)| {
            let mut observed = live(run as usize, device, code, minutes, 0, false);
            let kinds = [Kind::Alarm, Kind::Alarm, Kind::Alarm, Kind::Recovery, Kind::Status, Kind::Report];
            observed.signal.kind = kinds[kind].clone();
            if late == 0 {
                observed.signal.observed = Some(observed.received.plus_millis(-5 * 3_600_000));
            }
            Any::Signal(observed)
        },
    );
    prop_oneof![5 => signal, 2 => (0..7_usize, 1..6_u32, 1..6_u32).prop_map(|(act, a, b)| Any::Act(act, a, b))]
}

fn command(number: usize, act: usize, a: u32, b: u32) -> Command {
    let id = format!("I20260712-{a:04}");
    let note = String::from("备注");
    let act = match act {
        0 => Act::Confirm { id, note },
        1 => Act::Respond { id, note },
        2 => Act::Control { id, note },
        3 => Act::Close { id, result: note },
        4 => Act::FalseAlarm { id, disposition: DispositionKind::Dust, text: note },
        5 => Act::Note { id, text: note },
        _ => Act::Merge { id, with: format!("I20260712-{b:04}"), note },
    };
    Command { id: format!("c{number}"), actor: "值班员".into(), act: Asked::Incident(act) }
}

fn inputs(signals: &[Observed]) -> Vec<Input> {
    signals.iter().cloned().map(Input::Signal).collect()
}

/// The incidents but for what the order of arrival may decide: ids, the time of
/// opening, and which were merged.
fn outcome(core: &Core) -> Vec<String> {
    let mut outcome: Vec<String> = core
        .incidents()
        .filter(|incident| incident.state != Stage::Merged)
        .map(|incident| {
            let mut incident = incident.clone();
            let rows: BTreeMap<_, _> =
                core.evidence(&incident.id).map(|row| (row.key.clone(), row.clone())).collect();
            incident.id.clear();
            incident.merged.clear();
            incident.notes.clear();
            incident.opened_at = NIGHT;
            incident.changed_at = NIGHT;
            format!("{incident:?} {rows:?}")
        })
        .collect();
    outcome.sort();
    outcome
}

/// Signals in the order of `keys`, in batches that `keys` decide too.
fn shuffled(signals: &[Observed], keys: &[u32]) -> Vec<Vec<Observed>> {
    let mut order: Vec<usize> = (0..signals.len()).collect();
    order.sort_by_key(|place| {
        keys[place % keys.len()].wrapping_mul(2_654_435_761).rotate_left(*place as u32 % 31)
    });
    let mut batches: Vec<Vec<Observed>> = vec![vec![]];
    for place in order {
        if keys[place % keys.len()].is_multiple_of(3) {
            batches.push(vec![]);
        }
        batches.last_mut().unwrap().push(signals[place].clone());
    }
    batches
}

fn run(batches: &[Vec<Observed>]) -> Core {
    let mut core = Core::new(city());
    for batch in batches {
        core.step(NIGHT.plus_millis(7_200_000), &inputs(batch));
    }
    core
}

fn counted(core: &Core) -> u64 {
    core.incidents().filter(|incident| incident.state != Stage::Merged).map(|incident| incident.count).sum()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn the_order_within_a_step_changes_nothing(signals in night(), keys in prop::collection::vec(any::<u32>(), 24)) {
        let mixed: Vec<Observed> = shuffled(&signals, &keys).concat();
        let (mut a, mut b) = (Core::new(city()), Core::new(city()));
        prop_assert_eq!(a.step(NIGHT, &inputs(&signals)), b.step(NIGHT, &inputs(&mixed)));
        prop_assert_eq!(a.state(), b.state());
        prop_assert_eq!(a.hash(), b.hash());
    }

    #[test]
    fn the_order_of_steps_changes_no_incident(signals in night(), keys in prop::collection::vec(any::<u32>(), 24)) {
        let one_by_one: Vec<Vec<Observed>> = signals.iter().map(|signal| vec![signal.clone()]).collect();
        let a = run(&one_by_one);
        prop_assert_eq!(outcome(&a), outcome(&run(&shuffled(&signals, &keys))));
        prop_assert_eq!(outcome(&a), outcome(&run(std::slice::from_ref(&signals))));
    }

    #[test]
    fn every_alarm_is_counted_once(signals in night(), keys in prop::collection::vec(any::<u32>(), 24)) {
        let opening = signals.iter().filter(|signal| signal.signal.code != ONLY_SUPPORTS).count();
        prop_assert_eq!(counted(&run(&shuffled(&signals, &keys))), opening as u64);
    }

    #[test]
    fn every_alarm_has_one_fact_that_counts_it(signals in night(), keys in prop::collection::vec(any::<u32>(), 24)) {
        let mut core = Core::new(city());
        let mut counted = Vec::new();
        for batch in shuffled(&signals, &keys) {
            let entries = core.step(NIGHT, &inputs(&batch));
            counted.extend(entries.iter().filter(|entry| entry.fact.counted().is_some()).filter_map(|entry| entry.cause.frame().map(|frame| frame.run)));
        }
        counted.sort_unstable();
        let opening = signals.iter().filter(|signal| signal.signal.code != ONLY_SUPPORTS);
        prop_assert_eq!(counted, opening.map(|signal| signal.frame.run).collect::<Vec<_>>());
    }

    #[test]
    fn redelivery_changes_nothing(signals in night(), keys in prop::collection::vec(any::<u32>(), 24)) {
        let batches = shuffled(&signals, &keys);
        let once = run(&batches);
        let mut doubled = batches.clone();
        for (place, batch) in doubled.iter_mut().enumerate() {
            let mut again: Vec<Observed> = batches[..=place].concat();
            again.retain(|signal| keys[(signal.frame.run as usize + place) % keys.len()].is_multiple_of(2));
            for (signal, key) in again.iter_mut().zip(&keys) {
                // The same bytes, sent in again by an operator.
                if key.is_multiple_of(5) {
                    signal.replay_of = Some(signal.frame.clone());
                    signal.frame.run += 1_000;
                }
            }
            batch.extend(again);
        }
        let twice = run(&doubled);
        prop_assert_eq!(outcome(&once), outcome(&twice));
        prop_assert_eq!(once.state(), twice.state());
        prop_assert_eq!(once.hash(), twice.hash());
    }

    #[test]
    fn journal_alone_gives_the_same_state(steps in prop::collection::vec(prop::collection::vec(any_input(), 1..6), 1..14), cut in 0..14_usize) {
        let mut core = Core::new(city());
        let mut follower = Core::new(city());
        let mut restored: Option<Core> = None;
        let mut number = 0;
        for (place, step) in steps.into_iter().enumerate() {
            let now = NIGHT.plus_millis(place as i64 * 60_000);
            let inputs: Vec<Input> = step.into_iter().map(|any| {
                number += 1;
                match any {
                    Any::Signal(observed) => Input::Signal(observed),
                    Any::Act(act, a, b) => Input::Command(command(number, act, a, b)),
                }
            }).collect();
            if place == cut {
                let text = serde_json::to_string(core.state()).unwrap();
                restored = Some(Core::restore(city(), serde_json::from_str(&text).unwrap()));
            }
            let entries = core.step(now, &inputs);
            // A host that came back decides as one that never went.
            if let Some(restored) = &mut restored {
                prop_assert_eq!(&restored.step(now, &inputs), &entries);
            }
            let read: Vec<Entry> = serde_json::from_str(&serde_json::to_string(&entries).unwrap()).unwrap();
            prop_assert_eq!(&read, &entries);
            follower.apply(&read, now);
            prop_assert_eq!(follower.state(), core.state());
            prop_assert_eq!(follower.hash(), core.hash());
            // The summary of each incident stands in its last entry.
            let mut last: BTreeMap<&str, &Entry> = BTreeMap::new();
            entries.iter().for_each(|entry| _ = entry.fact.incident_id().map(|id| last.insert(id, entry)));
            for (id, entry) in last {
                if core.incident(id).is_some_and(|incident| incident.state != Stage::Merged) {
                    prop_assert_eq!(entry.fact.incident(), core.incident(id));
                }
            }
        }
        let mut fresh = Core::restore(city(), core.state().clone());
        prop_assert_eq!(fresh.hash(), core.hash());
        // City data are compared once; they say nothing that the state does not know.
        prop_assert!(fresh.step(Timestamp(NIGHT.0 - 1), &[]).is_empty());
        prop_assert_eq!(fresh.due(), core.due());
        prop_assert!(core.step(Timestamp(NIGHT.0 - 1), &[]).is_empty());
    }
}

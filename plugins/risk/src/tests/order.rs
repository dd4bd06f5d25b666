//! The same events in any order, any of them doubled: the same room and colour.

use super::*;
use proptest::prelude::*;

fn life() -> impl Strategy<Value = Event> {
    // Few subjects and moments, so that words meet on one subject and in one moment.
    let (id, step, kind) = (0..6u8, 0..12i64, 0..9u8);
    (id, step, kind).prop_map(|(id, step, kind)| {
        let at = NOW + step * DAY;
        let first = NOW - i64::from(id) * 9 * DAY;
        let level = if id % 2 == 0 { "general" } else { "major" };
        let danger = |more: &[(&str, Value)]| with(danger(&format!("H{id}"), level, first, 5), at, more);
        let incident = |kind: &str, state: &str| {
            with(
                incident(&format!("I{id}"), kind, state, first),
                at,
                &[("unit_name", json!(format!("{id}厂")))],
            )
        };
        match kind {
            0 => danger(&[]),
            1 => danger(&[("rectified_at", json!(text(at)))]),
            2 => danger(&[("returns", json!([{"at": text(at)}]))]),
            3 => danger(&[("closed_at", json!(text(at))), ("rectified_at", json!(text(at)))]),
            4 => incident("incident.opened", "suspected"),
            5 => incident("incident.changed", "confirmed"),
            6 => incident("incident.closed", "false-alarm"),
            7 => incident("incident.merged", "merged"),
            _ => with(inspection(&format!("safety:{id}"), Some(id % 3 == 0), first), at, &[]),
        }
    })
}

/// What must not depend on the order. What was said of it on the way does.
fn seen(events: &[Event]) -> (Room, String, String) {
    let host = Host::fresh();
    events.iter().for_each(|event| _ = tell(&host, event));
    let mut last = room(&host);
    let judged = judge(&Rules::default(), &last, "");
    assert_eq!(last.said.colour, judged.colour, "what was said last is what is so");
    let colour = format!("{judged:?}");
    let timers = format!("{:?}", host.timers());
    last.said = Default::default();
    last.advised.clear();
    (last, colour, timers)
}

fn shuffled() -> impl Strategy<Value = (Vec<Event>, Vec<Event>)> {
    prop::collection::vec(life(), 1..40).prop_flat_map(|events| {
        let doubled = prop::collection::vec(any::<prop::sample::Index>(), 0..20);
        let again = (Just(events.clone()), doubled).prop_map(|(events, again)| {
            let more = again.iter().map(|index| index.get(&events).clone()).collect::<Vec<_>>();
            [events, more].concat()
        });
        (Just(events), again.prop_shuffle())
    })
}

proptest! {
    // Each case is some hundred calls.
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn order_and_repetition_change_nothing((events, shuffled) in shuffled()) {
        prop_assert_eq!(seen(&events), seen(&shuffled));
    }

    /// Also where more is told than can be kept.
    #[test]
    fn nor_where_there_is_too_much(order in Just((0..120i64).collect::<Vec<_>>()).prop_shuffle()) {
        let told = |n: &i64| with(
            danger(&format!("H{:03}", n % 60), "major", NOW - DAY, 5),
            NOW + n / 2,
            &[("closed_at", if n % 7 == 0 { json!(text(NOW)) } else { Value::Null })],
        );
        let straight: Vec<Event> = (0..120).map(|n| told(&n)).collect();
        let events: Vec<Event> = order.iter().map(told).collect();
        prop_assert_eq!(seen(&straight), seen(&events));
    }
}

#[test]
fn of_one_moment_the_later_word_of_a_life_counts() {
    let found = danger("H1", "major", NOW, 5);
    let rectified = with(found.clone(), NOW, &[("rectified_at", json!(text(NOW)))]);
    let returned = with(found.clone(), NOW, &[("returns", json!([{}]))]);
    let closed = with(returned.clone(), NOW, &[("closed_at", json!(text(NOW)))]);
    for (events, expect) in [
        ([&found, &rectified], ("蓝色", 15)),
        ([&rectified, &found], ("蓝色", 15)),
        ([&returned, &rectified], ("黄色", 30)),
        ([&closed, &returned], ("蓝色", 5)),
    ] {
        let host = Host::fresh();
        events.iter().for_each(|event| _ = tell(&host, event));
        assert_eq!(stands(&host), expect, "{events:?}");
    }
}

//! Facts age by their dates, at the midnights that pass.

use super::*;

/// The readings of the midnights up to `until`: day of July, value.
fn midnights(host: &Host, until: Timestamp) -> Vec<(i64, f64)> {
    let woken = host.advance::<Risk>(until).into_iter();
    woken
        .flat_map(|(tick, answer)| {
            let day = (tick.due - NOW + DAY - 1) / DAY;
            answer.unwrap().signals.into_iter().map(move |signal| (day, signal.value.unwrap()))
        })
        .collect()
}

#[test]
fn a_deadline_that_passes_weighs_from_the_next_midnight() {
    let host = Host::fresh();
    tell(&host, &danger("H1", "major", NOW, 2));
    assert_eq!(stands(&host), ("黄色", 30));
    assert_eq!(midnights(&host, NOW + 4 * DAY), [(1, 2.0), (2, 2.0), (3, 3.0), (4, 3.0)]);
    assert_eq!(stands(&host), ("橙色", 60));
}

#[test]
fn what_is_over_ceases_to_count_and_the_unit_is_left_in_peace() {
    let host = Host::fresh();
    for n in 0..3 {
        let closed = [("closed_at", json!(text(NOW)))];
        tell(&host, &with(incident(&format!("I{n}"), "incident.closed", "closed", NOW), NOW, &closed));
    }
    assert_eq!(stands(&host), ("橙色", 45));
    let said = midnights(&host, NOW + 200 * DAY);
    assert_eq!((said[0], said[88], said.len()), ((1, 3.0), (89, 3.0), 91));
    assert_eq!(said[90], (91, 1.0), "the last word is blue");
    assert_eq!((stands(&host), host.timers().len()), (("蓝色", 0), 0));
    // Nothing that comes late brings it back.
    tell(&host, &incident("I0", "incident.opened", "suspected", NOW));
    assert_eq!(stands(&host), ("蓝色", 0));
}

#[test]
fn blue_is_said_once_more_and_then_no_longer() {
    let host = Host::fresh();
    let found = danger("H1", "major", NOW, 9);
    tell(&host, &found);
    tell(&host, &with(found, NOW + 1, &[("closed_at", json!(text(NOW + 1)))]));
    assert_eq!(midnights(&host, NOW + 9 * DAY), [(1, 1.0)]);
    assert_eq!(host.timers().len(), 1, "the closed danger counts, and ages");
}

/// A host that was away asks for each midnight by itself, at its date.
#[test]
fn a_past_midnight_is_judged_at_its_date() {
    let host = Host::fresh();
    tell(&host, &danger("H1", "general", NOW, 3));
    let woken = host.advance::<Risk>(NOW + 5 * DAY);
    let days = woken.iter().map(|(tick, _)| tick.due).collect::<Vec<_>>();
    assert!(days.windows(2).all(|pair| pair[1] - pair[0] == DAY), "{days:?}");
    let said = |n: usize| woken[n].1.as_ref().unwrap().signals.len();
    // Blue was never said to be anything else; yellow is, from the day on which it is late.
    assert_eq!([0, 1, 2, 3, 4].map(said), [0, 0, 0, 1, 1]);
    let late = &woken[3].1.as_ref().unwrap().signals[0];
    assert_eq!(late.observed, Some(days[3]));
    assert_eq!(late.title, "青山化工一厂 黄色风险（原蓝色）：一般隐患 H1「安全出口上锁」逾期 1 天");
}

#[test]
fn what_is_dated_ahead_counts_when_its_day_has_come() {
    let host = Host::fresh();
    tell(&host, &with(danger("H1", "major", NOW + 2 * DAY, 5), NOW, &[]));
    assert_eq!(stands(&host), ("蓝色", 0));
    assert_eq!(midnights(&host, NOW + 3 * DAY), [(3, 2.0)]);
}

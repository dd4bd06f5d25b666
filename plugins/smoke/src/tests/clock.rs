//! Clocks that are right, stand, jump or are lost, and platforms that hand on late: how
//! long it smoked.

use super::*;
use tocsin_sdk::{memory, time::Beijing};

const STUCK: &str = r#"{"event": "smoke", "time": "2000-01-01 00:00:00"}"#;
const NONE: &str = r#"{"event": "smoke"}"#;

fn record(event: &str, seconds: i64) -> String {
    let time = Beijing::of(at(seconds)).to_string();
    format!(r#"{{"event": "{event}", "time": "{time}"}}"#)
}

fn smoke(seconds: i64) -> String {
    record("smoke", seconds)
}

fn clear(seconds: i64) -> String {
    record("clear", seconds)
}

/// When which title was said.
fn check(timeline: &[(i64, String)], expect: &[(i64, &str)]) {
    let timeline: Vec<(i64, &str)> = timeline.iter().map(|(at, body)| (*at, body.as_str())).collect();
    let said: Vec<_> =
        night(&Host::fresh(), &timeline, 9_000).into_iter().map(|(at, _, title)| (at, title)).collect();
    let said: Vec<(i64, &str)> = said.iter().map(|(at, title)| (*at, title.as_str())).collect();
    assert_eq!(said, expect, "{timeline:?}");
}

/// `body` received at each of `seconds`.
fn each(seconds: &[i64], body: &str) -> Vec<(i64, String)> {
    seconds.iter().map(|at| (*at, body.to_owned())).collect()
}

const PULSE: &str = "烟雾短脉冲,待核实";

#[test]
fn a_clock_that_stands_is_no_clock() {
    let fires = [(30, "烟雾火警,已持续 30 秒"), (40, "烟雾火警,已持续 40 秒")];
    check(&each(&[0, 10, 20, 30, 40], STUCK), &fires);
    check(&each(&[0, 10, 20, 30, 40], &smoke(-1)), &fires);
    // Twice over two ways, and every three seconds.
    check(&each(&[0, 1, 10, 11, 20, 21, 30, 31], &smoke(-1)), &fires[..1]);
    check(&each(&[0, 3, 6, 9, 12, 15, 18, 21, 24, 27, 30], &smoke(-1)), &fires[..1]);
    // It stands from then on.
    let mut timeline = vec![(0, smoke(0)), (10, smoke(10))];
    timeline.extend(each(&[20, 30, 40], &smoke(10)));
    check(&timeline, &fires[1..]);
    // An hour after a pulse.
    let later = [(40, PULSE), (3_630, "烟雾火警,已持续 30 秒")];
    check(&each(&[0, 3_600, 3_610, 3_620, 3_630], &smoke(-1)), &later);
    check(&[each(&[0], &smoke(-1)), each(&[3_600, 3_610, 3_620, 3_630], STUCK)].concat(), &later);
    // Copies.
    check(&each(&[0, 2], &smoke(-1)), &[(40, PULSE)]);
    check(&each(&[0, 2, 4], STUCK), &[(40, PULSE)]);
    check(&each(&[0, 100, 4_000], &smoke(-1)), &[(40, PULSE)]);
    // The time when it began, and how long since.
    let grown = format!(r#"{}, "duration": 35}}"#, smoke(0).trim_end_matches('}'));
    check(&[(0, smoke(0)), (35, grown)], &[(35, "烟雾火警,已持续 35 秒")]);
    // Its end is told by the same clock.
    check(
        &[each(&[0], STUCK), vec![(35, STUCK.replace("smoke", "clear"))]].concat(),
        &[(35, "烟雾火警,已持续 35 秒")],
    );
    check(&[(0, smoke(0)), (35, clear(0))], &[(35, "烟雾火警,已持续 35 秒")]);
}

#[test]
fn a_clock_without_its_date_still_measures() {
    let lost = |day: &str, second: i64| {
        let time = format!("{day} 14:{:02}:{:02}", 30 + second / 60, second % 60);
        format!(r#"{{"event": "smoke", "time": "{time}"}}"#)
    };
    let old = |second: i64| lost("2019-01-01", second);
    let burst: Vec<(i64, String)> = (0..10).map(|n| (0, old(n * 10))).collect();
    let fires: Vec<String> = (3..10).map(|n| format!("烟雾火警,已持续 {} 秒", n * 10)).collect();
    let expect: Vec<(i64, &str)> = fires.iter().map(|title| (0, title.as_str())).collect();
    check(&burst, &expect);
    // In whatever order they come, and of a clock that is ahead.
    check(&[(0, old(90)), (1, old(0))], &[(1, "烟雾火警,两次烟雾,间隔 90 秒")]);
    check(&[(0, lost("2066-01-01", 0)), (1, lost("2066-01-01", 90))], &[(1, "烟雾火警,两次烟雾,间隔 90 秒")]);
    // By its edges alone.
    check(&[(0, old(0)), (1, old(90).replace("smoke", "clear"))], &[(1, "烟雾火警,已持续 90 秒")]);
    // Copies, less than it takes, and a clock that was set in between.
    check(&[(0, old(0)), (1, old(0)), (2, old(0))], &[(40, PULSE)]);
    check(&[(0, old(0)), (1, old(20)), (2, old(0))], &[(41, "两次烟雾,间隔 20 秒,待核实")]);
    check(&[(0, old(0)), (1, lost("2019-01-03", 0))], &[(41, "两次烟雾,间隔 1 秒,待核实")]);
}

#[test]
fn arriving_late_makes_no_pulse_longer() {
    check(&[(0, smoke(0)), (100, smoke(-9))], &[(40, PULSE), (100, "两次烟雾,间隔 9 秒,待核实")]);
    check(&[(0, smoke(0)), (33, clear(2))], &[(33, PULSE)]);
    check(&[(0, smoke(0)), (5, smoke(5)), (33, clear(7))], &[(33, "两次烟雾,间隔 5 秒,待核实")]);
    // What arrives late does not draw in what comes after it.
    let after = [(40, PULSE), (100, "两次烟雾,间隔 9 秒,待核实"), (150, PULSE)];
    check(&[(0, smoke(0)), (100, smoke(-9)), (110, smoke(110))], &after);
    // Smoke that lasts by its own times, and where only the host can say.
    for (timeline, at) in [
        ([(0, smoke(0)), (35, clear(35))], 35),
        ([(20, smoke(0)), (21, clear(35))], 21),
        ([(0, smoke(0)), (35, record("clear", 0).replace("2026", "2066"))], 35),
        ([(0, smoke(0)), (35, r#"{"event": "clear"}"#.to_owned())], 35),
    ] {
        check(&timeline, &[(at, "烟雾火警,已持续 35 秒")]);
    }
    let silent = [(0, smoke(0)), (5, smoke(5)), (40, NONE.to_owned())];
    check(&silent, &[(40, "烟雾火警,已持续 40 秒")]);
}

#[test]
fn two_records_are_called_two() {
    check(&each(&[0, 10], NONE), &[(50, "两次烟雾,间隔 10 秒,待核实")]);
    check(&each(&[0, 35], NONE), &[(35, "烟雾火警,两次烟雾,间隔 35 秒")]);
    check(&each(&[0, 10, 20], NONE), &[(60, "烟雾短时出现 3 次,待核实")]);
    check(&each(&[0, 50, 100], NONE), &[(40, PULSE), (90, PULSE), (100, "烟雾火警,100 秒内烟雾 3 次")]);
    // A timer that is late takes nothing with it.
    let host = Host::fresh();
    assert!(lines(&say(&host, 0, "SD-1", NONE).unwrap()).is_empty());
    assert_eq!(lines(&say(&host, 50, "SD-1", NONE).unwrap()), ["alarm smoke.pulse SD-1"]);
}

#[test]
fn a_clock_that_is_put_back_hides_no_fire() {
    let first = |timeline: &[(i64, String)]| {
        let timeline: Vec<(i64, &str)> = timeline.iter().map(|(at, body)| (*at, body.as_str())).collect();
        let said = night(&Host::fresh(), &timeline, 9_000);
        said.into_iter().find(|(_, line, _)| line == "alarm fire.smoke SD-1").map(|(at, _, _)| at)
    };
    for (back, at) in [(20, 40), (60, 20), (300, 50), (86_400, 50), (-60, 20), (-200, 20)] {
        let timeline: Vec<(i64, String)> =
            (0..12).map(|n| (n * 10, smoke(n * 10 - if n >= 2 { back } else { 0 }))).collect();
        assert_eq!(first(&timeline), Some(at), "{back}");
    }
}

/// Smoke every so many seconds: when it is a fire, by clocks of all kinds.
#[test]
fn smoke_that_lasts_is_a_fire_at_the_same_moment_whatever_the_clock() {
    let first = |every: i64, body: &dyn Fn(i64) -> String| {
        let bodies: Vec<(i64, String)> = (0..=36 / every + 4).map(|n| (n * every, body(n * every))).collect();
        let timeline: Vec<(i64, &str)> = bodies.iter().map(|(at, body)| (*at, body.as_str())).collect();
        let said = night(&Host::fresh(), &timeline, 10_000);
        said.into_iter().find(|(_, line, _)| line == "alarm fire.smoke SD-1").map(|(at, _, _)| at)
    };
    for every in 1..=60 {
        // Two records further apart than a run's gap are two pulses.
        let due = if every > 40 { 2 * every } else { (30 + every - 1) / every * every };
        for (name, shift) in
            [("right", 0), ("late", -20), ("behind", -7_200), ("ahead", 7_200), ("lost", -800_000_000)]
        {
            assert_eq!(first(every, &|at| smoke(at + shift)), Some(due), "{name} every {every}");
        }
        assert_eq!(first(every, &|_| NONE.to_owned()), Some(due), "none every {every}");
        if every > 5 {
            assert_eq!(first(every, &|_| STUCK.to_owned()), Some(due), "lost and standing every {every}");
            let third = due.max(3 * every);
            assert_eq!(first(every, &|_| smoke(0)), Some(third), "standing every {every}");
        } else {
            assert!(first(every, &|_| smoke(0)).is_some_and(|at| at <= 36), "standing every {every}");
            assert!(first(every, &|_| STUCK.to_owned()).is_some_and(|at| at <= 36), "both every {every}");
        }
    }
}

#[test]
fn short_times_of_quiet_lose_no_fire() {
    let host = Host::fresh();
    host.set("quiet_s", "1");
    let said = night(&host, &[(0, NONE), (10, NONE), (20, NONE), (30, NONE)], 100);
    let (at, _, title) = said.last().unwrap();
    assert_eq!((*at, title.as_str()), (30, "烟雾火警,30 秒内烟雾 4 次"), "{said:?}");
}

#[test]
fn a_room_of_a_whole_estate_stays_within_its_bytes() {
    let host = Host::fresh();
    let address = "东苑小区".repeat(20);
    let mut said = Vec::new();
    for n in 0..300 {
        let time = Beijing::of(at(n * 60)).to_string();
        let body = format!(
            r#"{{"device": "8675309000{n:05}", "event": "smoke", "time": "{time}", "address": "{address}"}}"#
        );
        said.extend(until(&host, n * 60));
        said.extend(lines(&say(&host, n * 60, "", &body).unwrap()));
        let size = || {
            assert!(memory::get("runs").is_none_or(|bytes| bytes.len() <= 48 << 10), "{n}");
            Ok(Outcome::default())
        };
        host.call("", size).unwrap();
    }
    said.extend(until(&host, 18_100));
    assert_eq!(said.iter().filter(|line| line.starts_with("alarm smoke.pulse")).count(), 300);
    assert!(!said.iter().any(|line| line.contains("fire")));
}

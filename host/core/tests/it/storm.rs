//! A night of repeats costs what its places cost, not what its alarms do.

use crate::fixture::{NIGHT, alarm, city, east_north};
use std::time::{Duration, Instant};
use tocsin_core::{Core, Input};

const ALARMS: usize = 10_000;
const PLACES: usize = 200;

/// `spread`: metres between neighbouring places.
fn storm(places: usize, spread: f64) -> Vec<Input> {
    let inputs = (0..ALARMS).map(|n| {
        let place = n % places;
        let at = NIGHT.plus_millis(n as i64);
        let mut observed = alarm(n as u64, "fire", &format!("s{place}/1"), "fire.smoke", at);
        observed.signal.position =
            Some(east_north((place % 20) as f64 * spread, (place / 20) as f64 * spread));
        observed.signal.title = "感烟探测器火警".into();
        Input::Signal(observed)
    });
    inputs.collect()
}

fn check(name: &str, places: usize, spread: f64, batch: usize, incidents: usize, limit: Duration) {
    let inputs = storm(places, spread);
    let mut core = Core::new(city());
    let began = (Instant::now(), on_cpu());
    let entries: usize = inputs.chunks(batch).map(|inputs| core.step(NIGHT, inputs).len()).sum();
    // Other tests and builds share the machine: count this thread's own time
    // where the system tells it.
    let took = match (began.1, on_cpu()) {
        (Some(before), Some(after)) => after - before,
        _ => began.0.elapsed(),
    };
    let open = core.incidents().filter(|incident| incident.is_open());
    let counts: Vec<u64> = open.map(|incident| incident.count).collect();
    println!("{name}: {ALARMS} alarms, {entries} facts, {} incidents, {took:?}", counts.len());
    assert_eq!((counts.len(), counts.iter().sum::<u64>()), (incidents, ALARMS as u64));
    // Unoptimised code on a busy machine is some thirty times slower.
    let limit = if cfg!(debug_assertions) { limit * 30 } else { limit };
    assert!(took < limit, "{name}: {took:?}");
}

fn on_cpu() -> Option<Duration> {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    Some(Duration::from_nanos(stat.split_whitespace().next()?.parse().ok()?))
}

#[test]
fn a_storm_of_repeats() {
    // Some 10 µs an alarm, with room for a busy machine. A scan over the open
    // incidents would take seconds.
    let limit = Duration::from_millis(500);
    check("200 places, one step", PLACES, 500.0, ALARMS, PLACES, limit);
    check("200 places, runs of 230", PLACES, 500.0, 230, PLACES, limit * 3);
    check("200 places, a step an alarm", PLACES, 500.0, 1, PLACES, limit * 6);
    check("one place, runs of 230", 1, 0.0, 230, 1, limit);
    check("10,000 devices of one fire, runs of 230", ALARMS, 0.2, 230, 1, limit * 20);
    check("10,000 places, runs of 230", ALARMS, 500.0, 230, ALARMS, limit * 6);
}

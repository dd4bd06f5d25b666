//! Two hosts on one bus: one works, the other stands by and takes over.

use crate::crash::{Load, folder, oracle};
use crate::process::{Running, Starting};
use crate::servers::{LOGIN, Servers};
use std::path::PathBuf;
use std::time::{Duration, Instant};
use tocsin_runtime::bus::{Bus, Fence};
use tocsin_runtime::lease::{Holder, Keeper, Lease, TERM};

fn holder(id: &str) -> Holder {
    Holder { id: id.into(), name: id.into() }
}

#[tokio::test]
async fn a_lease_is_one_s_own_at_once_and_another_s_after_its_term() {
    let servers = Servers::start("keeper", 1, Servers::FIT);
    let bus = Bus::connect(&servers.url(), "test").await.expect("the bus");
    bus.ensure_stores(1).await.expect("the stores");
    let take = async |id: &str| {
        let (lease, began) = (Lease::wanted(), Instant::now());
        let mut keeper = Keeper::new(&bus, lease.clone(), holder(id));
        assert!(!lease.is_held());
        keeper.take().await;
        assert!(lease.is_held());
        (keeper, lease, began.elapsed())
    };
    let (first, lease, _) = take("a").await;
    // Killed and started again: nobody renews for the one that is gone.
    drop(first);
    let (again, lease_again, took) = take("a").await;
    assert!(took < TERM, "{took:?}");
    let (_, _, took) = take("b").await;
    assert!(took >= TERM, "{took:?}");
    assert!(!lease.is_held() && !lease_again.is_held(), "whoever does not renew holds nothing any more");
    // The zombie reads who has taken over, and its writes wait for ever.
    let (_stop, stopped) = tokio::sync::watch::channel(false);
    assert_eq!(again.keep(stopped).await, Some(holder("b")));
    let fenced = bus.clone().under(lease_again);
    let write = fenced.write("tocsin.live.position.test", Default::default(), Fence::Subject(0), "x".into());
    assert!(tokio::time::timeout(TERM, write).await.is_err());

    // Given back, it is free at once.
    let (keeper, lease, _) = take("b").await;
    let (stop, stopped) = tokio::sync::watch::channel(false);
    stop.send(true).expect("somebody listens");
    assert_eq!(keeper.keep(stopped).await, None);
    assert!(!lease.is_held());
    let (_, _, took) = take("c").await;
    assert!(took < TERM, "{took:?}");
}

const ROUNDS: usize = 8;
const PORTS: [u16; 2] = [21_400, 21_500];

/// What it takes: the term, a look, catching up, the doors. On a busy machine more.
const WITHIN: Duration = Duration::from_secs(60);

/// What a host says that another has replaced (`tocsin up`).
const TAKEN_OVER: i32 = 3;

#[test]
fn a_standby_takes_over_and_nothing_is_lost_or_doubled() {
    let servers = Servers::start("lease", 1, Servers::FIT);
    let (url, mqtt) = (servers.url(), format!("{LOGIN}@127.0.0.1:{}", servers.nodes[0].mqtt));
    let data: [PathBuf; 2] = ["lease-a", "lease-b"].map(folder);
    let start = |place: usize| Starting::new(&data[place], PORTS[place], &["--nats", &url, "--mqtt", &mqtt]);

    let (mut works, mut at) = (start(0).ready(), 0);
    // The sockets' ports follow from the base, so that devices know both hosts'.
    let first = works.door("fire-tcp");
    let second = first.replace(&PORTS[0].to_string()[..3], &PORTS[1].to_string()[..3]);
    let load = Load::start(vec![first, second]);
    load.goes_on(WITHIN, "at first");
    let mut standby = start(1);
    let mut times = Vec::new();
    for round in 0..ROUNDS {
        // Whoever stands by has looked around; only the lease keeps it.
        std::thread::sleep(Duration::from_millis(1_500));
        let is_well = |place: usize| ["/healthz", "/readyz"].map(|path| Starting::status(PORTS[place], path));
        assert_eq!((is_well(at), is_well(1 - at)), ([200, 200], [200, 503]), "round {round}");
        let is_stop = round % 2 == 1;
        let began = Instant::now();
        match is_stop {
            true => works.signal("-STOP"),
            false => works.kill_at_once(),
        }
        let next = standby.ready();
        times.push(began.elapsed());
        load.goes_on(WITHIN, &format!("after round {round}"));
        if is_stop {
            works.signal("-CONT");
            // The zombie finds its term over, says nothing more, and ends.
            assert_eq!(works.end(), Some(TAKEN_OVER));
        } else {
            drop(works);
        }
        (works, at) = (next, 1 - at);
        standby = start(1 - at);
        load.goes_on(WITHIN, &format!("beside the standby of round {round}"));
    }
    drop(standby);
    let acked = load.stop();
    let verdict = oracle(&url, &acked);
    times.sort();
    measured!(
        "{ROUNDS} times taken over (SIGKILL, SIGSTOP and SIGCONT): lost {}/{}, doubled {}/{}; takeover p50 {:?} max {:?}",
        verdict.lost.len(),
        acked.len(),
        verdict.doubled,
        verdict.effects,
        times[times.len() / 2],
        times[times.len() - 1],
    );
    assert!(verdict.lost.is_empty(), "lost {:?}", verdict.lost);
    assert_eq!(verdict.doubled, 0);
    let report = Running::command(&data[at], &["journal", "verify"]);
    assert_eq!(report["ok"], true, "{report:#}");
    works.stop();
    for data in data {
        let _ = std::fs::remove_dir_all(data);
    }
}

//! What a broker was not told that we have, it sends again; and it counts once.

use crate::broker::Broker;
use crate::running::{Folder, Running};
use crate::video;
use crate::wait::wait_for;
use rustix::process::{Signal, kill_process};
use std::time::Duration;

/// Long enough for an acknowledgement that must not come.
const QUIET: Duration = Duration::from_millis(1_500);
const PATIENCE: Duration = Duration::from_secs(60);

#[test]
fn a_message_is_acknowledged_when_the_log_has_it_and_counts_once() {
    let (folder, broker) = (Folder::new(), Broker::open());
    let host = Running::with(&folder, &["--mqtt", &broker.address]);
    let server = Running::server(&host.data).expect("its server");

    // The log cannot take it: nobody is told that it did.
    kill_process(server, Signal::STOP).expect("a signal");
    broker.publish(&format!("video/event/{}", video::CAMERA), &video::intrusion(1, "东门"));
    assert_eq!(broker.acked(QUIET), None, "acknowledged before the log has it");
    host.kill();

    let host = Running::with(&folder, &["--mqtt", &broker.address]);
    assert_eq!(broker.acked(PATIENCE), Some(2), "sent again, to the host after the kill, and acknowledged");
    // Killed between the log and the acknowledgement, the same bytes come in a new
    // frame: a repeat of one alarm, never another.
    let (frames, incident) = wait_for("every frame in the incident", || {
        let report = host.json(&["journal", "verify"]);
        assert_eq!(report[0]["ok"], true, "{report:?}");
        let frames = report[0]["departments"]["video"]["frames"].as_u64()?;
        host.incidents()
            .into_iter()
            .next()
            .filter(|incident| incident["count"] == frames)
            .map(|it| (frames, it))
    });
    assert!((1..=2).contains(&frames), "{incident}");

    // Nor is it sent once more to a third host.
    host.kill();
    let host = Running::with(&folder, &["--mqtt", &broker.address]);
    assert_eq!(broker.acked(QUIET), None);
    assert_eq!(host.incidents()[0]["count"], frames);
}

//! A TCP client: connects to a device that answers only when asked, keeps the
//! connection, and has the plugin ask at an interval.
//!
//! Each `poll` writes one clock record a listed device, key `poll`, into the log;
//! the plugin's timekeeper answers it with sends to the device, and they go out
//! here. What comes back is cut by the framer as on any socket.

use super::framing::Framing;
use super::{DoorKind, Mouth, OpenError, tcp};
use crate::feed::ClockRecord;
use crate::intake::Intake;
use crate::run::Frame;
use std::net::SocketAddr;
use std::time::Duration;
use tocsin_core::time::Timestamp;
use tokio::net::TcpStream;
use tokio::sync::{Notify, oneshot};
use tokio::time::MissedTickBehavior;

/// Key of the tick that has a plugin ask.
pub const POLL: &str = "poll";

const CONNECT_WITHIN: Duration = Duration::from_secs(5);
/// Between two attempts: a device that restarts is back within some seconds.
const AGAIN: Duration = Duration::from_secs(1);

pub async fn run(
    mouth: Mouth,
    framing: Framing,
    clock: Intake,
    listening: oneshot::Sender<Result<Option<SocketAddr>, OpenError>>,
) {
    let DoorKind::TcpClient { address, poll_s, devices } = mouth.spec.kind.clone() else { return };
    // Not being there now is no reason not to start: it is what a door waits for.
    let _ = listening.send(Ok(None));
    let mut stop = mouth.stop.clone();
    loop {
        let connected = tokio::select! {
            _ = stop.wait_for(|stop| *stop) => return,
            connected = tokio::time::timeout(CONNECT_WITHIN, TcpStream::connect(&address)) => connected,
        };
        match connected {
            Ok(Ok(stream)) => {
                let way = Notify::new();
                let served =
                    tcp::serve(mouth.clone(), framing.clone(), stream, address.clone(), &devices, Some(&way));
                tokio::select! {
                    () = served => {}
                    () = poll(&mouth, &clock, poll_s, &devices, &way) => {}
                }
                tracing::warn!(door = mouth.spec.name, address, "connection closed");
            }
            Ok(Err(error)) => tracing::debug!(door = mouth.spec.name, address, %error, "no connection"),
            Err(_) => tracing::debug!(door = mouth.spec.name, address, "no answer to a connection"),
        }
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => return,
            () = tokio::time::sleep(AGAIN) => {}
        }
    }
}

/// Never ends; the connection does.
async fn poll(mouth: &Mouth, clock: &Intake, poll_s: u32, devices: &[String], way: &Notify) {
    way.notified().await;
    let mut ticks = tokio::time::interval(Duration::from_secs(u64::from(poll_s)));
    // A machine that slept asks once, not for every interval that it missed.
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let now = crate::clock::now();
        for device in devices {
            // A refused tick is no loss: the next interval asks again.
            drop(clock.offer(frame(&mouth.spec.plugin, device, now)).await);
        }
    }
}

fn frame(plugin: &str, device: &str, now: Timestamp) -> Frame {
    let record = ClockRecord { plugin: plugin.to_owned(), key: POLL.to_owned(), due: now };
    Frame {
        received: now,
        device: device.to_owned(),
        payload: serde_json::to_vec(&record).expect("a record is plain data").into(),
        ..Frame::default()
    }
}

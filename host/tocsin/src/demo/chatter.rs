//! The traffic of every night: heartbeats and readings, which must never delay an alarm.

use super::controller::Controller;
use super::gb26875::{Component, Report};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::task::JoinHandle;

/// Twenty frames a second in all: enough to see a delay, too few to be one.
const EVERY: Duration = Duration::from_millis(50);
/// One frame in ten is a heartbeat.
const HEARTBEAT: usize = 10;

#[derive(Debug)]
pub struct Chatter {
    over: Arc<AtomicBool>,
    task: JoinHandle<()>,
}

pub fn start(mut controllers: Vec<Controller>) -> Chatter {
    let over = Arc::new(AtomicBool::new(false));
    let ended = over.clone();
    let task = tokio::spawn(async move {
        let mut beat = tokio::time::interval(EVERY);
        let mut turn = 0usize;
        while !ended.load(Ordering::Relaxed) && !controllers.is_empty() {
            beat.tick().await;
            let speaker = turn % controllers.len();
            let report = if turn.is_multiple_of(HEARTBEAT) { Report::Heartbeat } else { reading(turn) };
            // A line that broke has nothing more to say; its silence is the host's to notice.
            if controllers[speaker].say(report).await.is_err() {
                controllers.swap_remove(speaker);
            }
            turn += 1;
        }
        // Lines stay open until the last answer is in.
        for _ in 0..100 {
            if controllers.iter().all(|controller| controller.unanswered() == 0) {
                break;
            }
            tokio::time::sleep(EVERY).await;
        }
    });
    Chatter { over, task }
}

impl Chatter {
    pub async fn stop(self) {
        self.over.store(true, Ordering::Relaxed);
        let _ = self.task.await;
    }
}

/// Pressure at a hydrant pump, around 350 kPa in steps of 0.1.
fn reading(turn: usize) -> Report {
    let component = Component { system: 11, address: 1, kind: 91, zone: 1, number: 7, text: String::new() };
    let swing = i16::try_from(turn % 40).unwrap_or(0) - 20;
    Report::Reading { component, quantity: 5, value: 3500 + swing }
}

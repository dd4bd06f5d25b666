//! The department whose plugin never returns: it keeps its door busy until the night is over.

use super::overlay::{FEED, HOSTILE};
use super::stage::Stage;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::task::JoinHandle;

/// Posters side by side, each waiting for its answer before the next.
const POSTERS: u8 = 4;
/// Between two posts of one poster.
const PAUSE: Duration = Duration::from_millis(100);

/// How often each HTTP status came; 0 where the host closed the line.
pub type Answers = BTreeMap<u16, u64>;

#[derive(Debug)]
pub struct Attack {
    over: Arc<AtomicBool>,
    posters: Vec<JoinHandle<Answers>>,
}

pub fn start(stage: &Stage) -> Attack {
    let over = Arc::new(AtomicBool::new(false));
    let posters =
        (0..POSTERS).map(|number| tokio::spawn(keep_posting(stage.poster(), over.clone(), number))).collect();
    Attack { over, posters }
}

async fn keep_posting(poster: super::stage::Poster, over: Arc<AtomicBool>, number: u8) -> Answers {
    let mut answers = Answers::new();
    while !over.load(Ordering::Relaxed) {
        let reply = poster.post(&format!("{HOSTILE}/{FEED}"), "application/octet-stream", vec![number]).await;
        *answers.entry(reply.map_or(0, |reply| reply.status)).or_default() += 1;
        tokio::time::sleep(PAUSE).await;
    }
    answers
}

impl Attack {
    /// Ends it; waits at most for the answers under way.
    pub async fn stop(self) -> Answers {
        self.over.store(true, Ordering::Relaxed);
        let mut all = Answers::new();
        for poster in self.posters {
            for (status, count) in poster.await.unwrap_or_default() {
                *all.entry(status).or_default() += count;
            }
        }
        all
    }
}

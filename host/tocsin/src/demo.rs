//! One night in the city, played by simulated devices through the real doors of a running host.
//!
//! The devices know nothing of the host but its ready line: what they send are
//! bytes of GB/T 26875.3, GB/T 28181 and JSON, what they count are the answers.
//! Only the summary asks the operator's API. Places come from the city's
//! registry by what they have (detectors, a camera), so that another city
//! plays the same night. Devices stamp real time; only the terminal shows the
//! clock of the story, which runs `speed` times as fast.

mod camera;
mod cast;
mod chatter;
mod controller;
mod gb26875;
mod hostile;
mod http;
mod ledger;
mod morning;
mod night;
mod overlay;
mod random;
mod stage;
mod state;
mod storm;
mod summary;
mod teller;
mod worker;

pub use overlay::overlay;
pub use random::Random;
pub use summary::Story;
pub use teller::{padded, state_word, width};

use crate::text;
use anyhow::{Result, ensure};
use serde::Deserialize;
use stage::Stage;
use state::Event;
use std::collections::BTreeMap;
use teller::{Tone, Voice};
use tocsin_core::city::City;

/// The line that `up --ready-json` prints, as far as the story needs it.
#[derive(Clone, Debug, Deserialize)]
pub struct Ready {
    pub console: String,
    /// Token of the operator's API, for the duty desk of the story.
    #[serde(default)]
    pub operator: String,
    pub doors: BTreeMap<String, String>,
}

/// A host that is up, and the city it runs.
#[derive(Clone, Debug)]
pub struct Target {
    pub ready: Ready,
    pub city: City,
}

#[derive(Clone, Debug)]
pub struct Options {
    /// Chooses garbage and where frames are split.
    pub seed: u64,
    /// Seconds of the night in a second of real time; 10 makes it a minute.
    pub speed: f64,
    /// One JSON object a line instead of the told story.
    pub json: bool,
}

impl Default for Options {
    fn default() -> Options {
        Options { seed: 1, speed: 10.0, json: false }
    }
}

/// What the reader already knows of each incident.
#[derive(Debug, Default)]
struct Told(BTreeMap<String, (String, usize, i64)>);

impl Told {
    /// State, sources or confidence moved; or the count did, at first and then
    /// in tens: a restless camera shall not fill the screen.
    fn is_news(&mut self, event: &Event) -> bool {
        let incident = &event.incident;
        let percent = (incident.confidence * 100.0).round() as i64;
        let now = (incident.state.clone(), incident.sources.len(), percent);
        let counts = incident.count == 2 || incident.count.is_multiple_of(10);
        self.0.insert(incident.id.clone(), now.clone()) != Some(now) || counts
    }
}

/// Plays the night to its end and tells it on stdout.
pub async fn play(target: Target, options: Options) -> Result<Story> {
    ensure!(options.speed.is_finite() && options.speed > 0.0, text!(speed_unfit));
    let mut stage = Stage::set(&target, &options)?;
    stage.say(
        Voice::Stage,
        Tone::Plain,
        &text!(demo_begins, city = target.city.name, console = target.ready.console),
    );
    let mut events = http::follow(stage.api("stream"));
    let teller = stage.teller.clone();
    let telling = tokio::spawn(async move {
        let mut told = Told::default();
        while let Some(event) = events.recv().await {
            if told.is_news(&event) {
                teller.event(&event);
            }
        }
    });
    let storm = storm::Cast::pick(&target.city).map(|cast| {
        let stage = stage.beside();
        tokio::spawn(async move { storm::play(&stage, &cast).await })
    });
    let played = night::play(&mut stage).await;
    let stormed = match storm {
        Some(storm) => storm.await.map_err(anyhow::Error::from).and_then(|played| played),
        None => Ok(()),
    };
    let story = match (played, stormed) {
        (Ok(answers), Ok(())) => Story::gather(&stage, answers).await,
        (Err(error), _) | (_, Err(error)) => Err(error),
    };
    telling.abort();
    let story = story?;
    story.tell(&stage.teller);
    Ok(story)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_news_is_told() {
        let mut told = Told::default();
        let mut check = |count: u64, confidence: f64, expect: bool| {
            let data = format!(
                r#"{{"id":"a","state":"suspected","count":{count},"sources":["x"],"confidence":{confidence}}}"#
            );
            let event = Event::read("incident.changed", &data).expect("an event");
            assert_eq!(told.is_news(&event), expect, "count {count}, confidence {confidence}");
        };
        check(1, 0.6, true);
        check(2, 0.6, true);
        check(3, 0.6, false);
        check(4, 0.9, true);
        check(10, 0.9, true);
        check(11, 0.9, false);
    }
}

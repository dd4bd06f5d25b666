//! Where the story is played: the doors of a running host, the devices, the teller.

use super::cast::{Cast, Place};
use super::controller::Controller;
use super::http::{Client, Reply};
use super::ledger::Ledger;
use super::random::Random;
use super::storm::Desk;
use super::teller::{Teller, Tone, Voice};
use super::{Options, Target, overlay};
use crate::text;
use anyhow::{Context, Result};
use std::collections::BTreeMap;
use std::sync::Arc;

#[derive(Clone, Debug)]
pub struct Stage {
    pub cast: Cast,
    pub teller: Arc<Teller>,
    pub ledger: Arc<Ledger>,
    pub random: Random,
    pub client: Client,
    /// Whether the city has the department that only a demo has.
    pub has_hostile: bool,
    fire: String,
    doors: BTreeMap<String, String>,
    poster: Poster,
    console: String,
    operator: String,
}

impl Stage {
    pub fn set(target: &Target, options: &Options) -> Result<Stage> {
        let door = |name: &str| {
            target.ready.doors.get(name).cloned().with_context(|| text!(story_no_door, name = name))
        };
        let (client, ledger) = (Client::default(), Arc::<Ledger>::default());
        let http = door("http")?.trim_end_matches('/').to_owned();
        Ok(Stage {
            cast: Cast::pick(&target.city)?,
            teller: Arc::new(Teller::new(options.speed, options.json)),
            poster: Poster { client: client.clone(), ledger: ledger.clone(), door: http },
            ledger,
            random: Random::seeded(options.seed),
            client,
            has_hostile: target.city.departments.iter().any(|department| department.id == overlay::HOSTILE),
            fire: door("fire-tcp")?,
            doors: target.ready.doors.clone(),
            operator: target.ready.operator.clone(),
            console: target.ready.console.trim_end_matches('/').to_owned(),
        })
    }

    pub async fn connect(&self, place: &Place) -> Result<Controller> {
        Controller::connect(&self.fire, &place.uitd, &place.title, self.ledger.clone()).await
    }

    pub async fn post(&self, path: &str, kind: &'static str, body: Vec<u8>) -> Result<Reply> {
        self.poster.post(path, kind, body).await
    }

    /// The same stage for what is played at the same time.
    pub fn beside(&self) -> Stage {
        Stage { random: Random::seeded(1), ..self.clone() }
    }

    pub fn desk(&self) -> Desk {
        Desk::new(&self.console, &self.operator)
    }

    /// Address of a door, where the city has it.
    pub fn door(&self, name: &str) -> Option<String> {
        self.doors.get(name).cloned()
    }

    /// For what posts beside the story.
    pub fn poster(&self) -> Poster {
        self.poster.clone()
    }

    pub fn api(&self, path: &str) -> String {
        format!("{}/api/v1/{path}", self.console)
    }

    /// Waits for second `second` of the story.
    pub async fn until(&self, second: u64) {
        tokio::time::sleep_until(self.teller.moment(second)).await;
    }

    pub fn say(&self, voice: Voice, tone: Tone, line: &str) {
        self.teller.say(voice, tone, line);
    }
}

/// Posts to the HTTP door, and counts.
#[derive(Clone, Debug)]
pub struct Poster {
    client: Client,
    ledger: Arc<Ledger>,
    door: String,
}

impl Poster {
    /// To `/in/<path>`.
    pub async fn post(&self, path: &str, kind: &'static str, body: Vec<u8>) -> Result<Reply> {
        {
            let mut book = self.ledger.book();
            book.bytes += body.len() as u64;
            book.posts += 1;
        }
        let reply = self.client.post(format!("{}/in/{path}", self.door), kind, body).await?;
        let mut book = self.ledger.book();
        if reply.status < 300 {
            book.accepted += 1;
        } else {
            book.refused += 1;
        }
        Ok(reply)
    }
}

//! The little HTTP that cameras, telephones and a duty desk speak.

use super::state::Event;
use crate::text;
use anyhow::{Context, Result};
use serde::de::DeserializeOwned;
use std::io::{BufRead, BufReader};
use std::time::Duration;
use tokio::sync::mpsc;

/// The host answers an HTTP door within 5 s; anything later is a fault of the host.
const PATIENCE: Duration = Duration::from_secs(15);
/// Lines of one server-sent event: an incident with all its reasons is far below.
const EVENT_LINE: usize = 256 * 1024;

#[derive(Clone, Debug)]
pub struct Client(ureq::Agent);

#[derive(Clone, Debug)]
pub struct Reply {
    pub status: u16,
    pub body: Vec<u8>,
}

impl Default for Client {
    fn default() -> Client {
        Client(agent(Some(PATIENCE)))
    }
}

/// Without the environment's proxy: the host is on this machine.
fn agent(patience: Option<Duration>) -> ureq::Agent {
    let config =
        ureq::Agent::config_builder().proxy(None).http_status_as_error(false).timeout_global(patience);
    config.build().into()
}

impl Client {
    pub async fn post(&self, url: String, kind: &'static str, body: Vec<u8>) -> Result<Reply> {
        let agent = self.0.clone();
        tokio::task::spawn_blocking(move || {
            let mut answer = agent
                .post(&url)
                .content_type(kind)
                .send(&body[..])
                .with_context(|| text!(cannot_post, url = url))?;
            let body = answer.body_mut().read_to_vec().with_context(|| text!(answer_unread, url = url))?;
            Ok(Reply { status: answer.status().as_u16(), body })
        })
        .await?
    }

    pub async fn get<T: DeserializeOwned + Send + 'static>(&self, url: String) -> Result<T> {
        let agent = self.0.clone();
        tokio::task::spawn_blocking(move || {
            let mut answer = agent.get(&url).call().with_context(|| text!(answer_unread, url = url))?;
            let status = answer.status();
            anyhow::ensure!(status.is_success(), text!(answer_status, url = url, status = status));
            answer.body_mut().read_json().with_context(|| text!(answer_unread, url = url))
        })
        .await?
    }
}

/// Follows a stream of server-sent events on a thread of its own, which ends
/// with the stream or with the receiver. Not a task: a blocked read would hold
/// up the end of the runtime.
pub fn follow(url: String) -> mpsc::Receiver<Event> {
    // A duty officer reads no faster than a few lines a second; a storm waits here.
    let (sender, receiver) = mpsc::channel(1024);
    std::thread::spawn(move || {
        // Whoever cannot follow still has the summary, which asks and is not told.
        if let Ok(answer) = agent(None).get(&url).call() {
            let _ = read_events(BufReader::new(answer.into_body().into_reader()), &sender);
        }
    });
    receiver
}

fn read_events(mut lines: impl BufRead, sender: &mpsc::Sender<Event>) -> Result<()> {
    let (mut kind, mut data, mut line) = (String::new(), String::new(), String::new());
    loop {
        line.clear();
        if std::io::Read::take(&mut lines, EVENT_LINE as u64).read_line(&mut line)? == 0 {
            return Ok(());
        }
        let text = line.trim_end_matches(['\r', '\n']);
        if let Some(value) = text.strip_prefix("event:") {
            value.trim_start().clone_into(&mut kind);
        } else if let Some(value) = text.strip_prefix("data:") {
            data.push_str(value.trim_start());
        } else if text.is_empty() {
            if let Some(event) = Event::read(&kind, &data) {
                sender.blocking_send(event)?;
            }
            kind.clear();
            data.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_cut_from_the_stream() {
        let stream = ": hello\n\nevent: incident.opened\ndata: {\"id\":\"a\",\"count\":2}\n\nevent: other\ndata: not json\n\n";
        let (sender, mut receiver) = mpsc::channel(4);
        read_events(BufReader::new(stream.as_bytes()), &sender).expect("a stream that ends");
        drop(sender);
        let event = receiver.blocking_recv().expect("one event");
        assert_eq!(
            (event.kind.as_str(), event.incident.id.as_str(), event.incident.count),
            ("incident.opened", "a", 2)
        );
        assert!(receiver.blocking_recv().is_none());
    }
}

//! The morning's table: what came in, what became of it, and what the hostile plugin cost.

use super::hostile::Answers;
use super::ledger::{Latency, Phase};
use super::overlay::HOSTILE;
use super::stage::Stage;
use super::state::{DeadLetter, Department, Incident, Status};
use super::storm::Storm;
use anyhow::Result;
use serde::Serialize;
use std::collections::BTreeMap;
use std::time::Duration;

/// What the night came to; with `--json` the last line.
#[derive(Clone, Debug, Serialize)]
pub struct Story {
    pub bytes: u64,
    pub frames: u64,
    pub acks: u64,
    pub naks: u64,
    pub posts: u64,
    pub posts_accepted: u64,
    pub posts_refused: u64,
    pub signals: u64,
    pub incidents: Vec<Told>,
    /// Signals that repeated what a source had already said.
    pub merged: u64,
    pub dead: Vec<DeadGroup>,
    pub departments: Vec<Account>,
    pub hostile: Option<Hostile>,
    /// The desk's side of it.
    pub storm: Storm,
}

#[derive(Clone, Debug, Serialize)]
pub struct Told {
    pub id: String,
    pub title: String,
    pub state: String,
    pub count: u64,
    pub sources: usize,
    pub confidence: f64,
    pub evidence: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DeadGroup {
    pub department: String,
    pub kind: String,
    pub reason: String,
    pub count: u64,
}

/// Conservation: frames = decoded + dead + noise, or some are still waiting.
#[derive(Clone, Debug, Serialize)]
pub struct Account {
    pub id: String,
    pub frames: u64,
    pub decoded: u64,
    pub dead: u64,
    pub noise: u64,
    pub adds_up: bool,
}

#[derive(Clone, Debug, Serialize)]
pub struct Hostile {
    /// HTTP statuses that its posts got.
    pub answers: Answers,
    pub verdicts: u64,
    /// Acknowledgement of fire frames before it came …
    pub before: Option<Latency>,
    /// … and while it ran.
    pub during: Option<Latency>,
}

/// Longest wait for the last frames to become facts.
const SETTLE: Duration = Duration::from_secs(5);
const LOOK: Duration = Duration::from_millis(250);

impl Story {
    pub async fn gather(stage: &Stage, answers: Option<Answers>) -> Result<Story> {
        let status = settled(stage).await?;
        let incidents: Vec<Incident> = stage.client.get(stage.api("incidents")).await?;
        let dead: Vec<DeadLetter> = stage.client.get(stage.api("dead")).await?;
        let storm = Storm::gather(&stage.desk()).await?;
        let book = stage.ledger.book().clone();
        let verdicts =
            status.departments.iter().find(|d| d.id == HOSTILE).map_or(0, Department::verdict_count);
        Ok(Story {
            bytes: book.bytes,
            frames: book.frames,
            acks: book.acks,
            naks: book.naks,
            posts: book.posts,
            posts_accepted: book.accepted,
            posts_refused: book.refused,
            signals: status.departments.iter().map(|department| department.signals).sum(),
            merged: incidents.iter().map(Incident::repeats).sum(),
            incidents: incidents.into_iter().map(Told::from).collect(),
            dead: grouped(&dead),
            departments: status.departments.into_iter().map(Account::from).collect(),
            hostile: answers.map(|answers| Hostile {
                answers,
                verdicts,
                before: book.latency(Phase::Quiet),
                during: book.latency(Phase::Hostile),
            }),
            storm,
        })
    }
}

/// The status once every frame has its verdict and the numbers stand still.
async fn settled(stage: &Stage) -> Result<Status> {
    let began = tokio::time::Instant::now();
    let mut last = 0;
    loop {
        let status: Status = stage.client.get(stage.api("status")).await?;
        // The hostile department may wait behind its breaker for as long as it likes.
        let others = || status.departments.iter().filter(|department| department.id != HOSTILE);
        let frames = others().map(|department| department.frames).sum();
        let still = frames == last && others().all(Department::adds_up);
        if still || began.elapsed() > SETTLE {
            return Ok(status);
        }
        last = frames;
        tokio::time::sleep(LOOK).await;
    }
}

fn grouped(letters: &[DeadLetter]) -> Vec<DeadGroup> {
    let mut groups: BTreeMap<(&str, &str, &str), u64> = BTreeMap::new();
    for letter in letters {
        *groups.entry((&letter.department, &letter.kind, &letter.reason)).or_default() += 1;
    }
    let mut groups: Vec<DeadGroup> = groups
        .into_iter()
        .map(|((department, kind, reason), count)| DeadGroup {
            department: department.to_owned(),
            kind: kind.to_owned(),
            reason: reason.to_owned(),
            count,
        })
        .collect();
    groups.sort_by_key(|group| std::cmp::Reverse(group.count));
    groups
}

impl From<Incident> for Told {
    fn from(incident: Incident) -> Told {
        let evidence = incident.words();
        let Incident { id, title, state, count, supports, sources, confidence, .. } = incident;
        Told { id, title, state, count: count + supports, sources: sources.len(), confidence, evidence }
    }
}

impl From<Department> for Account {
    fn from(department: Department) -> Account {
        let adds_up = department.adds_up();
        let Department { id, frames, decoded, dead, noise, .. } = department;
        Account { id, frames, decoded, dead, noise, adds_up }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dead_letters_are_told_by_reason_the_commonest_first() {
        let letter = |department: &str, reason: &str| DeadLetter {
            department: department.to_owned(),
            kind: "malformed".to_owned(),
            reason: reason.to_owned(),
            ..DeadLetter::default()
        };
        let groups =
            grouped(&[letter("video", "no XML"), letter("fire", "checksum"), letter("fire", "checksum")]);
        let told: Vec<(&str, u64)> =
            groups.iter().map(|group| (group.reason.as_str(), group.count)).collect();
        assert_eq!(told, [("checksum", 2), ("no XML", 1)]);
    }
}

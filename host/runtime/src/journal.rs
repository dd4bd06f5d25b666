//! The core's stage: SIGNALS and commands in, one JOURNAL message a step out.
//!
//! There is one writer per realm; the stream's last sequence is its fence. A
//! step's record names the position in SIGNALS that it covers, so that a
//! restart goes on exactly behind it. Answers to commands follow the write.

mod batch;
mod snapshot;

pub use snapshot::replay;

use crate::bus::tail::Tail;
use crate::bus::{Bus, Fence, MAX_PAYLOAD, StepDown};
use crate::command::PAYLOAD_BYTES;
use crate::metrics::Metrics;
use crate::subject;
use async_nats::HeaderMap;
use batch::{Batch, hole, size};
use bytes::Bytes;
use sha2::{Digest, Sha256};
use snapshot::Restored;
use std::collections::{HashMap, VecDeque};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tocsin_core::Json;
use tocsin_core::city::City;
use tocsin_core::command::{Command, Reply};
use tocsin_core::core::Core;
use tocsin_core::fact::{Entry, Fact};
use tocsin_core::hole::{Found, What};
use tocsin_core::input::Input;
use tocsin_core::outcome::hex;
use tocsin_core::record::{FORMAT, Record};
use tocsin_core::time::Timestamp;
use tokio::sync::{mpsc, oneshot, watch};

/// Signals of one step. A step is closed behind the message that reaches it.
const STEP_SIGNALS: usize = 256;

/// ... and this much of SIGNALS and commands: facts repeat what an alarm says some six times, and
/// a step's record must fit into a message of the bus.
const STEP_BYTES: usize = 512 << 10;

/// A step that only moves the position waits this long for a real one.
const QUIET: Duration = Duration::from_secs(1);

/// Commands waiting for the next step; more are refused as busy.
pub const COMMANDS: usize = 1_024;

/// Of a command's id and of who asks, in bytes: both stand in the cause of every fact
/// that follows. The surfaces allow 128 characters, of which one has at most four bytes.
const NAME_BYTES: usize = 512;

/// Headers travel in the message, too.
const RECORD_BYTES: usize = MAX_PAYLOAD - (4 << 10);

/// Before a step is tried again that cannot be made smaller.
const STUCK_PAUSE: Duration = Duration::from_secs(5);

#[derive(Clone, Debug)]
pub struct Answered {
    pub reply: Reply,
    /// Journal sequence of the step: a read may ask for at least this.
    pub sequence: u64,
}

#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    #[error("too many commands are waiting; ask again")]
    Busy,
    #[error("the host stepped down before the command was decided; ask again with the same id")]
    Undecided,
}

pub struct Asked {
    pub command: Command,
    pub answer: oneshot::Sender<Answered>,
}

/// Cloneable handle: a person's or a system's way to the core.
#[derive(Clone)]
pub struct Desk {
    asks: mpsc::Sender<Asked>,
}

impl Desk {
    pub fn new() -> (Desk, mpsc::Receiver<Asked>) {
        let (asks, waiting) = mpsc::channel(COMMANDS);
        (Desk { asks }, waiting)
    }

    pub async fn ask(&self, command: Command) -> Result<Answered, CommandError> {
        if let Some(reply) = too_large(&command) {
            return Ok(Answered { reply, sequence: 0 });
        }
        let (answer, answered) = oneshot::channel();
        self.asks.try_send(Asked { command, answer }).map_err(|_| CommandError::Busy)?;
        answered.await.map_err(|_| CommandError::Undecided)
    }
}

/// What one step cannot hold is refused before it is asked.
fn too_large(command: &Command) -> Option<Reply> {
    let name = command.id.len().max(command.actor.len());
    let bytes = size(command);
    let reason = if name > NAME_BYTES {
        format!(
            "命令编号或操作人有 {name} 字节，至多 {NAME_BYTES} (an id or an actor has at most {NAME_BYTES} bytes)"
        )
    } else if bytes > PAYLOAD_BYTES {
        format!("命令有 {bytes} 字节，至多 {PAYLOAD_BYTES} (a command has at most {PAYLOAD_BYTES} bytes)")
    } else {
        return None;
    };
    Some(Reply::Refused { rule: "command.too-large".into(), reason })
}

/// Why a step does not stand.
enum Unwritten {
    StepDown(StepDown),
    /// Its record is larger than the bus takes, in bytes.
    TooLarge(usize),
}

impl From<StepDown> for Unwritten {
    fn from(down: StepDown) -> Unwritten {
        Unwritten::StepDown(down)
    }
}

pub struct Stage {
    bus: Bus,
    city: Arc<City>,
    snapshot: PathBuf,
    metrics: Arc<Metrics>,
    core: Core,
    /// Position in SIGNALS, behind the last written step.
    signals: u64,
    /// Sequence and payload hash of the last step.
    last: u64,
    prev: String,
    now: Timestamp,
    unsaved: u64,
    /// What standing by has come to.
    standing: Option<Restored>,
    /// What of the streams is lost, to be decided over with the next step.
    holes: Vec<Input>,
    /// Replies of the step just written.
    answers: HashMap<String, VecDeque<Reply>>,
}

/// Steps between two snapshots: reading the tail back stays under a second.
const SNAPSHOT_EVERY: u64 = 2_000;

impl Stage {
    pub fn new(bus: &Bus, city: Arc<City>, snapshot: PathBuf, metrics: Arc<Metrics>) -> Stage {
        Stage {
            bus: bus.clone(),
            core: Core::new(city.clone()),
            city,
            snapshot,
            metrics,
            signals: 0,
            last: 0,
            prev: String::new(),
            now: Timestamp::default(),
            unsaved: 0,
            standing: None,
            holes: Vec::new(),
            answers: HashMap::new(),
        }
    }

    pub async fn run(
        mut self,
        mut asks: mpsc::Receiver<Asked>,
        mut turn: watch::Receiver<bool>,
        mut stop: watch::Receiver<bool>,
    ) {
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => return,
            () = self.stand_by(&mut turn) => {}
        }
        while !*stop.borrow() {
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => return,
                () = self.recover() => {}
            }
            if let Err(down) = self.live(&mut asks, &mut stop).await {
                tracing::warn!(%down, "the core begins again from the journal");
            }
        }
        self.save();
    }

    /// While another host works its journal is applied, so that taking over is
    /// not reading a year.
    async fn stand_by(&mut self, turn: &mut watch::Receiver<bool>) {
        let mut restored = Restored::begin(&self.bus, self.city.clone(), &self.snapshot).await;
        let mut tail = restored.tail(&self.bus);
        loop {
            tokio::select! {
                biased;
                _ = turn.wait_for(|turn| *turn) => break,
                stored = tail.next() => restored.take(&stored),
            }
        }
        self.standing = Some(restored);
    }

    /// Snapshot and tail; the last record is the position.
    async fn recover(&mut self) {
        let restored = match self.standing.take() {
            Some(standing) => standing,
            None => Restored::begin(&self.bus, self.city.clone(), &self.snapshot).await,
        };
        let restored = restored.catch_up(&self.bus).await;
        tracing::info!(sequence = restored.sequence, tail = restored.tail, "core stands");
        self.core = restored.core;
        self.signals = restored.signals;
        self.last = restored.sequence;
        self.prev = restored.prev;
        self.now = restored.now;
        self.unsaved = restored.tail;
        self.holes = restored.lost.into_iter().map(|lost| hole(subject::JOURNAL, lost)).collect();
        // Ordering: before any feed writes on, or what it says would stand where the core
        // has been already.
        self.bus.expect_number(subject::SIGNALS, self.signals);
        self.bus.settle_numbers(subject::SIGNALS).await;
    }

    async fn live(
        &mut self,
        asks: &mut mpsc::Receiver<Asked>,
        stop: &mut watch::Receiver<bool>,
    ) -> Result<(), StepDown> {
        let mut tail = Tail::new(&self.bus, subject::SIGNALS, "tocsin.live.signal.>", self.signals);
        let mut quiet_since: Option<tokio::time::Instant> = None;
        loop {
            let mut batch = Batch { read: tail.position(), ..Batch::default() };
            batch.inputs.append(&mut self.holes);
            let has_holes = !batch.inputs.is_empty();
            let quiet = quiet_since.map(|since| since + QUIET);
            let due = self.core.due().map(until);
            tokio::select! {
                biased;
                _ = stop.wait_for(|stop| *stop) => {
                    if tail.position() > self.signals {
                        let moved = self.write(tail.position(), Vec::new(), None).await;
                        if let Err(Unwritten::StepDown(down)) = moved {
                            return Err(down);
                        }
                    }
                    return Ok(());
                }
                asked = asks.recv() => if let Some(asked) = asked { batch.ask(asked) },
                stored = tail.next() => batch.take(&stored),
                () = sleep_until(quiet), if quiet.is_some() => {}
                () = tokio::time::sleep(due.unwrap_or_default()), if due.is_some() => {}
                () = std::future::ready(()), if has_holes => {}
            }
            while batch.inputs.len() < STEP_SIGNALS && batch.bytes < STEP_BYTES {
                if let Some(stored) = tail.ready() {
                    batch.take(&stored);
                } else if let Ok(asked) = asks.try_recv() {
                    batch.ask(asked);
                } else {
                    break;
                }
            }
            // Time never runs backwards in the journal, whatever the machine's clock does.
            self.now = crate::clock::now().max(self.now);
            let entries = self.core.step(self.now, &batch.inputs);
            self.metrics.core_read(tail.position());
            let is_quiet = entries.is_empty() && batch.asked.is_empty();
            let waited = quiet_since.is_some_and(|since| since.elapsed() >= QUIET);
            if is_quiet && !waited {
                if tail.position() > self.signals {
                    quiet_since.get_or_insert_with(tokio::time::Instant::now);
                }
                continue;
            }
            quiet_since = None;
            if entries.is_empty() && batch.asked.is_empty() && tail.position() == self.signals {
                continue;
            }
            match self.write(tail.position(), entries, batch.trace.clone()).await {
                Ok(()) => self.answer(&mut batch.asked),
                Err(Unwritten::StepDown(down)) => return Err(down),
                Err(Unwritten::TooLarge(bytes)) => {
                    tracing::warn!(bytes, inputs = batch.inputs.len(), "a step is too large; in pieces");
                    self.in_pieces(batch, tail.position()).await?;
                }
            }
            if self.unsaved >= SNAPSHOT_EVERY {
                self.save();
            }
        }
    }

    async fn write(
        &mut self,
        signals: u64,
        entries: Vec<Entry>,
        trace: Option<String>,
    ) -> Result<(), Unwritten> {
        let record = Record {
            format: FORMAT,
            now: self.now,
            signals,
            city: self.city.digest.clone(),
            prev: self.prev.clone(),
            entries,
        };
        let payload = Bytes::from(record.text());
        if payload.len() > RECORD_BYTES {
            return Err(Unwritten::TooLarge(payload.len()));
        }
        self.metrics.stepped(&record.entries);
        let prev = hex::encode(&Sha256::digest(&payload));
        let mut headers = HeaderMap::new();
        if let Some(trace) = trace {
            headers.insert("traceparent", trace);
        }
        let fence = Fence::Stream(self.last);
        let subject = subject::JOURNAL_SUBJECT;
        self.last = self.bus.write_next(subject::JOURNAL, subject, headers, fence, payload).await?;
        self.prev = prev;
        self.signals = signals;
        self.unsaved += 1;
        for (command, reply) in record.entries.into_iter().filter_map(reply) {
            self.answers.entry(command).or_default().push_back(reply);
        }
        Ok(())
    }

    /// A step that came out too large, again with fewer inputs: halves, down to one.
    async fn in_pieces(&mut self, mut batch: Batch, position: u64) -> Result<(), StepDown> {
        // The core is ahead of the journal by what it decided.
        self.recover().await;
        let mut pieces = vec![std::mem::take(&mut batch.inputs)];
        while let Some(mut inputs) = pieces.pop() {
            // Ordering: the position moves with the last piece. What a host that dies before
            // takes again has had its effect, and has none.
            let until = if pieces.is_empty() { position } else { self.signals };
            let before = self.core.state().clone();
            self.now = crate::clock::now().max(self.now);
            let entries = self.core.step(self.now, &inputs);
            match self.write(until, entries, batch.trace.clone()).await {
                Ok(()) => {
                    self.answer(&mut batch.asked);
                    continue;
                }
                Err(Unwritten::StepDown(down)) => return Err(down),
                Err(Unwritten::TooLarge(bytes)) => {
                    self.core = Core::restore(self.city.clone(), before);
                    tracing::warn!(bytes, inputs = inputs.len(), "a piece of a step is too large");
                }
            }
            if inputs.len() > 1 {
                pieces.push(inputs.split_off(inputs.len() / 2));
                pieces.push(inputs);
                continue;
            }
            let told = match inputs.pop() {
                Some(input) => self.leave_out(input, &mut batch.asked),
                // Nothing came in: a clock alone does it, and no host can do it otherwise.
                None => {
                    tokio::time::sleep(STUCK_PAUSE).await;
                    None
                }
            };
            // Ordering: something is decided last, or the position would not move.
            if told.is_some() || pieces.is_empty() {
                pieces.push(told.into_iter().collect());
            }
        }
        Ok(())
    }

    /// One input whose facts the bus does not take: a command is refused, and what the log
    /// holds becomes a hole of it.
    fn leave_out(&self, input: Input, asked: &mut Vec<Asked>) -> Option<Input> {
        let frame = match input {
            Input::Command(command) => {
                let found = asked.iter().position(|asked| asked.command == command);
                if let Some(asked) = found.map(|place| asked.remove(place)) {
                    let reason = "命令的结果过大，未执行 (what would follow is larger than a step can be; nothing was done)";
                    let reply = Reply::Refused { rule: "command.too-large".into(), reason: reason.into() };
                    let _ = asked.answer.send(Answered { reply, sequence: self.last });
                }
                return None;
            }
            Input::Signal(observed) => observed.frame,
            Input::Advice(advised) => advised.frame,
            Input::Heard(heard) => heard.frame,
            Input::Hole(found) => {
                tracing::error!(?found, "a hole is not recorded: its step is too large");
                return None;
            }
        };
        tracing::error!(%frame, "what a frame says is larger than a step can be; it is left out");
        let (department, run) = (frame.department, frame.run);
        Some(Input::Hole(Found { department, from: run, to: run, what: What::Damaged }))
    }

    /// Ordering: a person is answered when the step is in the journal.
    fn answer(&mut self, waiting: &mut Vec<Asked>) {
        for asked in std::mem::take(waiting) {
            // Two may have asked under one id, and the second of them otherwise.
            let replies = self.answers.get_mut(&asked.command.id);
            match replies.and_then(VecDeque::pop_front) {
                Some(reply) => _ = asked.answer.send(Answered { reply, sequence: self.last }),
                None => waiting.push(asked),
            }
        }
        self.answers.clear();
    }

    fn save(&mut self) {
        let saved = snapshot::Snapshot {
            format: FORMAT,
            sequence: self.last,
            prev: self.prev.clone(),
            signals: self.signals,
            now: self.now,
            hash: self.core.hash(),
            state: snapshot::raw(self.core.state()),
        };
        match saved.write(&self.snapshot) {
            Ok(()) => self.unsaved = 0,
            // It only shortens the way back.
            Err(error) => {
                tracing::warn!(%error, path = %self.snapshot.display(), "core snapshot not written");
            }
        }
    }
}

fn reply(entry: Entry) -> Option<(String, Reply)> {
    match entry.fact {
        Fact::Answered { command, reply, .. } => Some((command, reply)),
        _ => None,
    }
}

fn until(due: Timestamp) -> Duration {
    Duration::from_millis(due.since(crate::clock::now()).max(0) as u64)
}

async fn sleep_until(at: Option<tokio::time::Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tocsin_core::command::Act;
    use tocsin_core::incident;

    #[test]
    fn what_no_step_holds_is_refused_before_it_is_asked() {
        let check = |id: usize, text: usize, expect: bool| {
            let act = incident::Act::Note { id: "I-1".into(), text: "x".repeat(text) };
            let command = Command { id: "c".repeat(id), actor: "a".into(), act: Act::Incident(act) };
            assert_eq!(too_large(&command).is_some(), expect, "{id} {text}");
        };
        check(NAME_BYTES, 10, false);
        check(NAME_BYTES + 1, 10, true);
        check(1, PAYLOAD_BYTES, true);
        check(1, PAYLOAD_BYTES / 2, false);
    }
}

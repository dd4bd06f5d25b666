//! A feed: two lanes of runs in, one state, one SIGNALS subject out.
//!
//! ```text
//! RAW red ─────┐                        ┌──▶ replies (after the commit)
//! RAW routine ─┴─▶ plugin, room ──▶ SIGNALS (one fenced write in flight)
//! ```
//!
//! Invariants: red's next run is always taken first; every frame is covered
//! exactly once; what a message says and the state it leaves are one write.
//! After any doubt the feed begins again from its own last message, so that
//! a second host on the same feed loses its fence and nothing else.
//!
//! A message covers as many whole runs as stand ready (up to its size), so
//! that this stage groups its commits as the doors do and cannot fall behind
//! runs that are smaller than its own write takes.

mod clock;
mod commit;
mod draft;
pub(crate) mod input;
mod rooms;
pub(crate) mod snapshot;
mod whole;

pub use input::{ClockRecord, EventRecord, NewsRole};

use crate::bus::numbering;
use crate::bus::tail::Tail;
use crate::bus::{Bus, Unwritten};
use crate::door::tcp_client::POLL;
use crate::intake::Intake;
use crate::metrics::Metrics;
use crate::outlet::Outlet;
use crate::plugin::{Shelf, Worker};
use crate::position::{self, Place};
use crate::retain::Gone;
use crate::run::{self, Frame};
use crate::signals::{Covered, End, Missing, Position, Span, Taken, Used};
use crate::subject::{self, FeedName, Lane};
use clock::{CLOCK_EVERY, Receipt};
use draft::{Draft, size_of};
use input::NoCall;
use rooms::{Rooms, Timer};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;
use tocsin_core::time::Timestamp;
use tocsin_sandbox::{Answer, Call, Change, Registry};
use tokio::sync::watch;
use whole::Whole;

/// Before a plugin that could not be called is called again.
const BUSY_PAUSE: Duration = Duration::from_millis(10);

/// How often a waiting feed looks whether a new version has come.
const BREAKER_PAUSE: Duration = Duration::from_millis(100);

pub struct Config {
    pub name: FeedName,
    /// Door → plugin that its frames go to.
    pub doors: BTreeMap<String, String>,
    pub city_digest: String,
    /// Retention asks for snapshots of the rooms, and learns of them.
    pub snapshots: Arc<snapshot::Written>,
}

pub struct Feed {
    config: Config,
    bus: Bus,
    shelf: Shelf,
    outlet: Arc<Outlet>,
    metrics: Arc<Metrics>,
    clock: Intake,
    /// Who is known, for the department's data quality.
    registry: Arc<dyn Registry>,
    workers: HashMap<String, Worker>,
    /// Generation of the shelf that the workers are in step with.
    seen: u64,
    rooms: Rooms,
    position: Position,
    /// The fence of this feed's next message.
    last: u64,
    /// Its last message that can be read: what the rooms stand behind.
    stands: u64,
    open: [Option<Open>; 2],
    whole: Whole,
    /// To be told of with the next message.
    missing: Vec<Missing>,
    ticked: Timestamp,
    /// Ticks on their way into the log.
    ticks: Vec<(Timer, Receipt)>,
}

/// A run that is taken in part.
struct Open {
    sequence: u64,
    door: Arc<str>,
    frames: Vec<Frame>,
    next: usize,
    /// The next frame, when it was read already.
    waiting: Option<Question>,
    damaged: bool,
    trace: Option<String>,
}

/// A frame that was read, and what its plugin is asked.
struct Question {
    route: u64,
    taken: Taken,
    /// `None`: nobody is asked, and its end is known.
    call: Option<Call>,
}

impl Feed {
    pub fn new(config: Config, bus: &Bus, shelf: Shelf, outlet: Arc<Outlet>, metrics: Arc<Metrics>) -> Feed {
        let config_department = config.name.department.clone();
        let clock = Intake::open(bus, &config.name, Lane::Routine, subject::CLOCK_DOOR, &metrics);
        Feed {
            config,
            bus: bus.clone(),
            registry: shelf.registry(&config_department),
            shelf,
            outlet,
            metrics,
            clock,
            workers: HashMap::new(),
            seen: 0,
            rooms: Rooms::default(),
            position: Position::default(),
            last: 0,
            stands: 0,
            open: [None, None],
            whole: Whole::default(),
            missing: Vec::new(),
            ticked: Timestamp::default(),
            ticks: Vec::new(),
        }
    }

    /// Runs until told to stop; then the message under way is finished.
    pub async fn run(mut self, mut stop: watch::Receiver<bool>) {
        while !*stop.borrow() {
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => return,
                () = self.recover() => {}
            }
            match self.live(&mut stop).await {
                // Rooms are what the last message left; after any doubt they may be ahead of it.
                Ok(()) => return self.save().await,
                Err(Unwritten::StepDown(down)) => {
                    tracing::warn!(feed = %self.config.name, %down, "feed begins again from its last message");
                }
                // Stopped while it waited for room.
                Err(Unwritten::Full(_)) => return,
            }
        }
    }

    /// Position and fence from the last message; state from snapshot and tail.
    async fn recover(&mut self) {
        let name = &self.config.name;
        self.open = [None, None];
        self.workers.clear();
        self.seen = 0;
        let subject = subject::signal(name);
        // What cannot be read is done again from the message before; the core knows the
        // frames by their names.
        let end = self.bus.end_of_subject(subject::SIGNALS, &subject).await;
        let stands = end.newest.as_ref().map_or(0, |newest| newest.sequence);
        let whole;
        (self.position, whole) = match end.newest {
            None => (Position::default(), 0),
            Some(newest) => match Covered::read(&newest.payload) {
                Ok(covered) => (covered.position, covered.whole),
                Err(error) => {
                    tracing::error!(feed = %name, %error, "own last message cannot be read");
                    (Position::default(), 0)
                }
            },
        };
        self.last = end.fence;
        // Ordering: before anything is written, or runs that the server has lost would lend
        // their names to new ones, which the core would take for what it has seen.
        let raw = subject::raw_stream(&name.department);
        self.bus.expect_number(&raw, self.position.newest().max(whole));
        self.bus.settle_numbers(&raw).await;
        self.whole = Whole::new(whole);
        self.missing.clear();
        // Every timer that stands in its room comes due again; a second tick finds it gone.
        self.ticks.clear();
        self.rooms = snapshot::load(&self.bus, name, stands).await;
        self.stands = stands;
        self.metrics.feed_recovered(&name.department);
        tracing::info!(feed = %name, sequence = self.last, "feed stands");
    }

    async fn live(&mut self, stop: &mut watch::Receiver<bool>) -> Result<(), Unwritten> {
        let stream = subject::raw_stream(&self.config.name.department);
        let tail = |lane: Lane, position: &Position| {
            let from = position.lane(lane).run;
            Tail::new(&self.bus, &stream, &subject::raw_lane(&self.config.name, lane), from)
        };
        let mut red = tail(Lane::Red, &self.position);
        let mut routine = tail(Lane::Routine, &self.position);
        loop {
            let due = self.clock_pause();
            if due == Some(Duration::ZERO) {
                // Also while runs stand open: what floods one door must not hold timers up.
                self.write_clock().await;
            }
            if self.open.iter().all(Option::is_none) {
                let due = self.clock_pause();
                let left_out = self.whole.due();
                tokio::select! {
                    biased;
                    _ = stop.wait_for(|stop| *stop) => return Ok(()),
                    stored = red.next() => self.take_run(Lane::Red, stored),
                    stored = routine.next() => self.take_run(Lane::Routine, stored),
                    () = tokio::time::sleep(due.unwrap_or(CLOCK_EVERY)), if due.is_some() => {
                        self.write_clock().await;
                        continue;
                    }
                    () = self.config.snapshots.asked() => {
                        self.save().await;
                        continue;
                    }
                    () = tokio::time::sleep_until(left_out.unwrap_or_else(tokio::time::Instant::now)), if left_out.is_some() => {}
                }
            }
            self.wait_for_workers(stop).await;
            if *stop.borrow() {
                return Ok(());
            }
            if self.whole.due().is_some_and(|due| due <= tokio::time::Instant::now()) {
                self.look_up().await;
            }
            let draft = self.build(&mut red, &mut routine);
            let waits = draft.closed && draft.spans.is_empty();
            self.commit(draft, stop).await?;
            if waits {
                // No instance was free, of which nobody says when that ends.
                tokio::select! {
                    _ = stop.wait_for(|stop| *stop) => return Ok(()),
                    () = tokio::time::sleep(BUSY_PAUSE) => {}
                }
            }
        }
    }

    /// Whether runs that no lane has handed on are in the log at all.
    async fn look_up(&mut self) {
        let name = &self.config.name;
        let stream = subject::raw_stream(&name.department);
        let mut missing = Vec::new();
        for run in self.whole.left_out() {
            match self.bus.message(&stream, run).await {
                None => missing.push(run),
                Some(stored) => {
                    let lane = subject::parse_raw(&stored.subject).map_or(Lane::Routine, |(lane, _)| lane);
                    if run > self.position.lane(lane).run {
                        self.whole.wait();
                        break;
                    }
                }
            }
            self.whole.take(run);
        }
        // Ordering: what is purged is recorded first, so that it is not missed here.
        let (_, gone) = Place::of::<Gone>(&self.bus, &position::feed(name)).await;
        missing.retain(|run| *run > gone.as_ref().map_or(0, |gone| gone.raw));
        for missing in whole::ranges(missing) {
            tracing::error!(feed = %name, from = missing.from, to = missing.to, "runs are missing from the log");
            self.metrics.hole(&name.department);
            self.missing.push(missing);
        }
    }

    fn take_run(&mut self, lane: Lane, stored: crate::bus::stream::Stored) {
        if let Some(lost) = numbering::lost(&stored) {
            self.whole.leave(lost);
            self.metrics.hole(&self.config.name.department);
            self.missing.push(lost);
        }
        self.whole.take(stored.sequence);
        let door = subject::parse_raw(&stored.subject).map_or("", |(_, door)| door);
        let (frames, damaged) = match run::decode(&stored.payload) {
            Ok(frames) => (frames, false),
            Err(error) => {
                tracing::error!(feed = %self.config.name, run = stored.sequence, %error, "a run of the log cannot be read");
                self.metrics.hole(&self.config.name.department);
                (Vec::new(), true)
            }
        };
        let at = self.position.lane(lane);
        let next = if at.partial == stored.sequence { at.next as usize } else { 0 };
        let trace = stored.headers.get("traceparent").map(ToString::to_string);
        let open = Open {
            sequence: stored.sequence,
            door: door.into(),
            frames,
            next,
            waiting: None,
            damaged,
            trace,
        };
        self.open[lane as usize] = Some(open);
    }

    /// Covers runs, red first, until the message is full or nothing is ready.
    fn build(&mut self, red: &mut Tail, routine: &mut Tail) -> Draft {
        let mut draft = Draft::new();
        loop {
            for (lane, tail) in [(Lane::Red, &mut *red), (Lane::Routine, &mut *routine)] {
                if self.open[lane as usize].is_none()
                    && let Some(stored) = tail.ready()
                {
                    self.take_run(lane, stored);
                }
                if self.open[lane as usize].is_some() {
                    self.cover(lane, &mut draft);
                    break;
                }
            }
            let nothing = self.open.iter().all(Option::is_none) && draft.spans.last().is_none();
            if draft.is_full() || nothing || !self.more(red, routine) {
                return draft;
            }
        }
    }

    /// Whether another run stands ready; takes it where it does.
    fn more(&mut self, red: &mut Tail, routine: &mut Tail) -> bool {
        for (lane, tail) in [(Lane::Red, red), (Lane::Routine, routine)] {
            if self.open[lane as usize].is_none()
                && let Some(stored) = tail.ready()
            {
                self.take_run(lane, stored);
            }
        }
        self.open.iter().any(Option::is_some)
    }

    /// Takes frames of the lane's open run into the draft.
    fn cover(&mut self, lane: Lane, draft: &mut Draft) {
        let Some(mut open) = self.open[lane as usize].take() else { return };
        let from = open.next;
        let mut noise = 0;
        while open.next < open.frames.len() && !(draft.is_full() && open.next > from) {
            let mut question = match open.waiting.take() {
                Some(question) => question,
                None => {
                    let frame = std::mem::take(&mut open.frames[open.next]);
                    if frame.noise {
                        noise += 1;
                        open.next += 1;
                        continue;
                    }
                    self.read(&open, frame)
                }
            };
            if let Some(call) = &question.call
                && !self.ask(call, &mut question.taken)
            {
                open.waiting = Some(question);
                draft.closed = true;
                break;
            }
            open.next += 1;
            draft.size += size_of(&question.taken);
            if question.route != 0 {
                draft.settle.push((question.route, draft.frames.len()));
            }
            draft.frames.push(question.taken);
        }
        let span = Span {
            lane,
            run: open.sequence,
            from: from as u32,
            count: (open.next - from) as u32,
            of: open.frames.len() as u32,
            noise,
            damaged: open.damaged,
        };
        if span.count > 0 || span.of == 0 {
            self.position.cover(&span);
            draft.spans.push(span);
            draft.trace = draft.trace.take().or_else(|| open.trace.clone());
        }
        if open.next < open.frames.len() {
            self.open[lane as usize] = Some(open);
        } else if from > 0 {
            // It was begun in another message. Retention forgets messages up to where no
            // run is covered in part: a storm of long runs would leave it no such place.
            draft.closed = true;
        }
    }

    /// The run's next frame, as an input of its plugin.
    fn read(&self, open: &Open, frame: Frame) -> Question {
        let index = open.next as u32;
        let sequence = run::frame_id(&self.config.name, open.sequence, index).sequence();
        let (route, received, first) = (frame.route, frame.received, frame.first.clone());
        let input = input::read(&open.door, &self.config.doors, sequence, frame);
        let (call, end) = match input.call {
            Ok(call) => (Some(call), End::Ok(Box::default())),
            Err(NoCall { verdict, reason }) => (None, End::Failed { verdict: verdict.into(), reason }),
        };
        let taken = Taken {
            run: open.sequence,
            index,
            door: open.door.to_string(),
            plugin: input.plugin,
            device: input.device,
            received,
            first,
            depth: input.depth,
            order: input.order,
            end,
            changes: Vec::new(),
        };
        Question { route, taken, call }
    }

    /// One frame, one call, one transaction; a failing plugin is asked once
    /// more, alone, on a fresh instance. False: the plugin must be waited for,
    /// and nothing happened.
    fn ask(&mut self, call: &Call, taken: &mut Taken) -> bool {
        let mut fired = None;
        if let Call::Wake(tick) = call {
            fired = self.rooms.fire(&taken.plugin, tick);
            // Moved or cancelled since the clock record was written, unless a
            // door asks the plugin to ask.
            if fired.is_none() && tick.key != POLL {
                return true;
            }
        }
        let Some(worker) = self.workers.get_mut(&taken.plugin) else {
            let reason = format!("no plugin `{}` is loaded", taken.plugin);
            taken.end = End::Failed { verdict: "host".into(), reason };
            // A timer that fired is gone, whatever becomes of it.
            taken.changes.extend(fired);
            return true;
        };
        let room = self.rooms.room(&taken.plugin, &taken.device);
        let answer = worker.call(call, room, &self.metrics);
        if let (None, Some(_), Call::Wake(tick)) = (&answer, &fired, call) {
            room.apply(&Change::Set { key: tick.key.clone(), at: tick.due });
        }
        self.rooms.put_back();
        let Some(answer) = answer else { return false };
        taken.changes.extend(fired);
        match answer {
            Ok(Answer { result: Ok(outcome), changes, .. }) => {
                self.rooms.note(&taken.plugin, &taken.device, &changes);
                taken.changes.extend(changes);
                taken.end = End::Ok(Box::new(outcome));
            }
            Ok(Answer { result: Err(rejection), .. }) => taken.end = End::Rejected(rejection),
            Err(verdict) => {
                taken.end = End::Failed { verdict: verdict.kind.as_str().to_owned(), reason: verdict.reason };
            }
        }
        true
    }

    async fn save(&mut self) {
        snapshot::save(&self.bus, &self.config.name, self.stands, &self.rooms, &self.config.snapshots).await;
        self.rooms.snapshot_done();
    }

    fn used(&self) -> Vec<Used> {
        self.workers.values().map(Worker::used).collect()
    }

    /// New versions begin between two messages; a rate used up or an open
    /// breaker stops the feed, and its log keeps what comes in.
    async fn wait_for_workers(&mut self, stop: &mut watch::Receiver<bool>) {
        loop {
            self.shelf.refresh(&self.config.name.department, &mut self.seen, &mut self.workers);
            let wait = self.workers.values().map(Worker::wait).max().unwrap_or_default();
            if wait.is_zero() || *stop.borrow() {
                return;
            }
            for worker in self.workers.values() {
                if let Some(rest) = worker.rest() {
                    self.metrics.rests(worker.id(), rest);
                }
            }
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => {}
                () = tokio::time::sleep(wait.min(BREAKER_PAUSE)) => {}
            }
        }
    }
}

//! One instance of a plugin behind one stack, owned by the thread of a feed or a door.

pub(crate) mod account;
pub(crate) mod breaker;
mod classify;
pub(crate) mod deadline;
mod gate;
pub(crate) mod memory;
mod native;
mod permit;
mod request;
mod run;
mod span;

use crate::call::{Answer, Call, Piece};
use crate::plugin::Plugin;
use crate::registry::Surroundings;
use crate::room::Room;
use crate::verdict::{Verdict, VerdictKind};
use account::{Account, Book};
use gate::Gate;
use request::{Layered, Reply, Request, Work};
use std::borrow::Borrow;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tower::ServiceBuilder;
use tower::layer::layer_fn;

/// Everything between a feed and guest code, from the outside in.
type Stack = permit::Permit<
    breaker::Broken<deadline::Deadline<memory::Memory<span::Span<classify::Classify<run::Run>>>>>,
>;

/// The one place where guest code is reached. Reads from the top: a call waits
/// its turn, is not made while the plugin is broken, has a deadline and a memory
/// cap, is seen, and what comes of it is named.
fn stack(plugin: &Plugin, surroundings: Surroundings, gate: &Arc<Gate>, book: Option<Book>) -> Stack {
    let limits = plugin.manifest().limits;
    ServiceBuilder::new()
        .layer(layer_fn(|inner| permit::Permit::new(inner, limits.frames_per_second, gate.clone())))
        .layer(layer_fn(|inner| breaker::Broken::new(inner, gate.clone())))
        .layer(layer_fn(|inner| deadline::Deadline::new(inner, limits.milliseconds)))
        .layer(layer_fn(|inner| memory::Memory::new(inner, limits.memory_mib)))
        .layer(layer_fn(|inner| span::Span::new(inner, plugin.clone())))
        .layer(layer_fn(classify::Classify::new))
        .service(run::Run::new(plugin.clone(), surroundings, book))
}

/// A plugin that can be called. Made at once; instantiated by the first call.
pub struct Guest {
    stack: Stack,
    gate: Arc<Gate>,
    book: Option<Book>,
    fresh: bool,
    /// A guest stands on one thread at a time.
    _not_sync: std::marker::PhantomData<std::cell::Cell<()>>,
}

impl Guest {
    pub fn new(plugin: &Plugin, surroundings: Surroundings) -> Guest {
        let gate = Arc::new(Gate::new(Instant::now()));
        let book = plugin.metered().then(Book::default);
        let stack = stack(plugin, surroundings, &gate, book.clone());
        Guest { stack, gate, book, fresh: false, _not_sync: std::marker::PhantomData }
    }

    /// One call, one transaction. On an answer with a result the changes are in
    /// `room` already; on a rejection or a verdict the room is as it was.
    ///
    /// A verdict whose kind did not [run](VerdictKind::ran) says nothing of the
    /// input: wait [`ready_in`](Guest::ready_in) and call again. After any other
    /// the next call finds a new instance; whether the input is tried again is
    /// the caller's to decide.
    pub fn call(&mut self, call: impl Borrow<Call>, room: &mut Room) -> Result<Answer, Verdict> {
        match self.ask(Work::Call(call.borrow(), room))? {
            Reply::Answer(answer) => Ok(*answer),
            Reply::Pieces(_) => Err(crossed()),
        }
    }

    /// Cuts the front of a buffer. Every import but `log` ends the call.
    pub fn frame(&mut self, buffer: &[u8]) -> Result<Vec<Piece>, Verdict> {
        match self.ask(Work::Frame(buffer))? {
            Reply::Pieces(pieces) => Ok(pieces),
            Reply::Answer(_) => Err(crossed()),
        }
    }

    /// The next call runs on a new instance.
    pub fn fresh(&mut self) {
        self.fresh = true;
    }

    /// What the last call cost and said; `None` where the sandbox does not meter.
    pub fn account(&self) -> Option<Account> {
        self.book.as_ref().map(Book::last)
    }

    /// How long until a call is admitted; zero: now.
    pub fn ready_in(&self) -> Duration {
        self.gate.ready_in(Instant::now())
    }

    pub fn breaker(&self) -> breaker::State {
        self.gate.breaker(Instant::now())
    }

    fn ask(&mut self, work: Work<'_>) -> Result<Reply, Verdict> {
        let fresh = std::mem::take(&mut self.fresh);
        self.stack.now(Request { work, fresh })
    }
}

/// The stack answers calls with answers and frames with pieces.
fn crossed() -> Verdict {
    Verdict::new(VerdictKind::Output, "an answer of the wrong kind")
}

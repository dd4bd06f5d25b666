//! The one function in which guest code runs.

use super::account::{Account, Book};
use super::request::{Bounded, Reply, Request, Work, at_once};
use crate::bindings::exports::tocsin::plugin as roles;
use crate::bindings::tocsin::plugin::types;
use crate::border;
use crate::call::{Answer, Call, Event};
use crate::plugin::Plugin;
use crate::registry::Surroundings;
use crate::verdict::{Verdict, VerdictKind};
use crate::ward::Ward;
use std::future::ready;
use std::panic::{AssertUnwindSafe, catch_unwind};
use tower::Service;
use wasmtime::Store;

/// Calls before an instance is replaced: what a guest leaks, keeps or fragments
/// against the rules ends here, and 33 µs of instantiating and page faults are
/// 0.03 µs a call.
const CALLS_PER_INSTANCE: u32 = 1_000;

/// What one crossing may carry from the guest, counted in the host's own
/// memory: 1,024 signals of 400 bytes each, 256 KiB of text, and as much again.
pub(crate) const HOSTCALL_BYTES: usize = 2 << 20;

/// A call that did not return, with what only the store knew about it.
pub(crate) struct Failure {
    pub error: wasmtime::Error,
    pub memory: Option<Verdict>,
    pub last_words: Option<String>,
}

impl Failure {
    fn of(error: wasmtime::Error, ward: &Ward) -> Failure {
        let last_words = ward.last_words().map(str::to_owned);
        Failure { error, memory: ward.ceiling.verdict(), last_words }
    }
}

impl From<Verdict> for Failure {
    fn from(verdict: Verdict) -> Failure {
        Failure { error: verdict.into(), memory: None, last_words: None }
    }
}

pub(crate) struct Run {
    plugin: Plugin,
    surroundings: Surroundings,
    /// Where calls are accounted for, if the engine meters.
    book: Option<Book>,
    /// Boxed, because it is taken out and put back by every call.
    instance: Option<Box<Instance>>,
}

struct Instance {
    store: Store<Ward>,
    roles: Roles,
    calls: u32,
}

#[derive(Default)]
struct Roles {
    decoder: Option<roles::decoder::Guest>,
    framer: Option<roles::framer::Guest>,
    timekeeper: Option<roles::timekeeper::Guest>,
    connector: Option<roles::connector::Guest>,
    advisor: Option<roles::advisor::Guest>,
}

impl Run {
    pub(crate) fn new(plugin: Plugin, surroundings: Surroundings, book: Option<Book>) -> Run {
        Run { plugin, surroundings, book, instance: None }
    }

    /// Permit and breaker are behind, deadline and memory cap come with the
    /// request, the span is open: this is the only place that enters a guest.
    fn run(&mut self, bounded: Bounded<'_>) -> Result<Reply, Failure> {
        let Bounded { timed, memory_bytes } = bounded;
        let Request { mut work, fresh, .. } = timed.request.0;
        let role = work.role();
        if !self.plugin.has(role) {
            let reason = format!("the plugin has no role `{}`", role.as_str());
            return Err(Verdict::new(VerdictKind::Role, reason).into());
        }
        if let Some(native) = self.surroundings.native.clone() {
            return Ok(super::native::run(&*native, work));
        }
        let mut store = match self.instance.take().filter(|_| !fresh) {
            Some(instance) => Ok(instance),
            None => Err(Store::new(
                self.plugin.pre().engine(),
                Ward::new(self.surroundings.clone(), self.plugin.manifest().limits),
            )),
        };
        let metered = self.book.is_some();
        let data = match &mut store {
            Ok(instance) => {
                instance.store.set_epoch_deadline(1);
                if metered {
                    refuel(&mut instance.store);
                }
                instance.store.data_mut()
            }
            Err(store) => {
                if metered {
                    refuel(store);
                }
                store.limiter(|ward| &mut ward.ceiling);
                store.epoch_deadline_callback(|mut context| Ok(context.data_mut().clock.tick()?));
                store.set_hostcall_fuel(HOSTCALL_BYTES);
                store.set_epoch_deadline(1);
                store.data_mut()
            }
        };
        data.clock.start(timed.budget);
        data.ceiling.set(memory_bytes);
        data.admit(matches!(work, Work::Frame(_)));
        let mut instance = match store {
            Ok(instance) => instance,
            Err(store) => self.instantiate(store)?,
        };
        instance.calls += 1;

        // A panic of the host's own code under a guest must not take the feed along.
        let entered = catch_unwind(AssertUnwindSafe(|| instance.enter(&mut work)));
        let result = entered.unwrap_or_else(|_| {
            Err(Verdict::new(VerdictKind::Trap, "the host panicked under the guest").into())
        });
        if let Some(book) = &self.book {
            book.enter(instance.account(result.as_ref().ok()));
        }
        let ward = instance.store.data_mut();
        match result {
            Ok(reply) => {
                if instance.calls < CALLS_PER_INSTANCE {
                    self.instance = Some(instance);
                }
                Ok(reply)
            }
            // Nothing of the call takes effect, and the instance is never used again.
            Err(error) => {
                if let Work::Call(_, room) = work {
                    *room = ward.visit.abandon();
                }
                let failure = Failure::of(error, ward);
                ward.say_logs();
                Err(failure)
            }
        }
    }

    fn instantiate(&self, mut store: Store<Ward>) -> Result<Box<Instance>, Failure> {
        let exports = self.plugin.exports();
        let load = |store: &mut Store<Ward>| {
            let instance = self.plugin.pre().instantiate(&mut *store)?;
            Ok(Roles {
                decoder: exports.decoder.as_ref().map(|at| at.load(&mut *store, &instance)).transpose()?,
                framer: exports.framer.as_ref().map(|at| at.load(&mut *store, &instance)).transpose()?,
                timekeeper: exports
                    .timekeeper
                    .as_ref()
                    .map(|at| at.load(&mut *store, &instance))
                    .transpose()?,
                connector: exports
                    .connector
                    .as_ref()
                    .map(|at| at.load(&mut *store, &instance))
                    .transpose()?,
                advisor: exports.advisor.as_ref().map(|at| at.load(&mut *store, &instance)).transpose()?,
            })
        };
        match load(&mut store) {
            Ok(roles) => Ok(Box::new(Instance { store, roles, calls: 0 })),
            Err(error) => Err(Failure::of(error, store.data())),
        }
    }
}

/// Enough for any call that ends by its deadline.
const FUEL: u64 = u64::MAX;

fn refuel(store: &mut Store<Ward>) {
    // It fails only where the engine does not count.
    let _ = store.set_fuel(FUEL);
}

impl Instance {
    fn account(&self, reply: Option<&Reply>) -> Account {
        let ward = self.store.data();
        let logs = match reply {
            Some(Reply::Answer(answer)) => answer.logs.clone(),
            _ => ward.logs().to_vec(),
        };
        let instructions = FUEL - self.store.get_fuel().unwrap_or(FUEL);
        Account { instructions, memory_bytes: ward.ceiling.used(), logs }
    }

    fn enter(&mut self, work: &mut Work<'_>) -> wasmtime::Result<Reply> {
        match work {
            Work::Frame(buffer) => {
                let pieces = exported(&self.roles.framer)?.call_frame(&mut self.store, buffer)?;
                self.store.data().say_logs();
                Ok(Reply::Pieces(border::pieces(pieces, buffer.len())?))
            }
            Work::Call(call, room) => {
                self.store.data_mut().visit.enter(std::mem::take(room));
                let answer = self.ask(call)?;
                let ward = self.store.data_mut();
                let result = border::result(answer, call.device(), &ward.limits)?;
                let changes;
                (**room, changes) = match &result {
                    Ok(_) => ward.visit.commit(),
                    Err(_) => (ward.visit.abandon(), Vec::new()),
                };
                Ok(Reply::Answer(Box::new(Answer { result, changes, logs: ward.take_logs() })))
            }
        }
    }

    fn ask(&mut self, call: &Call) -> wasmtime::Result<border::GuestResult> {
        let store = &mut self.store;
        match call {
            Call::Decode(message) => exported(&self.roles.decoder)?.call_decode(
                store,
                types::Message {
                    sequence: message.sequence,
                    received: message.received.0,
                    door: &message.door,
                    device: &message.device,
                    origin: &message.origin,
                    payload: &message.payload,
                },
            ),
            Call::Wake(tick) => exported(&self.roles.timekeeper)?.call_wake(
                store,
                types::Tick {
                    sequence: tick.sequence,
                    due: tick.due.0,
                    device: &tick.device,
                    key: &tick.key,
                },
            ),
            Call::Deliver(event) => exported(&self.roles.connector)?.call_deliver(store, given(event)),
            Call::Advise(event) => exported(&self.roles.advisor)?.call_advise(store, given(event)),
        }
    }
}

fn given(event: &Event) -> types::Event<'_> {
    types::Event {
        sequence: event.sequence,
        time: event.time.0,
        kind: &event.kind,
        device: &event.device,
        subject: &event.subject,
        data: &event.data,
    }
}

/// `run` has looked at the role already.
fn exported<T>(role: &Option<T>) -> Result<&T, Verdict> {
    role.as_ref().ok_or_else(|| Verdict::new(VerdictKind::Role, "not exported"))
}

impl<'a> Service<Bounded<'a>> for Run {
    at_once!(Failure);

    fn call(&mut self, request: Bounded<'a>) -> Self::Future {
        ready(self.run(request))
    }
}

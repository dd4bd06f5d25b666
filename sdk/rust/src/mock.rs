//! The host's imports on a developer's machine, so that a plugin is tested as
//! plain Rust: rooms, timers, registrations and settings of one thread.
//!
//! ```
//! use tocsin_sdk::mock::Host;
//! use tocsin_sdk::{Answer, Decoder, Message, Outcome, memory};
//!
//! struct Counter;
//! impl Decoder for Counter {
//!     fn decode(_: Message) -> Answer {
//!         let seen = memory::load::<u32>("seen").unwrap_or(0) + 1;
//!         memory::save("seen", &seen);
//!         Ok(Outcome::default().reply(seen.to_string()))
//!     }
//! }
//!
//! let host = Host::fresh();
//! let message = |device| Host::message(device, b"hello");
//! assert_eq!(host.decode::<Counter>(message("a")).unwrap().sends[0].payload, b"1");
//! assert_eq!(host.decode::<Counter>(message("a")).unwrap().sends[0].payload, b"2");
//! assert_eq!(host.decode::<Counter>(message("b")).unwrap().sends[0].payload, b"1");
//! ```
//!
//! A role's function may also be called directly; it then works in the room of
//! the device `""`, without a transaction. That is the native speed of a plugin.

mod room;

use crate::{
    Advisor, Answer, Connector, Decoder, Event, Framer, Level, Message, Piece, Registration, Tick,
    Timekeeper, Timestamp,
};
use room::Rooms;
use std::cell::RefCell;
use std::collections::BTreeMap;

/// Lines kept; a native benchmark that logs in every call must not fill memory.
const LOG_LINES: usize = 10_000;

/// The mocked host of this thread. Every handle is the same host.
#[derive(Clone, Copy, Debug)]
pub struct Host {
    // Thread-local behind the scenes: the handle must not wander to another thread.
    here: std::marker::PhantomData<*const ()>,
}

#[derive(Default)]
struct Inside {
    rooms: Rooms,
    registrations: BTreeMap<String, Registration>,
    settings: BTreeMap<String, String>,
    log: Vec<(Level, String)>,
    framing: bool,
}

thread_local! {
    static HOST: RefCell<Inside> = RefCell::default();
}

fn inside<R>(work: impl FnOnce(&mut Inside) -> R) -> R {
    HOST.with_borrow_mut(work)
}

impl Host {
    /// An empty host: no state, timers, registrations or settings on this thread.
    pub fn fresh() -> Host {
        inside(|host| *host = Inside::default());
        Host { here: std::marker::PhantomData }
    }

    /// A message of `device` with everything else made up: sequence 1, received
    /// 2026-07-12 14:30:30 Beijing time, door `test`.
    pub fn message(device: &str, payload: &[u8]) -> Message {
        Message {
            sequence: 1,
            received: 1_783_837_830_000,
            door: "test".to_owned(),
            device: device.to_owned(),
            origin: String::new(),
            payload: payload.to_owned(),
        }
    }

    /// Registers a device (or a part) with settings as JSON text.
    pub fn register(&self, id: &str, settings: &str) -> &Self {
        self.register_as(Registration {
            id: id.to_owned(),
            model: String::new(),
            title: String::new(),
            unit: String::new(),
            region: String::new(),
            position: None,
            settings: settings.to_owned(),
        })
    }

    /// Registers a device with everything that the city file may say of it.
    pub fn register_as(&self, registration: Registration) -> &Self {
        inside(|host| host.registrations.insert(registration.id.clone(), registration));
        self
    }

    /// Gives a setting of the plugin its value.
    pub fn set(&self, name: &str, value: &str) -> &Self {
        inside(|host| host.settings.insert(name.to_owned(), value.to_owned()));
        self
    }

    /// Asks the framer; inside, every import but the log panics as the host traps.
    pub fn frame<P: Framer>(&self, buffer: &[u8]) -> Vec<Piece> {
        inside(|host| host.framing = true);
        let pieces = P::frame(buffer);
        inside(|host| host.framing = false);
        pieces
    }

    /// Decodes one message as one transaction.
    pub fn decode<P: Decoder>(&self, message: Message) -> Answer {
        self.call(&message.device.clone(), || P::decode(message))
    }

    /// Wakes the plugin as one transaction.
    pub fn wake<P: Timekeeper>(&self, tick: Tick) -> Answer {
        self.call(&tick.device.clone(), || P::wake(tick))
    }

    /// Delivers one event as one transaction.
    pub fn deliver<P: Connector>(&self, event: Event) -> Answer {
        self.call(&event.device.clone(), || P::deliver(event))
    }

    /// Asks for advice on one event as one transaction.
    pub fn advise<P: Advisor>(&self, event: Event) -> Answer {
        self.call(&event.device.clone(), || P::advise(event))
    }

    /// Fires every timer due up to `until`, in the host's order (due, device,
    /// key), and says what the plugin answered to each. Timers that are set on
    /// the way fire too.
    pub fn advance<P: Timekeeper>(&self, until: Timestamp) -> Vec<(Tick, Answer)> {
        let mut answers = Vec::new();
        while let Some((due, device, key)) = inside(|host| host.rooms.next_due(until)) {
            let tick = Tick { sequence: 1, due, device, key };
            answers.push((tick.clone(), self.wake::<P>(tick)));
        }
        answers
    }

    /// Runs `work` in the room of `device`; `Err` undoes what it did there.
    pub fn call(&self, device: &str, work: impl FnOnce() -> Answer) -> Answer {
        inside(|host| host.rooms.enter(device));
        let answer = work();
        inside(|host| host.rooms.leave(answer.is_ok()));
        answer
    }

    /// The keys that `device` has state under, in order.
    pub fn keys(&self, device: &str) -> Vec<String> {
        inside(|host| host.rooms.keys(device))
    }

    /// The timers that stand: due time, device, key, in firing order.
    pub fn timers(&self) -> Vec<(Timestamp, String, String)> {
        inside(|host| host.rooms.due())
    }

    /// What the plugin logged since the host was fresh.
    pub fn logged(&self) -> Vec<(Level, String)> {
        inside(|host| host.log.clone())
    }
}

#[cfg(test)]
mod tests;

fn outside_framing(host: &Inside, import: &str) {
    assert!(!host.framing, "`{import}` was called inside `frame`: the host traps there");
}

pub(crate) mod state {
    use super::{inside, outside_framing};

    pub(crate) fn get(key: &str) -> Option<Vec<u8>> {
        inside(|host| {
            outside_framing(host, "state.get");
            host.rooms.get(key)
        })
    }

    pub(crate) fn put(key: &str, value: &[u8]) {
        inside(|host| {
            outside_framing(host, "state.put");
            host.rooms.put(key, Some(value.to_vec()));
        });
    }

    pub(crate) fn delete(key: &str) {
        inside(|host| {
            outside_framing(host, "state.delete");
            host.rooms.put(key, None);
        });
    }
}

pub(crate) mod timers {
    use super::{inside, outside_framing};
    use crate::Timestamp;

    pub(crate) fn set(key: &str, at: Timestamp) {
        inside(|host| {
            outside_framing(host, "timers.set");
            host.rooms.set_timer(key, Some(at));
        });
    }

    pub(crate) fn cancel(key: &str) {
        inside(|host| {
            outside_framing(host, "timers.cancel");
            host.rooms.set_timer(key, None);
        });
    }
}

pub(crate) mod log {
    use super::{LOG_LINES, inside};
    use crate::Level;

    pub(crate) fn write(level: Level, text: &str) {
        inside(|host| {
            if host.log.len() < LOG_LINES {
                host.log.push((level, text.to_owned()));
            }
        });
    }
}

pub(crate) mod city {
    use super::{inside, outside_framing};
    use crate::Registration;

    pub(crate) fn device(id: &str) -> Option<Registration> {
        inside(|host| {
            outside_framing(host, "city.device");
            if host.registrations.is_empty() {
                return None;
            }
            let mut prefix = id;
            loop {
                if let Some(found) = host.registrations.get(prefix) {
                    return Some(found.clone());
                }
                prefix = &prefix[..prefix.rfind('/')?];
            }
        })
    }

    pub(crate) fn setting(name: &str) -> Option<String> {
        inside(|host| {
            outside_framing(host, "city.setting");
            host.settings.get(name).cloned()
        })
    }
}

//! What stands behind a guest's imports during one call: the ward it is in.

use crate::bindings::tocsin::plugin::{city, log, state, timers, types};
use crate::border;
use crate::border::text::{escaped, line};
use crate::call::Level;
use crate::guest::deadline::Clock;
use crate::guest::memory::Ceiling;
use crate::manifest::Limits;
use crate::registry::Surroundings;
use crate::room::Visit;
use crate::verdict::{Verdict, VerdictKind};
use tocsin_core::time::Timestamp;

/// Calls of imports in one call of the guest. A frame of 22 components with ten
/// look-ups each makes 220; at 100 ns this is a millisecond of host time, which
/// the epoch does not interrupt.
const HOST_CALLS: u32 = 10_000;
/// Log lines kept of one call, and the bytes of each.
const LOG_LINES: usize = 32;
const LOG_BYTES: usize = 4 << 10;
/// A path longer than this is registered nowhere.
const PATH_BYTES: usize = 256;

/// The data of a store.
pub(crate) struct Ward {
    pub surroundings: Surroundings,
    pub limits: Limits,
    pub visit: Visit,
    pub ceiling: Ceiling,
    pub clock: Clock,
    /// Inside `frame` every import but `log` ends the call: framing sees bytes alone.
    pub framing: bool,
    host_calls: u32,
    logs: Vec<(Level, String)>,
    more_logs: usize,
}

impl Ward {
    pub(crate) fn new(surroundings: Surroundings, limits: Limits) -> Ward {
        Ward {
            surroundings,
            limits,
            visit: Visit::default(),
            ceiling: Ceiling::default(),
            clock: Clock::default(),
            framing: false,
            host_calls: 0,
            logs: Vec::new(),
            more_logs: 0,
        }
    }

    /// Before each call.
    pub(crate) fn admit(&mut self, framing: bool) {
        self.framing = framing;
        self.host_calls = 0;
        self.logs.clear();
        self.more_logs = 0;
    }

    /// What was logged since `admit`.
    pub(crate) fn take_logs(&mut self) -> Vec<(Level, String)> {
        let mut logs = std::mem::take(&mut self.logs);
        if self.more_logs > 0 {
            logs.push((Level::Warn, format!("{} more lines of this call were not kept", self.more_logs)));
        }
        logs
    }

    /// The same, left where it is.
    pub(crate) fn logs(&self) -> &[(Level, String)] {
        &self.logs
    }

    /// For a call that has no answer to carry them.
    pub(crate) fn say_logs(&self) {
        for (level, text) in &self.logs {
            tracing::debug!(?level, text, "guest log");
        }
    }

    /// The last error that the guest logged: its panic, if it trapped.
    pub(crate) fn last_words(&self) -> Option<&str> {
        let (_, text) = self.logs.iter().rev().find(|(level, _)| *level == Level::Error)?;
        Some(text)
    }

    fn count(&mut self) -> Result<(), Verdict> {
        self.host_calls += 1;
        if self.host_calls > HOST_CALLS {
            let reason = format!("more than {HOST_CALLS} calls of imports in one call");
            return Err(Verdict::new(VerdictKind::HostCalls, reason));
        }
        Ok(())
    }

    /// Before each import but `log`.
    fn enter(&mut self, import: &str) -> Result<(), Verdict> {
        if self.framing {
            let reason = format!("`{import}` was called inside `frame`, which sees bytes alone");
            return Err(Verdict::new(VerdictKind::HostCalls, reason));
        }
        self.count()
    }
}

impl types::Host for Ward {}

impl state::Host for Ward {
    fn get(&mut self, key: String) -> wasmtime::Result<Option<Vec<u8>>> {
        self.enter("state.get")?;
        Ok(self.visit.get(&key).cloned())
    }

    fn put(&mut self, key: String, value: Vec<u8>) -> wasmtime::Result<()> {
        self.enter("state.put")?;
        let quota = self.limits.state_bytes as usize;
        Ok(self.visit.put(key, value, quota)?)
    }

    fn delete(&mut self, key: String) -> wasmtime::Result<()> {
        self.enter("state.delete")?;
        self.visit.delete(key);
        Ok(())
    }
}

impl timers::Host for Ward {
    fn set(&mut self, key: String, at: types::Timestamp) -> wasmtime::Result<()> {
        self.enter("timers.set")?;
        let at = Timestamp(at);
        if !border::is_time(at) {
            let reason =
                format!("timers.set of `{}` at {} ms, before 1970 or after 2200", escaped(&key), at.0);
            return Err(Verdict::new(VerdictKind::Output, reason).into());
        }
        let quota = self.limits.timers as usize;
        Ok(self.visit.set(key, at, quota)?)
    }

    fn cancel(&mut self, key: String) -> wasmtime::Result<()> {
        self.enter("timers.cancel")?;
        self.visit.cancel(key);
        Ok(())
    }
}

impl log::Host for Ward {
    fn write(&mut self, level: log::Level, text: String) -> wasmtime::Result<()> {
        self.count()?;
        let level = match level {
            log::Level::Debug => Level::Debug,
            log::Level::Info => Level::Info,
            log::Level::Warn => Level::Warn,
            log::Level::Error => Level::Error,
        };
        let entry = |text: &str| (level, line(text, LOG_BYTES));
        if self.logs.len() < LOG_LINES {
            self.logs.push(entry(&text));
        } else {
            self.more_logs += 1;
            // A panic behind a flood is still its reason.
            if level == Level::Error {
                self.logs[LOG_LINES - 1] = entry(&text);
            }
        }
        Ok(())
    }
}

impl city::Host for Ward {
    fn device(&mut self, id: String) -> wasmtime::Result<Option<city::Registration>> {
        self.enter("city.device")?;
        if id.len() > PATH_BYTES {
            return Ok(None);
        }
        Ok(self.surroundings.registry.device(&id).map(|device| city::Registration {
            id: device.id,
            model: device.model,
            title: device.title,
            unit: device.unit,
            region: device.region,
            position: device.position.map(|at| types::Position {
                lon: at.lon,
                lat: at.lat,
                datum: types::Datum::Wgs84,
            }),
            settings: device.settings,
        }))
    }

    fn setting(&mut self, name: String) -> wasmtime::Result<Option<String>> {
        self.enter("city.setting")?;
        Ok(self.surroundings.settings.get(&name).cloned())
    }
}

//! A plugin in the real sandbox, with rooms and timers kept as a feed keeps them.

use anyhow::{Context, Result, anyhow};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use tocsin_core::time::Timestamp;
use tocsin_sandbox::{
    Account, Answer, Call, Change, Config, Guest, Piece, Plugin, Role, Room, Sandbox, Surroundings, Tick,
    Verdict,
};

use super::output;
use crate::text;

/// Timers that fire on the way to one input; a plugin that sets itself again
/// for at once would never come there.
const TIMERS: usize = 1_000;

/// Loads a package into a sandbox that counts.
pub fn load(path: &Path) -> Result<(Sandbox, Plugin)> {
    let bytes = std::fs::read(path).with_context(|| text!(package_missing, path = path.display()))?;
    let sandbox = Sandbox::new(Config { cache: cache(), instances: 4, metered: true, ..Config::default() })?;
    let unfit = |reason: String| anyhow!(text!(package_unfit, path = path.display(), reason = reason));
    let plugin = sandbox.load(&bytes).map_err(|error| unfit(crate::package::refused(&error)))?;
    Ok((sandbox, plugin))
}

/// An interpreter takes seconds to compile, and an author tests again and again.
fn cache() -> Option<PathBuf> {
    let folder = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let base = folder("XDG_CACHE_HOME").or_else(|| Some(folder("HOME")?.join(".cache")))?;
    Some(base.join("tocsin/trial"))
}

pub struct Rig {
    plugin: Plugin,
    surroundings: Surroundings,
    guest: Guest,
    pub rooms: BTreeMap<String, Room>,
}

/// What one call came to.
#[derive(Debug)]
pub struct Said {
    pub answer: Result<Answer, Verdict>,
    pub account: Account,
    pub took: Duration,
    /// How it answered when it was asked again, if differently.
    pub impure: Option<String>,
}

impl Rig {
    pub fn new(plugin: &Plugin, surroundings: Surroundings) -> Rig {
        let guest = Guest::new(plugin, surroundings.clone());
        Rig { plugin: plugin.clone(), surroundings, guest, rooms: BTreeMap::new() }
    }

    pub fn plugin(&self) -> &Plugin {
        &self.plugin
    }

    /// One call, asked three times: on the instance that is there, there again,
    /// and on a new one. The first counts; the second, warm, is what it costs.
    pub fn call(&mut self, call: &Call) -> Said {
        let room = self.rooms.get(call.device()).cloned().unwrap_or_default();
        let mut after = room.clone();
        let (answer, ..) = self.ask(call, &mut after);
        let (again, account, took) = self.ask(call, &mut room.clone());
        self.guest.fresh();
        let mut last = room;
        let (fresh, ..) = self.ask(call, &mut last);
        let impure = difference(&answer, &again)
            .map(|other| format!("asked again it answers differently: {other}"))
            .or_else(|| {
                difference(&answer, &fresh)
                    .map(|other| format!("a fresh instance answers differently: {other}"))
            });
        match after.is_empty() {
            true => self.rooms.remove(call.device()),
            false => self.rooms.insert(call.device().to_owned(), after),
        };
        Said { answer, account, took, impure }
    }

    /// One call, once.
    pub fn once(&mut self, call: &Call, room: &mut Room) -> (Result<Answer, Verdict>, Account, Duration) {
        self.ask(call, room)
    }

    /// The next call runs on a new instance.
    pub fn fresh(&mut self) {
        self.guest.fresh();
    }

    fn ask(&mut self, call: &Call, room: &mut Room) -> (Result<Answer, Verdict>, Account, Duration) {
        let started = Instant::now();
        let answer = self.guest.call(call, room);
        let took = started.elapsed();
        let account = self.guest.account().unwrap_or_default();
        if answer.is_err() {
            self.renew();
        }
        (answer, account, took)
    }

    pub fn frame(&mut self, buffer: &[u8]) -> (Result<Vec<Piece>, Verdict>, Account) {
        let pieces = self.guest.frame(buffer);
        let account = self.guest.account().unwrap_or_default();
        if pieces.is_err() {
            self.renew();
        }
        (pieces, account)
    }

    /// A trapped instance is never used again, and here nobody rests.
    fn renew(&mut self) {
        self.guest = Guest::new(&self.plugin, self.surroundings.clone());
    }

    /// Fires what is due up to `now`, in the host's order: due, device, key.
    pub fn fire(&mut self, now: Timestamp) -> Vec<(Tick, Said)> {
        let mut fired = Vec::new();
        while fired.len() < TIMERS && self.plugin.has(Role::Timekeeper) {
            let due = self.rooms.iter().flat_map(|(device, room)| {
                room.timers.iter().map(move |(key, at)| (*at, device.clone(), key.clone()))
            });
            let Some((due, device, key)) = due.filter(|(at, ..)| *at <= now).min() else { break };
            if let Some(room) = self.rooms.get_mut(&device) {
                room.apply(&Change::Cancel { key: key.clone() });
            }
            let tick = Tick { sequence: sequence(fired.len()), due, device, key };
            let said = self.call(&Call::Wake(tick.clone()));
            fired.push((tick, said));
        }
        fired
    }
}

/// A place in a log that nobody keeps: increasing, as plugins may rely on.
pub fn sequence(index: usize) -> u64 {
    (1 << 16) + index as u64
}

/// The other answer, where it is another. Logs are no part of an answer.
fn difference(one: &Result<Answer, Verdict>, other: &Result<Answer, Verdict>) -> Option<String> {
    let same = match (one, other) {
        (Ok(one), Ok(other)) => one.result == other.result && one.changes == other.changes,
        // A verdict of memory names sizes; its kind is what it is.
        (Err(one), Err(other)) => one.kind == other.kind,
        _ => false,
    };
    (!same).then(|| match other {
        Ok(_) => output::answer(other).to_string(),
        Err(verdict) => verdict.to_string(),
    })
}

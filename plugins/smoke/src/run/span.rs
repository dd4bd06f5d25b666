//! Smoke at one detector: how long, by which clock.
//!
//! The detector's clock alone counts where it tells two times apart: when a record
//! arrives says nothing of how long it smoked. The host's counts where that clock says
//! nothing: no time, the same one again and again. A time that cannot be says nothing of
//! when, so the host's counts for that; between two of them how long counts all the same.

use serde::{Deserialize, Serialize};
use tocsin_sdk::Timestamp;

/// Detectors report every few seconds, slow ones twice a minute: what comes again
/// within so long is near.
pub const NEAR_MS: i64 = 60_000;
/// A clock ahead of ours by more is wrong, and ours counts.
const AHEAD_MS: i64 = 5 * 60_000;
/// No platform hands on what is older: a clock that lost its battery.
const BEHIND_MS: i64 = 31 * 86_400_000;
/// A record that comes twice does so within this; three that come later are no copies.
const COPY_MS: i64 = 5_000;
const COPIES: u32 = 3;
/// What was told is remembered so long for its end and for late copies.
const TOLD_MS: i64 = 24 * 3_600_000;
/// Times of one run by which a repeated record is known.
const TIMES_KEPT: usize = 8;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Told {
    #[default]
    Open,
    Pulse,
    Fire,
}

/// Smoke by a clock that lost its date: what is longer is a clock that was set between.
const SAID_MS: i64 = 24 * 3_600_000;

/// When a record was.
pub struct Seen {
    /// By the detector's clock where that can be, else by the host's.
    pub at: Timestamp,
    pub now: Timestamp,
    own: Option<Timestamp>,
    /// As the record says it, be it possible or not.
    said: Option<Timestamp>,
}

impl Seen {
    pub fn of(said: Option<Timestamp>, now: Timestamp) -> Seen {
        let own = said.filter(|at| (now - BEHIND_MS..=now + AHEAD_MS).contains(at));
        Seen { at: own.unwrap_or(now), now, own, said }
    }

    /// A time that cannot be, which all the same tells from another how long it was.
    fn lost(&self) -> Option<Timestamp> {
        self.said.filter(|_| self.own.is_none())
    }
}

/// A time that is told again and again, by the host's clock.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Again {
    count: u32,
    from: Timestamp,
    until: Timestamp,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Run {
    pub told: Told,
    /// By the detector's clock, where it has one.
    pub first: Timestamp,
    pub last: Timestamp,
    /// By the host's.
    from: Timestamp,
    pub until: Timestamp,
    pub count: u32,
    /// The detector said that it was over: what comes then is another run.
    #[serde(default)]
    pub cleared: bool,
    /// The detector's own times as it said them, newest last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    times: Vec<Timestamp>,
    /// What to say of where it is, from its last record.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub data: String,
    /// First and last of the detector's own times that can be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    own: Option<(Timestamp, Timestamp)>,
    /// First and last of those that cannot: a date that was lost still measures.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    said: Option<(Timestamp, Timestamp)>,
    /// When the host last received smoke without a time that can be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    unsaid: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    again: Option<Again>,
    /// Smoke told late, of before this run, or by a clock that was put back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    late: Option<(Timestamp, Timestamp)>,
    /// Pulses before this that were near each other, and when the first was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    before: Option<(u32, Timestamp)>,
}

impl Run {
    pub fn new(seen: &Seen) -> Run {
        Run { first: seen.at, last: seen.at, from: seen.now, until: seen.now, ..Run::default() }
    }

    /// The run after this one.
    pub fn next(&self, seen: &Seen) -> Run {
        let (count, since) = self.before.unwrap_or((0, self.first));
        let before = self.goes_on(seen, NEAR_MS).then_some((count + 1, since));
        Run { times: self.times.clone(), before, ..Run::new(seen) }
    }

    pub fn goes_on(&self, seen: &Seen, gap: i64) -> bool {
        // A fire is not over after a pause that ends a pulse.
        let gap = if self.told == Told::Fire { NEAR_MS } else { gap };
        !self.cleared && (seen.at <= self.last + gap || seen.now <= self.until + gap)
    }

    pub fn is_before(&self, seen: &Seen, gap: i64) -> bool {
        seen.at < self.first - gap
    }

    /// Whether it may be a copy. A time that cannot be tells two records apart no
    /// better than none.
    pub fn knows(&self, seen: &Seen) -> bool {
        let is_soon = seen.now <= self.until + COPY_MS;
        seen.said.is_some_and(|said| self.times.contains(&said)) && (seen.own.is_some() || is_soon)
    }

    /// One more of a known time: how long it has smoked, once these are no copies.
    pub fn again(&mut self, now: Timestamp) -> Option<i64> {
        let since = self.again.map_or(self.until, |again| again.until.max(self.until));
        if now <= since + COPY_MS {
            return None;
        }
        let is_near = now <= since + NEAR_MS;
        let again = match self.again {
            Some(again) if is_near => Again { count: again.count.saturating_add(1), until: now, ..again },
            None if is_near && !self.cleared => Again { count: 1, from: self.from, until: now },
            _ => Again { count: 1, from: now, until: now },
        };
        self.again = Some(again);
        (again.count >= COPIES).then_some(now - again.from)
    }

    /// Smoke from before this run: how long that has lasted.
    pub fn take_late(&mut self, seen: &Seen, gap: i64) -> i64 {
        let at = seen.at;
        let joined = self.late.filter(|(first, last)| (first - gap..=last + gap).contains(&at));
        let (first, last) = joined.map_or((at, at), |(first, last)| (first.min(at), last.max(at)));
        self.late = Some((first, last));
        self.remember(seen);
        last - first
    }

    /// True: it is older than what is known of this run, so its arrival is no news.
    pub fn take(&mut self, seen: &Seen) -> bool {
        let is_late = matches!((self.own, seen.own), (Some((_, last)), Some(own)) if own < last);
        if !is_late {
            self.until = self.until.max(seen.now);
        }
        self.first = self.first.min(seen.at);
        self.last = self.last.max(seen.at);
        self.count = self.count.saturating_add(1);
        match seen.own {
            Some(own) => self.own = Some(widened(self.own, own)),
            None => self.unsaid = Some(seen.now),
        }
        if let Some(lost) = seen.lost() {
            self.said = Some(widened(self.said, lost));
        }
        self.remember(seen);
        is_late
    }

    fn remember(&mut self, seen: &Seen) {
        self.times.extend(seen.said.filter(|said| !self.times.contains(said)));
        let over = self.times.len().saturating_sub(TIMES_KEPT);
        self.times.drain(..over);
    }

    /// It is a fire from now on.
    pub fn kindle(&mut self, now: Timestamp) {
        self.told = Told::Fire;
        self.cleared = false;
        self.until = self.until.max(now);
    }

    /// It is over.
    pub fn clear(&mut self) {
        self.cleared = true;
        self.again = None;
        if self.told == Told::Open {
            self.told = Told::Pulse;
        }
    }

    /// One record alone lasts no time, whatever the two clocks say of it.
    pub fn lasted(&self) -> i64 {
        let lasted = match self.own {
            _ if self.count < 2 => return 0,
            Some((first, last)) if last > first => (last - first).max(self.unsaid()),
            _ => (self.last - self.first).max(self.until - self.from),
        };
        lasted.max(apart(self.said))
    }

    /// The same up to its end.
    pub fn lasted_until(&self, seen: &Seen) -> i64 {
        let lasted = match (self.own, seen.own) {
            (Some((first, _)), Some(at)) if at > first => (at - first).max(self.unsaid()),
            _ => (seen.at - self.first).max(seen.now - self.from),
        };
        let said = self.said.map(|(first, last)| (first, last.max(seen.lost().unwrap_or(last))));
        lasted.max(apart(said))
    }

    /// By the host, up to what came without a time.
    fn unsaid(&self) -> i64 {
        self.unsaid.map_or(0, |unsaid| unsaid - self.from)
    }

    /// By the host, over what came with known times: two that were no copies and the
    /// record that now follows are as good as three.
    pub fn stood(&self) -> i64 {
        self.again.filter(|again| again.count >= COPIES - 1).map_or(0, |again| again.until - again.from)
    }

    /// How long since the first of three pulses near each other: two may be chance,
    /// and a detector that reports once a minute has no other way to say that it lasts.
    pub fn returned(&self) -> i64 {
        self.before.filter(|(count, _)| *count >= 2).map_or(0, |(_, since)| self.last - since)
    }

    /// Pulses near each other, with this one.
    pub fn pulses(&self) -> u32 {
        self.before.map_or(1, |(count, _)| count + 1)
    }

    /// Records, with those of a clock that stands.
    pub fn reports(&self) -> u32 {
        self.count.saturating_add(self.again.map_or(0, |again| again.count))
    }

    /// When it began, where its detector has a clock.
    pub fn observed(&self) -> Option<Timestamp> {
        self.times.first().map(|_| self.first)
    }

    /// When the host next looks: is it a pulse, is it forgotten.
    pub fn due(&self) -> Timestamp {
        let until = self.again.map_or(self.until, |again| again.until.max(self.until));
        match self.told {
            Told::Open => until + super::quiet_ms(),
            Told::Pulse | Told::Fire => until + TOLD_MS,
        }
    }

    /// Without what only makes it nicer to read, and all but its newest time.
    pub fn strip(&mut self) {
        self.data.clear();
        let over = self.times.len().saturating_sub(1);
        self.times.drain(..over);
    }
}

fn widened(span: Option<(Timestamp, Timestamp)>, at: Timestamp) -> (Timestamp, Timestamp) {
    let (first, last) = span.unwrap_or((at, at));
    (first.min(at), last.max(at))
}

/// Between two times of a clock that lost its date.
fn apart(said: Option<(Timestamp, Timestamp)>) -> i64 {
    let apart = said.map_or(0, |(first, last)| last.saturating_sub(first));
    if apart <= SAID_MS { apart } else { 0 }
}

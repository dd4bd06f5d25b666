//! How far all who read a feed's log, and what it said, have come.

use crate::bus::Bus;
use crate::position::{self, Place};
use crate::publish::Said;
use crate::signals::{Covered, Position};
use crate::subject::{self, EVENT_DOOR, FeedName, Lane};
use tocsin_core::Json;
use tocsin_core::record::Record;

pub struct Reach {
    /// SIGNALS up to here is decided over, its dead are told of and its sends are out.
    pub signals: u64,
    /// ... up to here its dead are told of: they take their bytes from RAW.
    dead: u64,
    /// The feed's last message in SIGNALS.
    pub last: u64,
}

impl Reach {
    pub async fn of(bus: &Bus, name: &FeedName) -> Reach {
        let core = match bus.last_of_stream(subject::JOURNAL).await {
            Some(last) => Record::read(&last.payload).map_or(0, |record| record.signals),
            None => 0,
        };
        // All of the source before its sequence is said, and of it perhaps a part.
        let (_, repeated) = Place::of::<Said>(bus, position::DEAD).await;
        let told = bus.last_of_stream(subject::DEAD).await.map(|last| Said::by(&last));
        let dead = repeated.into_iter().chain(told).max();
        let dead = dead.map_or(0, |said| said.source.saturating_sub(u64::from(!said.is_all())));
        let sends = crate::sends::position(bus, name).await;
        let last = bus.last_of_subject(subject::SIGNALS, &subject::signal(name)).await;
        Reach { signals: core.min(dead).min(sends), dead, last: last.map_or(0, |last| last.sequence) }
    }

    /// The last run that nobody needs any more.
    pub async fn raw(&self, bus: &Bus, name: &FeedName) -> u64 {
        let newest = bus.last_sequence(&subject::raw_stream(&name.department)).await;
        let covered = behind(bus, name, self.dead).await;
        let mut free = whole(bus, name, &covered, newest).await;
        for lane in Lane::BOTH {
            if let Some(news) = unrepeated(bus, name, lane).await {
                free = free.min(news - 1);
            }
        }
        free
    }
}

/// Where the feed stood behind the messages of SIGNALS up to `sequence`.
pub async fn behind(bus: &Bus, name: &FeedName, sequence: u64) -> Position {
    let subject = subject::signal(name);
    let (stored, is_next) = match bus.at_or_after(subject::SIGNALS, &subject, sequence + 1).await {
        Some(next) => (Some(next), true),
        None => (bus.last_of_subject(subject::SIGNALS, &subject).await, false),
    };
    let covered = stored.and_then(|stored| Covered::read(&stored.payload).ok());
    match covered {
        Some(covered) if is_next => covered.before(),
        Some(covered) => covered.position,
        None => Position::default(),
    }
}

/// The last run, not above `newest`, before which both lanes are covered whole.
pub async fn whole(bus: &Bus, name: &FeedName, covered: &Position, newest: u64) -> u64 {
    let stream = subject::raw_stream(&name.department);
    let mut until = newest;
    for lane in Lane::BOTH {
        let next = covered.lane(lane).run + 1;
        if let Some(open) = bus.at_or_after(&stream, &subject::raw_lane(name, lane), next).await {
            until = until.min(open.sequence - 1);
        }
    }
    until
}

/// The newest message of news, while POSITION does not say as much as it does.
async fn unrepeated(bus: &Bus, name: &FeedName, lane: Lane) -> Option<u64> {
    let stream = subject::raw_stream(&name.department);
    let news = bus.last_of_subject(&stream, &subject::raw(name, lane, EVENT_DOOR)).await?;
    let (_, said) = Place::of::<Said>(bus, &position::news(name, lane)).await;
    (said < Some(Said::by(&news))).then_some(news.sequence)
}

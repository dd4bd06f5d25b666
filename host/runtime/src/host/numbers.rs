//! How far each stream has come, by what its readers have said of it: before anything
//! is written, a server that lost the end of one is told not to begin there again.

use crate::bus::Bus;
use crate::position::{self, Place};
use crate::publish::Said;
use crate::retain::Gone;
use crate::sends;
use crate::signals::Covered;
use crate::subject::{self, FeedName, Lane};
use tocsin_core::Json;
use tocsin_core::record::Record;

pub async fn settle(bus: &Bus, departments: &[String]) {
    let names: Vec<FeedName> =
        departments.iter().map(|department| FeedName { department: department.clone(), feed: 0 }).collect();
    // Ordering: from the end of the chain to its beginning, as each names the one before.
    bus.expect_number(subject::JOURNAL, journal(bus, &names).await);
    bus.settle_numbers(subject::JOURNAL).await;
    bus.expect_number(subject::SIGNALS, signals(bus, &names).await);
    bus.settle_numbers(subject::SIGNALS).await;
    for name in &names {
        let raw = subject::raw_stream(&name.department);
        bus.expect_number(&raw, runs(bus, name).await);
        bus.settle_numbers(&raw).await;
    }
}

/// By what publishers have made of it.
async fn journal(bus: &Bus, names: &[FeedName]) -> u64 {
    let mut stages = vec![position::EVENTS.to_owned()];
    stages.extend(names.iter().flat_map(|name| Lane::BOTH.map(|lane| position::news(name, lane))));
    let told = bus.last_of_stream(subject::EVENTS).await.map(|last| Said::by(&last));
    let mut newest = told.map_or(0, |said| said.source);
    for stage in stages {
        newest = newest.max(said(bus, &stage).await);
    }
    newest
}

/// By what the core has decided over, and what letters and sends have come of it.
async fn signals(bus: &Bus, names: &[FeedName]) -> u64 {
    let last = bus.last_of_stream(subject::JOURNAL).await;
    let record = last.and_then(|last| Record::read(&last.payload).ok());
    let told = bus.last_of_stream(subject::DEAD).await.map_or(0, |last| Said::by(&last).source);
    let mut newest = record.map_or(0, |record| record.signals).max(told).max(said(bus, position::DEAD).await);
    for name in names {
        newest = newest.max(sends::position(bus, name).await).max(gone(bus, name).await.signals);
    }
    newest
}

/// By what the feed has covered, and what of it is forgotten.
async fn runs(bus: &Bus, name: &FeedName) -> u64 {
    let last = bus.last_of_subject(subject::SIGNALS, &subject::signal(name)).await;
    let covered = last.and_then(|last| Covered::read(&last.payload).ok());
    let covered = covered.map_or(0, |covered| covered.position.newest().max(covered.whole));
    covered.max(gone(bus, name).await.raw)
}

async fn said(bus: &Bus, stage: &str) -> u64 {
    Place::of::<Said>(bus, stage).await.1.map_or(0, |said| said.source)
}

async fn gone(bus: &Bus, name: &FeedName) -> Gone {
    Place::of::<Gone>(bus, &position::feed(name)).await.1.unwrap_or_default()
}

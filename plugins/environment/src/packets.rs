//! A report in several packets: each is one of its own where it says its time, else
//! they are one text that was cut.

mod stretch;

use crate::report;
use crate::segment::Segment;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use tocsin_sdk::{Outcome, Timestamp, copies, memory, timers};

/// Room and timer key.
pub const PACKETS: &str = "packets";
/// Loggers repeat what is not answered within seconds.
const PATIENCE_MS: i64 = 30_000;
/// Room key of the report that was whole last.
const TOLD: &str = "told";
/// Until then a packet that comes again is a retry of that report.
const RETRY_MS: i64 = 600_000;
/// Of one report, so that it fits the room beside the factors.
const MOST: usize = 40 * 1_024;

pub enum Collected {
    /// Contents to read, one after the other.
    Whole(Vec<String>),
    /// Nothing to read, or not yet.
    Waiting(Outcome),
}

#[derive(Default, Deserialize, Serialize)]
struct Parts {
    qn: String,
    st: String,
    mn: String,
    cn: u16,
    total: u16,
    bytes: usize,
    contents: BTreeMap<u16, String>,
}

/// The answer to its last packet may have been lost.
#[derive(Deserialize, Serialize)]
struct Told {
    qn: String,
    cn: u16,
    total: u16,
    at: Timestamp,
}

pub fn collect(segment: &Segment, received: Timestamp) -> Collected {
    let Some((total, number)) = segment.packet else {
        let contents = vec![segment.cp.clone()];
        return match is_copy(segment, &contents, received) {
            true => Collected::Waiting(Outcome::default()),
            false => Collected::Whole(contents),
        };
    };
    let mut outcome = Outcome::default();
    if is_told(segment, total, received) {
        return Collected::Waiting(outcome);
    }
    let mut parts: Parts = memory::load(PACKETS).unwrap_or_default();
    if (&parts.qn, parts.cn, parts.total) != (&segment.qn, segment.cn, total) {
        if parts.total > 0 {
            outcome = give_up(received);
        }
        parts = Parts {
            qn: segment.qn.clone(),
            st: segment.st.clone(),
            mn: segment.mn.clone(),
            cn: segment.cn,
            total,
            ..Parts::default()
        };
    }
    // The same packet again is the logger's retry.
    if !parts.contents.contains_key(&number) {
        parts.bytes += segment.cp.len();
        parts.contents.insert(number, segment.cp.clone());
    }
    if parts.bytes > MOST {
        outcome
            .defects
            .push(format!("多包报文超过 {MOST} 字节,先到者先读 (a report beyond 40 KiB is read in parts)"));
        close();
        return Collected::Waiting(read(parts, received, outcome));
    }
    if parts.contents.len() < usize::from(total) {
        memory::save(PACKETS, &parts);
        timers::set(PACKETS, received + PATIENCE_MS);
        return Collected::Waiting(outcome);
    }
    close();
    remember(&parts, received);
    let contents = contents(&parts);
    let is_alone = outcome.defects.is_empty() && outcome.signals.is_empty();
    match is_copy(segment, &contents, received) {
        true => Collected::Waiting(outcome),
        false if is_alone => Collected::Whole(contents),
        false => Collected::Waiting(read(parts, received, outcome)),
    }
}

/// Whether it was told before. What says neither its QN nor a time is the same each time.
fn is_copy(segment: &Segment, contents: &[String], received: Timestamp) -> bool {
    let Segment { qn, st, cn, mn, .. } = segment;
    let is_timed = |content: &String| {
        content.split("Time=").skip(1).any(|time| time.starts_with(|c: char| c.is_ascii_digit()))
    };
    let is_named = !qn.is_empty() || contents.iter().any(is_timed);
    let text = contents.join("\n");
    is_named && copies::is_copy([qn, st, &cn.to_string(), mn, &text].map(String::as_bytes), received)
}

/// What can be read of a report whose rest never came.
pub fn give_up(now: Timestamp) -> Outcome {
    let Some(parts) = memory::load::<Parts>(PACKETS) else { return Outcome::default() };
    close();
    let (got, total) = (parts.contents.len(), parts.total);
    let outcome = read(parts, now, Outcome::default());
    outcome.defect(format!("多包报文只到 {got} 包,共 {total} 包 (the rest of the report did not come)"))
}

fn read(parts: Parts, received: Timestamp, mut outcome: Outcome) -> Outcome {
    let contents = contents(&parts);
    let Parts { qn, st, mn, cn, .. } = parts;
    let segment = Segment { qn, st, cn, pw: String::new(), mn, flag: 0, packet: None, cp: String::new() };
    match report::tell(&segment, &contents, received) {
        Ok(told) => {
            outcome.signals.extend(told.signals);
            outcome.defects.extend(told.defects);
        }
        Err(refusal) => outcome.defects.push(refusal.reason),
    }
    outcome
}

fn contents(parts: &Parts) -> Vec<String> {
    let is_own = |content: &String| content.trim_start().starts_with("DataTime=");
    // The first by itself may be the beginning of a text.
    let is_first_alone = parts.contents.keys().eq(&[1]);
    match parts.contents.values().all(is_own) && !is_first_alone {
        true => parts.contents.values().cloned().collect(),
        false => vec![stretch::whole(&parts.contents, parts.total)],
    }
}

fn is_told(segment: &Segment, total: u16, received: Timestamp) -> bool {
    memory::load::<Told>(TOLD).is_some_and(|told| {
        (&told.qn, told.cn, told.total) == (&segment.qn, segment.cn, total) && received - told.at < RETRY_MS
    })
}

/// Without a QN the next report is called the same.
fn remember(parts: &Parts, received: Timestamp) {
    let Parts { qn, cn, total, .. } = parts;
    if !qn.is_empty() {
        memory::save(TOLD, &Told { qn: qn.clone(), cn: *cn, total: *total, at: received });
    }
}

fn close() {
    memory::forget(PACKETS);
    timers::cancel(PACKETS);
}

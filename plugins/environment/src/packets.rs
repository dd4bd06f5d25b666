//! A report in several packets: each is one of its own where it says its time, else
//! they are one text that was cut.

use crate::report;
use crate::segment::Segment;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use tocsin_sdk::{Outcome, Timestamp, memory, timers};

/// Room and timer key.
pub const PACKETS: &str = "packets";
/// Loggers repeat what is not answered within seconds.
const PATIENCE_MS: i64 = 30_000;
/// Of one report, so that it fits the room beside the factors.
const MOST: usize = 40 * 1_024;

pub enum Collected {
    /// Contents to read, one after the other.
    Whole(Vec<String>),
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

pub fn collect(segment: &Segment, received: Timestamp) -> Collected {
    let Some((total, number)) = segment.packet else {
        return Collected::Whole(vec![segment.cp.clone()]);
    };
    let mut outcome = Outcome::default();
    let mut parts: Parts = memory::load(PACKETS).unwrap_or_default();
    if (&parts.qn, parts.cn, parts.total) != (&segment.qn, segment.cn, total) {
        if parts.total > 0 {
            outcome = give_up();
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
        return Collected::Waiting(read(parts, outcome));
    }
    if parts.contents.len() < usize::from(total) {
        memory::save(PACKETS, &parts);
        timers::set(PACKETS, received + PATIENCE_MS);
        return Collected::Waiting(outcome);
    }
    close();
    match outcome.defects.is_empty() && outcome.signals.is_empty() {
        true => Collected::Whole(contents(&parts)),
        false => Collected::Waiting(read(parts, outcome)),
    }
}

/// What can be read of a report whose rest never came.
pub fn give_up() -> Outcome {
    let Some(parts) = memory::load::<Parts>(PACKETS) else { return Outcome::default() };
    close();
    let (got, total) = (parts.contents.len(), parts.total);
    let outcome = read(parts, Outcome::default());
    outcome.defect(format!("多包报文只到 {got} 包,共 {total} 包 (the rest of the report did not come)"))
}

fn read(parts: Parts, mut outcome: Outcome) -> Outcome {
    let contents = contents(&parts);
    let Parts { qn, st, mn, cn, .. } = parts;
    let segment = Segment { qn, st, cn, pw: String::new(), mn, flag: 0, packet: None, cp: String::new() };
    match report::tell(&segment, &contents) {
        Ok(told) => {
            outcome.signals.extend(told.signals);
            outcome.defects.extend(told.defects);
        }
        Err(refusal) => outcome.defects.push(refusal.reason),
    }
    outcome
}

fn contents(parts: &Parts) -> Vec<String> {
    let each = || parts.contents.values();
    match each().all(|content| content.trim_start().starts_with("DataTime=")) {
        true => each().cloned().collect(),
        false => vec![each().map(String::as_str).collect()],
    }
}

fn close() {
    memory::forget(PACKETS);
    timers::cancel(PACKETS);
}

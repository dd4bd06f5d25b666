//! The border: nothing that a guest says passes unchecked.
//!
//! What is wrong in a part of an answer is dropped or mended and noted as a
//! defect, so that an alarm is never lost because of an optional field. What
//! no honest plugin says at all (too much of anything) ends the call.

mod block;
pub(crate) mod json;
mod pieces;
mod position;
mod signal;
pub(crate) mod text;

pub(crate) use pieces::pieces;

use crate::bindings::tocsin::plugin::types;
use crate::manifest::Limits;
use crate::verdict::{Verdict, VerdictKind};
use std::ops::RangeInclusive;
use text::{keep, line};
use tocsin_core::outcome::{Act, Advice, Outcome, Rejection, RejectionKind, Send};
use tocsin_core::time::Timestamp;

/// A device path on any of the protocols; the longest seen is under 60.
const DEVICE_BYTES: usize = 256;
/// A code of GB/T 35561 or a word of the vocabulary.
const CODE_BYTES: usize = 64;
const UNIT_BYTES: usize = 32;
const REFERENCE_BYTES: usize = 256;
/// One line on the duty officer's screen, in Chinese 170 characters.
const TITLE_BYTES: usize = 512;
const REASON_BYTES: usize = 1_024;
/// An MQTT topic or a URL path.
const CHANNEL_BYTES: usize = 1_024;
/// JSON of one signal or advice: a whole CAP message fits.
const DATA_BYTES: usize = 32 << 10;
const DEFECT_BYTES: usize = 512;
/// More defects than this in one frame say nothing new.
const DEFECTS: usize = 64;
const ADVICE: usize = 64;
/// What an item costs in an answer beside its own text.
const ITEM_BYTES: usize = 16;

/// 1970-01-01 to 2200-01-01: what a clock of this city can show.
const YEARS: RangeInclusive<i64> = 0..=7_258_118_400_000;

pub(crate) fn is_time(at: Timestamp) -> bool {
    YEARS.contains(&at.0)
}

/// Defects found at the border, behind those the guest noted itself.
#[derive(Default)]
pub(crate) struct Defects {
    noted: Vec<String>,
    more: usize,
}

impl Defects {
    fn note(&mut self, defect: String) {
        if self.noted.len() < DEFECTS {
            self.noted.push(defect);
        } else {
            self.more += 1;
        }
    }

    /// At most [`DEFECTS`], the last of which counts the rest.
    fn close(mut self) -> Vec<String> {
        if self.more > 0
            && let Some(last) = self.noted.last_mut()
        {
            *last = format!("and {} more defects", self.more + 1);
        }
        self.noted
    }
}

pub(crate) type GuestResult = Result<types::Outcome, types::Rejection>;

/// What the guest returned, as the host will keep it. `device` is the call's.
pub(crate) fn result(
    answer: GuestResult,
    device: &str,
    limits: &Limits,
) -> Result<Result<Outcome, Rejection>, Verdict> {
    match answer {
        Ok(outcome) => self::outcome(outcome, device, limits).map(Ok),
        Err(rejection) => self::rejection(rejection, limits).map(Err),
    }
}

fn at_most(what: &str, is: usize, most: usize) -> Result<(), Verdict> {
    if is <= most {
        return Ok(());
    }
    Err(Verdict::new(VerdictKind::Output, format!("{is} {what} in one answer; {most} are allowed")))
}

fn outcome(outcome: types::Outcome, device: &str, limits: &Limits) -> Result<Outcome, Verdict> {
    at_most("signals", outcome.signals.len(), limits.signals as usize)?;
    at_most("sends", outcome.sends.len(), limits.sends as usize)?;
    at_most("pieces of advice", outcome.advice.len(), ADVICE)?;
    at_most("bytes", weigh(&outcome), limits.output_bytes as usize)?;

    let mut defects = Defects {
        noted: outcome.defects.iter().take(DEFECTS).map(|defect| line(defect, DEFECT_BYTES)).collect(),
        more: outcome.defects.len().saturating_sub(DEFECTS),
    };
    let signals = outcome
        .signals
        .into_iter()
        .enumerate()
        .map(|(index, signal)| signal::signal(signal, index, device, &mut defects))
        .collect();
    let mut sends = Vec::with_capacity(outcome.sends.len());
    for (index, send) in outcome.sends.into_iter().enumerate() {
        sends.extend(self::send(send, index, &mut defects));
    }
    let mut advice = Vec::with_capacity(outcome.advice.len());
    for (index, piece) in outcome.advice.into_iter().enumerate() {
        advice.extend(self::advice(piece, index, &mut defects));
    }
    Ok(Outcome { signals, sends, advice, defects: defects.close() })
}

/// Bytes that the answer takes in SIGNALS: JSON text, payloads in hex.
fn weigh(outcome: &types::Outcome) -> usize {
    let signals = outcome.signals.iter().map(|s| {
        ITEM_BYTES
            + s.code.len()
            + s.device.len()
            + s.region.len()
            + s.unit.len()
            + s.reference.len()
            + text::weight(&s.title)
            + text::weight(&s.data)
    });
    let sends =
        outcome.sends.iter().map(|s| ITEM_BYTES + s.device.len() + s.channel.len() + 2 * s.payload.len());
    let advice = outcome.advice.iter().map(|a| {
        ITEM_BYTES + a.subject.len() + a.object.len() + text::weight(&a.reason) + text::weight(&a.data)
    });
    let defects = outcome.defects.iter().map(|defect| ITEM_BYTES + text::weight(defect));
    signals.sum::<usize>() + sends.sum::<usize>() + advice.sum::<usize>() + defects.sum::<usize>()
}

/// A send without a way (a device or channel that cannot be one) is no send.
fn send(send: types::Send, index: usize, defects: &mut Defects) -> Option<Send> {
    for (what, name, most) in
        [("device", &send.device, DEVICE_BYTES), ("channel", &send.channel, CHANNEL_BYTES)]
    {
        if !text::is_clean(name, most) {
            defects.note(format!(
                "send {index} was dropped: `{what}` is `{}`; at most {most} bytes without control characters",
                line(name, 80)
            ));
            return None;
        }
    }
    Some(Send { device: send.device, channel: send.channel, payload: send.payload })
}

fn advice(advice: types::Advice, index: usize, defects: &mut Defects) -> Option<Advice> {
    for (what, name) in [("subject", &advice.subject), ("object", &advice.object)] {
        if !text::is_clean(name, REFERENCE_BYTES) {
            defects.note(format!(
                "advice {index} was dropped: `{what}` is `{}`; at most {REFERENCE_BYTES} bytes without control characters",
                line(name, 80)
            ));
            return None;
        }
    }
    let data = json::object(advice.data, DATA_BYTES).unwrap_or_else(|why| {
        defects.note(format!("advice {index}: `data` was dropped: {why}"));
        String::new()
    });
    Some(Advice {
        act: act(advice.act),
        subject: advice.subject,
        object: advice.object,
        reason: keep(advice.reason, REASON_BYTES),
        data,
    })
}

/// An `other` that spells a known word is that word: in JSON they look the same.
fn act(act: types::Act) -> Act {
    match act {
        types::Act::Confirm => Act::Confirm,
        types::Act::Refute => Act::Refute,
        types::Act::Merge => Act::Merge,
        types::Act::Raise => Act::Raise,
        types::Act::Attach => Act::Attach,
        types::Act::Order => Act::Order,
        types::Act::Note => Act::Note,
        types::Act::Other(word) => match word.as_str() {
            "confirm" => Act::Confirm,
            "refute" => Act::Refute,
            "merge" => Act::Merge,
            "raise" => Act::Raise,
            "attach" => Act::Attach,
            "order" => Act::Order,
            "note" => Act::Note,
            _ => Act::Other(keep(word, CODE_BYTES)),
        },
    }
}

fn rejection(rejection: types::Rejection, limits: &Limits) -> Result<Rejection, Verdict> {
    at_most("bytes", 2 * rejection.reply.len(), limits.output_bytes as usize)?;
    let kind = match rejection.kind {
        types::RejectionKind::Malformed => RejectionKind::Malformed,
        types::RejectionKind::Unsupported => RejectionKind::Unsupported,
        types::RejectionKind::Unauthorised => RejectionKind::Unauthorised,
        types::RejectionKind::Implausible => RejectionKind::Implausible,
        types::RejectionKind::Other(word) => match word.as_str() {
            "malformed" => RejectionKind::Malformed,
            "unsupported" => RejectionKind::Unsupported,
            "unauthorised" => RejectionKind::Unauthorised,
            "implausible" => RejectionKind::Implausible,
            _ => RejectionKind::Other(keep(word, CODE_BYTES)),
        },
    };
    Ok(Rejection { kind, reason: keep(rejection.reason, REASON_BYTES), reply: rejection.reply })
}

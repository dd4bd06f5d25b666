//! 安全生产: enterprises, hidden dangers (隐患) from finding to re-check, inspections
//! and drills, as a department's register has them.
//!
//! One record is a JSON object or a row of a table. Many come as an array, one a
//! line, or a CSV file (`,`, `;` or tab; UTF-8 or GB 18030) whose first row names
//! the columns in Chinese or English; the framer makes each its own frame.
//!
//! | record | becomes | needs |
//! |---|---|---|
//! | enterprise | `unit.registered`, and `danger.found` for each danger it lists | id, name |
//! | danger | `danger.found` | id; a title, a text or a photo |
//! | rectification | `danger.rectified` | the danger's id |
//! | re-check | `danger.rechecked` | the danger's id, whether it passed |
//! | inspection, drill | `inspection.done`, `drill.held` | id |
//!
//! Which it is a field `type` says, else the door (`/in/safety/dangers`), else what
//! only one of them has.
//!
//! **Read tolerantly.** Numbers may be text and text numbers, digits full width;
//! `null` and `""` mean absent; a time without a zone is Beijing time, a deadline
//! that is a day ends with it. What is optional and cannot be read is left out and
//! named in `defects`; so are fields that nobody reads.
//!
//! **Identity strictly.** A record without its id, a row with more or fewer cells
//! than there are columns, a table without a header and bytes that are neither
//! UTF-8 nor GB 18030 are refused, with the field named. So is what has more than 128
//! KiB, 60 KiB where the framer cuts, or 24 KiB of one report beside its pictures.
//!
//! A photo is a link or a name of the sender's own; a picture sent inline is named in
//! `defects` and left out.

mod charset;
mod danger;
mod field;
mod framing;
mod inspection;
mod kind;
mod record;
mod refusal;
mod table;
#[cfg(test)]
mod tests;
mod unit;
mod value;
mod weight;

use kind::Kind;
use record::Record;
use refusal::Refusal;
use serde_json::json;
use tocsin_sdk::{Answer, Datum, Decoder, Framer, Message, Outcome, Piece, Signal, city};

/// The plugin.
#[derive(Debug)]
pub struct Safety;

impl Decoder for Safety {
    fn decode(message: Message) -> Answer {
        let mut record = Record::read(&message).map_err(Refusal::into_rejection)?;
        let signals = signals(&mut record, &message).map_err(Refusal::into_rejection)?;
        record.name_unread();
        let reply = json!({
            "accepted": true,
            "reference": signals.first().map(|signal| &signal.reference),
            "codes": signals.iter().map(|signal| &signal.code).collect::<Vec<_>>(),
            "defects": record.defects,
        });
        let mut outcome = Outcome::default().reply(reply.to_string());
        outcome.signals = signals;
        outcome.defects = record.defects;
        weight::bounded(outcome)
    }
}

fn signals(record: &mut Record, message: &Message) -> Result<Vec<Signal>, Refusal> {
    let datum = city::setting("datum").and_then(|name| value::datum(&name)).unwrap_or(Datum::Wgs84);
    match Kind::of(record, &message.door, &message.origin)? {
        Kind::Unit => unit::signals(record, datum),
        Kind::Danger => Ok(vec![danger::found(record, datum, None)?]),
        Kind::Rectification => Ok(vec![danger::rectified(record)?]),
        Kind::Recheck => Ok(vec![danger::rechecked(record)?]),
        Kind::Inspection => Ok(vec![inspection::done(record, "inspection.done")?]),
        Kind::Drill => Ok(vec![inspection::done(record, "drill.held")?]),
    }
}

impl Framer for Safety {
    fn frame(buffer: &[u8]) -> Vec<Piece> {
        framing::pieces(buffer)
    }
}

tocsin_sdk::export!(Safety: decoder, framer);

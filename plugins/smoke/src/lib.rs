//! 烟雾监测: stand-alone smoke detectors, as JSON over MQTT or HTTP.
//!
//! One record is one JSON object, alone, in an array or one a line:
//!
//! ```json
//! {"device": "SD-0031", "event": "smoke", "time": "2026-07-12 14:30:20",
//!  "battery": 86, "density": 0.12, "address": "东苑小区 3 幢 2 单元 401"}
//! ```
//!
//! **Read tolerantly** ([`record`]): the usual names of fields, words and flags in
//! Chinese and English, numbers as text, empty fields, times without a zone. The
//! device may stand in the topic or path instead.
//!
//! **What smoke means** ([`run`]):
//!
//! | Smoke | Told |
//! |---|---|
//! | for `sustain_s` and longer, or with a duration that long, or as `fire` | alarm `fire.smoke`, immediate |
//! | less, and then `quiet_s` nothing, or its end | alarm `smoke.pulse`, minor, possible: an item that somebody looks at |
//!
//! A detector that was wrong before is heard like any other: how often is counted
//! ([`verdict`]), and the fourth time in 90 days proposes maintenance. Low battery
//! is a fault until it is charged; the city makes one task of it.
//!
//! **Refused**, with the field named: what is no JSON, a record without a device, one
//! that says nothing. Of many records in one payload the bad ones are defects.

mod battery;
mod record;
mod run;
mod verdict;
mod word;

#[cfg(test)]
mod tests;

use record::Record;
use tocsin_sdk::{Answer, Connector, Decoder, Event, Message, Tick, Timekeeper, field};

/// The plugin.
pub struct Smoke;

tocsin_sdk::export!(Smoke: decoder, connector, timekeeper);

impl Decoder for Smoke {
    fn decode(message: Message) -> Answer {
        let mut runs = run::Runs::load();
        let answer = field::each(&message, record::KNOWN, |fields| {
            let record = Record::read(fields, &message)?;
            let mut signals = battery::tell(&record);
            signals.extend(runs.take(&record, message.received));
            signals.extend(record.rest(signals.is_empty() && record.device != message.device));
            Ok(signals)
        })?;
        runs.save();
        Ok(answer)
    }
}

impl Connector for Smoke {
    fn deliver(event: Event) -> Answer {
        verdict::deliver(&event)
    }
}

impl Timekeeper for Smoke {
    fn wake(tick: Tick) -> Answer {
        Ok(run::wake(tick.due))
    }
}

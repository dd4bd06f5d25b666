//! 基层治理: a grid worker's event report in JSON becomes one `report` signal.
//!
//! One report is one JSON object, posted over HTTP or MQTT, or one of many in a
//! file (one a line, an array, or simply one after the other):
//!
//! ```json
//! {"id": "GW-20260712-0031", "category": "火情", "text": "东苑小区 3 幢楼道冒烟",
//!  "photo": "https://grid.example/p/31.jpg",
//!  "position": {"lon": 120.2987, "lat": 29.2801, "datum": "gcj02"},
//!  "reporter": {"id": "grid-002-01", "name": "周明", "phone": "138-0000-1001"},
//!  "time": "2026-07-12 14:30:20", "township": "330791002000", "level": "较大"}
//! ```
//!
//! **Read tolerantly.** Every field is optional as long as there is a text, a
//! photo or a known category. A photo is a link or a name of the sender's own; a
//! picture sent inline is named in `defects` and left out. Numbers may be text and text may be numbers; `null` and
//! `""` mean absent; a time without a zone is Beijing time; the position may be
//! an object, `[lon, lat]`, GeoJSON, `"lon,lat"` or two top-level fields; the
//! Chinese and the usual English names of fields and categories are known. What
//! is optional and cannot be read is left out and named in `defects`; so are
//! fields that nobody reads, which is how a renamed field is noticed.
//!
//! **Written strictly.** Kind `report`, code `report.<category>` (an unknown
//! category is `report.other` with a defect), device = the reporter, `reference`
//! = the report's own id or, without one, a hash of the report, so that the same
//! bytes twice are one matter. `data` holds `category`, `text`, `photos`,
//! `address`, `region_name` (a township in words) and `reporter`.
//!
//! **Refused**, with the field named: what is not one JSON object in UTF-8, more
//! than 128 KiB (60 KiB where the framer cuts, 24 KiB beside the pictures), and a report
//! that says nothing. A position that cannot be one is left out and named.
//!
//! What names a case (`caseId`) and an `action` is no report but what a platform
//! says of it; the other way each step of a case goes out ([`connector`]).
//!
//! The reply is JSON: `{"accepted":true,"reference":…,"code":…,"defects":[…]}`
//! or `{"accepted":false,"field":…,"reason":…}`.

mod category;
mod connector;
mod framing;
mod photo;
mod report;
#[cfg(test)]
mod tests;

use report::Report;
use serde_json::json;
use tocsin_sdk::{Answer, Connector, Decoder, Event, Framer, Message, Outcome, Piece};

/// The plugin.
#[derive(Debug)]
pub struct Grid;

impl Decoder for Grid {
    fn decode(message: Message) -> Answer {
        if message.origin.starts_with(connector::ANSWERED) {
            return connector::answered(&message);
        }
        let object = report::object(&message.payload)?;
        if let Some(progress) = connector::progress(&object) {
            return Ok(progress?);
        }
        let report = Report::read(object, &message.payload)?;
        let reply = json!({
            "accepted": true,
            "reference": &report.reference,
            "code": report.code(),
            "defects": &report.defects,
        });
        let mut outcome = Outcome::from(report.signal()?).reply(reply.to_string());
        outcome.defects = report.defects;
        Ok(outcome)
    }
}

impl Framer for Grid {
    fn frame(buffer: &[u8]) -> Vec<Piece> {
        framing::pieces(buffer)
    }
}

impl Connector for Grid {
    fn deliver(event: Event) -> Answer {
        connector::deliver(&event)
    }
}

tocsin_sdk::export!(Grid: decoder, framer, connector);

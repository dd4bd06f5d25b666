//! 视频: GB/T 28181 alarm notifications (MANSCDP XML) become alarms and faults.
//!
//! The body of a SIP MESSAGE or NOTIFY comes in by itself, over HTTP, MQTT or
//! NATS:
//!
//! ```xml
//! <?xml version="1.0" encoding="GB2312"?>
//! <Notify>
//!   <CmdType>Alarm</CmdType><SN>17</SN><DeviceID>33079100001320000010</DeviceID>
//!   <AlarmPriority>2</AlarmPriority><AlarmMethod>5</AlarmMethod>
//!   <AlarmTime>2026-07-12T14:30:20</AlarmTime>
//!   <AlarmDescription>主变区围墙</AlarmDescription>
//!   <Info><AlarmType>6</AlarmType><AlarmTypeParam><EventType>1</EventType></AlarmTypeParam></Info>
//! </Notify>
//! ```
//!
//! **Read tolerantly.** The encoding is the declared one (GB2312 means
//! GB 18030) unless the bytes say otherwise; undecodable bytes become `�`. Names
//! of elements in any case, `AlarmType` inside `Info` or beside it, methods
//! joined (`25`), times with and without a zone (Beijing), empty positions, ids
//! that have no 20 digits. What cannot be read is named in `defects`.
//!
//! **Written strictly.** Method and type choose kind and code (one table in
//! `table.rs`); `AlarmPriority` 1 to 4 is severity extreme to minor; device = the
//! `DeviceID`; no `reference`, so that a storm of one camera stays one matter.
//! `Longitude` and `Latitude` are in the datum of the setting `datum`. The reply
//! is `<Response>` with the same `SN` and `<Result>OK</Result>`.
//!
//! `Keepalive` is a status (`video.online`), with a fault for every device it
//! lists as broken; its answer is the transport's own, so there is no reply.
//!
//! **Refused**: what is no XML, or more than 64 KiB, 16 levels or 1,000
//! elements of it; any document type (so nothing can be defined, included or
//! expanded) and any entity but the five predefined and the numeric ones; other
//! commands (`Catalog`, `MobilePosition`, every `Query`, `Control`, `Response`);
//! an alarm without a `DeviceID` or with none of priority, method and time
//! readable. Where the `SN` is known, the reply says `<Result>ERROR</Result>`.

mod alarm;
mod charset;
mod document;
mod keepalive;
mod reply;
mod table;
#[cfg(test)]
mod tests;

use document::{Document, Element};
use reply::Reply;
use tocsin_sdk::{Answer, Datum, Decoder, Message, Outcome, Rejection, city};

/// The plugin.
#[derive(Debug)]
pub struct Video;

impl Decoder for Video {
    fn decode(message: Message) -> Answer {
        let text = charset::decode(&message.payload)?;
        let Document { root, damage } = document::read(&text.text);
        let Some(root) = root else {
            return Err(damage.unwrap_or_else(|| Rejection::malformed("not XML: there is no element")));
        };
        let reply = Reply::to(&root);
        let answer = match damage {
            Some(damage) => Err(damage),
            None => command(&root),
        };
        match answer {
            Ok(mut outcome) => {
                outcome.defects.splice(0..0, text.defects);
                Ok(outcome)
            }
            Err(rejection) => match reply.and_then(|reply| reply.error()) {
                Some(reply) => Err(rejection.with_reply(reply)),
                None => Err(rejection),
            },
        }
    }
}

fn command(root: &Element) -> Result<Outcome, Rejection> {
    let command = root.field("CmdType").unwrap_or_default();
    if !root.is("Notify") {
        return Err(Rejection::unsupported(format!(
            "<{}> {command}: a device's <Notify> is expected here",
            root.name()
        )));
    }
    match command.to_ascii_lowercase().as_str() {
        "alarm" => alarm::read(root, datum()),
        "keepalive" => keepalive::read(root),
        "" => Err(Rejection::malformed("CmdType is missing or empty")),
        _ => Err(Rejection::unsupported(format!("CmdType {command}: only Alarm and Keepalive are taken"))),
    }
}

/// As the operator set it; the standard itself names no datum but means WGS-84.
fn datum() -> Datum {
    match city::setting("datum").as_deref() {
        Some("gcj02") => Datum::Gcj02,
        Some("bd09") => Datum::Bd09,
        _ => Datum::Wgs84,
    }
}

tocsin_sdk::export!(Video: decoder);

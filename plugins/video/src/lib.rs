//! 视频: cameras and recorders by GB/T 28181: a whole SIP agent, as far as alarms go.
//!
//! | Door | What comes |
//! |---|---|
//! | UDP, TCP | SIP ([`sip`]): a device registers, tells its alarms, is asked and armed ([`agent`]); what is remembered of it is a [`camera`] |
//! | HTTP, MQTT, NATS, folder | the body of an alarm or keep-alive alone |
//!
//! The documents are the same (MANSCDP XML):
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
//! that have no 20 digits. What cannot be read is named in `defects`, and so is a
//! time more than a day ahead, whose alarm is live all the same.
//!
//! **Written strictly.** Method and type choose kind and code (one table in
//! `table.rs`); `AlarmPriority` 1 to 4 is severity extreme to minor; device = the
//! `DeviceID`; no `reference`, so that a storm of one camera stays one matter.
//! `Longitude` and `Latitude` are in the datum of the setting `datum`. The reply
//! is `<Response>` with the same `SN` and `<Result>OK</Result>`.
//!
//! **Refused**: what is no XML, or more than 64 KiB, 16 levels or 1,000
//! elements of it; any document type (so nothing can be defined, included or
//! expanded) and any entity but the five predefined and the numeric ones; other
//! commands; an alarm without a `DeviceID` or with none of priority, method and
//! time readable; in SIP whatever RFC 3261 answers with 400, 405, 415 or 505, and
//! who is not who they say (403).

mod agent;
mod alarm;
mod body;
mod camera;
mod charset;
mod document;
mod keepalive;
mod reply;
mod settings;
mod sip;
mod table;
#[cfg(test)]
mod tests;

use camera::Unwell;
use document::{Document, Element};
use reply::Reply;
use sip::message::{Message as Sip, Start};
use std::net::SocketAddr;
use tocsin_sdk::{
    Answer, Connector, Datum, Decoder, Event, Framer, Message, Outcome, Piece, Rejection, Tick, Timekeeper,
    Timestamp, city, memory,
};

/// Room key of who is unwell among those that speak no SIP.
const UNWELL: &str = "unwell";

/// The plugin.
#[derive(Debug)]
pub struct Video;

tocsin_sdk::export!(Video: framer, decoder, connector, timekeeper);

impl Framer for Video {
    fn frame(buffer: &[u8]) -> Vec<Piece> {
        sip::stream::pieces(buffer)
    }
}

impl Decoder for Video {
    fn decode(message: Message) -> Answer {
        // A socket's bytes are SIP; the other doors bring a message's body alone.
        match message.origin.parse::<SocketAddr>() {
            Ok(_) => converse(&message),
            Err(_) => alone(&message),
        }
    }
}

impl Timekeeper for Video {
    fn wake(tick: Tick) -> Answer {
        agent::wake(&tick)
    }
}

impl Connector for Video {
    fn deliver(event: Event) -> Answer {
        agent::deliver(&event)
    }
}

fn converse(message: &Message) -> Answer {
    let Some(sip) = Sip::read(&message.payload) else {
        return Err(Rejection::malformed("not a SIP message: no start line, or no end of the headers"));
    };
    match sip.start {
        Start::Request { .. } => agent::request(&sip, &message.device, &message.origin, message.received),
        Start::Response { .. } => agent::response(&sip, &message.device, message.received),
    }
}

fn alone(message: &Message) -> Answer {
    let text = charset::decode(&message.payload)?;
    let Document { root, damage } = document::read(&text.text);
    let Some(root) = root else {
        return Err(damage.unwrap_or_else(|| Rejection::malformed("not XML: there is no element")));
    };
    let reply = Reply::to(&root);
    let answer = match damage {
        Some(damage) => Err(damage),
        None => command(&root, message.received),
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

fn command(root: &Element, received: Timestamp) -> Result<Outcome, Rejection> {
    let command = root.field("CmdType").unwrap_or_default();
    if !root.is("Notify") {
        return Err(Rejection::unsupported(format!(
            "<{}> {command}: a device's <Notify> is expected here",
            root.name()
        )));
    }
    match command.to_ascii_lowercase().as_str() {
        "alarm" => alarm::read(root, datum(), received),
        "keepalive" => {
            let before: Unwell = memory::load(UNWELL).unwrap_or_default();
            let mut unwell = before.clone();
            let outcome = keepalive::read(root, &mut unwell)?;
            if unwell != before {
                memory::save(UNWELL, &unwell);
            }
            Ok(outcome)
        }
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

//! 气象: warning messages of the national format (12379) and of CAP 1.2 become
//! `warning` signals.
//!
//! One message is one document, posted to `/in/meteorology/12379` or
//! `/in/meteorology/cap`, or brought by NATS, MQTT or a folder. The source says
//! which format is expected; a document that is clearly of the other one is
//! read as that.
//!
//! **Read tolerantly.** UTF-8 or GB 18030, whatever the declaration says; names
//! in any case; misspelt types (`Cancle`); times with a space, an offset or
//! neither; codes of 6, 9 or 12 digits; references as bare identifiers or
//! triples. What cannot be read is named in `defects`, what does not fit
//! together in `flags`, and the higher of two levels counts.
//!
//! **Written strictly.** Kind `warning`; code = the event's code (`11B03`);
//! severity from the colour (red is extreme); observed = the time of sending;
//! reference = the identifier; region = the first area; `data` holds the rest.
//!
//! **Refused**, with the element named: what is no XML, a document type, more
//! than 128 KiB, 16 levels or 8,000 elements; no identifier; no area that can be
//! read; of the national format what says nothing of what is coming; of CAP what
//! lacks a part of the header ([`cap::header`]); `Ack` and `Error`, which speak of
//! messages. A header of CAP alone is the report `warning.empty`. A
//! cancellation is held to less: one that breaks off or has no identifier of
//! its own still says what it is about, and is passed on with a flag, because
//! behind a lost cancellation a red warning would stand for ever.

mod area;
mod cap;
mod charset;
mod document;
mod hazard;
mod level;
mod national;
mod notice;
mod part;
#[cfg(test)]
mod tests;
mod word;

use document::{Document, Element};
use hazard::Hazards;
use notice::Notice;
use tocsin_sdk::{Answer, Decoder, Message, Rejection, city};
use word::MsgType;

/// The plugin.
#[derive(Debug)]
pub struct Meteorology;

impl Decoder for Meteorology {
    fn decode(message: Message) -> Answer {
        let charset::Text { text, defect } = charset::decode(&message.payload)?;
        let Document { root, namespace, damage } = document::read(&text);
        let Some(root) = root else {
            return Err(damage.unwrap_or_else(|| Rejection::malformed("not XML: there is no element")));
        };
        let alert = match the_alert(&root) {
            Ok(alert) => alert,
            Err(rejection) => return Err(damage.unwrap_or(rejection)),
        };
        let mut notice = match format(alert, &namespace, &message) {
            // What breaks off early lacks elements for that reason.
            Format::Cap => cap::read(alert, &namespace).map_err(|lack| damage.clone().unwrap_or(lack))?,
            Format::National => national::read(alert),
        };
        if let Some(damage) = damage {
            damaged(&mut notice, damage)?;
        }
        notice.defects.splice(0..0, defect);
        notice.outcome(&Hazards::with(&city::setting("events").unwrap_or_default()))
    }
}

/// The message, alone or inside an envelope.
fn the_alert<'e, 'd>(root: &'e Element<'d>) -> Result<&'e Element<'d>, Rejection> {
    match root.find("alert").as_slice() {
        [alert] => Ok(alert),
        [] => Err(Rejection::malformed(format!("<{}> holds no <alert>", root.shown()))),
        many => {
            Err(Rejection::malformed(format!("{} <alert> in one document; send each by itself", many.len())))
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Cap,
    National,
}

/// By what only one of them has, else by the namespace, else by the source.
fn format(alert: &Element<'_>, namespace: &str, message: &Message) -> Format {
    let national = ["senderCode", "sendTime"].iter().any(|name| alert.all(name).next().is_some())
        || alert.all("info").any(|info| info.all("eventType").next().is_some());
    let is_cap = |text: &str| text.to_ascii_lowercase().contains("cap");
    match () {
        () if national => Format::National,
        () if !namespace.is_empty() => Format::Cap,
        () if is_cap(&message.door) || is_cap(&message.origin) => Format::Cap,
        () => Format::National,
    }
}

/// What breaks off is refused, but for a cancellation that says what is over.
fn damaged(notice: &mut Notice, damage: Rejection) -> Result<(), Rejection> {
    let kind = notice.msg_type.as_deref().and_then(word::msg_type).map(|(kind, _)| kind);
    let says_what = notice.id.is_some() && !notice.references.is_empty();
    if kind != Some(MsgType::Cancel) || !says_what {
        return Err(damage);
    }
    notice.flag("damaged");
    notice.defect(damage.reason);
    Ok(())
}

tocsin_sdk::export!(Meteorology: decoder);

//! The header of a CAP message. It says who speaks, whether in earnest, for whom,
//! and what becomes of earlier messages, so that nothing in it is guessed: an
//! element that is missing or none of the standard's words refuses the message. Case
//! and slips of the pen are let pass, with a defect.
//!
//! A cancellation is not refused for its scope: behind a lost one a warning stands.

use crate::area::short;
use crate::document::Element;
use crate::notice::Notice;
use crate::part;
use crate::word::{self, MsgType};
use tocsin_sdk::Rejection;

const STATUSES: &str = "Actual, Exercise, System, Test, Draft";
const TYPES: &str = "Alert, Update, Cancel, Ack, Error";
const SCOPES: &str = "Public, Restricted, Private";

pub fn read(alert: &Element<'_>, notice: &mut Notice) -> Result<MsgType, Rejection> {
    let kind = alert.field("msgType").and_then(word::msg_type).map(|(kind, _)| kind);
    let is_cancel = kind == Some(MsgType::Cancel);
    let refused = |what: String| {
        let about = if is_cancel { "; it is a cancellation" } else { "" };
        Rejection::malformed(format!("{what}{about}"))
    };
    let needed = |name: &str| alert.field(name).ok_or_else(|| refused(missing(name)));
    notice.id = Some(part::id(needed("identifier")?));
    notice.sender = needed("sender")?.to_owned();
    let text = needed("status")?;
    let (status, exact) = word::status(text).ok_or_else(|| refused(unknown("status", text, STATUSES)))?;
    if !exact {
        notice.defect(format!("status {} was read as {status}", short(text)));
    }
    notice.status = Some(text.to_owned());
    let text = needed("msgType")?;
    let kind = kind.ok_or_else(|| refused(unknown("msgType", text, TYPES)))?;
    notice.msg_type = Some(text.to_owned());
    match scope(alert, notice) {
        Err(lack) if is_cancel => notice.defect(lack),
        read => read.map_err(refused)?,
    }
    Ok(kind)
}

/// And what its word makes necessary.
fn scope(alert: &Element<'_>, notice: &mut Notice) -> Result<(), String> {
    let text = alert.field("scope").ok_or_else(|| missing("scope"))?;
    let (scope, exact) = word::scope(text).ok_or_else(|| unknown("scope", text, SCOPES))?;
    if !exact {
        notice.defect(format!("scope {} was read as {scope}", short(text)));
    }
    let needed = match scope {
        "restricted" => "restriction",
        "private" => "addresses",
        _ => return Ok(()),
    };
    if alert.field(needed).is_none() {
        notice.defect(format!("{}, though the scope is {scope}", missing(needed)));
    }
    Ok(())
}

fn missing(name: &str) -> String {
    format!("{name} is missing or empty")
}

fn unknown(name: &str, text: &str, words: &str) -> String {
    format!("{name} {} is none of {words}", short(text))
}

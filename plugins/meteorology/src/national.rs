//! The national format (国家突发事件预警信息, commonly "12379"), read tolerantly.
//!
//! Identifiers have 29 or 31 characters, times a space and sometimes no offset,
//! levels are colours, references bare identifiers, areas comma lists; empty
//! elements are common, and there is no namespace.

use crate::area::short;
use crate::document::Element;
use crate::hazard;
use crate::level::Level;
use crate::notice::{Notice, moment};
use crate::part;

/// Of a block that names none.
const LANGUAGE: &str = "zh-CN";

pub fn read(alert: &Element<'_>) -> Notice {
    let mut notice = Notice { format: "12379", ..Notice::default() };
    notice.id = alert.one_of(&["identifier", "id"]).map(part::id);
    if let Some(id) = notice.id.as_deref().filter(|id| !is_national(id)) {
        let defect = format!("identifier {} is not agency_time or agency_time_n", short(id));
        notice.defect(defect);
    }
    let agency = notice.id.as_deref().and_then(|id| id.get(..14)).filter(|code| is_digits(code));
    notice.sender = alert
        .field("senderCode")
        .map(str::to_owned)
        .or_else(|| agency.map(str::to_owned))
        .or_else(|| alert.field("sender").map(str::to_owned))
        .unwrap_or_default();
    notice.sender_name = alert.field("sender").unwrap_or_default().to_owned();
    let written = alert.one_of(&["sendTime", "sent"]);
    notice.sent = notice.time("sendTime", written).or_else(|| in_id(notice.id.as_deref()?));
    notice.status = alert.field("status").map(str::to_owned);
    notice.msg_type = alert.field("msgType").map(str::to_owned);
    notice.references = part::references(alert);

    let infos: Vec<&Element<'_>> = alert.all("info").collect();
    let infos = part::in_chinese(&infos, LANGUAGE);
    // Some leave the envelope out.
    let info = infos.first().copied().unwrap_or(alert);
    let kind = info.one_of(&["eventType", "eventCode", "event"]);
    notice.event_code = kind.and_then(hazard::code).map(Into::into);
    if notice.event_code.is_none() {
        notice.event = kind.unwrap_or_default().to_owned();
    }
    notice.severity_text = info.field("severity").unwrap_or_default().to_owned();
    notice.severity = info.field("severity").and_then(Level::read);
    notice.urgency = part::urgency(info);
    notice.certainty = part::certainty(info);
    notice.effective = notice.time("effective", info.field("effective"));
    notice.onset = notice.time("onset", info.field("onset"));
    notice.expires = notice.time("expires", info.field("expires"));
    if notice.expires.is_none() && info.field("expires").is_some() {
        notice.flag("expires-unreadable");
    }
    notice.headline = info.one_of(&["headline", "title"]).unwrap_or_default().to_owned();
    notice.description = info.field("description").unwrap_or_default().to_owned();
    notice.instruction = info.field("instruction").unwrap_or_default().to_owned();
    for area in infos.iter().flat_map(|info| info.all("area")).chain(alert.all("area")) {
        let joined = |name: &str| area.all(name).filter_map(Element::content).collect::<Vec<_>>().join(",");
        notice.areas.lists(&joined("geocode"), &joined("areaDesc"));
        part::shapes(area, &mut notice.areas);
    }
    notice
}

/// 14 digits of the agency, 14 of the time, and in newer ones the number.
fn is_national(id: &str) -> bool {
    let mut parts = id.split('_');
    let (agency, time, number) = (parts.next(), parts.next(), parts.next());
    agency.is_some_and(|agency| agency.len() == 14 && is_digits(agency))
        && time.is_some_and(|time| time.len() == 14 && is_digits(time))
        && number.is_none_or(|number| number.len() == 1 && is_digits(number))
        && parts.next().is_none()
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The identifier says when, where the field does not.
fn in_id(id: &str) -> Option<tocsin_sdk::Timestamp> {
    moment(id.split('_').nth(1)?)
}

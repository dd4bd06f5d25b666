//! CAP 1.2 (OASIS, 2010), read as the standard has it; what is only spelt
//! wrong is taken with a defect.

use crate::area::{padded, short};
use crate::document::Element;
use crate::hazard;
use crate::level::Level;
use crate::notice::Notice;
use crate::part;
use tocsin_sdk::Rejection;

pub const NAMESPACE: &str = "urn:oasis:names:tc:emergency:cap:1.2";

pub fn read(alert: &Element<'_>, namespace: &str) -> Result<Notice, Rejection> {
    let mut notice = Notice { format: "cap", ..Notice::default() };
    match namespace {
        NAMESPACE => {}
        "" => notice.defect("there is no namespace; it was read as CAP 1.2"),
        other if other.starts_with("urn:oasis:names:tc:emergency:cap:") => {
            notice.defect(format!("namespace {other} was read as CAP 1.2"));
        }
        other => {
            return Err(Rejection::unsupported(format!("alert: namespace {} is not CAP's", short(other))));
        }
    }
    notice.id = alert.field("identifier").map(part::id);
    notice.sender = alert.field("sender").unwrap_or_default().to_owned();
    if notice.sender.is_empty() {
        notice.defect("sender is missing or empty");
    }
    let sent = alert.field("sent");
    notice.sent = notice.time("sent", sent);
    if sent.is_some_and(|sent| sent.ends_with(['Z', 'z'])) {
        notice.defect("sent ends in Z; CAP has a numeric offset");
    }
    notice.status = alert.field("status").map(str::to_owned);
    notice.msg_type = alert.field("msgType").map(str::to_owned);
    if alert.field("scope").is_none() {
        notice.defect("scope is missing or empty");
    }
    notice.references = part::references(alert);
    let infos: Vec<&Element<'_>> = alert.all("info").collect();
    let infos = part::in_chinese(&infos);
    if let Some(info) = infos.first() {
        first(&mut notice, info);
    }
    // Blocks of one language differ in area and degree: the message is as bad as the worst.
    for info in &infos {
        if let Some(text) = info.field("severity") {
            notice.severity = notice.severity.max(Level::read(text));
            notice.severity_text = text.to_owned();
        }
        notice.colour = notice.colour.max(colour(info));
        notice.urgency = part::sooner(notice.urgency, part::urgency(info));
        for area in info.all("area") {
            read_area(&mut notice, area);
        }
    }
    let until: Vec<_> = infos
        .iter()
        .map(|info| {
            let at = info.field("expires");
            if at.is_some() && at.and_then(crate::notice::moment).is_none() {
                notice.flag("expires-unreadable");
            }
            notice.time("expires", at)
        })
        .collect();
    notice.expires = until.into_iter().try_fold(None, |latest, at| Some(latest.max(Some(at?)))).flatten();
    Ok(notice)
}

fn first(notice: &mut Notice, info: &Element<'_>) {
    notice.sender_name = info.field("senderName").unwrap_or_default().to_owned();
    notice.event = info.field("event").unwrap_or_default().to_owned();
    let codes = pairs(info, "eventCode");
    notice.event_code = codes.iter().find_map(|(_, value)| hazard::code(value)).map(Into::into);
    if notice.event_code.is_none() {
        notice.event_code = hazard::code(&notice.event).map(Into::into);
    }
    notice.certainty = part::certainty(info);
    notice.effective = notice.time("effective", info.field("effective"));
    notice.onset = notice.time("onset", info.field("onset"));
    notice.headline = info.field("headline").unwrap_or_default().to_owned();
    notice.description = info.field("description").unwrap_or_default().to_owned();
    notice.instruction = info.field("instruction").unwrap_or_default().to_owned();
    for name in ["category", "event", "urgency", "severity", "certainty"] {
        if info.field(name).is_none() {
            notice.defect(format!("info: {name} is missing or empty"));
        }
    }
}

fn read_area(notice: &mut Notice, area: &Element<'_>) {
    let name = area.field("areaDesc").unwrap_or_default();
    let codes: Vec<String> = pairs(area, "geocode")
        .into_iter()
        .filter(|(name, _)| !is_foreign(name))
        .flat_map(|(_, value)| value.split([',', ' ']).filter_map(padded).collect::<Vec<_>>())
        .collect();
    let has_shape = area.field("polygon").is_some() || area.field("circle").is_some();
    match codes.as_slice() {
        [] if !has_shape => notice.areas.lists("", name),
        [] => {}
        [code] => notice.areas.add(code, name),
        // As our own writer and others that fold a list into one area have it.
        codes => notice.areas.lists(&codes.join(","), name),
    }
    part::shapes(area, &mut notice.areas);
    if name.is_empty() {
        notice.defect("area: areaDesc is missing or empty");
    }
}

/// Codes of other countries that also have six digits.
fn is_foreign(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    ["SAME", "FIPS", "UGC", "CLC", "SGC", "EMMA"].iter().any(|system| name.contains(system))
}

fn colour(info: &Element<'_>) -> Option<Level> {
    let is_colour = |name: &str| {
        let name = name.to_ascii_lowercase();
        name.contains("colour")
            || name.contains("color")
            || name.contains("颜色")
            || name == "awareness_level"
    };
    pairs(info, "parameter")
        .into_iter()
        .filter(|(name, _)| is_colour(name))
        // `3; orange; Severe`
        .find_map(|(_, value)| {
            value.split(';').find_map(|part| part.trim().parse::<u8>().is_err().then(|| Level::read(part))?)
        })
}

/// `{valueName, value}` of all children of this name.
fn pairs<'d>(parent: &'d Element<'_>, name: &str) -> Vec<(&'d str, &'d str)> {
    let pair =
        |child: &'d Element<'_>| Some((child.field("valueName").unwrap_or_default(), child.field("value")?));
    parent.all(name).filter_map(pair).collect()
}

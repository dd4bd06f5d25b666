//! A warning as CAP 1.2 (OASIS, 1 July 2010), written strictly: the order of
//! elements, the words of the enumerations, numeric offsets, references as
//! triples. The colour stays as a parameter, so that the way back loses nothing.

use super::{Message, Warning};
use crate::cap::{Xml, severity, time, token};
use crate::signal::{Certainty, Urgency};
use crate::time::Timestamp;

/// The newest message of the chain. Where it cancels or updates what is not
/// known by time and sender, which CAP requires, it is an alert in its own
/// right; one that ends the danger says so by `AllClear`.
pub fn to_cap(warning: &Warning) -> String {
    let newest = warning.messages.last().cloned().unwrap_or_else(|| Message {
        id: warning.id.clone(),
        msg_type: warning.msg_type.clone(),
        severity: warning.severity,
        sender: warning.sender.clone(),
        sent_at: warning.issued_at,
    });
    let references = references(warning);
    let cancels = newest.msg_type == "cancel";
    let msg_type = match newest.msg_type.as_str() {
        "cancel" if !references.is_empty() => "Cancel",
        "update" if !references.is_empty() => "Update",
        // Some authorities upgrade by a new alert that refers to the old one.
        "alert" if warning.messages.len() > 1 && !references.is_empty() => "Update",
        _ => "Alert",
    };
    let mut xml = Xml::new();
    xml.open("alert xmlns=\"urn:oasis:names:tc:emergency:cap:1.2\"");
    xml.text("identifier", &token(&newest.id));
    xml.text("sender", &token(&newest.sender));
    xml.text("sent", &time(newest.sent_at));
    xml.text("status", status(&warning.class));
    xml.text("msgType", msg_type);
    xml.text("scope", "Public");
    if msg_type != "Alert" {
        xml.text("references", &references);
    }
    info(&mut xml, warning, cancels);
    xml.close("alert");
    xml.into_text()
}

fn info(xml: &mut Xml, warning: &Warning, cancels: bool) {
    xml.open("info");
    xml.text("language", "zh-CN");
    xml.text("category", category(&warning.event_code));
    let event = [&warning.event, &warning.event_code].into_iter().find(|text| !text.is_empty());
    xml.text("event", event.map_or("预警", String::as_str));
    if cancels {
        xml.text("responseType", "AllClear");
    }
    xml.text("urgency", if cancels { "Past" } else { urgency(warning.urgency) });
    xml.text("severity", severity(warning.severity));
    xml.text("certainty", certainty(warning.certainty));
    xml.pair("eventCode", "GB/T 35561", &warning.event_code);
    for (name, at) in
        [("effective", warning.effective_at), ("onset", warning.onset_at), ("expires", warning.expires_at)]
    {
        if let Some(at) = at {
            xml.text(name, &time(at));
        }
    }
    for (name, text) in [
        ("senderName", &warning.sender_name),
        ("headline", &warning.headline),
        ("description", &warning.description),
        ("instruction", &warning.instruction),
    ] {
        if !text.is_empty() {
            xml.text(name, text);
        }
    }
    xml.pair("parameter", "colour", &warning.colour);
    xml.pair("parameter", "level", &warning.level);
    areas(xml, warning);
    xml.close("info");
}

/// One area a place; shapes, which are of the whole message, stand in the first.
fn areas(xml: &mut Xml, warning: &Warning) {
    let whole = super::Place { code: String::new(), name: "预警区域".to_owned() };
    let fallback: Vec<super::Place> = match warning.areas.is_empty() {
        true => vec![whole],
        false => warning
            .areas
            .iter()
            .map(|code| super::Place { code: code.clone(), name: String::new() })
            .collect(),
    };
    let places = if warning.places.is_empty() { &fallback } else { &warning.places };
    for (index, place) in places.iter().enumerate() {
        xml.open("area");
        let name = [&place.name, &place.code].into_iter().find(|text| !text.is_empty());
        xml.text("areaDesc", name.map_or("预警区域", String::as_str));
        if index == 0 {
            for ring in warning.polygons.iter().filter(|ring| ring.len() >= 4 && ring.first() == ring.last())
            {
                let points: Vec<String> = ring.iter().map(|[lon, lat]| format!("{lat},{lon}")).collect();
                xml.text("polygon", &points.join(" "));
            }
            for [lon, lat, km] in &warning.circles {
                xml.text("circle", &format!("{lat},{lon} {km}"));
            }
        }
        xml.pair("geocode", "GB/T 2260", &place.code);
        xml.close("area");
    }
}

/// All earlier messages of the chain, and those that were referred to and say
/// themselves when they were sent.
fn references(warning: &Warning) -> String {
    let earlier = warning.messages.iter().rev().skip(1).rev();
    let known = earlier.map(|message| triple(&message.sender, &message.id, message.sent_at));
    let awaited = warning.awaits.iter().filter_map(|id| Some(triple(&warning.sender, id, in_id(id)?)));
    known.chain(awaited).collect::<Vec<_>>().join(" ")
}

fn triple(sender: &str, id: &str, sent: Timestamp) -> String {
    format!("{},{},{}", token(sender), token(id), time(sent))
}

/// `33079141600000_20260712100000`: Beijing time behind the agency.
fn in_id(id: &str) -> Option<Timestamp> {
    let digits = id.split('_').nth(1).filter(|digits| digits.len() == 14 && digits.is_ascii())?;
    let part = |from: usize, to: usize| digits[from..to].parse::<i16>().ok();
    let small = |from: usize| i8::try_from(part(from, from + 2)?).ok();
    let civil =
        jiff::civil::DateTime::new(part(0, 4)?, small(4)?, small(6)?, small(8)?, small(10)?, small(12)?, 0)
            .ok()?;
    let zoned = civil.to_zoned(jiff::tz::TimeZone::fixed(jiff::tz::offset(8))).ok()?;
    Some(Timestamp(zoned.timestamp().as_millisecond()))
}

fn status(class: &str) -> &'static str {
    match class {
        "exercise" => "Exercise",
        "system" => "System",
        "test" => "Test",
        "draft" => "Draft",
        _ => "Actual",
    }
}

/// Class and group of the code; GB/T 35561 puts weather under 11B and the sea under 11E.
fn category(code: &str) -> &'static str {
    match code.get(..3).unwrap_or_default() {
        "11A" | "11B" | "11E" => "Met",
        "11C" | "11D" => "Geo",
        "11G" => "Fire",
        _ => match code.get(..2).unwrap_or_default() {
            "11" => "Env",
            "12" => "Safety",
            "13" => "Health",
            "14" => "Security",
            _ => "Other",
        },
    }
}

fn urgency(urgency: Urgency) -> &'static str {
    match urgency {
        Urgency::Unknown => "Unknown",
        Urgency::Past => "Past",
        Urgency::Future => "Future",
        Urgency::Expected => "Expected",
        Urgency::Immediate => "Immediate",
    }
}

fn certainty(certainty: Certainty) -> &'static str {
    match certainty {
        Certainty::Unknown => "Unknown",
        Certainty::Unlikely => "Unlikely",
        Certainty::Possible => "Possible",
        Certainty::Likely => "Likely",
        Certainty::Observed => "Observed",
    }
}

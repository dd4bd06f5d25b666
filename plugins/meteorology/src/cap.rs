//! CAP 1.2 (OASIS, 2010): the header strictly ([`header`]), what it warns of
//! tolerantly, with a defect for each word that is none of the standard's.

mod header;

use crate::area::{padded, short};
use crate::document::Element;
use crate::hazard;
use crate::level::Level;
use crate::notice::Notice;
use crate::part;
use crate::word::MsgType;
use tocsin_sdk::Rejection;

pub const NAMESPACE: &str = "urn:oasis:names:tc:emergency:cap:1.2";
/// Of a block that names none.
const LANGUAGE: &str = "en-US";
/// What each `info` has to say, in words of the standard; case does not matter.
const WORDS: [(&str, &[&str]); 4] = [
    (
        "category",
        &[
            "Geo",
            "Met",
            "Safety",
            "Security",
            "Rescue",
            "Fire",
            "Health",
            "Env",
            "Transport",
            "Infra",
            "CBRNE",
            "Other",
        ],
    ),
    ("urgency", &["Immediate", "Expected", "Future", "Past", "Unknown"]),
    ("severity", &["Extreme", "Severe", "Moderate", "Minor", "Unknown"]),
    ("certainty", &["Observed", "Likely", "Possible", "Unlikely", "Unknown"]),
];

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
    let kind = header::read(alert, &mut notice)?;
    let sent = alert.field("sent");
    notice.sent = notice.time("sent", sent);
    if sent.is_some_and(|sent| sent.ends_with(['Z', 'z'])) {
        notice.defect("sent ends in Z; CAP has a numeric offset");
    }
    notice.references = part::references(alert);
    if matches!(kind, MsgType::Update | MsgType::Cancel) && notice.references.is_empty() {
        notice.defect(format!("references is missing or empty; the message is of type {}", kind.as_str()));
    }
    let blocks: Vec<&Element<'_>> = alert.all("info").collect();
    notice.is_bare = blocks.is_empty();
    let infos = part::in_chinese(&blocks, LANGUAGE);
    if let Some(info) = infos.first() {
        first(&mut notice, info);
    }
    // Blocks of one language differ in area and degree: the message is as bad as the worst.
    for info in &infos {
        words(&mut notice, info);
        notice.severity = notice.severity.max(info.field("severity").and_then(Level::read));
        notice.colour = notice.colour.max(colour(info));
        notice.urgency = part::sooner(notice.urgency, part::urgency(info));
    }
    read_areas(&mut notice, &infos, &blocks);
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
}

/// Names what is missing and what is none of the standard's words.
fn words(notice: &mut Notice, info: &Element<'_>) {
    for (name, words) in WORDS {
        let mut said = info.all(name).filter_map(Element::content).peekable();
        if said.peek().is_none() {
            notice.once(format!("info: {name} is missing or empty"));
        }
        for text in said.filter(|text| !words.iter().any(|word| word.eq_ignore_ascii_case(text))) {
            let read = match Level::read(text) {
                Some(level) if name == "severity" => level.colour(),
                None if name == "severity" => {
                    notice.flag("severity-unreadable");
                    "unknown"
                }
                _ => "unknown",
            };
            notice.once(format!("info: {name} {} is none of CAP's; it was read as {read}", short(text)));
        }
    }
    if info.field("event").is_none() {
        notice.once("info: event is missing or empty".to_owned());
    }
}

/// Where those that count say nothing, another language may say where.
fn read_areas(notice: &mut Notice, infos: &[&Element<'_>], blocks: &[&Element<'_>]) {
    let has_area = |info: &&Element<'_>| info.all("area").next().is_some();
    let placed = if infos.iter().any(has_area) { infos } else { blocks };
    notice.is_placeless = !placed.iter().any(has_area);
    placed.iter().flat_map(|info| info.all("area")).for_each(|area| read_area(notice, area));
    notice.areas.settle();
}

/// A place by its codes, else a shape, else by its name, which is one free text.
fn read_area(notice: &mut Notice, area: &Element<'_>) {
    let name = area.field("areaDesc").unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ");
    if name.is_empty() {
        notice.defect("area: areaDesc is missing or empty");
    }
    let codes: Vec<String> = pairs(area, "geocode")
        .into_iter()
        .filter(|(name, _)| !is_foreign(name))
        .flat_map(|(_, value)| value.split([',', ' ']).filter_map(padded).collect::<Vec<_>>())
        .collect();
    let is_drawn = part::shapes(area, &mut notice.areas);
    match codes.is_empty() {
        false => codes.iter().for_each(|code| notice.areas.add(code, &name)),
        true if is_drawn => notice.areas.draw(&name),
        true if name.is_empty() => {}
        true => notice.areas.add("", &name),
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

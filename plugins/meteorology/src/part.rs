//! Parts that both formats have: references, languages, shapes, words of CAP.

use crate::area::Areas;
use crate::document::Element;
use crate::notice::moment;
use tocsin_sdk::{Certainty, Urgency};

/// An identifier as it is kept: one line.
pub fn id(text: &str) -> String {
    match text.contains(char::is_control) {
        true => text.chars().filter(|c| !c.is_control()).collect::<String>().trim().to_owned(),
        false => text.trim().to_owned(),
    }
}

/// Identifiers that a message refers to: bare ones in any list, or triples of
/// sender, identifier and time.
pub fn references(alert: &Element<'_>) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for text in alert.all("references").filter_map(Element::content) {
        for token in text.split_whitespace() {
            let parts: Vec<&str> =
                token.split([',', '，', ';']).map(str::trim).filter(|part| !part.is_empty()).collect();
            let ids = match parts.as_slice() {
                [_, id, sent] if sent.contains('T') && moment(sent).is_some() => std::slice::from_ref(id),
                bare => bare,
            };
            for id in ids {
                // What is left of a time that was written with a space.
                let is_clock = id.contains(':') && id.len() <= 14;
                if !is_clock && !found.iter().any(|known| known == id) {
                    found.push((*id).to_owned());
                }
            }
        }
    }
    found
}

/// The blocks in Chinese, else those in the language of the first. One that names
/// none is in the format's own.
pub fn in_chinese<'e, 'd>(infos: &[&'e Element<'d>], own: &str) -> Vec<&'e Element<'d>> {
    fn language<'a>(info: &'a Element<'_>, own: &'a str) -> &'a str {
        info.field("language").unwrap_or(own)
    }
    let is_chinese =
        |info: &&&Element<'_>| language(info, own).get(..2).is_some_and(|l| l.eq_ignore_ascii_case("zh"));
    let chinese: Vec<&Element<'_>> = infos.iter().filter(is_chinese).copied().collect();
    match (chinese.is_empty(), infos.first()) {
        (true, Some(first)) => infos
            .iter()
            .filter(|info| language(info, own).eq_ignore_ascii_case(language(first, own)))
            .copied()
            .collect(),
        _ => chinese,
    }
}

/// Answers whether one of them could be read.
pub fn shapes(area: &Element<'_>, into: &mut Areas) -> bool {
    let polygons = area.all("polygon").filter_map(Element::content);
    let drawn = polygons.fold(false, |drawn, text| into.polygon(text) | drawn);
    let circles = area.all("circle").filter_map(Element::content);
    circles.fold(drawn, |drawn, text| into.circle(text) | drawn)
}

pub fn urgency(info: &Element<'_>) -> Option<Urgency> {
    let word = info.field("urgency")?.to_ascii_lowercase();
    let known = [
        ("immediate", Urgency::Immediate),
        ("expected", Urgency::Expected),
        ("future", Urgency::Future),
        ("past", Urgency::Past),
    ];
    known.into_iter().find(|(known, _)| *known == word).map(|(_, urgency)| urgency)
}

/// The sooner of two.
pub fn sooner(a: Option<Urgency>, b: Option<Urgency>) -> Option<Urgency> {
    let rank = |urgency: Option<Urgency>| match urgency {
        None | Some(Urgency::Unknown) => 0,
        Some(Urgency::Past) => 1,
        Some(Urgency::Future) => 2,
        Some(Urgency::Expected) => 3,
        Some(Urgency::Immediate) => 4,
    };
    if rank(b) > rank(a) { b } else { a }
}

pub fn certainty(info: &Element<'_>) -> Option<Certainty> {
    let word = info.field("certainty")?.to_ascii_lowercase();
    let known = [
        ("observed", Certainty::Observed),
        ("likely", Certainty::Likely),
        ("possible", Certainty::Possible),
        ("unlikely", Certainty::Unlikely),
    ];
    known.into_iter().find(|(known, _)| *known == word).map(|(_, certainty)| certainty)
}

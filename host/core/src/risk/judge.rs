//! From facts to colours: whom each concerns, the sum, and the colour of it.

use super::fact::Fact;
use crate::city::risk::{Colour, Risks, Scale};
use crate::time::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

const DAY_MS: i64 = 24 * 3_600_000;

/// What has a colour.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Subject {
    #[default]
    Unit,
    /// A village or a township.
    Region,
    Trade,
}

/// A subject that is listed also where no fact speaks of it, and what holds it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Place {
    pub subject: Subject,
    pub id: String,
    pub name: String,
    /// Of a unit: its region (a village where it is in one), and its trade.
    pub region: String,
    pub trade: String,
    /// Of a region: the codes that hold it, itself first; without the city.
    pub within: Vec<String>,
}

/// A colour and why.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Risk {
    pub kind: Subject,
    pub id: String,
    pub name: String,
    pub colour: Colour,
    pub points: i64,
    pub region: String,
    /// What weighs most first.
    pub facts: Vec<Weighed>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Weighed {
    pub points: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_least: Option<Colour>,
    #[serde(flatten)]
    pub fact: Fact,
}

/// The colours of all places as of `at`. `facts` may come in any order, and twice.
pub fn judge(rules: &Risks, places: &[Place], facts: &[Fact], at: Timestamp) -> Vec<Risk> {
    let books = Books::of(places);
    let mut all: BTreeMap<(Subject, &str), Risk> = places
        .iter()
        .map(|place| {
            let (kind, id, name) = (place.subject, place.id.clone(), place.name.clone());
            let region = if kind == Subject::Region { id.clone() } else { place.region.clone() };
            ((kind, place.id.as_str()), Risk { kind, id, name, region, ..Risk::default() })
        })
        .collect();
    // A set: neither their order nor a repetition makes a difference.
    let since = at.plus_millis(-i64::from(rules.days) * DAY_MS);
    let counted = facts.iter().filter(|fact| fact.stands() || fact.at >= since);
    for fact in counted.collect::<BTreeSet<&Fact>>() {
        let Some(weight) = rules.weights.iter().find(|weight| weight.fact == fact.kind) else { continue };
        let weighed = Weighed { points: weight.points, at_least: weight.at_least, fact: fact.clone() };
        for concerned in books.concerned(fact) {
            if let Some(risk) = all.get_mut(&concerned) {
                risk.facts.push(weighed.clone());
            }
        }
    }
    let mut risks: Vec<Risk> = all.into_values().collect();
    risks.iter_mut().for_each(|risk| risk.weigh(rules));
    risks
}

/// Who is where.
struct Books<'a> {
    units: BTreeMap<&'a str, &'a Place>,
    regions: BTreeMap<&'a str, &'a Place>,
    /// Region → units in it.
    inside: BTreeMap<&'a str, Vec<&'a str>>,
    /// Region → regions in it, itself too.
    below: BTreeMap<&'a str, Vec<&'a str>>,
}

impl<'a> Books<'a> {
    fn of(places: &'a [Place]) -> Books<'a> {
        let of = |subject| places.iter().filter(move |place| place.subject == subject);
        let by_id = |subject| -> BTreeMap<&str, &Place> {
            of(subject).map(|place| (place.id.as_str(), place)).collect()
        };
        let (units, regions) = (by_id(Subject::Unit), by_id(Subject::Region));
        let mut inside: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        let mut below: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for region in regions.values() {
            for holder in &region.within {
                below.entry(holder).or_default().push(&region.id);
            }
        }
        for unit in units.values() {
            for holder in regions.get(unit.region.as_str()).into_iter().flat_map(|region| &region.within) {
                inside.entry(holder).or_default().push(&unit.id);
            }
        }
        Books { units, regions, inside, below }
    }

    /// A fact of a unit concerns it, where it lies and its trade. One of a region
    /// alone concerns what holds it; a warning also all that lies in it.
    fn concerned(&self, fact: &'a Fact) -> BTreeSet<(Subject, &'a str)> {
        let mut concerned = BTreeSet::new();
        let unit = self.units.get(fact.unit.as_str());
        let is_warning = fact.kind.starts_with("warning.");
        let village = Some(fact.village.as_str()).filter(|code| self.regions.contains_key(code));
        let at_unit = unit.map(|unit| unit.region.as_str());
        let places: Vec<&str> = match village.or(at_unit.filter(|_| fact.village.is_empty())) {
            Some(place) => vec![place],
            None => fact.regions.iter().map(String::as_str).collect(),
        };
        for code in places {
            let within = self.regions.get(code).map_or(&[][..], |region| &region.within);
            concerned.extend(within.iter().map(|code| (Subject::Region, code.as_str())));
            if is_warning {
                let below = self.below.get(code).into_iter().flatten();
                concerned.extend(below.map(|code| (Subject::Region, *code)));
                let inside = self.inside.get(code).into_iter().flatten();
                concerned.extend(inside.map(|unit| (Subject::Unit, *unit)));
            }
        }
        if let Some(unit) = unit {
            concerned.insert((Subject::Unit, &unit.id));
        }
        let trade = if fact.trade.is_empty() { unit.map_or("", |unit| &unit.trade) } else { &fact.trade };
        if !trade.is_empty() {
            concerned.insert((Subject::Trade, trade));
        }
        concerned
    }
}

impl Risk {
    fn weigh(&mut self, rules: &Risks) {
        let scale: Scale = match self.kind {
            Subject::Unit => rules.unit,
            Subject::Region => rules.region,
            Subject::Trade => rules.trade,
        };
        self.facts.sort_by(|a, b| (-a.points, &a.fact).cmp(&(-b.points, &b.fact)));
        self.points = self.facts.iter().fold(0, |sum: i64, fact| sum.saturating_add(fact.points)).max(0);
        let least = self.facts.iter().filter_map(|fact| fact.at_least).max().unwrap_or_default();
        self.colour = scale.colour(self.points).max(least);
    }
}

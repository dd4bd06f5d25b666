//! Which incidents are near a piece of evidence: derived from the state, never
//! stored, rebuilt when the city's data change.
//!
//! Evidence of one incident at one spot is one *group* with the span of time it
//! covers, however many signals it holds, so that a storm from one place costs
//! one lookup in a few cells and not a scan. Evidence without a position is
//! near whatever shares its site (unit, else transmitter). The cell is as wide
//! as the hazard's widest reach: what is near lies in the cells around.

use super::{Evidence, Role};
use crate::place::{DEGREE_M, Spot};
use crate::registry::Speaker;
use crate::rule::{Rule, Rules};
use crate::time::Timestamp;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Live alarms never join what is over nor what is history: they would not be heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    Live,
    Historic,
    /// Ended, and remembered for what is still told late about it.
    Past,
    /// Supporting signals of no incident yet; their "incident" is their key.
    Held,
}

/// Where and when something is, and how far it reaches.
#[derive(Clone, Debug)]
pub struct Probe {
    pub spot: Option<Spot>,
    pub site: String,
    pub span: Span,
}

#[derive(Clone, Copy, Debug)]
pub struct Span {
    from: Timestamp,
    to: Timestamp,
    radius_m: f64,
    window_ms: i64,
}

/// Whose reach decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// The wider of the two: between alarms.
    Either,
    /// The probe's: a supporting signal looks for incidents.
    Probe,
    /// What is found: an incident looks for supporting signals.
    Found,
}

#[derive(Default)]
pub struct Index {
    spaces: HashMap<String, Space>,
    /// Fingerprint and incident, of opening evidence.
    keys: HashMap<Class, BTreeSet<(String, String)>>,
}

/// All evidence of one hazard.
struct Space {
    cell_deg: f64,
    buckets: HashMap<Bucket, BTreeMap<String, Groups>>,
}

/// One incident's groups in a bucket, each at one place: spot and site.
type Groups = BTreeMap<(Option<Spot>, String), Span>;

#[derive(Clone, PartialEq, Eq, Hash)]
enum Bucket {
    Cell(Class, i32, i32),
    Site(Class, String),
}

impl Probe {
    /// `None` where the rule lets nothing but the same fingerprint join.
    pub fn of(row: &Evidence, rule: Rule) -> Option<Probe> {
        let radius_m = rule.radius_m?;
        Some(Probe {
            spot: row.position.and_then(Spot::of),
            site: Speaker::site(&row.unit, &row.owner, &row.device),
            span: Span { from: row.first_at, to: row.last_at, radius_m, window_ms: rule.window_ms },
        })
    }
}

impl Span {
    fn join(&mut self, other: Span) {
        self.from = self.from.min(other.from);
        self.to = self.to.max(other.to);
        self.radius_m = self.radius_m.max(other.radius_m);
        self.window_ms = self.window_ms.max(other.window_ms);
    }

    fn gap_ms(&self, other: &Span) -> i64 {
        self.from.since(other.to).max(other.from.since(self.to)).max(0)
    }

    fn reaches(&self, found: &Span, metres: f64, reach: Reach) -> bool {
        let (radius_m, window_ms) = match reach {
            Reach::Either => (self.radius_m.max(found.radius_m), self.window_ms.max(found.window_ms)),
            Reach::Probe => (self.radius_m, self.window_ms),
            Reach::Found => (found.radius_m, found.window_ms),
        };
        metres <= radius_m && self.gap_ms(found) <= window_ms
    }
}

impl Index {
    /// Files a row under `id`; answers the group it now belongs to, or `None`
    /// where it reaches nothing.
    pub fn add(
        &mut self,
        class: Class,
        hazard: &str,
        id: &str,
        row: &Evidence,
        rules: &Rules,
    ) -> Option<Probe> {
        if row.role == Role::Opens {
            self.keys.entry(class).or_default().insert((row.key.clone(), id.to_owned()));
        } else if class != Class::Held {
            // Support joins an incident but widens no incident's reach.
            return None;
        }
        let probe = Probe::of(row, rules.of(hazard, row.role, &row.code))?;
        if !self.spaces.contains_key(hazard) {
            self.spaces.insert(hazard.to_owned(), Space::new(rules.widest_m(hazard)));
        }
        self.spaces.get_mut(hazard).map(|space| space.add(class, id, probe))
    }

    /// Forgets `id`, which holds `rows`.
    pub fn remove<'a>(
        &mut self,
        class: Class,
        hazard: &str,
        id: &str,
        rows: impl Iterator<Item = &'a Evidence>,
    ) {
        let space = self.spaces.get_mut(hazard);
        let mut buckets = Vec::new();
        for row in rows {
            if let Some(keys) = self.keys.get_mut(&class) {
                keys.remove(&(row.key.clone(), id.to_owned()));
            }
            if let Some(space) = &space {
                let spot = row.position.and_then(Spot::of);
                buckets.extend(spot.map(|spot| space.cell(class, spot)));
                buckets.push(Bucket::Site(class, Speaker::site(&row.unit, &row.owner, &row.device)));
            }
        }
        let Some(space) = space else { return };
        for bucket in buckets {
            if let Some(ids) = space.buckets.get_mut(&bucket) {
                ids.remove(id);
                if ids.is_empty() {
                    space.buckets.remove(&bucket);
                }
            }
        }
    }

    /// Incidents that hold a fingerprint.
    pub fn with_key<'a>(&'a self, class: Class, key: &'a str) -> impl Iterator<Item = &'a str> {
        self.with_prefix(class, key).filter(move |(found, _)| *found == key).map(|(_, id)| id)
    }

    /// Fingerprints that begin so, and their incidents.
    pub fn with_prefix<'a>(
        &'a self,
        class: Class,
        prefix: &'a str,
    ) -> impl Iterator<Item = (&'a str, &'a str)> {
        let from = (prefix.to_owned(), String::new());
        self.keys
            .get(&class)
            .into_iter()
            .flat_map(move |keys| keys.range(from.clone()..))
            .take_while(move |(key, _)| key.starts_with(prefix))
            .map(|(key, id)| (key.as_str(), id.as_str()))
    }

    /// What the probe reaches (or is reached by), but for `except`.
    pub fn near(
        &self,
        class: Class,
        hazard: &str,
        probe: &Probe,
        reach: Reach,
        except: &str,
    ) -> BTreeSet<String> {
        match self.spaces.get(hazard) {
            Some(space) => space.near(class, probe, reach, except),
            None => BTreeSet::new(),
        }
    }
}

impl Space {
    fn new(widest_m: f64) -> Space {
        Space { cell_deg: widest_m / DEGREE_M, buckets: HashMap::new() }
    }

    /// Answers the probe widened to its whole group.
    fn add(&mut self, class: Class, id: &str, probe: Probe) -> Probe {
        let mut whole = probe.span;
        let site = Bucket::Site(class, probe.site.clone());
        for bucket in probe.spot.map(|spot| self.cell(class, spot)).into_iter().chain([site]) {
            let ids = self.buckets.entry(bucket).or_default();
            let groups = match ids.get_mut(id) {
                Some(groups) => groups,
                None => ids.entry(id.to_owned()).or_default(),
            };
            let group = groups.entry((probe.spot, probe.site.clone())).or_insert(probe.span);
            group.join(probe.span);
            whole = *group;
        }
        Probe { span: whole, ..probe }
    }

    fn near(&self, class: Class, probe: &Probe, reach: Reach, except: &str) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let mut look = |bucket: &Bucket, metres: &dyn Fn(Option<Spot>) -> f64| {
            for (id, groups) in self.buckets.get(bucket).into_iter().flatten() {
                let near =
                    || groups.iter().any(|((spot, _), span)| probe.span.reaches(span, metres(*spot), reach));
                if id != except && !found.contains(id) && near() {
                    found.insert(id.clone());
                }
            }
        };
        let site = Bucket::Site(class, probe.site.clone());
        match probe.spot {
            Some(here) => {
                let metres = |spot: Option<Spot>| spot.map_or(f64::INFINITY, |spot| here.metres_to(spot));
                self.cells_around(class, here).iter().for_each(|cell| look(cell, &metres));
                // Of the site only what has no position: the rest was measured.
                look(&site, &|spot| {
                    if spot.is_none() { 0.0 } else { f64::INFINITY }
                });
            }
            None => look(&site, &|_| 0.0),
        }
        found
    }

    fn cell(&self, class: Class, spot: Spot) -> Bucket {
        let position = spot.position();
        let y = (position.lat / self.cell_deg).floor();
        Bucket::Cell(class, (position.lon / self.width_deg(y)).floor() as i32, y as i32)
    }

    /// Degrees of longitude that are a cell's width in its band of latitude:
    /// cells are never narrower than the reach. Beyond 89° they stop growing.
    fn width_deg(&self, y: f64) -> f64 {
        let farthest = (y.abs() + 1.0) * self.cell_deg;
        self.cell_deg / farthest.min(90.0).to_radians().cos().max(0.02)
    }

    /// At most three bands of at most four cells. The line where longitude
    /// changes sign at 180° is a border here: it crosses no city.
    fn cells_around(&self, class: Class, spot: Spot) -> Vec<Bucket> {
        let position = spot.position();
        let y = (position.lat / self.cell_deg).floor();
        let mut cells = Vec::with_capacity(12);
        for y in [y - 1.0, y, y + 1.0] {
            let width = self.width_deg(y);
            let reach = width.max(self.width_deg((position.lat / self.cell_deg).floor())) * 1.01;
            let first = ((position.lon - reach) / width).floor() as i32;
            let last = ((position.lon + reach) / width).floor() as i32;
            cells.extend((first..=last).map(|x| Bucket::Cell(class, x, y as i32)));
        }
        cells
    }
}

//! Rows in which facts stand: the facts as of a moment, and the places they speak of.

use super::fact::{self, Fact};
use super::judge::{Place, Risk, Subject, judge};
use crate::city::City;
use crate::incident::Incident;
use crate::region::Regions;
use crate::thing::Rooms;
use crate::time::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// What a city's risk is read from: dangers, records, units and warnings; incidents.
#[derive(Debug, Default)]
pub struct Rows {
    pub rooms: Rooms,
    pub incidents: Vec<Incident>,
}

impl Rows {
    /// The colours of all places of the city as of `at`.
    pub fn risks(&self, city: &City, at: Timestamp) -> Vec<Risk> {
        judge(&city.risk, &self.places(city), &self.facts(at), at)
    }

    pub fn facts(&self, at: Timestamp) -> Vec<Fact> {
        let rooms = &self.rooms;
        let dangers = rooms.dangers.values().filter_map(|row| fact::danger(row, at));
        let incidents = self.incidents.iter().filter_map(|row| fact::incident(row, at));
        let warnings = rooms.warnings.values().filter_map(|row| fact::warning(row, at));
        let records = rooms.inspections.values().filter_map(|row| fact::inspection(row, at));
        dangers.chain(incidents).chain(warnings).chain(records).collect()
    }

    pub fn places(&self, city: &City) -> Vec<Place> {
        let mut places = self.regions(city);
        places.extend(self.units(city));
        places.extend(self.trades().into_iter().map(|trade| Place {
            subject: Subject::Trade,
            id: trade.to_owned(),
            name: trade.to_owned(),
            ..Place::default()
        }));
        places
    }

    /// Townships and villages of the city's files, and villages that rows speak of.
    /// The city itself has no colour: it would be that of its worst place.
    fn regions(&self, city: &City) -> Vec<Place> {
        let regions = Regions::new(&city.regions);
        let chain = |code: &str| -> Vec<String> {
            let chain = regions.chain(code).into_iter().map(|region| region.code.clone());
            chain.filter(|code| *code != city.code).collect()
        };
        let place = |id: &str, name: &str, within: Vec<String>| Place {
            subject: Subject::Region,
            id: id.to_owned(),
            name: if name.is_empty() { id } else { name }.to_owned(),
            within,
            ..Place::default()
        };
        let listed = city.regions.iter().filter(|region| region.code != city.code);
        let mut places: Vec<Place> =
            listed.map(|region| place(&region.code, &region.name, chain(&region.code))).collect();
        for (village, (name, township)) in self.villages() {
            if regions.get(village).is_none() {
                let within = std::iter::once(village.to_owned()).chain(chain(township)).collect();
                places.push(place(village, name, within));
            }
        }
        places
    }

    /// Village → its name, where a row says it, and its township.
    fn villages(&self) -> BTreeMap<&str, (&str, &str)> {
        let rooms = &self.rooms;
        let units = rooms.units.values().map(|row| (&row.village, &row.village_name, &row.region));
        let dangers = rooms.dangers.values().map(|row| (&row.village, &row.village_name, &row.region));
        let records = rooms.inspections.values().map(|row| (&row.village, &row.village_name, &row.region));
        let mut villages: BTreeMap<&str, (&str, &str)> = BTreeMap::new();
        for (village, name, region) in units.chain(dangers).chain(records) {
            if !village.is_empty() {
                // Of several names the last by the alphabet, whatever order they came in.
                let known = villages.entry(village).or_insert((name, region));
                known.0 = known.0.max(name.as_str());
            }
        }
        villages
    }

    fn units(&self, city: &City) -> Vec<Place> {
        let told = self.rooms.units.values().filter(|unit| unit.state != "closed");
        let told = told.map(|unit| Place {
            subject: Subject::Unit,
            id: unit.id.clone(),
            name: unit.name.clone(),
            region: if unit.village.is_empty() { &unit.region } else { &unit.village }.clone(),
            trade: unit.trade.clone(),
            ..Place::default()
        });
        let listed = city.units.iter().filter(|unit| !self.rooms.units.contains_key(&unit.id));
        let listed = listed.map(|unit| Place {
            subject: Subject::Unit,
            id: unit.id.clone(),
            name: unit.name.clone(),
            region: unit.region.clone(),
            ..Place::default()
        });
        told.chain(listed).collect()
    }

    fn trades(&self) -> BTreeSet<&str> {
        let rooms = &self.rooms;
        let units = rooms.units.values().map(|row| row.trade.as_str());
        let dangers = rooms.dangers.values().map(|row| row.trade.as_str());
        let records = rooms.inspections.values().map(|row| row.trade.as_str());
        units.chain(dangers).chain(records).filter(|trade| !trade.is_empty()).collect()
    }
}

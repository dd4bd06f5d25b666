//! What a department's plugin tells of a unit, and looking one up.

use super::{FIELD_CHARS, Known, LISTED, REFUSED_RECORDED, UNITS_KEPT, Unit};
use crate::city::Contact;
use crate::core::Core;
use crate::core::decide::Step;
use crate::fact::Cause;
use crate::input::Observed;
use crate::place::Spot;
use crate::registry::Speaker;
use crate::signal::{Position, Signal};
use crate::time::Timestamp;
use serde_json::Value;

/// Where something is, in the city's terms.
pub(crate) struct Where {
    pub region: String,
    /// Code of a village that the city does not list, or empty.
    pub village: String,
    pub position: Option<Position>,
    /// The source says it, by code or by name, and the city knows it.
    pub is_said: bool,
}

impl Core {
    pub(crate) fn hear_unit(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        observed: &Observed,
        speaker: &Speaker,
    ) {
        let signal = &observed.signal;
        let id = if signal.reference.is_empty() { &signal.device } else { &signal.reference };
        let known = self.state.rooms.units.get(id).cloned();
        let unit = self.told_unit(step, observed, speaker, id);
        let Some(known) = known else {
            if self.state.rooms.units.len() < UNITS_KEPT {
                self.set(step, cause, "registered", "", unit);
            }
            return;
        };
        if known.department != unit.department {
            if known.refused < REFUSED_RECORDED {
                let note = format!(
                    "{0} 不能改写 {1} 的单位 ({0} may not rewrite a unit of {1}) [unit.registered.foreign]",
                    unit.department, known.department
                );
                self.set(step, cause, "refused", &note, Unit { refused: known.refused + 1, ..known });
            }
            return;
        }
        let same = Unit {
            frame: known.frame.clone(),
            as_of: known.as_of,
            registered_at: known.registered_at,
            updated_at: known.updated_at,
            refused: known.refused,
            ..unit.clone()
        };
        if same == known || unit.as_of < known.as_of {
            return;
        }
        let unit = Unit {
            registered_at: known.registered_at,
            updated_at: Some(step.now),
            refused: known.refused,
            ..unit
        };
        self.set(step, cause, "updated", "", unit);
    }

    fn told_unit(&self, step: &Step, observed: &Observed, speaker: &Speaker, id: &str) -> Unit {
        let signal = &observed.signal;
        let data: Value = serde_json::from_str(&signal.data).unwrap_or_default();
        let place = self.lies(signal, &data, speaker);
        Unit {
            id: id.to_owned(),
            name: short(&signal.title),
            state: if data["closed"] == true { "closed" } else { "registered" }.to_owned(),
            trade: field(&data, "trade"),
            scale: field(&data, "scale"),
            address: field(&data, "address"),
            region: place.region,
            village: place.village,
            village_name: field(&data, "village_name"),
            position: place.position,
            contacts: contacts(&data),
            hazards: texts(&data["hazards"]),
            department: observed.frame.department.clone(),
            frame: Some(observed.frame.clone()),
            as_of: as_of(observed),
            registered_at: step.now,
            updated_at: None,
            refused: 0,
        }
    }

    /// Where a report lies: in the region that it states by code or by name; a
    /// village that the city does not list counts as its township; else where its
    /// point is.
    pub(crate) fn lies(&self, signal: &Signal, data: &Value, speaker: &Speaker) -> Where {
        let regions = self.registry.regions();
        let stated = signal.region.as_str();
        let position = speaker.spot.map(Spot::position);
        let coded = regions.listed(stated);
        let named = || regions.named(&field(data, "region_name"));
        let found = coded.or_else(named).map(|region| region.code.clone());
        let village = match coded {
            Some(region) if region.code != stated => stated.to_owned(),
            _ => String::new(),
        };
        let is_said = found.is_some();
        Where { region: found.unwrap_or_else(|| speaker.region.clone()), village, position, is_said }
    }

    /// A unit by its id: one that a department told of, else one of the city's files.
    pub fn unit(&self, id: &str) -> Option<Known> {
        if let Some(unit) = self.state.rooms.units.get(id) {
            return Some(Known {
                name: unit.name.clone(),
                trade: unit.trade.clone(),
                region: unit.region.clone(),
                village: unit.village.clone(),
                address: unit.address.clone(),
                position: unit.position,
            });
        }
        let unit = self.registry.unit(id)?;
        Some(Known {
            name: unit.name.clone(),
            region: unit.region.clone(),
            address: unit.address.clone(),
            position: unit.position,
            ..Known::default()
        })
    }
}

/// When the source says that it is so; never later than it was heard.
pub(crate) fn as_of(observed: &Observed) -> Timestamp {
    observed.signal.observed.map_or(observed.received, |at| at.min(observed.received))
}

pub(crate) fn short(text: &str) -> String {
    text.chars().take(FIELD_CHARS).collect()
}

pub(crate) fn field(data: &Value, name: &str) -> String {
    data[name].as_str().map(short).unwrap_or_default()
}

fn texts(list: &Value) -> Vec<String> {
    let texts = list.as_array().into_iter().flatten().filter_map(Value::as_str);
    texts.map(short).take(LISTED).collect()
}

fn contacts(data: &Value) -> Vec<Contact> {
    let people = data["contacts"].as_array().into_iter().flatten();
    let contact = |who: &Value| Contact {
        post: field(who, "post"),
        name: field(who, "name"),
        phone: field(who, "phone"),
    };
    people.map(contact).take(LISTED).collect()
}

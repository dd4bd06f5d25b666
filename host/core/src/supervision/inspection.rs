//! What the supervising department records: units, facilities, inspections. An
//! inspection takes its unit off the list.

use super::{Contact, FACILITIES_KEPT, Facility, INSPECTIONS_KEPT, Inspection, SITES_KEPT, Site};
use crate::core::Core;
use crate::core::act::cut;
use crate::core::decide::Step;
use crate::fact::Cause;
use crate::input::Observed;
use crate::place::Spot;
use crate::registry::root;
use crate::time::Timestamp;
use serde_json::Value;

/// A name or an address.
const FIELD_CHARS: usize = 200;
const CONTACTS_KEPT: usize = 8;

impl Core {
    /// Answers whether the report was one of these.
    pub(crate) fn hear_supervision(&mut self, step: &mut Step, cause: &Cause, observed: &Observed) -> bool {
        let code = observed.signal.code.as_str();
        if !matches!(code, "supervision.unit" | "supervision.facility" | "supervision.inspection") {
            return false;
        }
        let data: Value = serde_json::from_str(&observed.signal.data).unwrap_or_default();
        let named = if code == "supervision.unit" { "id" } else { "unit" };
        let unit = match field(&data, named) {
            unit if unit.is_empty() => self.speaker(&observed.frame.department, &observed.signal).unit,
            unit => unit,
        };
        // A unit is one department's own: another's word about it stands in SIGNALS.
        let Some(row) = self.site_of(&unit, &observed.frame.department) else { return true };
        match code {
            "supervision.unit" => self.hear_site(step, cause, observed, &data, row),
            "supervision.facility" => self.hear_facility(step, cause, observed, &data, row),
            _ => self.hear_supervised(step, cause, observed, &data, row),
        }
        true
    }

    /// The row of a unit, or one that is not there yet, with what the city knows.
    pub(super) fn site_of(&self, id: &str, department: &str) -> Option<Site> {
        let units = &self.state.rooms.sites;
        if let Some(known) = units.get(id) {
            return (known.department == department).then(|| known.clone());
        }
        if id.is_empty() || units.len() >= SITES_KEPT {
            return None;
        }
        let mut unit = Site {
            id: id.to_owned(),
            title: id.to_owned(),
            state: "normal".into(),
            department: department.to_owned(),
            region: self.city().code.clone(),
            ..Site::default()
        };
        if let Some(known) = self.registry.unit(id) {
            unit.title.clone_from(&known.name);
            unit.region.clone_from(&known.region);
            unit.address.clone_from(&known.address);
            unit.position = known.position;
        }
        if self.listed(department, id).next().is_some() {
            unit.state = "listed".into();
        }
        Some(unit)
    }

    /// The unit that a device serves: the registry's, else the one whose facility it is.
    /// A transmitter serves one building: of several the one that names the part counts.
    pub(crate) fn unit_of(&self, department: &str, device: &str) -> Option<String> {
        let registered = self.registry.device(department, device).map(|(device, _)| device.unit.clone());
        if let Some(unit) = registered.filter(|unit| !unit.is_empty()) {
            return Some(unit);
        }
        let sites = self.state.rooms.sites.values().filter(|site| site.department == department);
        let facilities =
            sites.flat_map(|site| site.facilities.iter().map(move |facility| (&site.id, &facility.device)));
        let serves = facilities.filter(|(_, own)| !own.is_empty() && root(own) == root(device));
        let fit = |own: &str| match device.strip_prefix(own) {
            Some(rest) if rest.is_empty() || rest.starts_with('/') => own.len(),
            _ => 0,
        };
        serves.max_by_key(|(id, own)| (fit(own), std::cmp::Reverse(*id))).map(|(id, _)| id.clone())
    }

    fn hear_site(&mut self, step: &mut Step, cause: &Cause, observed: &Observed, data: &Value, row: Site) {
        let signal = &observed.signal;
        let region = self.registry.regions().get(&signal.region).map(|region| region.code.clone());
        let or = |new: String, known: &str| if new.is_empty() { known.to_owned() } else { new };
        let contacts = contacts(data);
        let unit = Site {
            title: or(field(data, "name"), &row.title),
            region: region.unwrap_or_else(|| row.region.clone()),
            address: or(field(data, "address"), &row.address),
            category: or(field(data, "category"), &row.category),
            position: signal.position.and_then(Spot::of).map(|spot| spot.position()).or(row.position),
            contacts: if contacts.is_empty() { row.contacts.clone() } else { contacts },
            frame: Some(observed.frame.clone()),
            ..row.clone()
        };
        let same = Site { frame: row.frame.clone(), ..unit.clone() } == row;
        if !same || !self.state.rooms.sites.contains_key(&row.id) {
            let note = unit.title.clone();
            self.set(step, cause, "recorded", &note, unit);
        }
    }

    fn hear_facility(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        observed: &Observed,
        data: &Value,
        mut row: Site,
    ) {
        let facility = Facility {
            id: field(data, "id"),
            title: field(data, "name"),
            category: field(data, "category"),
            device: field(data, "device"),
        };
        let known = row.facilities.iter().position(|known| known.id == facility.id);
        match known {
            Some(at) if row.facilities[at] == facility => return,
            Some(at) => row.facilities[at] = facility.clone(),
            None if row.facilities.len() >= FACILITIES_KEPT => return,
            None => row.facilities.push(facility.clone()),
        }
        row.frame = Some(observed.frame.clone());
        self.set(step, cause, "equipped", &format!("{} {}", facility.title, facility.device), row);
    }

    fn hear_supervised(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        observed: &Observed,
        data: &Value,
        mut row: Site,
    ) {
        let signal = &observed.signal;
        let inspection = Inspection {
            id: match signal.reference.as_str() {
                "" => observed.frame.to_string(),
                reference => reference.to_owned(),
            },
            at: self.moment(observed).at,
            by: field(data, "inspector"),
            passed: data["passed"].as_bool().unwrap_or(true),
            result: cut(data["result"].as_str().unwrap_or_default()),
            frame: Some(observed.frame.clone()),
        };
        // The same record once more.
        if row.inspections.iter().any(|known| known.id == inspection.id) {
            return;
        }
        row.inspections.push(inspection.clone());
        row.inspections.sort_by_key(|known| known.at);
        let over = row.inspections.len().saturating_sub(INSPECTIONS_KEPT);
        row.inspections.drain(..over);
        row.frame = Some(observed.frame.clone());
        let (unit, department) = (row.id.clone(), row.department.clone());
        let verdict = if inspection.passed { "合格" } else { "不合格" };
        let note = format!("{} 检查{verdict} {}", inspection.by, inspection.result);
        self.set(step, cause, "inspected", note.trim(), row);
        if inspection.passed {
            self.close_by(step, cause, &department, &unit, &inspection);
        }
    }

    /// An inspection answers for what stood when it was made, not for what came after.
    fn close_by(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        department: &str,
        unit: &str,
        inspection: &Inspection,
    ) {
        let began = |items: &[super::Item]| items.iter().map(|item| item.since).min().unwrap_or_default();
        let ids: Vec<String> = self
            .listed(department, unit)
            .filter(|finding| began(&finding.items) <= inspection.at)
            .map(|finding| finding.id.clone())
            .collect();
        let by = if inspection.by.is_empty() { department } else { &inspection.by };
        for id in ids {
            self.close_finding(step, cause, &id, by, &inspection.result, inspection.frame.clone());
        }
    }

    /// Takes a finding off the list; what it was about may last as long again.
    pub(super) fn close_finding(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        id: &str,
        by: &str,
        result: &str,
        frame: Option<crate::frame::FrameId>,
    ) {
        let open = self.state.rooms.supervisions.get(id).filter(|finding| finding.ended_at.is_none());
        let Some(mut finding) = open.cloned() else { return };
        finding.ended_at = Some(step.now);
        finding.closed_by = by.to_owned();
        finding.result = cut(result);
        finding.inspection = frame;
        let note = format!("{by} {result}");
        self.put_finding(step, cause, "closed", note.trim(), finding);
        self.count_anew(step, cause, id, step.now);
    }

    /// States that a closed finding was about, and that still stand.
    fn count_anew(&mut self, step: &mut Step, cause: &Cause, finding: &str, at: Timestamp) {
        let about =
            |row: &&crate::device::Condition| row.standing().any(|point| point.supervision == finding);
        let rows: Vec<_> = self.state.rooms.devices.values().filter(about).cloned().collect();
        for mut row in rows {
            for point in row.points.iter_mut().filter(|point| point.supervision == finding) {
                point.supervision.clear();
                point.inspected_at = Some(at);
            }
            self.condition_became(step, cause, "inspected", finding, row);
        }
    }
}

fn field(data: &Value, name: &str) -> String {
    data[name].as_str().unwrap_or_default().trim().chars().take(FIELD_CHARS).collect()
}

fn contacts(data: &Value) -> Vec<Contact> {
    let list = data["contacts"].as_array().map_or(&[][..], Vec::as_slice);
    let contact = |value: &Value| Contact {
        post: field(value, "post"),
        name: field(value, "name"),
        phone: field(value, "phone"),
    };
    list.iter().take(CONTACTS_KEPT).map(contact).filter(|contact| *contact != Contact::default()).collect()
}

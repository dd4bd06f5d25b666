//! Which incident an alarm belongs to.
//!
//! An alarm whose fingerprint is in an open incident is a repeat. Else it joins
//! what is near in space and time, else it opens one. Then the incident *settles*:
//! whatever the place that just grew reaches is merged into it, and what held
//! supporting signals reach it join. Reach only ever grows, so settling ends, and
//! ends alike in every order of arrival.

use super::Core;
use super::decide::Step;
use crate::fact::{Cause, Fact};
use crate::incident::index::{Class, Probe, Reach};
use crate::incident::{Evidence, Note, Role, Said, Stage, Told};
use crate::input::Observed;
use crate::moment::Moment;
use crate::registry::Speaker;
use crate::rule::{OTHER, Rule};
use crate::signal::{Kind, Severity};

/// A title is one line; what a plugin adds behind this is in the raw frame.
const TITLE_CHARS: usize = 200;

impl Core {
    pub(crate) fn decide_alarm(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        observed: &Observed,
        speaker: Speaker,
    ) {
        let code = &observed.signal.code;
        let opens = self.rules.opens(code).map(|(hazard, rule)| (hazard.to_owned(), rule));
        let supports: Vec<(String, Rule)> =
            self.rules.supports(code).into_iter().map(|(hazard, rule)| (hazard.to_owned(), rule)).collect();
        let opens = match opens {
            None if observed.signal.kind == Kind::Alarm && supports.is_empty() => {
                Some((OTHER.to_owned(), self.rules.of(OTHER, Role::Opens, code)))
            }
            opens => opens,
        };
        let moment = self.moment(observed);
        let row = row(observed, speaker, moment);
        for (hazard, rule) in supports {
            if opens.as_ref().is_none_or(|(opened, _)| *opened != hazard) {
                self.support(step, cause, &hazard, rule, row.clone(), moment.historic);
            }
        }
        if let Some((hazard, rule)) = opens {
            self.absorb(step, cause, &hazard, rule, row, moment.historic);
        }
    }

    /// A report becomes an incident of `hazard` because a person says so; answers
    /// the incident. Its code is read as the hazard's own kind of report where the
    /// city knows one, so that it joins what devices say nearby.
    pub(crate) fn raise(&mut self, step: &mut Step, cause: &Cause, hazard: &str, said: &Observed) -> String {
        let mut observed = said.clone();
        let own = format!("report.{hazard}");
        if self.rules.opens(&own).is_some_and(|(opened, _)| opened == hazard) {
            observed.signal.code = own;
        }
        let speaker = self.registry.speaker(&observed.frame.department, &observed.signal);
        let moment = self.moment(&observed);
        let rule = self.rules.of(hazard, Role::Opens, &observed.signal.code);
        let row = row(&observed, speaker, moment);
        let key = row.key.clone();
        // What someone acts upon now is live, however late it was told.
        self.absorb(step, cause, hazard, rule, row, false);
        let ids = self.index.with_key(Class::Live, &key).filter_map(|id| self.state.incidents.get(id));
        let own = ids.filter(|incident| incident.hazard == hazard).min_by_key(|incident| incident.age());
        own.map(|incident| incident.id.clone()).unwrap_or_default()
    }

    /// The incident that a fingerprint speaks for now: the oldest of the live ones,
    /// else of those told late.
    pub(crate) fn holding(&self, key: &str) -> Option<String> {
        [Class::Live, Class::Historic].into_iter().find_map(|class| {
            let opened = |id: &str| {
                let row = self.state.evidence.get(id).and_then(|rows| rows.get(key));
                row.is_some_and(|row| row.role == Role::Opens)
            };
            let ids = self.index.with_key(class, key).filter(|id| opened(id));
            ids.filter_map(|id| self.state.incidents.get(id))
                .min_by_key(|incident| incident.age())
                .map(|incident| incident.id.clone())
        })
    }

    fn absorb(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        hazard: &str,
        rule: Rule,
        row: Evidence,
        historic: bool,
    ) {
        let classes: &[Class] = match historic {
            // What is told late belongs first to what the city already knew.
            true => &[Class::Live, Class::Past, Class::Historic],
            false => &[Class::Live],
        };
        let home = classes
            .iter()
            .find_map(|class| {
                self.with_fingerprint(*class, hazard, rule, &row, historic).map(|id| (*class, id))
            })
            .or_else(|| self.closed_with(hazard, &row).map(|id| (Class::Past, id)))
            .or_else(|| {
                classes
                    .iter()
                    .find_map(|class| self.nearby(*class, hazard, rule, &row).map(|id| (*class, id)))
            });
        let (class, id, grown) = match home {
            Some((class, id)) => {
                let grown = self.add_row(step, cause, &id, row);
                (class, id, grown)
            }
            None => {
                let id = self.state.counter.next(step.now).id();
                let fact = Fact::IncidentOpened {
                    id: id.clone(),
                    hazard: hazard.to_owned(),
                    historic,
                    evidence: row,
                    incident: None,
                };
                let grown = self.emit(step, cause, fact);
                (if historic { Class::Historic } else { Class::Live }, id, grown)
            }
        };
        if class != Class::Past {
            self.settle(step, cause, class, hazard, id, grown.into_iter().collect());
        }
    }

    /// The oldest incident of the hazard that holds the fingerprint. A live
    /// alarm repeats however long ago it last spoke; one told late only what it
    /// is near to in time.
    fn with_fingerprint(
        &self,
        class: Class,
        hazard: &str,
        rule: Rule,
        row: &Evidence,
        historic: bool,
    ) -> Option<String> {
        let near = |id: &str| {
            let known = self.state.evidence.get(id).and_then(|rows| rows.get(&row.key));
            known.is_some_and(|known| {
                let gap = row.first_at.since(known.last_at).max(known.first_at.since(row.last_at));
                !historic || gap <= rule.window_ms
            })
        };
        self.index
            .with_key(class, &row.key)
            .filter_map(|id| self.state.incidents.get(id))
            .filter(|incident| incident.hazard == hazard && near(&incident.id))
            .min_by_key(|incident| incident.age())
            .map(|incident| incident.id.clone())
    }

    /// The incident that was closed with this very report: one matter by its source's
    /// own number and time, told again, or a copy of one message.
    fn closed_with(&self, hazard: &str, row: &Evidence) -> Option<String> {
        let is_of_a_number = !row.reference.is_empty() && row.observed.is_some();
        let is_numbered = is_of_a_number || !row.told.is_empty();
        let is_it = |id: &&str| {
            let known = self.state.evidence.get(*id).and_then(|rows| rows.get(&row.key));
            known.is_some_and(|known| {
                known.told.has(&row.told) || is_of_a_number && known.observed == row.observed
            })
        };
        let ids = is_numbered.then(|| self.index.with_key(Class::Past, &row.key)).into_iter().flatten();
        let incidents = ids.filter(is_it).filter_map(|id| self.state.incidents.get(id));
        let own = incidents.filter(|incident| incident.hazard == hazard);
        own.min_by_key(|incident| incident.age()).map(|incident| incident.id.clone())
    }

    fn nearby(&self, class: Class, hazard: &str, rule: Rule, row: &Evidence) -> Option<String> {
        let probe = Probe::of(row, rule)?;
        self.oldest(self.index.near(class, hazard, &probe, Reach::Either, "").iter())
    }

    fn oldest<'a>(&self, ids: impl Iterator<Item = &'a String>) -> Option<String> {
        let incidents = ids.filter_map(|id| self.state.incidents.get(id));
        incidents.min_by_key(|incident| incident.age()).map(|incident| incident.id.clone())
    }

    /// Joins a new row, or counts a known one once more.
    fn add_row(&mut self, step: &mut Step, cause: &Cause, id: &str, new: Evidence) -> Option<Probe> {
        let known = self.state.evidence.get(id).and_then(|rows| rows.get(&new.key));
        let Some(known) = known else {
            return self.emit(
                step,
                cause,
                Fact::IncidentJoined { id: id.to_owned(), evidence: new, incident: None },
            );
        };
        let mut row = known.clone();
        row.take(&new);
        let reshaped =
            row.frame != known.frame || row.severity != known.severity || row.recovered_at.is_some();
        let fact = Fact::IncidentRepeated { id: id.to_owned(), evidence: row, incident: None };
        let grown = self.emit(step, cause, fact);
        if reshaped {
            step.reshape(id);
        }
        grown
    }

    /// Follows what grew until nothing more is reached.
    pub(super) fn settle(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        class: Class,
        hazard: &str,
        id: String,
        grown: Vec<Probe>,
    ) {
        let mut id = id;
        let mut grown = grown;
        while let Some(probe) = grown.pop() {
            let reached = self.index.near(class, hazard, &probe, Reach::Either, &id);
            if let Some(oldest) = self.oldest(reached.iter().chain([&id])) {
                for other in reached.into_iter().chain([id.clone()]).filter(|other| *other != oldest) {
                    grown.extend(self.unite(step, cause, class, &oldest, &other));
                }
                id = oldest;
            }
            if class == Class::Live && self.state.held.contains_key(hazard) {
                for key in self.index.near(Class::Held, hazard, &probe, Reach::Found, "") {
                    let held = self
                        .state
                        .held
                        .get(hazard)
                        .and_then(|held| held.get(&key))
                        .map(|held| held.evidence.clone());
                    held.into_iter().for_each(|row| self.lend(step, cause, &id, row));
                }
            }
        }
    }

    /// Merges `from` into `into`; answers the places that this one gained.
    pub(crate) fn unite(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        class: Class,
        into: &str,
        from: &str,
    ) -> Vec<Probe> {
        let (Some(mut merged), Some(survivor)) =
            (self.state.incidents.get(from).cloned(), self.state.incidents.get(into).cloned())
        else {
            return Vec::new();
        };
        let moved: Vec<Evidence> = self.evidence(from).cloned().collect();
        self.summarise(&mut merged);
        let stage = survivor.state.merged(merged.state);
        let (notes, raised) = (merged.notes.clone(), merged.raised);
        merged.state = Stage::Merged;
        merged.merged_into = Some(into.to_owned());
        merged.closed_at = Some(step.now);
        merged.changed_at = step.now;
        let fact = Fact::IncidentMerged {
            id: into.to_owned(),
            from: from.to_owned(),
            merged: Box::new(merged),
            incident: None,
        };
        self.emit(step, cause, fact);
        self.inherit(step, into, from, stage, notes, raised);
        let hazard = survivor.hazard;
        moved.iter().filter_map(|row| self.index.add(class, &hazard, into, row, &self.rules)).collect()
    }

    /// What a survivor takes over besides rows: it shows in the summary that
    /// the step's end draws.
    fn inherit(
        &mut self,
        step: &mut Step,
        into: &str,
        from: &str,
        stage: Stage,
        notes: Vec<Note>,
        raised: Option<Severity>,
    ) {
        let Some(mut incident) = self.state.incidents.get(into).cloned() else {
            return;
        };
        incident.state = stage;
        incident.raised = incident.raised.max(raised);
        incident.merged.push(from.to_owned());
        incident.merged.sort();
        incident.merged.truncate(crate::incident::MERGED_SHOWN);
        notes.into_iter().for_each(|note| incident.note(note));
        self.put_in_step(step, incident);
    }
}

fn row(observed: &Observed, speaker: Speaker, moment: Moment) -> Evidence {
    let signal = &observed.signal;
    let department = &observed.frame.department;
    Evidence {
        key: Evidence::key(department, &speaker.device, &signal.code, &signal.reference),
        role: Role::Opens,
        frame: observed.frame.clone(),
        ordinal: observed.ordinal,
        department: department.clone(),
        owner: speaker.owner,
        plugin: observed.plugin.clone(),
        device: speaker.device,
        code: signal.code.clone(),
        kind: signal.kind.clone(),
        title: signal.title.chars().take(TITLE_CHARS).collect(),
        reference: signal.reference.clone(),
        observed: signal.observed,
        received: observed.received,
        first_at: moment.at,
        last_at: moment.at,
        count: 1,
        severity: signal.severity,
        device_title: speaker.registered.map(|(_, title)| title).unwrap_or_default(),
        unit: speaker.unit,
        region: speaker.region,
        position: speaker.spot.map(|spot| spot.position()),
        recovered_at: None,
        said: Said::of(&signal.data),
        told: Told::of(signal, observed.received),
    }
}

//! The core: decides over inputs and holds what was decided.
//!
//! ```text
//! step(now, inputs) ──▶ decide ──▶ facts ──▶ apply ──▶ state
//! JOURNAL ───────────────────────▶ facts ──▶ apply ──▶ the same state
//! ```
//!
//! What is promised, and what not:
//!
//! - **A step** does not depend on the order of its signals and advice: they are
//!   sorted by (fused time, department, device, code, frame, ordinal) first.
//!   Commands come after them, in the order given, because people act upon what
//!   they see. Equal state, time and set of inputs: equal entries, equal hash.
//! - **Across steps** (batches differ from run to run on live traffic; replay
//!   takes them from JOURNAL) live alarms and supporting signals of known
//!   hazards end in the same incidents whatever the order of their arrival: the
//!   same members, counts, confidence and reasons. Incidents are the connected
//!   components of "near in space and time"; one that a later alarm bridges is
//!   merged into the older. Ids are given in order of arrival and so may
//!   differ. It holds while people end nothing in between, devices do not move
//!   within an incident, and the bounds of [`crate::state`] are not reached.
//! - **Redelivery**: a signal is known by the frame that first carried its
//!   bytes (`replay_of`, else its own) and its ordinal. The same again changes
//!   nothing, not even a count. Equal bytes in a new frame are a repeat.
//! - **Silence** is judged by what this host heard since it began, which is not
//!   state (see `device::vigil`); that somebody is silent is a fact like any other.
//! - **`apply`** alone changes state. A step without entries changes nothing.
//! - **Nothing is muted**: ended and historic incidents take no live alarm.

pub(crate) mod act;
pub(crate) mod advise;
mod apply;
pub(crate) mod decide;
mod digest;
mod fuse;
mod recover;
mod rooms;
mod speak;
mod support;

use crate::city::City;
use crate::device::vigil::Vigil;
use crate::fold::Fold;
use crate::incident::index::{Class, Index};
use crate::incident::{Evidence, Incident, Stage};
use crate::plan::Planner;
use crate::registry::Registry;
use crate::rule::Rules;
use crate::signal::Signal;
use crate::state::ENDED_KEPT_MS;
pub use crate::state::State;
use crate::thing::Noun;
use crate::time::Timestamp;
pub use advise::DEPTH as ADVICE_DEPTH;
use std::collections::BTreeSet;
use std::sync::Arc;

pub struct Core {
    pub(crate) registry: Registry,
    pub(crate) rules: Rules,
    pub(crate) state: State,
    // Below: derived from the state and the city, rebuilt by `restore`.
    index: Index,
    fold: Fold,
    /// Ended incidents by when they ended.
    ended: BTreeSet<(Timestamp, String)>,
    /// Rows by when their clock acts.
    clocks: BTreeSet<(Timestamp, Noun, String)>,
    /// Rows that are over, by since when.
    things_ended: BTreeSet<(Timestamp, Noun, String)>,
    /// What the plans look at.
    pub(crate) planner: Planner,
    /// Cases by their report.
    pub(crate) cases: crate::grid::index::Index,
    /// Dangers by their source's own id.
    pub(crate) dangers: crate::danger::index::Index,
    /// Who is expected to speak. Not state: what it leads to is a fact.
    pub(crate) vigil: Vigil,
    /// Rows that are not over, by the incident that they serve.
    pub(crate) serving: BTreeSet<(String, Noun, String)>,
    /// The city's files have been compared with the state.
    pub(crate) entered: bool,
}

impl Core {
    pub fn new(city: Arc<City>) -> Core {
        Core::restore(city, State::default())
    }

    pub fn restore(city: Arc<City>, state: State) -> Core {
        let mut core = Core {
            vigil: Vigil::new(&city),
            registry: Registry::new(city.clone()),
            rules: Rules::new(&city),
            state,
            index: Index::default(),
            fold: Fold::default(),
            ended: BTreeSet::new(),
            clocks: BTreeSet::new(),
            things_ended: BTreeSet::new(),
            planner: Planner::default(),
            cases: Default::default(),
            dangers: Default::default(),
            serving: BTreeSet::new(),
            entered: false,
        };
        core.reindex();
        core.refold();
        core
    }

    pub fn state(&self) -> &State {
        &self.state
    }

    pub fn city(&self) -> &Arc<City> {
        self.registry.city()
    }

    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// New city data counts from the next step on. What was decided stays.
    pub fn set_city(&mut self, city: Arc<City>) {
        self.rules = Rules::new(&city);
        self.vigil = Vigil::new(&city).inherit(&self.vigil);
        self.registry = Registry::new(city);
        self.entered = false;
        self.reindex();
    }

    /// When a step is wanted though nothing comes in: a clock is due, an ended
    /// incident is to leave the core's memory, or city data are new.
    pub fn due(&self) -> Option<Timestamp> {
        let retiring = self.ended.first().map(|(at, _)| at.plus_millis(ENDED_KEPT_MS));
        [retiring, self.rooms_due()].into_iter().flatten().min()
    }

    /// SHA-256 of the state, hex: equal on every host that applied the same JOURNAL.
    pub fn hash(&self) -> String {
        self.fold.hex()
    }

    /// An incident in memory by its id; one that was merged answers for itself.
    pub fn incident(&self, id: &str) -> Option<&Incident> {
        self.state.incidents.get(id)
    }

    /// Those in memory: all open ones and those that ended lately.
    pub fn incidents(&self) -> impl Iterator<Item = &Incident> {
        self.state.incidents.values()
    }

    /// Its evidence rows.
    pub fn evidence(&self, id: &str) -> impl Iterator<Item = &Evidence> {
        self.state.evidence.get(id).into_iter().flat_map(|rows| rows.values())
    }

    /// Who a signal of a department speaks of, as far as the city knows.
    pub fn speaker(&self, department: &str, signal: &Signal) -> crate::registry::Speaker {
        self.registry.speaker(department, signal)
    }

    /// Whether an alarm of this code is in an incident by itself, rather than only
    /// supporting others.
    pub fn opens(&self, code: &str) -> bool {
        self.rules.opens(code).is_some() || self.rules.supports(code).is_empty()
    }

    /// The incident that an id means today: merged ones lead to the survivor.
    pub(crate) fn living(&self, id: &str) -> Option<&Incident> {
        let mut incident = self.state.incidents.get(id)?;
        // A chain of merges goes from younger to older and so ends; the bound
        // is for a state that someone wrote by hand.
        for _ in 0..64 {
            match incident.merged_into.as_deref().and_then(|into| self.state.incidents.get(into)) {
                Some(into) => incident = into,
                None => break,
            }
        }
        Some(incident)
    }

    fn reindex(&mut self) {
        self.index = Index::default();
        self.plan_anew();
        self.ended.clear();
        self.clocks.clear();
        self.things_ended.clear();
        self.cases = Default::default();
        self.dangers = Default::default();
        self.serving.clear();
        let rows: Vec<(Noun, String)> =
            self.state.rooms.ids().map(|(noun, id)| (noun, id.to_owned())).collect();
        rows.iter().for_each(|(noun, id)| self.file(*noun, id, true));
        for (id, incident) in &self.state.incidents {
            if let Some(at) = incident.closed_at.filter(|_| !incident.is_open()) {
                self.ended.insert((at, id.clone()));
            }
            let class = class(incident);
            for row in self.state.evidence.get(id).into_iter().flat_map(|rows| rows.values()) {
                self.index.add(class, &incident.hazard, id, row, &self.rules);
            }
        }
        for (hazard, held) in &self.state.held {
            for (key, held) in held {
                self.index.add(Class::Held, hazard, key, &held.evidence, &self.rules);
            }
        }
    }
}

/// Which alarms may join it.
fn class(incident: &Incident) -> Class {
    match incident.state {
        Stage::Closed | Stage::FalseAlarm | Stage::Merged => Class::Past,
        _ if incident.historic => Class::Historic,
        _ => Class::Live,
    }
}

//! What follows from the plans in the state and is kept at hand: compiled
//! conditions, who is at work, and whether anything they look at was touched.
//! Not part of the state: built anew after a restart.

use super::condition::Condition;
use super::world::{self, Holders, Table};
use super::{Response, Version};
use crate::city::plan::Plan;
use crate::core::Core;
use crate::incident::Incident;
use crate::thing::Noun;
use crate::time::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Ages of readings are whole minutes.
const AGE_MS: i64 = 60_000;
/// Plans above plans; a loop in old data ends here.
const DEPTH_MAX: usize = 8;

/// A plan's id and a scene.
type Place = (String, String);

#[derive(Default)]
pub(crate) struct Planner {
    /// A row that conditions look at has changed.
    dirty: bool,
    /// Versions or responses have changed: what is below is old.
    stale: bool,
    /// Something that musters look at has changed.
    stirred: bool,
    /// Active responses whose plan needs teams or stock.
    needy: BTreeSet<String>,
    compiled: BTreeMap<String, Arc<Compiled>>,
    /// Plan → its active version.
    pub active: BTreeMap<String, String>,
    /// Plan and scene → its open response.
    pub open: BTreeMap<Place, String>,
    /// Plan and scene → its ended response of which a person silenced levels.
    pub muted: BTreeMap<Place, String>,
    /// Plans at work, parents before children.
    pub order: Vec<String>,
    pub holders: Holders,
    pub tables: BTreeSet<Table>,
    /// Codes of readings that some plan looks at.
    codes: BTreeSet<String>,
    /// Hazards of whose incidents some plan hears; none: of all.
    hazards: Option<BTreeSet<String>>,
    /// Some condition reads `count`, which every alarm changes.
    counts: bool,
    /// ... or what a new source changes.
    weighs: bool,
    ages: bool,
    looked_at: Option<Timestamp>,
}

/// The conditions of one version.
#[derive(Debug, Default)]
pub(crate) struct Compiled {
    pub levels: BTreeMap<u8, (Option<Condition>, Option<Condition>)>,
}

impl Compiled {
    /// What does not compile (an older host let it in) is left out: its level
    /// neither starts nor ends by itself.
    fn of(plan: &Plan) -> Compiled {
        let compile = |text: &str| Condition::compile(text).ok().filter(|_| !text.is_empty());
        let levels =
            plan.levels.iter().map(|level| (level.level, (compile(&level.start), compile(&level.end))));
        Compiled { levels: levels.collect() }
    }

    pub fn looks_at(&self, table: Table) -> bool {
        self.conditions().any(|condition| condition.tables.contains(&table))
    }

    pub fn conditions(&self) -> impl Iterator<Item = &Condition> {
        self.levels.values().flat_map(|(start, end)| start.iter().chain(end))
    }
}

impl Planner {
    pub fn begin(holders: Holders) -> Planner {
        Planner { dirty: true, stale: true, stirred: true, holders, ..Planner::default() }
    }

    pub fn touch(&mut self, noun: Noun) {
        self.stirred |=
            matches!(noun, Noun::Team | Noun::Order | Noun::Lot | Noun::Transfer | Noun::Response);
        match noun {
            Noun::Plan | Noun::Response => (self.dirty, self.stale) = (true, true),
            Noun::Warning => self.dirty |= self.looks_at(Table::Warnings),
            Noun::Reading => self.dirty |= self.looks_at(Table::Readings),
            Noun::Accident => self.dirty |= self.looks_at(Table::Accidents),
            _ => {}
        }
    }

    /// Whether musters are worth a look.
    pub fn is_stirred(&self) -> bool {
        self.stirred && !self.needy.is_empty()
    }

    /// What the look itself wrote needs no second one.
    pub fn settle(&mut self) {
        self.stirred = false;
    }

    pub fn needy<'a>(
        &'a self,
        responses: &'a BTreeMap<String, Response>,
    ) -> impl Iterator<Item = &'a Response> {
        self.needy.iter().filter_map(|id| responses.get(id))
    }

    fn looks_at(&self, table: Table) -> bool {
        self.stale || self.tables.contains(&table)
    }

    /// An incident as it was and as it is. Alarms that only count one up touch
    /// nothing, unless a condition counts.
    pub fn touch_incident(&mut self, before: Option<&Incident>, after: &Incident) {
        let hears = || self.hazards.as_ref().is_none_or(|hazards| hazards.contains(&after.hazard));
        if self.dirty || (!self.stale && (!self.tables.contains(&Table::Incidents) || !hears())) {
            return;
        }
        let same = |before: &Incident| {
            before.state == after.state
                && before.severity == after.severity
                && before.region == after.region
                && before.unit == after.unit
                && before.recovered == after.recovered
                && before.historic == after.historic
                && (!self.weighs
                    || (before.source_count == after.source_count
                        && before.confidence == after.confidence
                        && before.title == after.title))
        };
        self.dirty = self.counts || !before.is_some_and(same);
    }

    /// The minute in which an age that a condition reads is another one.
    pub fn due(&self) -> Option<Timestamp> {
        let at = self.looked_at.filter(|_| self.ages && !self.active.is_empty())?;
        Some(at.plus_millis(AGE_MS))
    }

    /// Open responses of a plan, whatever their scene.
    pub fn open_of<'a>(&'a self, plan: &'a str) -> impl Iterator<Item = &'a String> {
        let from = (plan.to_owned(), String::new());
        self.open.range(from..).take_while(move |((own, _), _)| own == plan).map(|(_, id)| id)
    }

    /// Scenes at which a plan responds, or was silenced.
    pub fn scenes(&self, plan: &str) -> BTreeSet<String> {
        let from = || (plan.to_owned(), String::new());
        let places = self.open.range(from()..).take_while(|((own, _), _)| own == plan);
        let muted = self.muted.range(from()..).take_while(|((own, _), _)| own == plan);
        places.chain(muted).map(|((_, scene), _)| scene.clone()).collect()
    }

    pub fn watches(&self, code: &str) -> bool {
        self.codes.contains(code)
    }

    pub fn compiled(&self, version: &str) -> Arc<Compiled> {
        self.compiled.get(version).cloned().unwrap_or_default()
    }

    pub fn versions(&self) -> impl Iterator<Item = (&str, &Compiled)> {
        self.compiled.iter().map(|(id, compiled)| (id.as_str(), &**compiled))
    }

    /// Whether there is something to look at, and notes that it was. `clock`: a
    /// response's own clock has struck.
    pub fn look(&mut self, now: Timestamp, clock: bool) -> bool {
        let aged = self.due().is_some_and(|due| due <= now);
        let is_needed = (self.dirty || aged || clock) && !(self.active.is_empty() && self.open.is_empty());
        self.dirty = false;
        if is_needed {
            self.looked_at = Some(now);
        }
        is_needed
    }

    /// What the look itself wrote needs no second one.
    pub fn looked(&mut self) {
        self.dirty = false;
    }

    fn rebuild(&mut self, plans: &BTreeMap<String, Version>, responses: &BTreeMap<String, Response>) {
        self.stale = false;
        self.active = plans
            .values()
            .filter(|version| version.state == "active")
            .map(|version| (version.plan.clone(), version.id.clone()))
            .collect();
        let by_plan = |is: fn(&Response) -> bool| {
            let kept = responses.values().filter(move |response| is(response));
            let place = |response: &Response| (response.plan.clone(), response.scene.clone());
            kept.map(|response| (place(response), response.id.clone())).collect()
        };
        self.open = by_plan(Response::is_open);
        let needs = |key: &str| {
            let levels = plans.get(key).map_or(&[][..], |version| &version.text.levels);
            levels.iter().any(|level| !level.teams.is_empty() || !level.supplies.is_empty())
        };
        let active = responses.values().filter(|response| response.is_active());
        self.needy = active.filter(|own| needs(&own.key())).map(|own| own.id.clone()).collect();
        self.muted = by_plan(|response| !response.is_open() && !response.muted.is_empty());
        let at_work: BTreeSet<String> = self
            .active
            .values()
            .cloned()
            .chain(self.open.values().filter_map(|id| responses.get(id)).map(Response::key))
            .collect();
        let texts: Vec<&Plan> =
            at_work.iter().filter_map(|id| plans.get(id)).map(|version| &version.text).collect();
        self.compiled.retain(|id, _| at_work.contains(id));
        for text in &texts {
            self.compiled.entry(text.key()).or_insert_with(|| Arc::new(Compiled::of(text)));
        }
        let parents: BTreeMap<&str, &str> =
            texts.iter().map(|text| (text.id.as_str(), text.parent.as_str())).collect();
        let depth = |id: &str| {
            let above = std::iter::successors(Some(id), |id| parents.get(id).copied());
            above.take(DEPTH_MAX).take_while(|id| !id.is_empty()).count()
        };
        self.order = parents.keys().map(|id| (*id).to_owned()).collect();
        self.order.sort_by_key(|id| (depth(id), id.clone()));
        let conditions = || self.compiled.values().flat_map(|compiled| compiled.conditions());
        self.tables = conditions().flat_map(|condition| condition.tables.iter().copied()).collect();
        self.ages = conditions().any(|condition| condition.ages);
        let counting =
            |field: &String| matches!(field.as_str(), "count" | "sources" | "confidence" | "title");
        self.counts = conditions().any(|condition| condition.fields.iter().any(counting));
        self.codes = texts.iter().flat_map(|text| text.readings.iter().cloned()).collect();
        let all = texts.iter().any(|text| text.hazards.is_empty());
        self.hazards = (!all).then(|| texts.iter().flat_map(|text| text.hazards.iter().cloned()).collect());
    }
}

impl Core {
    /// The planner over the plans as they now are.
    pub(crate) fn plan_ahead(&mut self) {
        if self.planner.stale {
            self.planner.rebuild(&self.state.rooms.plans, &self.state.rooms.responses);
        }
    }

    pub(crate) fn plan_anew(&mut self) {
        self.planner = Planner::begin(world::holders(self.registry.regions()));
    }
}

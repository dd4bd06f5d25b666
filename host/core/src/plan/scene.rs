//! 现场: the matters that a plan responds to, each on its own, and the world as
//! each of them sees it. A response is known by its plan and its scene: `""` for a
//! plan that answers for everything, else an incident's id or a region's code.

use super::planner::Compiled;
use super::world::{ROWS_MAX, Table, World, touches, within};
use super::{Response, Version};
use crate::city::plan::{Per, Plan};
use crate::core::Core;
use crate::core::decide::Step;
use crate::fact::Cause;
use crate::incident::Incident;
use crate::thing::Noun;
use crate::time::Timestamp;
use std::collections::BTreeSet;

impl Core {
    /// The scenes of a plan that are worth a look. While a response runs under a
    /// version that divides the world otherwise, no new ones begin beside it.
    pub(super) fn scenes_of(&self, world: &World, plan: &str) -> BTreeSet<String> {
        let mut scenes = self.planner.scenes(plan);
        let rooms = &self.state.rooms;
        let active = self.planner.active.get(plan).and_then(|id| rooms.plans.get(id));
        if let Some(Version { text, .. }) = active {
            let open = scenes.iter().filter_map(|scene| {
                let id = self.planner.open.get(&(plan.to_owned(), scene.clone()))?;
                rooms.plans.get(&rooms.responses.get(id)?.key())
            });
            if open.into_iter().all(|version| version.text.per() == text.per()) {
                scenes.extend(self.new_scenes(world, text));
            }
        }
        scenes
    }

    /// Where a plan might begin.
    fn new_scenes(&self, world: &World, plan: &Plan) -> Vec<String> {
        let whole = vec![String::new()];
        match plan.per() {
            Per::Plan => whole,
            Per::Incident => {
                let mut heard: Vec<&Incident> = self.heard(plan).collect();
                // As many as a table shows, the gravest and latest.
                heard.sort_by_key(|one| (std::cmp::Reverse((one.severity, one.opened_at)), one.id.as_str()));
                heard.truncate(ROWS_MAX);
                heard.iter().map(|incident| incident.id.clone()).chain(whole).collect()
            }
            Per::Region => {
                let mut touched: BTreeSet<&str> =
                    world.told.values().flat_map(|told| &told.areas).map(String::as_str).collect();
                touched.extend(self.heard(plan).map(|incident| incident.region.as_str()));
                let above = self.responses_above(plan);
                touched
                    .extend(above.iter().flat_map(|parent| &parent.areas).map(|area| area.region.as_str()));
                let holders = &self.planner.holders;
                let is_touched = |code: &&str| touched.iter().any(|area| touches(holders, area, code));
                self.townships(&plan.region).filter(is_touched).map(str::to_owned).collect()
            }
        }
    }

    /// Regions within one that hold no other.
    fn townships<'a>(&'a self, region: &'a str) -> impl Iterator<Item = &'a str> {
        let holders = &self.planner.holders;
        let holding: BTreeSet<&str> =
            holders.values().flat_map(|chain| chain.iter().skip(1)).map(String::as_str).collect();
        let codes = holders.keys().map(String::as_str);
        codes.filter(move |code| !holding.contains(code) && within(holders, code, region))
    }

    /// Incidents that a plan's conditions see.
    fn heard<'a>(&'a self, plan: &'a Plan) -> impl Iterator<Item = &'a Incident> {
        let hears = |hazard: &String| plan.hazards.is_empty() || plan.hazards.contains(hazard);
        let open = |incident: &&Incident| incident.is_open() && !incident.historic;
        self.state.incidents.values().filter(open).filter(move |incident| hears(&incident.hazard))
    }

    /// The world as a plan sees it at a scene.
    pub(super) fn view(
        &self,
        step: &Step,
        base: &World,
        plan: &Plan,
        compiled: &Compiled,
        scene: &str,
    ) -> World {
        let mut world = base.clone();
        world.region = self.scene_region(plan, scene);
        let is_region = plan.per() == Per::Region && !scene.is_empty();
        let here = |area: &str| !is_region || touches(&self.planner.holders, area, scene);
        let own = |incident: &str| plan.per() != Per::Incident || incident == scene;
        let rooms = &self.state.rooms;
        if compiled.looks_at(Table::Incidents) {
            let heard = self.heard(plan);
            world.set(step.now, heard.filter(|incident| own(&incident.id) && here(&incident.region)));
        }
        if compiled.looks_at(Table::Accidents) && (is_region || plan.per() == Per::Incident) {
            let open = rooms.accidents.values().filter(|accident| accident.state == "open");
            world.set(step.now, open.filter(|accident| own(&accident.incident) && here(&accident.region)));
        }
        if is_region {
            world.keep(Table::Warnings, here);
            world.keep(Table::Readings, here);
        }
        world
    }

    /// The ground of a scene.
    pub(super) fn scene_region(&self, plan: &Plan, scene: &str) -> String {
        if scene.is_empty() {
            return plan.region.clone();
        }
        let place = self.living(scene).map(|incident| incident.region.as_str());
        let place = place.filter(|region| within(&self.planner.holders, region, &plan.region));
        match plan.per() {
            Per::Plan => &plan.region,
            Per::Incident => place.unwrap_or(&plan.region),
            Per::Region => scene,
        }
        .to_owned()
    }

    /// Active responses of the plan above that speak of a scene. An on-site plan
    /// is its unit's: what happens next door does not start it.
    pub(super) fn parents_of(&self, plan: &Plan, scene: &str) -> Vec<Response> {
        let speaks = |parent: &&Response| match plan.per() {
            Per::Plan | Per::Region => true,
            Per::Incident => match scene {
                "" => parent.incident.is_empty(),
                scene => parent.scene == scene || parent.evidence.iter().any(|ground| ground.id == scene),
            },
        };
        let above = if plan.unit.is_empty() { self.responses_above(plan) } else { vec![] };
        above.into_iter().filter(speaks).cloned().collect()
    }

    fn responses_above(&self, plan: &Plan) -> Vec<&Response> {
        let open = self.planner.open_of(&plan.parent);
        let rows = open.filter_map(|id| self.state.rooms.responses.get(id));
        rows.filter(|response| response.is_active()).collect()
    }

    /// A response that is about to begin.
    pub(super) fn new_response(&self, plan: &Plan, scene: &str, now: Timestamp) -> Response {
        let place = match plan.per() {
            _ if scene.is_empty() => String::new(),
            Per::Plan => String::new(),
            Per::Incident => self.living(scene).map(|incident| incident.title.clone()).unwrap_or_default(),
            Per::Region => self.registry.regions().get(scene).map(|at| at.name.clone()).unwrap_or_default(),
        };
        Response {
            id: self.number(Noun::Response, now),
            title: match place.is_empty() {
                true => plan.title.clone(),
                false => format!("{}（{place}）", plan.title),
            },
            plan: plan.id.clone(),
            version: plan.version,
            scene: scene.to_owned(),
            region: self.scene_region(plan, scene),
            department: plan.department.clone(),
            started_at: now,
            ..Response::default()
        }
    }

    /// Incidents turned out to be one: so do their responses.
    pub(crate) fn responses_follow(&mut self, step: &mut Step, cause: &Cause, id: &str) {
        let Some(merged) = self.state.incidents.get(id).map(|incident| incident.merged.clone()) else {
            return;
        };
        for from in &merged {
            for response in self.serving(from, Noun::Response) {
                self.follow_merge(step, cause, &response, from, id);
            }
        }
    }

    fn follow_merge(&mut self, step: &mut Step, cause: &Cause, response: &str, from: &str, into: &str) {
        let rooms = &self.state.rooms;
        let Some(mut response) = rooms.responses.get(response).cloned() else { return };
        let note = format!("事件 {from} 已并入 {into}");
        if response.scene == from {
            let mut open = rooms.responses.values().filter(|other| other.is_open() && other.scene == into);
            if open.any(|other| other.plan == response.plan)
                && let Some(version) = rooms.plans.get(&response.key()).cloned()
            {
                return self.finish_response(step, cause, &version.text, response, "ended", "", &note);
            }
            response.scene = into.to_owned();
        }
        response.incident = into.to_owned();
        response.changed_at = step.now;
        self.set(step, cause, "moved", &note, response);
    }
}

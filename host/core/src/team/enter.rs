//! Teams and experts of the city's files, compared with the state.

use super::{AVAILABLE, OUT_OF_SERVICE, Standing};
use crate::core::Core;
use crate::core::decide::Step;
use crate::fact::Cause;
use crate::place::Spot;
use crate::signal::Position;

impl Core {
    /// What the files say is taken over; what a team does right now stays. A
    /// team that they no longer name takes no new assignment.
    pub(crate) fn enter_teams(&mut self, step: &mut Step, cause: &Cause) {
        let city = self.city().clone();
        let teams = city.teams.teams.iter().map(|team| Standing {
            id: team.id.clone(),
            name: team.name.clone(),
            sort: "team".to_owned(),
            kind: team.kind.clone(),
            department: team.department.clone(),
            region: self.home_region(&team.region, team.position),
            home: Spot::kept(team.position),
            capabilities: team.capabilities.clone(),
            equipment: team.equipment.clone(),
            size: team.size,
            leader: team.leader.clone(),
            phone: team.phone.clone(),
            // Tenths come back from JSON as they went.
            speed_kmh: (team.speed_kmh * 10.0).round() / 10.0,
            post: team.post.clone(),
            acknowledge_minutes: team.acknowledge_minutes,
            ..Standing::default()
        });
        let experts = city.teams.experts.iter().map(|expert| Standing {
            id: expert.id.clone(),
            name: expert.name.clone(),
            sort: "expert".to_owned(),
            kind: expert.unit.clone(),
            department: expert.department.clone(),
            region: self.home_region(&expert.region, expert.position),
            home: Spot::kept(expert.position),
            capabilities: expert.fields.clone(),
            hazards: expert.hazards.clone(),
            materials: expert.materials.clone(),
            size: 1,
            leader: expert.name.clone(),
            phone: expert.phone.clone(),
            post: expert.post.clone(),
            acknowledge_minutes: expert.acknowledge_minutes,
            ..Standing::default()
        });
        let listed: Vec<Standing> = teams.chain(experts).collect();
        for fresh in &listed {
            self.enter_standing(step, cause, fresh.clone());
        }
        self.delist(step, cause, &listed);
    }

    fn enter_standing(&mut self, step: &mut Step, cause: &Cause, mut fresh: Standing) {
        let known = self.state.rooms.teams.get(&fresh.id);
        let Some(known) = known else {
            fresh.state = AVAILABLE.to_owned();
            fresh.position = fresh.home;
            fresh.since = step.now;
            return self.set(step, cause, "entered", "", fresh);
        };
        fresh.position = if known.home == fresh.home { known.position } else { fresh.home };
        fresh.state = known.state.clone();
        fresh.incident = known.incident.clone();
        fresh.response = known.response.clone();
        fresh.order = known.order.clone();
        fresh.by = known.by.clone();
        fresh.since = known.since;
        if known.delisted && fresh.state == OUT_OF_SERVICE {
            fresh.state = AVAILABLE.to_owned();
            fresh.since = step.now;
        }
        if *known != fresh {
            self.set(step, cause, "changed", "城市数据有变", fresh);
        }
    }

    fn delist(&mut self, step: &mut Step, cause: &Cause, listed: &[Standing]) {
        let names: std::collections::BTreeSet<&str> = listed.iter().map(|row| row.id.as_str()).collect();
        let rows = self.state.rooms.teams.values();
        let gone: Vec<Standing> =
            rows.filter(|row| !row.delisted && !names.contains(row.id.as_str())).cloned().collect();
        for mut row in gone {
            row.delisted = true;
            if row.is_available() {
                row.state = OUT_OF_SERVICE.to_owned();
                row.since = step.now;
            }
            self.set(step, cause, "delisted", "城市数据中已无此队伍", row);
        }
    }

    /// The region as written, else the one that the point lies in, else the city.
    pub(crate) fn home_region(&self, written: &str, position: Option<Position>) -> String {
        let regions = self.registry.regions();
        let drawn = || position.and_then(|position| regions.at(position));
        let found = Some(written).filter(|code| !code.is_empty()).map(str::to_owned);
        found
            .or_else(|| drawn().map(|region| region.code.clone()))
            .unwrap_or_else(|| self.city().code.clone())
    }
}

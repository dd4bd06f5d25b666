//! Sending a team: it is taken and ordered out in one step, or refused with who
//! has it.

use super::{ASSIGNED, OUT_OF_SERVICE, Standing};
use crate::core::Core;
use crate::core::act::{Refusal, cut, refuse};
use crate::core::decide::Step;
use crate::fact::Cause;
use crate::incident::Incident;
use crate::order::Draft;
use crate::place::Spot;
use crate::thing::Noun;

/// A week: what takes longer is a plan, not an order.
const MINUTES_MAX: u32 = 7 * 24 * 60;

/// Why and how a team is sent.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sending {
    pub incident: String,
    pub task: String,
    /// Plan's response and clause that ask for it, or empty.
    pub response: String,
    pub clause: String,
    /// Minutes.
    pub acknowledge: Option<u32>,
    pub arrive: Option<u32>,
    pub by: String,
}

impl Core {
    /// Reserves the team and orders it out. Answers the team's id; its row names
    /// the order. Refused where someone has it.
    pub(crate) fn send_team(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        id: &str,
        sending: Sending,
    ) -> Result<String, Refusal> {
        let mut team = self.team(id)?;
        check_free(&team)?;
        for minutes in [sending.acknowledge, sending.arrive].into_iter().flatten() {
            if !(1..=MINUTES_MAX).contains(&minutes) {
                let reason = format!(
                    "时限 {minutes} 分钟超出 1 至 {MINUTES_MAX} (a deadline is 1 to {MINUTES_MAX} minutes)"
                );
                return refuse("team.assign.deadline", &reason);
            }
        }
        let incident = self.open_incident("team.assign", &sending.incident)?;
        let within = |minutes: u32| i64::from(minutes) * 60_000;
        let draft = Draft {
            title: task(&team, &incident, &sending.task),
            text: briefing(&team, &incident),
            department: team.department.clone(),
            post: team.post.clone(),
            team: team.id.clone(),
            region: incident.region.clone(),
            position: incident.position,
            incident: incident.id.clone(),
            response: sending.response,
            clause: sending.clause,
            acknowledge_within: Some(within(sending.acknowledge.unwrap_or(team.acknowledge_minutes)))
                .filter(|within| *within > 0),
            arrive_within: sending.arrive.map(within),
            by: sending.by.clone(),
            ..Draft::default()
        };
        // Ordering: the team is taken before its order stands, so that whatever
        // the order sets off finds it taken.
        team.state = ASSIGNED.to_owned();
        team.incident = incident.id.clone();
        team.by = sending.by;
        team.since = step.now;
        team.order = self.number(Noun::Order, step.now);
        let note = format!("派往 {} {}，指令 {}", incident.id, incident.title, team.order);
        let id = team.id.clone();
        self.set(step, cause, "assigned", &note, team.clone());
        let order = self.issue(step, cause, draft);
        if order != team.order {
            self.set(step, cause, "ordered", &format!("指令 {order}"), Standing { order, ..team });
        }
        Ok(id)
    }

    /// The open incident that an id means today.
    pub(crate) fn open_incident(&self, rule: &str, id: &str) -> Result<Incident, Refusal> {
        let found = self.living(id).cloned();
        let incident = found.ok_or_else(|| {
            (format!("{rule}.incident-unknown"), format!("没有事件 {id} (there is no incident {id})"))
        })?;
        if !incident.is_open() {
            let reason =
                format!("事件 {id} {}，不再调用力量 (incident {id} has ended)", incident.state.name());
            return refuse(&format!("{rule}.incident-ended"), &reason);
        }
        Ok(incident)
    }
}

fn check_free(team: &Standing) -> Result<(), Refusal> {
    match team.state.as_str() {
        ASSIGNED => {
            let reason = format!(
                "{} 已被调派：{}，自 {} 起 (taken by {} since {})",
                team.name,
                team.held_by(),
                team.since,
                team.held_by(),
                team.since
            );
            refuse("team.assign.taken", &reason)
        }
        OUT_OF_SERVICE => {
            let reason = format!("{} 停用，自 {} 起 (out of service since then)", team.name, team.since);
            refuse("team.assign.out-of-service", &reason)
        }
        _ => Ok(()),
    }
}

fn task(team: &Standing, incident: &Incident, task: &str) -> String {
    match (task, team.sort.as_str()) {
        ("", "expert") => format!("{} 专家会商：{}", team.name, incident.title),
        ("", _) => format!("{} 前往处置：{}", team.name, incident.title),
        (task, _) => task.to_owned(),
    }
}

fn briefing(team: &Standing, incident: &Incident) -> String {
    let place = [incident.region_name.as_str(), incident.unit_name.as_str()].join(" ");
    let who = [team.leader.as_str(), team.phone.as_str()].join(" ");
    let eta =
        super::propose::reach(team, incident.position.and_then(Spot::of)).and_then(|reach| reach.eta_minutes);
    let eta = eta.map(|minutes| format!("；预计 {minutes} 分钟到场")).unwrap_or_default();
    cut(&format!("{}；地点 {}；联系 {}{eta}", incident.title, place.trim(), who.trim()))
}

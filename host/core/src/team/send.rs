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
use crate::plan::Response;
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
        let response = self.response_to_serve(&sending)?;
        let named = match (&response, sending.incident.as_str()) {
            (Some(response), "") => response.incident.as_str(),
            (_, incident) => incident,
        };
        let incident = match (&response, named) {
            (Some(_), "") => None,
            (_, incident) => Some(self.open_incident("team.assign", incident)?),
        };
        let clause = match (&response, sending.clause) {
            (Some(response), clause) if clause.is_empty() => response.cited(),
            (_, clause) => clause,
        };
        let scene = Scene { incident: incident.as_ref(), response: response.as_ref() };
        let within = |minutes: u32| i64::from(minutes) * 60_000;
        let draft = Draft {
            title: task(&team, scene, &sending.task),
            text: briefing(&team, scene),
            department: team.department.clone(),
            post: team.post.clone(),
            team: team.id.clone(),
            region: scene.region().to_owned(),
            position: incident.as_ref().and_then(|incident| incident.position),
            incident: incident.as_ref().map(|incident| incident.id.clone()).unwrap_or_default(),
            response: sending.response.clone(),
            clause,
            acknowledge_within: Some(within(sending.acknowledge.unwrap_or(team.acknowledge_minutes)))
                .filter(|within| *within > 0),
            arrive_within: sending.arrive.map(within),
            by: sending.by.clone(),
            ..Draft::default()
        };
        // Ordering: the team is taken before its order stands, so that whatever
        // the order sets off finds it taken.
        team.state = ASSIGNED.to_owned();
        team.incident.clone_from(&draft.incident);
        team.response = sending.response;
        team.by = sending.by;
        team.since = step.now;
        team.order = self.number(Noun::Order, step.now);
        let note = format!("派往 {}，指令 {}", scene.told(), team.order);
        let id = team.id.clone();
        self.set(step, cause, "assigned", &note, team.clone());
        let order = self.issue(step, cause, draft);
        if order != team.order {
            self.set(step, cause, "ordered", &format!("指令 {order}"), Standing { order, ..team });
        }
        Ok(id)
    }

    /// The active response that a team is sent for, where one is named.
    fn response_to_serve(&self, sending: &Sending) -> Result<Option<Response>, Refusal> {
        let id = sending.response.as_str();
        if id.is_empty() && sending.incident.is_empty() {
            let reason = "须写明事件或响应 (name an incident or a response)";
            return refuse("team.assign.nothing", reason);
        }
        if id.is_empty() {
            return Ok(None);
        }
        match self.state.rooms.responses.get(id) {
            Some(response) if response.is_active() => Ok(Some(response.clone())),
            Some(response) => {
                let reason = format!("响应 {id} 为 {0} (the response is {0})", response.state);
                refuse("team.assign.response-over", &reason)
            }
            None => {
                let reason = format!("没有响应 {id} (no such response; `tocsin response list` names them)");
                refuse("team.assign.response-unknown", &reason)
            }
        }
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

/// Where a team is sent: an incident, or a response that has none yet.
#[derive(Clone, Copy)]
struct Scene<'a> {
    incident: Option<&'a Incident>,
    response: Option<&'a Response>,
}

impl Scene<'_> {
    fn title(&self) -> String {
        match (self.incident, self.response) {
            (Some(incident), _) => incident.title.clone(),
            (None, Some(response)) => format!("{}{}", response.title, response.rank()),
            (None, None) => String::new(),
        }
    }

    fn region(&self) -> &str {
        let own = self.incident.map(|incident| incident.region.as_str());
        own.or(self.response.map(|response| response.region.as_str())).unwrap_or_default()
    }

    fn told(&self) -> String {
        let id = self.incident.map(|incident| incident.id.as_str());
        let id = id.or(self.response.map(|response| response.id.as_str())).unwrap_or_default();
        format!("{id} {}", self.title())
    }
}

fn task(team: &Standing, scene: Scene<'_>, task: &str) -> String {
    let title = scene.title();
    match (task, team.sort.as_str(), scene.incident) {
        ("", "expert", _) => format!("{} 专家会商：{title}", team.name),
        ("", _, Some(_)) => format!("{} 前往处置：{title}", team.name),
        ("", _, None) => format!("{} 集结待命：{title}", team.name),
        (task, ..) => task.to_owned(),
    }
}

fn briefing(team: &Standing, scene: Scene<'_>) -> String {
    let who = [team.leader.as_str(), team.phone.as_str()].join(" ");
    let title = scene.title();
    let Some(incident) = scene.incident else {
        return cut(&format!("{title}；联系 {}", who.trim()));
    };
    let place = [incident.region_name.as_str(), incident.unit_name.as_str()].join(" ");
    let eta =
        super::propose::reach(team, incident.position.and_then(Spot::of)).and_then(|reach| reach.eta_minutes);
    let eta = eta.map(|minutes| format!("；预计 {minutes} 分钟到场")).unwrap_or_default();
    cut(&format!("{title}；地点 {}；联系 {}{eta}", place.trim(), who.trim()))
}

//! What may be asked of teams, and what ends an assignment.

use super::{ASSIGNED, AVAILABLE, OUT_OF_SERVICE, Standing};
use crate::core::Core;
use crate::core::act::{Refusal, cut, refuse};
use crate::core::decide::Step;
use crate::fact::Cause;
use crate::incident::Incident;
use crate::order::{self, Draft, Order};
use crate::place::Spot;
use crate::signal::Position;
use crate::thing::Noun;
use serde::{Deserialize, Serialize};

/// A week: what takes longer is a plan, not an order.
const MINUTES_MAX: u32 = 7 * 24 * 60;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "verb", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Act {
    /// 调派: sends a team, or calls an expert, to an incident. Minutes.
    Assign {
        id: String,
        incident: String,
        #[serde(default)]
        task: String,
        /// Missing: as the city's files say of the team.
        #[serde(default)]
        acknowledge: Option<u32>,
        #[serde(default)]
        arrive: Option<u32>,
    },
    /// 归队.
    Release {
        id: String,
        #[serde(default)]
        note: String,
    },
    /// Whether it can be sent, and where it is.
    Status {
        id: String,
        #[serde(default)]
        to: Option<Service>,
        #[serde(default)]
        position: Option<Position>,
        #[serde(default)]
        note: String,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Service {
    Available,
    OutOfService,
}

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
    pub(crate) fn act_team(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        actor: &str,
        act: &Act,
    ) -> Result<String, Refusal> {
        match act {
            Act::Assign { id, incident, task, acknowledge, arrive } => {
                let sending = Sending {
                    incident: incident.clone(),
                    task: cut(task.trim()),
                    acknowledge: *acknowledge,
                    arrive: *arrive,
                    by: actor.to_owned(),
                    ..Sending::default()
                };
                self.send_team(step, cause, id, sending)
            }
            Act::Release { id, note } => self.release_by_hand(step, cause, actor, id, note),
            Act::Status { id, to, position, note } => {
                let team = self.team(id)?;
                self.report_team(step, cause, team, *to, *position, note)
            }
        }
    }

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

    fn release_by_hand(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        actor: &str,
        id: &str,
        note: &str,
    ) -> Result<String, Refusal> {
        let team = self.team(id)?;
        if team.state != ASSIGNED {
            let reason = format!("{} 未被调派 (it is not assigned)", team.name);
            return refuse("team.release.free", &reason);
        }
        let is_open = self.state.rooms.orders.get(&team.order).is_some_and(|order| order.state.is_open());
        if is_open {
            let reason = format!("归队 {note}").trim().to_owned();
            let act = order::Act::Cancel { id: team.order.clone(), reason };
            // The end of its order releases the team.
            self.act_order(step, cause, actor, &act)?;
        }
        self.free_team(step, cause, id, &format!("{actor} {note}"));
        Ok(id.to_owned())
    }

    fn report_team(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        mut team: Standing,
        to: Option<Service>,
        position: Option<Position>,
        note: &str,
    ) -> Result<String, Refusal> {
        if to.is_some() && team.state == ASSIGNED {
            let reason = format!(
                "{} 正在执行 {}；请先归队 (it is assigned; release it first)",
                team.name,
                team.held_by()
            );
            return refuse("team.status.assigned", &reason);
        }
        if to == Some(Service::Available) && team.delisted {
            let reason = format!("城市数据中已无 {} (the city's files no longer name it)", team.name);
            return refuse("team.status.delisted", &reason);
        }
        if let Some(position) = position {
            if Spot::of(position).is_none() {
                return refuse(
                    "team.status.position",
                    "位置无效，应为 经度,纬度 (no such position; write lon,lat)",
                );
            }
            team.position = Spot::kept(Some(position));
        }
        let word = match to {
            Some(Service::Available) => AVAILABLE,
            Some(Service::OutOfService) => OUT_OF_SERVICE,
            None if position.is_none() => {
                return refuse("team.status.empty", "须说明状态或位置 (say a state or a position)");
            }
            None => &team.state.clone(),
        };
        if team.state != word {
            team.state = word.to_owned();
            team.since = step.now;
        }
        let id = team.id.clone();
        let change = if to.is_some() { word } else { "moved" };
        if self.state.rooms.teams.get(&id) != Some(&team) {
            self.set(step, cause, change, &cut(note), team);
        }
        Ok(id)
    }

    fn team(&self, id: &str) -> Result<Standing, Refusal> {
        self.state.rooms.teams.get(id).cloned().ok_or_else(|| {
            let reason = format!("没有队伍 {id} (no such team; `tocsin team list` names them)");
            ("team.unknown".to_owned(), reason)
        })
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

    /// An order is over, whatever way: the team that it sent is free again.
    pub(crate) fn order_ended(&mut self, step: &mut Step, cause: &Cause, order: &Order) {
        let held = self.state.rooms.teams.get(&order.team);
        if held.is_some_and(|team| team.state == ASSIGNED && team.order == order.id) {
            self.free_team(step, cause, &order.team, &format!("指令 {} {}", order.id, order.state.name()));
        }
    }

    /// An incident ended: whoever still serves it is free. It was merged: they
    /// serve the survivor.
    pub(crate) fn teams_follow(&mut self, step: &mut Step, cause: &Cause, id: &str) {
        let Some(incident) = self.state.incidents.get(id) else { return };
        let (is_open, merged, name) = (incident.is_open(), incident.merged.clone(), incident.state.name());
        for from in &merged {
            for team in self.serving(from, Noun::Team) {
                let Some(team) = self.state.rooms.teams.get(&team).cloned() else { continue };
                let note = format!("事件 {from} 已并入 {id}");
                self.set(step, cause, "moved", &note, Standing { incident: id.to_owned(), ..team });
            }
        }
        let free = if is_open { vec![] } else { self.serving(id, Noun::Team) };
        for team in free {
            self.free_team(step, cause, &team, &format!("事件 {id} {name}"));
        }
    }

    fn free_team(&mut self, step: &mut Step, cause: &Cause, id: &str, note: &str) {
        let Some(team) = self.state.rooms.teams.get(id).filter(|team| team.state == ASSIGNED) else { return };
        let state = if team.delisted { OUT_OF_SERVICE } else { AVAILABLE };
        let free = Standing {
            state: state.to_owned(),
            incident: String::new(),
            order: String::new(),
            by: String::new(),
            since: step.now,
            ..team.clone()
        };
        self.set(step, cause, "released", &cut(note.trim()), free);
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

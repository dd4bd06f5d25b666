//! What may be asked of teams, and what ends an assignment.

use super::send::Sending;
use super::{ASSIGNED, AVAILABLE, OUT_OF_SERVICE, Standing};
use crate::core::Core;
use crate::core::act::{Refusal, cut, refuse};
use crate::core::decide::Step;
use crate::fact::Cause;
use crate::order::{self, Order};
use crate::place::Spot;
use crate::signal::Position;
use crate::thing::Noun;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "verb", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Act {
    /// 调派: sends a team, or calls an expert, to an incident, or to stand by for a
    /// plan's response. Minutes.
    Assign {
        id: String,
        #[serde(default)]
        incident: String,
        #[serde(default)]
        response: String,
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

impl Core {
    pub(crate) fn act_team(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        actor: &str,
        act: &Act,
    ) -> Result<String, Refusal> {
        match act {
            Act::Assign { id, incident, response, task, acknowledge, arrive } => {
                let sending = Sending {
                    incident: incident.clone(),
                    response: response.clone(),
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
            let act = order::Act::Cancel { id: team.order, reason };
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

    pub(super) fn team(&self, id: &str) -> Result<Standing, Refusal> {
        self.state.rooms.teams.get(id).cloned().ok_or_else(|| {
            let reason = format!("没有队伍 {id} (no such team; `tocsin team list` names them)");
            ("team.unknown".to_owned(), reason)
        })
    }

    /// An order is over, whatever way: the team that it sent is free again.
    pub(crate) fn team_order_ended(&mut self, step: &mut Step, cause: &Cause, order: &Order) {
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

    pub(crate) fn free_team(&mut self, step: &mut Step, cause: &Cause, id: &str, note: &str) {
        let Some(team) = self.state.rooms.teams.get(id).filter(|team| team.state == ASSIGNED) else { return };
        let state = if team.delisted { OUT_OF_SERVICE } else { AVAILABLE };
        let free = Standing {
            state: state.to_owned(),
            incident: String::new(),
            response: String::new(),
            order: String::new(),
            by: String::new(),
            since: step.now,
            ..team.clone()
        };
        self.set(step, cause, "released", &cut(note.trim()), free);
    }
}

//! 集结: the teams and stock that a response's level needs. They are ordered out
//! and reserved when the level is reached and let go when it is left. What is
//! missing is a task for somebody until it has come.
//!
//! A need's number is what the level has altogether: where a higher level names
//! the same capability or item, the greater number counts.

use super::change::MINUTE_MS;
use super::{Held, Muster, Response};
use crate::city::plan::{Plan, StartMode};
use crate::core::Core;
use crate::core::decide::Step;
use crate::fact::{Cause, Fact};
use crate::order::{Draft, Stage};
use crate::place::Spot;
use crate::supply::{self, Reserve};
use crate::team::{self, Sending};
use crate::thing::Thing;
use std::collections::BTreeSet;

pub(super) const TEAM: &str = "team";
pub(super) const SUPPLY: &str = "supply";

/// What a level needs of one kind, all levels below it included.
struct Need<'a> {
    level: u8,
    clause: &'a str,
    sort: &'static str,
    what: &'a str,
    wanted: u64,
    mode: StartMode,
}

impl Core {
    /// Looks at every response that needs something, the highest level first, if
    /// a team, an order, stock or a response has changed in this step.
    pub(crate) fn muster(&mut self, step: &mut Step) {
        self.plan_ahead();
        if !self.planner.is_stirred() {
            return;
        }
        let cause = stirred_by(step);
        let mut active: Vec<&Response> = self.planner.needy(&self.state.rooms.responses).collect();
        active.sort_by_key(|response| (response.level, response.id.as_str()));
        let active: Vec<String> = active.into_iter().map(|response| response.id.clone()).collect();
        for id in active {
            self.muster_for(step, &cause, &id);
        }
        self.plan_ahead();
        self.planner.settle();
    }

    fn muster_for(&mut self, step: &mut Step, cause: &Cause, id: &str) {
        let rooms = &self.state.rooms;
        let Some(before) = rooms.responses.get(id) else { return };
        let Some(version) = rooms.plans.get(&before.key()) else { return };
        // Its matter is over; it only waits for its hold.
        if self.living(&before.incident).is_some_and(|incident| !incident.is_open()) {
            return;
        }
        let (before, plan) = (before.clone(), version.text.clone());
        let needs = needs(&plan, before.level);
        let mut response = before.clone();
        let (kept, gone) = std::mem::take(&mut response.musters)
            .into_iter()
            .partition(|muster: &Muster| needs.iter().any(|need| need.is(muster)));
        let mut kept: Vec<Muster> = kept;
        let gone: Vec<Muster> = gone;
        let mut claimed: BTreeSet<String> = kept.iter().flat_map(Muster::ids).map(str::to_owned).collect();
        for muster in gone {
            self.disband(step, cause, &plan, &muster, 0, "响应级别已降低");
        }
        for need in &needs {
            let place = kept.iter().position(|muster| need.is(muster));
            let known = place.map(|place| kept.remove(place)).unwrap_or_default();
            let known = self.count_held(&mut response, known, need);
            let known = self.take_over(&response, known, &mut claimed);
            let muster = self.gather(step, cause, &plan, &response, need, known);
            claimed.extend(muster.ids().map(str::to_owned));
            response.musters.push(muster);
        }
        if response != before {
            let note = note(&plan, &response);
            response.changed_at = step.now;
            self.set(step, cause, "mustered", &note, response);
        }
    }

    /// One need: what is too much goes, what can be had is taken, what is missing told.
    fn gather(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        plan: &Plan,
        response: &Response,
        need: &Need<'_>,
        mut muster: Muster,
    ) -> Muster {
        if need.wanted < muster.wanted {
            self.disband(step, cause, plan, &muster, need.wanted, "响应级别已降低");
            muster = self.still_held(muster);
        }
        (muster.level, muster.wanted) = (need.level, need.wanted);
        muster.clause = plan.cite(need.clause);
        if need.mode == StartMode::Automatic && !muster.by_hand && muster.have < need.wanted {
            match need.sort {
                TEAM => self.call_teams(step, cause, plan, response, &mut muster),
                _ => self.reserve_stock(step, cause, plan, response, &mut muster),
            }
        }
        self.tell_missing(step, cause, plan, response, need, &mut muster);
        muster
    }

    /// What still stands for a need. A team that declined or was let go is not asked
    /// again; stock that a person took back is left to people.
    fn count_held(&self, response: &mut Response, mut muster: Muster, need: &Need<'_>) -> Muster {
        (muster.sort, muster.what) = (need.sort.to_owned(), need.what.to_owned());
        let before: Vec<String> = muster.ids().map(str::to_owned).collect();
        let muster = self.still_held(muster);
        let gone = before.into_iter().filter(|id| muster.ids().all(|held| held != id));
        match need.sort {
            TEAM => response.spared.extend(gone),
            _ => {
                let transfers = &self.state.rooms.transfers;
                let cancelled = |id: &String| transfers.get(id).is_some_and(|own| own.state == "cancelled");
                let by_hand = muster.by_hand || gone.into_iter().any(|id| cancelled(&id));
                return Muster { by_hand, ..muster };
            }
        }
        muster
    }

    /// Without what has gone: done is done, and so is what has left memory.
    fn still_held(&self, mut muster: Muster) -> Muster {
        let rooms = &self.state.rooms;
        muster.held.retain_mut(|held| match muster.sort.as_str() {
            TEAM => {
                let team = rooms.teams.get(&held.id);
                let order = rooms.orders.get(&held.order);
                team.is_some_and(|team| team.state == team::ASSIGNED && team.order == held.order)
                    || order.is_none_or(|order| order.state == Stage::Done)
            }
            _ => {
                let Some(transfer) = rooms.transfers.get(&held.id) else { return true };
                if transfer.state == "received" {
                    held.quantity = transfer.received;
                }
                !matches!(transfer.state.as_str(), "cancelled" | "lost")
            }
        });
        muster.have = muster.held.iter().map(|held| held.quantity).sum();
        muster
    }

    /// What people sent or reserved for the response counts as well, once.
    fn take_over(&self, response: &Response, mut muster: Muster, claimed: &mut BTreeSet<String>) -> Muster {
        let rooms = &self.state.rooms;
        let held = |id: &str, order: &str, quantity: u64| Held {
            id: id.to_owned(),
            order: order.to_owned(),
            quantity,
        };
        let teams = rooms.teams.values().filter(|team| {
            team.response == response.id && team.sort == TEAM && team.capabilities.contains(&muster.what)
        });
        let transfers = rooms
            .transfers
            .values()
            .filter(|own| own.response == response.id && own.item == muster.what && own.ended_at.is_none());
        let own: Vec<Held> = match muster.sort.as_str() {
            TEAM => teams.map(|team| held(&team.id, &team.order, 1)).collect(),
            _ => transfers.map(|own| held(&own.id, "", own.quantity)).collect(),
        };
        for held in own {
            if !claimed.contains(&held.id) {
                claimed.insert(held.id.clone());
                muster.have += held.quantity;
                muster.held.push(held);
            }
        }
        muster
    }

    /// The nearest free teams are sent: to the incident where there is one, else
    /// to stand by.
    fn call_teams(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        plan: &Plan,
        response: &Response,
        muster: &mut Muster,
    ) {
        let spot = self.spot_of(response);
        let free = self.state.rooms.teams.values().filter(|row| {
            row.is_available()
                && !row.delisted
                && row.sort == TEAM
                && row.capabilities.contains(&muster.what)
                && !response.spared.contains(&row.id)
        });
        let mut free: Vec<_> = free
            .map(|row| {
                let far = team::reach(row, spot);
                let last = u64::MAX;
                let eta = far.and_then(|reach| reach.eta_minutes).unwrap_or(last);
                let metres = far.map_or(last, |reach| reach.distance_m);
                (!self.is_local(response, &row.region), eta, metres, row.id.clone())
            })
            .collect();
        free.sort();
        for (.., id) in free {
            if muster.have >= muster.wanted {
                break;
            }
            let sending = Sending {
                incident: response.incident.clone(),
                response: response.id.clone(),
                clause: muster.clause.clone(),
                by: plan.key(),
                ..Sending::default()
            };
            if self.send_team(step, cause, &id, sending).is_ok() {
                let order = self.state.rooms.teams.get(&id).map(|team| team.order.clone());
                muster.held.push(Held { id, order: order.unwrap_or_default(), quantity: 1 });
                muster.have += 1;
            }
        }
    }

    /// From the nearest store that has enough, else from as many as it takes.
    fn reserve_stock(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        plan: &Plan,
        response: &Response,
        muster: &mut Muster,
    ) {
        let missing = muster.wanted - muster.have;
        let mut offers =
            supply::offers(&self.state.rooms, &muster.what, missing, self.spot_of(response), step.now);
        // Stable: by distance within each half.
        offers.sort_by_key(|offer| (!offer.enough, !self.is_local(response, &offer.region)));
        for offer in offers {
            let quantity = offer.available.min(muster.wanted.saturating_sub(muster.have));
            if quantity == 0 {
                break;
            }
            let ask = Reserve {
                store: offer.store,
                item: muster.what.clone(),
                quantity,
                matter: response.id.clone(),
                note: format!("{} {}", plan.title, muster.clause),
            };
            if let Ok(id) = self.reserve(step, cause, &plan.key(), &ask) {
                muster.held.push(Held { id, order: String::new(), quantity });
                muster.have += quantity;
            }
        }
    }

    /// Somebody hears of what is missing; when it has come their task is done.
    fn tell_missing(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        plan: &Plan,
        response: &Response,
        need: &Need<'_>,
        muster: &mut Muster,
    ) {
        let Muster { what, wanted, have, clause, .. } = &*muster;
        if have >= wanted {
            let task = std::mem::take(&mut muster.task);
            let result = format!("{} {}/{} 已补足", muster.what, muster.have, muster.wanted);
            return self.finish_order(step, cause, &task, &result);
        }
        if !muster.task.is_empty() {
            return;
        }
        let missing = wanted - have;
        let name = self.catalogued(what).map(|name| format!("{name} {what}")).unwrap_or_else(|| what.clone());
        let how = match need.sort {
            TEAM => format!("tocsin team assign ID --response {}", response.id),
            _ => format!("tocsin supply reserve --item {what} --quantity {missing} --for {}", response.id),
        };
        let (title, text) = match need.mode {
            StartMode::Propose => (
                format!("研判调用：{name} {missing}（{}{}）", plan.title, response.rank()),
                format!("{clause} 要求 {wanted}，已有 {have}；由人决定：{how}"),
            ),
            StartMode::Automatic => (
                format!("补齐缺口：{name} 缺 {missing}（{}{}）", plan.title, response.rank()),
                format!("{clause} 要求 {wanted}，已有 {have}；到位后自动补足，也可 {how}"),
            ),
        };
        let draft = Draft {
            title,
            text,
            post: plan.post.clone(),
            department: self.department_of(&plan.post, &plan.department),
            region: response.region.clone(),
            incident: response.incident.clone(),
            response: response.id.clone(),
            clause: clause.clone(),
            matter: format!("muster/{}/{what}", response.id),
            acknowledge_within: Some(i64::from(plan.answer_min) * MINUTE_MS),
            by: plan.key(),
            ..Draft::default()
        };
        muster.task = self.issue(step, cause, draft);
    }

    /// Lets go of what is held beyond `wanted`, what came last first; stock in whole
    /// transfers, of which the rest is then reserved anew. What has left its store
    /// stays in the books until it is returned.
    pub(super) fn disband(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        plan: &Plan,
        muster: &Muster,
        wanted: u64,
        reason: &str,
    ) {
        let reason = format!("{reason}({})", plan.key());
        let mut have = muster.have;
        for held in muster.held.iter().rev() {
            if have <= wanted {
                break;
            }
            have = have.saturating_sub(held.quantity);
            match muster.sort.as_str() {
                TEAM => self.cancel_order(step, cause, &held.order, &reason),
                // Refused where it has left the store: rightly so.
                _ => _ = self.cancel_transfer(step, cause, &held.id, &reason),
            }
        }
        if wanted == 0 {
            self.cancel_order(step, cause, &muster.task, &reason);
        }
    }

    /// What people sent or reserved for a response beyond what its plan lists goes with
    /// it, unless it serves an open incident as well.
    pub(super) fn let_go(&mut self, step: &mut Step, cause: &Cause, plan: &Plan, id: &str, reason: &str) {
        let rooms = &self.state.rooms;
        let serves = |incident: &str| self.living(incident).is_some_and(|incident| incident.is_open());
        let teams = rooms
            .teams
            .values()
            .filter(|team| team.response == id && team.state == team::ASSIGNED && !serves(&team.incident));
        let teams: Vec<(String, String)> = teams.map(|team| (team.id.clone(), team.order.clone())).collect();
        let transfers = rooms
            .transfers
            .values()
            .filter(|own| own.response == id && own.state == "reserved" && !serves(&own.incident));
        let transfers: Vec<String> = transfers.map(|own| own.id.clone()).collect();
        let reason = format!("{reason}({})", plan.key());
        for (team, order) in teams {
            self.cancel_order(step, cause, &order, &reason);
            // Where it had no order.
            self.free_team(step, cause, &team, &reason);
        }
        for transfer in transfers {
            // Reserved, so it can be.
            let _ = self.cancel_transfer(step, cause, &transfer, &reason);
        }
    }

    fn spot_of(&self, response: &Response) -> Option<Spot> {
        self.living(&response.incident)?.position.and_then(Spot::of)
    }

    /// Whether a region is one of those that the response is about.
    fn is_local(&self, response: &Response, region: &str) -> bool {
        let holders = &self.planner.holders;
        response.areas.iter().any(|area| super::world::within(holders, region, &area.region))
    }
}

impl Need<'_> {
    fn is(&self, muster: &Muster) -> bool {
        muster.sort == self.sort && muster.what == self.what
    }
}

impl Muster {
    fn ids(&self) -> impl Iterator<Item = &str> {
        self.held.iter().map(|held| held.id.as_str())
    }
}

/// In the plan's order from Ⅳ upwards.
fn needs(plan: &Plan, level: u8) -> Vec<Need<'_>> {
    let mut needs: Vec<Need<'_>> = Vec::new();
    let mut levels: Vec<_> = plan.levels.iter().filter(|own| own.level >= level).collect();
    levels.sort_by_key(|own| std::cmp::Reverse(own.level));
    for own in levels {
        let teams = own.teams.iter().map(|team| (TEAM, &team.capability, u64::from(team.count), team.mode));
        let stock = own.supplies.iter().map(|stock| (SUPPLY, &stock.item, stock.quantity, stock.mode));
        for (sort, what, wanted, mode) in teams.chain(stock) {
            let need = Need { level: own.level, clause: &own.clause, sort, what, wanted, mode };
            match needs.iter_mut().find(|known| known.sort == sort && known.what == what) {
                Some(known) if known.wanted >= wanted => {}
                Some(known) => *known = need,
                None => needs.push(need),
            }
        }
    }
    needs
}

/// `排涝 1/1,3010102 150/200`
fn note(plan: &Plan, response: &Response) -> String {
    let told: Vec<String> =
        response.musters.iter().map(|own| format!("{} {}/{}", own.what, own.have, own.wanted)).collect();
    format!("集结 {};{} {}", told.join(","), response.rank(), plan.cite(&response.clause))
}

/// The input of the step behind what musters look at; else the clock.
fn stirred_by(step: &Step) -> Cause {
    let stirs = |fact: &Fact| match fact {
        Fact::Became { thing, .. } => matches!(
            thing,
            Thing::Team(_) | Thing::Order(_) | Thing::Lot(_) | Thing::Transfer(_) | Thing::Response(_)
        ),
        _ => false,
    };
    let found = step.entries.iter().rev().find(|entry| stirs(&entry.fact));
    found.map_or(Cause::Clock, |entry| entry.cause.clone())
}

//! Giving an order.

use super::{Order, Stage};
use crate::core::Core;
use crate::core::decide::Step;
use crate::duty::Gap;
use crate::fact::Cause;
use crate::order::{Asked, Escalation};
use crate::signal::Position;
use crate::thing::Noun;

/// A clock that is due at once would escalate before anyone could read the order.
const CLOCK_MS_MIN: i64 = 1_000;

/// What a room that wants something done says; the rest follows from the city.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Draft {
    pub title: String,
    pub text: String,
    pub department: String,
    pub post: String,
    pub team: String,
    pub region: String,
    pub position: Option<Position>,
    pub incident: String,
    pub response: String,
    pub clause: String,
    pub matter: String,
    pub device: String,
    /// Milliseconds from now; none: no clock.
    pub acknowledge_within: Option<i64>,
    pub arrive_within: Option<i64>,
    pub done_within: Option<i64>,
    pub by: String,
}

impl Core {
    /// Gives an order and answers its id. It goes to the post, or to the one that
    /// answers for the department; a post that nobody holds is passed over, and
    /// an order that nobody can be asked for is a gap.
    pub(crate) fn issue(&mut self, step: &mut Step, cause: &Cause, draft: Draft) -> String {
        let id = self.number(Noun::Order, step.now);
        let book = self.registry.duty();
        let post = match draft.post.as_str() {
            "" => book.of_department(&draft.department).unwrap_or_default().to_owned(),
            post => post.to_owned(),
        };
        let known = book.post(&post);
        let department = match draft.department.as_str() {
            "" => known.map(|post| post.department.clone()).unwrap_or_default(),
            department => department.to_owned(),
        };
        let incident = self.state.incidents.get(&draft.incident);
        let regions = [
            Some(&draft.region),
            incident.map(|incident| &incident.region),
            known.map(|post| &post.region),
            Some(&self.city().code),
        ];
        let region = regions.into_iter().flatten().find(|region| !region.is_empty()).cloned();
        let at = |within: Option<i64>| within.map(|within| step.now.plus_millis(within.max(CLOCK_MS_MIN)));
        let asked = self.chain(&post).into_iter().next();
        let mut order = Order {
            id: id.clone(),
            state: Stage::Issued,
            issued_at: step.now,
            acknowledge_by: at(draft.acknowledge_within),
            arrive_by: at(draft.arrive_within),
            done_by: at(draft.done_within),
            title: draft.title,
            text: draft.text,
            department,
            team: draft.team,
            region: region.unwrap_or_default(),
            position: draft.position,
            incident: draft.incident,
            response: draft.response,
            clause: draft.clause,
            matter: draft.matter,
            device: draft.device,
            by: draft.by,
            ..Order::default()
        };
        if let Some(to) = asked.clone().filter(|asked| asked.post != post) {
            let (from, reason) = (Asked::nobody(&post), "岗位无人".to_owned());
            order.escalations.push(Escalation { at: step.now, from, to, reason });
        }
        order.post = post;
        // A city without duty data does not keep this book at all.
        if asked.is_none() && self.registry.duty().ids().next().is_some() {
            order.gap = self.open_gap(step, cause, order.unanswered("指令无人负责"));
        }
        let note = asked.as_ref().map(|asked| format!("下达给 {}", asked.told())).unwrap_or_default();
        order.asked = asked;
        order.next = order.next_clock();
        self.set(step, cause, "issued", &note, order);
        id
    }
}

impl Order {
    /// The finding that nobody answers for it.
    pub(super) fn unanswered(&self, what: &str) -> Gap {
        Gap {
            title: format!("{what}:{}", self.title),
            post: self.post.clone(),
            department: self.department.clone(),
            region: self.region.clone(),
            matter: self.id.clone(),
            incident: self.incident.clone(),
            ..Gap::default()
        }
    }
}

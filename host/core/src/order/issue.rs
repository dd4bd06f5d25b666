//! Giving an order.

use super::{Order, Stage};
use crate::core::Core;
use crate::core::decide::Step;
use crate::fact::Cause;
use crate::signal::Position;
use crate::thing::Noun;

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
    /// Milliseconds from now; none: no clock.
    pub acknowledge_within: Option<i64>,
    pub arrive_within: Option<i64>,
    pub done_within: Option<i64>,
    pub by: String,
}

impl Core {
    /// Gives an order and answers its id.
    pub(crate) fn issue(&mut self, step: &mut Step, cause: &Cause, draft: Draft) -> String {
        let id = self.number(Noun::Order, step.now);
        let at = |within: Option<i64>| within.map(|within| step.now.plus_millis(within));
        let order = Order {
            id: id.clone(),
            state: Stage::Issued,
            issued_at: step.now,
            acknowledge_by: at(draft.acknowledge_within),
            arrive_by: at(draft.arrive_within),
            done_by: at(draft.done_within),
            next: at(draft.acknowledge_within),
            title: draft.title,
            text: draft.text,
            department: draft.department,
            post: draft.post,
            team: draft.team,
            region: draft.region,
            position: draft.position,
            incident: draft.incident,
            response: draft.response,
            clause: draft.clause,
            matter: draft.matter,
            by: draft.by,
            ..Order::default()
        };
        self.set(step, cause, "issued", "", order);
        id
    }
}

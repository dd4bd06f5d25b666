//! 联动: how fast departments link up, computed from orders.

use super::{Order, Stage};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One line a department; of orders to a post without one, a line a region.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Linkage {
    pub departments: Vec<Line>,
    /// All of them together.
    pub all: Line,
}

/// Times in milliseconds; where nobody told a stage, it counts nowhere.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// Department's id, or region's code; `*` for all.
    pub department: String,
    /// All but the cancelled ones, which say nothing of whoever was ordered.
    pub orders: u64,
    pub open: u64,
    /// Acknowledged, or further.
    pub answered: u64,
    pub arrived: u64,
    pub done: u64,
    pub declined: u64,
    pub cancelled: u64,
    pub escalated: u64,
    /// Of `orders`, 0..=1 with four decimals.
    pub escalated_share: f64,
    /// Passed over to everyone there is, and still nobody answered.
    pub unanswered: u64,
    /// Clocks that ran out, of any kind.
    pub missed: u64,
    pub order_ack: Spread,
    pub ack_arrive: Spread,
    pub order_arrive: Spread,
    pub slowest: Option<Slowest>,
}

/// P50 and P95 are times that occurred: nearest rank.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spread {
    pub count: u64,
    pub p50_ms: Option<i64>,
    pub p95_ms: Option<i64>,
    pub max_ms: Option<i64>,
}

/// The order that was answered last, or is still not.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slowest {
    pub order: String,
    pub title: String,
    pub department: String,
    pub post: String,
    /// From the order to the first answer, or to now.
    pub answer_ms: i64,
    /// Nobody has answered yet.
    pub waiting: bool,
}

#[derive(Default)]
struct Tally {
    line: Line,
    order_ack: Vec<i64>,
    ack_arrive: Vec<i64>,
    order_arrive: Vec<i64>,
}

impl Linkage {
    /// `now`: until when what is not answered has waited. Restocking is no
    /// emergency: its orders wait for days and would hide how fast others are.
    pub fn of<'a>(orders: impl IntoIterator<Item = &'a Order>, now: Timestamp) -> Linkage {
        let mut tallies: BTreeMap<&str, Tally> = BTreeMap::new();
        let mut all = Tally::default();
        for order in orders.into_iter().filter(|order| !order.is_upkeep()) {
            let who = if order.department.is_empty() { &order.region } else { &order.department };
            tallies.entry(who).or_default().add(order, now);
            all.add(order, now);
        }
        let line = |(who, tally): (&str, Tally)| Line { department: who.to_owned(), ..tally.finish() };
        Linkage { departments: tallies.into_iter().map(line).collect(), all: line(("*", all)) }
    }
}

impl Tally {
    fn add(&mut self, order: &Order, now: Timestamp) {
        let line = &mut self.line;
        if order.state == Stage::Cancelled {
            line.cancelled += 1;
            return;
        }
        line.orders += 1;
        line.open += u64::from(order.state.is_open());
        line.answered += u64::from(order.state >= Stage::Acknowledged);
        line.arrived += u64::from(order.arrived_at.is_some());
        line.done += u64::from(order.state == Stage::Done);
        line.declined += u64::from(order.state == Stage::Declined);
        line.escalated += u64::from(!order.escalations.is_empty());
        line.unanswered += u64::from(order.state < Stage::Acknowledged && !order.gap.is_empty());
        line.missed += order.missed.len() as u64;
        let (ack, arrive) = (order.acknowledged_at, order.arrived_at);
        self.order_ack.extend(ack.map(|at| at.since(order.issued_at)));
        self.ack_arrive.extend(ack.zip(arrive).map(|(ack, arrive)| arrive.since(ack)));
        self.order_arrive.extend(arrive.map(|at| at.since(order.issued_at)));
        let slow = Slowest::of(order, now);
        let is_slower = |known: &Slowest| (slow.answer_ms, &known.order) > (known.answer_ms, &slow.order);
        if self.line.slowest.as_ref().is_none_or(is_slower) {
            self.line.slowest = Some(slow);
        }
    }

    fn finish(self) -> Line {
        let share = |part: u64, of: u64| if of == 0 { 0.0 } else { part as f64 / of as f64 };
        Line {
            escalated_share: (share(self.line.escalated, self.line.orders) * 1e4).round() / 1e4,
            order_ack: Spread::of(self.order_ack),
            ack_arrive: Spread::of(self.ack_arrive),
            order_arrive: Spread::of(self.order_arrive),
            ..self.line
        }
    }
}

impl Slowest {
    fn of(order: &Order, now: Timestamp) -> Slowest {
        // Whoever left or arrived without a word has answered then.
        let answers = [order.acknowledged_at, order.departed_at, order.arrived_at, order.ended_at];
        let answer = answers.into_iter().flatten().min();
        Slowest {
            order: order.id.clone(),
            title: order.title.clone(),
            department: order.department.clone(),
            post: order.post.clone(),
            answer_ms: answer.unwrap_or(now).since(order.issued_at).max(0),
            waiting: answer.is_none(),
        }
    }
}

impl Spread {
    fn of(mut times: Vec<i64>) -> Spread {
        times.sort_unstable();
        let rank = |percent: usize| times.get((times.len() * percent).div_ceil(100).max(1) - 1).copied();
        Spread {
            count: times.len() as u64,
            p50_ms: rank(50),
            p95_ms: rank(95),
            max_ms: times.last().copied(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(id: &str, department: &str, state: Stage, told: [Option<i64>; 2]) -> Order {
        let at = |minutes: i64| Timestamp(minutes * 60_000);
        Order {
            id: id.into(),
            department: department.into(),
            region: "330791001000".into(),
            state,
            acknowledged_at: told[0].map(at),
            arrived_at: told[1].map(at),
            ..Order::default()
        }
    }

    #[test]
    fn times_are_spread_by_nearest_rank() {
        let check = |times: &[i64], p50, p95, max| {
            let spread = Spread::of(times.to_vec());
            assert_eq!((spread.p50_ms, spread.p95_ms, spread.max_ms), (p50, p95, max), "{times:?}");
        };
        check(&[], None, None, None);
        check(&[7], Some(7), Some(7), Some(7));
        check(&[9, 1], Some(1), Some(9), Some(9));
        check(&(1..=100).rev().collect::<Vec<_>>(), Some(50), Some(95), Some(100));
        check(&(1..=20).collect::<Vec<_>>(), Some(10), Some(19), Some(20));
    }

    #[test]
    fn departments_are_measured_apart_and_together() {
        let mut late = order("O3", "water", Stage::Issued, [None, None]);
        late.escalations = vec![crate::order::Escalation {
            at: Timestamp(0),
            from: Default::default(),
            to: Default::default(),
            reason: String::new(),
        }];
        late.missed = vec!["acknowledge".into()];
        let orders = [
            order("O1", "fire", Stage::Arrived, [Some(2), Some(10)]),
            order("O2", "fire", Stage::Done, [Some(4), None]),
            late,
            order("O4", "fire", Stage::Cancelled, [Some(1), Some(1)]),
            order("O5", "", Stage::Acknowledged, [Some(3), None]),
            Order { matter: "minimum/S1/1".into(), ..order("O6", "water", Stage::Issued, [None, None]) },
            Order { matter: "lot/L1".into(), ..order("O7", "water", Stage::Issued, [None, None]) },
        ];
        let linkage = Linkage::of(&orders, Timestamp(30 * 60_000));
        let told: Vec<String> = linkage
            .departments
            .iter()
            .chain([&linkage.all])
            .map(|line| {
                let minutes = |ms: Option<i64>| ms.map_or("-".into(), |ms| (ms / 60_000).to_string());
                let slowest = line.slowest.as_ref().unwrap();
                format!(
                    "{} n={} cancelled={} ack={}/{} arrive={} escalated={} slowest={} {}{}",
                    line.department,
                    line.orders,
                    line.cancelled,
                    minutes(line.order_ack.p50_ms),
                    minutes(line.order_ack.p95_ms),
                    minutes(line.order_arrive.p50_ms),
                    line.escalated_share,
                    slowest.order,
                    slowest.answer_ms / 60_000,
                    if slowest.waiting { "…" } else { "" },
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                "330791001000 n=1 cancelled=0 ack=3/3 arrive=- escalated=0 slowest=O5 3",
                "fire n=2 cancelled=1 ack=2/4 arrive=10 escalated=0 slowest=O2 4",
                "water n=1 cancelled=0 ack=-/- arrive=- escalated=1 slowest=O3 30…",
                "* n=4 cancelled=1 ack=3/4 arrive=10 escalated=0.25 slowest=O3 30…",
            ]
        );
    }
}

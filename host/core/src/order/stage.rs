//! The stages of an order's life, and which step from which is legal.

use crate::core::act::Refusal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// 阶段. Each one up to `arrived` implies those before it: who has arrived has
/// acknowledged, even if nobody said so. Times that nobody told stay empty.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    #[default]
    Issued,
    Delivered,
    Acknowledged,
    Departed,
    Arrived,
    Done,
    Declined,
    Cancelled,
}

/// What may happen to an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    Deliver,
    Ack,
    Depart,
    Arrive,
    Done,
    Decline,
    Cancel,
}

impl Stage {
    pub fn as_str(self) -> &'static str {
        match self {
            Stage::Issued => "issued",
            Stage::Delivered => "delivered",
            Stage::Acknowledged => "acknowledged",
            Stage::Departed => "departed",
            Stage::Arrived => "arrived",
            Stage::Done => "done",
            Stage::Declined => "declined",
            Stage::Cancelled => "cancelled",
        }
    }

    /// As a duty officer reads it.
    pub fn name(self) -> &'static str {
        match self {
            Stage::Issued => "已下达",
            Stage::Delivered => "已送达",
            Stage::Acknowledged => "已接令",
            Stage::Departed => "已出动",
            Stage::Arrived => "已到场",
            Stage::Done => "已完成",
            Stage::Declined => "已拒绝",
            Stage::Cancelled => "已撤销",
        }
    }

    pub fn is_open(self) -> bool {
        self < Stage::Done
    }

    /// The stage after a move, or the refusal's rule and reason. Legal are
    ///
    /// ```text
    /// issued ─deliver▶ delivered ─ack▶ acknowledged ─depart▶ departed ─arrive▶ arrived
    /// any of these ─▶ a later one of these, done or cancelled
    /// issued, delivered, acknowledged, departed ─decline▶ declined
    /// ```
    pub fn after(self, act: Move) -> Result<Stage, Refusal> {
        let to = act.stage();
        let is_legal = match act {
            Move::Deliver | Move::Ack | Move::Depart | Move::Arrive => self < to,
            Move::Done | Move::Cancel => self.is_open(),
            Move::Decline => self < Stage::Arrived,
        };
        if is_legal { Ok(to) } else { Err(self.refusal(act)) }
    }

    fn refusal(self, act: Move) -> Refusal {
        let rule = format!("order.{}.from-{}", act.as_str(), self.as_str());
        let hint = match (self.is_open(), act) {
            (false, _) => "指令已终结 (the order has ended)",
            (true, Move::Decline) => {
                "已到场的指令不能拒绝，请报告结果 (who has arrived reports a result with `done`)"
            }
            (true, _) => "已到此阶段 (the order has come that far already)",
        };
        (rule, format!("「{}」的指令不能{}：{hint}", self.name(), act.name()))
    }
}

impl Move {
    /// The stage that it leads to.
    pub fn stage(self) -> Stage {
        match self {
            Move::Deliver => Stage::Delivered,
            Move::Ack => Stage::Acknowledged,
            Move::Depart => Stage::Departed,
            Move::Arrive => Stage::Arrived,
            Move::Done => Stage::Done,
            Move::Decline => Stage::Declined,
            Move::Cancel => Stage::Cancelled,
        }
    }

    /// What a department's plugin calls it: `acknowledged` or `order.acknowledged`.
    /// Departments do not cancel: whoever gave an order does.
    pub fn told(code: &str) -> Option<Move> {
        let moves = [Move::Deliver, Move::Ack, Move::Depart, Move::Arrive, Move::Done, Move::Decline];
        let word = code.strip_prefix("order.").unwrap_or(code);
        moves.into_iter().find(|act| act.stage().as_str() == word)
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Move::Deliver => "deliver",
            Move::Ack => "ack",
            Move::Depart => "depart",
            Move::Arrive => "arrive",
            Move::Done => "done",
            Move::Decline => "decline",
            Move::Cancel => "cancel",
        }
    }

    fn name(self) -> &'static str {
        match self {
            Move::Deliver => "标为送达",
            Move::Ack => "接令",
            Move::Depart => "出动",
            Move::Arrive => "到场",
            Move::Done => "完成",
            Move::Decline => "拒绝",
            Move::Cancel => "撤销",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOVES: [Move; 7] =
        [Move::Deliver, Move::Ack, Move::Depart, Move::Arrive, Move::Done, Move::Decline, Move::Cancel];

    /// `.` is a refusal.
    #[track_caller]
    fn check(from: Stage, expect: &str) {
        for (act, expect) in MOVES.into_iter().zip(expect.split(' ')) {
            match from.after(act) {
                Ok(to) => assert_eq!(to.as_str(), expect, "{from:?} {act:?}"),
                Err((rule, reason)) => {
                    assert_eq!(expect, ".", "{from:?} {act:?}: {reason}");
                    assert_eq!(rule, format!("order.{}.from-{}", act.as_str(), from.as_str()));
                }
            }
        }
    }

    #[test]
    fn every_move_from_every_stage() {
        check(Stage::Issued, "delivered acknowledged departed arrived done declined cancelled");
        check(Stage::Delivered, ". acknowledged departed arrived done declined cancelled");
        check(Stage::Acknowledged, ". . departed arrived done declined cancelled");
        check(Stage::Departed, ". . . arrived done declined cancelled");
        check(Stage::Arrived, ". . . . done . cancelled");
        check(Stage::Done, ". . . . . . .");
        check(Stage::Declined, ". . . . . . .");
        check(Stage::Cancelled, ". . . . . . .");
    }

    #[test]
    fn departments_name_stages_in_two_ways() {
        assert_eq!(Move::told("order.arrived"), Some(Move::Arrive));
        assert_eq!(Move::told("acknowledged"), Some(Move::Ack));
        assert_eq!(Move::told("cancelled"), None);
        assert_eq!(Move::told("order."), None);
    }
}

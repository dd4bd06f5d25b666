//! The stages of an incident's life, and which step from which is legal.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    #[default]
    Suspected,
    Confirmed,
    Responding,
    Controlled,
    Closed,
    FalseAlarm,
    /// It turned out to be another incident, which `merged_into` names.
    Merged,
}

impl Stage {
    pub const ALL: [Stage; 7] = [
        Stage::Suspected,
        Stage::Confirmed,
        Stage::Responding,
        Stage::Controlled,
        Stage::Closed,
        Stage::FalseAlarm,
        Stage::Merged,
    ];

    /// Alarms still join it and people still act on it.
    pub fn is_open(self) -> bool {
        self < Stage::Closed
    }

    /// The word of JSON and of listings.
    pub fn as_str(self) -> &'static str {
        match self {
            Stage::Suspected => "suspected",
            Stage::Confirmed => "confirmed",
            Stage::Responding => "responding",
            Stage::Controlled => "controlled",
            Stage::Closed => "closed",
            Stage::FalseAlarm => "false-alarm",
            Stage::Merged => "merged",
        }
    }

    /// As a duty officer reads it.
    pub fn name(self) -> &'static str {
        match self {
            Stage::Suspected => "疑似",
            Stage::Confirmed => "已确认",
            Stage::Responding => "处置中",
            Stage::Controlled => "已控制",
            Stage::Closed => "已结束",
            Stage::FalseAlarm => "误报",
            Stage::Merged => "已合并",
        }
    }
}

/// What people may do to an incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    Confirm,
    Respond,
    Control,
    Close,
    FalseAlarm,
}

impl Stage {
    /// The stage after a move, or the refusal's rule and reason. Legal are
    ///
    /// ```text
    /// suspected ─confirm▶ confirmed ─respond▶ responding ─control▶ controlled
    ///                                            ▲──────respond───────┘
    /// confirmed, responding, controlled ─close▶ closed
    /// suspected, confirmed, responding ─false-alarm▶ false-alarm
    /// ```
    pub fn after(self, act: Move) -> Result<Stage, (String, String)> {
        use Stage::*;
        match (self, act) {
            (Suspected, Move::Confirm) => Ok(Confirmed),
            (Confirmed | Controlled, Move::Respond) => Ok(Responding),
            (Responding, Move::Control) => Ok(Controlled),
            (Confirmed | Responding | Controlled, Move::Close) => Ok(Closed),
            (Suspected | Confirmed | Responding, Move::FalseAlarm) => Ok(FalseAlarm),
            _ => Err(self.refusal(act)),
        }
    }

    fn refusal(self, act: Move) -> (String, String) {
        let rule = format!("incident.{}.from-{}", act.as_str(), self.as_str());
        let hint = match (self, act) {
            (Stage::Closed | Stage::FalseAlarm | Stage::Merged, _) => {
                "事件已终结，新的报警会另立事件 (it has ended; a new alarm opens a new incident)"
            }
            (Stage::Suspected, Move::Close) => {
                "疑似事件须先确认，或按误报处置 (confirm it first, or mark it a false alarm with a disposition)"
            }
            (Stage::Suspected, _) => "须先确认 (confirm it first)",
            (Stage::Controlled, Move::FalseAlarm) => {
                "已控制的事件不是误报，请结束 (what was brought under control was real: close it)"
            }
            (_, Move::Confirm) => "已确认过 (it is confirmed already)",
            (_, Move::Control) => "须先进入处置 (respond first)",
            _ => "当前状态不允许 (not in this state)",
        };
        (rule, format!("「{}」的事件不能{}：{hint}", self.name(), act.name()))
    }

    /// The stage of two incidents that turn out to be one: no later than the
    /// one further behind where something is still burning, no earlier than
    /// what people already did.
    pub(crate) fn merged(self, other: Stage) -> Stage {
        match (self.max(other), self.min(other)) {
            (Stage::Controlled, Stage::Controlled) => Stage::Controlled,
            (Stage::Controlled, _) => Stage::Responding,
            (later, _) => later,
        }
    }
}

impl Move {
    pub fn as_str(self) -> &'static str {
        match self {
            Move::Confirm => "confirm",
            Move::Respond => "respond",
            Move::Control => "control",
            Move::Close => "close",
            Move::FalseAlarm => "false-alarm",
        }
    }

    fn name(self) -> &'static str {
        match self {
            Move::Confirm => "确认",
            Move::Respond => "开始处置",
            Move::Control => "标为已控制",
            Move::Close => "结束",
            Move::FalseAlarm => "标为误报",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `.` is a refusal.
    fn check(from: Stage, expect: [&str; 5]) {
        let moves = [Move::Confirm, Move::Respond, Move::Control, Move::Close, Move::FalseAlarm];
        for (act, expect) in moves.into_iter().zip(expect) {
            match from.after(act) {
                Ok(to) => assert_eq!(to.as_str(), expect, "{from:?} {act:?}"),
                Err((rule, reason)) => {
                    assert_eq!(expect, ".", "{from:?} {act:?}: {reason}");
                    assert_eq!(rule, format!("incident.{}.from-{}", act.as_str(), from.as_str()));
                }
            }
        }
    }

    #[test]
    fn every_move_from_every_stage() {
        check(Stage::Suspected, ["confirmed", ".", ".", ".", "false-alarm"]);
        check(Stage::Confirmed, [".", "responding", ".", "closed", "false-alarm"]);
        check(Stage::Responding, [".", ".", "controlled", "closed", "false-alarm"]);
        check(Stage::Controlled, [".", "responding", ".", "closed", "."]);
        check(Stage::Closed, [".", ".", ".", ".", "."]);
        check(Stage::FalseAlarm, [".", ".", ".", ".", "."]);
        check(Stage::Merged, [".", ".", ".", ".", "."]);
    }

    #[test]
    fn merging_stages_does_not_depend_on_order() {
        let open = [Stage::Suspected, Stage::Confirmed, Stage::Responding, Stage::Controlled];
        for a in open {
            for b in open {
                assert_eq!(a.merged(b), b.merged(a));
                for c in open {
                    assert_eq!(a.merged(b).merged(c), a.merged(b.merged(c)), "{a:?} {b:?} {c:?}");
                }
            }
        }
    }
}

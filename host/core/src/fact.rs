//! What was decided: the content of JOURNAL. Facts carry results, not
//! differences, so that applying, viewing and publishing them need no rule.

use crate::command::Reply;
use crate::frame::FrameId;
use crate::incident::{Evidence, Incident, Role, Stage};
use crate::moment::Skew;
use crate::outcome::Advice;
use crate::thing::{Noun, Thing};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    pub cause: Cause,
    pub fact: Fact,
}

/// The ordinal of what follows from a frame having come at all: no signal has it, or
/// the first signal of the frame would be taken for one that took effect already.
pub const HEARD: u32 = (1 << 31) - 1;

/// Why it was decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "cause", rename_all = "kebab-case")]
pub enum Cause {
    Signal {
        frame: FrameId,
        /// Its place among the signals of the frame, or [`HEARD`].
        ordinal: u32,
        department: String,
        plugin: String,
        /// The frame that this one repeats on an operator's wish.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        replay_of: Option<FrameId>,
    },
    Command {
        id: String,
        actor: String,
    },
    Clock,
    /// A department's log was not whole at this run.
    Log {
        department: String,
        run: u64,
    },
    /// City data said so when they were taken in.
    City {
        digest: String,
    },
    Advice {
        frame: FrameId,
        ordinal: u32,
        department: String,
        plugin: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        replay_of: Option<FrameId>,
        /// Advisors behind it, itself among them, one hearing the other.
        #[serde(default)]
        depth: u32,
    },
}

impl Cause {
    /// How many pieces of advice led here.
    pub fn depth(&self) -> u32 {
        match self {
            Cause::Advice { depth, .. } => *depth,
            _ => 0,
        }
    }

    /// The frame behind it, where there is one.
    pub fn frame(&self) -> Option<&FrameId> {
        match self {
            Cause::Signal { frame, .. } | Cause::Advice { frame, .. } => Some(frame),
            Cause::Command { .. } | Cause::Clock | Cause::Log { .. } | Cause::City { .. } => None,
        }
    }
}

/// `incident` is the whole summary after the step and stands only in the last
/// fact of a record about that incident; the ones before it name the id alone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "kebab-case")]
pub enum Fact {
    /// `evidence` is the row after the change, here and below.
    IncidentOpened {
        id: String,
        hazard: String,
        #[serde(default)]
        historic: bool,
        evidence: Evidence,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        incident: Option<Box<Incident>>,
    },
    /// A new row: another device, another code, another call about it.
    IncidentJoined {
        id: String,
        evidence: Evidence,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        incident: Option<Box<Incident>>,
    },
    /// A row counted once more.
    IncidentRepeated {
        id: String,
        evidence: Evidence,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        incident: Option<Box<Incident>>,
    },
    /// A source says that its alarm is over.
    IncidentRecovered {
        id: String,
        evidence: Evidence,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        incident: Option<Box<Incident>>,
    },
    /// `from` was the same matter: its rows and counts are now `id`'s.
    /// `merged` is the summary of `from` as it ends; its own count stays as it
    /// was, so sums leave merged incidents out.
    IncidentMerged {
        id: String,
        from: String,
        merged: Box<Incident>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        incident: Option<Box<Incident>>,
    },
    /// A change of state, or with `from` = `to` a note.
    IncidentChanged {
        id: String,
        from: Stage,
        to: Stage,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        incident: Option<Box<Incident>>,
    },
    /// Ended long ago: leaves the core's memory, stays in the views.
    IncidentsRetired { ids: Vec<String> },
    /// A supporting signal that is remembered for `hazard` until its window has passed.
    SupportHeld { hazard: String, evidence: Evidence, until: Timestamp },
    /// An unregistered device speaks. `count`: sightings, at most one a minute.
    DeviceProvisional {
        department: String,
        device: String,
        /// What it calls itself, or empty.
        #[serde(default)]
        title: String,
        first_at: Timestamp,
        at: Timestamp,
        count: u64,
    },
    /// A registered device speaks; recorded as coarsely as its heartbeat allows.
    DeviceSeen { department: String, device: String, at: Timestamp },
    /// A device's clock is off by `skew` (`None`: right again).
    DeviceClock {
        department: String,
        device: String,
        #[serde(default)]
        skew: Option<Skew>,
    },
    /// A row of a commanding room is new or changed: the whole of it.
    Became {
        /// One word of the past: `issued`, `acknowledged`.
        change: String,
        /// One line for an officer: the reason, the clause.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        note: String,
        #[serde(flatten)]
        thing: Thing,
    },
    /// Rows that were over long ago leave the core's memory and stay in the views.
    Retired { gone: Vec<(Noun, String)> },
    /// What an advisor said, and what came of it.
    Advised { advice: Advice, reply: Reply },
    Answered {
        command: String,
        /// Digest of what was asked and by whom: another request under the same id
        /// is not answered as this one.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        asked: String,
        reply: Reply,
    },
}

impl Fact {
    /// The incident it is about.
    pub fn incident_id(&self) -> Option<&str> {
        match self {
            Fact::IncidentOpened { id, .. }
            | Fact::IncidentJoined { id, .. }
            | Fact::IncidentRepeated { id, .. }
            | Fact::IncidentRecovered { id, .. }
            | Fact::IncidentMerged { id, .. }
            | Fact::IncidentChanged { id, .. } => Some(id),
            _ => None,
        }
    }

    /// The summary it carries.
    pub fn incident(&self) -> Option<&Incident> {
        match self {
            Fact::IncidentOpened { incident, .. }
            | Fact::IncidentJoined { incident, .. }
            | Fact::IncidentRepeated { incident, .. }
            | Fact::IncidentRecovered { incident, .. }
            | Fact::IncidentMerged { incident, .. }
            | Fact::IncidentChanged { incident, .. } => incident.as_deref(),
            _ => None,
        }
    }

    /// The row of evidence it carries for its incident.
    pub fn evidence(&self) -> Option<&Evidence> {
        match self {
            Fact::IncidentOpened { evidence, .. }
            | Fact::IncidentJoined { evidence, .. }
            | Fact::IncidentRepeated { evidence, .. }
            | Fact::IncidentRecovered { evidence, .. } => Some(evidence),
            _ => None,
        }
    }

    /// The row in which this fact counts an alarm. For every alarm or report that
    /// opens or joins, exactly one fact of JOURNAL does so; the same signal may
    /// besides be lent as support to incidents of other hazards, and a recovery
    /// may speak for several rows.
    pub fn counted(&self) -> Option<&Evidence> {
        match self {
            Fact::IncidentOpened { evidence, .. }
            | Fact::IncidentJoined { evidence, .. }
            | Fact::IncidentRepeated { evidence, .. } => Some(evidence).filter(|row| row.role == Role::Opens),
            _ => None,
        }
    }

    /// Where the summary goes once the step is decided.
    pub(crate) fn incident_slot(&mut self) -> Option<&mut Option<Box<Incident>>> {
        match self {
            Fact::IncidentOpened { incident, .. }
            | Fact::IncidentJoined { incident, .. }
            | Fact::IncidentRepeated { incident, .. }
            | Fact::IncidentRecovered { incident, .. }
            | Fact::IncidentMerged { incident, .. }
            | Fact::IncidentChanged { incident, .. } => Some(incident),
            _ => None,
        }
    }
}

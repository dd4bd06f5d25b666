//! 单位: enterprises that departments tell of, beside those of the city's files.
//!
//! A unit is told of as a `report` with code `unit.registered`; the same again is
//! nothing new, other content is a correction, and an older one that comes late
//! changes nothing. It is its department's: others may not rewrite it.

mod hear;

pub(crate) use hear::{as_of, field, short};

use crate::city::Contact;
use crate::frame::FrameId;
use crate::signal::Position;
use crate::thing::{Noun, Row};
use crate::time::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A county's enterprises some times over, at about 1 KiB each. What is told
/// beyond stands in SIGNALS.
pub const UNITS_KEPT: usize = 100_000;
/// Of names, trades and addresses.
pub const FIELD_CHARS: usize = 200;
/// Persons in charge, and what is dangerous there: what fits a desk's screen.
pub const LISTED: usize = 16;
/// Refused words of other departments that are recorded.
pub const REFUSED_RECORDED: u32 = 20;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Unit {
    /// The department's own id of it.
    pub id: String,
    pub name: String,
    /// `registered` or `closed`.
    pub state: String,
    /// 行业: `化工`.
    pub trade: String,
    /// 规模, or empty.
    pub scale: String,
    pub address: String,
    /// The region of the city that holds it.
    pub region: String,
    /// Code of a village that the city's files do not list, or empty.
    pub village: String,
    pub village_name: String,
    pub position: Option<Position>,
    pub contacts: Vec<Contact>,
    /// 危险源, in the department's words.
    pub hazards: Vec<String>,
    /// Whose it is.
    pub department: String,
    /// The record that it stands on.
    pub frame: Option<FrameId>,
    /// As of when the department says so.
    pub as_of: Timestamp,
    pub registered_at: Timestamp,
    pub updated_at: Option<Timestamp>,
    pub refused: u32,
}

/// What rooms want to know of a unit, wherever it is listed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Known {
    pub name: String,
    pub trade: String,
    pub region: String,
    pub village: String,
    pub address: String,
    pub position: Option<Position>,
}

impl Row for Unit {
    const NOUN: Noun = Noun::Unit;
    const CHANGES: &'static [&'static str] = &["registered", "updated", "refused"];
    const STATES: &'static [&'static str] = &["registered", "closed"];

    fn id(&self) -> &str {
        &self.id
    }

    fn state(&self) -> &str {
        &self.state
    }

    fn title(&self) -> &str {
        &self.name
    }

    fn region(&self) -> &str {
        &self.region
    }

    fn department(&self) -> &str {
        &self.department
    }
}

//! Who may see which field, and what a plugin's advice may bring about.

use crate::outcome::Act;
use serde::{Deserialize, Serialize};

/// `[[share]]`: what departments see of events that are not their own. The first
/// rule that speaks of an event and a department counts; where none does,
/// everybody sees incidents, warnings and responses without what is personal,
/// and nothing else.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Share {
    /// An event type such as `order.issued`, or a prefix followed by `.*`.
    pub kind: String,
    /// Departments that it speaks of; empty: all.
    #[serde(default)]
    pub departments: Vec<String>,
    /// Only events in these regions or below them; empty: everywhere.
    #[serde(default)]
    pub regions: Vec<String>,
    #[serde(default)]
    pub show: Show,
    /// Only these fields (and `id` and `state`); empty: all.
    #[serde(default)]
    pub only: Vec<String>,
    /// All but these.
    #[serde(default)]
    pub without: Vec<String>,
}

/// `[[audience]]`: who hears events on the bus besides the city's own systems, with
/// credentials and a subject tree of its own. What it sees the sharing rules say,
/// which speak of it by its id; that of a department hears as its department does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Audience {
    /// Subject token; a department's id, or a word of its own such as `public`.
    pub id: String,
    pub name: String,
}

/// The audience of the city's own systems: it is always there and sees all.
pub const CITY: &str = "city";

/// How much of an event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Show {
    /// Nothing: it never reaches them.
    Nothing,
    /// Without what is personal: people's names, telephones, words about them.
    #[default]
    Summary,
    Whole,
}

/// What the operator lets a plugin's advice do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// Id of the plugin, whichever package of it is at work.
    pub plugin: String,
    pub department: String,
    pub acts: Vec<Act>,
}

impl Grant {
    /// Of a plugin that the city file names without a `grant`: it adds to what
    /// officers read, and decides nothing.
    pub const NAMED: [Act; 2] = [Act::Note, Act::Attach];
    /// Of one that only a push brought.
    pub const PUSHED: [Act; 1] = [Act::Note];
}

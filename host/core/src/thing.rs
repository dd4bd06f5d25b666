//! What the commanding rooms keep: orders, plans, teams, stock... Each is a row
//! with an id; a fact carries the whole row as it now is, so that applying,
//! viewing and publishing it need no rule.

use crate::accident::Accident;
use crate::danger::Danger;
use crate::device::Condition;
use crate::duty::{Call, Gap, Watch};
use crate::grid::Case;
use crate::hole::Hole;
use crate::inspection::Inspection;
use crate::order::Order;
use crate::plan::{Latest, Response, Version};
use crate::report::Report;
use crate::supervision::{Finding, Site};
use crate::supply::{Lot, Store, Transfer};
use crate::team::Standing;
use crate::time::Timestamp;
use crate::unit::Unit;
use crate::warning::Warning;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One row of a room.
pub trait Row: Clone + PartialEq + Serialize {
    const NOUN: Noun;

    /// All that may happen to it, by the words of [`Fact::Became`](crate::Fact).
    const CHANGES: &'static [&'static str];

    /// All that its state may be: what listings may ask for.
    const STATES: &'static [&'static str];

    fn id(&self) -> &str;

    /// The word by which listings filter.
    fn state(&self) -> &str;

    /// One line for a duty officer.
    fn title(&self) -> &str;

    /// 12-digit administrative code, or empty.
    fn region(&self) -> &str {
        ""
    }

    /// Who has to do with it, or empty.
    fn department(&self) -> &str {
        ""
    }

    /// The incident it serves, or empty.
    fn incident(&self) -> &str {
        ""
    }

    /// When its clock next acts ([`Core`](crate::Core) calls the room then).
    /// Whatever the room does, the row must come out with a later time or none.
    fn due(&self) -> Option<Timestamp> {
        None
    }

    /// Over since then: leaves the core's memory some days later, stays in the views.
    fn ended_at(&self) -> Option<Timestamp> {
        None
    }
}

macro_rules! rooms {
    ($($noun:ident $type:ident $field:ident $word:literal $plural:literal $prefix:literal;)*) => {
        /// The kinds of rows.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum Noun {
            $($noun,)*
        }

        impl Noun {
            pub const ALL: &[Noun] = &[$(Noun::$noun),*];

            /// The word of JSON, of the command line and of event types.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Noun::$noun => $word,)*
                }
            }

            /// Reads the word back, in singular or plural.
            pub fn parse(word: &str) -> Option<Noun> {
                match word {
                    $($word | $plural => Some(Noun::$noun),)*
                    _ => None,
                }
            }

            /// What may happen to such a row: the second word of its events' type.
            pub fn changes(self) -> &'static [&'static str] {
                match self {
                    $(Noun::$noun => <$type as Row>::CHANGES,)*
                }
            }

            /// What the state of such a row may be.
            pub fn states(self) -> &'static [&'static str] {
                match self {
                    $(Noun::$noun => <$type as Row>::STATES,)*
                }
            }

            /// What a row of this kind looks like to whoever reads it as JSON.
            pub(crate) fn schema(self, generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                match self {
                    $(Noun::$noun => generator.root_schema_for::<$type>(),)*
                }
            }

            /// First letter of the ids that the core gives; empty: ids come from outside.
            pub fn prefix(self) -> &'static str {
                match self {
                    $(Noun::$noun => $prefix,)*
                }
            }
        }

        /// One row, whatever its kind.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[serde(tag = "noun", content = "row", rename_all = "kebab-case")]
        pub enum Thing {
            $($noun(Box<$type>),)*
        }

        impl Thing {
            pub fn noun(&self) -> Noun {
                match self {
                    $(Thing::$noun(_) => Noun::$noun,)*
                }
            }

            pub fn face(&self) -> Face<'_> {
                match self {
                    $(Thing::$noun(row) => Face::of(&**row),)*
                }
            }

            /// The row as JSON.
            pub fn row(&self) -> serde_json::Value {
                match self {
                    $(Thing::$noun(row) => serde_json::to_value(row).unwrap_or_default(),)*
                }
            }
        }

        $(
            impl From<$type> for Thing {
                fn from(row: $type) -> Thing {
                    Thing::$noun(Box::new(row))
                }
            }
        )*

        /// All rows in memory, by id.
        #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
        #[serde(default)]
        pub struct Rooms {
            $(#[serde(skip_serializing_if = "BTreeMap::is_empty")] pub $field: BTreeMap<String, $type>,)*
        }

        impl Rooms {
            /// Puts a row where its noun and id belong.
            pub fn put(&mut self, thing: &Thing) {
                match thing {
                    $(Thing::$noun(row) => _ = self.$field.insert(row.id().to_owned(), (**row).clone()),)*
                }
            }

            pub(crate) fn remove(&mut self, noun: Noun, id: &str) {
                match noun {
                    $(Noun::$noun => _ = self.$field.remove(id),)*
                }
            }

            pub(crate) fn face(&self, noun: Noun, id: &str) -> Option<Face<'_>> {
                match noun {
                    $(Noun::$noun => self.$field.get(id).map(Face::of),)*
                }
            }

            /// Every row's kind and id.
            pub(crate) fn ids(&self) -> impl Iterator<Item = (Noun, &str)> {
                std::iter::empty()$(.chain(self.$field.keys().map(|id| (Noun::$noun, id.as_str()))))*
            }

            pub(crate) fn fold(&self, fold: &mut crate::fold::Fold, item: crate::fold::Item) {
                let crate::fold::Item::Thing(noun, id) = &item else { return };
                match noun {
                    $(Noun::$noun => {
                        let row = self.$field.get(id);
                        fold.set(item, row);
                    })*
                }
            }
        }
    };
}

rooms! {
    Accident Accident accidents "accident" "accidents" "A";
    Call Call calls "call" "calls" "C";
    Danger Danger dangers "danger" "dangers" "H";
    Device Condition devices "device" "devices" "";
    Gap Gap gaps "gap" "gaps" "D";
    Grid Case grid "grid" "grids" "G";
    Hole Hole holes "hole" "holes" "";
    Inspection Inspection inspections "inspection" "inspections" "";
    Lot Lot lots "lot" "lots" "";
    Order Order orders "order" "orders" "O";
    Plan Version plans "plan" "plans" "";
    Reading Latest readings "reading" "readings" "";
    Report Report reports "report" "reports" "";
    Response Response responses "response" "responses" "R";
    Site Site sites "site" "sites" "";
    Store Store stores "store" "stores" "";
    Supervision Finding supervisions "supervision" "supervisions" "S";
    Team Standing teams "team" "teams" "";
    Transfer Transfer transfers "transfer" "transfers" "T";
    Unit Unit units "unit" "units" "";
    Warning Warning warnings "warning" "warnings" "";
    Watch Watch watches "watch" "watches" "";
}

/// What every row shows, whatever its kind.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Face<'a> {
    pub id: &'a str,
    pub state: &'a str,
    pub title: &'a str,
    pub region: &'a str,
    pub department: &'a str,
    pub incident: &'a str,
    pub due: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
}

impl<'a> Face<'a> {
    fn of<R: Row>(row: &'a R) -> Face<'a> {
        Face {
            id: row.id(),
            state: row.state(),
            title: row.title(),
            region: row.region(),
            department: row.department(),
            incident: row.incident(),
            due: row.due(),
            ended_at: row.ended_at(),
        }
    }
}

//! 风险: four colours for every unit, village, township and trade, with the facts
//! behind each. A pure function of rows that carry their own dates, so it holds
//! whatever order they came in, and for any day.
//!
//! ```text
//! rows (dangers, incidents, warnings, records) ─▶ facts as of a moment ─▶ who is
//! concerned: the unit; its village and township; its trade ─▶ sum ─▶ colour
//! ```
//!
//! A fact counts for the moment asked if it had happened by then and within the
//! last days that the city's rules say; how it stood is read from its dates (a
//! danger was open on a day before it was closed). What is known today counts for
//! every day, also what was told late.

pub mod fact;
mod judge;
mod rows;

pub use judge::{Place, Risk, Subject, judge};
pub use rows::Rows;

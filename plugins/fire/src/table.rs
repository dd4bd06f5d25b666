//! The standard's tables: numbers on the wire to the words of the field.

pub mod analog;
pub mod component;
pub mod operation;
pub mod state;
pub mod system;

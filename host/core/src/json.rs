//! What the core keeps, as JSON. Compiled here once: whoever asks serde itself for one of
//! these compiles anew all that is in it, which was a third of the code of each crate above.

use crate::fact::Entry;
use crate::incident::Incident;
use crate::order::Order;
use crate::record::Record;
use crate::state::State;
use crate::thing::{Rooms, Thing};
use serde_json::{Result, Value};

pub trait Json: Sized {
    fn read(text: &[u8]) -> Result<Self>;

    /// Fields in the order of their declaration, maps sorted.
    fn text(&self) -> String;

    fn value(&self) -> Value;
}

/// Not one function over all types: that would be compiled by whoever calls it.
macro_rules! json {
    ($($type:ty),*) => {
        $(impl Json for $type {
            fn read(text: &[u8]) -> Result<Self> {
                serde_json::from_slice(text)
            }

            fn text(&self) -> String {
                serde_json::to_string(self).expect("it is plain data")
            }

            fn value(&self) -> Value {
                serde_json::to_value(self).expect("it is plain data")
            }
        })*
    };
}

json!(Entry, Incident, Order, Record, Rooms, State, Thing);

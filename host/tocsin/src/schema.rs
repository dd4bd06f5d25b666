//! What outside programs hold on to, as documents: a JSON Schema for the data of
//! each noun's events, and an AsyncAPI document of the bus. Both are drawn from
//! the code, and need no running host.

mod asyncapi;
mod command;

pub use asyncapi::document as asyncapi;

use serde_json::Value;
use tocsin_core::schema;

/// Files by name, as `tocsin schema --out DIR` writes them.
pub fn files() -> Vec<(String, Value)> {
    let schemas = schema::nouns().filter_map(|(noun, _)| Some((file(noun), schema::of(noun)?)));
    schemas.chain([("asyncapi.json".to_owned(), asyncapi())]).collect()
}

fn file(noun: &str) -> String {
    format!("{noun}.schema.json")
}

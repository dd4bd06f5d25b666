//! What subscribers hold on to: the JSON Schema of every event's data, drawn from
//! the types that the journal keeps, so that neither changes without the other.
//!
//! Only `id` and `state` are always there: sharing rules may take away the rest.

use crate::incident::Incident;
use crate::sharing;
use crate::thing::Noun;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

/// The noun of incidents, which are no row of a room.
pub const INCIDENT: &str = "incident";

/// What happens to an incident, by the second word of its events' type.
pub const INCIDENT_CHANGES: [&str; 4] = ["opened", "changed", "closed", "merged"];

/// Whatever events are about, and what happens to it.
pub fn nouns() -> impl Iterator<Item = (&'static str, &'static [&'static str])> {
    let rooms = Noun::ALL.iter().map(|noun| (noun.as_str(), noun.changes()));
    std::iter::once((INCIDENT, &INCIDENT_CHANGES[..])).chain(rooms)
}

/// JSON Schema 2020-12 of the data of a noun's events.
pub fn of(noun: &str) -> Option<Value> {
    let mut generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    let schema = match noun {
        INCIDENT => generator.root_schema_for::<Incident>(),
        _ => Noun::ALL.iter().find(|known| known.as_str() == noun)?.schema(&mut generator),
    };
    Some(published(noun, schema.to_value()))
}

fn published(noun: &str, mut schema: Value) -> Value {
    let Value::Object(root) = &mut schema else { return schema };
    require(root, |name| sharing::KEPT.contains(&name));
    root.insert("$id".into(), id(noun).into());
    root.insert("title".into(), noun.into());
    if noun != INCIDENT
        && let Some(Value::Object(fields)) = root.get_mut("properties")
    {
        let note = json!({"type": "string", "description": "Why it changed, one line for an officer."});
        fields.entry("note").or_insert(note);
    }
    for inner in root.get_mut("$defs").and_then(Value::as_object_mut).into_iter().flat_map(Map::values_mut) {
        let Value::Object(inner) = inner else { continue };
        let named = inner
            .get("properties")
            .is_some_and(|fields| fields.get("phone").is_some() || fields.get("person").is_some());
        require(inner, |name| !(sharing::PERSONAL.contains(&name) || named && name == "name"));
    }
    schema
}

/// The name by which events refer to it (`dataschema` of a CloudEvent). The number
/// rises when a reader of the old one would be misled; more fields do not.
pub fn id(noun: &str) -> String {
    format!("urn:tocsin:schema:{noun}:1")
}

fn require(schema: &mut Map<String, Value>, keep: impl Fn(&str) -> bool) {
    if let Some(Value::Array(names)) = schema.get_mut("required") {
        names.retain(|name| name.as_str().is_some_and(&keep));
        if names.is_empty() {
            schema.remove("required");
        }
    }
}

//! AsyncAPI 3.0 of the bus: a channel for each noun's events and one for commands.

use super::{command, file};
use serde_json::{Map, Value, json};
use tocsin_core::schema;

const DESCRIPTION: &str = "\
城市应急联动总线 · What a city's systems hear and ask. Events are CloudEvents 1.0 in the binary mode of the \
NATS binding: attributes are headers `ce-…`, percent-encoded where they are not ASCII; the payload is the \
data, JSON by the schema named after the noun. The same event always has the same `ce-id`; an event may come \
twice, never out of order within an audience. Read new fields and new event types tolerantly.";

pub fn document() -> Value {
    let mut channels = Map::new();
    let mut operations = Map::new();
    let mut messages = Map::new();
    for (noun, changes) in schema::nouns() {
        channels.insert(noun.into(), channel(noun, changes));
        operations.insert(
            format!("hear-{noun}"),
            json!({ "action": "receive", "channel": { "$ref": format!("#/channels/{noun}") } }),
        );
        messages.insert(noun.into(), message(noun, changes));
    }
    command::describe(&mut channels, &mut operations, &mut messages);
    json!({
        "asyncapi": "3.0.0",
        "id": "urn:tocsin:bus",
        "info": {
            "title": "Tocsin 警钟",
            "version": env!("CARGO_PKG_VERSION"),
            "description": DESCRIPTION,
            "license": { "name": "Apache-2.0" },
        },
        "defaultContentType": "application/json",
        "servers": { "bus": {
            "host": "127.0.0.1:14222",
            "protocol": "nats",
            "description": "As in the ready line of `tocsin up --ready-json`: `nats`, and `audiences` for each audience's own.",
        } },
        "channels": channels,
        "operations": operations,
        "components": { "messages": messages, "messageTraits": { "cloudevent": cloudevent() } },
    })
}

fn channel(noun: &str, changes: &[&str]) -> Value {
    json!({
        "address": format!("tocsin.live.event.{{audience}}.{{region}}.{noun}.{{change}}"),
        "messages": { noun: { "$ref": format!("#/components/messages/{noun}") } },
        "parameters": {
            "audience": { "description": "`city` sees all; others what the sharing rules let them.", "default": "city" },
            "region": { "description": "12-digit administrative code; 000000000000 where it is not known." },
            "change": { "description": "What happened; more may be added.", "enum": changes },
        },
    })
}

fn message(noun: &str, changes: &[&str]) -> Value {
    json!({
        "name": noun,
        "title": format!("{noun}.{{{}}}", changes.join("|")),
        "contentType": "application/json",
        "traits": [{ "$ref": "#/components/messageTraits/cloudevent" }],
        "payload": { "$ref": format!("./{}", file(noun)) },
    })
}

/// The headers of every event.
fn cloudevent() -> Value {
    let text = |description: &str| json!({ "type": "string", "description": description });
    json!({ "headers": {
        "type": "object",
        "required": ["ce-specversion", "ce-id", "ce-source", "ce-type", "ce-subject", "ce-time"],
        "properties": {
            "ce-specversion": { "const": "1.0" },
            "ce-id": text("`<journal sequence>-<ordinal>-<audience>`: the same event, the same id."),
            "ce-source": text("`urn:tocsin:<code of the city>:<realm>`; anything but `live` is a drill or a replay."),
            "ce-type": text("`<noun>.<change>`."),
            "ce-subject": text("Id of what it is about."),
            "ce-time": { "type": "string", "format": "date-time", "description": "When it was decided, +08:00." },
            "ce-datacontenttype": { "const": "application/json" },
            "ce-dataschema": text("`urn:tocsin:schema:<noun>:<version>`."),
            "ce-region": text("12-digit administrative code."),
            "ce-title": text("One line for a duty officer, percent-encoded UTF-8."),
            "ce-traceparent": text("W3C trace context, from the device's bytes to this event."),
        },
    } })
}

//! Commands in the AsyncAPI document: request and reply on the bus.

use serde_json::{Map, Value, json};

pub fn describe(
    channels: &mut Map<String, Value>,
    operations: &mut Map<String, Value>,
    messages: &mut Map<String, Value>,
) {
    channels.insert(
        "command".into(),
        json!({
            "address": "tocsin.live.command.{noun}.{verb}",
            "description": "For the user `operator` alone. The same body and answer as POST /api/v1/<noun>/<id>/<verb>.",
            "messages": {
                "command": { "$ref": "#/components/messages/command" },
                "answer": { "$ref": "#/components/messages/answer" },
            },
            "parameters": {
                "noun": { "description": "Such as `incident`, `order`, `supply`." },
                "verb": { "description": "Such as `confirm`, `ack`, `reserve`; `tocsin <noun> --help` names them." },
            },
        }),
    );
    operations.insert(
        "command".into(),
        json!({
            "action": "send",
            "channel": { "$ref": "#/channels/command" },
            "messages": [{ "$ref": "#/channels/command/messages/command" }],
            "reply": {
                "address": { "location": "$message.header#/reply-to", "description": "An inbox under `_OPERATOR.`." },
                "channel": { "$ref": "#/channels/command" },
                "messages": [{ "$ref": "#/channels/command/messages/answer" }],
            },
        }),
    );
    messages.insert("command".into(), json!({ "name": "command", "payload": request() }));
    messages.insert("answer".into(), json!({ "name": "answer", "payload": answer(), "headers": refusal() }));
}

fn request() -> Value {
    json!({
        "type": "object",
        "properties": {
            "id": { "type": "string", "description": "What it is about; missing where something new is made." },
            "actor": { "type": "string", "description": "Who asks, as the journal will read it." },
            "command": { "type": "string", "description": "Chosen by whoever asks: asking again under it is harmless." },
        },
    })
}

fn answer() -> Value {
    json!({
        "type": "object",
        "properties": {
            "sequence": { "type": "integer", "description": "Step of the journal that decided it; listings take it as `at_least`." },
            "subject": { "type": "string", "description": "What was acted on or made." },
            "rule": { "type": "string", "description": "Of a refusal: which rule, such as `supply.reserve.short`." },
            "message": { "type": "string", "description": "Of a refusal: who holds what was asked for, and what to do." },
            "zh": { "type": "string", "description": "Of a refusal: the message in Chinese alone, where the two languages can be told apart." },
            "en": { "type": "string", "description": "The same in English." },
        },
    })
}

fn refusal() -> Value {
    json!({ "type": "object", "properties": {
        "Nats-Service-Error-Code": { "type": "string", "description": "HTTP status of a refusal." },
        "Nats-Service-Error": { "type": "string", "description": "Its code." },
    } })
}

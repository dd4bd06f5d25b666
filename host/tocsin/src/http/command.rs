//! Commands, however they come: over HTTP and as requests on the bus they are
//! read, asked and answered in one place.

use super::plan;
use super::refusal::Refusal;
use crate::said;
use crate::text::Said;
use axum::http::StatusCode;
use serde_json::{Map, Value, json};
use std::sync::Arc;
use std::time::Duration;
use tocsin_core::command::{Act, Command, Reply};
use tocsin_core::time::Timestamp;
use tocsin_runtime::command::{Answer, Request};
use tocsin_runtime::host::Host;
use tokio::sync::watch;

/// Of a command's id and of who asks: both stand in the cause of every fact that follows.
const NAME_CHARS: usize = 128;

/// `command`: chosen by whoever asks, so that asking again is harmless. `actor`:
/// who asks, as officers after them will read it.
pub async fn ask(
    host: &Host,
    noun: &str,
    verb: &str,
    id: &str,
    mut fields: Map<String, Value>,
) -> Result<Value, Refusal> {
    let mut own = |name: &str| fields.remove(name).and_then(|value| value.as_str().map(str::to_owned));
    let command = own("command").unwrap_or_else(mint);
    let actor = own("actor").unwrap_or_else(|| "operator".to_owned());
    for (name, value) in [("command", &command), ("actor", &actor)] {
        let length = value.chars().count();
        if length > NAME_CHARS || value.contains(char::is_control) {
            let message = said!(name_unfit, name = name, length = length, most = NAME_CHARS);
            return Err(Refusal::bad("command.malformed", message));
        }
    }
    let act = Act::read(noun, verb, id, fields)
        .map_err(|error| Refusal::bad("command.malformed", said!(command_unread, reason = error)))?;
    let answered = host.desk.ask(Command { id: command.clone(), actor, act }).await?;
    match answered.reply {
        Reply::Ok { ref subject } => {
            let mut answer =
                json!({ "reply": answered.reply, "sequence": answered.sequence, "command": command });
            if matches!(noun, "plan" | "plans") {
                // It stands whether or not the city has all of it; whoever answers for it hears.
                let lacks = plan::lacks(host, Some(subject), Some(answered.sequence)).await;
                answer["lacks"] = lacks.map(|lacks| json!(lacks)).unwrap_or_default();
            }
            Ok(answer)
        }
        Reply::Refused { rule, reason } => {
            let is_unknown = rule.ends_with("unknown");
            let status = if is_unknown { StatusCode::NOT_FOUND } else { StatusCode::CONFLICT };
            Err(Refusal::new(status, "refused", Said::both(reason.clone()))
                .with("rule", rule)
                .with("reason", reason)
                .with("sequence", answered.sequence)
                .with("command", command))
        }
    }
}

/// An id for someone who brought none: asking again is then a new command.
fn mint() -> String {
    let now: Timestamp = tocsin_runtime::clock::now();
    format!("c-{}-{}", now.0, tocsin_runtime::trace::mint().id())
}

/// Requests on the bus, until `stop`.
pub async fn serve(host: Arc<Host>, stop: watch::Receiver<Option<Duration>>) {
    let bus = host.bus.clone();
    let answer = move |request: Request| {
        let host = host.clone();
        async move {
            match read_and_ask(&host, request).await {
                Ok(body) => Answer { body, refused: None },
                Err(refusal) => {
                    Answer { refused: Some((refusal.status.as_u16(), refusal.code)), body: refusal.body() }
                }
            }
        }
    };
    tocsin_runtime::command::serve(bus, stop, answer).await;
}

/// The body is that of HTTP with the `id` that stands in a path there.
async fn read_and_ask(host: &Host, request: Request) -> Result<Value, Refusal> {
    let Request { noun, verb, payload } = request;
    let read = match payload.is_empty() {
        true => Ok(Map::new()),
        false => serde_json::from_slice(&payload),
    };
    let mut fields: Map<String, Value> =
        read.map_err(|error| Refusal::bad("body", said!(payload_unread, reason = error)))?;
    let id = match fields.remove("id") {
        None => String::new(),
        Some(Value::String(id)) => id,
        Some(_) => return Err(Refusal::bad("command.malformed", said!(id_no_text))),
    };
    ask(host, &noun, &verb, &id, fields).await
}

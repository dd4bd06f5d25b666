//! Every error of the console: one shape, `{code, message}`, in one place. The message
//! is in both languages; where they can be told apart, each also stands by itself, as
//! `zh` and `en`.

use crate::said;
use crate::text::Said;
use axum::Json;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};
use tocsin_runtime::host::{PushError, ReplayError};
use tocsin_runtime::intake::RefuseReason;
use tocsin_runtime::journal::CommandError;
use tocsin_runtime::run::FRAME_BYTES;
use tocsin_runtime::view::ViewError;

#[derive(Debug)]
pub struct Refusal {
    pub status: StatusCode,
    /// For programs.
    pub code: &'static str,
    /// For people; says what to do.
    pub message: Said,
    /// More for programs.
    pub more: Map<String, Value>,
}

impl Refusal {
    pub fn new(status: StatusCode, code: &'static str, message: Said) -> Refusal {
        Refusal { status, code, message, more: Map::new() }
    }

    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Refusal {
        self.more.insert(name.to_owned(), value.into());
        self
    }

    pub fn not_found(code: &'static str, message: Said) -> Refusal {
        Refusal::new(StatusCode::NOT_FOUND, code, message)
    }

    pub fn bad(code: &'static str, message: Said) -> Refusal {
        Refusal::new(StatusCode::BAD_REQUEST, code, message)
    }

    pub fn away(code: &'static str, message: Said) -> Refusal {
        Refusal::new(StatusCode::SERVICE_UNAVAILABLE, code, message)
    }

    /// The same over HTTP and over the bus.
    pub fn body(self) -> Value {
        let mut body = json!({ "code": self.code, "message": self.message.to_string() });
        if let Value::Object(fields) = &mut body {
            if !self.message.is_one() {
                fields.insert("zh".into(), self.message.zh.into());
                fields.insert("en".into(), self.message.en.into());
            }
            fields.extend(self.more);
        }
        body
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = self.status;
        let mut response = (status, Json(self.body())).into_response();
        if status == StatusCode::SERVICE_UNAVAILABLE {
            // What is away is back within seconds: a bus elects, a storm passes.
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("2"));
        }
        response
    }
}

/// An error with its causes, as one sentence.
pub fn sentence(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let next = error.to_string();
        // Some libraries print their source in their own text.
        if !text.ends_with(&next) {
            text.push_str(": ");
            text.push_str(&next);
        }
        cause = error.source();
    }
    text
}

impl From<ViewError> for Refusal {
    fn from(error: ViewError) -> Refusal {
        match error {
            ViewError::Behind { wanted, at, within } => {
                let ms = within.as_millis();
                Refusal::away("view.behind", said!(view_behind, wanted = wanted, ms = ms, at = at))
            }
            ViewError::Open { .. } | ViewError::Read(_) => {
                tracing::error!(error = sentence(&error), "views");
                Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "view", said!(view_unread))
            }
        }
    }
}

impl From<CommandError> for Refusal {
    fn from(error: CommandError) -> Refusal {
        let message = match error {
            CommandError::Busy => said!(command_busy),
            CommandError::Undecided => said!(command_undecided),
        };
        Refusal::away("command.undecided", message)
    }
}

/// Why a package is not put to work.
pub fn not_pushed(error: &PushError) -> Said {
    match error {
        PushError::Package(error) => Said { zh: error.chinese(), en: error.to_string() },
        PushError::Read { path, source } => said!(package_unread, path = path.display(), reason = source),
        PushError::Id { wanted, found } => said!(package_id, found = found, wanted = wanted),
        PushError::Department { id, wanted, found } => {
            said!(package_department, id = id, found = found, wanted = wanted)
        }
        PushError::NoDepartment { department } => said!(package_no_department, department = department),
        PushError::Bus { reason } => said!(package_not_kept, reason = reason),
    }
}

impl From<PushError> for Refusal {
    fn from(error: PushError) -> Refusal {
        let message = not_pushed(&error);
        match error {
            PushError::Bus { .. } => Refusal::away("plugin.not-kept", message),
            _ => Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, "plugin.refused", message),
        }
    }
}

impl From<ReplayError> for Refusal {
    fn from(error: ReplayError) -> Refusal {
        let conflict = |code, message| Refusal::new(StatusCode::CONFLICT, code, message);
        match &error {
            ReplayError::Unknown(id) => Refusal::not_found("dead.unknown", said!(no_dead, id = id)),
            ReplayError::Send(id) => conflict("dead.send", said!(dead_send, id = id)),
            ReplayError::NoBytes(id) => conflict("dead.no-bytes", said!(dead_no_bytes, id = id)),
            ReplayError::Refused(reason) => {
                let Said { zh, en } = not_taken(reason);
                let said = Said {
                    zh: said!(dead_not_taken, reason = zh).zh,
                    en: said!(dead_not_taken, reason = en).en,
                };
                Refusal::away("dead.not-taken", said)
            }
        }
    }
}

impl From<JsonRejection> for Refusal {
    fn from(rejection: JsonRejection) -> Refusal {
        Refusal::new(rejection.status(), "body", said!(body_unread, reason = rejection.body_text()))
    }
}

impl From<QueryRejection> for Refusal {
    fn from(rejection: QueryRejection) -> Refusal {
        Refusal::bad("query", said!(query_unread, reason = rejection.body_text()))
    }
}

/// Why a frame is not in the log.
pub fn not_taken(reason: &RefuseReason) -> Said {
    match reason {
        RefuseReason::Full => said!(log_full),
        RefuseReason::Name(bytes) => said!(frame_name, bytes = bytes),
        RefuseReason::Away => said!(log_silent),
        RefuseReason::Behind => said!(log_behind),
        RefuseReason::Resting => said!(log_resting),
        RefuseReason::TooLarge(bytes) => said!(frame_large, bytes = bytes, most = FRAME_BYTES),
        RefuseReason::Closing => said!(log_closing),
    }
}

/// What the tower layers say: shed, or out of time.
pub async fn layer(error: tower::BoxError) -> Refusal {
    if error.is::<tower::load_shed::error::Overloaded>() {
        return Refusal::away("busy", said!(busy));
    }
    if error.is::<tower::timeout::error::Elapsed>() {
        return Refusal::away("late", said!(late));
    }
    tracing::error!(%error, "a layer failed");
    Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", said!(request_failed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_stand_by_themselves_where_they_can_be_told_apart() {
        let check = |message: Said, expect: Value| {
            assert_eq!(Refusal::bad("c", message).with("rule", "r").body(), expect);
        };
        let (zh, en) = (
            "没有死信 d;`tocsin dead list` 列出全部",
            "there is no dead letter `d`; `tocsin dead list` names them",
        );
        check(
            said!(no_dead, id = "d"),
            json!({ "code": "c", "message": format!("{zh} ({en})"), "zh": zh, "en": en, "rule": "r" }),
        );
        check(Said::both("须先确认"), json!({ "code": "c", "message": "须先确认", "rule": "r" }));
    }

    #[test]
    fn causes_are_told_once() {
        #[derive(Debug)]
        struct Layered(&'static str, Option<Box<Layered>>);
        impl std::fmt::Display for Layered {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.0)
            }
        }
        impl std::error::Error for Layered {
            fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
                self.1.as_deref().map(|source| source as _)
            }
        }
        let check = |outer, inner, expect| {
            assert_eq!(sentence(&Layered(outer, Some(Box::new(Layered(inner, None))))), expect);
        };
        check("reading a", "no file", "reading a: no file");
        check("reading a: no file", "no file", "reading a: no file");
    }
}

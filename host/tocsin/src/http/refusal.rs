//! Every error of the console: one shape, `{code, message}`, in one place.

use axum::Json;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};
use tocsin_runtime::host::{PushError, ReplayError};
use tocsin_runtime::journal::CommandError;
use tocsin_runtime::view::ViewError;

#[derive(Debug)]
pub struct Refusal {
    pub status: StatusCode,
    /// For programs.
    pub code: &'static str,
    /// For people; says what to do.
    pub message: String,
    /// More for programs.
    pub more: Map<String, Value>,
}

impl Refusal {
    pub fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Refusal {
        Refusal { status, code, message: message.into(), more: Map::new() }
    }

    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Refusal {
        self.more.insert(name.to_owned(), value.into());
        self
    }

    pub fn not_found(code: &'static str, message: impl Into<String>) -> Refusal {
        Refusal::new(StatusCode::NOT_FOUND, code, message)
    }

    pub fn bad(code: &'static str, message: impl Into<String>) -> Refusal {
        Refusal::new(StatusCode::BAD_REQUEST, code, message)
    }

    pub fn away(code: &'static str, message: impl Into<String>) -> Refusal {
        Refusal::new(StatusCode::SERVICE_UNAVAILABLE, code, message)
    }

    /// The same over HTTP and over the bus.
    pub fn body(self) -> Value {
        let mut body = json!({ "code": self.code, "message": self.message });
        if let Value::Object(fields) = &mut body {
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
            ViewError::Behind { .. } => Refusal::away("view.behind", sentence(&error)),
            ViewError::Open { .. } | ViewError::Read(_) => {
                tracing::error!(error = sentence(&error), "views");
                Refusal::new(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "view",
                    "the views cannot be read; the host's log says why",
                )
            }
        }
    }
}

impl From<CommandError> for Refusal {
    fn from(error: CommandError) -> Refusal {
        Refusal::away("command.undecided", error.to_string())
    }
}

impl From<PushError> for Refusal {
    fn from(error: PushError) -> Refusal {
        let message = sentence(&error);
        match error {
            PushError::Bus { .. } => Refusal::away("plugin.not-kept", message),
            _ => Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, "plugin.refused", message),
        }
    }
}

impl From<ReplayError> for Refusal {
    fn from(error: ReplayError) -> Refusal {
        let message = sentence(&error);
        match error {
            ReplayError::Unknown(_) => Refusal::not_found("dead.unknown", message),
            ReplayError::Send(_) => Refusal::new(StatusCode::CONFLICT, "dead.send", message),
            ReplayError::NoBytes(_) => Refusal::new(StatusCode::CONFLICT, "dead.no-bytes", message),
            ReplayError::Refused(_) => Refusal::away("dead.not-taken", message),
        }
    }
}

impl From<JsonRejection> for Refusal {
    fn from(rejection: JsonRejection) -> Refusal {
        Refusal { status: rejection.status(), code: "body", message: rejection.body_text(), more: Map::new() }
    }
}

impl From<QueryRejection> for Refusal {
    fn from(rejection: QueryRejection) -> Refusal {
        Refusal::bad("query", rejection.body_text())
    }
}

/// What the tower layers say: shed, or out of time.
pub async fn layer(error: tower::BoxError) -> Refusal {
    if error.is::<tower::load_shed::error::Overloaded>() {
        return Refusal::away("busy", "too many requests are under way; ask again");
    }
    if error.is::<tower::timeout::error::Elapsed>() {
        return Refusal::away("late", "no answer in time; the bus may be away, ask again");
    }
    tracing::error!(%error, "a layer failed");
    Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "the request failed; the host's log says why")
}

#[cfg(test)]
mod tests {
    use super::sentence;

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

//! A listing as it is answered: an array of rows, and a header where it ends before
//! they do.

use axum::Json;
use axum::http::{HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};
use serde_json::Value;

/// Not in the body: an array of rows is what readers hold on to.
const MORE: HeaderName = HeaderName::from_static("tocsin-more");

pub struct Listing {
    pub rows: Vec<Value>,
    /// There are rows that the limit leaves out.
    pub more: bool,
}

impl IntoResponse for Listing {
    fn into_response(self) -> Response {
        let mut response = Json(self.rows).into_response();
        if self.more {
            response.headers_mut().insert(MORE, HeaderValue::from_static("true"));
        }
        response
    }
}

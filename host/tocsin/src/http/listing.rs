//! A listing as it is answered: an array of rows, and a header where it ends before
//! they do.

use axum::Json;
use axum::http::{HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use tocsin_runtime::present::present;

/// Not in the body: an array of rows is what readers hold on to.
const MORE: HeaderName = HeaderName::from_static("tocsin-more");

pub struct Listing {
    pub rows: Vec<Value>,
    /// There are rows that the limit leaves out.
    pub more: bool,
}

impl Listing {
    /// Of rows that were asked for with one beyond the limit.
    pub fn of(mut rows: Vec<Value>, limit: u32) -> Listing {
        let more = rows.len() > limit as usize;
        rows.truncate(limit as usize);
        Listing { rows: rows.into_iter().map(present).collect(), more }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listing_that_ends_early_says_so() {
        for (rows, limit, shown, more) in
            [(0, 0, 0, false), (1, 0, 0, true), (3, 3, 3, false), (4, 3, 3, true)]
        {
            let listing = Listing::of(vec![Value::Null; rows], limit);
            assert_eq!((listing.rows.len(), listing.more), (shown, more));
            assert_eq!(listing.into_response().headers().contains_key(MORE), more);
        }
    }
}

//! Who may ask: a loopback name in `Host`, the operator's token for commands.

use super::Console;
use super::refusal::Refusal;
use crate::said;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// A page on some other site may make a browser resolve its own name to
/// 127.0.0.1 and read what is open here; it cannot make it send our name.
pub async fn known_host(request: Request, next: Next) -> Response {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    if is_loopback(host) {
        return next.run(request).await;
    }
    Refusal::new(StatusCode::MISDIRECTED_REQUEST, "host.unknown", said!(host_unknown)).into_response()
}

fn is_loopback(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split_once(']').map_or("", |(name, _)| name),
        None => host.rsplit_once(':').map_or(host, |(name, _)| name),
    };
    matches!(name, "127.0.0.1" | "localhost" | "::1")
}

/// Names in a path are text, whatever bytes its percent signs stand for.
pub async fn readable_path(request: Request, next: Next) -> Response {
    if is_text(request.uri().path()) {
        return next.run(request).await;
    }
    Refusal::bad("path", said!(path_unread)).into_response()
}

fn is_text(path: &str) -> bool {
    let mut parts = path.split('%');
    let mut decoded = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        match part.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                decoded.push(byte);
                decoded.extend_from_slice(&part.as_bytes()[2..]);
            }
            // A percent sign that begins nothing stands for itself.
            None => {
                decoded.push(b'%');
                decoded.extend_from_slice(part.as_bytes());
            }
        }
    }
    std::str::from_utf8(&decoded).is_ok()
}

/// Reading is open on loopback; whatever changes something needs the token.
pub async fn operator(State(console): State<Console>, request: Request, next: Next) -> Response {
    if matches!(*request.method(), Method::GET | Method::HEAD) {
        return next.run(request).await;
    }
    let given = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = given.and_then(|value| value.strip_prefix("Bearer ")).map(str::trim).unwrap_or_default();
    if is_same(token.as_bytes(), console.operator.as_bytes()) {
        return next.run(request).await;
    }
    let mut response =
        Refusal::new(StatusCode::UNAUTHORIZED, "operator.token", said!(no_token)).into_response();
    response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    response
}

/// In time that does not depend on where they differ.
fn is_same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |all, (a, b)| all | (a ^ b)) == 0
}

pub async fn headers(mut response: Response) -> Response {
    let headers = response.headers_mut();
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'self'; frame-ancestors 'none'"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
    ] {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_names_are_known() {
        let check = |host: &str, expect: bool| assert_eq!(is_loopback(host), expect, "{host}");
        check("127.0.0.1:18080", true);
        check("localhost", true);
        check("[::1]:18080", true);
        check("127.0.0.1.evil.example:18080", false);
        check("evil.example", false);
        check("", false);
        check("[::1", false);
    }

    #[test]
    fn paths_are_text() {
        let check = |path: &str, expect: bool| assert_eq!(is_text(path), expect, "{path}");
        check("/in/fire/report", true);
        check("/in/fire/report/%E9%9D%92", true);
        check("/in/fire/report/青%山%2", true);
        check("/in/fire/report/%FF", false);
        check("/in/fire/report/%C7%E0", false);
        check("/in/fire/%E9%9D/%92", false);
    }

    #[test]
    fn tokens_are_compared_whole() {
        let check = |a: &str, b: &str, expect: bool| {
            assert_eq!(is_same(a.as_bytes(), b.as_bytes()), expect);
        };
        check("abc", "abc", true);
        check("abc", "abd", false);
        check("ab", "abc", false);
        check("", "abc", false);
    }
}

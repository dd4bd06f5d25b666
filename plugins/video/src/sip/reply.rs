//! Responses: the request's own Via, From, To, Call-ID and CSeq, as they came.

use super::digest::hash;
use super::message::Message;
use super::uri::parameter;

/// What this agent takes.
pub const ALLOW: &str = "REGISTER, MESSAGE, NOTIFY, OPTIONS, ACK";

/// The answer to `request`, which came from `origin` (`address:port`). `more` are
/// whole header lines without their ends.
pub fn write(request: &Message<'_>, origin: &str, status: u16, phrase: &str, more: &[String]) -> Vec<u8> {
    let mut out = Vec::with_capacity(512);
    line(&mut out, &[b"SIP/2.0 ", status.to_string().as_bytes(), b" ", phrase.as_bytes()]);
    for (index, via) in request.all("Via").enumerate() {
        match index {
            0 => line(&mut out, &[b"Via: ", &received(via, origin)]),
            _ => line(&mut out, &[b"Via: ", via]),
        }
    }
    for name in ["From", "To", "Call-ID", "CSeq"] {
        let Some(value) = request.get(name) else { continue };
        let tag = match name {
            "To" if status > 100 && !has_tag(value) => format!(";tag={}", tag(request)),
            _ => String::new(),
        };
        line(&mut out, &[name.as_bytes(), b": ", value, tag.as_bytes()]);
    }
    more.iter().for_each(|header| line(&mut out, &[header.as_bytes()]));
    line(&mut out, &[b"User-Agent: Tocsin"]);
    line(&mut out, &[b"Content-Length: 0"]);
    line(&mut out, &[]);
    out
}

/// RFC 3581: where it came from, in the first Via of a list.
fn received(via: &[u8], origin: &str) -> Vec<u8> {
    let end = via.iter().position(|byte| *byte == b',').unwrap_or(via.len());
    let (first, others) = via.split_at(end);
    let Some((address, port)) = origin.rsplit_once(':') else { return via.to_owned() };
    let address = address.trim_matches(['[', ']']);
    let mut out = Vec::with_capacity(via.len() + 48);
    let mut parts = first.split(|byte| *byte == b';');
    out.extend_from_slice(parts.next().unwrap_or_default().trim_ascii_end());
    for part in parts {
        let name = part.split(|byte| *byte == b'=').next().unwrap_or_default().trim_ascii();
        // What the sender says of these is not for it to say.
        if !name.eq_ignore_ascii_case(b"received") && !name.eq_ignore_ascii_case(b"rport") {
            out.push(b';');
            out.extend_from_slice(part);
        }
    }
    if parameter(first, "rport").is_some() {
        out.extend_from_slice(format!(";rport={port}").as_bytes());
    }
    out.extend_from_slice(format!(";received={address}").as_bytes());
    out.extend_from_slice(others);
    out
}

fn has_tag(to: &[u8]) -> bool {
    let behind = to.iter().rposition(|byte| *byte == b'>').map_or(to, |at| &to[at..]);
    parameter(behind, "tag").is_some()
}

/// The same for every copy of a request.
fn tag(request: &Message<'_>) -> String {
    let text = |name| String::from_utf8_lossy(request.get(name).unwrap_or_default()).into_owned();
    hash(&[&text("Call-ID"), &text("From")])[..16].to_owned()
}

/// A line end inside would begin another header.
fn line(out: &mut Vec<u8>, parts: &[&[u8]]) {
    for part in parts {
        out.extend(part.iter().filter(|byte| !matches!(byte, b'\r' | b'\n')));
    }
    out.extend_from_slice(b"\r\n");
}

//! Who may speak for a terminal: whoever showed its code, on one connection at a time.
//!
//! The code is made from the setting `secret` and the telephone, so nothing about it
//! is remembered. Without a secret nobody is asked.

use super::frame::{Ended, Frame};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tocsin_sdk::text::hex;
use tocsin_sdk::{Answer, Message, Outcome, Rejection, city, memory};

const SESSION: &str = "session";
/// Characters of a code: 128 bits.
const CODE_CHARS: usize = 32;

/// The connection on which a terminal showed its code.
#[derive(Deserialize, Serialize)]
struct Session {
    origin: String,
}

/// The code that a terminal gets when it registers.
pub fn code(frame: &Frame) -> String {
    let secret = city::setting("secret").unwrap_or_default();
    let mut digest = hex(&Sha256::digest(format!("{secret}:{}", frame.terminal())));
    digest.truncate(CODE_CHARS);
    digest
}

/// Registration and authentication are for everybody; all else needs the connection
/// on which the code was shown.
pub fn check(frame: &Frame, message: &Message) -> Result<(), Rejection> {
    if !asks() || matches!(frame.id, 0x0100 | 0x0102) {
        return Ok(());
    }
    match memory::load::<Session>(SESSION) {
        Some(session) if session.origin == message.origin => Ok(()),
        Some(session) => Err(Rejection::unauthorised(format!(
            "终端 {} 已在 {} 鉴权,{} 未鉴权 (the terminal has authenticated on another connection)",
            frame.terminal(),
            session.origin,
            message.origin,
        ))),
        None => Err(Rejection::unauthorised(format!(
            "终端 {} 尚未鉴权 (the terminal has not authenticated)",
            frame.terminal()
        ))),
    }
}

/// 终端鉴权: the code alone up to 2013; with its length before it, and IMEI and version
/// behind it, in 2019.
pub fn authenticate(body: &[u8], frame: &Frame, message: &Message) -> Answer {
    let serial = message.sequence as u16;
    let shown = match (frame.version, body) {
        (Some(_), [length, rest @ ..]) => rest.get(..usize::from(*length)).unwrap_or(rest),
        _ => body,
    };
    let is_right = trimmed(shown) == code(frame).as_bytes();
    if asks() && !is_right {
        let refusal = Rejection::unauthorised(format!(
            "终端 {} 鉴权码不符 (not the code of this terminal)",
            frame.terminal()
        ));
        return Err(refusal.with_reply(frame.acknowledge(Ended::Failed, serial)));
    }
    if asks() {
        memory::save(SESSION, &Session { origin: message.origin.clone() });
    }
    Ok(Outcome::default().reply(frame.acknowledge(Ended::Done, serial)))
}

/// 终端注销.
pub fn forget() {
    memory::forget(SESSION);
}

fn asks() -> bool {
    city::setting("secret").is_some_and(|secret| !secret.is_empty())
}

fn trimmed(code: &[u8]) -> &[u8] {
    let end = code.iter().position(|byte| *byte == 0).unwrap_or(code.len());
    code[..end].trim_ascii()
}

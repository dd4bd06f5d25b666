//! SL 651-2014 水文监测数据通信规约: what a station says, and what it is answered.

mod ascii;
mod body;
mod element;
pub mod frame;
mod packets;

pub use packets::{PACKETS, give_up};

use body::Report;
use frame::Frame;
use tocsin_sdk::{Answer, Message, Outcome, Rejection, city};

/// Pictures: their bytes stay in the dead letter, their station is confirmed so
/// that it does not send them again for ever.
const PICTURE: u8 = 0x36;

/// A binary frame.
pub fn binary(bytes: &[u8], message: &Message) -> Answer {
    let frame = Frame::read(bytes)?;
    if frame.function == PICTURE {
        let refusal = Rejection::unsupported("36H 图片报不解析, 原始字节保留 (pictures are kept, not read)");
        return Err(refusal.with_reply(frame.confirmation(frame.body.get(..8).unwrap_or(&[]), stays())));
    }
    let (body, outcome) = match frame.packet {
        None => (frame.body.to_vec(), Outcome::default()),
        Some(packet) => match packets::collect(&frame, packet, message.received)? {
            packets::Collected::Whole(body, outcome) => (body, outcome),
            packets::Collected::Waiting(outcome) => return Ok(outcome),
        },
    };
    let report = Report::binary(frame.function, &frame.station, &body)?;
    let confirmation = frame.confirmation(&body[..8], stays());
    Ok(report.tell(outcome, message.received).reply(confirmation))
}

/// The same as text.
pub fn ascii(bytes: &[u8], message: &Message) -> Answer {
    let (frame, report) = ascii::read(bytes)?;
    let confirmation = frame.confirmation(stays());
    Ok(report.tell(Outcome::default(), message.received).reply(confirmation))
}

fn stays() -> bool {
    city::setting("stay").is_none_or(|value| value != "0")
}

//! SL 651-2014 水文监测数据通信规约: what a station says, and what it is answered.

mod answer;
mod ascii;
mod body;
mod element;
pub mod frame;
mod packets;
mod report;

pub use packets::{PACKETS, ask_again};

use frame::{Frame, Packet};
use packets::Collected;
use report::{KEEPALIVE, PICTURE, Report, function_name};
use tocsin_sdk::{Answer, Message, Outcome, Rejection, Timestamp, city, copies};

/// What a frame that checks out says, in either coding.
pub fn decode(frame: Frame<'_>, message: &Message) -> Answer {
    if function_name(frame.function).is_none() {
        return Err(Rejection::unsupported(format!(
            "功能码 {:02X}H 不是遥测站上行报文 (not a report)",
            frame.function
        )));
    }
    match frame.packet {
        None => single(&frame, message),
        Some(packet) => several(&frame, packet, message.received),
    }
}

fn single(frame: &Frame<'_>, message: &Message) -> Answer {
    if frame.function == PICTURE {
        // Confirmed so that it does not come for ever; the bytes stay in the dead letter.
        let refusal = Rejection::unsupported("36H 图片报不解析, 原始字节保留 (pictures are kept, not read)");
        return Err(refusal.with_reply(frame.confirmation(frame.head(), stays())));
    }
    let report = Report::read(frame, frame.body)?;
    // Of 链路维持报 nothing is told that could be doubled.
    let is_copy = frame.function != KEEPALIVE && copies::is_copy([&message.payload], message.received);
    let outcome = match is_copy {
        true => Outcome::default(),
        false => report.tell(Outcome::default(), message.received),
    };
    Ok(confirmed(outcome, frame, frame.head()))
}

fn several(frame: &Frame<'_>, packet: Packet, received: Timestamp) -> Answer {
    match packets::collect(frame, packet, received) {
        Collected::Waiting(outcome) => Ok(outcome),
        Collected::Done(head, outcome) => Ok(confirmed(outcome, frame, &head)),
        Collected::Whole(body, outcome) => match Report::read(frame, &body) {
            Ok(report) => Ok(confirmed(report.tell(outcome, received), frame, frame.coding.head_of(&body))),
            // A refusal would undo that they are known.
            Err(refusal) => Ok(outcome.defect(refusal.reason)),
        },
    }
}

/// 链路维持报 has no downlink (6.6.4.2). What has no serial and time is not confirmed.
fn confirmed(outcome: Outcome, frame: &Frame<'_>, head: &[u8]) -> Outcome {
    match frame.function == KEEPALIVE || head.is_empty() {
        true => outcome,
        false => outcome.reply(frame.confirmation(head, stays())),
    }
}

fn stays() -> bool {
    city::setting("stay").is_none_or(|value| value != "0")
}

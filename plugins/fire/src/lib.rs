//! 消防: what fire alarm systems tell a city by GB/T 26875.3-2011.
//!
//! A 用户信息传输装置 (UITD) in a building watches its fire alarm systems and
//! sends what they say over TCP or UDP. [`stream`] cuts frames, [`frame`] checks
//! and answers them, [`adu`] takes the application data apart, [`object`] turns
//! each information object into signals by the standard's tables ([`table`]).
//!
//! What is answered, and how:
//!
//! | Frame | Answer |
//! |---|---|
//! | 2 发送数据, readable | signals, 确认 with the same serial |
//! | 2 without data (the vendors' heartbeat) | 确认 and nothing else: that the device lives is the host's to notice |
//! | 5 应答 | signals; an answer is not answered |
//! | 3 确认, 6 否认 | nothing: it settles what was sent down ([`connector`]) |
//! | 3, 6 with objects, which the standard leaves empty | the same; the objects are told as if sent by 2, with a defect that names type and count; those that cannot be read are the defect |
//! | wrong checksum, end, length, command, type, count | refused, 否认 |
//! | 2 with a vendor's own type (128 to 254) | a dead letter that keeps the bytes, but 确认: the device did nothing wrong and would only repeat itself |
//!
//! What begins like JSON is no frame but a record of supervision ([`record`]): a unit, a
//! facility, an inspection.
//!
//! A fire bit is a fire, whatever bit 0 (测试) says, unless the registration of
//! the device sets `test_bit = "trust"`. Vendors send fires with bit 0 clear.

mod adu;
mod connector;
mod frame;
mod known;
mod moment;
mod object;
mod pending;
mod place;
mod record;
mod settings;
mod stream;
mod table;
mod text;

use adu::{Objects, Wrong, flag};
use frame::{Frame, command};
use tocsin_sdk::{
    Answer, Connector, Decoder, Event, Framer, Message, Outcome, Piece, Rejection, Tick, Timekeeper,
};

/// The plugin.
pub struct Fire;

tocsin_sdk::export!(Fire: framer, decoder, connector, timekeeper);

impl Framer for Fire {
    fn frame(buffer: &[u8]) -> Vec<Piece> {
        stream::pieces(buffer)
    }
}

impl Decoder for Fire {
    fn decode(message: Message) -> Answer {
        if record::is_json(&message.payload) {
            return record::decode(&message);
        }
        let frame = Frame::read(&message.payload)?;
        match frame.command() {
            command::SEND if frame.data().is_empty() => Ok(Outcome::default().reply(frame.ack())),
            command::SEND => Ok(told(&frame, &message)?.reply(frame.ack())),
            command::ANSWER if !frame.data().is_empty() => told(&frame, &message),
            command::ANSWER => Ok(Outcome::default()),
            command::ACK => Ok(carried(&frame, &message, connector::confirmed(&frame, message.received))),
            command::NAK => {
                Ok(carried(&frame, &message, connector::refused(&frame, &message.device, message.received)))
            }
            other => Err(frame.refuse(Rejection::unsupported(format!(
                "命令字节 {other} {} (not a command that a device sends)",
                match other {
                    command::CONTROL | command::REQUEST => "只由监控中心发出",
                    128.. => "为用户自定义",
                    _ => "为预留",
                },
            )))),
        }
    }
}

impl Connector for Fire {
    fn deliver(event: Event) -> Answer {
        connector::deliver(&event)
    }
}

impl Timekeeper for Fire {
    fn wake(tick: Tick) -> Answer {
        connector::wake(&tick)
    }
}

fn told(frame: &Frame<'_>, message: &Message) -> Answer {
    let objects = Objects::read(frame.data()).map_err(|wrong| refusal(frame, wrong))?;
    let outcome = object::tell(frame, &objects, message.received);
    Ok(match objects.flag {
        flag::UITD_OPERATION => connector::heard(&objects, outcome),
        _ => outcome,
    })
}

/// 确认 and 否认 carry nothing by the standard; what one carries all the same is told,
/// because it may be a fire. It is no refusal: that would undo what the answer settled.
fn carried(frame: &Frame<'_>, message: &Message, settled: Outcome) -> Outcome {
    let data = frame.data();
    if data.is_empty() {
        return settled;
    }
    let answer = if frame.command() == command::ACK { "确认" } else { "否认" };
    let what = match data {
        [flag, count, ..] => format!("类型 {flag} 的 {count} 个信息对象, 共 {} 字节", data.len()),
        _ => format!("数据 {}", tocsin_sdk::text::hex(data)),
    };
    let defect = |rest: &str| format!("{}: {answer}帧不应带数据, 却有{what}, {rest}", frame.source());
    match told(frame, message) {
        Ok(told) => {
            let mut whole = settled.defect(defect("照常上报 (objects in an answer, told all the same)"));
            whole.signals.extend(told.signals);
            whole.defects.extend(told.defects);
            whole
        }
        Err(refusal) => settled.defect(defect(&format!("未能读出: {}", refusal.reason))),
    }
}

fn refusal(frame: &Frame<'_>, wrong: Wrong) -> Rejection {
    match wrong {
        Wrong::Short => frame.nak(format!(
            "应用数据单元 {} 字节, 缺类型标志或信息对象数目 (no type flag and count)",
            frame.data().len(),
        )),
        Wrong::Count { flag, count, most } => frame.nak(format!(
            "类型 {flag} 的信息对象数目 {count} 不在 1 到 {most} 之间 (wrong number of objects)"
        )),
        Wrong::Length { flag, count, have, need } => frame.nak(format!(
            "类型 {flag} 的 {count} 个信息对象应为 {need} 字节, 实为 {have} 字节 (objects and length disagree)"
        )),
        Wrong::Reserved(flag) => taken(
            frame,
            format!("类型标志 {flag} 为预留或下行 (reserved, or not what a device sends)"),
        ),
        Wrong::Private(flag) => {
            taken(frame, format!("类型标志 {flag} 为用户自定义 (the vendor's own type)"))
        }
    }
}

/// It arrived whole, which is all that 确认 and 否认 are about; said again it would be
/// the same. Nobody here reads what it says.
fn taken(frame: &Frame<'_>, reason: String) -> Rejection {
    let refusal = Rejection::unsupported(reason);
    match frame.command() {
        command::SEND => refusal.with_reply(frame.ack()),
        _ => refusal,
    }
}

#[cfg(test)]
mod tests;

//! JT/T 808: what a terminal says, and what it is answered.

mod alarm;
mod done;
pub mod frame;
mod item;
mod media;
mod packets;
mod position;
mod register;
mod runs;
mod session;

pub use packets::{PACKETS, ask_again};

use frame::{Damage, Ended, Frame, Packet};
use media::Media;
use position::Told;
use tocsin_sdk::field::path_step;
use tocsin_sdk::json::Object;
use tocsin_sdk::text::hex;
use tocsin_sdk::{Answer, Message, Outcome, Rejection, RejectionKind, Signal};

/// Bytes of a part that nobody reads, as a signal carries them.
const SHOWN_BYTES: usize = 512;

pub fn decode(message: &Message) -> Answer {
    let frame =
        Frame::read(frame::inside(&message.payload)).map_err(|damage| refuse_damaged(damage, message))?;
    let serial = message.sequence as u16;
    if let Err(refusal) = session::check(&frame, message) {
        return unproven(&frame, refusal, message);
    }
    if frame.is_encrypted() {
        let refusal =
            Rejection::unsupported("加密消息无法解析,原始字节保留 (an encrypted body is kept, not read)");
        return Err(refusal.with_reply(frame.acknowledge(Ended::Unsupported, serial)));
    }
    match frame.packet {
        Some(packet) => part(&frame, packet, message),
        None => tell(&frame, frame.body.clone(), message),
    }
}

/// Whoever has not shown the code is refused. A danger is taken all the same: it goes
/// red, and so overtakes the code that was sent right before it.
fn unproven(frame: &Frame, refusal: Rejection, message: &Message) -> Answer {
    let serial = message.sequence as u16;
    if !is_urgent(frame) || frame.is_encrypted() {
        return Err(refusal.with_reply(frame.acknowledge(Ended::Failed, serial)));
    }
    let outcome = position::tell(&frame.body, frame, Told::Unproven, message.received)?;
    let defect = format!("{};报警照收 (its alarm is taken all the same)", refusal.reason);
    Ok(outcome.defect(defect).reply(frame.acknowledge(Ended::Done, serial)))
}

/// One packet of several.
fn part(frame: &Frame, packet: Packet, message: &Message) -> Answer {
    let (serial, received) = (message.sequence as u16, message.received);
    if frame.id == media::MESSAGE
        && let Some(id) = media::repeated(frame, packet, received)
    {
        return Ok(Outcome::default().reply(media::answer(frame, id, serial)));
    }
    match packets::collect(frame, packet, received) {
        Ok(packets::Collected::Whole(body)) => tell(frame, body, message),
        Ok(packets::Collected::Media(media)) => {
            if let Some(id) = media::id(&media.front) {
                media::remember(frame, packet, id, received);
            }
            Ok(media::tell(&media, frame, serial))
        }
        Ok(packets::Collected::Waiting(gone)) => {
            let outcome = Outcome { defects: gone, ..Outcome::default() };
            Ok(outcome.reply(frame.acknowledge(Ended::Done, serial)))
        }
        Err(refusal) => Err(refusal.with_reply(frame.acknowledge(Ended::Failed, serial))),
    }
}

/// Whether the frame says by itself that somebody is in danger now.
pub fn is_urgent(frame: &Frame) -> bool {
    frame.id == 0x0200
        && frame.packet.is_none()
        && position::alarms(&frame.body).is_some_and(alarm::is_urgent)
}

fn tell(frame: &Frame, body: Vec<u8>, message: &Message) -> Answer {
    let (serial, received) = (message.sequence as u16, message.received);
    let done = |outcome: Outcome| outcome.reply(frame.acknowledge(Ended::Done, serial));
    let refused = |refusal: Rejection| refusal.with_reply(frame.acknowledge(Ended::Wrong, serial));
    let answer = match frame.id {
        0x0200 => position::tell(&body, frame, Told::Now, received),
        // The answers to a question and to a command begin with its serial.
        0x0201 | 0x0500 => position::tell(body.get(2..).unwrap_or_default(), frame, Told::Now, received),
        0x0704 => position::batch(&body, frame, received),
        0x0100 => return register::tell(&body, frame, serial).map_err(refused),
        0x0102 => return session::authenticate(&body, frame, message),
        0x0003 => {
            session::forget();
            Ok(Outcome::default())
        }
        // 终端通用应答 is itself an answer.
        0x0001 => return Ok(Outcome::default()),
        0x0004 => return Ok(Outcome::default().reply(frame.server_time(received, serial))),
        0x0002 => Ok(Outcome::default()),
        media::MESSAGE => {
            let media = Media { bytes: body.len(), front: body, packets: 1 };
            return Ok(media::tell(&media, frame, serial));
        }
        id => match name(id) {
            Some((code, title)) => Ok(other(code, title, &body, frame).into()),
            None => {
                let reason =
                    format!("消息 {id:04X} 不在 JT/T 808 之内 (message {id:04X} is not of JT/T 808)");
                return Err(
                    Rejection::unsupported(reason).with_reply(frame.acknowledge(Ended::Unsupported, serial))
                );
            }
        },
    };
    answer.map(done).map_err(refused)
}

/// Messages of the standard that are kept and confirmed, not read.
fn name(id: u16) -> Option<(&'static str, &'static str)> {
    Some(match id {
        0x0005 => ("vehicle.supplement", "终端补传分包请求"),
        0x0104 | 0x0106 => ("vehicle.parameters", "终端参数"),
        0x0107 => ("vehicle.properties", "终端属性"),
        0x0108 => ("vehicle.upgrade", "终端升级结果"),
        0x0301 => ("vehicle.event", "事件报告"),
        0x0302 => ("vehicle.answer", "提问应答"),
        0x0303 => ("vehicle.information", "信息点播"),
        0x0608 => ("vehicle.areas", "区域或线路数据"),
        0x0700 => ("vehicle.recorder", "行驶记录数据"),
        0x0701 => ("vehicle.waybill", "电子运单"),
        0x0702 => ("vehicle.driver", "驾驶员身份信息"),
        0x0705 => ("vehicle.can", "CAN 总线数据"),
        0x0800 | 0x0802 | 0x0805 => ("vehicle.media", "多媒体"),
        0x0900 | 0x0901 => ("vehicle.passthrough", "数据上行透传"),
        0x0A00 => ("vehicle.key", "终端 RSA 公钥"),
        _ => return None,
    })
}

fn other(code: &str, title: &str, body: &[u8], frame: &Frame) -> Signal {
    let shown = &body[..body.len().min(SHOWN_BYTES)];
    let data = Object::new().number("bytes", body.len() as i64).text("hex", &hex(shown));
    Signal::status(code)
        .device(path_step(&frame.terminal()))
        .title(format!("{} {title}", frame.terminal()))
        .data(data.finish())
}

/// What the standard says to a frame that is damaged, where its header can be read.
fn refuse_damaged(Damage { reason, answer }: Damage, message: &Message) -> Rejection {
    let refusal = Rejection::new(RejectionKind::Malformed, reason);
    match answer {
        Some(frame) => refusal.with_reply(frame.acknowledge(Ended::Wrong, message.sequence as u16)),
        None => refusal,
    }
}

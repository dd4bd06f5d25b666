//! 生态环境: data loggers of pollution sources and air stations, by HJ 212.
//!
//! `##` · length 4 · `QN=…;ST=…;CN=…;PW=…;MN=…;Flag=…;CP=&&…&&` · CRC 4 · `\r\n`, as
//! the editions of 2005 and 2017 have it ([`segment`]). [`stream`] cuts frames; `MN`
//! is the device.
//!
//! | Input | Answer |
//! |---|---|
//! | 2011 real time, 2051 minutes, 2061 hour, 2031 day | a reading a factor; faults by its flag; over a limit for some time an alarm |
//! | 2071, 2072 alarm | alarm or recovery `pollutant.over` |
//! | other uploads and notices (1xxx–3xxx) | status `station.<CN>` with what they say |
//! | answers, heartbeat, login (9011–9015, 9021, 9022) | nothing |
//! | any other command | refused as unsupported, by 9011 |
//! | bit 0 of `Flag` | 9014 to uploads (2xxx, 3xxx), 9013 to a notice |
//! | one packet of several | kept until all are there; one that comes again later is answered and no more |
//! | what was told before | answered and no more |
//! | CRC, length or structure wrong | refused and not answered: the logger repeats it |

mod content;
mod crc;
mod factor;
mod limit;
mod packets;
mod report;
mod segment;
mod stream;
#[cfg(test)]
mod tests;

use segment::Segment;
use tocsin_sdk::{Answer, Decoder, Framer, Message, Outcome, Piece, Rejection, Tick, Timekeeper, Timestamp};

/// The plugin.
#[derive(Debug)]
pub struct Environment;

tocsin_sdk::export!(Environment: framer, decoder, timekeeper);

impl Framer for Environment {
    fn frame(buffer: &[u8]) -> Vec<Piece> {
        stream::pieces(buffer)
    }
}

impl Decoder for Environment {
    fn decode(message: Message) -> Answer {
        let segment = Segment::read(&message.payload)?;
        if segment.is_exchange() {
            return Ok(Outcome::default());
        }
        let answer = segment.answer();
        match read(&segment, message.received) {
            Ok(outcome) => Ok(answer.into_iter().fold(outcome, Outcome::reply)),
            Err(refusal) => Err(refusal.with_reply(answer.unwrap_or_default())),
        }
    }
}

fn read(segment: &Segment, received: Timestamp) -> Answer {
    if !segment.is_report() {
        let cn = segment.cn;
        return Err(Rejection::unsupported(format!(
            "命令 CN={cn} 不在 HJ 212 上报之内 (command {cn} is no report of HJ 212)"
        )));
    }
    match packets::collect(segment, received) {
        packets::Collected::Whole(parts) => report::tell(segment, &parts, received),
        packets::Collected::Waiting(outcome) => Ok(outcome),
    }
}

impl Timekeeper for Environment {
    /// The rest of a report in several packets did not come.
    fn wake(tick: Tick) -> Answer {
        match tick.key.as_str() {
            packets::PACKETS => Ok(packets::give_up(tick.due)),
            _ => Ok(Outcome::default()),
        }
    }
}

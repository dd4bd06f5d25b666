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
//! | answers (9011–9014) | nothing |
//! | bit 0 of `Flag` | 9014 to uploads (2xxx, 3xxx), 9013 to a notice |
//! | one packet of several | kept until all are there; one that comes again later is answered and no more |
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
use tocsin_sdk::{Answer, Decoder, Framer, Message, Outcome, Piece, Tick, Timekeeper};

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
        let outcome = match packets::collect(&segment, message.received) {
            packets::Collected::Whole(parts) => report::tell(&segment, &parts, message.received)
                .map_err(|refusal| refusal.with_reply(segment.answer().unwrap_or_default()))?,
            packets::Collected::Waiting(outcome) => outcome,
        };
        Ok(match segment.answer() {
            Some(answer) => outcome.reply(answer),
            None => outcome,
        })
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

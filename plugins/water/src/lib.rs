//! 水利: what hydrological stations and hydrant pressure terminals tell a city.
//!
//! Two protocols meet at the same doors and are told apart by their first bytes:
//! [`sl651`] (SL 651-2014, binary and ASCII, also in several packets) and
//! [`pressure`] (terminals on hydrants and pipes). A gateway may bring either as
//! hex text. [`stream`] cuts frames.
//!
//! | Input | Answer |
//! |---|---|
//! | SL 651 report, whole | readings (and an alarm for 33H 加报), the confirmation with the same serial; none to 2FH |
//! | one packet of several | kept; the last to come gives the readings and is confirmed; those missing are asked for |
//! | a report that comes again within a day, byte for byte | confirmed again and no more; so is a packet of it for ten minutes |
//! | 35H 人工置数 | one report with the text |
//! | 36H picture | refused as unsupported, or a defect of its last packet; confirmed |
//! | wrong CRC, length, end mark | refused; the station repeats what is not confirmed |
//! | pressure frame | each sample at its own time, once; alarm bits as they come and go; of each terminal by itself, also behind one topic |

mod bcd;
mod crc;
mod pressure;
mod sl651;
mod stream;

use sl651::frame::Frame;
use tocsin_sdk::{Answer, Decoder, Framer, Message, Outcome, Piece, Rejection, Tick, Timekeeper};

/// The plugin.
pub struct Water;

tocsin_sdk::export!(Water: framer, decoder, timekeeper);

impl Framer for Water {
    fn frame(buffer: &[u8]) -> Vec<Piece> {
        stream::pieces(buffer)
    }
}

impl Decoder for Water {
    fn decode(message: Message) -> Answer {
        match bcd::from_hex_text(&message.payload) {
            Some(bytes) => decode(&bytes, &message),
            None => decode(&message.payload, &message),
        }
    }
}

fn decode(bytes: &[u8], message: &Message) -> Answer {
    match bytes {
        [0x7E, 0x7E, ..] => sl651::decode(Frame::binary(bytes)?, message),
        [0x01, ..] => sl651::decode(Frame::ascii(bytes)?, message),
        [0xA5, 0x5A, ..] => pressure::decode(bytes, message),
        _ => Err(Rejection::malformed(format!(
            "不是 SL 651 帧 (7E7E、01 开头) 也不是压力终端帧 (A55A 开头): {} 字节, 开头 {:02X?} (neither protocol)",
            bytes.len(),
            &bytes[..bytes.len().min(4)],
        ))),
    }
}

impl Timekeeper for Water {
    /// The rest of a report in several packets has not come.
    fn wake(tick: Tick) -> Answer {
        match tick.key.as_str() {
            sl651::PACKETS => Ok(sl651::ask_again(&tick)),
            _ => Ok(Outcome::default()),
        }
    }
}

#[cfg(test)]
mod tests;

//! 交通: where vehicles with hazardous goods are, and which roads are closed.
//!
//! [`terminal`] speaks JT/T 808 (2011, 2013 and 2019 headers) with terminals on
//! TCP or UDP; [`closure`] reads closures as JSON. The first byte tells them apart.
//! [`stream`] cuts frames.
//!
//! | Input | Answer |
//! |---|---|
//! | 0200, 0201, 0500 position, 0704 batch | status `vehicle.position`; alarms and reports by bit; 8001 |
//! | 0100 register, 0102 authenticate, 0003 log out | the terminal describes itself; 8100 with the code, 8001 |
//! | 0002 heartbeat, other messages of the standard | 8001 with the same serial |
//! | 0801 media | status `vehicle.media` once, however many packets; 8800 with its id |
//! | one packet of several | kept, confirmed; what is missing is asked for by 8003, of media by 8800 |
//! | checksum or length wrong, a telephone that is not BCD | refused, 8001 result 2 |
//! | a message the standard does not have, encrypted ones | refused as unsupported, 8001 result 3 |
//! | a terminal on a second connection without its code | refused, 8001 result 1 (with setting `secret`); its red alarms are taken all the same |

mod closure;
mod stream;
mod terminal;
#[cfg(test)]
mod tests;

use tocsin_sdk::{Answer, Decoder, Framer, Message, Outcome, Piece, Rejection, Tick, Timekeeper};

/// The plugin.
#[derive(Debug)]
pub struct Transport;

tocsin_sdk::export!(Transport: framer, decoder, timekeeper);

impl Framer for Transport {
    fn frame(buffer: &[u8]) -> Vec<Piece> {
        stream::pieces(buffer)
    }
}

impl Decoder for Transport {
    fn decode(message: Message) -> Answer {
        match message.payload.trim_ascii_start().first() {
            Some(b'{' | b'[') => closure::decode(&message),
            Some(_) => terminal::decode(&message),
            None => Err(Rejection::malformed("空消息 (nothing at all)")),
        }
    }
}

impl Timekeeper for Transport {
    /// Packets of a long message are missing.
    fn wake(tick: Tick) -> Answer {
        match tick.key.strip_prefix(terminal::PACKETS) {
            Some(_) => Ok(terminal::ask_again(&tick)),
            None => Ok(Outcome::default()),
        }
    }
}

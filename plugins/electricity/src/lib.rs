//! 智慧用电: distribution boxes that post what they measure, and meters that are asked.
//!
//! | Input | |
//! |---|---|
//! | JSON of a box, or an array of them ([`report`]), over MQTT, HTTP, NATS or a folder | readings at their own time, alarms |
//! | a poll of a `tcp-client` door | Modbus TCP requests by the device's register map ([`modbus`]) |
//! | Modbus TCP answers, cut by [`modbus::stream`] | the same readings and alarms |
//!
//! Both end in the same [`cabinet`]: each limit is a [`watch`] with hold time and
//! hysteresis, residual current has a [`trend`], and a device that stops reporting is
//! told as silent, never as normal.
//!
//! **Read tolerantly**: numbers as text and with units, empty texts, missing fields,
//! times without a zone. What cannot be read is a defect; what can be is never lost.
//! A number that cannot be in its unit (A for mA, K for ℃) is a defect and no reading.
//!
//! **Refused**: what is no JSON object, one without any field of a box, one without a
//! serial number on a door that names no device; Modbus answers to nothing that the map
//! asks for.

mod cabinet;
mod field;
mod modbus;
mod quantity;
mod raised;
mod report;
mod settings;
mod trend;
mod watch;

use tocsin_sdk::{Answer, Decoder, Framer, Message, Piece, Tick, Timekeeper};

/// The plugin.
pub struct Electricity;

tocsin_sdk::export!(Electricity: framer, decoder, timekeeper);

impl Framer for Electricity {
    fn frame(buffer: &[u8]) -> Vec<Piece> {
        modbus::stream::pieces(buffer)
    }
}

impl Decoder for Electricity {
    fn decode(message: Message) -> Answer {
        match message.payload.trim_ascii_start().first() {
            // The first byte of an answer is the high one of a small number.
            Some(0) => modbus::answered(&message),
            _ => report::decode(&message),
        }
    }
}

impl Timekeeper for Electricity {
    fn wake(tick: Tick) -> Answer {
        match tick.key.as_str() {
            modbus::POLL => modbus::poll(&tick),
            _ => cabinet::wake(&tick),
        }
    }
}

#[cfg(test)]
mod tests;

//! A plugin that never returns. The demo gives it a department of its own and
//! measures what it costs the others.

use tocsin_sdk::{Answer, Decoder, Message};

/// The plugin.
#[derive(Debug)]
pub struct Hostile;

impl Decoder for Hostile {
    fn decode(message: Message) -> Answer {
        let mut turns = u64::from(message.payload.first().copied().unwrap_or(1));
        loop {
            // Work that the compiler may not leave out.
            turns = std::hint::black_box(turns.wrapping_mul(31).wrapping_add(7));
        }
    }
}

tocsin_sdk::export!(Hostile: decoder);

//! Reading what a call was given.

use crate::json::sound;
use crate::{Event, Message, Piece, PieceKind, Registration, Rejection};
use serde::de::DeserializeOwned;

impl Message {
    /// The payload as JSON of the shape `T`; else the refusal to answer.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Rejection> {
        Ok(match std::str::from_utf8(&self.payload) {
            Ok(text) => serde_json::from_str(&sound(text))?,
            // Its words name the place.
            Err(_) => serde_json::from_slice(&self.payload)?,
        })
    }

    /// The payload as UTF-8 text; else the refusal to answer.
    pub fn text(&self) -> Result<&str, Rejection> {
        std::str::from_utf8(&self.payload)
            .map_err(|error| Rejection::malformed(format!("not UTF-8 text: {error}")))
    }
}

impl Event {
    /// The event's data in the shape `T`; else the refusal to answer.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Rejection> {
        Ok(serde_json::from_str(&self.data)?)
    }
}

impl Registration {
    /// The device's settings in the shape `T`; the default where they are
    /// absent, `None` where they do not fit.
    pub fn settings<T: DeserializeOwned + Default>(&self) -> Option<T> {
        match self.settings.is_empty() {
            true => Some(T::default()),
            false => serde_json::from_str(&self.settings).ok(),
        }
    }
}

impl Piece {
    /// Bytes that say nothing: kept and counted, never decoded.
    pub fn noise(length: u32) -> Piece {
        Piece { kind: PieceKind::Noise, length, device: String::new() }
    }

    /// One input. `device` empty: as the piece before on this connection.
    pub fn routine(length: u32, device: impl Into<String>) -> Piece {
        Piece { kind: PieceKind::Routine, length, device: device.into() }
    }

    /// One input that overtakes; only what stands alone may.
    pub fn red(length: u32, device: impl Into<String>) -> Piece {
        Piece { kind: PieceKind::Red, length, device: device.into() }
    }
}

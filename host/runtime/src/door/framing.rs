//! Cutting a buffer into frames by the door's plugin. Looks at bytes alone;
//! what the framer says is checked here before it is believed.

use super::{DoorSpec, LaneRule};
use crate::metrics::Metrics;
use crate::plugin::{Framer, Shelf};
use crate::subject::Lane;
use bytes::{Bytes, BytesMut};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tocsin_sandbox::PieceKind;

/// Bytes of one connection that wait for their end. Twice the largest frame of
/// any protocol so far; a framer that leaves more than this is stuck.
pub const BUFFER: usize = 64 << 10;

/// First bytes that are given up at the end of what came, to find frames behind a
/// header that promised more: a framer reads all that is left each time.
const GIVE_UPS: usize = 64;

/// Where the sandbox cannot say when a framer has its turn.
const LEAST_REST: Duration = Duration::from_millis(20);

#[derive(Debug, PartialEq, Eq)]
pub struct Cut {
    pub lane: Lane,
    pub noise: bool,
    /// Empty: as the cut before on this connection.
    pub device: String,
    pub payload: Bytes,
}

/// Shared by all connections of one door.
#[derive(Clone)]
pub struct Framing(Option<Arc<Mutex<Framer>>>);

/// Why what is left in the buffer was not looked at.
#[derive(Debug)]
pub enum Stuck {
    /// The framer failed on it: the connection closes.
    Failed,
    /// The framer rests, after it failed on others' bytes: these are as they were, and
    /// can be cut after this long.
    Resting(Duration),
}

impl Framing {
    pub fn of(spec: &DoorSpec, shelf: &Shelf, metrics: &Arc<Metrics>) -> Framing {
        if matches!(spec.lane, Some(LaneRule::Routine | LaneRule::Red)) {
            return Framing(None);
        }
        Framing(Framer::of(&spec.plugin, shelf, metrics).map(|framer| Arc::new(Mutex::new(framer))))
    }

    pub fn is_none(&self) -> bool {
        self.0.is_none()
    }

    /// Takes what is whole off the front of the buffer. Without a framer all
    /// that is there is one piece.
    pub fn cut(&self, buffer: &mut BytesMut) -> (Vec<Cut>, Result<(), Stuck>) {
        let mut cuts = Vec::new();
        if buffer.is_empty() {
            return (cuts, Ok(()));
        }
        let Some(framer) = &self.0 else {
            cuts.push(Cut {
                lane: Lane::Routine,
                noise: false,
                device: String::new(),
                payload: buffer.split().freeze(),
            });
            return (cuts, Ok(()));
        };
        // A framer that panicked is told its buffers from the start, as after a trap.
        let mut framer = framer.lock().unwrap_or_else(PoisonError::into_inner);
        let pieces = match framer.frame(buffer) {
            Ok(pieces) => pieces,
            Err(verdict) if verdict.kind.rests() => {
                return (cuts, Err(Stuck::Resting(framer.wait().max(LEAST_REST))));
            }
            Err(_) => {
                cuts.push(noise(buffer.split().freeze()));
                return (cuts, Err(Stuck::Failed));
            }
        };
        drop(framer);
        for piece in pieces {
            let length = piece.length as usize;
            if length == 0 || length > buffer.len() {
                cuts.push(noise(buffer.split().freeze()));
                return (cuts, Err(Stuck::Failed));
            }
            let payload = buffer.split_to(length).freeze();
            // Noise may name who speaks from here on: a table's header does.
            cuts.push(Cut {
                lane: if piece.kind == PieceKind::Red { Lane::Red } else { Lane::Routine },
                noise: piece.kind == PieceKind::Noise,
                device: piece.device,
                payload,
            });
        }
        if buffer.len() >= BUFFER {
            cuts.push(noise(buffer.split().freeze()));
        }
        (cuts, Ok(()))
    }

    /// Cuts what is whole already, a file or a body. Its end ends the last piece:
    /// what the framer would still wait for is a frame, and the decoder says what
    /// is wrong with it. A piece that names no device is the one's before. `Err`: the
    /// framer rests for so long.
    pub fn whole(&self, mut rest: Bytes) -> Result<Vec<Cut>, Duration> {
        let (mut cuts, mut buffer): (Vec<Cut>, _) = (Vec::new(), BytesMut::new());
        let mut device = String::new();
        while !rest.is_empty() {
            buffer.extend_from_slice(&rest.split_to(rest.len().min(BUFFER - buffer.len())));
            let (cut, stuck) = self.cut(&mut buffer);
            for mut cut in cut {
                match cut.device.is_empty() {
                    true => cut.device.clone_from(&device),
                    false => device.clone_from(&cut.device),
                }
                cuts.push(cut);
            }
            match stuck {
                Ok(()) => {}
                Err(Stuck::Resting(wait)) => return Err(wait),
                Err(Stuck::Failed) => {
                    while !rest.is_empty() {
                        cuts.push(noise(rest.split_to(rest.len().min(BUFFER))));
                    }
                }
            }
        }
        if !buffer.is_empty() {
            cuts.push(Cut { lane: Lane::Routine, noise: false, device, payload: buffer.freeze() });
        }
        Ok(cuts)
    }

    /// Nothing more comes. Frames that stand behind a header which promised more than
    /// there is are found; where none does, all that is left is one piece.
    pub fn finish(&self, buffer: &mut BytesMut) -> Vec<Cut> {
        let all = buffer.clone().freeze();
        let mut cuts: Vec<Cut> = Vec::new();
        for _ in 0..GIVE_UPS {
            if buffer.is_empty() {
                break;
            }
            let (more, stuck) = self.give_up_first(buffer);
            more.into_iter().for_each(|cut| join(&mut cuts, cut));
            if stuck.is_err() {
                break;
            }
        }
        let rest = buffer.split().freeze();
        if cuts.iter().any(|cut| !cut.noise) {
            if !rest.is_empty() {
                join(&mut cuts, noise(rest));
            }
            return cuts;
        }
        match all.is_empty() {
            true => Vec::new(),
            false => vec![Cut { lane: Lane::Routine, noise: false, device: String::new(), payload: all }],
        }
    }

    /// After a quiet while: the first byte is noise, the rest is offered again.
    pub fn give_up_first(&self, buffer: &mut BytesMut) -> (Vec<Cut>, Result<(), Stuck>) {
        if buffer.is_empty() {
            return (Vec::new(), Ok(()));
        }
        let first = noise(buffer.split_to(1).freeze());
        let (mut cuts, stuck) = self.cut(buffer);
        cuts.insert(0, first);
        (cuts, stuck)
    }
}

/// Noise beside noise is one piece.
fn join(cuts: &mut Vec<Cut>, cut: Cut) {
    match cuts.last_mut() {
        Some(last) if last.noise && cut.noise && cut.device.is_empty() => {
            last.payload = [&last.payload[..], &cut.payload[..]].concat().into();
        }
        _ => cuts.push(cut),
    }
}

fn noise(payload: Bytes) -> Cut {
    Cut { lane: Lane::Routine, noise: true, device: String::new(), payload }
}

//! A run: everything that arrived at a door while the last write was under
//! way, as one message of RAW. One fsync a run is what makes durability cheap.
//!
//! Layout, little-endian: `TRUN`, version, u32 count; for each frame flags,
//! received, route, then length-prefixed device, origin, first and payload;
//! SHA-256 over all that stands before it.

use crate::subject::FeedName;
use bytes::{Buf, BufMut, Bytes, BytesMut};
use sha2::{Digest, Sha256};
use tocsin_core::frame::{FRAMES_PER_RUN, FrameId};
use tocsin_core::time::Timestamp;

/// A run is closed at this size: large enough that an fsync is shared by
/// hundreds of frames, small enough that red waits for at most a millisecond.
pub const RUN_BYTES: usize = 256 << 10;

/// Largest payload of one frame; what is larger is refused at the door.
pub const FRAME_BYTES: usize = 128 << 10;

const MAGIC: &[u8; 4] = b"TRUN";
const VERSION: u8 = 1;
const DIGEST: usize = 32;
const NOISE: u8 = 1;
const FIRST: u8 = 2;

/// One input as the door had it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frame {
    /// Skipped by the framer: kept and counted, never decoded.
    pub noise: bool,
    pub received: Timestamp,
    /// The way back, valid in the host that took the frame: connection,
    /// request or peer address. Zero: none.
    pub route: u64,
    pub device: String,
    pub origin: String,
    /// Set where this frame repeats a dead letter's bytes.
    pub first: Option<FrameId>,
    pub payload: Bytes,
}

impl Frame {
    /// Bytes that the frame takes in a run (upper bound).
    pub fn size(&self) -> usize {
        let first = self.first.as_ref().map_or(0, |id| id.department.len() + 40);
        32 + self.device.len() + self.origin.len() + first + self.payload.len()
    }
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum RunError {
    #[error("not a run, or of a newer version")]
    Foreign,
    #[error("the run ends too early")]
    Truncated,
    #[error("the digest does not match: the run was damaged after it was written")]
    Damaged,
    #[error("text that is not UTF-8")]
    Text,
}

pub fn encode(frames: &[Frame]) -> Bytes {
    debug_assert!((frames.len() as u64) < FRAMES_PER_RUN);
    let mut out = BytesMut::with_capacity(64 + frames.iter().map(Frame::size).sum::<usize>());
    out.put_slice(MAGIC);
    out.put_u8(VERSION);
    out.put_u32_le(frames.len() as u32);
    for frame in frames {
        let noise = if frame.noise { NOISE } else { 0 };
        out.put_u8(noise | if frame.first.is_some() { FIRST } else { 0 });
        out.put_i64_le(frame.received.0);
        out.put_u64_le(frame.route);
        put_text(&mut out, &frame.device);
        put_text(&mut out, &frame.origin);
        if let Some(first) = &frame.first {
            put_text(&mut out, &first.to_string());
        }
        out.put_u32_le(frame.payload.len() as u32);
        out.put_slice(&frame.payload);
    }
    let digest = Sha256::digest(&out);
    out.put_slice(&digest);
    out.freeze()
}

/// Text longer than 64 KiB is cut: doors bound device and origin far below.
fn put_text(out: &mut BytesMut, text: &str) {
    let mut end = text.len().min(usize::from(u16::MAX));
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    out.put_u16_le(end as u16);
    out.put_slice(&text.as_bytes()[..end]);
}

pub fn decode(run: &Bytes) -> Result<Vec<Frame>, RunError> {
    if run.len() < MAGIC.len() + 5 + DIGEST || &run[..4] != MAGIC || run[4] != VERSION {
        return Err(RunError::Foreign);
    }
    let (body, digest) = run.split_at(run.len() - DIGEST);
    if Sha256::digest(body).as_slice() != digest {
        return Err(RunError::Damaged);
    }
    let mut rest = run.slice(5..run.len() - DIGEST);
    let count = rest.get_u32_le();
    let mut frames = Vec::with_capacity((count as usize).min(FRAMES_PER_RUN as usize));
    for _ in 0..count {
        need(&rest, 17)?;
        let flags = rest.get_u8();
        let received = Timestamp(rest.get_i64_le());
        let route = rest.get_u64_le();
        let device = get_text(&mut rest)?;
        let origin = get_text(&mut rest)?;
        let first = if flags & FIRST == 0 { None } else { get_text(&mut rest)?.parse().ok() };
        need(&rest, 4)?;
        let length = rest.get_u32_le() as usize;
        need(&rest, length)?;
        let payload = rest.split_to(length);
        frames.push(Frame { noise: flags & NOISE != 0, received, route, device, origin, first, payload });
    }
    Ok(frames)
}

fn need(rest: &Bytes, bytes: usize) -> Result<(), RunError> {
    if rest.remaining() < bytes { Err(RunError::Truncated) } else { Ok(()) }
}

fn get_text(rest: &mut Bytes) -> Result<String, RunError> {
    need(rest, 2)?;
    let length = usize::from(rest.get_u16_le());
    need(rest, length)?;
    let text = rest.split_to(length);
    String::from_utf8(text.to_vec()).map_err(|_| RunError::Text)
}

/// Where frame `index` of the run at `sequence` stands in its department's log.
pub fn frame_id(name: &FeedName, sequence: u64, index: u32) -> FrameId {
    FrameId { department: name.department.clone(), run: sequence, index }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(payload: &'static [u8]) -> Frame {
        Frame {
            received: Timestamp(1_783_800_000_000),
            route: 7,
            device: "000000000379".into(),
            origin: "127.0.0.1:5".into(),
            payload: Bytes::from_static(payload),
            ..Frame::default()
        }
    }

    #[test]
    fn what_goes_in_comes_out() {
        let replay = Frame { first: "fire/12/3".parse().ok(), ..frame(b"again") };
        let noise = Frame { noise: true, device: String::new(), ..frame(b"\xff\x00") };
        for frames in [vec![], vec![frame(b"")], vec![frame(b"@@..##"), replay, noise]] {
            assert_eq!(decode(&encode(&frames)), Ok(frames));
        }
    }

    #[test]
    fn every_flipped_bit_and_every_cut_is_noticed() {
        let good = encode(&[frame(b"@@ some bytes ##"), frame(b"more")]);
        for at in 0..good.len() {
            let mut bad = good.to_vec();
            bad[at] ^= 1;
            assert!(decode(&Bytes::from(bad)).is_err(), "flip at {at}");
            assert!(decode(&good.slice(..at)).is_err(), "cut at {at}");
        }
    }
}

//! 多媒体数据上传 0801: media id 4, type 1, format 1, event 1, channel 1, position 28,
//! then the picture or sound, which nobody here reads: the frames keep it.
//!
//! The answer to all of it is 8800 with the id, and nothing behind the id; with a
//! count and numbers of packets behind it, it asks for those. Single packets on the
//! way are confirmed by 8001, which the terminals wait for.

use super::frame::{Ended, Frame, Packet};
use serde::{Deserialize, Serialize};
use tocsin_sdk::field::path_step;
use tocsin_sdk::json::Object;
use tocsin_sdk::text::hex;
use tocsin_sdk::{Outcome, Signal, Timestamp, memory};

pub const MESSAGE: u16 = 0x0801;
const ANSWER: u16 = 0x8800;
/// Of a part that nobody reads, as a signal carries it.
const SHOWN_BYTES: usize = 512;
/// Room key of the upload that was told last.
const TOLD: &str = "media";
/// Until then a packet that comes again is a retry of that upload.
const RETRY_MS: i64 = 600_000;

/// One upload, whole.
pub struct Media {
    /// Its first bytes: all that a single packet holds, else the id.
    pub front: Vec<u8>,
    pub bytes: usize,
    pub packets: u16,
}

#[derive(Deserialize, Serialize)]
struct Told {
    first: u16,
    total: u16,
    id: u32,
    at: Timestamp,
}

/// Says once that it came, and answers by its id.
pub fn tell(media: &Media, frame: &Frame, serial: u16) -> Outcome {
    let terminal = frame.terminal();
    let id = id(&media.front);
    let mut data = Object::new().number("bytes", media.bytes as i64).number("packets", media.packets);
    if let Some(id) = id {
        data = data.number("media", id);
    }
    if media.front.len() == media.bytes {
        data = data.text("hex", &hex(&media.front[..media.front.len().min(SHOWN_BYTES)]));
    }
    let signal = Signal::status("vehicle.media")
        .device(path_step(&terminal))
        .title(format!("{terminal} 多媒体"))
        .data(data.finish());
    match id {
        Some(id) => Outcome::from(signal).reply(answer(frame, id, serial)),
        None => Outcome::from(signal)
            .defect("多媒体数据没有 ID (the media has no id)")
            .reply(frame.acknowledge(Ended::Done, serial)),
    }
}

/// 多媒体数据上传应答 8800: all of it came.
pub fn answer(frame: &Frame, id: u32, serial: u16) -> Vec<u8> {
    frame.answer(ANSWER, serial, &id.to_be_bytes())
}

/// 8800 with what is missing, at most 125 packets.
pub fn ask(frame: &Frame, id: u32, missing: &[u16], serial: u16) -> Vec<u8> {
    let mut body = id.to_be_bytes().to_vec();
    body.push(missing.len() as u8);
    missing.iter().for_each(|number| body.extend_from_slice(&number.to_be_bytes()));
    frame.answer(ANSWER, serial, &body)
}

pub fn id(front: &[u8]) -> Option<u32> {
    front.first_chunk().map(|id| u32::from_be_bytes(*id))
}

/// The id of the upload that this packet repeats: the answer to it was lost.
pub fn repeated(frame: &Frame, packet: Packet, received: Timestamp) -> Option<u32> {
    let told: Told = memory::load(TOLD)?;
    if (told.first, told.total) != (frame.first(packet), packet.total) {
        return None;
    }
    let is_another = packet.number == 1 && id(&frame.body) != Some(told.id);
    if is_another || received - told.at >= RETRY_MS {
        memory::forget(TOLD);
        return None;
    }
    Some(told.id)
}

pub fn remember(frame: &Frame, packet: Packet, id: u32, received: Timestamp) {
    memory::save(TOLD, &Told { first: frame.first(packet), total: packet.total, id, at: received });
}

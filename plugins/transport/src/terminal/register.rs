//! 终端注册: the terminal says what it is and gets the code by which it is known.

use super::frame::Frame;
use super::session;
use encoding_rs::GBK;
use serde_json::json;
use tocsin_sdk::field::path_step;
use tocsin_sdk::{Outcome, Rejection, Signal};

/// Lengths of maker, model and id: 2011, 2013, 2019.
const LENGTHS: [[usize; 3]; 3] = [[5, 8, 7], [5, 20, 7], [11, 30, 30]];

/// Province 2, county 2, maker, model, id, colour of the plate 1, plate (GBK).
pub fn tell(body: &[u8], frame: &Frame, serial: u16) -> Result<Outcome, Rejection> {
    let shortest = |lengths: &[usize; 3]| 5 + lengths.iter().sum::<usize>();
    let lengths = match frame.version {
        Some(_) => &LENGTHS[2],
        None if body.len() >= shortest(&LENGTHS[1]) => &LENGTHS[1],
        None => &LENGTHS[0],
    };
    let least = shortest(lengths);
    if body.len() < least {
        let reason =
            format!("注册消息只有 {} 字节,至少 {least} (a registration of {} bytes)", body.len(), body.len());
        return Err(Rejection::malformed(reason));
    }
    let half = |at: usize| u16::from_be_bytes([body[at], body[at + 1]]);
    let (mut at, mut parts) = (4, Vec::with_capacity(3));
    for length in lengths {
        parts.push(text(&body[at..at + length]));
        at += length;
    }
    let (colour, plate) = (body[at], text(&body[at + 1..]));
    let terminal = frame.terminal();
    let name = if plate.is_empty() { format!("车载终端 {terminal}") } else { plate.clone() };
    let data = json!({
        "province": half(0), "county": half(2), "maker": parts[0], "model": parts[1], "terminal": parts[2],
        "plate": plate, "plate_colour": colour,
    });
    let mut answer = frame.serial.to_be_bytes().to_vec();
    answer.push(0);
    answer.extend_from_slice(session::code(frame).as_bytes());
    Ok(Outcome::from(Signal::describes(path_step(&terminal)).title(name).data(data.to_string()))
        .reply(frame.answer(0x8100, serial, &answer)))
}

/// Padded with zeros or blanks.
fn text(bytes: &[u8]) -> String {
    let (text, _) = GBK.decode_without_bom_handling(bytes);
    text.trim_matches(|c: char| c.is_whitespace() || c.is_control()).to_owned()
}

//! Modbus TCP: meters that speak when they are asked.
//!
//! A poll of the door asks for every block of the device's register map; the
//! transaction id is the block's number, so that an answer needs no memory to be
//! understood, and one that nobody asked for shows.

pub mod map;
pub mod stream;

use crate::cabinet::{self, Cabinet};
use crate::settings::Device;
use map::{Block, Map};
use tocsin_sdk::{Answer, Message, Outcome, Rejection, Tick};

/// Key of the tick that a polling door sends.
pub const POLL: &str = "poll";

/// Transaction, protocol, length, unit, function.
const HEAD: usize = 8;
const EXCEPTION: u8 = 0x80;

/// Asks for all that the map names.
pub fn poll(tick: &Tick) -> Answer {
    let settings = Device::of(&tick.device);
    let map = map_of(&settings, &tick.device)?;
    cabinet::expect(&tick.device, &settings.limits(), tick.due);
    let asked = |outcome: Outcome, (number, block): (u16, Block<'_>)| {
        outcome.send_to(&*tick.device, request(number, &block))
    };
    Ok((1..).zip(map.blocks()).fold(Outcome::default(), asked))
}

fn map_of<'a>(settings: &'a Device, device: &str) -> Result<&'a Map, Rejection> {
    let missing = || {
        let reason = format!(
            "设备“{device}”未登记寄存器表 settings.modbus (no register map, or a door with several devices)"
        );
        Rejection::unsupported(reason)
    };
    settings.modbus.as_ref().ok_or_else(missing)
}

fn request(number: u16, block: &Block<'_>) -> Vec<u8> {
    let mut out = number.to_be_bytes().to_vec();
    out.extend([0, 0, 0, 6, block.unit, block.function]);
    out.extend(block.at.to_be_bytes());
    out.extend(block.count.to_be_bytes());
    out
}

/// One answer, cut by the framer.
pub fn answered(message: &Message) -> Answer {
    let bytes = &message.payload;
    let [high, low, 0, 0, _, _, unit, function, rest @ ..] = &bytes[..] else {
        return Err(Rejection::malformed(format!("{} bytes are no Modbus answer", bytes.len())));
    };
    let length = usize::from(u16::from_be_bytes([bytes[4], bytes[5]]));
    if length != bytes.len() - (HEAD - 2) {
        return Err(Rejection::malformed(format!(
            "Modbus length {length}, but {} bytes came",
            bytes.len() - (HEAD - 2)
        )));
    }
    let settings = Device::of(&message.device);
    let map = map_of(&settings, &message.device)?;
    let number = u16::from_be_bytes([*high, *low]);
    let block = usize::from(number).checked_sub(1).and_then(|index| map.blocks().into_iter().nth(index));
    let Some(block) = block.filter(|block| block.unit == *unit && block.function == function & !EXCEPTION)
    else {
        let reason =
            format!("Modbus transaction {number}, unit {unit}, function {function}: nothing that was asked");
        return Err(Rejection::malformed(reason));
    };
    let limits = settings.limits();
    let mut cabinet = Cabinet::open(&message.device, &message.device, limits, None, message.received);
    if function & EXCEPTION != 0 {
        let code = rest.first().copied().unwrap_or_default();
        let which = format!("单元 {unit} 功能 {} 地址 {} 起 {} 个", block.function, block.at, block.count);
        cabinet.outcome.defects.push(format!("{which}: 异常码 {code} {}", exception(code)));
        return Ok(cabinet.close());
    }
    let words = match rest.split_first() {
        Some((count, words))
            if usize::from(*count) == words.len() && words.len() == usize::from(block.count) * 2 =>
        {
            words
        }
        _ => {
            let reason =
                format!("Modbus transaction {number}: {} bytes for {} registers", rest.len(), block.count);
            return Err(Rejection::malformed(reason));
        }
    };
    for register in &block.registers {
        let start = usize::from(register.at - block.at) * 2;
        let Some(value) = words.get(start..).and_then(|words| register.value(words)) else {
            cabinet.outcome.defects.push(format!("寄存器 {} 无数值 (no number)", register.at));
            continue;
        };
        match register.fault(value) {
            Some(fault) => cabinet.outcome.defects.push(format!("寄存器 {}: {fault}", register.at)),
            None => cabinet.number(
                &register.part,
                &register.code,
                register.name(),
                register.unit(),
                register.sign(),
                value,
            ),
        }
    }
    Ok(cabinet.close())
}

fn exception(code: u8) -> &'static str {
    match code {
        1 => "非法功能 (illegal function)",
        2 => "非法地址 (illegal data address)",
        3 => "非法数值 (illegal data value)",
        4 => "从站故障 (server device failure)",
        5 => "已接受, 处理中 (acknowledge)",
        6 => "从站忙 (server device busy)",
        8 => "存储奇偶差错 (memory parity error)",
        10 => "网关路径不可用 (gateway path unavailable)",
        11 => "网关目标无响应 (gateway target did not respond)",
        _ => "(unknown exception)",
    }
}

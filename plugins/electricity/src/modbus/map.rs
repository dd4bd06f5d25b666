//! Which registers of a meter mean what: data of the city file, because every vendor
//! has other ones.
//!
//! ```toml
//! settings = { modbus = { unit = 1, function = 3, registers = [
//!   { at = 0, code = "current.residual", scale = 0.1, part = "circuit-9" },
//!   { at = 10, code = "voltage", type = "f32", part = "a" } ] } }
//! ```

use crate::quantity::{self, Quantity};
use serde::Deserialize;

/// Registers of one answer: 250 bytes (Modbus application protocol 1.1b3, 6.3).
const BLOCK_MAX: u16 = 125;
/// Unasked registers between two that are read along rather than by another request.
const GAP_MAX: u16 = 16;
/// Of one device: what one poll may send.
const BLOCKS_MAX: usize = 32;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Map {
    #[serde(default = "one")]
    unit: u8,
    /// 3 holding registers, 4 input registers.
    #[serde(default = "holding")]
    function: u8,
    registers: Vec<Register>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Register {
    /// As it stands on the wire, from 0.
    pub at: u16,
    pub code: String,
    #[serde(rename = "type", default)]
    form: Form,
    /// The low word comes first.
    #[serde(default)]
    swapped: bool,
    #[serde(default = "unscaled")]
    scale: f64,
    #[serde(default)]
    offset: f64,
    /// The circuit or phase; empty: the meter itself.
    #[serde(default)]
    pub part: String,
    name: Option<String>,
    /// UCUM, of a quantity that is not known here.
    unit: Option<String>,
    /// What it can lie between, instead of the quantity's own.
    least: Option<f64>,
    most: Option<f64>,
    /// Behind a gateway: another unit, or another function, than the map's.
    unit_id: Option<u8>,
    function: Option<u8>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Form {
    #[default]
    U16,
    I16,
    U32,
    I32,
    F32,
}

/// Registers that one request asks for.
#[derive(Debug)]
pub struct Block<'a> {
    pub unit: u8,
    pub function: u8,
    pub at: u16,
    pub count: u16,
    pub registers: Vec<&'a Register>,
}

impl Map {
    /// In an order of its own, whatever the file's: the number of a block names it.
    pub fn blocks(&self) -> Vec<Block<'_>> {
        let key = |register: &Register| {
            (register.unit_id.unwrap_or(self.unit), register.function.unwrap_or(self.function), register.at)
        };
        let mut registers: Vec<&Register> = self.registers.iter().collect();
        registers.sort_by_key(|register| key(register));
        let mut blocks: Vec<Block<'_>> = Vec::new();
        for register in registers {
            let (unit, function, at) = key(register);
            let end = at.saturating_add(register.form.words());
            match blocks.last_mut() {
                Some(block)
                    if (block.unit, block.function) == (unit, function)
                        && at <= block.at.saturating_add(block.count).saturating_add(GAP_MAX)
                        && end - block.at <= BLOCK_MAX =>
                {
                    block.count = block.count.max(end - block.at);
                    block.registers.push(register);
                }
                _ => blocks.push(Block { unit, function, at, count: end - at, registers: vec![register] }),
            }
        }
        blocks.truncate(BLOCKS_MAX);
        blocks
    }
}

impl Form {
    fn words(self) -> u16 {
        match self {
            Form::U16 | Form::I16 => 1,
            Form::U32 | Form::I32 | Form::F32 => 2,
        }
    }
}

impl Register {
    fn quantity(&self) -> Option<&'static Quantity> {
        quantity::find(&self.code)
    }

    pub fn name(&self) -> &str {
        let known = self.quantity().map_or(&*self.code, |quantity| quantity.name);
        self.name.as_deref().unwrap_or(known)
    }

    pub fn unit(&self) -> &str {
        let known = self.quantity().map_or("1", |quantity| quantity.unit);
        self.unit.as_deref().unwrap_or(known)
    }

    pub fn sign(&self) -> &str {
        self.quantity().map_or(self.unit(), |quantity| quantity.sign)
    }

    /// The number at the front of the words; `None` where they are cut off or none.
    pub fn value(&self, words: &[u8]) -> Option<f64> {
        let raw = match self.form {
            Form::U16 => f64::from(u16::from_be_bytes(*words.first_chunk()?)),
            Form::I16 => f64::from(i16::from_be_bytes(*words.first_chunk()?)),
            form => {
                let [a, b, c, d] = *words.first_chunk::<4>()?;
                let bytes = if self.swapped { [c, d, a, b] } else { [a, b, c, d] };
                match form {
                    Form::U32 => f64::from(u32::from_be_bytes(bytes)),
                    Form::I32 => f64::from(i32::from_be_bytes(bytes)),
                    _ => f64::from(f32::from_be_bytes(bytes)),
                }
            }
        };
        // A tenth of 3521 is 352.1, not 352.1 and a billionth.
        let value = ((raw * self.scale + self.offset) * 1e6).round() / 1e6;
        value.is_finite().then_some(value)
    }

    /// Why the number cannot be one of this register.
    pub fn fault(&self, value: f64) -> Option<String> {
        match (self.least, self.most, self.quantity()) {
            (None, None, Some(quantity)) => quantity.fault(value),
            (least, most, _) => {
                let (least, most) = (least.unwrap_or(f64::MIN), most.unwrap_or(f64::MAX));
                let name = self.name();
                (value < least || value > most).then(|| {
                    format!("{name} {value} 不在 {least} 到 {most} 之间, 疑为单位有误 (out of range)")
                })
            }
        }
    }
}

fn one() -> u8 {
    1
}

fn holding() -> u8 {
    3
}

fn unscaled() -> f64 {
    1.0
}

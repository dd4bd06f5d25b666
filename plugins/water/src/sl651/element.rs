//! 要素: what an identifier measures. One that is in no table is read by its
//! definition and told under its own number.

mod table;

use crate::bcd;
use std::fmt;
use table::TABLE;

/// 时间步长码: how far the values of a report lie apart.
pub const STEP: u16 = 0x04;
/// 遥测站状态及报警信息.
pub const STATE: u16 = 0x45;

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Element {
    /// `FFxx` where it takes two bytes.
    pub id: u16,
    /// What it is called in text.
    symbol: &'static str,
    /// Empty: `sl651.` and its number.
    word: &'static str,
    pub name: &'static str,
    /// UCUM.
    pub unit: &'static str,
    /// As people write it.
    pub sign: &'static str,
}

/// How the values of five minutes in one hour are packed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Series {
    pub bytes: usize,
    pub per: f64,
}

impl Element {
    pub fn code(&self) -> String {
        match self.word {
            "" => format!("sl651.{:02x}", self.id),
            word => word.to_owned(),
        }
    }

    pub fn series(&self) -> Option<Series> {
        match self.id {
            0xF4 => Some(Series { bytes: 1, per: 10.0 }),
            0xF5..=0xFC => Some(Series { bytes: 2, per: 100.0 }),
            _ => None,
        }
    }

    /// No number in decimal, whatever the coding.
    pub fn is_packed(&self) -> bool {
        self.id == STATE || self.series().is_some()
    }
}

/// `瞬时水位 (39H)`
impl fmt::Display for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({:02X}H)", self.name, self.id)
    }
}

pub fn of(id: u16) -> Element {
    let unlisted = Element { id, symbol: "", word: "", name: "未列要素", unit: "1", sign: "" };
    TABLE.binary_search_by_key(&id, |element| element.id).map_or(unlisted, |place| TABLE[place])
}

/// The element by its letters.
pub fn by_symbol(symbol: &str) -> Option<Element> {
    TABLE.iter().find(|element| element.symbol == symbol).copied()
}

/// BCD with decimals; a leading `FF` is a minus. `None`: invalid digits (`AA…`
/// and `FF…` stand for "no value").
pub fn value(data: &[u8], decimals: u32) -> Option<f64> {
    let (negative, digits) = match data {
        [0xFF, rest @ ..] if !rest.is_empty() => (true, rest),
        all => (false, all),
    };
    if digits.is_empty() {
        return None;
    }
    let number = bcd::number(digits)? as f64 / f64::from(10_u32.pow(decimals));
    Some(if negative { -number } else { number })
}

/// Between the groups of a uniform report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// 1-hour series follow (table C.1, note g).
    Hours,
    Ms(i64),
}

impl Step {
    /// Days, hours, minutes in BCD.
    pub fn of(data: &[u8]) -> Option<Step> {
        let &[days, hours, minutes] = data else { return None };
        let part = |byte| bcd::number(&[byte]);
        Some(Step::every(part(days)? * 1_440 + part(hours)? * 60 + part(minutes)?))
    }

    /// `DRD01`, `DRH06`, `DRN05`.
    pub fn by_symbol(symbol: &str) -> Option<Step> {
        let &[b'D', b'R', unit, ref digits @ ..] = symbol.as_bytes() else { return None };
        let minutes = match unit {
            b'D' => 1_440,
            b'H' => 60,
            b'N' => 1,
            _ => return None,
        };
        let &[tens @ b'0'..=b'9', ones @ b'0'..=b'9'] = digits else { return None };
        Some(Step::every(i64::from(tens - b'0') * 10 * minutes + i64::from(ones - b'0') * minutes))
    }

    fn every(minutes: i64) -> Step {
        if minutes == 0 { Step::Hours } else { Step::Ms(minutes * 60_000) }
    }

    /// Whether groups of this element may follow in HEX.
    pub fn leads(self, element: &Element) -> bool {
        self != Step::Hours || element.series().is_some()
    }

    pub fn ms(self) -> i64 {
        match self {
            Step::Hours => 3_600_000,
            Step::Ms(ms) => ms,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_element_has_one_row() {
        assert!(TABLE.is_sorted_by_key(|element| element.id));
        for element in TABLE {
            assert_eq!(of(element.id), *element);
            assert_eq!(by_symbol(element.symbol), Some(*element), "{}", element.symbol);
        }
    }
}

//! GB/T 38565-2020: seven digits in four layers, 1 + 2 + 2 + 2.

use std::fmt;
use std::str::FromStr;

/// 物资分类代码. The first digit is 1 (基本生活保障物资), 2 (应急装备及配套物资)
/// or 3 (工程材料与机械加工设备); 99 is "other" in any layer, 00 none below.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Code([u8; 7]);

/// Why a text is no code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    #[error("须为 7 位数字 (seven digits)")]
    Digits,
    #[error("第一位须为 1、2 或 3 (the first digit is 1, 2 or 3)")]
    Class,
    #[error("00 之后不能再有下级 (nothing stands below a layer that is 00)")]
    Layer,
}

impl Code {
    /// Class, and the layers below it.
    pub fn layers(self) -> [u8; 4] {
        let pair = |at: usize| (self.0[at] - b'0') * 10 + (self.0[at + 1] - b'0');
        [self.0[0] - b'0', pair(1), pair(3), pair(5)]
    }

    /// Name of its class.
    pub fn class(self) -> &'static str {
        match self.layers()[0] {
            1 => "基本生活保障物资",
            2 => "应急装备及配套物资",
            _ => "工程材料与机械加工设备",
        }
    }
}

impl FromStr for Code {
    type Err = CodeError;

    fn from_str(text: &str) -> Result<Code, CodeError> {
        let digits: [u8; 7] = text.as_bytes().try_into().map_err(|_| CodeError::Digits)?;
        if !digits.iter().all(u8::is_ascii_digit) {
            return Err(CodeError::Digits);
        }
        if !matches!(digits[0], b'1'..=b'3') {
            return Err(CodeError::Class);
        }
        let code = Code(digits);
        let [_, second, third, fourth] = code.layers();
        let is_hollow = (second == 0 && (third, fourth) != (0, 0)) || (third == 0 && fourth != 0);
        if is_hollow { Err(CodeError::Layer) } else { Ok(code) }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|digit| write!(f, "{}", char::from(*digit)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: Result<[u8; 4], CodeError>) {
        assert_eq!(text.parse::<Code>().map(Code::layers), expect, "{text}");
        if let Ok(code) = text.parse::<Code>() {
            assert_eq!(code.to_string(), text);
        }
    }

    #[test]
    fn codes_have_four_layers() {
        check("1010203", Ok([1, 1, 2, 3]));
        check("2990000", Ok([2, 99, 0, 0]));
        check("3019999", Ok([3, 1, 99, 99]));
        check("1000000", Ok([1, 0, 0, 0]));
        check("4010203", Err(CodeError::Class));
        check("0010203", Err(CodeError::Class));
        check("1000003", Err(CodeError::Layer));
        check("1000100", Err(CodeError::Layer));
        check("101020", Err(CodeError::Digits));
        check("1010203000000", Err(CodeError::Digits));
        check("10102o3", Err(CodeError::Digits));
        check("１０１０２０３", Err(CodeError::Digits));
        check("", Err(CodeError::Digits));
    }
}

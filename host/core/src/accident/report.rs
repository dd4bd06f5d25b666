//! 初报, 续报一, 续报二 … 终报: one numbered report with the facts as they stood.

use crate::city::accident::Means;
use crate::time::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Filing {
    /// From 1, over all reports of the accident.
    pub number: u32,
    /// `初报`, `续报一`, `终报`; what comes after the final report is `补报一`.
    pub name: String,
    pub at: Timestamp,
    pub by: String,
    pub text: String,
    /// Why a number became smaller.
    pub reason: String,
    pub means: Means,
    /// Level that it went to.
    pub to: String,
    pub to_name: String,
    pub deaths: u32,
    pub injuries: u32,
    pub loss: u64,
    pub grade: String,
    /// Level that the grade is to be reported to.
    pub target: String,
    #[serde(rename = "final")]
    pub is_final: bool,
}

/// `初报` for 1, `续报一` for 2; `final_number` is that of the final report, where one was filed.
pub fn numbered(number: u32, final_number: Option<u32>) -> String {
    match (number, final_number) {
        (1, _) => "初报".to_owned(),
        (number, Some(last)) if number == last => "终报".to_owned(),
        (number, Some(last)) if number > last => format!("补报{}", numeral(number - last)),
        (number, _) => format!("续报{}", numeral(number - 1)),
    }
}

/// Chinese numerals up to 99; beyond, digits are easier to read.
fn numeral(number: u32) -> String {
    const DIGITS: [&str; 10] = ["", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
    let (tens, ones) = ((number / 10) as usize, DIGITS[(number % 10) as usize]);
    match tens {
        0 if number > 0 => ones.to_owned(),
        1 => format!("十{ones}"),
        2..=9 => format!("{}十{ones}", DIGITS[tens]),
        _ => number.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_are_numbered() {
        let check = |number, last, expect: &str| assert_eq!(numbered(number, last), expect);
        check(1, None, "初报");
        check(2, None, "续报一");
        check(3, None, "续报二");
        check(11, None, "续报十");
        check(12, None, "续报十一");
        check(21, None, "续报二十");
        check(100, None, "续报九十九");
        check(101, None, "续报100");
        check(u32::MAX, None, "续报4294967294");
        check(4, Some(4), "终报");
        check(5, Some(4), "补报一");
        check(3, Some(4), "续报二");
    }
}

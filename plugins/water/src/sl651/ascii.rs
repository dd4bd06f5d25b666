//! A body in words: `ST 0033078101 H TT 2607121430 Z 12.345 PJ 0.5 VT 12.10` (6.6.2).

use super::element::{self, Element, Step};
use super::report::Report;
use crate::bcd;
use tocsin_sdk::Timestamp;

/// Of a word in a defect.
const SHOWN_CHARS: usize = 40;

/// Text not read yet.
#[derive(Clone, Copy)]
struct Words<'a>(&'a [u8]);

impl<'a> Iterator for Words<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let text = self.0.trim_ascii_start();
        let end = text.iter().position(u8::is_ascii_whitespace).unwrap_or(text.len());
        let (word, rest) = text.split_at(end);
        self.0 = rest;
        // What is no text is no word of the standard either.
        (!word.is_empty()).then(|| std::str::from_utf8(word).unwrap_or("\u{FFFD}"))
    }
}

impl<'a> Words<'a> {
    fn peek(mut self) -> Option<&'a str> {
        self.next()
    }

    fn next_if(&mut self, is: impl Fn(&str) -> bool) -> Option<&'a str> {
        let word = self.peek().filter(|word| is(word))?;
        self.next();
        Some(word)
    }
}

struct Body<'a> {
    report: &'a mut Report,
    words: Words<'a>,
    observed: Option<Timestamp>,
}

pub fn read(report: &mut Report, text: &[u8]) {
    let mut body = Body { report, words: Words(text), observed: None };
    while let Some(word) = body.words.next() {
        match word {
            "ST" => body.station(),
            "TT" => body.time(),
            // Of these all the rest is data as it was written.
            "RGZS" => return body.report.manual(body.words.0),
            "PIC" | "DATA" => return body.report.unread(word, body.words.0.len()),
            symbol => match Step::by_symbol(symbol) {
                Some(step) => body.uniform(symbol, step),
                None => body.element(symbol),
            },
        }
    }
}

impl Body<'_> {
    fn station(&mut self) {
        let is_address =
            |word: &str| matches!(word.len(), 8 | 10) && word.bytes().all(|byte| byte.is_ascii_hexdigit());
        let Some(address) = self.words.next_if(is_address) else {
            return self.report.defect("ST 之后缺遥测站地址 (no address behind ST)".to_owned());
        };
        // A letter is the class (table A.1), unless it is an element with its value.
        let mut ahead = self.words;
        let letter = ahead.next().filter(|word| matches!(word.as_bytes(), [b'A'..=b'Z']));
        let class = letter.filter(|_| !ahead.peek().is_some_and(is_datum));
        if class.is_some() {
            self.words = ahead;
        }
        let class = class.and_then(|class| class.bytes().next());
        // Some leave out the zeros in front.
        self.report.station(format!("{address:0>10}").to_ascii_uppercase(), class);
    }

    fn time(&mut self) {
        let value = self.words.next().unwrap_or_default();
        let digits = Some(value).filter(|value| matches!(value.len(), 10 | 12));
        self.observed = digits.and_then(|digits| bcd::time(&bcd::bytes(digits.as_bytes())?));
        if self.observed.is_none() {
            self.report.defect(format!("观测时间 TT {} 无效 (no such time)", shown(value)));
        }
    }

    fn element(&mut self, symbol: &str) {
        let is_value = |word: &str| !is_mark(word) && element::by_symbol(word).is_none();
        match (element::by_symbol(symbol), self.words.next_if(is_value)) {
            (element, None) => self.report.without_value(
                element.map_or(0, |element| element.id),
                format!("要素 {} 缺值 (no value behind it)", shown(symbol)),
            ),
            (Some(element), Some(word)) => self.datum(element, word, self.observed),
            (None, Some(word)) => self.report.defect(format!(
                "要素 {} {} 未列 (an element that is not known)",
                shown(symbol),
                shown(word)
            )),
        }
    }

    /// Elements, and then their values side by side, a group for each step (6.6.4.4).
    fn uniform(&mut self, symbol: &str, step: Step) {
        let mut columns = Vec::new();
        while let Some(word) = self.words.next_if(|word| !is_mark(word) && !is_datum(word)) {
            let element = element::by_symbol(word);
            if element.is_none() {
                self.report.defect(format!("要素 {} 未列 (an element that is not known)", shown(word)));
            }
            columns.push(element);
        }
        let mut place = 0;
        while let Some(column) = columns.get(place % columns.len().max(1))
            && let Some(word) = self.words.next_if(is_datum)
        {
            let group = (place / columns.len()) as i64;
            place += 1;
            let Some(element) = column.filter(|_| word != MISSING) else { continue };
            let step = if element.series().is_some() { Step::Hours } else { step };
            self.datum(element, word, self.observed.map(|at| at + group * step.ms()));
        }
        if place == 0 || !place.is_multiple_of(columns.len()) {
            self.report.defect(format!(
                "{symbol} 之后 {} 个要素 {place} 个数据, 不成组 (values and elements disagree)",
                columns.len()
            ));
        }
    }

    fn datum(&mut self, element: Element, word: &str, observed: Option<Timestamp>) {
        let bytes = || bcd::bytes(word.as_bytes());
        if let Some(series) = element.series()
            && let Some(data) = bytes()
        {
            self.report.series(element, series, &data, observed);
        } else if element.id == element::STATE
            && let Some(data) = bytes()
        {
            self.report.state(element, &data, observed);
        } else if !element.is_packed()
            && let Some(value) = number(word)
        {
            self.report.value(element, value, observed);
        } else {
            let what = format!("{element} 无有效值 {} (no value)", shown(word));
            self.report.without_value(element.id, what);
        }
    }
}

/// In place of a value of a uniform report.
const MISSING: &str = "M";

/// Groups that no element begins.
fn is_mark(word: &str) -> bool {
    matches!(word, "ST" | "TT" | "RGZS" | "PIC" | "DATA") || Step::by_symbol(word).is_some()
}

/// A number, a series in hex, or the lack of either.
fn is_datum(word: &str) -> bool {
    // The shorter series has twelve bytes.
    let is_series = word.len() >= 24 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    word == MISSING || is_series || number(word).is_some()
}

fn number(word: &str) -> Option<f64> {
    // `f64` would take `inf` and `1e9` as well.
    let is_decimal = word.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'+'));
    word.parse::<f64>().ok().filter(|value| is_decimal && value.is_finite())
}

fn shown(word: &str) -> String {
    word.chars().take(SHOWN_CHARS).collect()
}

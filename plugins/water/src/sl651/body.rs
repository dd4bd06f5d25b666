//! A body in HEX/BCD: groups of identifier, definition and data (6.6.3).

use super::element::{self, Element, Step};
use super::report::{FIVE_MINUTES, Report};
use crate::bcd;
use tocsin_sdk::Timestamp;

struct Body<'a> {
    report: &'a mut Report,
    text: &'a [u8],
    /// Where the next group begins.
    at: usize,
    observed: Option<Timestamp>,
    step: Option<Step>,
}

/// What stands in `text` from `at` on. What cannot be read is a defect; what stands
/// behind an unreadable length is lost with it.
pub fn read(report: &mut Report, text: &[u8], at: usize) {
    let mut body = Body { report, text, at, observed: None, step: None };
    while body.at < text.len() && body.group().is_some() {}
}

impl<'a> Body<'a> {
    /// One group; `None` where nothing behind it can be read.
    fn group(&mut self) -> Option<()> {
        let rest = &self.text[self.at..];
        match *rest {
            [0xF0, 0xF0, ..] => self.time(),
            [0xF1, 0xF1, ..] => self.station(),
            // Of these all the rest is data, without a length (table C.1, notes c, d, f).
            [0xF2, 0xF2, ref text @ ..] => {
                self.report.manual(text);
                None
            }
            [0xF3, 0xF3, ref data @ ..] => {
                self.report.unread("图片 F3F3", data.len());
                None
            }
            [0xFD, 0xF6, ref data @ ..] => {
                self.report.unread("批量流速 FDF6", data.len());
                None
            }
            _ => self.element(),
        }
    }

    /// The next bytes, if there are so many.
    fn take(&mut self, bytes: usize) -> Option<&'a [u8]> {
        let taken = self.text.get(self.at..self.at + bytes)?;
        self.at += bytes;
        Some(taken)
    }

    fn time(&mut self) -> Option<()> {
        let Some([_, _, time @ ..]) = self.take(7) else {
            return self.cut_off("F0F0 之后缺观测时间", "no time behind F0F0");
        };
        self.observed = bcd::time(time);
        if self.observed.is_none() {
            self.report.defect(format!("观测时间 {time:02X?} 无效 (no such time)"));
        }
        Some(())
    }

    fn station(&mut self) -> Option<()> {
        let Some([_, _, address @ ..]) = self.take(7) else {
            return self.cut_off("F1F1 之后缺遥测站地址", "no address behind F1F1");
        };
        let class = self.take(1).map(|class| class[0]);
        self.report.station(bcd::name(address), class);
        self.step = None;
        Some(())
    }

    fn element(&mut self) -> Option<()> {
        let rest = &self.text[self.at..];
        let (id, definition) = match *rest {
            // One byte more of identifier (table 26).
            [0xFF, extension, definition, ..] => (0xFF00 | u16::from(extension), definition),
            [id, definition, ..] if id != 0xFF => (u16::from(id), definition),
            _ => return self.cut_off(&format!("要素 {:02X}H 缺数据定义", rest[0]), "no definition"),
        };
        self.at += if id > 0xFF { 3 } else { 2 };
        let element = element::of(id);
        let (bytes, decimals) = (usize::from(definition >> 3), u32::from(definition & 7));
        match self.step {
            Some(step) if self.report.is_uniform() && step.leads(&element) => {
                self.uniform(element, bytes, decimals, step);
                return None;
            }
            _ => {}
        }
        let Some(data) = self.take(bytes) else {
            let left = self.text.len() - self.at;
            let what = format!("要素 {id:02X}H 应有 {bytes} 字节, 只剩 {left} 字节 (cut off)");
            self.report.without_value(element.id, what);
            return None;
        };
        if id == element::STEP {
            return self.step(data);
        }
        self.datum(element, data, decimals, self.observed);
        Some(())
    }

    fn step(&mut self, data: &[u8]) -> Option<()> {
        self.step = Step::of(data);
        if self.step.is_some() {
            return Some(());
        }
        self.report.defect(format!("时间步长码 {data:02X?} 无效 (no such step)"));
        if self.report.is_uniform() {
            // Of values that stand side by side nobody knows when they were.
            return self.cut_off("时间步长码之后不能解析", "nothing can be timed");
        }
        Some(())
    }

    /// One element and nothing but its groups, of equal length, to the end (6.6.4.4 b, d).
    fn uniform(&mut self, element: Element, bytes: usize, decimals: u32, step: Step) {
        let data = &self.text[self.at..];
        let groups = data.chunks_exact(bytes.max(1));
        let left = if bytes == 0 { data.len() } else { groups.remainder().len() };
        if left > 0 || data.is_empty() {
            let groups = data.len() - left;
            self.report.defect(format!(
                "{element} 每组 {bytes} 字节, 第 {} 字节起余 {left} 字节不成组 (no whole group)",
                self.at + groups + 1
            ));
        }
        if bytes == 0 {
            return;
        }
        let apart = element.series().map_or(step.ms(), |series| (bytes / series.bytes) as i64 * FIVE_MINUTES);
        for (place, group) in groups.enumerate() {
            if group.iter().any(|byte| *byte != 0xFF) {
                let after = place as i64 * apart;
                self.datum(element, group, decimals, self.observed.map(|at| at + after));
            }
        }
    }

    fn datum(&mut self, element: Element, data: &[u8], decimals: u32, observed: Option<Timestamp>) {
        if let Some(series) = element.series() {
            self.report.series(element, series, data, observed);
        } else if element.id == element::STATE {
            self.report.state(element, data, observed);
        } else if let Some(value) = element::value(data, decimals) {
            self.report.value(element, value, observed);
        } else {
            self.report.without_value(element.id, format!("{element} 无有效值 {data:02X?} (no value)"));
        }
    }

    /// A defect with its place, behind which nothing can be read.
    fn cut_off(&mut self, what: &str, words: &str) -> Option<()> {
        let left = self.text.len() - self.at;
        self.report.defect(format!("{what}, 第 {} 字节起余 {left} 字节 ({words})", self.at + 1));
        None
    }
}

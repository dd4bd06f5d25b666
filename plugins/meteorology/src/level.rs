//! 红橙黄蓝: levels as colours, as words and as numerals, in fields and in titles.

use crate::word::{found, near, says};
use tocsin_sdk::Severity;

/// 预警级别. The order is that of danger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    Blue,
    Yellow,
    Orange,
    Red,
}

use Level::{Blue, Orange, Red, Yellow};

impl Level {
    pub fn colour(self) -> &'static str {
        match self {
            Blue => "blue",
            Yellow => "yellow",
            Orange => "orange",
            Red => "red",
        }
    }

    pub fn severity(self) -> Severity {
        match self {
            Blue => Severity::Minor,
            Yellow => Severity::Moderate,
            Orange => Severity::Severe,
            Red => Severity::Extreme,
        }
    }

    /// As the title's tail says it.
    pub fn words(self) -> &'static str {
        match self {
            Blue => "Ⅳ级/一般",
            Yellow => "Ⅲ级/较重",
            Orange => "Ⅱ级/严重",
            Red => "Ⅰ级/特别严重",
        }
    }

    /// A field that holds a level and nothing else: `Orange`, `橙色`, `Severe`, `II级`, `3`.
    pub fn read(text: &str) -> Option<Level> {
        let word = text.trim().to_ascii_lowercase();
        let exact = match word.as_str() {
            "red" | "extreme" | "1" | "一级" => Some(Red),
            "orange" | "severe" | "2" | "二级" => Some(Orange),
            "yellow" | "moderate" | "3" | "三级" => Some(Yellow),
            "blue" | "minor" | "4" | "四级" => Some(Blue),
            _ => None,
        };
        let spelt = || {
            [("red", Red, 0), ("orange", Orange, 2), ("yellow", Yellow, 2), ("blue", Blue, 1)]
                .into_iter()
                .find(|(known, _, slips)| near(&word, known, *slips))
                .map(|(_, level, _)| level)
        };
        exact.or_else(|| numeral(word.trim_end_matches('级'))).or_else(|| in_words(&word)).or_else(spelt)
    }
}

/// What a title says of the level: its colours, and the level of its tail
/// (`[II级/严重]`). Behind a word of change only what it changes to.
#[derive(Debug, Default)]
pub struct Said {
    levels: Vec<Level>,
    /// The tail as it stands.
    pub words: String,
}

/// All of them end in 为.
const CHANGES: [&str; 8] = ["升级为", "降级为", "变更为", "调整为", "升为", "降为", "转为", "改为"];

impl Said {
    pub fn by(title: &str) -> Said {
        let change = |from: &usize| CHANGES.iter().any(|word| title[..*from].ends_with(word));
        let from = found(title, "为").map(|at| at + "为".len()).filter(change).last();
        let text = &title[from.unwrap_or(0)..];
        let colours = [("红", Red), ("橙", Orange), ("黄", Yellow), ("蓝", Blue)];
        let coloured = |at| colours.iter().find(|(colour, _)| text[..at].ends_with(colour));
        let mut said = Said::default();
        said.levels.extend(found(text, "色").filter_map(coloured).map(|(_, level)| *level));
        if let Some(tail) = tail(text) {
            let before = said.levels.len();
            said.levels.extend(numerals(tail));
            said.levels.extend(in_words(tail));
            if said.levels.len() > before {
                said.words = tail.chars().take(20).collect();
            }
        } else {
            said.levels.extend(numerals(text));
        }
        said
    }

    pub fn highest(&self) -> Option<Level> {
        self.levels.iter().copied().max()
    }

    /// Whether anything that it says is another level.
    pub fn denies(&self, level: Level) -> bool {
        self.levels.iter().any(|said| *said != level)
    }
}

/// What stands in the last brackets.
fn tail(text: &str) -> Option<&str> {
    let open = text.rfind(['[', '［', '【', '(', '（'])?;
    let rest = &text[open..];
    let mut chars = rest.char_indices();
    chars.next();
    let start = chars.next()?.0;
    let rest = &rest[start..];
    Some(&rest[..rest.find([']', '］', '】', ')', '）']).unwrap_or(rest.len())])
}

/// `IV级` anywhere: letters right before the word for level.
fn numerals(text: &str) -> Option<Level> {
    found(text, "级").find_map(|at| {
        let before = &text[..at];
        let start = before
            .rfind(|c: char| !is_numeral(c))
            .map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8));
        numeral(&before[start..])
    })
}

fn is_numeral(c: char) -> bool {
    matches!(c, 'I' | 'V' | 'i' | 'v' | 'Ⅰ' | 'Ⅱ' | 'Ⅲ' | 'Ⅳ' | 'ⅰ' | 'ⅱ' | 'ⅲ' | 'ⅳ')
}

fn numeral(text: &str) -> Option<Level> {
    match text {
        "I" | "i" | "Ⅰ" | "ⅰ" => Some(Red),
        "II" | "ii" | "Ⅱ" | "ⅱ" => Some(Orange),
        "III" | "iii" | "Ⅲ" | "ⅲ" => Some(Yellow),
        "IV" | "iv" | "Ⅳ" | "ⅳ" => Some(Blue),
        _ => None,
    }
}

fn in_words(text: &str) -> Option<Level> {
    match () {
        () if says(text, &["特别严重", "特别重大", "红"]) => Some(Red),
        () if says(text, &["严重", "重大", "橙"]) => Some(Orange),
        () if says(text, &["较重", "较大", "黄"]) => Some(Yellow),
        () if says(text, &["一般", "蓝"]) => Some(Blue),
        () => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields() {
        let check = |text: &str, expect: Option<Level>| assert_eq!(Level::read(text), expect, "{text}");
        for text in ["Red", "RED", "red", "红色", "红", "Extreme", "I级", "Ⅰ级", "特别严重", "1"] {
            check(text, Some(Red));
        }
        for text in ["Orange", "orange", "oragne", "橙色", "Severe", "II", "Ⅱ级/严重"] {
            check(text, Some(Orange));
        }
        for text in ["Yellow", "yelow", "黄色预警", "moderate", "III级", "较重"] {
            check(text, Some(Yellow));
        }
        for text in ["Blue", "blu", "蓝", "Minor", "IV级", "一般"] {
            check(text, Some(Blue));
        }
        for text in ["", "Unknown", "green", "级"] {
            check(text, None);
        }
    }

    #[test]
    fn titles() {
        let check = |title: &str, expect: &[Level], words: &str| {
            let said = Said::by(title);
            assert_eq!((said.levels.as_slice(), said.words.as_str()), (expect, words), "{title}");
        };
        check("某市气象局发布暴雨橙色预警[II级/严重]", &[Orange, Orange, Orange], "II级/严重");
        check("某市发布大风蓝色预警[IV级/一般]", &[Blue, Blue, Blue], "IV级/一般");
        check("某市发布大风蓝色预警【Ⅲ级/较重】", &[Blue, Yellow, Yellow], "Ⅲ级/较重");
        check("暴雨黄色预警升级为橙色预警", &[Orange], "");
        check("暴雨红色预警降级为黄色预警[III级/较重]", &[Yellow, Yellow, Yellow], "III级/较重");
        check("预计阵风10级，发布大风预警", &[], "");
        check("发布Ⅱ级暴雨预警", &[Orange], "");
        check("发布暴雨预警(城区)", &[], "");
        check("", &[], "");
        check("【", &[], "");
    }
}

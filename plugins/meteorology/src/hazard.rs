//! 事件类型: codes as seen in messages, and the names that titles call them by.
//!
//! GB/T 35561 has more than these; a code that is not here passes with a flag,
//! and the setting `events` adds to the table.

use std::borrow::Cow;

/// Code, name, other names.
const KNOWN: &[(&str, &str, &[&str])] = &[
    ("11B01", "台风", &["热带风暴", "热带低压"]),
    ("11B03", "暴雨", &["强降雨", "强降水"]),
    ("11B04", "暴雪", &["强降雪"]),
    ("11B05", "寒潮", &["强冷空气"]),
    ("11B06", "大风", &["强风"]),
    ("11B07", "沙尘暴", &["沙尘"]),
    ("11B09", "高温", &[]),
    ("11B14", "雷电", &["雷暴"]),
    ("11B15", "冰雹", &[]),
    ("11B16", "霜冻", &[]),
    ("11B17", "大雾", &["浓雾"]),
    ("11B19", "霾", &[]),
    ("11B20", "雷雨大风", &["雷暴大风", "雷雨强风"]),
    ("11B21", "道路结冰", &["道路冰雪"]),
    ("11B22", "干旱", &[]),
    ("11E02", "风暴潮", &[]),
    ("11E06", "海浪", &[]),
];

/// Dangers that titles name and the table has no code for: enough to see that a
/// title speaks of something else.
const OTHERS: &[&str] = &[
    "地质灾害",
    "山洪",
    "洪水",
    "内涝",
    "森林火险",
    "草原火险",
    "低温",
    "冰冻",
    "重污染",
    "海啸",
    "地震",
    "雷雨",
];

/// The table of one call: what is built in and what the operator added.
#[derive(Debug)]
pub struct Hazards {
    added: Vec<(String, Vec<String>)>,
    begins: Letters,
}

/// Some letters, and others that share a place with them: most letters begin no name,
/// and that is seen at once.
#[derive(Debug, Default)]
struct Letters([u64; 16]);

impl Letters {
    fn place(letter: char) -> (usize, u64) {
        (letter as usize / 64 % 16, 1 << (letter as usize % 64))
    }

    fn add(&mut self, letter: char) {
        let (word, bit) = Letters::place(letter);
        self.0[word] |= bit;
    }

    fn may_have(&self, letter: char) -> bool {
        let (word, bit) = Letters::place(letter);
        self.0[word] & bit != 0
    }
}

impl Hazards {
    /// `11A01=洪水|洪涝; 11D01=地质灾害`: what is no such pair is passed over.
    pub fn with(setting: &str) -> Hazards {
        let pair = |pair: &str| {
            let (code, names) = pair.split_once('=')?;
            let names: Vec<String> =
                names.split('|').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect();
            let code = code.trim().to_ascii_uppercase();
            (is_code(&code) && !names.is_empty()).then_some((code, names))
        };
        let added = setting.split([';', '；']).filter_map(pair).collect();
        let mut hazards = Hazards { added, begins: Letters::default() };
        let mut begins = Letters::default();
        hazards.names().filter_map(|(name, _)| name.chars().next()).for_each(|letter| begins.add(letter));
        hazards.begins = begins;
        hazards
    }

    /// First of its names.
    pub fn name(&self, code: &str) -> Option<&str> {
        let added = self.added.iter().find(|(known, _)| known == code).map(|(_, names)| names[0].as_str());
        added.or_else(|| KNOWN.iter().find(|(known, ..)| *known == code).map(|(_, name, _)| *name))
    }

    /// Each name with its code; the code of a name that has none is empty.
    fn names(&self) -> impl Iterator<Item = (&str, &str)> {
        let added = self
            .added
            .iter()
            .flat_map(|(code, names)| names.iter().map(move |name| (name.as_str(), code.as_str())));
        let known = KNOWN.iter().flat_map(|(code, name, others)| {
            std::iter::once(*name).chain(others.iter().copied()).map(move |name| (name, *code))
        });
        added.chain(known).chain(OTHERS.iter().map(|name| (*name, "")))
    }

    /// Codes of what a text names, the longest names first: 雷雨大风 is not 大风.
    pub fn named(&self, text: &str) -> Vec<&str> {
        let mut found: Vec<(usize, usize, &str)> = Vec::new();
        for (at, _) in text.char_indices().filter(|(_, letter)| self.begins.may_have(*letter)) {
            let rest = &text[at..];
            let here = self.names().filter(|(name, _)| rest.starts_with(name));
            found.extend(here.map(|(name, code)| (at, at + name.len(), code)));
        }
        found.sort_by_key(|(start, end, code)| (std::cmp::Reverse(end - start), *start, code.is_empty()));
        let mut taken: Vec<(usize, usize, &str)> = Vec::new();
        for (start, end, code) in found {
            if taken.iter().all(|(from, to, _)| end <= *from || *to <= start) {
                taken.push((start, end, code));
            }
        }
        taken.into_iter().map(|(_, _, code)| code).collect()
    }
}

/// `11B03`: class, group, kind.
pub fn is_code(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == 5
        && bytes[2].is_ascii_uppercase()
        && [0, 1, 3, 4].iter().all(|place| bytes[*place].is_ascii_digit())
}

/// A code as a message writes it, in capitals, if it is one.
pub fn code(text: &str) -> Option<Cow<'_, str>> {
    let text = text.trim();
    if is_code(text) {
        return Some(text.into());
    }
    let upper = text.to_ascii_uppercase();
    is_code(&upper).then_some(upper.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_titles() {
        let check = |text: &str, expect: &[&str]| {
            assert_eq!(Hazards::with("").named(text), expect, "{text}");
        };
        check("发布暴雨橙色预警", &["11B03"]);
        check("发布雷雨大风黄色预警", &["11B20"]);
        check("发布大风蓝色预警", &["11B06"]);
        check("台风、暴雨预警", &["11B01", "11B03"]);
        check("地质灾害气象风险预警", &[""]);
        check("天气预报", &[]);
    }

    #[test]
    fn an_operator_adds_to_the_table() {
        let hazards = Hazards::with("11a01=洪水|洪涝; 坏; 11D01=; 11B98=龙卷");
        assert_eq!(hazards.name("11A01"), Some("洪水"));
        assert_eq!(hazards.named("洪水预警"), ["11A01"]);
        assert_eq!(hazards.name("11B98"), Some("龙卷"));
        assert_eq!(hazards.name("11D01"), None);
    }
}

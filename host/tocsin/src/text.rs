//! What people read, in Chinese and English: one catalogue, one choice of language.

/// Lines by key, each with its English and its Chinese.
macro_rules! lines {
    ($($key:ident: $en:literal, $zh:literal;)*) => {
        $(
            #[allow(non_upper_case_globals)]
            pub const $key: $crate::text::Entry = $crate::text::Entry { en: $en, zh: $zh };
        )*
        /// For the test that holds both languages together.
        #[cfg(test)]
        pub const ALL: &[(&str, $crate::text::Entry)] = &[$((stringify!($key), $key)),*];
    };
}
pub(crate) use lines;

pub mod catalogue;

use std::fmt::{self, Display};
use std::sync::OnceLock;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    English,
    Chinese,
}

/// One line of the catalogue. `{name}` stands for a value given with it.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    pub en: &'static str,
    pub zh: &'static str,
}

impl Entry {
    pub fn of(self, language: Language) -> &'static str {
        match language {
            Language::English => self.en,
            Language::Chinese => self.zh,
        }
    }

    /// In the reader's language, with `{name}` replaced. One pass from left to
    /// right, so that braces inside a value stay what they are.
    pub fn with(self, values: &[(&str, &dyn Display)]) -> String {
        self.given(language(), values)
    }

    pub fn given(self, language: Language, values: &[(&str, &dyn Display)]) -> String {
        fill(self.of(language), values)
    }

    /// In both, for who will read it elsewhere.
    pub fn said(self, values: &[(&str, &dyn Display)]) -> Said {
        Said { zh: fill(self.zh, values), en: fill(self.en, values) }
    }
}

/// A sentence in both languages: a host does not know who reads its answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    pub zh: String,
    pub en: String,
}

impl Said {
    /// A sentence that has both languages in it already, as those of the core do.
    pub fn both(sentence: impl Into<String>) -> Said {
        let zh = sentence.into();
        Said { en: zh.clone(), zh }
    }

    pub fn of(&self, language: Language) -> &str {
        match language {
            Language::English => &self.en,
            Language::Chinese => &self.zh,
        }
    }

    pub fn is_one(&self) -> bool {
        self.zh == self.en
    }
}

impl Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.is_one() {
            true => f.write_str(&self.zh),
            false => write!(f, "{} ({})", self.zh, self.en),
        }
    }
}

fn fill(template: &str, values: &[(&str, &dyn Display)]) -> String {
    let mut text = String::with_capacity(template.len() + 32);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let Some((name, tail)) = after.split_once('}') else {
            text.push('{');
            rest = after;
            continue;
        };
        match values.iter().find(|(known, _)| *known == name) {
            Some((_, value)) => text.push_str(&value.to_string()),
            None => {
                text.push('{');
                text.push_str(name);
                text.push('}');
            }
        }
        rest = tail;
    }
    text.push_str(rest);
    text
}

/// `text!(key)` or `text!(key, name = value, …)`: a line of the catalogue as a
/// `String`. A key that is not there does not compile.
#[macro_export]
macro_rules! text {
    ($key:ident $(, $name:ident = $value:expr)* $(,)?) => {
        $crate::text::catalogue::$key.with(&[$((stringify!($name), &$value as &dyn ::std::fmt::Display)),*])
    };
}

/// The same in both languages, as [`Said`].
#[macro_export]
macro_rules! said {
    ($key:ident $(, $name:ident = $value:expr)* $(,)?) => {
        $crate::text::catalogue::$key.said(&[$((stringify!($name), &$value as &dyn ::std::fmt::Display)),*])
    };
}

/// The reader's language: `TOCSIN_LANG`, else the locale. Chosen once.
pub fn language() -> Language {
    static CHOSEN: OnceLock<Language> = OnceLock::new();
    *CHOSEN.get_or_init(|| choose(|name| std::env::var(name).ok()))
}

/// The first variable that is set and not empty decides, in the order of POSIX.
fn choose(variable: impl Fn(&str) -> Option<String>) -> Language {
    let said = ["TOCSIN_LANG", "LC_ALL", "LC_MESSAGES", "LANG"]
        .iter()
        .find_map(|name| variable(name).filter(|value| !value.is_empty()))
        .unwrap_or_default();
    if said.to_ascii_lowercase().starts_with("zh") { Language::Chinese } else { Language::English }
}

/// That no line lacks a language, nor a value in one of them.
#[cfg(test)]
pub fn check(lines: &[(&str, Entry)]) {
    let names = |template: &'static str| -> std::collections::BTreeSet<&'static str> {
        template.split('{').skip(1).filter_map(|part| part.split_once('}').map(|(name, _)| name)).collect()
    };
    for (key, entry) in lines {
        assert!(!entry.en.trim().is_empty() && !entry.zh.trim().is_empty(), "{key} lacks a language");
        assert_eq!(names(entry.en), names(entry.zh), "{key}: the values differ");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_locale_chooses() {
        let check = |variables: &[(&str, &str)], expect| {
            let find = |name: &str| {
                variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
            };
            assert_eq!(choose(find), expect, "{variables:?}");
        };
        check(&[], Language::English);
        check(&[("LANG", "zh_CN.UTF-8")], Language::Chinese);
        check(&[("LANG", "zh_CN.UTF-8"), ("LC_ALL", "C")], Language::English);
        check(&[("LANG", "en_US.UTF-8"), ("LC_MESSAGES", "zh_CN")], Language::Chinese);
        check(&[("LC_ALL", ""), ("LANG", "zh_CN")], Language::Chinese);
        check(&[("LC_ALL", "C"), ("TOCSIN_LANG", "zh")], Language::Chinese);
        check(&[("LANG", "zh_CN"), ("TOCSIN_LANG", "en")], Language::English);
    }

    #[test]
    fn values_are_filled_in_once() {
        let check = |template: &str, expect: &str| {
            assert_eq!(fill(template, &[("n", &3), ("who", &"{n}")]), expect);
        };
        check("{n} of {n}", "3 of 3");
        check("{who} said", "{n} said");
        check("{unknown} stays", "{unknown} stays");
        check("an { alone", "an { alone");
    }

    #[test]
    fn every_key_has_both_languages_and_the_same_values() {
        for lines in [catalogue::ALL, catalogue::command::ALL, catalogue::refusal::ALL] {
            check(lines);
        }
    }

    #[test]
    fn no_trouble_is_told_in_one_language_alone() {
        for (key, entry) in catalogue::command::ALL.iter().chain(catalogue::refusal::ALL) {
            assert!(!entry.zh.is_ascii() && entry.en.is_ascii(), "{key} has one language twice");
        }
    }

    #[test]
    fn who_reads_elsewhere_hears_both() {
        let check = |said: Said, expect: &str| assert_eq!(said.to_string(), expect);
        check(
            said!(no_incident, id = "I1"),
            "没有事件 I1;`tocsin incident list` 列出全部 (there is no incident `I1`; `tocsin incident list` names them)",
        );
        check(Said::both("须先确认"), "须先确认");
    }
}

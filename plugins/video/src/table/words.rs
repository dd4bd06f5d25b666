//! Fire and smoke in the words of an alarm.

/// Whole words of Chinese stand in others: only those that mean the thing itself, so that
/// neither 灭火器 nor 防火门 burns.
const FIRE: &[&str] = &["明火", "火焰", "烟火", "火灾", "火警"];
const SMOKE: &[&str] = &["烟雾", "浓烟", "冒烟"];
/// What has `fire` before it and does not burn.
const THINGS: &[&str] = &["door", "extinguisher", "exit", "hydrant", "lane", "engine", "truck"];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    Fire,
    Smoke,
}

impl Said {
    /// Fire before smoke, wherever it stands.
    pub fn of(texts: &[impl AsRef<str>]) -> Option<Said> {
        let says = |chinese: &[&str], english: &[&str]| {
            texts.iter().map(AsRef::as_ref).any(|text: &str| {
                chinese.iter().any(|word| text.contains(word)) || says_english(text, english)
            })
        };
        if says(FIRE, &["fire", "flame"]) {
            return Some(Said::Fire);
        }
        says(SMOKE, &["smoke"]).then_some(Said::Smoke)
    }
}

/// One of the words by itself, in any case, also as a part of `FireAlarm` or `fire_alarm`.
fn says_english(text: &str, words: &[&str]) -> bool {
    let parts = parts(text);
    parts.iter().enumerate().any(|(place, part)| {
        let is_thing = parts.get(place + 1).is_some_and(|next| THINGS.contains(&singular(next)));
        words.contains(&singular(part)) && !is_thing
    })
}

fn singular(word: &str) -> &str {
    word.strip_suffix('s').unwrap_or(word)
}

/// Runs of Latin letters in lower case; a capital behind a small letter begins another.
fn parts(text: &str) -> Vec<String> {
    let mut parts: Vec<String> = vec![String::new()];
    let mut before = ' ';
    for c in text.chars() {
        let begins = !c.is_ascii_alphabetic() || c.is_ascii_uppercase() && before.is_ascii_lowercase();
        if begins && parts.last().is_some_and(|part| !part.is_empty()) {
            parts.push(String::new());
        }
        if let Some(part) = parts.last_mut().filter(|_| c.is_ascii_alphabetic()) {
            part.push(c.to_ascii_lowercase());
        }
        before = c;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_what_only_holds_them() {
        let check = |text: &str, expect: Option<Said>| assert_eq!(Said::of(&[text]), expect, "{text}");
        for fire in [
            "厂区明火",
            "火焰识别",
            "烟火检测",
            "火灾报警",
            "3 号楼火警",
            "Fire",
            "FIRE ALARM",
            "FireDetected",
            "fire_alarm",
            "smokeAndFire",
            "flames",
            "浓烟与明火",
        ] {
            check(fire, Some(Said::Fire));
        }
        for smoke in ["烟雾", "仓库浓烟", "车辆冒烟", "Smoke", "smoke-detected", "SMOKE"] {
            check(smoke, Some(Said::Smoke));
        }
        for none in [
            "",
            "灭火器缺失",
            "防火门未关",
            "消防通道占用",
            "火车站广场",
            "吸烟",
            "烟囱",
            "Firewall down",
            "misfire",
            "smokestack",
            "fire door open",
            "FireExtinguishers missing",
            "campfires",
        ] {
            check(none, None);
        }
        assert_eq!(Said::of(&["浓烟", "fire"]), Some(Said::Fire));
    }
}

//! Words as people misspell them.

/// Two slips of the pen: `Cancle`, `Updat`, `Alret`.
const SLIPS: usize = 2;

/// Whether a text has one of some words.
pub fn says(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| found(text, word).next().is_some())
}

/// Where a word of one Chinese letter or more stands in the text, each place in
/// turn. Both are short: what `str::find` prepares for a search would cost more
/// than this one.
pub fn found<'t>(text: &'t str, word: &'t str) -> impl Iterator<Item = usize> + use<'t> {
    let letter = word.as_bytes().first_chunk::<3>();
    let starts = text.as_bytes().array_windows::<3>().enumerate();
    starts
        .filter(move |(_, start)| letter == Some(start))
        .map(|(at, _)| at)
        .filter(move |at| text[*at..].starts_with(word))
}

/// What a message does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MsgType {
    Alert,
    Update,
    Cancel,
    /// About messages, not about dangers: `Ack` and `Error`.
    Other,
}

impl MsgType {
    pub fn as_str(self) -> &'static str {
        match self {
            MsgType::Alert => "alert",
            MsgType::Update => "update",
            MsgType::Cancel => "cancel",
            MsgType::Other => "other",
        }
    }
}

/// The type, and whether it was spelt as the standard has it (in any case).
pub fn msg_type(text: &str) -> Option<(MsgType, bool)> {
    let word = text.trim().to_ascii_lowercase();
    match word.as_str() {
        "alert" => return Some((MsgType::Alert, true)),
        "update" => return Some((MsgType::Update, true)),
        "cancel" => return Some((MsgType::Cancel, true)),
        "ack" | "error" => return Some((MsgType::Other, true)),
        _ => {}
    }
    if says(&word, &["canc", "取消", "解除", "撤销"]) {
        return Some((MsgType::Cancel, false));
    }
    if says(&word, &["更新", "变更"]) {
        return Some((MsgType::Update, false));
    }
    if says(&word, &["首次", "发布", "预警"]) {
        return Some((MsgType::Alert, false));
    }
    [("cancel", MsgType::Cancel), ("update", MsgType::Update), ("alert", MsgType::Alert)]
        .into_iter()
        .find(|(known, _)| near(&word, known, SLIPS))
        .map(|(_, kind)| (kind, false))
}

/// What a message is for: CAP's `status`.
pub fn status(text: &str) -> Option<(&'static str, bool)> {
    let word = text.trim().to_ascii_lowercase();
    let known = ["actual", "exercise", "system", "test", "draft"];
    if let Some(status) = known.into_iter().find(|known| *known == word) {
        return Some((status, true));
    }
    for (part, status) in [
        ("演练", "exercise"),
        ("演习", "exercise"),
        ("测试", "test"),
        ("试验", "test"),
        ("草稿", "draft"),
        ("实际", "actual"),
    ] {
        if says(&word, &[part]) {
            return Some((status, false));
        }
    }
    // The short words are too near to others for more than one slip.
    known
        .into_iter()
        .find(|known| near(&word, known, if known.len() > 5 { SLIPS } else { 1 }))
        .map(|status| (status, false))
}

/// For whom a message is: CAP's `scope`.
pub fn scope(text: &str) -> Option<(&'static str, bool)> {
    let word = text.trim().to_ascii_lowercase();
    let known = ["public", "restricted", "private"];
    if let Some(scope) = known.into_iter().find(|known| *known == word) {
        return Some((scope, true));
    }
    known.into_iter().find(|known| near(&word, known, SLIPS)).map(|scope| (scope, false))
}

/// Whether at most `most` letters have to be put in, left out or exchanged.
pub fn near(word: &str, known: &str, most: usize) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (word.chars().take(16).collect(), known.chars().collect());
    if a.len().abs_diff(b.len()) > most {
        return false;
    }
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let change = corner + usize::from(x != y);
            corner = row[j + 1];
            row[j + 1] = change.min(corner + 1).min(row[j] + 1);
        }
    }
    row[b.len()] <= most
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_in_texts() {
        let check = |text: &str, word: &str| {
            let expect: Vec<usize> = text.match_indices(word).map(|(at, _)| at).collect();
            assert_eq!(found(text, word).collect::<Vec<_>>(), expect, "{word} in {text}");
        };
        for text in ["", "雨", "暴雨", "暴雨暴雨", "发布暴雨红色预警", "a暴", "暴暴雨"] {
            ["暴", "暴雨", "红色", "预警", "级"].into_iter().for_each(|word| check(text, word));
        }
    }

    #[test]
    fn types_as_they_come() {
        let check =
            |text: &str, expect: Option<(MsgType, bool)>| assert_eq!(msg_type(text), expect, "{text}");
        check("Alert", Some((MsgType::Alert, true)));
        check("UPDATE", Some((MsgType::Update, true)));
        check(" cancel ", Some((MsgType::Cancel, true)));
        for text in ["Cancle", "Cancell", "cancelled", "Cansel", "Caneel", "Canc", "解除", "Cencel"] {
            check(text, Some((MsgType::Cancel, false)));
        }
        for text in ["Updata", "Upadte", "updates", "更新"] {
            check(text, Some((MsgType::Update, false)));
        }
        for text in ["Alret", "Alerts", "Aler", "首次发布"] {
            check(text, Some((MsgType::Alert, false)));
        }
        check("Ack", Some((MsgType::Other, true)));
        check("Error", Some((MsgType::Other, true)));
        check("", None);
        check("???", None);
        check("Warning", None);
    }

    #[test]
    fn scopes_as_they_come() {
        let check = |text: &str, expect: Option<(&str, bool)>| assert_eq!(scope(text), expect, "{text}");
        check("Public", Some(("public", true)));
        check("PRIVATE", Some(("private", true)));
        check("Restricted", Some(("restricted", true)));
        check("Publick", Some(("public", false)));
        check("Restriced", Some(("restricted", false)));
        check("all", None);
        check("", None);
    }

    #[test]
    fn statuses_as_they_come() {
        let check =
            |text: &str, expect: Option<&str>| assert_eq!(status(text).map(|s| s.0), expect, "{text}");
        check("Actual", Some("actual"));
        check("ACTUAL", Some("actual"));
        check("Exercize", Some("exercise"));
        check("演练", Some("exercise"));
        check("Test", Some("test"));
        check("System", Some("system"));
        check("Draft", Some("draft"));
        check("real", None);
        check("", None);
    }
}

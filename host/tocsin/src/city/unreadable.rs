//! What the reader of TOML says is wrong with a value, as whoever wrote it reads it.

use super::finding::{Text, text};
use super::nearest::nearest;

/// `invalid type: string "一", expected u32` → what stands there, and what to write.
pub fn explain(said: &str) -> Text {
    let said = said.trim();
    mistyped(said)
        .or_else(|| misnamed(said))
        .unwrap_or_else(|| text(format!("无法读取:{said}"), format!("cannot be read: {said}")))
}

fn mistyped(said: &str) -> Option<Text> {
    let (is_type, rest) = match (said.strip_prefix("invalid type: "), said.strip_prefix("invalid value: ")) {
        (Some(rest), _) => (true, rest),
        (_, rest) => (false, rest?),
    };
    let (found, expected) = rest.rsplit_once(", expected ")?;
    let found = found.replace('`', "");
    let number = |word: &str| matches!(word, "u8" | "u16" | "u32" | "u64" | "usize" | "i32" | "i64");
    let (zh, en) = match expected {
        word if number(word) && is_type => ("整数,不加引号", "a whole number, without quotes"),
        word if number(word) => ("不小于 0 的整数,且不过大", "a whole number from 0 on, not too great"),
        "f32" | "f64" => ("数,不加引号", "a number, without quotes"),
        "a string" => ("文本,加引号", "a text, in quotes"),
        "a boolean" => ("true 或 false,不加引号", "true or false, without quotes"),
        "a sequence" => ("列表,如 [\"…\", \"…\"]", "a list, such as [\"...\", \"...\"]"),
        _ => return None,
    };
    Some(text(format!("无法读取 {found};应为{zh}"), format!("cannot be read: {found}; write {en}")))
}

fn misnamed(said: &str) -> Option<Text> {
    if let Some(field) = said.strip_prefix("missing field ") {
        let field = field.trim_matches('`');
        return Some(text(
            format!("缺少 {field};请写 {field} = …"),
            format!("{field} is missing; write {field} = ..."),
        ));
    }
    let (zh, en, rest) = match (said.strip_prefix("unknown field "), said.strip_prefix("unknown variant ")) {
        (Some(rest), _) => ("没有字段", "there is no field", rest),
        (_, rest) => ("不可写", "it cannot be", rest?),
    };
    let mut words = rest.split('`').skip(1).step_by(2);
    let found = words.next()?;
    let known: Vec<&str> = words.collect();
    let meant = nearest(found, known.iter().copied());
    let (meant_zh, meant_en) = meant
        .map(|meant| (format!(";是否应为 {meant}?"), format!("; did you mean {meant}?")))
        .unwrap_or_default();
    let list = known.join(", ");
    Some(text(
        format!("无法读取:{zh} “{found}”{meant_zh};可写:{list}"),
        format!("cannot be read: {en} {found:?}{meant_en}; there are: {list}"),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(said: &str, zh: &str, en: &str) {
        let told = explain(said);
        assert!(told.zh.contains(zh) && told.en.contains(en), "{said}: {} / {}", told.zh, told.en);
    }

    #[test]
    fn what_is_wrong_says_what_to_write() {
        check(
            "invalid type: string \"一\", expected u32",
            "应为整数",
            "write a whole number, without quotes",
        );
        check("invalid value: integer `-5`, expected u64", "integer -5;应为不小于 0", "from 0 on");
        check("invalid type: integer `5`, expected a string", "加引号", "in quotes");
        check(
            "unknown field `holds`, expected one of `level`, `hold_s`",
            "没有字段 “holds”;是否应为 hold_s?",
            "did you mean hold_s?",
        );
        check(
            "unknown variant `auto`, expected `automatic` or `propose`",
            "可写:automatic, propose",
            "\"auto\"",
        );
        check("missing field `title`", "缺少 title", "title is missing");
        check("duplicate key", "无法读取:duplicate key", "cannot be read: duplicate key");
    }
}

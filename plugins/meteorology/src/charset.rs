//! Bytes → text: the declared encoding, unless the bytes show that it is a lie.

use encoding_rs::{Encoding, GB18030, UTF_8};
use std::borrow::Cow;
use tocsin_sdk::Rejection;

/// What a door takes at most; a message with the boundaries of forty townships has 60 KiB.
const PAYLOAD_BYTES_MAX: usize = 128 * 1024;
/// The declaration stands within these or is none.
const DECLARATION_BYTES_MAX: usize = 200;
/// Much of what is shown of a payload that is no XML.
const SHOWN_BYTES_MAX: usize = 24;

#[derive(Debug)]
pub struct Text<'a> {
    pub text: Cow<'a, str>,
    pub defect: Option<String>,
}

pub fn decode(payload: &[u8]) -> Result<Text<'_>, Rejection> {
    if payload.len() > PAYLOAD_BYTES_MAX {
        return Err(Rejection::malformed(format!(
            "{} bytes are more than {PAYLOAD_BYTES_MAX}",
            payload.len()
        )));
    }
    let text = match marked(payload) {
        Some((encoding, mark)) => lossy(encoding, &payload[mark..]),
        None => unmarked(payload),
    };
    if text.text.trim_start().starts_with('<') { Ok(text) } else { Err(not_xml(&text.text)) }
}

/// By a byte order mark, and how long that is. GB 18030 has one as well.
fn marked(payload: &[u8]) -> Option<(&'static Encoding, usize)> {
    const GB: &[u8] = b"\x84\x31\x95\x33";
    Encoding::for_bom(payload).or_else(|| payload.starts_with(GB).then_some((GB18030, GB.len())))
}

/// Without a byte order mark: declared, else sniffed, else lossy.
fn unmarked(payload: &[u8]) -> Text<'_> {
    let label = declared(payload);
    let says_gb = label.as_deref().is_some_and(is_gb);
    let Ok(utf8) = std::str::from_utf8(payload) else {
        // Of another country: the label is all there is to go by.
        let other = label.as_deref().and_then(|label| Encoding::for_label(label.as_bytes()));
        if let Some(other) = other.filter(|other| *other != UTF_8 && !says_gb) {
            return lossy(other, payload);
        }
        // A text that was cut has lost a character, not its encoding.
        let cut = String::from_utf8_lossy(payload);
        if !says_gb && is_mostly_chinese(&cut) {
            return lossy(UTF_8, payload);
        }
        return match GB18030.decode_without_bom_handling_and_without_replacement(payload) {
            Some(text) if says_gb => Text { text, defect: None },
            Some(text) => Text { text, defect: Some(lie(label, "GB 18030")) },
            None => lossy(if says_gb { GB18030 } else { UTF_8 }, payload),
        };
    };
    if says_gb && !utf8.is_ascii() {
        // Bytes of GB 18030 that happen to be UTF-8 hardly ever spell Chinese.
        return match looks_chinese(utf8) {
            true => Text { text: utf8.into(), defect: Some(lie(label, "UTF-8")) },
            false => lossy(GB18030, payload),
        };
    }
    Text { text: utf8.into(), defect: None }
}

/// Ideographs, and beside them only what Chinese texts hold: marks, ℃, ①, Ⅱ, ·, ×.
fn looks_chinese(text: &str) -> bool {
    let belongs = |c| matches!(c, '°' | '±' | '·' | '×' | '÷' | '\u{2000}'..='\u{206f}' | '\u{2100}'..='\u{21ff}' | '\u{2460}'..='\u{24ff}' | '\u{25a0}'..='\u{26ff}' | '\u{3000}'..='\u{303f}' | '\u{3200}'..='\u{33ff}' | '\u{ff00}'..='\u{ffef}');
    text.contains(is_ideograph) && text.chars().all(|c| c.is_ascii() || is_ideograph(c) || belongs(c))
}

fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{4e00}'..='\u{9fff}')
}

/// More of it reads as Chinese than does not read at all.
fn is_mostly_chinese(text: &str) -> bool {
    let count = |is: fn(char) -> bool| text.chars().filter(|c| is(*c)).count();
    count(is_ideograph) > count(|c| c == '\u{fffd}')
}

fn is_gb(label: &str) -> bool {
    let label = label.to_ascii_lowercase();
    [
        "gb2312",
        "gb_2312-80",
        "gbk",
        "cp936",
        "gb18030",
        "gb18030-2000",
        "gb18030-2005",
        "gb18030-2022",
        "x-gbk",
    ]
    .contains(&label.as_str())
}

/// The label in `<?xml version="1.0" encoding="GB18030"?>`.
fn declared(payload: &[u8]) -> Option<String> {
    let head = payload.trim_ascii_start();
    if !head.starts_with(b"<?xml") {
        return None;
    }
    let head = String::from_utf8_lossy(&head[..head.len().min(DECLARATION_BYTES_MAX)]);
    let declaration = head.split_once("?>")?.0;
    let value = declaration.split_once("encoding")?.1.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let label = value[1..].split_once(quote)?.0.trim();
    Some(label.chars().filter(|c| !c.is_control()).take(32).collect())
}

fn lie(label: Option<String>, really: &str) -> String {
    format!("declared {}, is {really}", label.as_deref().unwrap_or("no encoding"))
}

fn lossy<'a>(encoding: &'static Encoding, payload: &'a [u8]) -> Text<'a> {
    let (text, damaged) = encoding.decode_without_bom_handling(payload);
    let defect =
        damaged.then(|| format!("some bytes are no {}; they are shown as \u{fffd}", encoding.name()));
    Text { text, defect }
}

fn not_xml(text: &str) -> Rejection {
    let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\0');
    match text.chars().next() {
        None => Rejection::malformed("not XML: empty"),
        Some('{' | '[') => Rejection::malformed(
            "not XML but JSON; the national format (12379) or CAP 1.2 is expected here, an answer of a weather service's API is neither",
        ),
        Some(_) => {
            let shown: String = text.chars().take(SHOWN_BYTES_MAX).collect();
            Rejection::malformed(format!("not XML: begins with {shown:?}"))
        }
    }
}

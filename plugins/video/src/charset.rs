//! Bytes → text: the declared encoding, unless the bytes show that it is a lie.

use encoding_rs::{Encoding, GB18030, UTF_8};
use tocsin_sdk::Rejection;

/// An alarm with a long description has 2 KiB, a keep-alive of a platform with
/// a thousand broken cameras 40.
const PAYLOAD_BYTES_MAX: usize = 64 * 1024;
/// The declaration stands within these or is none.
const DECLARATION_BYTES_MAX: usize = 200;
/// Much of what is shown of a payload that is no XML.
const SHOWN_BYTES_MAX: usize = 24;

#[derive(Debug)]
pub struct Text {
    pub text: String,
    pub defects: Vec<String>,
}

pub fn decode(payload: &[u8]) -> Result<Text, Rejection> {
    if payload.len() > PAYLOAD_BYTES_MAX {
        let reason = format!("{} bytes are more than {PAYLOAD_BYTES_MAX}", payload.len());
        return Err(Rejection::malformed(reason));
    }
    if let Some((encoding, mark)) = marked(payload) {
        let mut text = lossy(encoding, &payload[mark..]);
        text.text.truncate(text.text.trim_end_matches(is_padding).len());
        return xml(text);
    }
    let end = payload.iter().rposition(|byte| !is_padding(char::from(*byte)));
    let payload = &payload[..end.map_or(0, |end| end + 1)];
    let payload = payload.trim_ascii_start();
    if payload.first() != Some(&b'<') {
        return Err(Rejection::malformed(not_xml(payload)));
    }
    xml(unmarked(payload))
}

/// By a byte order mark, and how long that is. GB 18030 has one as well.
fn marked(payload: &[u8]) -> Option<(&'static Encoding, usize)> {
    const GB: &[u8] = b"\x84\x31\x95\x33";
    Encoding::for_bom(payload).or_else(|| payload.starts_with(GB).then_some((GB18030, GB.len())))
}

/// Devices written in C send the end of the string along.
fn is_padding(c: char) -> bool {
    matches!(c, '\0' | ' ' | '\r' | '\n' | '\t')
}

/// Without a byte order mark: declared, else sniffed, else lossy.
fn unmarked(payload: &[u8]) -> Text {
    let label = declared(payload);
    let encoding = label.as_deref().map_or(Some(UTF_8), known);
    let Ok(utf8) = std::str::from_utf8(payload) else {
        if let Some(text) = mostly_utf8(encoding, payload) {
            return text;
        }
        let gb = GB18030.decode_without_bom_handling_and_without_replacement(payload);
        return match (encoding, gb) {
            (Some(declared), Some(text)) if declared == GB18030 => plain(text.into_owned()),
            (_, Some(text)) => lie(text.into_owned(), label, "GB 18030"),
            (declared, None) => lossy(declared.unwrap_or(UTF_8), payload),
        };
    };
    match encoding {
        _ if utf8.is_ascii() => plain(utf8.to_owned()),
        Some(declared) if declared == UTF_8 => plain(utf8.to_owned()),
        Some(_) if !looks_chinese(utf8) => lossy(GB18030, payload),
        _ => lie(utf8.to_owned(), label, "UTF-8"),
    }
}

/// UTF-8 as it says, but for a character here and there: devices cut a text where their
/// buffer ends. Read as GB 18030 all of it would be other characters.
fn mostly_utf8(encoding: Option<&'static Encoding>, payload: &[u8]) -> Option<Text> {
    let text = encoding.filter(|encoding| *encoding == UTF_8).map(|encoding| lossy(encoding, payload))?;
    let count = |is: fn(char) -> bool| text.text.chars().filter(|c| is(*c)).count();
    let is_mostly = count(is_ideograph) > 0 && count(|c| c == '\u{fffd}') < count(is_chinese);
    is_mostly.then_some(text)
}

/// Bytes of GB 18030 that happen to be UTF-8 hardly ever spell Chinese: three
/// bytes a character in step with two would have to fit the ranges throughout. Two
/// bytes alone may: 路 and 卤 are those of · and ±, so one ideograph at least.
fn looks_chinese(text: &str) -> bool {
    text.chars().any(is_ideograph) && text.chars().all(|c| c.is_ascii() || is_chinese(c))
}

fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{4e00}'..='\u{9fff}')
}

/// What Chinese text is made of beside ASCII: ideographs, punctuation, forms of full
/// width, and the signs of numbers, units, arrows and lists.
fn is_chinese(c: char) -> bool {
    is_ideograph(c)
        || matches!(c, '\u{2000}'..='\u{206f}' | '\u{3000}'..='\u{303f}' | '\u{ff00}'..='\u{ffef}')
        || matches!(c, '°' | '±' | '·' | '×' | '÷' | '\u{2100}'..='\u{21ff}' | '\u{2460}'..='\u{24ff}')
        || matches!(c, '\u{25a0}'..='\u{26ff}' | '\u{3200}'..='\u{33ff}')
}

/// The two that the standard's documents come in.
fn known(label: &str) -> Option<&'static Encoding> {
    match label.to_ascii_lowercase().as_str() {
        "gb2312" | "gb_2312-80" | "gbk" | "cp936" | "gb18030" | "gb18030-2000" | "gb18030-2005" | "x-gbk" => {
            Some(GB18030)
        }
        "utf-8" | "utf8" | "us-ascii" | "ascii" => Some(UTF_8),
        _ => None,
    }
}

/// The label in `<?xml version="1.0" encoding="GB2312"?>`.
fn declared(payload: &[u8]) -> Option<String> {
    let head = String::from_utf8_lossy(&payload[..payload.len().min(DECLARATION_BYTES_MAX)]);
    let declaration = head.strip_prefix("<?xml")?.split_once("?>")?.0;
    let value = declaration.split_once("encoding")?.1.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let label = value[1..].split_once(quote)?.0.trim();
    Some(label.chars().filter(|c| !c.is_control()).take(32).collect())
}

fn plain(text: String) -> Text {
    Text { text, defects: Vec::new() }
}

fn lie(text: String, label: Option<String>, really: &str) -> Text {
    let label = label.unwrap_or_else(|| "no encoding".to_owned());
    Text { text, defects: vec![format!("declared {label}, is {really}")] }
}

fn lossy(encoding: &'static Encoding, payload: &[u8]) -> Text {
    let (text, damaged) = encoding.decode_without_bom_handling(payload);
    let defect = || format!("some bytes are no {}; they are shown as \u{fffd}", encoding.name());
    Text { text: text.into_owned(), defects: damaged.then(defect).into_iter().collect() }
}

fn xml(text: Text) -> Result<Text, Rejection> {
    if text.text.trim_start().starts_with('<') {
        Ok(text)
    } else {
        Err(Rejection::malformed(not_xml(text.text.as_bytes())))
    }
}

fn not_xml(payload: &[u8]) -> String {
    let line = payload.split(|byte| *byte == b'\n').next().unwrap_or_default();
    if line.windows(7).any(|window| window == b"SIP/2.0") {
        return "not XML but a whole SIP message; this door takes its body alone".to_owned();
    }
    let shown = String::from_utf8_lossy(&payload[..payload.len().min(SHOWN_BYTES_MAX)]).into_owned();
    if payload.is_empty() { "not XML: empty".to_owned() } else { format!("not XML: begins with {shown:?}") }
}

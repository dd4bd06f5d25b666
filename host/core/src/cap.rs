//! CAP 1.2 (OASIS, 1 July 2010), written strictly: words of its enumerations,
//! numeric offsets, no spaces in identifiers. What stands in a message is its caller's.

use crate::signal::Severity;
use crate::time::Timestamp;

/// An identifier or sender: no spaces, commas, `<` or `&`; never empty.
pub(crate) fn token(text: &str) -> String {
    let clean = |c: char| {
        if c.is_whitespace() || c.is_control() || matches!(c, ',' | '<' | '&' | '>') { '_' } else { c }
    };
    let text: String = text.trim().chars().map(clean).collect();
    if text.is_empty() { "unknown".to_owned() } else { text }
}

/// `2026-07-12T14:15:00+08:00`: a numeric offset, no fraction.
pub(crate) fn time(at: Timestamp) -> String {
    let beijing = jiff::tz::TimeZone::fixed(jiff::tz::offset(8));
    let at = jiff::Timestamp::from_millisecond(at.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    at.to_zoned(beijing).strftime("%Y-%m-%dT%H:%M:%S+08:00").to_string()
}

pub(crate) fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Unknown => "Unknown",
        Severity::Minor => "Minor",
        Severity::Moderate => "Moderate",
        Severity::Severe => "Severe",
        Severity::Extreme => "Extreme",
    }
}

/// A document under way, one element a line.
pub(crate) struct Xml(String);

impl Xml {
    pub(crate) fn new() -> Xml {
        Xml("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned())
    }

    pub(crate) fn open(&mut self, tag: &str) {
        self.0.push('<');
        self.0.push_str(tag);
        self.0.push_str(">\n");
    }

    pub(crate) fn close(&mut self, name: &str) {
        self.0.push_str("</");
        self.0.push_str(name);
        self.0.push_str(">\n");
    }

    pub(crate) fn text(&mut self, name: &str, text: &str) {
        self.0.push('<');
        self.0.push_str(name);
        self.0.push('>');
        for c in text.chars() {
            match c {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                // XML 1.0 has no place for the others, escaped or not.
                '\n' | '\t' => self.0.push(c),
                c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => self.0.push(' '),
                c => self.0.push(c),
            }
        }
        self.close(name);
    }

    pub(crate) fn into_text(self) -> String {
        self.0
    }

    pub(crate) fn pair(&mut self, name: &str, value_name: &str, value: &str) {
        if !value.is_empty() {
            self.open(name);
            self.text("valueName", value_name);
            self.text("value", value);
            self.close(name);
        }
    }
}

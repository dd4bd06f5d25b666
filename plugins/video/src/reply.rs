//! The application's answer: `<Response>` with the same SN.
//!
//! Written in ASCII alone, so that it is right under whatever encoding the other
//! side assumes; it is labelled GB2312 as the standard asks.

use crate::document::Element;
use std::fmt::Write;

/// An SN is a number up to 2^31; longer ones are answered as they came, to here.
const FIELD_CHARS_MAX: usize = 64;

#[derive(Debug)]
pub struct Reply {
    command: String,
    serial: String,
    device: String,
}

impl Reply {
    /// `None` where the SN is not known, and for a `<Response>`: answering one
    /// would have two platforms answer each other for ever.
    pub fn to(root: &Element) -> Option<Reply> {
        let field = |name| root.field(name).map(|text| escaped(&text));
        if root.is("Response") {
            return None;
        }
        Some(Reply {
            serial: field("SN")?,
            command: field("CmdType").unwrap_or_default(),
            device: field("DeviceID").unwrap_or_default(),
        })
    }

    pub fn ok(&self) -> Vec<u8> {
        self.write("OK")
    }

    pub fn error(&self) -> Option<Vec<u8>> {
        // Without a command there is nothing that the answer would be to.
        (!self.command.is_empty()).then(|| self.write("ERROR"))
    }

    fn write(&self, result: &str) -> Vec<u8> {
        let Reply { command, serial, device } = self;
        format!(
            "<?xml version=\"1.0\" encoding=\"GB2312\"?>\r\n<Response>\r\n<CmdType>{command}</CmdType>\r\n\
             <SN>{serial}</SN>\r\n<DeviceID>{device}</DeviceID>\r\n<Result>{result}</Result>\r\n</Response>\r\n"
        )
        .into_bytes()
    }
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars().take(FIELD_CHARS_MAX) {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            ' '..='~' => escaped.push(c),
            _ => {
                // Writing to a string cannot fail.
                let _ = write!(escaped, "&#{};", u32::from(c));
            }
        }
    }
    escaped
}

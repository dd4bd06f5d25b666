//! One SIP message (RFC 3261, 7): a start line, headers, a body.
//!
//! Header values stay bytes: names in them come in GB 18030 as well as UTF-8, and
//! an answer repeats them as they came.

use super::uri::Address;
use std::borrow::Cow;

/// What any device sends has some twelve.
const HEADERS_MAX: usize = 96;

#[derive(Debug)]
pub struct Message<'a> {
    pub start: Start<'a>,
    headers: Vec<(&'a [u8], Cow<'a, [u8]>)>,
    /// All that stands behind the empty line.
    rest: &'a [u8],
    /// Lines that are no header.
    odd: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start<'a> {
    Request { method: &'a str, uri: &'a str, version: &'a str },
    Response { status: u16, phrase: &'a str },
}

impl<'a> Start<'a> {
    /// A whole line without its end.
    pub fn read(line: &'a [u8]) -> Option<Start<'a>> {
        let line = std::str::from_utf8(line).ok()?;
        let (first, rest) = line.split_once(' ')?;
        if first.eq_ignore_ascii_case("SIP/2.0") {
            let (digits, phrase) = rest.trim_start().split_once(' ').unwrap_or((rest.trim(), ""));
            let status = digits.parse().ok().filter(|status| (100..700).contains(status))?;
            return Some(Start::Response { status, phrase: phrase.trim() });
        }
        let (uri, version) = rest.trim_end().rsplit_once(' ')?;
        let is_method =
            (2..=16).contains(&first.len()) && first.bytes().all(|byte| byte.is_ascii_uppercase());
        let fits = is_method && !uri.trim().is_empty() && version.get(..4)?.eq_ignore_ascii_case("SIP/");
        fits.then_some(Start::Request { method: first, uri: uri.trim(), version })
    }
}

impl<'a> Message<'a> {
    /// `None`: no start line, or no end of the headers.
    pub fn read(bytes: &'a [u8]) -> Option<Message<'a>> {
        let (head, body) = split(bytes)?;
        let mut lines =
            head.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
        let start = Start::read(lines.next()?)?;
        let mut message = Message { start, headers: Vec::new(), rest: &bytes[body..], odd: 0 };
        for line in lines {
            message.header(line);
        }
        Some(message)
    }

    fn header(&mut self, line: &'a [u8]) {
        let is_folded = line.first().is_some_and(|byte| matches!(byte, b' ' | b'\t'));
        let colon = line.iter().position(|byte| *byte == b':');
        let is_room = self.headers.len() < HEADERS_MAX;
        match (self.headers.last_mut(), colon) {
            (Some((_, value)), _) if is_folded => {
                // A fold is one blank; before and behind a value it is nothing.
                let (value, more) = (value.to_mut(), line.trim_ascii());
                if !value.is_empty() && !more.is_empty() {
                    value.push(b' ');
                }
                value.extend_from_slice(more);
            }
            (_, Some(colon)) if colon > 0 && !is_folded && is_room => {
                self.headers
                    .push((line[..colon].trim_ascii(), Cow::Borrowed(line[colon + 1..].trim_ascii())));
            }
            _ => self.odd += 1,
        }
    }

    /// The method, also of the request that a response answers; empty where unknown.
    pub fn method(&self) -> &str {
        match self.start {
            Start::Request { method, .. } => method,
            Start::Response { .. } => self.cseq().map_or("", |(_, method)| method),
        }
    }

    /// Every value of a header, by its long name; short forms count too.
    pub fn all<'s>(&'s self, name: &'s str) -> impl Iterator<Item = &'s [u8]> {
        let short = short(name);
        let is_it = move |own: &[u8]| {
            own.eq_ignore_ascii_case(name.as_bytes())
                || short.is_some_and(|short| own.eq_ignore_ascii_case(short))
        };
        self.headers.iter().filter(move |(own, _)| is_it(own)).map(|(_, value)| &**value)
    }

    pub fn get<'s>(&'s self, name: &'s str) -> Option<&'s [u8]> {
        self.all(name).next()
    }

    pub fn text<'s>(&'s self, name: &'s str) -> Option<&'s str> {
        std::str::from_utf8(self.get(name)?).ok()
    }

    pub fn cseq(&self) -> Option<(u32, &str)> {
        let (number, method) = self.text("CSeq")?.split_once([' ', '\t'])?;
        Some((number.parse().ok()?, method.trim()))
    }

    pub fn content_length(&self) -> Option<usize> {
        self.text("Content-Length")?.parse().ok()
    }

    /// Whether one belongs to it by its headers, however long.
    pub fn has_body(&self) -> bool {
        self.get("Content-Type").is_some() || matches!(self.start, Start::Request { method: "MESSAGE", .. })
    }

    /// Who it is from: the sender of a request, whoever answers a response.
    pub fn speaker(&self) -> Option<&str> {
        let name = match self.start {
            Start::Request { .. } => "From",
            Start::Response { .. } => "To",
        };
        Some(Address::read(self.get(name)?)?.user).filter(|user| !user.is_empty())
    }

    /// The body, and what is wrong with its length. One that its Content-Length
    /// would cut before the end of its XML is taken whole: some senders count
    /// characters.
    pub fn body(&self) -> (&'a [u8], Option<String>) {
        let have = self.rest.len();
        let Some(said) = self.content_length().filter(|said| *said != have) else {
            return (self.rest, None);
        };
        let defect = Some(format!("Content-Length {said}, but {have} bytes came"));
        match self.rest.get(..said) {
            Some(body) if !cuts(body, &self.rest[said..]) => (body, defect),
            _ => (self.rest, defect),
        }
    }

    /// What makes it a bad request, in the words of the answer's first line.
    pub fn fault(&self) -> Option<&'static str> {
        let Start::Request { method, .. } = self.start else { return None };
        let missing = |name| self.get(name).is_none_or(<[u8]>::is_empty);
        [
            (self.odd > 0, "Bad Header"),
            (missing("Via"), "Missing Via"),
            (missing("From"), "Missing From"),
            (missing("To"), "Missing To"),
            (missing("Call-ID"), "Missing Call-ID"),
            (missing("CSeq"), "Missing CSeq"),
            (self.cseq().is_none(), "Bad CSeq"),
            (self.cseq().is_some_and(|(_, own)| own != method), "CSeq Method Differs"),
            (self.get("From").and_then(Address::read).is_none(), "Bad From"),
            (self.get("To").and_then(Address::read).is_none(), "Bad To"),
            (self.get("Content-Length").is_some() && self.content_length().is_none(), "Bad Content-Length"),
            (self.content_length().is_some_and(|said| said > self.rest.len()), "Body Is Cut Off"),
        ]
        .into_iter()
        .find_map(|(is_so, phrase)| is_so.then_some(phrase))
    }
}

/// Whether a body of that length would end inside its XML while `behind` ends it.
fn cuts(body: &[u8], behind: &[u8]) -> bool {
    may_be_cut(body) && ends(behind)
}

/// Whether a body looks as if its XML went on behind it.
pub fn may_be_cut(body: &[u8]) -> bool {
    body.trim_ascii_start().starts_with(b"<") && !ends(body)
}

fn ends(xml: &[u8]) -> bool {
    xml.trim_ascii_end().ends_with(b">")
}

/// Where the XML at the front of some bytes ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum XmlEnd {
    /// Behind the tag that closes its root.
    At(usize),
    /// It has not come yet.
    Open,
    /// There is no XML: known by the bytes up to there.
    None(usize),
}

/// By the root's name alone, and by no byte behind its end: good enough for where a
/// message ends; its decoder reads the document.
pub fn xml_end(bytes: &[u8]) -> XmlEnd {
    let mut at = bytes.len() - bytes.trim_ascii_start().len();
    loop {
        match &bytes[at..] {
            [] | [b'<'] => return XmlEnd::Open,
            [b'<', b'?' | b'!', rest @ ..] => {
                let Some(end) = rest.iter().position(|byte| *byte == b'>') else { return XmlEnd::Open };
                at += end + 3;
                at += bytes[at..].len() - bytes[at..].trim_ascii_start().len();
            }
            [b'<', rest @ ..] => {
                let ends_name = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'>' | b'/');
                let Some(length) = rest.iter().position(ends_name) else { return XmlEnd::Open };
                let close = [b"</", &rest[..length], b">"].concat();
                // From here on: what stands before was judged when the name had not come yet.
                let found = bytes[at..].windows(close.len()).position(|window| window == close);
                return found.map_or(XmlEnd::Open, |found| XmlEnd::At(at + found + close.len()));
            }
            _ => return XmlEnd::None(at + 1),
        }
    }
}

/// Headers without the empty line behind them, and where the body begins.
pub fn split(bytes: &[u8]) -> Option<(&[u8], usize)> {
    let mut at = 0;
    loop {
        let end = at + bytes.get(at..)?.iter().position(|byte| *byte == b'\n')?;
        match bytes.get(end + 1..)? {
            [b'\r', b'\n', ..] => return Some((&bytes[..end], end + 3)),
            [b'\n', ..] => return Some((&bytes[..end], end + 2)),
            _ => at = end + 1,
        }
    }
}

/// The one-letter names of RFC 3261, 7.3.3.
fn short(name: &str) -> Option<&'static [u8]> {
    Some(match name {
        "Via" => b"v",
        "From" => b"f",
        "To" => b"t",
        "Call-ID" => b"i",
        "Contact" => b"m",
        "Content-Length" => b"l",
        "Content-Type" => b"c",
        "Content-Encoding" => b"e",
        _ => return None,
    })
}

//! The XML that nearly all messages are: a declaration, elements and text, each
//! closed. Read in one pass over the text, in half the time that a parser of all of
//! XML takes. Whatever is more than that (references, comments, sections, document
//! types, anything wrong) is left to that parser, so that there is one set of rules
//! and of words.

use super::{DEPTH_MAX, Document, ELEMENTS_MAX, Element, namespace};
use quick_xml::events::{BytesStart, BytesText};
use std::borrow::Cow;

/// `None`: it is not as plain as that.
pub fn read(text: &str) -> Option<Document<'_>> {
    let mut rest = text.trim_ascii_start();
    if rest.starts_with("<?xml ") {
        rest = &rest[rest.find("?>")? + 2..];
    }
    // Whole names beside the elements: an end has the prefix too.
    let mut open: Vec<(&str, Element<'_>)> = Vec::with_capacity(DEPTH_MAX);
    let (mut root, mut space, mut elements) = (None, String::new(), 0);
    loop {
        let run = Run::of(rest);
        if run.length == rest.len() {
            let is_whole = root.is_some() && run.is_blank;
            return is_whole.then_some(Document { root, namespace: space, damage: None });
        }
        let (before, tag) = (&rest[..run.length], &rest[run.length + 1..]);
        match open.last_mut() {
            Some((_, element)) if !(element.text.is_empty() && run.is_blank) => {
                element.add(content(before, run)?);
            }
            None if !run.is_blank => return None,
            _ => {}
        }
        let end = tag_end(tag)?;
        let inside = &tag[..end];
        rest = &tag[end + 1..];
        if let Some(name) = inside.strip_prefix('/') {
            let (whole, element) = open.pop()?;
            if whole != name.trim_ascii_end() {
                return None;
            }
            close(&mut open, &mut root, element);
            continue;
        }
        elements += 1;
        if root.is_some() || open.len() == DEPTH_MAX || elements > ELEMENTS_MAX {
            return None;
        }
        let (inside, is_empty) = inside.strip_suffix('/').map_or((inside, false), |inside| (inside, true));
        let length = inside.bytes().position(|byte| byte.is_ascii_whitespace()).unwrap_or(inside.len());
        let whole = &inside[..length];
        let element = Element::named(local(whole).into());
        if space.is_empty() && element.is("alert") {
            space = namespace(&BytesStart::from_content(inside, length));
        }
        match is_empty {
            true => close(&mut open, &mut root, element),
            false => open.push((whole, element)),
        }
    }
}

fn close<'a>(open: &mut [(&str, Element<'a>)], root: &mut Option<Element<'a>>, element: Element<'a>) {
    match open.last_mut() {
        Some((_, parent)) => parent.children.push(element),
        None => *root = Some(element),
    }
}

/// A name behind its prefix.
fn local(name: &str) -> &str {
    name.bytes().position(|byte| byte == b':').map_or(name, |at| &name[at + 1..])
}

/// Where the `>` of a tag stands: of an element's, whose attributes may hold others.
fn tag_end(tag: &str) -> Option<usize> {
    let bytes = tag.as_bytes();
    // A name, or the end of one: no declaration, comment or section.
    let first = *bytes.first()?;
    if !(first.is_ascii_alphabetic() || first == b'/' && bytes.get(1)?.is_ascii_alphabetic()) {
        return None;
    }
    // Most have no attributes.
    let simple = bytes.iter().position(|byte| matches!(byte, b'>' | b'"' | b'\''))?;
    if bytes[simple] == b'>' {
        return Some(simple);
    }
    let mut quote = None;
    bytes.iter().position(|byte| {
        match (quote, byte) {
            (None, b'"' | b'\'') => quote = Some(*byte),
            (Some(mark), byte) if mark == *byte => quote = None,
            _ => {}
        }
        quote.is_none() && *byte == b'>'
    })
}

/// What stands before the next tag, seen in one look.
#[derive(Clone, Copy)]
struct Run {
    length: usize,
    is_blank: bool,
    has_references: bool,
    has_returns: bool,
}

impl Run {
    fn of(text: &str) -> Run {
        let bytes = text.as_bytes();
        let blank = bytes.iter().position(|byte| !byte.is_ascii_whitespace()).unwrap_or(bytes.len());
        let (mut has_references, mut has_returns) = (false, false);
        let word = bytes[blank..].iter().position(|byte| {
            has_references |= *byte == b'&';
            has_returns |= *byte == b'\r';
            *byte == b'<'
        });
        let length = word.map_or(bytes.len(), |word| blank + word);
        has_returns |= bytes[..blank].contains(&b'\r');
        Run { length, is_blank: blank == length, has_references, has_returns }
    }
}

/// Text without references.
fn content(text: &str, run: Run) -> Option<Cow<'_, str>> {
    match (run.has_references, run.has_returns) {
        (false, false) => Some(text.into()),
        (false, true) => Some(BytesText::from_escaped(text).xml10_content()),
        (true, _) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::in_full;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_plain() {
        let check = |text: &str, is_plain: bool| {
            let read = read(text);
            assert_eq!(read.is_some(), is_plain, "{text}");
            if let Some(read) = read {
                assert_eq!(read, in_full(text), "{text}");
            }
        };
        for text in [
            "<a/>",
            " <?xml version=\"1.0\"?>\r\n<a>x</a>\r\n",
            "<alert xmlns=\"urn:x\"><b>1</b> <b c='>'>2</b >\n</alert>",
            "<p:alert xmlns:p='urn:y'><p:b/>x\r\ny<p:b></p:b> z</p:alert>",
            "<a>]]>'\"</a>",
        ] {
            check(text, true);
        }
        for text in
            ["", "x", "<a>", "<a></b>", "<a>&lt;</a>", "<!DOCTYPE a><a/>", "<a><!-- --></a>", "<a/><a/>"]
        {
            check(text, false);
        }
        check(&("<a>".repeat(17) + &"</a>".repeat(17)), false);
        check(include_str!("../../bench/cap.xml"), true);
        check(include_str!("../../bench/12379.xml"), true);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_000))]

        /// Both readers say the same of whatever the plain one takes.
        #[test]
        fn the_same_as_in_full(parts in prop::collection::vec(prop::sample::select(vec![
            "<a>", "</a>", "<b>", "</b>", "<a/>", "<alert xmlns='u'>", "</alert>", "<p:alert xmlns:p=\"v\">", "</p:alert>",
            "x", " ", "\r\n", "\r", "雨", "&amp;", "<", ">", "/", "'", "\"", "<!--", "-->", "<?xml version='1.0'?>", "<?", "?>",
            "<a b='>'>", "<a\n>", "</a >", "<![CDATA[", "]]>", "\0", "=", ":", "<a:>", "<é>",
        ]), 0..14)) {
            let text = parts.concat();
            if let Some(read) = read(&text) {
                prop_assert_eq!(read, in_full(&text));
            }
        }
    }
}

//! A small XML document under hard limits; nothing in it can define, include or
//! expand anything.

mod plain;

use quick_xml::Reader;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};
use std::borrow::Cow;
use tocsin_sdk::Rejection;

/// A message has six levels; signed ones twelve.
const DEPTH_MAX: usize = 16;
/// A message for a province in two languages with a geocode a township.
const ELEMENTS_MAX: usize = 8_000;
const NAME_CHARS_MAX: usize = 64;

/// What could be read, and what stopped it.
#[derive(Debug)]
#[cfg_attr(test, derive(PartialEq))]
pub struct Document<'a> {
    pub root: Option<Element<'a>>,
    pub namespace: String,
    pub damage: Option<Rejection>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Element<'a> {
    /// Behind its prefix.
    name: Cow<'a, str>,
    text: Cow<'a, str>,
    children: Vec<Element<'a>>,
}

impl<'a> Element<'a> {
    fn named(name: Cow<'a, str>) -> Element<'a> {
        Element { name, text: Cow::Borrowed(""), children: Vec::new() }
    }

    fn add(&mut self, text: Cow<'a, str>) {
        match self.text.is_empty() {
            true => self.text = text,
            false => self.text.to_mut().push_str(&text),
        }
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// The name in a sentence.
    pub fn shown(&self) -> String {
        self.name().chars().take(NAME_CHARS_MAX).collect()
    }

    pub fn is(&self, name: &str) -> bool {
        self.name().eq_ignore_ascii_case(name)
    }

    /// Text of a child, trimmed; `None` where it is missing or empty.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.all(name).find_map(Element::content)
    }

    /// The first of several names that a field goes by.
    pub fn one_of(&self, names: &[&str]) -> Option<&str> {
        names.iter().find_map(|name| self.field(name))
    }

    /// All children of this name.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &Element<'a>> {
        self.children.iter().filter(move |child| child.is(name))
    }

    pub fn content(&self) -> Option<&str> {
        let text = self.text.trim_matches(|c: char| c.is_whitespace() || c.is_control());
        (!text.is_empty()).then_some(text)
    }

    /// It or what it holds, of this name, at any depth.
    pub fn find(&self, name: &str) -> Vec<&Element<'a>> {
        let mut found = Vec::new();
        let mut open = vec![self];
        while let Some(element) = open.pop() {
            match element.is(name) {
                true => found.push(element),
                false => open.extend(element.children.iter().rev()),
            }
        }
        found
    }
}

pub fn read(text: &str) -> Document<'_> {
    plain::read(text).unwrap_or_else(|| in_full(text))
}

/// By every rule of XML, and with the words for what is wrong.
fn in_full(text: &str) -> Document<'_> {
    let mut reader = Reader::from_str(text);
    // `A&B栋` is what people write, and what many devices send as it is.
    reader.config_mut().allow_dangling_amp = true;
    let mut build = Build::default();
    let damage = loop {
        let step = match reader.read_event() {
            Ok(Event::Eof) => break build.unfinished(),
            Ok(event) => build.take(event),
            Err(error) => Err(Rejection::malformed(format!(
                "not well-formed XML inside <{}>: {error}",
                build.open.last().map(Element::shown).unwrap_or_default()
            ))),
        };
        if let Err(rejection) = step {
            let reason = format!("{} (byte {})", rejection.reason, reader.buffer_position());
            break Some(Rejection { reason, ..rejection });
        }
    };
    let namespace = std::mem::take(&mut build.namespace);
    Document { root: build.into_root(), namespace, damage }
}

/// Elements that are open, outermost first, and the root once it is closed.
#[derive(Default)]
struct Build<'a> {
    open: Vec<Element<'a>>,
    root: Option<Element<'a>>,
    namespace: String,
    elements: usize,
}

impl<'a> Build<'a> {
    fn take(&mut self, event: Event<'a>) -> Result<(), Rejection> {
        match event {
            Event::Start(tag) => self.start(&tag),
            Event::Empty(tag) => {
                self.start(&tag)?;
                self.end();
                Ok(())
            }
            Event::End(_) => {
                self.end();
                Ok(())
            }
            // What stands between elements; nothing reads it, and it would be copied together.
            Event::Text(text) if self.says_nothing(&text) => Ok(()),
            Event::Text(text) => self.text(text.xml10_content()),
            Event::CData(text) => self.text(text.xml10_content()),
            Event::GeneralRef(reference) => self.text(expand(&reference)?.into()),
            Event::DocType(_) => Err(Rejection::malformed("a document type (DTD) is never taken")),
            Event::Decl(_) | Event::PI(_) | Event::Comment(_) | Event::Eof => Ok(()),
        }
    }

    fn start(&mut self, tag: &BytesStart<'a>) -> Result<(), Rejection> {
        if self.root.is_some() {
            return Err(Rejection::malformed("a second document begins behind the first"));
        }
        if self.open.len() == DEPTH_MAX {
            return Err(Rejection::malformed(format!("more than {DEPTH_MAX} levels of elements")));
        }
        self.elements += 1;
        if self.elements > ELEMENTS_MAX {
            return Err(Rejection::malformed(format!("more than {ELEMENTS_MAX} elements")));
        }
        let element = Element::named(tag.local_name().into_inner().to_owned().into());
        if self.namespace.is_empty() && element.is("alert") {
            self.namespace = namespace(tag);
        }
        self.open.push(element);
        Ok(())
    }

    /// The reader has checked that names match.
    fn end(&mut self) {
        let Some(element) = self.open.pop() else {
            return;
        };
        match self.open.last_mut() {
            Some(parent) => parent.children.push(element),
            None => self.root = Some(element),
        }
    }

    fn text(&mut self, text: Cow<'a, str>) -> Result<(), Rejection> {
        match self.open.last_mut() {
            Some(element) => element.add(text),
            None if text.trim_matches(|c: char| c.is_whitespace() || c == '\0').is_empty() => {}
            None => {
                return Err(Rejection::malformed("text outside of the document's element"));
            }
        }
        Ok(())
    }

    /// Blanks at the front of an element's text, which is trimmed.
    fn says_nothing(&self, text: &str) -> bool {
        self.open.last().is_some_and(|element| element.text.is_empty()) && is_blank(text)
    }

    fn unfinished(&self) -> Option<Rejection> {
        let element = self.open.last()?;
        Some(Rejection::malformed(format!("the document ends inside <{}>", element.shown())))
    }

    /// Closes what is open, so that the fields read so far can be found.
    fn into_root(mut self) -> Option<Element<'a>> {
        while !self.open.is_empty() {
            self.end();
        }
        self.root
    }
}

fn is_blank(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_whitespace())
}

/// The one that the element stands in, by its own attributes.
fn namespace(tag: &BytesStart<'_>) -> String {
    let name = tag.name();
    let whole: &str = name.as_ref();
    let wanted = match whole.split_once(':') {
        Some((prefix, _)) => format!("xmlns:{prefix}"),
        None => "xmlns".to_owned(),
    };
    let found = tag.attributes().flatten().find(|attribute| {
        let key: &str = attribute.key.as_ref();
        key == wanted
    });
    found.map(|attribute| attribute.value.chars().take(128).collect()).unwrap_or_default()
}

fn expand(reference: &BytesRef<'_>) -> Result<String, Rejection> {
    let name = reference.xml10_content();
    match reference.resolve_char_ref() {
        Ok(Some(c)) => Ok(c.to_string()),
        Ok(None) => match resolve_xml_entity(&name) {
            Some(text) => Ok(text.to_owned()),
            None => {
                let shown: String = name.chars().take(NAME_CHARS_MAX).collect();
                Err(Rejection::malformed(format!("entity &{shown}; is none of the five of XML")))
            }
        },
        Err(error) => Err(Rejection::malformed(format!("not a character reference: {error}"))),
    }
}

//! A small XML document under hard limits; nothing in it can define, include or
//! expand anything.

use quick_xml::Reader;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};
use tocsin_sdk::Rejection;

/// An alarm has four levels; editions with extensions have six.
const DEPTH_MAX: usize = 16;
/// The most that a keep-alive with its list of broken devices needs.
const ELEMENTS_MAX: usize = 1_000;
/// Of one field: more than any desk shows.
const FIELD_CHARS_MAX: usize = 1_000;
const NAME_CHARS_MAX: usize = 64;

/// What could be read, and what stopped it. A root with damage is as much of the
/// document as there was: enough to know whom to answer.
#[derive(Debug)]
pub struct Document {
    pub root: Option<Element>,
    pub damage: Option<Rejection>,
}

#[derive(Debug, Default)]
pub struct Element {
    name: String,
    text: String,
    children: Vec<Element>,
}

impl Element {
    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// Text of a child, trimmed, with blanks and control characters as single
    /// spaces; `None` where it is missing or empty.
    pub fn field(&self, name: &str) -> Option<String> {
        self.children.iter().filter(|child| child.is(name)).find_map(Element::content)
    }

    /// The same of an element at any depth, nearest first.
    pub fn anywhere(&self, name: &str) -> Option<String> {
        self.field(name).or_else(|| self.children.iter().find_map(|child| child.anywhere(name)))
    }

    /// All children of this name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.children.iter().filter(move |child| child.is(name))
    }

    pub fn content(&self) -> Option<String> {
        let blank = |c: char| c.is_whitespace() || c.is_control();
        let words: Vec<&str> = self.text.split(blank).filter(|word| !word.is_empty()).collect();
        let line: String = words.join(" ").chars().take(FIELD_CHARS_MAX).collect();
        (!line.is_empty()).then_some(line)
    }
}

pub fn read(text: &str) -> Document {
    let mut reader = Reader::from_str(text);
    // `A&B栋` is what people write, and what many devices send as it is.
    reader.config_mut().allow_dangling_amp = true;
    let mut build = Build::default();
    let damage = loop {
        let step = match reader.read_event() {
            Ok(Event::Eof) => break build.unfinished(),
            Ok(event) => build.take(event),
            Err(error) => Err(Rejection::malformed(format!("not well-formed XML: {error}"))),
        };
        if let Err(rejection) = step {
            break Some(Rejection {
                reason: format!("{} (byte {})", rejection.reason, reader.buffer_position()),
                ..rejection
            });
        }
    };
    Document { root: build.into_root(), damage }
}

/// Elements that are open, outermost first, and the root once it is closed.
#[derive(Default)]
struct Build {
    open: Vec<Element>,
    root: Option<Element>,
    elements: usize,
}

impl Build {
    fn take(&mut self, event: Event<'_>) -> Result<(), Rejection> {
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
            Event::Text(text) => self.text(&text.xml10_content()),
            Event::CData(text) => self.text(&text.xml10_content()),
            Event::GeneralRef(reference) => self.text(&expand(&reference)?),
            Event::DocType(_) => Err(Rejection::malformed("a document type (DTD) is never taken")),
            Event::Decl(_) | Event::PI(_) | Event::Comment(_) | Event::Eof => Ok(()),
        }
    }

    fn start(&mut self, tag: &BytesStart<'_>) -> Result<(), Rejection> {
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
        let name = tag.local_name().as_ref().chars().take(NAME_CHARS_MAX).collect();
        self.open.push(Element { name, ..Element::default() });
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

    fn text(&mut self, text: &str) -> Result<(), Rejection> {
        match self.open.last_mut() {
            Some(element) => element.text.push_str(text),
            None if text.trim().is_empty() => {}
            None => {
                return Err(Rejection::malformed("text outside of the document's element"));
            }
        }
        Ok(())
    }

    fn unfinished(&self) -> Option<Rejection> {
        let element = self.open.last()?;
        Some(Rejection::malformed(format!("the document ends inside <{}>", element.name)))
    }

    /// Closes what is open, so that the fields read so far can be found.
    fn into_root(mut self) -> Option<Element> {
        while !self.open.is_empty() {
            self.end();
        }
        self.root
    }
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

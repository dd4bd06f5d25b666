//! One TOML file with the places of all that stands in it.

use super::finding::{Findings, Place, text};
use super::unreadable::explain;
use serde::de::DeserializeOwned;
use std::ops::Range;
use std::path::Path;
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

/// A million devices at some hundred bytes each would need more, but then belong
/// into several cities; a file above this is a mistake (a log, an image).
const FILE_BYTES_MAX: u64 = 64 << 20;

/// A file as read.
pub struct File {
    name: String,
    text: String,
}

/// A file with its tree.
pub struct Source<'a> {
    file: &'a File,
    /// Byte offset at which each line begins.
    lines: Vec<usize>,
    root: DeTable<'a>,
}

/// One `[[table]]` of a file, as the type it should be.
pub struct Entry<'a, T> {
    pub value: T,
    /// Its id, code or name.
    pub id: String,
    source: &'a Source<'a>,
    kind: &'static str,
    node: &'a Spanned<DeValue<'a>>,
}

impl File {
    /// A file that a city may do without: empty where it is missing.
    pub fn read_optional(dir: &Path, name: &str, findings: &mut Findings) -> Option<File> {
        match dir.join(name).exists() {
            true => File::read(dir, name, findings),
            false => Some(File { name: name.to_owned(), text: String::new() }),
        }
    }

    /// The `.toml` files of a folder inside the city's, in the order of their names.
    pub fn read_folder(dir: &Path, folder: &str, findings: &mut Findings) -> Vec<File> {
        let names = std::fs::read_dir(dir.join(folder)).into_iter().flatten().flatten();
        let mut names: Vec<String> = names
            .filter_map(|entry| entry.file_name().into_string().ok())
            .filter(|name| name.ends_with(".toml"))
            .map(|name| format!("{folder}/{name}"))
            .collect();
        names.sort();
        names.iter().filter_map(|name| File::read(dir, name, findings)).collect()
    }

    pub fn read(dir: &Path, name: &str, findings: &mut Findings) -> Option<File> {
        let path = dir.join(name);
        match content(&path) {
            Ok(text) => Some(File { name: name.to_owned(), text }),
            Err(error) => {
                let shown = path.display();
                findings.error(
                    Place { file: name.to_owned(), line: 0, column: 0, id: String::new() },
                    "file-unreadable",
                    text(
                        format!("无法读取 {shown}:{error};请提供该文件(UTF-8;除 city.toml 外可以为空)"),
                        format!("cannot read {shown}: {error}; provide it as UTF-8 (all but city.toml may be empty)"),
                    ),
                );
                None
            }
        }
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn text(&self) -> &str {
        &self.text
    }
}

impl<'a> Source<'a> {
    /// Each syntax error is a finding; what could be read is the result all the same.
    pub fn parse(file: &'a File, findings: &mut Findings) -> Source<'a> {
        let starts = file.text.match_indices('\n').map(|(at, _)| at + 1);
        let lines = std::iter::once(0).chain(starts).collect();
        let (root, errors) = DeTable::parse_recoverable(&file.text);
        let source = Source { file, lines, root: root.into_inner() };
        for error in &errors {
            let message = error.message();
            findings.error(
                source.place(error.span()),
                "syntax",
                text(format!("TOML 语法错误:{message}"), format!("not valid TOML: {message}")),
            );
        }
        source
    }

    /// Nothing is said: the file is missing, or blank but for comments.
    pub fn is_empty(&self) -> bool {
        self.root.is_empty()
    }

    pub fn start(&self) -> Place {
        self.place(None)
    }

    fn place(&self, span: Option<Range<usize>>) -> Place {
        let at = span.map_or(0, |span| span.start).min(self.file.text.len());
        let line = self.lines.partition_point(|start| *start <= at);
        let start = self.lines[line - 1];
        let column = self.file.text.get(start..at).map_or(1, |before| before.chars().count() + 1);
        Place { file: self.file.name.clone(), line, column, id: String::new() }
    }

    /// Refuses top-level keys that nobody would read.
    pub fn only_keys(&self, known: &[&str], findings: &mut Findings) {
        for key in self.root.keys().filter(|key| !known.contains(&key.get_ref().as_ref())) {
            let (name, list) = (key.get_ref(), known.join(", "));
            findings.error(
                self.place(Some(key.span())),
                "key-unknown",
                text(
                    format!("未知字段 {name};可用字段:{list}"),
                    format!("unknown key {name}; known are {list}"),
                ),
            );
        }
    }

    /// A string that the top level must have.
    pub fn string(&self, key: &str, findings: &mut Findings) -> String {
        let value = self.root.get(key);
        match value.and_then(|value| value.get_ref().as_str()).filter(|value| !value.trim().is_empty()) {
            Some(value) => value.to_owned(),
            None => {
                findings.error(
                    self.place(value.map(Spanned::span)),
                    "value-missing",
                    text(
                        format!("缺少 {key};请写 {key} = \"…\""),
                        format!("{key} is missing or no text; write {key} = \"...\""),
                    ),
                );
                String::new()
            }
        }
    }

    /// A text of the file's root, where it is one.
    pub fn word(&self, key: &str) -> Option<String> {
        self.root.get(key)?.get_ref().as_str().map(str::to_owned)
    }

    /// The whole file as one thing; what cannot be read is a finding.
    pub fn whole<T: DeserializeOwned>(&self, findings: &mut Findings) -> Option<T> {
        let root = Spanned::new(0..self.file.text.len(), self.root.clone());
        match T::deserialize(toml::de::Deserializer::from(root)) {
            Ok(value) => Some(value),
            Err(error) => {
                findings.error(self.place(error.span()), "entry-unreadable", explain(error.message()));
                None
            }
        }
    }

    /// Place of what a path from the file's root names (`level.0.start`), or of the
    /// deepest part of it that is written; `chars` of a text's content further on.
    pub fn at_path(&self, path: &str, chars: Option<usize>) -> Place {
        let mut steps = path.split('.');
        let Some(mut node) = steps.next().and_then(|first| self.root.get(first)) else {
            return self.place(None);
        };
        for step in steps {
            let next = match step.parse::<usize>() {
                Ok(index) => node.get_ref().get(index),
                Err(_) => node.get_ref().get(step),
            };
            match next {
                Some(next) => node = next,
                None => return self.place(Some(node.span())),
            }
        }
        let span = node.span();
        let raw = self.file.text.get(span.clone()).unwrap_or_default();
        let further = chars.map_or(0, |chars| content_at(raw, chars));
        self.place(Some(span.start + further..span.end))
    }

    /// Place of a top-level key's value.
    pub fn at(&self, key: &str) -> Place {
        self.place(self.root.get(key).map(Spanned::span))
    }

    /// A `[section]`; what a missing or unreadable one says is the default.
    pub fn section<T: DeserializeOwned + Default>(&self, key: &str, findings: &mut Findings) -> T {
        let Some(node) = self.root.get(key) else { return T::default() };
        T::deserialize(ValueDeserializer::from(node.clone())).unwrap_or_else(|error| {
            findings.error(
                self.place(error.span().or(Some(node.span()))).named("section", key),
                "entry-unreadable",
                explain(error.message()),
            );
            T::default()
        })
    }

    /// The `[[kind]]` tables; one that cannot be read is a finding and is left out.
    pub fn entries<T: DeserializeOwned>(
        &'a self,
        kind: &'static str,
        findings: &mut Findings,
    ) -> Vec<Entry<'a, T>> {
        let Some(list) = self.root.get(kind) else {
            return Vec::new();
        };
        let Some(nodes) = list.get_ref().as_array() else {
            findings.error(
                self.place(Some(list.span())),
                "table-expected",
                text(format!("{kind} 应写成 [[{kind}]]"), format!("write {kind} as [[{kind}]]")),
            );
            return Vec::new();
        };
        nodes.iter().filter_map(|node| self.entry(kind, node, findings)).collect()
    }

    /// The `[kind]` table, where it is written.
    pub fn table<T: DeserializeOwned>(
        &'a self,
        kind: &'static str,
        findings: &mut Findings,
    ) -> Option<Entry<'a, T>> {
        self.entry(kind, self.root.get(kind)?, findings)
    }

    fn entry<T: DeserializeOwned>(
        &'a self,
        kind: &'static str,
        node: &'a Spanned<DeValue<'a>>,
        findings: &mut Findings,
    ) -> Option<Entry<'a, T>> {
        let named = ["id", "code", "name", "post", "fact"]
            .iter()
            .find_map(|key| node.get_ref().get(*key)?.get_ref().as_str());
        let id = named.unwrap_or("?").to_owned();
        match T::deserialize(ValueDeserializer::from(node.clone())) {
            Ok(value) => Some(Entry { value, id, source: self, kind, node }),
            Err(error) => {
                findings.error(
                    self.place(error.span().or(Some(node.span()))).named(kind, &id),
                    "entry-unreadable",
                    explain(error.message()),
                );
                None
            }
        }
    }
}

impl<T> Entry<'_, T> {
    /// Place of a field (`region`), of a nested one (`opens.0.weight`), or of the
    /// deepest part of the path that is written.
    pub fn at(&self, path: &str) -> Place {
        let mut node = self.node;
        for step in path.split('.') {
            let next = match step.parse::<usize>() {
                Ok(index) => node.get_ref().get(index),
                Err(_) => node.get_ref().get(step),
            };
            let Some(next) = next else { break };
            node = next;
        }
        self.source.place(Some(node.span())).named(self.kind, &self.id)
    }

    /// Whether the field is written at all.
    pub fn has(&self, field: &str) -> bool {
        self.node.get_ref().get(field).is_some()
    }
}

/// Byte in a written string (`"a\\nb"`, `\'\'\'...\'\'\'`) at which a character of its content stands.
fn content_at(raw: &str, chars: usize) -> usize {
    let quotes = if raw.starts_with("\"\"\"") || raw.starts_with("\'\'\'") { 3 } else { 1 };
    let is_literal = raw.starts_with('\'');
    let mut at = quotes;
    let rest = |at: usize| raw.get(at..).unwrap_or_default();
    if quotes == 3 {
        // A line break right behind the quotes is not content.
        at += if rest(at).starts_with("\r\n") { 2 } else { usize::from(rest(at).starts_with('\n')) };
    }
    let mut left = chars;
    while let Some(first) = rest(at).chars().next() {
        let escaped = if is_literal || first != '\\' { None } else { rest(at).chars().nth(1) };
        let width = match escaped {
            None => first.len_utf8(),
            Some('u') => 6,
            Some('U') => 10,
            Some('x') => 4,
            Some(c) if c.is_whitespace() => {
                // A backslash at the end of a line swallows what is blank behind it.
                let blank = rest(at + 1).len() - rest(at + 1).trim_start().len();
                at += 1 + blank;
                continue;
            }
            Some(c) => 1 + c.len_utf8(),
        };
        if left == 0 {
            break;
        }
        (left, at) = (left - 1, at + width);
    }
    at.min(raw.len())
}

fn content(path: &Path) -> std::io::Result<String> {
    let size = std::fs::metadata(path)?.len();
    if size > FILE_BYTES_MAX {
        return Err(std::io::Error::other(format!("{size} bytes are more than {FILE_BYTES_MAX}")));
    }
    std::fs::read_to_string(path)
}

//! One thing wrong with a city's files, and all of them together.

use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt;
use std::path::Path;
use tocsin_core::plan::check::Fault;

/// How many an operator is shown at once: about two screens; the rest is counted.
const SHOWN: usize = 50;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    Error,
    Warning,
}

/// What is wrong, where, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    pub level: Level,
    pub file: String,
    /// From 1; 0 where the file could not be read.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    /// Kind and id of the entry, such as `unit hospital-1`; may be empty.
    pub id: String,
    /// A stable word for programs, such as `region-unknown`.
    pub code: Cow<'static, str>,
    pub zh: String,
    pub en: String,
}

impl Finding {
    /// Of a version that a host holds: there is no file, the place is the path in the plan.
    pub fn of_version(version: &str, fault: Fault) -> Finding {
        Finding {
            level: Level::Error,
            file: version.to_owned(),
            line: 0,
            column: 0,
            id: fault.place(),
            code: fault.code.into(),
            zh: fault.zh,
            en: fault.en,
        }
    }

    pub fn into_error(self) -> Finding {
        Finding { level: Level::Error, ..self }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (zh, en) = match self.level {
            Level::Error => ("错误", "error"),
            Level::Warning => ("警告", "warning"),
        };
        let id = if self.id.is_empty() { String::new() } else { format!(" [{}]", self.id) };
        // All of a file, or the place of a plan in its own words.
        let place = match self.line {
            0 => self.file.clone(),
            line => format!("{}:{line}:{}", self.file, self.column),
        };
        write!(f, "{place}: {zh}{id} {}\n    {en}: {}", self.zh, self.en)
    }
}

/// A finding's words in both languages.
#[derive(Debug)]
pub struct Text {
    pub(super) zh: String,
    pub(super) en: String,
}

pub fn text(zh: impl Into<String>, en: impl Into<String>) -> Text {
    Text { zh: zh.into(), en: en.into() }
}

/// Where in the files, and in which entry.
#[derive(Clone, Debug)]
pub struct Place {
    pub file: String,
    pub line: usize,
    pub column: usize,
    pub id: String,
}

impl Place {
    pub fn folder(dir: &Path) -> Place {
        Place { file: dir.display().to_string(), line: 0, column: 0, id: String::new() }
    }

    pub fn named(self, kind: &str, id: &str) -> Place {
        Place { id: format!("{kind} {id}"), ..self }
    }
}

/// Collects while reading goes on, so that one run shows everything.
#[derive(Debug, Default)]
pub struct Findings(Vec<Finding>);

impl Findings {
    pub fn error(&mut self, place: Place, code: &'static str, text: Text) {
        self.push(Level::Error, place, code, text);
    }

    pub fn warning(&mut self, place: Place, code: &'static str, text: Text) {
        self.push(Level::Warning, place, code, text);
    }

    fn push(
        &mut self,
        level: Level,
        Place { file, line, column, id }: Place,
        code: &'static str,
        Text { zh, en }: Text,
    ) {
        self.0.push(Finding { level, file, line, column, id, code: code.into(), zh, en });
    }

    /// A file could not be read: what follows would speak of the wrong one.
    pub fn any_unreadable(&self) -> bool {
        self.0.iter().any(|finding| finding.line == 0)
    }

    pub fn into_list(self) -> Vec<Finding> {
        self.0
    }
}

/// Why a city was not loaded. Never empty.
#[derive(Debug)]
pub struct CityErrors(Vec<Finding>);

impl CityErrors {
    pub fn new(list: Vec<Finding>) -> CityErrors {
        CityErrors(list)
    }

    pub fn none_or<T>(list: Vec<Finding>, value: T) -> Result<T, CityErrors> {
        if list.is_empty() { Ok(value) } else { Err(CityErrors(list)) }
    }

    pub fn findings(&self) -> &[Finding] {
        &self.0
    }
}

impl fmt::Display for CityErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for finding in self.0.iter().take(SHOWN) {
            writeln!(f, "{finding}")?;
        }
        let more = self.0.len().saturating_sub(SHOWN);
        if more > 0 {
            writeln!(f, "……另有 {more} 处\n    ... and {more} more")?;
        }
        Ok(())
    }
}

impl std::error::Error for CityErrors {}

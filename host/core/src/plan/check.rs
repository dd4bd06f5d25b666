//! What is wrong with a plan: its words, its references, its conditions, and what
//! it asks for that the city does not have.

mod head;
mod lacks;
mod level;
mod words;

pub use lacks::{Means, lacks};

use super::condition::{Fault as CelFault, nearest};
use crate::city::City;
use crate::city::plan::Plan;
use std::collections::BTreeSet;

/// Bounds of one plan: four levels, some tens of tasks each, the text of a booklet.
pub const CLAUSES_MAX: usize = 300;
pub const TASKS_MAX: usize = 100;
pub const NEEDS_MAX: usize = 100;
pub const TEXT_CHARS_MAX: usize = 4_000;
const LINE_CHARS_MAX: usize = 200;
const ID_CHARS_MAX: usize = 64;

/// What a plan may refer to.
#[derive(Clone, Debug, Default)]
pub struct Known {
    pub departments: BTreeSet<String>,
    pub regions: BTreeSet<String>,
    pub units: BTreeSet<String>,
    pub hazards: BTreeSet<String>,
    pub plans: BTreeSet<String>,
    /// Codes of warnings (GB/T 35561).
    pub events: BTreeSet<String>,
    /// Grades of accidents.
    pub grades: BTreeSet<String>,
    /// Devices and stations, by their ids.
    pub devices: BTreeSet<String>,
}

impl Known {
    pub fn of(city: &City) -> Known {
        let mut hazards: BTreeSet<String> = city.hazards.iter().map(|hazard| hazard.id.clone()).collect();
        hazards.insert(crate::rule::OTHER.to_owned());
        Known {
            departments: city.departments.iter().map(|department| department.id.clone()).collect(),
            regions: city.regions.iter().map(|region| region.code.clone()).collect(),
            units: city.units.iter().map(|unit| unit.id.clone()).collect(),
            hazards,
            plans: city.plans.iter().map(|plan| plan.id.clone()).collect(),
            events: city.warnings.events.iter().map(|event| event.code.clone()).collect(),
            grades: city.accidents.grades.iter().map(|grade| grade.id.clone()).collect(),
            devices: city.devices.iter().map(|device| device.id.clone()).collect(),
        }
    }
}

/// One thing that is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// From the plan's root: `level.0.start`, `level.1.task.2.post`.
    pub path: String,
    /// In characters within the text of that field.
    pub at: Option<usize>,
    pub code: &'static str,
    pub zh: String,
    pub en: String,
    pub is_error: bool,
}

impl Fault {
    /// For who has no file to point into: `level.0.start:17`.
    pub fn place(&self) -> String {
        match self.at {
            Some(at) => format!("{}:{}", self.path, at + 1),
            None => self.path.clone(),
        }
    }
}

/// All that is wrong with the plan as a text: errors refuse it, the rest is said.
pub fn faults(plan: &Plan, known: &Known) -> Vec<Fault> {
    let mut found = Found::default();
    head::head(plan, known, &mut found);
    head::clauses(plan, &mut found);
    level::levels(plan, known, &mut found);
    found.0
}

#[derive(Default)]
struct Found(Vec<Fault>);

impl Found {
    fn error(&mut self, path: &str, code: &'static str, zh: String, en: String) {
        self.0.push(Fault { path: path.to_owned(), at: None, code, zh, en, is_error: true });
    }

    fn warning(&mut self, path: &str, code: &'static str, zh: String, en: String) {
        self.0.push(Fault { path: path.to_owned(), at: None, code, zh, en, is_error: false });
    }

    fn unknown<'k>(
        &mut self,
        path: &str,
        code: &'static str,
        what: (&str, &str),
        id: &str,
        known: impl IntoIterator<Item = &'k String>,
    ) {
        let known: Vec<&str> = known.into_iter().map(String::as_str).collect();
        let near = nearest(id, known.iter().copied());
        let list = known.get(..known.len().min(30)).unwrap_or_default();
        let list = if list.is_empty() { "-".to_owned() } else { list.join(", ") };
        self.error(
            path,
            code,
            format!("{} “{id}” 不存在{};已有:{list}", what.0, near.0),
            format!("{} {id:?} does not exist{}; there are: {list}", what.1, near.1),
        );
    }

    /// The faults found from here on stand at a place within their field.
    fn at(&mut self, at: usize, tell: impl FnOnce(&mut Found)) {
        let before = self.0.len();
        tell(self);
        self.0[before..].iter_mut().for_each(|fault| fault.at = Some(at));
    }

    fn condition(&mut self, path: &str, faults: Vec<CelFault>) {
        for CelFault { at, code, zh, en } in faults {
            self.0.push(Fault { path: path.to_owned(), at: Some(at), code, zh, en, is_error: true });
        }
    }

    fn line(&mut self, path: &str, text: &str, is_needed: bool) {
        if is_needed && text.trim().is_empty() {
            let field = path.rsplit('.').next().unwrap_or(path);
            self.error(path, "value-missing", format!("缺少 {field}"), format!("{field} is missing"));
        }
        if text.chars().count() > LINE_CHARS_MAX {
            self.error(
                path,
                "too-long",
                format!("超过 {LINE_CHARS_MAX} 字,详情请写入 text"),
                format!("more than {LINE_CHARS_MAX} characters; details go into text"),
            );
        }
    }

    fn text(&mut self, path: &str, text: &str) {
        if text.chars().count() > TEXT_CHARS_MAX {
            self.error(
                path,
                "too-long",
                format!("超过 {TEXT_CHARS_MAX} 字"),
                format!("more than {TEXT_CHARS_MAX} characters"),
            );
        }
    }

    fn many(&mut self, path: &str, count: usize, most: usize) {
        if count > most {
            self.error(
                path,
                "too-many",
                format!("{count} 项,至多 {most} 项"),
                format!("{count} entries; at most {most}"),
            );
        }
    }
}

/// Lower-case letters, digits, `-`, `_`, and dots.
fn is_id(id: &str) -> bool {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_.".contains(c);
    !id.is_empty() && id.len() <= ID_CHARS_MAX && id.chars().all(allowed)
}

fn not_an_id(found: &mut Found, path: &str, id: &str) {
    found.error(
        path,
        "token",
        format!("“{id}” 不能作为标识;只用小写字母、数字和 -_.,至多 {ID_CHARS_MAX} 个字符"),
        format!("{id:?} cannot be an id; use at most {ID_CHARS_MAX} lower-case letters, digits and -_."),
    );
}

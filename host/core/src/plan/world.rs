//! What conditions look at: the city's warnings, readings, incidents and accidents
//! as tables of plain fields.

use crate::accident::Accident;
use crate::incident::Incident;
use crate::plan::Latest;
use crate::region::Regions;
use crate::signal::Severity;
use crate::time::Timestamp;
use crate::warning::Warning;
use cel::objects::{Key, Map};
use cel::{Context, Env, Value};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, LazyLock};

/// Rows of one table that conditions see, the gravest and latest first. A
/// county has some tens of warnings and gauges; in a storm of places the gravest
/// decide the level.
pub const ROWS_MAX: usize = 500;

/// What may be called.
pub const FUNCTIONS: [&str; 11] = [
    "within",
    "touches",
    "size",
    "contains",
    "startsWith",
    "endsWith",
    "int",
    "double",
    "string",
    "max",
    "min",
];

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Table {
    Warnings,
    Readings,
    Incidents,
    Accidents,
}

/// What a part of an expression is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    Bool,
    Number,
    Text,
    Texts,
    Rows(Table),
    Row(Table),
    Any,
}

impl Sort {
    pub fn zh(&self) -> &'static str {
        match self {
            Sort::Bool => "真假值",
            Sort::Number => "数值",
            Sort::Text => "文本",
            Sort::Texts => "文本列表",
            Sort::Rows(_) => "表",
            Sort::Row(_) => "行",
            Sort::Any => "值",
        }
    }

    pub fn en(&self) -> &'static str {
        match self {
            Sort::Bool => "a truth value",
            Sort::Number => "a number",
            Sort::Text => "a text",
            Sort::Texts => "a list of texts",
            Sort::Rows(_) => "a table",
            Sort::Row(_) => "a row",
            Sort::Any => "a value",
        }
    }
}

use Sort::{Bool, Number, Text, Texts};

impl Table {
    pub const ALL: [Table; 4] = [Table::Warnings, Table::Readings, Table::Incidents, Table::Accidents];

    pub fn name(self) -> &'static str {
        match self {
            Table::Warnings => "warnings",
            Table::Readings => "readings",
            Table::Incidents => "incidents",
            Table::Accidents => "accidents",
        }
    }

    pub fn fields(self) -> &'static [(&'static str, Sort)] {
        match self {
            Table::Warnings => &[
                ("id", Text),
                ("event_code", Text),
                ("event", Text),
                ("title", Text),
                ("severity", Number),
                ("colour", Text),
                ("areas", Texts),
                ("status", Text),
                ("msg_type", Text),
                ("department", Text),
                ("sender", Text),
                ("flags", Texts),
            ],
            Table::Readings => &[
                ("id", Text),
                ("code", Text),
                ("device", Text),
                ("title", Text),
                ("department", Text),
                ("region", Text),
                ("value", Number),
                ("unit", Text),
                ("age", Number),
            ],
            Table::Incidents => &[
                ("id", Text),
                ("hazard", Text),
                ("state", Text),
                ("severity", Number),
                ("region", Text),
                ("unit", Text),
                ("title", Text),
                ("count", Number),
                ("sources", Number),
                ("confidence", Number),
                ("recovered", Bool),
            ],
            Table::Accidents => &[
                ("id", Text),
                ("title", Text),
                ("state", Text),
                ("grade", Text),
                ("deaths", Number),
                ("injuries", Number),
                ("loss", Number),
                ("region", Text),
                ("department", Text),
                ("incident", Text),
            ],
        }
    }
}

/// Region → itself and what holds it.
pub type Holders = Arc<BTreeMap<String, Vec<String>>>;

pub fn holders(regions: &Regions) -> Holders {
    let chain = |code: &str| regions.chain(code).iter().map(|held| held.code.clone()).collect();
    Arc::new(regions.codes().map(|code| (code.to_owned(), chain(code))).collect())
}

/// Whether `area` lies in `region`. Of a code that the city has not drawn, the
/// digits decide: 330791001003 is a village of 330791001000.
pub fn within(holders: &Holders, area: &str, region: &str) -> bool {
    match holders.get(area) {
        Some(chain) => chain.iter().any(|code| code == region),
        None => {
            !region.is_empty() && area.starts_with(region.trim_end_matches('0')) && area.len() == region.len()
        }
    }
}

/// Whether the two share ground: one lies in the other.
pub fn touches(holders: &Holders, area: &str, region: &str) -> bool {
    within(holders, area, region) || within(holders, region, area)
}

/// The rows of all tables, and whose eyes look at them.
#[derive(Clone, Default)]
pub struct World {
    /// The plan's own region.
    pub region: String,
    pub holders: Holders,
    pub(super) rows: BTreeMap<Table, Value>,
    /// How a row is told to people, and where it is: table and id.
    pub told: BTreeMap<(Table, String), Told>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Told {
    pub text: String,
    pub areas: Vec<String>,
}

impl World {
    pub fn rows(&self, table: Table) -> Value {
        self.rows.get(&table).cloned().unwrap_or_else(|| Value::List(Arc::default()))
    }

    pub fn set<'a, T: Shown + 'a>(&mut self, now: Timestamp, rows: impl Iterator<Item = &'a T>) {
        let mut kept: Vec<&T> = rows.collect();
        if kept.len() > ROWS_MAX {
            kept.sort_by(|a, b| (b.rank(), a.key()).cmp(&(a.rank(), b.key())));
            kept.truncate(ROWS_MAX);
        }
        kept.sort_by_key(|row| row.key());
        let values: Vec<Value> = kept.iter().map(|row| row.value(now)).collect();
        self.rows.insert(T::TABLE, Value::List(Arc::new(values)));
        for row in kept {
            self.told.insert((T::TABLE, row.key().to_owned()), row.told());
        }
    }

    pub fn context(&self) -> Context<'static, 'static> {
        static WORDS: LazyLock<Arc<Env>> = LazyLock::new(|| Arc::new(Env::stdlib()));
        let mut context = Context::with_env(WORDS.clone());
        for table in Table::ALL {
            context.add_variable_from_value(table.name(), self.rows(table));
        }
        context.add_variable_from_value("region", self.region.as_str());
        // Neither name is one of CEL's own, so neither can be refused.
        let known = self.holders.clone();
        let _ = context.add_function("within", move |area: Value, region: Arc<String>| {
            each(&area, |area| within(&known, area, &region))
        });
        let known = self.holders.clone();
        let _ = context.add_function("touches", move |area: Value, region: Arc<String>| {
            each(&area, |area| touches(&known, area, &region))
        });
        context
    }

    /// One row in every table.
    pub fn sample() -> World {
        let at = Timestamp(0);
        let code = "330000001000".to_owned();
        let mut world = World { region: "330000000000".into(), ..World::default() };
        let warning = Warning { id: "w".into(), areas: vec![code.clone()], ..Warning::default() };
        let reading = Latest { id: "r".into(), region: code.clone(), value: 1.0, ..Latest::default() };
        let incident = Incident { id: "i".into(), region: code.clone(), ..Incident::default() };
        let accident = Accident { id: "a".into(), region: code, ..Accident::default() };
        world.set(at, [&warning].into_iter());
        world.set(at, [&reading].into_iter());
        world.set(at, [&incident].into_iter());
        world.set(at, [&accident].into_iter());
        world
    }
}

fn each(areas: &Value, is: impl Fn(&str) -> bool) -> bool {
    match areas {
        Value::String(area) => is(area),
        Value::List(list) => list.iter().any(|area| matches!(area, Value::String(area) if is(area))),
        _ => false,
    }
}

/// A row as conditions and people see it.
pub trait Shown {
    const TABLE: Table;

    fn key(&self) -> &str;

    /// What is kept when there are too many: the greatest.
    fn rank(&self) -> (u8, Timestamp);

    fn value(&self, now: Timestamp) -> Value;

    fn told(&self) -> Told;
}

fn row<const N: usize>(fields: [(&str, Value); N]) -> Value {
    let fields: HashMap<Key, Value> = fields.into_iter().map(|(name, value)| (name.into(), value)).collect();
    Value::Map(Map { map: Arc::new(fields) })
}

fn words(words: &[String]) -> Value {
    Value::List(Arc::new(words.iter().map(|word| word.as_str().into()).collect()))
}

fn number(severity: Severity) -> Value {
    Value::Int(severity as i64)
}

impl Shown for Warning {
    const TABLE: Table = Table::Warnings;

    fn key(&self) -> &str {
        &self.id
    }

    fn rank(&self) -> (u8, Timestamp) {
        (self.severity as u8, self.issued_at)
    }

    fn value(&self, _: Timestamp) -> Value {
        row([
            ("id", self.id.as_str().into()),
            ("event_code", self.event_code.as_str().into()),
            ("event", self.event.as_str().into()),
            ("title", self.title.as_str().into()),
            ("severity", number(self.severity)),
            ("colour", self.colour.as_str().into()),
            ("areas", words(&self.areas)),
            ("status", self.status.as_str().into()),
            ("msg_type", self.msg_type.as_str().into()),
            ("department", self.department.as_str().into()),
            ("sender", self.sender.as_str().into()),
            ("flags", words(&self.flags)),
        ])
    }

    fn told(&self) -> Told {
        let title = if self.title.is_empty() { &self.headline } else { &self.title };
        let text = format!("{title}({} {},{})", self.event_code, self.colour, self.areas.join(" "));
        Told { text, areas: self.areas.clone() }
    }
}

impl Shown for Latest {
    const TABLE: Table = Table::Readings;

    fn key(&self) -> &str {
        &self.id
    }

    fn rank(&self) -> (u8, Timestamp) {
        (0, self.at)
    }

    fn value(&self, now: Timestamp) -> Value {
        row([
            ("id", self.id.as_str().into()),
            ("code", self.code.as_str().into()),
            ("device", self.device.as_str().into()),
            ("title", self.title.as_str().into()),
            ("department", self.department.as_str().into()),
            ("region", self.region.as_str().into()),
            ("value", self.value.into()),
            ("unit", self.unit.as_str().into()),
            ("age", Value::Int(now.since(self.at).max(0) / 60_000)),
        ])
    }

    fn told(&self) -> Told {
        let name = if self.title.is_empty() { &self.device } else { &self.title };
        let text = format!("{name} {} = {} {}({})", self.code, self.value, self.unit, self.at);
        Told { text, areas: vec![self.region.clone()] }
    }
}

impl Shown for Incident {
    const TABLE: Table = Table::Incidents;

    fn key(&self) -> &str {
        &self.id
    }

    fn rank(&self) -> (u8, Timestamp) {
        (self.severity as u8, self.opened_at)
    }

    fn value(&self, _: Timestamp) -> Value {
        row([
            ("id", self.id.as_str().into()),
            ("hazard", self.hazard.as_str().into()),
            ("state", self.state.as_str().into()),
            ("severity", number(self.severity)),
            ("region", self.region.as_str().into()),
            ("unit", self.unit.as_str().into()),
            ("title", self.title.as_str().into()),
            ("count", Value::Int(i64::try_from(self.count).unwrap_or(i64::MAX))),
            ("sources", Value::Int(i64::try_from(self.source_count).unwrap_or(i64::MAX))),
            ("confidence", self.confidence.into()),
            ("recovered", self.recovered.into()),
        ])
    }

    fn told(&self) -> Told {
        let text = format!("{} {}({},{})", self.title, self.hazard_name, self.state.as_str(), self.region);
        Told { text, areas: vec![self.region.clone()] }
    }
}

impl Shown for Accident {
    const TABLE: Table = Table::Accidents;

    fn key(&self) -> &str {
        &self.id
    }

    fn rank(&self) -> (u8, Timestamp) {
        (u8::try_from(self.deaths.min(255)).unwrap_or(255), self.happened_at)
    }

    fn value(&self, _: Timestamp) -> Value {
        row([
            ("id", self.id.as_str().into()),
            ("title", self.title.as_str().into()),
            ("state", self.state.as_str().into()),
            ("grade", self.grade.as_str().into()),
            ("deaths", Value::Int(self.deaths.into())),
            ("injuries", Value::Int(self.injuries.into())),
            ("loss", Value::Int(i64::try_from(self.loss).unwrap_or(i64::MAX))),
            ("region", self.region.as_str().into()),
            ("department", self.department.as_str().into()),
            ("incident", self.incident.as_str().into()),
        ])
    }

    fn told(&self) -> Told {
        let Accident { title, deaths, injuries, grade, region, .. } = self;
        let text = format!("{title}(死亡 {deaths},重伤 {injuries},{grade},{region})");
        Told { text, areas: vec![region.clone()] }
    }
}

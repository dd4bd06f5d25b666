//! What conditions look at: the city's warnings, readings, incidents and accidents
//! as tables of plain fields.

mod shown;
mod table;

pub use table::{FUNCTIONS, Sort, Table};

use crate::accident::Accident;
use crate::incident::Incident;
use crate::plan::{Latest, ground};
use crate::region::Regions;
use crate::time::Timestamp;
use crate::warning::Warning;
use cel::{Context, Env, Value};
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

/// Rows of one table that conditions see, the gravest and latest first. A
/// county has some tens of warnings and gauges; in a storm of places the gravest
/// decide the level.
pub const ROWS_MAX: usize = 500;

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

    /// Only rows of a table that lie somewhere.
    pub fn keep(&mut self, table: Table, is_here: impl Fn(&str) -> bool) {
        let Some(Value::List(rows)) = self.rows.get(&table) else { return };
        let told = |row: &Value| self.told.get(&(table, ground::id(row)?));
        let is_kept =
            |row: &&Value| told(row).is_some_and(|told| told.areas.iter().any(|area| is_here(area)));
        let kept: Vec<Value> = rows.iter().filter(is_kept).cloned().collect();
        self.rows.insert(table, Value::List(Arc::new(kept)));
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

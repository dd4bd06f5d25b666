//! 条件: CEL over what the city knows. Compiled and checked when a plan comes in;
//! at work it answers true, false, or an error that people get to see.
//!
//! The checker knows the fields of every table, so a misspelt one is found even
//! where no row would ever reach it. The `cel` crate parses by recursion: an
//! expression is measured before it is parsed, so that no text overflows a stack.

mod checker;
mod measure;
mod near;

pub use measure::CHARS_MAX;
pub(super) use near::nearest;

use super::world::{Sort, Table, World};
use cel::common::ast::Expr;
use cel::{Context, IdedExpr, Program, Value};
use checker::Checker;
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What is wrong with an expression, and where in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// In characters from the expression's start.
    pub at: usize,
    /// For programs: `cel-syntax`, `cel-name`, `cel-field`, `cel-type`, `cel-size`.
    pub code: &'static str,
    pub zh: String,
    pub en: String,
}

/// What a text is compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Column {
    Field(Table, String),
    /// The second word of `within` and `touches`.
    Region,
}

/// A text in an expression: a code that nobody sends makes a condition that never holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// In characters from the expression's start.
    pub at: usize,
    pub column: Column,
    pub text: String,
}

#[derive(Debug)]
pub struct Condition {
    program: Program,
    /// Tables that it looks at.
    pub tables: BTreeSet<Table>,
    /// It looks at how old readings are, so time alone can change it.
    pub ages: bool,
    /// Fields that it reads anywhere, of whatever table.
    pub fields: BTreeSet<String>,
    pub words: Vec<Word>,
}

impl Condition {
    pub fn compile(source: &str) -> Result<Condition, Vec<Fault>> {
        measure::measure(source)?;
        // The parser is generated code that was written for trees that are well
        // formed; whatever it does with others stays here.
        let parsed = catch_unwind(AssertUnwindSafe(|| Program::compile(source)));
        let program = match parsed {
            Ok(Ok(program)) => program,
            Ok(Err(errors)) => return Err(errors.errors.iter().map(|error| syntax(source, error)).collect()),
            Err(_) => {
                let (zh, en) = ("无法解析".to_owned(), "cannot be parsed".to_owned());
                return Err(vec![Fault { at: 0, code: "cel-syntax", zh, en }]);
            }
        };
        let mut checker = Checker::new(&program, source);
        let sort = checker.sort(program.expression());
        if !matches!(sort, Sort::Bool | Sort::Any) {
            let message = format!("条件的结果应为真或假,这里是{}", sort.zh());
            let en = format!("a condition must be true or false; this is {}", sort.en());
            checker.fault(program.expression().id, "cel-type", message, en);
        }
        let Checker { mut faults, words, .. } = checker;
        if faults.is_empty() {
            faults = rehearse(&program);
        }
        if !faults.is_empty() {
            faults.sort_by_key(|fault| fault.at);
            return Err(faults);
        }
        let (mut tables, mut fields) = (BTreeSet::new(), BTreeSet::new());
        seen(program.expression(), &mut tables, &mut fields);
        Ok(Condition { program, tables, ages: fields.contains("age"), fields, words })
    }

    pub fn expression(&self) -> &IdedExpr {
        self.program.expression()
    }

    /// Over the world as it is. `Err`: why it has no answer.
    pub fn holds(&self, context: &Context<'_, '_>) -> Result<bool, String> {
        answer(&self.program, context)
    }
}

fn answer(program: &Program, context: &Context<'_, '_>) -> Result<bool, String> {
    match catch_unwind(AssertUnwindSafe(|| program.execute(context))) {
        Ok(Ok(Value::Bool(truth))) => Ok(truth),
        Ok(Ok(other)) => Err(format!("not true or false but {}", other.type_of())),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err("the interpreter failed".to_owned()),
    }
}

/// Runs it over an empty world and over one with a row in every table: finds
/// what the checker cannot know, such as a division by zero.
fn rehearse(program: &Program) -> Vec<Fault> {
    let worlds = [("空数据", "no rows", World::default()), ("样例数据", "sample rows", World::sample())];
    let failed = worlds.iter().find_map(|(zh, en, world)| {
        let error = answer(program, &world.context()).err()?;
        Some(Fault {
            at: 0,
            code: "cel-run",
            zh: format!("对{zh}求值失败:{error}"),
            en: format!("fails over {en}: {error}"),
        })
    });
    failed.into_iter().collect()
}

fn syntax(source: &str, error: &cel::ParseError) -> Fault {
    let (line, column) = (error.pos.0.max(1) as usize, error.pos.1.max(1) as usize);
    let before: usize = source.split('\n').take(line - 1).map(|line| line.chars().count() + 1).sum();
    let said = error.msg.lines().next().unwrap_or_default();
    let said: String = said.trim_start_matches("Syntax error: ").chars().take(160).collect();
    Fault {
        at: (before + column - 1).min(source.chars().count()),
        code: "cel-syntax",
        zh: format!("条件语法错误:{said}"),
        en: format!("the condition cannot be read: {said}"),
    }
}

fn seen(node: &IdedExpr, tables: &mut BTreeSet<Table>, fields: &mut BTreeSet<String>) {
    let mut all = |nodes: &[&IdedExpr]| nodes.iter().for_each(|node| seen(node, tables, fields));
    match &node.expr {
        Expr::Ident(name) => {
            tables.extend(Table::ALL.iter().filter(|table| table.name() == name));
        }
        Expr::Select(select) => {
            all(&[&select.operand]);
            fields.insert(select.field.clone());
        }
        Expr::Call(call) => {
            call.target.iter().for_each(|target| all(&[target]));
            call.args.iter().for_each(|arg| all(&[arg]));
        }
        Expr::List(list) => list.elements.iter().for_each(|element| all(&[element])),
        Expr::Comprehension(each) => {
            all(&[&each.iter_range, &each.accu_init, &each.loop_step, &each.result]);
        }
        Expr::Unspecified | Expr::Literal(_) | Expr::Map(_) | Expr::Struct(_) => {}
    }
}

//! 条件: CEL over what the city knows. Compiled and checked when a plan comes in;
//! at work it answers true, false, or an error that people get to see.
//!
//! The checker knows the fields of every table, so a misspelt one is found even
//! where no row would ever reach it. The `cel` crate parses by recursion: an
//! expression is measured before it is parsed, so that no text overflows a stack.

use super::world::{FUNCTIONS, Sort, Table, World};
use cel::common::ast::{ComprehensionExpr, Expr, LiteralValue, operators};
use cel::{Context, IdedExpr, Program, Value};
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Two screens; more is two levels in one.
pub const CHARS_MAX: usize = 2_000;
/// Open brackets at one place. The parser takes some 15 KiB of stack for each;
/// a thread has 2 MiB.
const NESTING_MAX: usize = 24;
/// Operators, dots and brackets altogether: the depth of a chain `a + b + c...`.
const OPERATORS_MAX: usize = 256;
/// Loops within loops: two over the tables are [`super::world::ROWS_MAX`] squared.
const LOOPS_MAX: usize = 2;

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

#[derive(Debug)]
pub struct Condition {
    program: Program,
    /// Tables that it looks at.
    pub tables: BTreeSet<Table>,
    /// It looks at how old readings are, so time alone can change it.
    pub ages: bool,
    /// Fields that it reads anywhere, of whatever table.
    pub fields: BTreeSet<String>,
}

impl Condition {
    pub fn compile(source: &str) -> Result<Condition, Vec<Fault>> {
        measure(source)?;
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
        let mut checker =
            Checker { program: &program, source, faults: Vec::new(), vars: Vec::new(), loops: 0 };
        let sort = checker.sort(program.expression());
        if !matches!(sort, Sort::Bool | Sort::Any) {
            let message = format!("条件的结果应为真或假,这里是{}", sort.zh());
            let en = format!("a condition must be true or false; this is {}", sort.en());
            checker.fault(program.expression().id, "cel-type", message, en);
        }
        let mut faults = checker.faults;
        if faults.is_empty() {
            faults = rehearse(&program);
        }
        if !faults.is_empty() {
            faults.sort_by_key(|fault| fault.at);
            return Err(faults);
        }
        let (mut tables, mut fields) = (BTreeSet::new(), BTreeSet::new());
        seen(program.expression(), &mut tables, &mut fields);
        Ok(Condition { program, tables, ages: fields.contains("age"), fields })
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

fn measure(source: &str) -> Result<(), Vec<Fault>> {
    let fault = |at, zh: String, en: String| Err(vec![Fault { at, code: "cel-size", zh, en }]);
    if source.trim().is_empty() {
        return fault(0, "条件为空".into(), "the condition is empty".into());
    }
    let (mut depth, mut operators, mut quote) = (0_usize, 0_usize, None);
    for (at, c) in source.chars().enumerate() {
        if at >= CHARS_MAX {
            return fault(
                at,
                format!("条件超过 {CHARS_MAX} 字符;请拆成两级或用 filter"),
                format!("a condition has at most {CHARS_MAX} characters; split it"),
            );
        }
        // Inside a text nothing counts. An odd escape can only make this count more.
        match quote {
            Some(open) if open == c => quote = None,
            Some(_) => continue,
            None if c == '"' || c == '\'' => quote = Some(c),
            None => {}
        }
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        operators += usize::from("([{.+-*/%<>=!?&|".contains(c));
        if depth > NESTING_MAX || operators > OPERATORS_MAX {
            return fault(
                at,
                format!("条件过于复杂:括号至多 {NESTING_MAX} 层,运算符至多 {OPERATORS_MAX} 个"),
                format!("too complex: at most {NESTING_MAX} brackets deep and {OPERATORS_MAX} operators"),
            );
        }
    }
    Ok(())
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

struct Checker<'a> {
    program: &'a Program,
    source: &'a str,
    faults: Vec<Fault>,
    /// Loop variables, innermost last.
    vars: Vec<(String, Sort)>,
    loops: usize,
}

impl Checker<'_> {
    fn fault(&mut self, id: u64, code: &'static str, zh: String, en: String) {
        // Offsets of the tree count bytes.
        let start = self.program.source_info().offset_for(id).map_or(0, |(start, _)| start as usize);
        let at = self.source.get(..start).map_or(0, |before| before.chars().count());
        // A field's place is its dot's, a call's its bracket's.
        let at = at + usize::from(self.source.chars().nth(at) == Some('.'));
        self.faults.push(Fault { at: at.min(self.source.chars().count()), code, zh, en });
    }

    fn sort(&mut self, node: &IdedExpr) -> Sort {
        match &node.expr {
            Expr::Unspecified => Sort::Any,
            Expr::Literal(literal) => match literal {
                LiteralValue::Boolean(_) => Sort::Bool,
                LiteralValue::Double(_) | LiteralValue::Int(_) | LiteralValue::UInt(_) => Sort::Number,
                LiteralValue::String(_) => Sort::Text,
                LiteralValue::Bytes(_) | LiteralValue::Null => Sort::Any,
            },
            Expr::Ident(name) => self.ident(node.id, name),
            Expr::Select(select) => {
                let operand = self.sort(&select.operand);
                let found = self.field(node.id, operand, &select.field);
                if select.test { Sort::Bool } else { found }
            }
            Expr::List(list) => {
                let sorts: Vec<Sort> = list.elements.iter().map(|element| self.sort(element)).collect();
                match sorts.iter().all(|sort| *sort == Sort::Text) {
                    true => Sort::Texts,
                    false => Sort::Any,
                }
            }
            Expr::Map(_) | Expr::Struct(_) => {
                let (zh, en) = ("条件中不能构造对象", "a condition builds no maps or messages");
                self.fault(node.id, "cel-type", zh.into(), en.into());
                Sort::Any
            }
            Expr::Comprehension(each) => self.each(node.id, each),
            Expr::Call(call) => {
                let mut sorts: Vec<Sort> = call.target.iter().map(|target| self.sort(target)).collect();
                sorts.extend(call.args.iter().map(|arg| self.sort(arg)));
                self.call(node.id, &call.func_name, &sorts, call.target.is_some())
            }
        }
    }

    fn ident(&mut self, id: u64, name: &str) -> Sort {
        if let Some((_, sort)) = self.vars.iter().rev().find(|(var, _)| var == name) {
            return *sort;
        }
        if let Some(table) = Table::ALL.iter().find(|table| table.name() == name) {
            return Sort::Rows(*table);
        }
        if name == "region" {
            return Sort::Text;
        }
        let near = nearest(name, Table::ALL.iter().map(|table| table.name()).chain(["region"]));
        let zh = format!("没有变量 {name};可用 warnings、readings、incidents、accidents、region{}", near.0);
        let en = format!(
            "there is no variable `{name}`; there are warnings, readings, incidents, accidents and region{}",
            near.1
        );
        self.fault(id, "cel-name", zh, en);
        Sort::Any
    }

    fn field(&mut self, id: u64, operand: Sort, field: &str) -> Sort {
        let table = match operand {
            Sort::Row(table) => table,
            Sort::Any => return Sort::Any,
            other => {
                let zh = format!("{}没有字段 {field};表要先用 exists、filter 等逐行取", other.zh());
                let en = format!("{} has no field `{field}`; take rows with exists or filter", other.en());
                self.fault(id, "cel-type", zh, en);
                return Sort::Any;
            }
        };
        if let Some((_, sort)) = table.fields().iter().find(|(name, _)| *name == field) {
            return *sort;
        }
        let near = nearest(field, table.fields().iter().map(|(name, _)| *name));
        let known: Vec<&str> = table.fields().iter().map(|(name, _)| *name).collect();
        let (table, known) = (table.name(), known.join(", "));
        self.fault(
            id,
            "cel-field",
            format!("{table} 的行没有字段 {field}{};可用:{known}", near.0),
            format!("a row of {table} has no field `{field}`{}; there are {known}", near.1),
        );
        Sort::Any
    }

    fn each(&mut self, id: u64, each: &ComprehensionExpr) -> Sort {
        let range = self.sort(&each.iter_range);
        let element = match range {
            Sort::Rows(table) => Sort::Row(table),
            Sort::Texts => Sort::Text,
            Sort::Any => Sort::Any,
            other => {
                let zh = format!("{}不是表,不能逐项取", other.zh());
                let en = format!("{} is no list to go through", other.en());
                self.fault(each.iter_range.id, "cel-type", zh, en);
                Sort::Any
            }
        };
        let deep = usize::from(matches!(range, Sort::Rows(_)));
        self.loops += deep;
        if self.loops > LOOPS_MAX {
            let zh = format!("表的循环至多嵌套 {LOOPS_MAX} 层");
            let en = format!("loops over tables nest at most {LOOPS_MAX} deep");
            self.fault(id, "cel-size", zh, en);
        }
        let whole = self.sort(&each.accu_init);
        self.vars.push((each.accu_var.clone(), whole));
        self.vars.push((each.iter_var.clone(), element));
        self.sort(&each.loop_step);
        self.vars.pop();
        let result = self.sort(&each.result);
        self.vars.pop();
        self.loops -= deep;
        match (&each.accu_init.expr, picks(each)) {
            (Expr::List(_), true) => range,
            (Expr::List(_), false) => Sort::Any,
            _ => result,
        }
    }

    fn call(&mut self, id: u64, name: &str, sorts: &[Sort], member: bool) -> Sort {
        let fits = |wanted: &[Sort]| {
            sorts.len() == wanted.len()
                && sorts
                    .iter()
                    .zip(wanted)
                    .all(|(sort, wanted)| *sort == Sort::Any || *wanted == Sort::Any || sort == wanted)
        };
        let same = |sort: Sort| sorts.iter().all(|own| *own == sort || *own == Sort::Any);
        let (right, result) = match name {
            operators::LOGICAL_AND | operators::LOGICAL_OR | operators::LOGICAL_NOT => {
                (same(Sort::Bool), Sort::Bool)
            }
            operators::NOT_STRICTLY_FALSE => (true, Sort::Bool),
            operators::EQUALS | operators::NOT_EQUALS => {
                let alike = |a: &Sort, b: &Sort| a == b || *a == Sort::Any || *b == Sort::Any;
                (sorts.len() == 2 && alike(&sorts[0], &sorts[1]), Sort::Bool)
            }
            operators::LESS | operators::LESS_EQUALS | operators::GREATER | operators::GREATER_EQUALS => {
                (same(Sort::Number) || same(Sort::Text), Sort::Bool)
            }
            operators::ADD => match (same(Sort::Number), same(Sort::Text)) {
                (true, false) => (true, Sort::Number),
                (false, true) => (true, Sort::Text),
                // Lists are added by filter and map.
                (first, second) => (first || second || sorts.first() != Some(&Sort::Number), Sort::Any),
            },
            operators::SUBSTRACT
            | operators::MULTIPLY
            | operators::DIVIDE
            | operators::MODULO
            | operators::NEGATE => (same(Sort::Number), Sort::Number),
            operators::IN => (fits(&[Sort::Text, Sort::Texts]) || fits(&[Sort::Any, Sort::Any]), Sort::Bool),
            operators::CONDITIONAL => (
                sorts.first().is_some_and(|sort| matches!(sort, Sort::Bool | Sort::Any)),
                sorts.get(1).copied().unwrap_or(Sort::Any),
            ),
            operators::INDEX => match sorts.first() {
                Some(Sort::Rows(table)) => (true, Sort::Row(*table)),
                Some(Sort::Texts) => (true, Sort::Text),
                Some(Sort::Any) => (true, Sort::Any),
                _ => (false, Sort::Any),
            },
            "size" => (
                sorts.len() == 1 && matches!(sorts[0], Sort::Rows(_) | Sort::Texts | Sort::Text | Sort::Any),
                Sort::Number,
            ),
            "within" | "touches" if !member => {
                (fits(&[Sort::Text, Sort::Text]) || fits(&[Sort::Texts, Sort::Text]), Sort::Bool)
            }
            "contains" | "startsWith" | "endsWith" if member => (fits(&[Sort::Text, Sort::Text]), Sort::Bool),
            "int" | "uint" | "double" => (sorts.len() == 1, Sort::Number),
            "string" => (sorts.len() == 1, Sort::Text),
            "max" | "min" => (!sorts.is_empty(), Sort::Number),
            _ => {
                let near = nearest(name, FUNCTIONS.iter().copied());
                let known = FUNCTIONS.join(", ");
                self.fault(
                    id,
                    "cel-name",
                    format!("没有函数 {name}{};可用:{known}", near.0),
                    format!("there is no function `{name}`{}; there are {known}", near.1),
                );
                return Sort::Any;
            }
        };
        if !right {
            let zh: Vec<&str> = sorts.iter().map(Sort::zh).collect();
            let en: Vec<&str> = sorts.iter().map(Sort::en).collect();
            let shown = name.trim_matches('_').trim_start_matches('@');
            self.fault(
                id,
                "cel-type",
                format!("{shown} 不能用于{}", zh.join("与")),
                format!("`{shown}` does not go with {}", en.join(" and ")),
            );
        }
        result
    }
}

/// Whether a loop that makes a list keeps its elements as they are (`filter`).
fn picks(each: &ComprehensionExpr) -> bool {
    let Expr::Call(step) = &each.loop_step.expr else { return false };
    let Some(Expr::Call(added)) = step.args.get(1).map(|arg| &arg.expr) else { return false };
    let Some(Expr::List(list)) = added.args.get(1).map(|arg| &arg.expr) else { return false };
    step.func_name == operators::CONDITIONAL
        && matches!(list.elements.first().map(|one| &one.expr), Some(Expr::Ident(name)) if *name == each.iter_var)
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

/// `；是不是 x` for a name that is nearly one.
pub(super) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> (String, String) {
    let near = known.map(|known| (distance(name, known), known)).min();
    match near.filter(|(distance, known)| *distance <= 1 + known.chars().count() / 4) {
        Some((_, known)) => (format!("(是不是 {known}?)"), format!(" (did you mean `{known}`?)")),
        None => Default::default(),
    }
}

/// Letters to change, add or leave out.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().take(64).collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().take(64).enumerate() {
        let mut before = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.iter().enumerate() {
            let changed = before + usize::from(x != *y);
            before = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(before + 1);
        }
    }
    row[b.len()]
}

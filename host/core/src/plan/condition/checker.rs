//! The sort of every part of an expression: what does not fit is a fault with its
//! place, even where no row would ever reach it.

use super::{Column, Fault, Word, nearest};
use crate::plan::world::{FUNCTIONS, Sort, Table};
use cel::common::ast::{ComprehensionExpr, Expr, LiteralValue, operators};
use cel::{IdedExpr, Program};

/// Loops within loops: two over the tables are [`crate::plan::world::ROWS_MAX`] squared.
const LOOPS_MAX: usize = 2;

pub(super) struct Checker<'a> {
    program: &'a Program,
    source: &'a str,
    pub(super) faults: Vec<Fault>,
    /// Texts that columns are compared with.
    pub(super) words: Vec<Word>,
    /// Loop variables, innermost last.
    vars: Vec<(String, Sort)>,
    loops: usize,
}

impl<'a> Checker<'a> {
    pub(super) fn new(program: &'a Program, source: &'a str) -> Checker<'a> {
        Checker { program, source, faults: Vec::new(), words: Vec::new(), vars: Vec::new(), loops: 0 }
    }

    pub(super) fn fault(&mut self, id: u64, code: &'static str, zh: String, en: String) {
        let at = self.place(id);
        // A field's place is its dot's, a call's its bracket's.
        let at = at + usize::from(self.source.chars().nth(at) == Some('.'));
        self.faults.push(Fault { at: at.min(self.source.chars().count()), code, zh, en });
    }

    /// In characters; offsets of the tree count bytes.
    fn place(&self, id: u64) -> usize {
        let start = self.program.source_info().offset_for(id).map_or(0, |(start, _)| start as usize);
        self.source.get(..start).map_or(0, |before| before.chars().count())
    }

    pub(super) fn sort(&mut self, node: &IdedExpr) -> Sort {
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
                self.compare(&call.func_name, &call.args);
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

    /// Notes the texts that a column of a table is compared with.
    fn compare(&mut self, name: &str, args: &[IdedExpr]) {
        let [first, second] = args else { return };
        let (column, texts) = match name {
            operators::EQUALS | operators::NOT_EQUALS => match self.column(first) {
                Some(column) => (Some(column), second),
                None => (self.column(second), first),
            },
            operators::IN => (self.column(first), second),
            "within" | "touches" => (Some(Column::Region), second),
            _ => return,
        };
        let Some(column) = column else { return };
        let listed = match &texts.expr {
            Expr::List(list) => list.elements.as_slice(),
            _ => std::slice::from_ref(texts),
        };
        for text in listed {
            if let Expr::Literal(LiteralValue::String(word)) = &text.expr {
                self.words.push(Word {
                    at: self.place(text.id),
                    column: column.clone(),
                    text: word.to_string(),
                });
            }
        }
    }

    fn column(&self, node: &IdedExpr) -> Option<Column> {
        let Expr::Select(select) = &node.expr else { return None };
        let Expr::Ident(row) = &select.operand.expr else { return None };
        match self.vars.iter().rev().find(|(var, _)| var == row)? {
            (_, Sort::Row(table)) => Some(Column::Field(*table, select.field.clone())),
            _ => None,
        }
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

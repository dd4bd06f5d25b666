//! 依据: which rows made a condition hold.
//!
//! Follows the expression where it is true: both sides of `&&`, of `||` those
//! that hold, and of a loop the rows that it picks. What holds because something
//! is *not* there has no row to name.

use super::world::{Table, World};
use super::{GROUNDS_SHOWN, Ground};
use cel::common::ast::{ComprehensionExpr, Expr, operators};
use cel::objects::Key;
use cel::{Context, IdedExpr, Value};
use std::collections::BTreeSet;

/// The rows by which `expression`, which holds, holds; in the order of tables and ids.
pub fn of(expression: &IdedExpr, world: &World, context: &Context<'_, '_>) -> Vec<Ground> {
    let mut found = BTreeSet::new();
    follow(expression, world, context, &mut found);
    found
        .into_iter()
        .take(GROUNDS_SHOWN)
        .map(|(table, id)| {
            let told = world.told.get(&(table, id.clone())).cloned().unwrap_or_default();
            Ground {
                sort: table.name().trim_end_matches('s').to_owned(),
                id,
                text: told.text,
                areas: told.areas,
            }
        })
        .collect()
}

type Found = BTreeSet<(Table, String)>;

fn follow(node: &IdedExpr, world: &World, context: &Context<'_, '_>, found: &mut Found) {
    match &node.expr {
        Expr::Call(call) => match call.func_name.as_str() {
            operators::LOGICAL_NOT => {}
            operators::LOGICAL_OR => {
                call.args
                    .iter()
                    .filter(|arg| is_true(arg, context))
                    .for_each(|arg| follow(arg, world, context, found));
            }
            operators::CONDITIONAL => {
                let branch = if call.args.first().is_some_and(|arg| is_true(arg, context)) { 1 } else { 2 };
                call.args.get(branch).into_iter().for_each(|arg| follow(arg, world, context, found));
            }
            _ => call
                .target
                .iter()
                .map(|target| &**target)
                .chain(&call.args)
                .for_each(|part| follow(part, world, context, found)),
        },
        Expr::Comprehension(each) => {
            for (table, id) in picked(each, world, context).1 {
                found.insert((table, id));
            }
        }
        Expr::Select(select) => follow(&select.operand, world, context, found),
        // A table as a whole (`size(warnings) > 2`): all its rows.
        Expr::Ident(name) => {
            for table in Table::ALL.into_iter().filter(|table| table.name() == name) {
                found.extend(rows(&world.rows(table)).iter().filter_map(|row| Some((table, id(row)?))));
            }
        }
        Expr::Unspecified | Expr::List(_) | Expr::Literal(_) | Expr::Map(_) | Expr::Struct(_) => {}
    }
}

/// The rows that a loop over a table picks.
fn picked(each: &ComprehensionExpr, world: &World, context: &Context<'_, '_>) -> (Vec<Value>, Found) {
    let none = (Vec::new(), Found::new());
    let (table, from) = match &each.iter_range.expr {
        Expr::Ident(name) => match Table::ALL.into_iter().find(|table| table.name() == name) {
            Some(table) => (table, rows(&world.rows(table))),
            None => return none,
        },
        Expr::Comprehension(inner) => {
            let (values, found) = picked(inner, world, context);
            match found.first() {
                Some((table, _)) => (*table, values),
                None => return none,
            }
        }
        _ => return none,
    };
    let wanted = test(each);
    let is_picked = |row: &Value| match wanted {
        Some(test) => {
            let mut inner = context.new_inner_scope();
            inner.add_variable_from_value(each.iter_var.as_str(), row.clone());
            is_true(test, &inner)
        }
        None => true,
    };
    let kept: Vec<Value> = from.into_iter().filter(is_picked).collect();
    let found = kept.iter().filter_map(|row| Some((table, id(row)?))).collect();
    (kept, found)
}

/// What a row must fulfil: the last argument of `||` or `&&` (exists, all), the
/// question of `?:` (filter, exists_one, map with a test).
fn test(each: &ComprehensionExpr) -> Option<&IdedExpr> {
    let Expr::Call(step) = &each.loop_step.expr else { return None };
    match step.func_name.as_str() {
        operators::LOGICAL_OR | operators::LOGICAL_AND => step.args.get(1),
        operators::CONDITIONAL => step.args.first(),
        _ => None,
    }
}

fn is_true(node: &IdedExpr, context: &Context<'_, '_>) -> bool {
    matches!(context.resolve(node), Ok(Value::Bool(true)))
}

fn rows(list: &Value) -> Vec<Value> {
    match list {
        Value::List(rows) => rows.to_vec(),
        _ => Vec::new(),
    }
}

pub(super) fn id(row: &Value) -> Option<String> {
    let Value::Map(fields) = row else { return None };
    match fields.map.get(&Key::from("id"))? {
        Value::String(id) => Some(id.to_string()),
        _ => None,
    }
}

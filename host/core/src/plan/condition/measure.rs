//! How large an expression may be, before anything parses it.

use super::Fault;

/// Two screens; more is two levels in one.
pub const CHARS_MAX: usize = 2_000;
/// Open brackets at one place. The parser takes some 15 KiB of stack for each;
/// a thread has 2 MiB.
const NESTING_MAX: usize = 24;
/// Operators, dots and brackets altogether: the depth of a chain `a + b + c...`.
const OPERATORS_MAX: usize = 256;

pub(super) fn measure(source: &str) -> Result<(), Vec<Fault>> {
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

//! How commands print: JSON lines for programs, aligned columns for people.

use super::words;
use serde::Serialize;
use serde_json::json;
use std::io::{IsTerminal, Write};

#[derive(Clone, Copy, Debug)]
pub struct Printer {
    pub json: bool,
    pub colour: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    Plain,
    Faint,
    Alarm,
    Trouble,
    Good,
}

impl Printer {
    pub fn new(json: bool) -> Printer {
        let wanted = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        Printer { json, colour: !json && wanted && std::io::stdout().is_terminal() }
    }

    /// A reader that went away (`| head`) ends the telling, not the command.
    pub fn line(&self, text: &str) {
        let _ = writeln!(std::io::stdout().lock(), "{text}");
    }

    pub fn object<T: Serialize>(&self, value: &T) {
        self.line(&serde_json::to_string(value).unwrap_or_default());
    }

    /// On the other stream: whoever counts the rows of this one must know.
    pub fn more(&self, shown: usize) {
        let message = words::MORE.with(&[("shown", &shown)]);
        match self.json {
            true => eprintln!("{}", json!({ "code": "more", "message": message, "shown": shown })),
            false => eprintln!("tocsin: {message}"),
        }
    }

    pub fn painted(&self, tone: Tone, text: &str) -> String {
        let code = match tone {
            Tone::Plain => return text.to_owned(),
            Tone::Faint => "2",
            Tone::Alarm => "1;31",
            Tone::Trouble => "33",
            Tone::Good => "32",
        };
        if self.colour { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }

    /// `label  value`, labels in one column.
    pub fn field(&self, label: &str, value: &str) {
        if !value.is_empty() {
            self.line(&format!("  {}  {value}", self.painted(Tone::Faint, &padded(label, 12))));
        }
    }

    /// Columns as wide as their widest cell; the last one runs free.
    pub fn table(&self, head: &[String], rows: &[(Tone, Vec<String>)]) {
        let mut widths: Vec<usize> = head.iter().map(|cell| width(cell)).collect();
        for (_, row) in rows {
            for (place, cell) in row.iter().enumerate().take(widths.len()) {
                widths[place] = widths[place].max(width(cell));
            }
        }
        self.line(&self.painted(Tone::Faint, &aligned(head, &widths)));
        for (tone, row) in rows {
            self.line(&self.painted(*tone, &aligned(row, &widths)));
        }
    }
}

fn aligned(row: &[String], widths: &[usize]) -> String {
    let last = row.len().saturating_sub(1);
    let cells = row.iter().zip(widths).enumerate();
    let cells =
        cells.map(|(place, (cell, width))| if place == last { cell.clone() } else { padded(cell, *width) });
    cells.collect::<Vec<_>>().join("  ")
}

pub use crate::demo::{padded, width};

/// Text from outside on a terminal: what would move its cursor does not reach it.
pub fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '·' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_in_both_languages() {
        let row = |cells: [&str; 3]| cells.map(str::to_owned).to_vec();
        assert_eq!(aligned(&row(["编号", "x", "标题"]), &[6, 3, 9]), "编号    x    标题");
        assert_eq!(aligned(&row(["I1", "abc", "t"]), &[6, 3, 9]), "I1      abc  t");
    }

    #[test]
    fn terminals_are_not_steered_from_outside() {
        assert_eq!(plain("火警\u{1b}[2J\n"), "火警·[2J·");
    }
}

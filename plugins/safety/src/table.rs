//! Tables: which line is a header, what it says of the rows below, and the cells
//! of one row.
//!
//! A frame is one row and has no header. So the framer writes what the header says
//! into the name of the device that the rows speak as: `csv:c:idnmtr--re`, the
//! separator and two letters a column. The rows need nothing else, and one that is
//! replayed years later is still read.

use crate::field::{self, Field};

const PREFIX: &str = "csv:";
/// A device's name has 256 bytes.
const COLUMNS_MAX: usize = 120;
/// A line with so many known names is a header.
const NAMES_MIN: usize = 2;
const UNKNOWN: &str = "--";
const SEPARATORS: [(char, &str); 3] = [(',', "c"), (';', "s"), ('\t', "t")];

/// How a table's rows read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Columns {
    pub separator: char,
    /// None: a column that nobody reads.
    pub fields: Vec<Option<Field>>,
}

impl Columns {
    /// What a line says if it is a header.
    pub fn of_header(line: &str) -> Option<Columns> {
        let separators = SEPARATORS.into_iter().filter(|(separator, _)| line.contains(*separator));
        let columns = separators.map(|(separator, _)| {
            let fields: Vec<Option<Field>> =
                cells(line, separator).iter().map(|name| field::named(name)).collect();
            Columns { separator, fields }
        });
        let known = |columns: &Columns| columns.fields.iter().flatten().count();
        let best = columns.max_by_key(known)?;
        (known(&best) >= NAMES_MIN && best.fields.len() <= COLUMNS_MAX).then_some(best)
    }

    pub fn device(&self) -> String {
        let separator = SEPARATORS.iter().find(|(known, _)| *known == self.separator);
        let mut device = format!("{PREFIX}{}:", separator.map_or("c", |(_, letter)| letter));
        self.fields.iter().for_each(|field| device.push_str(field.unwrap_or(UNKNOWN)));
        device
    }

    pub fn of_device(device: &str) -> Option<Columns> {
        let (letter, codes) = device.strip_prefix(PREFIX)?.split_once(':')?;
        let (separator, _) = SEPARATORS.into_iter().find(|(_, known)| *known == letter)?;
        let codes = codes.as_bytes().chunks(2).map(|code| std::str::from_utf8(code).unwrap_or_default());
        Some(Columns { separator, fields: codes.map(field::of_code).collect() })
    }
}

/// The cells of one row: quoted ones may hold the separator, line ends and `""`.
pub fn cells(line: &str, separator: char) -> Vec<String> {
    let mut cells = vec![String::new()];
    let (mut quoted, mut chars) = (false, line.trim_end_matches(['\r', '\n']).chars().peekable());
    while let Some(c) = chars.next() {
        let Some(cell) = cells.last_mut() else { break };
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                cell.push('"');
            }
            '"' if quoted || cell.trim().is_empty() => quoted = !quoted,
            c if c == separator && !quoted => cells.push(String::new()),
            c => cell.push(c),
        }
    }
    cells.iter().map(|cell| cell.trim().to_owned()).collect()
}

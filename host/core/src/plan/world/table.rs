//! The tables that conditions look at, their fields, and the sorts of these.

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

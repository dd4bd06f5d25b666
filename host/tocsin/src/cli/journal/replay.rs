//! `tocsin journal replay`: the state at a past moment.

use crate::cli::print::Tone;
use crate::cli::thing::{self, Column};
use crate::cli::{Around, words};
use crate::client::segment;
use crate::text::Entry;
use anyhow::Result;
use clap::Args;
use serde_json::Value;
use std::process::ExitCode;

const STATE: Column = (words::STATE, "state");
const ID: Column = (words::ID, "id");
const TITLE: Column = (words::TITLE, "title");
const INCIDENT: Column = (words::INCIDENT, "incident");
const DEPARTMENT: Column = (words::DEPARTMENT, "department");

/// What a person is shown of a room, in this order.
const ROOMS: &[(&str, Entry, &[Column])] = &[
    ("warnings", words::WARNINGS, &[ID, STATE, (words::COLOUR, "colour"), (words::AT, "issued_at"), TITLE]),
    (
        "readings",
        words::READINGS,
        &[ID, (words::VALUE, "value"), (words::UNIT_OF, "unit"), (words::AT, "at"), TITLE],
    ),
    ("incidents", words::INCIDENTS, &[ID, STATE, (words::COUNT, "count"), (words::LAST, "last_at"), TITLE]),
    ("responses", words::RESPONSES, &[ID, STATE, (words::REGION, "region"), INCIDENT, TITLE]),
    ("orders", words::OPEN_ORDERS, &[ID, STATE, DEPARTMENT, (words::AT, "issued_at"), INCIDENT, TITLE]),
    ("calls", words::CONFIRMATIONS, &[ID, STATE, (words::ASKED, "asked.name"), INCIDENT, TITLE]),
    ("gaps", words::GAPS, &[ID, STATE, DEPARTMENT, INCIDENT, TITLE]),
    ("transfers", words::TRANSFERS, &[ID, STATE, DEPARTMENT, INCIDENT, TITLE]),
    ("teams", words::TEAMS, &[ID, STATE, DEPARTMENT, INCIDENT, TITLE]),
    ("lots", words::LOTS, &[ID, STATE, DEPARTMENT, TITLE]),
    ("accidents", words::ACCIDENTS, &[ID, STATE, (words::GRADE, "grade_name"), INCIDENT, TITLE]),
    ("grid", words::CASES, &[ID, STATE, (words::PLATFORM, "platform_name"), INCIDENT, TITLE]),
];

#[derive(Debug, Args)]
pub struct Replay {
    /// The moment, inclusive; Beijing time where no offset is written · 时刻
    #[arg(long, value_name = "TIME", required_unless_present = "sequence")]
    until: Option<String>,
    /// The last journal sequence that counts · 日志序号
    #[arg(long, value_name = "N")]
    sequence: Option<u64>,
    /// Only this incident and what serves it · 事件
    #[arg(long, value_name = "ID")]
    incident: Option<String>,
}

impl Replay {
    pub fn run(self, around: &Around) -> Result<ExitCode> {
        let sequence = self.sequence.map(|sequence| sequence.to_string());
        let asked = [("until", self.until), ("sequence", sequence), ("incident", self.incident)];
        let asked: Vec<String> = asked
            .into_iter()
            .filter_map(|(name, value)| Some(format!("{name}={}", segment(&value?))))
            .collect();
        let state = around.client()?.get_patiently(&format!("/api/v1/journal/replay?{}", asked.join("&")))?;
        match around.print.json {
            true => around.print.object(&state),
            false => tell(&state, around),
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn tell(state: &Value, around: &Around) {
    around.print.line(&words::REPLAYED_AT.with(&[
        ("at", &thing::cell(state, "at")),
        ("sequence", &state["sequence"]),
        ("steps", &state["steps"]),
        ("core", &thing::cell(state, "core")),
    ]));
    for (name, head, columns) in ROOMS {
        let over = |row: &&Value| *name == "orders" && !row["ended_at"].is_null();
        let rows: Vec<Value> =
            state[*name].as_array().into_iter().flatten().filter(|row| !over(row)).cloned().collect();
        if !rows.is_empty() {
            around.print.line("");
            around.print.line(&around.print.painted(Tone::Faint, &head.with(&[])));
            thing::print(around, &rows, columns, |_| Tone::Plain);
        }
    }
}

//! `tocsin order`

use super::print::Tone;
use super::thing::{self, By, Column, Which};
use super::{Around, words};
use anyhow::Result;
use clap::Subcommand;
use serde_json::{Map, Value};
use std::process::ExitCode;

const LIST: &str = "\
Examples · 示例:
  tocsin order list
  tocsin order list --state issued --department fire --json";
const SHOW: &str = "\
Examples · 示例:
  tocsin order show O20260712-0001";
const ACK: &str = "\
Examples · 示例:
  tocsin order ack O20260712-0001 --by 王建国";

const COLUMNS: &[Column] = &[
    (words::ID, "id"),
    (words::STATE, "state"),
    (words::DEPARTMENT, "department"),
    (words::AT, "issued_at"),
    (words::TITLE, "title"),
];

#[derive(Debug, Subcommand)]
pub enum Order {
    /// Orders, newest change first · 列表
    #[command(after_help = LIST)]
    List(Which),
    /// One order with its story · 详情
    #[command(after_help = SHOW)]
    Show { id: String },
    /// It has been understood · 接令
    #[command(after_help = ACK)]
    Ack {
        id: String,
        #[command(flatten)]
        by: By,
    },
}

impl Order {
    pub fn run(self, around: &Around) -> Result<ExitCode> {
        match self {
            Order::List(which) => thing::list(around, "orders", which, COLUMNS, tone)?,
            Order::Show { id } => thing::show(around, "orders", &id)?,
            Order::Ack { id, by } => thing::act(around, "orders", &id, "ack", by, Map::new())?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn tone(row: &Value) -> Tone {
    match row["state"].as_str() {
        Some("issued" | "delivered") => Tone::Trouble,
        Some("done" | "declined" | "cancelled") => Tone::Faint,
        _ => Tone::Plain,
    }
}

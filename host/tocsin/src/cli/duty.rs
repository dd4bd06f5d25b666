//! `tocsin duty`

use super::print::Tone;
use super::thing::{self, By, Column, Which};
use super::{Around, words};
use crate::client::segment;
use anyhow::Result;
use clap::{Args, Subcommand};
use serde_json::{Map, Value, json};
use std::process::ExitCode;

const LIST: &str = "\
Examples · 示例:
  tocsin duty list
  tocsin duty list --region 330791105000
  tocsin duty list --matter 33079141600000_20260712220000";
const GAPS: &str = "\
Examples · 示例:
  tocsin duty gaps --state open";
const CALL: &str = "\
Examples · 示例:
  tocsin duty call I20260712-0001 --title 石湖镇化工厂火警 --region 330791105000 --region 330791000000";
const CALL_OFF: &str = "\
Examples · 示例:
  tocsin duty call-off I20260712-0001 --reason 险情解除";
const CONFIRM: &str = "\
Examples · 示例:
  tocsin duty confirm C20260712-0001 --by 吴向阳";
const HANDOVER: &str = "\
Examples · 示例:
  tocsin duty handover shihu-duty --to shihu-2 --note 临时替班";
const CLOSE: &str = "\
Examples · 示例:
  tocsin duty close D20260712-0001 --reason 已指定专人负责";

const WATCHES: &[Column] = &[
    (words::POST, "id"),
    (words::STATE, "state"),
    (words::REGION, "region"),
    (words::ON_DUTY, "holder.name"),
    (words::PHONE, "holder.phone"),
    (words::SINCE, "since"),
    (words::UNTIL, "until"),
    (words::NAME, "title"),
];
const CALLS: &[Column] = &[
    (words::ID, "id"),
    (words::STATE, "state"),
    (words::POST, "post"),
    (words::CALLED, "asked.name"),
    (words::PHONE, "asked.phone"),
    (words::TRIES, "tries"),
    (words::ESCALATIONS, "escalations.length"),
    (words::AT, "called_at"),
    (words::LAST_CALLED, "last_at"),
    (words::CONFIRMED_AT, "confirmed_at"),
    (words::CONFIRMED_BY, "confirmed_by"),
    (words::TITLE, "title"),
];
const GAP: &[Column] = &[
    (words::ID, "id"),
    (words::STATE, "state"),
    (words::POST, "post"),
    (words::REGION, "region"),
    (words::AT, "found_at"),
    (words::TITLE, "title"),
];

#[derive(Debug, Subcommand)]
pub enum Duty {
    /// Who is on duty, who was called, what nobody answers for · 值班与叫应
    #[command(after_help = LIST)]
    List(List),
    /// What nobody answers for · 职责空白
    #[command(after_help = GAPS)]
    Gaps(Which),
    /// Call the duty people of regions for a matter · 叫应
    #[command(after_help = CALL)]
    Call {
        /// Incident, warning, or your own word for it · 事由编号
        matter: String,
        /// What to tell them · 内容
        #[arg(long, value_name = "TEXT")]
        title: String,
        /// 12 digits; the city's own code means the county desk · 行政区划
        #[arg(long, value_name = "CODE", required = true)]
        region: Vec<String>,
        #[command(flatten)]
        by: By,
    },
    /// The matter is over: nobody need confirm any more · 撤销叫应
    #[command(after_help = CALL_OFF)]
    CallOff {
        matter: String,
        /// Why · 原因
        #[arg(long, value_name = "TEXT")]
        reason: String,
        #[command(flatten)]
        by: By,
    },
    /// Whoever was called has answered · 确认
    #[command(after_help = CONFIRM)]
    Confirm {
        call: String,
        #[arg(long, value_name = "TEXT")]
        note: Option<String>,
        #[command(flatten)]
        by: By,
    },
    /// A post changes hands before its roster says so · 交接班
    #[command(after_help = HANDOVER)]
    Handover {
        post: String,
        /// Who takes it, a person of duty.toml · 接班人
        #[arg(long, value_name = "PERSON")]
        to: String,
        #[arg(long, value_name = "TEXT")]
        note: Option<String>,
        #[command(flatten)]
        by: By,
    },
    /// A gap is dealt with · 关闭职责空白
    #[command(after_help = CLOSE)]
    Close {
        gap: String,
        /// How · 原因
        #[arg(long, value_name = "TEXT")]
        reason: String,
        #[command(flatten)]
        by: By,
    },
}

#[derive(Debug, Args)]
pub struct List {
    /// The calls for this warning or incident: who confirmed, and when · 事由
    #[arg(long, value_name = "ID")]
    matter: Option<String>,
    /// Only in this region, 12 digits · 行政区划
    #[arg(long, value_name = "CODE")]
    region: Option<String>,
    /// Only of this department · 部门
    #[arg(long, value_name = "ID")]
    department: Option<String>,
}

impl Duty {
    pub fn run(self, around: &Around) -> Result<ExitCode> {
        match self {
            Duty::List(list) => list.run(around)?,
            Duty::Gaps(which) => thing::list(around, "gaps", which, GAP, tone)?,
            Duty::Call { matter, title, region, by } => {
                act(around, "", "call", by, json!({ "matter": matter, "title": title, "regions": region }))?;
            }
            Duty::CallOff { matter, reason, by } => {
                act(around, "", "call-off", by, json!({ "matter": matter, "reason": reason }))?;
            }
            Duty::Confirm { call, note, by } => {
                act(around, &call, "confirm", by, json!({ "note": note.unwrap_or_default() }))?;
            }
            Duty::Handover { post, to, note, by } => {
                act(around, &post, "handover", by, json!({ "to": to, "note": note.unwrap_or_default() }))?;
            }
            Duty::Close { gap, reason, by } => act(around, &gap, "close", by, json!({ "reason": reason }))?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl List {
    fn run(self, around: &Around) -> Result<()> {
        let asked = [("matter", self.matter), ("region", self.region), ("department", self.department)];
        let asked: Vec<String> = asked
            .into_iter()
            .filter_map(|(name, value)| Some(format!("{name}={}", segment(&value?))))
            .collect();
        let rows = around.client()?.get(&format!("/api/v1/duty?{}", asked.join("&")))?;
        let rows = rows.as_array().map_or(&[][..], Vec::as_slice);
        if around.print.json || rows.is_empty() {
            thing::print(around, rows, &[], tone);
            return Ok(());
        }
        for (noun, columns) in [("watch", WATCHES), ("call", CALLS), ("gap", GAP)] {
            let rows: Vec<Value> = rows.iter().filter(|row| row["noun"] == noun).cloned().collect();
            if !rows.is_empty() {
                thing::print(around, &rows, columns, tone);
                around.print.line("");
            }
        }
        Ok(())
    }
}

/// 叫应确认表: who was called for a matter how often, who was asked instead, who
/// confirmed and when.
pub fn confirmations(around: &Around, calls: &[Value]) {
    if !calls.is_empty() {
        around.print.line("");
        thing::print(around, calls, CALLS, tone);
    }
}

fn act(around: &Around, id: &str, verb: &str, by: By, fields: Value) -> Result<()> {
    let fields = match fields {
        Value::Object(fields) => fields,
        _ => Map::new(),
    };
    thing::act(around, "duty", id, verb, by, fields)
}

fn tone(row: &Value) -> Tone {
    match row["state"].as_str() {
        Some("empty" | "unanswered" | "open") => Tone::Alarm,
        Some("calling") => Tone::Trouble,
        Some("confirmed") => Tone::Good,
        Some("cancelled" | "closed" | "ended") => Tone::Faint,
        _ => Tone::Plain,
    }
}

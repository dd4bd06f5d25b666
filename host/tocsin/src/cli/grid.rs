//! `tocsin grid`

use super::accident::lines;
use super::print::Tone;
use super::spoken::shown;
use super::thing::{self, By, Column, Which, cell};
use super::{Around, words};
use crate::client::segment;
use anyhow::Result;
use clap::Subcommand;
use serde_json::{Map, Value, json};
use std::process::ExitCode;

const LIST: &str = "\
Examples · 示例:
  tocsin grid list
  tocsin grid list --state reported --region 330791002000 --json";
const SHOW: &str = "\
Examples · 示例:
  tocsin grid show G20260712-0001";
const ACCEPT: &str = "\
Examples · 示例:
  tocsin grid accept G20260712-0001";
const ASSIGN: &str = "\
Examples · 示例:
  tocsin grid assign G20260712-0001 --platform law
  tocsin grid assign G20260712-0001 --platform law --reason 值班长裁定";
const RETURN: &str = "\
Examples · 示例:
  tocsin grid return G20260712-0001 --reason 属消防通道管理 --to order";
const HANDLE: &str = "\
Examples · 示例:
  tocsin grid handle G20260712-0001 --note 队员已到场";
const FEEDBACK: &str = "\
Examples · 示例:
  tocsin grid feedback G20260712-0001 --result 杂物已清";
const EVALUATE: &str = "\
Examples · 示例:
  tocsin grid evaluate G20260712-0001 --score 5 --comment 很快";
const CLOSE: &str = "\
Examples · 示例:
  tocsin grid close G20260712-0001 --result 当场解决";
const PROMOTE: &str = "\
Examples · 示例:
  tocsin grid promote G20260712-0001
  tocsin grid promote G20260712-0001 --hazard fire --note 飞线起火";

const COLUMNS: &[Column] = &[
    (words::ID, "id"),
    (words::STATE, "state"),
    (words::PLATFORM, "platform_name"),
    (words::DUE_AT, "due_at"),
    (words::OVERTIME, "overtime.length"),
    (words::REPORTER, "reporter.name"),
    (words::INCIDENT, "incident"),
    (words::AT, "reported_at"),
    (words::TITLE, "title"),
];

/// Which case, and who acts.
#[derive(Debug, clap::Args)]
pub struct Whom {
    id: String,
    #[command(flatten)]
    by: By,
}

#[derive(Debug, Subcommand)]
pub enum Grid {
    /// Cases, newest change first · 列表
    #[command(after_help = LIST)]
    List(Which),
    /// One case with its way through the platforms · 详情
    #[command(after_help = SHOW)]
    Show { id: String },
    /// It is taken in, and goes to its category's platform · 受理
    #[command(after_help = ACCEPT)]
    Accept {
        #[command(flatten)]
        whom: Whom,
        #[arg(long, value_name = "TEXT", default_value = "")]
        note: String,
    },
    /// To a platform by hand, or to another one after a return · 分派
    #[command(after_help = ASSIGN)]
    Assign {
        #[command(flatten)]
        whom: Whom,
        /// Platform of grid.toml · 平台
        #[arg(long, value_name = "ID")]
        platform: String,
        /// Needed after the second return: the decision · 裁定理由
        #[arg(long, value_name = "TEXT", default_value = "")]
        reason: String,
    },
    /// The platform says that it is not its own · 退回
    #[command(after_help = RETURN)]
    Return {
        #[command(flatten)]
        whom: Whom,
        /// Why · 理由
        #[arg(long, value_name = "TEXT")]
        reason: String,
        /// Whose it is: it goes there at once, the first time · 建议平台
        #[arg(long, value_name = "PLATFORM", default_value = "")]
        to: String,
    },
    /// The platform has begun · 处置
    #[command(after_help = HANDLE)]
    Handle {
        #[command(flatten)]
        whom: Whom,
        #[arg(long, value_name = "TEXT", default_value = "")]
        note: String,
    },
    /// The platform says what came of it · 反馈
    #[command(after_help = FEEDBACK)]
    Feedback {
        #[command(flatten)]
        whom: Whom,
        #[arg(long, value_name = "TEXT")]
        result: String,
    },
    /// The reporter or the desk says how it was; ends the case · 评价
    #[command(after_help = EVALUATE)]
    Evaluate {
        #[command(flatten)]
        whom: Whom,
        /// 1 to 5 · 评分
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=5))]
        score: u8,
        #[arg(long, value_name = "TEXT", default_value = "")]
        comment: String,
    },
    /// End it without an evaluation · 办结
    #[command(after_help = CLOSE)]
    Close {
        #[command(flatten)]
        whom: Whom,
        /// Needed where nothing was fed back · 结果
        #[arg(long, value_name = "TEXT", default_value = "")]
        result: String,
    },
    /// Make it an emergency incident, nothing is typed again · 转为突发事件
    #[command(after_help = PROMOTE)]
    Promote {
        #[command(flatten)]
        whom: Whom,
        /// Hazard of the city's data [default: the category's] · 危险类别
        #[arg(long, value_name = "ID", default_value = "")]
        hazard: String,
        #[arg(long, value_name = "TEXT", default_value = "")]
        note: String,
    },
}

impl Grid {
    pub fn run(self, around: &Around) -> Result<ExitCode> {
        match self {
            Grid::List(which) => thing::list(around, "grid", which, COLUMNS, tone)?,
            Grid::Show { id } => show(around, &id)?,
            Grid::Accept { whom, note } => act(around, whom, "accept", json!({ "note": note }))?,
            Grid::Assign { whom, platform, reason } => {
                act(around, whom, "assign", json!({ "platform": platform, "reason": reason }))?;
            }
            Grid::Return { whom, reason, to } => {
                act(around, whom, "return", json!({ "reason": reason, "to": to }))?;
            }
            Grid::Handle { whom, note } => act(around, whom, "handle", json!({ "note": note }))?,
            Grid::Feedback { whom, result } => act(around, whom, "feedback", json!({ "result": result }))?,
            Grid::Evaluate { whom, score, comment } => {
                act(around, whom, "evaluate", json!({ "score": score, "comment": comment }))?;
            }
            Grid::Close { whom, result } => act(around, whom, "close", json!({ "result": result }))?,
            Grid::Promote { whom, hazard, note } => {
                act(around, whom, "promote", json!({ "hazard": hazard, "note": note }))?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn act(around: &Around, whom: Whom, verb: &str, fields: Value) -> Result<()> {
    let fields = match fields {
        Value::Object(fields) => fields,
        _ => Map::new(),
    };
    thing::act(around, "grid", &whom.id, verb, whom.by, fields)
}

fn show(around: &Around, id: &str) -> Result<()> {
    if around.print.json {
        return thing::show(around, "grid", id).map(drop);
    }
    let row = around.client()?.get(&format!("/api/v1/grid/{}", segment(id)))?;
    let print = &around.print;
    print.line(&print.painted(tone(&row), &format!("{}  {}", cell(&row, "id"), cell(&row, "title"))));
    for (label, field) in [
        (words::STATE, "state"),
        (words::KIND, "category_name"),
        (words::PLATFORM, "platform_name"),
        (words::DUE_AT, "due_at"),
        (words::REGION, "region"),
        (words::PLACE, "address"),
        (words::REPORTER, "reporter.name"),
        (words::PHONE, "reporter.phone"),
        (words::INCIDENT, "incident"),
        (words::TEXT, "text"),
        (words::PHOTOS, "photos"),
        (words::FRAME, "said.frame"),
        (words::RESULT, "result"),
        (words::SCORE, "score"),
    ] {
        print.field(&label.with(&[]), &shown(&row, field));
    }
    lines(around, words::OVERTIME, &row["overtime"], |over| {
        let late = match over["late_minutes"].as_i64() {
            Some(minutes) => words::LATE.with(&[("minutes", &minutes)]),
            None => words::NOT_YET.with(&[]),
        };
        let (due, step, platform) = (cell(over, "due_at"), cell(over, "step"), cell(over, "platform"));
        (Tone::Alarm, format!("{due}  {step}  {platform}  {late}  {}", cell(over, "order")))
    });
    lines(around, words::STORY, &row["story"], |line| {
        let who = ["actor", "plugin"].iter().find_map(|name| line["cause"][*name].as_str()).unwrap_or("—");
        (
            Tone::Plain,
            format!(
                "{}  {}  {}  {}",
                cell(line, "at"),
                shown(line, "change"),
                super::print::plain(who),
                cell(line, "note")
            ),
        )
    });
    Ok(())
}

fn tone(row: &Value) -> Tone {
    let open = row["overtime"].as_array().into_iter().flatten().any(|over| over["met_at"].is_null());
    match row["state"].as_str() {
        Some("closed") => Tone::Faint,
        _ if open => Tone::Alarm,
        Some("reported" | "returned") => Tone::Trouble,
        _ => Tone::Plain,
    }
}

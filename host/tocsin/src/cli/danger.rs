//! `tocsin danger`

use super::print::Tone;
use super::thing::{self, By, Column, Which, cell};
use super::{Around, words};
use crate::client::segment;
use anyhow::Result;
use clap::{Args, Subcommand};
use serde_json::{Map, Value, json};
use std::process::ExitCode;

const LIST: &str = "\
Examples · 示例:
  tocsin danger list
  tocsin danger list --state assigned --region 330791002000 --json";
const SHOW: &str = "\
Examples · 示例:
  tocsin danger show H20260712-0001";
const OVERDUE: &str = "\
Examples · 示例:
  tocsin danger overdue
  tocsin danger overdue --by township
  tocsin danger overdue --region 330791002000 --at 2026-07-31 --json";
const REPORT: &str = "\
Examples · 示例:
  tocsin danger report --title 安全出口上锁 --unit QY-0001 --level major --deadline 2026-07-31";
const ASSIGN: &str = "\
Examples · 示例:
  tocsin danger assign H20260712-0001 --department fire
  tocsin danger assign H20260712-0001 --post fire-duty --deadline 2026-07-31";
const RECTIFY: &str = "\
Examples · 示例:
  tocsin danger rectify H20260712-0001 --measure 已拆除门锁 --photo https://safety.example/p/2.jpg";
const RECHECK: &str = "\
Examples · 示例:
  tocsin danger recheck H20260712-0001 --passed --result 现场核实
  tocsin danger recheck H20260712-0001 --failed --result 仍上锁 --deadline 2026-08-05";
const CLOSE: &str = "\
Examples · 示例:
  tocsin danger close H20260712-0001 --result 复查合格";
const RETURN: &str = "\
Examples · 示例:
  tocsin danger return H20260712-0001 --reason 仍上锁 --deadline 2026-08-05";

const COLUMNS: &[Column] = &[
    (words::ID, "id"),
    (words::STATE, "state"),
    (words::GRADE, "level"),
    (words::DUE_AT, "deadline"),
    (words::OVERTIME, "overdue_at"),
    (words::RESPONSIBLE, "responsible"),
    (words::REGION, "region"),
    (words::UNIT, "unit_name"),
    (words::TITLE, "title"),
];
const OVERDUE_COLUMNS: &[Column] = &[
    (words::REGION, "region_name"),
    (words::ID, "id"),
    (words::GRADE, "level"),
    (words::DUE_AT, "deadline"),
    (words::DAYS, "days"),
    (words::RESPONSIBLE, "responsible"),
    (words::UNIT, "unit_name"),
    (words::TITLE, "title"),
];
const TOWNSHIP_COLUMNS: &[Column] = &[
    (words::REGION, "region"),
    (words::TITLE, "region_name"),
    (words::OVERTIME, "overdue"),
    (words::MAJOR, "major"),
];

/// Which danger, and who acts.
#[derive(Debug, Args)]
pub struct Whom {
    id: String,
    #[command(flatten)]
    by: By,
}

#[derive(Debug, Subcommand)]
pub enum Danger {
    /// Hidden dangers, newest change first · 列表
    #[command(after_help = LIST)]
    List(Which),
    /// One danger with its story · 详情
    #[command(after_help = SHOW)]
    Show { id: String },
    /// Not rectified by the deadline, by township · 逾期清单
    #[command(after_help = OVERDUE)]
    Overdue {
        #[arg(long, value_name = "CODE")]
        region: Option<String>,
        /// In charge of it, or that found it · 部门
        #[arg(long, value_name = "ID")]
        department: Option<String>,
        /// As of then [default: now] · 截至
        #[arg(long, value_name = "TIME")]
        at: Option<String>,
        /// One line a township, with its dangers in `dangers` · 按乡镇汇总
        #[arg(long, value_name = "township", value_parser = ["township"])]
        by: Option<String>,
    },
    /// A danger that a person found · 上报
    #[command(after_help = REPORT)]
    Report(Box<Report>),
    /// To the department in charge, or to another one · 交办
    #[command(after_help = ASSIGN)]
    Assign {
        #[command(flatten)]
        whom: Whom,
        #[arg(long, value_name = "ID", default_value = "", required_unless_present = "post")]
        department: String,
        #[arg(long, value_name = "ID", default_value = "")]
        post: String,
        #[arg(long, value_name = "TIME")]
        deadline: Option<String>,
        #[arg(long, value_name = "TEXT", default_value = "")]
        note: String,
    },
    /// It has been rectified · 整改
    #[command(after_help = RECTIFY)]
    Rectify {
        #[command(flatten)]
        whom: Whom,
        #[arg(long, value_name = "TEXT")]
        measure: String,
        /// Link; may be given several times · 照片
        #[arg(long, value_name = "URL")]
        photo: Vec<String>,
    },
    /// Somebody has looked whether it has been · 复查
    #[command(after_help = RECHECK)]
    Recheck {
        #[command(flatten)]
        whom: Whom,
        #[arg(long, required_unless_present = "failed", conflicts_with = "failed")]
        passed: bool,
        #[arg(long, requires = "result")]
        failed: bool,
        #[arg(long, value_name = "TEXT", default_value = "")]
        result: String,
        #[arg(long, value_name = "TIME")]
        deadline: Option<String>,
    },
    /// A re-check that was passed · 销号
    #[command(after_help = CLOSE)]
    Close {
        #[command(flatten)]
        whom: Whom,
        #[arg(long, value_name = "TEXT")]
        result: String,
    },
    /// A re-check that was not · 退回
    #[command(after_help = RETURN)]
    Return {
        #[command(flatten)]
        whom: Whom,
        #[arg(long, value_name = "TEXT")]
        reason: String,
        #[arg(long, value_name = "TIME")]
        deadline: Option<String>,
    },
}

#[derive(Debug, Args)]
pub struct Report {
    #[arg(long, value_name = "TEXT")]
    title: String,
    #[arg(long, value_name = "TEXT", default_value = "")]
    text: String,
    #[arg(long, value_name = "general|major", value_parser = ["general", "major"], default_value = "general")]
    level: String,
    #[arg(long, value_name = "TEXT", default_value = "")]
    category: String,
    #[arg(long, value_name = "ID", default_value = "")]
    unit: String,
    #[arg(long, value_name = "CODE", default_value = "")]
    region: String,
    #[arg(long, value_name = "TEXT", default_value = "")]
    address: String,
    #[arg(long, value_name = "ID", default_value = "")]
    department: String,
    #[arg(long, value_name = "URL")]
    photo: Vec<String>,
    #[arg(long, value_name = "TIME")]
    deadline: Option<String>,
    #[command(flatten)]
    by: By,
}

impl Danger {
    pub fn run(self, around: &Around) -> Result<ExitCode> {
        match self {
            Danger::List(which) => thing::list(around, "dangers", which, COLUMNS, tone)?,
            Danger::Show { id } => _ = thing::show(around, "dangers", &id)?,
            Danger::Overdue { region, department, at, by } => {
                overdue(around, [("region", region), ("department", department), ("at", at)], by.is_some())?;
            }
            Danger::Report(report) => {
                let Report { title, text, level, category, unit, region, address, department, .. } = &*report;
                let fields = json!({ "title": title, "text": text, "level": level, "category": category,
                    "unit": unit, "region": region, "address": address, "department": department,
                    "photos": report.photo, "deadline": report.deadline });
                act(around, Whom { id: String::new(), by: report.by }, "report", fields)?;
            }
            Danger::Assign { whom, department, post, deadline, note } => {
                let fields =
                    json!({ "department": department, "post": post, "deadline": deadline, "note": note });
                act(around, whom, "assign", fields)?;
            }
            Danger::Rectify { whom, measure, photo } => {
                act(around, whom, "rectify", json!({ "measure": measure, "photos": photo }))?;
            }
            Danger::Recheck { whom, passed, result, deadline, .. } => {
                let fields = json!({ "passed": passed, "result": result, "deadline": deadline });
                act(around, whom, "recheck", fields)?;
            }
            Danger::Close { whom, result } => act(around, whom, "close", json!({ "result": result }))?,
            Danger::Return { whom, reason, deadline } => {
                act(around, whom, "return", json!({ "reason": reason, "deadline": deadline }))?;
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
    thing::act(around, "danger", &whom.id, verb, whom.by, fields)
}

fn overdue(around: &Around, asked: [(&str, Option<String>); 3], by_township: bool) -> Result<()> {
    let asked: Vec<String> =
        asked.into_iter().filter_map(|(name, value)| Some(format!("{name}={}", segment(&value?)))).collect();
    let lines = around.client()?.get(&format!("/api/v1/dangers/overdue?{}", asked.join("&")))?;
    let lines = lines.as_array().cloned().unwrap_or_default();
    if by_township {
        thing::print(around, &lines, TOWNSHIP_COLUMNS, |_| Tone::Trouble);
        return Ok(());
    }
    let items = lines.iter().flat_map(|line| {
        let items = line["dangers"].as_array().into_iter().flatten().cloned();
        items.map(move |mut item| {
            item["region_name"] = line["region_name"].clone();
            item
        })
    });
    thing::print(around, &items.collect::<Vec<_>>(), OVERDUE_COLUMNS, tone);
    Ok(())
}

fn tone(row: &Value) -> Tone {
    let open = matches!(row["state"].as_str(), Some("found" | "assigned"));
    match (open, row["overdue_at"].is_null(), cell(row, "level").as_str()) {
        (false, _, _) => Tone::Faint,
        (true, false, _) => Tone::Alarm,
        (true, true, "major") => Tone::Trouble,
        _ => Tone::Plain,
    }
}

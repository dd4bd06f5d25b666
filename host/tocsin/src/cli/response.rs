//! `tocsin response`

use super::print::Tone;
use super::thing::{self, By, Column, Which};
use super::{Around, words};
use anyhow::Result;
use clap::{Args, Subcommand};
use serde_json::{Map, Value, json};
use std::process::ExitCode;

const LIST: &str = "\
Examples · 示例:
  tocsin response list
  tocsin response list --state active --json";
const SHOW: &str = "\
Examples · 示例:
  tocsin response show R20260712-0001";
const START: &str = "\
Examples · 示例:
  tocsin response start flood-city --level 4 --reason 上级要求 --by 张三
  tocsin response start onsite-hongtai-tanks --level 4 --for I20260712-0001 --by 张三";
const ACCEPT: &str = "\
Examples · 示例:
  tocsin response accept R20260712-0001 --by 张三";
const REFUSE: &str = "\
Examples · 示例:
  tocsin response refuse R20260712-0001 --reason 雨带已移出 --by 张三";
const RAISE: &str = "\
Examples · 示例:
  tocsin response raise R20260712-0001 --level 2 --reason 会商决定 --by 张三";
const LOWER: &str = "\
Examples · 示例:
  tocsin response lower R20260712-0001 --level 4 --reason 水位回落 --by 张三";
const END: &str = "\
Examples · 示例:
  tocsin response end R20260712-0001 --reason 汛情结束 --by 张三";

const COLUMNS: &[Column] = &[
    (words::ID, "id"),
    (words::STATE, "state"),
    (words::LEVEL, "level"),
    (words::PLAN, "plan"),
    (words::VERSION, "version"),
    (words::CLAUSE, "clause"),
    (words::AT, "started_at"),
    (words::TITLE, "title"),
];

#[derive(Debug, Subcommand)]
pub enum Response {
    /// Plans at work · 列表
    #[command(after_help = LIST)]
    List(Which),
    /// One response: version, clause, evidence, story · 详情
    #[command(after_help = SHOW)]
    Show { id: String },
    /// Start a plan by hand · 启动
    #[command(after_help = START)]
    Start {
        plan: String,
        /// The incident or township, for a plan that answers for each on its own · 现场
        #[arg(long = "for", value_name = "ID")]
        scene: Option<String>,
        #[command(flatten)]
        to: To,
        #[command(flatten)]
        by: By,
    },
    /// Accept what is proposed · 批准
    #[command(after_help = ACCEPT)]
    Accept {
        id: String,
        #[command(flatten)]
        why: Why,
        #[command(flatten)]
        by: By,
    },
    /// Refuse what is proposed · 否决
    #[command(after_help = REFUSE)]
    Refuse {
        id: String,
        #[command(flatten)]
        why: Why,
        #[command(flatten)]
        by: By,
    },
    /// To a higher level · 升级
    #[command(after_help = RAISE)]
    Raise {
        id: String,
        #[command(flatten)]
        to: To,
        #[command(flatten)]
        by: By,
    },
    /// To a lower level · 降级
    #[command(after_help = LOWER)]
    Lower {
        id: String,
        #[command(flatten)]
        to: To,
        #[command(flatten)]
        by: By,
    },
    /// It is over · 终止
    #[command(after_help = END)]
    End {
        id: String,
        #[command(flatten)]
        why: Why,
        #[command(flatten)]
        by: By,
    },
}

#[derive(Debug, Args)]
pub struct To {
    /// 4 (Ⅳ, lowest) to 1 (Ⅰ, highest) · 级别
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=4))]
    level: u8,
    #[command(flatten)]
    why: Why,
}

#[derive(Debug, Args)]
pub struct Why {
    /// As officers will read it · 理由
    #[arg(long, value_name = "TEXT", default_value = "")]
    reason: String,
}

impl Response {
    pub fn run(self, around: &Around) -> Result<ExitCode> {
        let act = |id: &str, verb: &str, by: By, fields: Value| {
            let fields: Map<String, Value> = fields.as_object().cloned().unwrap_or_default();
            thing::act(around, "responses", id, verb, by, fields)
        };
        let to = |to: To| json!({ "level": to.level, "reason": to.why.reason });
        let why = |why: Why| json!({ "reason": why.reason });
        match self {
            Response::List(which) => thing::list(around, "responses", which, COLUMNS, tone)?,
            Response::Show { id } => _ = thing::show(around, "responses", &id)?,
            Response::Start { plan, scene, to: To { level, why }, by } => {
                let scene = scene.unwrap_or_default();
                let fields = json!({ "plan": plan, "for": scene, "level": level, "reason": why.reason });
                act("", "start", by, fields)?;
            }
            Response::Accept { id, why: reason, by } => act(&id, "accept", by, why(reason))?,
            Response::Refuse { id, why: reason, by } => act(&id, "refuse", by, why(reason))?,
            Response::Raise { id, to: level, by } => act(&id, "raise", by, to(level))?,
            Response::Lower { id, to: level, by } => act(&id, "lower", by, to(level))?,
            Response::End { id, why: reason, by } => act(&id, "end", by, why(reason))?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn tone(row: &Value) -> Tone {
    match (row["state"].as_str(), row["level"].as_u64()) {
        (Some("active"), Some(1 | 2)) => Tone::Alarm,
        (Some("active" | "proposed"), _) => Tone::Trouble,
        _ => Tone::Faint,
    }
}

//! `tocsin team`

use super::print::Tone;
use super::thing::{self, By, Column, Which};
use super::{Around, words};
use crate::client::segment;
use crate::text;
use anyhow::{Result, bail};
use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Map, Value, json};
use std::process::ExitCode;

const LIST: &str = "\
Examples · 示例:
  tocsin team list --state available
  tocsin team list --incident I20260712-0001 --json";
const SHOW: &str = "\
Examples · 示例:
  tocsin team show militia-1";
const PROPOSE: &str = "\
Examples · 示例:
  tocsin team propose --incident I20260712-0001
  tocsin team propose --incident I20260712-0001 --material 甲醇 --capability 排涝 --json";
const ASSIGN: &str = "\
Examples · 示例:
  tocsin team assign militia-1 --incident I20260712-0001 --task 封控道路 --acknowledge-within 5
  tocsin team assign expert-hazmat --incident I20260712-0001
  tocsin team assign militia-1 --response R20260712-0001";
const RELEASE: &str = "\
Examples · 示例:
  tocsin team release militia-1 --note 任务结束";
const STATUS: &str = "\
Examples · 示例:
  tocsin team status militia-1 --to out-of-service --note 集训
  tocsin team status militia-1 --position 120.2143,29.2951";

const COLUMNS: &[Column] = &[
    (words::ID, "id"),
    (words::STATE, "state"),
    (words::DEPARTMENT, "department"),
    (words::NAME, "name"),
    (words::INCIDENT, "incident"),
    (words::ORDER, "order"),
    (words::SINCE, "since"),
    (words::CAPABILITIES, "capabilities"),
];

const PROPOSED: &[Column] = &[
    (words::ID, "id"),
    (words::SEND, "proposed"),
    (words::STATE, "state"),
    (words::DEPARTMENT, "department"),
    (words::NAME, "name"),
    (words::MINUTES, "eta_minutes"),
    (words::METRES, "distance_m"),
    (words::PHONE, "phone"),
    (words::HELD_BY, "held_by"),
    (words::CAPABILITIES, "capabilities"),
    (words::REASONS, "reasons"),
];

#[derive(Debug, Subcommand)]
pub enum Team {
    /// Teams and experts, newest change first · 列表
    #[command(after_help = LIST)]
    List(Which),
    /// One team with its story · 详情
    #[command(after_help = SHOW)]
    Show { id: String },
    /// Whom an incident needs, over all departments, nearest first · 力量匹配
    #[command(after_help = PROPOSE)]
    Propose(Propose),
    /// Send a team, or call an expert; it gets an order · 调派
    #[command(after_help = ASSIGN)]
    Assign(Assign),
    /// It is free again; its order ends · 归队
    #[command(after_help = RELEASE)]
    Release {
        id: String,
        /// Goes into the record · 备注
        #[arg(long, value_name = "TEXT")]
        note: Option<String>,
        #[command(flatten)]
        by: By,
    },
    /// Whether it can be sent, and where it is · 状态
    #[command(after_help = STATUS)]
    Status(Status),
}

#[derive(Debug, Args)]
pub struct Propose {
    /// For which incident · 事件
    #[arg(long, value_name = "ID")]
    incident: String,
    /// Also this capability; may be given again · 能力
    #[arg(long, value_name = "WORD")]
    capability: Vec<String>,
    /// This material is involved; may be given again · 材料
    #[arg(long, value_name = "WORD")]
    material: Vec<String>,
}

#[derive(Debug, Args)]
pub struct Assign {
    id: String,
    /// To which incident · 事件
    #[arg(long, value_name = "ID", required_unless_present = "response")]
    incident: Option<String>,
    /// For which plan's response it stands by, or goes · 响应
    #[arg(long, value_name = "ID")]
    response: Option<String>,
    /// What to do there · 任务
    #[arg(long, value_name = "TEXT")]
    task: Option<String>,
    /// To be acknowledged within; then the deputy and the superior are asked · 接令时限(分钟)
    #[arg(long, value_name = "MINUTES")]
    acknowledge_within: Option<u32>,
    /// To be there within · 到场时限(分钟)
    #[arg(long, value_name = "MINUTES")]
    arrive_within: Option<u32>,
    #[command(flatten)]
    by: By,
}

#[derive(Debug, Args)]
pub struct Status {
    id: String,
    #[arg(long, value_enum, required_unless_present = "position")]
    to: Option<Service>,
    /// Where it is, WGS-84 degrees · 位置
    #[arg(long, value_name = "LON,LAT", allow_hyphen_values = true)]
    position: Option<String>,
    /// Goes into the record · 备注
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    #[command(flatten)]
    by: By,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Service {
    Available,
    OutOfService,
}

impl Team {
    pub fn run(self, around: &Around) -> Result<ExitCode> {
        match self {
            Team::List(which) => thing::list(around, "teams", which, COLUMNS, tone)?,
            Team::Show { id } => _ = thing::show(around, "teams", &id)?,
            Team::Propose(asked) => asked.run(around)?,
            Team::Assign(Assign { id, incident, response, task, acknowledge_within, arrive_within, by }) => {
                let fields = [
                    ("incident", incident.map(Value::from)),
                    ("response", response.map(Value::from)),
                    ("task", task.map(Value::from)),
                    ("acknowledge", acknowledge_within.map(Value::from)),
                    ("arrive", arrive_within.map(Value::from)),
                ];
                act(around, &id, "assign", by, fields)?;
            }
            Team::Release { id, note, by } => {
                act(around, &id, "release", by, [("note", note.map(Value::from))])?;
            }
            Team::Status(Status { id, to, position, note, by }) => {
                let to = to.map(|to| match to {
                    Service::Available => "available",
                    Service::OutOfService => "out-of-service",
                });
                let position = position.as_deref().map(point).transpose()?;
                let fields =
                    [("to", to.map(Value::from)), ("position", position), ("note", note.map(Value::from))];
                act(around, &id, "status", by, fields)?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Propose {
    fn run(self, around: &Around) -> Result<()> {
        let path = format!(
            "/api/v1/teams/propose?incident={}&capability={}&material={}",
            segment(&self.incident),
            segment(&self.capability.join(",")),
            segment(&self.material.join(","))
        );
        let found = around.client()?.get(&path)?;
        let rows = found["rows"].as_array().map_or(&[][..], Vec::as_slice);
        thing::print(around, rows, PROPOSED, tone);
        let unmet = found["wanted"].as_array().into_iter().flatten().filter(|want| want["met"] == false);
        for want in unmet {
            let said = words::UNMET
                .with(&[("what", &thing::cell(want, "what")), ("why", &thing::cell(want, "reason"))]);
            match around.print.json {
                true => around.print.object(&json!({ "unmet": want["what"], "reason": want["reason"] })),
                false => around.print.line(&around.print.painted(Tone::Trouble, &said)),
            }
        }
        Ok(())
    }
}

fn point(text: &str) -> Result<Value> {
    let parts = text.split_once([',', '，']).map(|(lon, lat)| (lon.trim().parse(), lat.trim().parse()));
    match parts {
        Some((Ok::<f64, _>(lon), Ok::<f64, _>(lat))) if lon.is_finite() && lat.is_finite() => {
            Ok(json!({ "lon": lon, "lat": lat }))
        }
        _ => bail!(text!(position_unread, text = text)),
    }
}

fn act<const N: usize>(
    around: &Around,
    id: &str,
    verb: &str,
    by: By,
    fields: [(&str, Option<Value>); N],
) -> Result<()> {
    let given = fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    thing::act(around, "teams", id, verb, by, given.collect::<Map<String, Value>>())
}

fn tone(row: &Value) -> Tone {
    match (row["state"].as_str(), &row["proposed"]) {
        (Some("available"), Value::Bool(true)) => Tone::Good,
        (Some("assigned"), _) => Tone::Trouble,
        (Some("out-of-service"), _) => Tone::Faint,
        _ => Tone::Plain,
    }
}

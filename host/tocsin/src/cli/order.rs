//! `tocsin order`

use super::print::Tone;
use super::thing::{self, By, Column, Which};
use super::{Around, words};
use anyhow::Result;
use clap::{Args, Subcommand};
use serde_json::{Map, Value};
use std::process::ExitCode;

const LIST: &str = "\
Examples · 示例:
  tocsin order list
  tocsin order list --state issued --department fire --json";
const SHOW: &str = "\
Examples · 示例:
  tocsin order show O20260712-0001";
const ISSUE: &str = "\
Examples · 示例:
  tocsin order issue --department water --title 关闭三号泄洪闸 --acknowledge 10 --done 60
  tocsin order issue --post shihu-duty --title 转移低洼地带群众 --incident I20260712-0001
  tocsin order issue --department fire --title 查岗 --matter fire.roll-call --device 000000000379 --done 10";
const DELIVER: &str = "\
Examples · 示例:
  tocsin order deliver O20260712-0001 --note 电话传达";
const ACK: &str = "\
Examples · 示例:
  tocsin order ack O20260712-0001 --by 王建国";
const DEPART: &str = "\
Examples · 示例:
  tocsin order depart O20260712-0001 --note 两车八人";
const ARRIVE: &str = "\
Examples · 示例:
  tocsin order arrive O20260712-0001";
const DONE: &str = "\
Examples · 示例:
  tocsin order done O20260712-0001 --result \"群众 126 人已转移\"";
const DECLINE: &str = "\
Examples · 示例:
  tocsin order decline O20260712-0001 --reason 道路中断,无法到达";
const CANCEL: &str = "\
Examples · 示例:
  tocsin order cancel O20260712-0001 --reason 任务重复";

const COLUMNS: &[Column] = &[
    (words::ID, "id"),
    (words::STATE, "state"),
    (words::DEPARTMENT, "department"),
    (words::ASKED, "asked.name"),
    (words::AT, "issued_at"),
    (words::DUE_AT, "next"),
    (words::MISSED, "missed"),
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
    /// Order something, by a person · 下达
    #[command(after_help = ISSUE)]
    Issue(Box<Issue>),
    /// The department has it · 送达
    #[command(after_help = DELIVER)]
    Deliver(Noted),
    /// It has been understood · 接令
    #[command(after_help = ACK)]
    Ack(Noted),
    /// They are on their way · 出动
    #[command(after_help = DEPART)]
    Depart(Noted),
    /// They are there · 到场
    #[command(after_help = ARRIVE)]
    Arrive(Noted),
    /// It is done; says how · 完成
    #[command(after_help = DONE)]
    Done {
        id: String,
        /// What came of it · 结果
        #[arg(long, value_name = "TEXT")]
        result: String,
        #[command(flatten)]
        by: By,
    },
    /// It cannot be done; says why · 拒绝
    #[command(after_help = DECLINE)]
    Decline(Reasoned),
    /// It need not be done any more; says why · 撤销
    #[command(after_help = CANCEL)]
    Cancel(Reasoned),
}

#[derive(Debug, Args)]
pub struct Issue {
    /// What to do, one line · 内容
    #[arg(long, value_name = "TEXT")]
    title: String,
    /// The rest of it · 说明
    #[arg(long, value_name = "TEXT")]
    text: Option<String>,
    /// Who carries it out; its duty post is asked · 部门
    #[arg(long, value_name = "ID", required_unless_present = "post")]
    department: Option<String>,
    /// Duty post that is asked · 岗位
    #[arg(long, value_name = "ID")]
    post: Option<String>,
    /// Team, assigned before · 队伍
    #[arg(long, value_name = "ID")]
    team: Option<String>,
    /// Where, 12 digits · 行政区划
    #[arg(long, value_name = "CODE")]
    region: Option<String>,
    /// Incident that it serves · 事件
    #[arg(long, value_name = "ID")]
    incident: Option<String>,
    /// What the department's connector does by it, such as fire.roll-call · 事项
    #[arg(long, value_name = "WORD")]
    matter: Option<String>,
    /// Registered device that it is done on · 设备
    #[arg(long, value_name = "ID")]
    device: Option<String>,
    /// To be acknowledged within; then the deputy and the superior are asked · 接令时限(分钟)
    #[arg(long, value_name = "MINUTES")]
    acknowledge: Option<u32>,
    /// To be there within · 到场时限(分钟)
    #[arg(long, value_name = "MINUTES")]
    arrive: Option<u32>,
    /// To be done within · 完成时限(分钟)
    #[arg(long, value_name = "MINUTES")]
    done: Option<u32>,
    #[command(flatten)]
    by: By,
}

#[derive(Debug, Args)]
pub struct Noted {
    id: String,
    /// Goes into the record · 备注
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    #[command(flatten)]
    by: By,
}

#[derive(Debug, Args)]
pub struct Reasoned {
    id: String,
    /// Why · 原因
    #[arg(long, value_name = "TEXT")]
    reason: String,
    #[command(flatten)]
    by: By,
}

impl Order {
    pub fn run(self, around: &Around) -> Result<ExitCode> {
        let noted = |verb: &str, Noted { id, note, by }: Noted| {
            act(around, &id, verb, by, [("note", note.map(Value::from))])
        };
        let reasoned = |verb: &str, Reasoned { id, reason, by }: Reasoned| {
            act(around, &id, verb, by, [("reason", Some(reason.into()))])
        };
        match self {
            Order::List(which) => thing::list(around, "orders", which, COLUMNS, tone)?,
            Order::Show { id } => _ = thing::show(around, "orders", &id)?,
            Order::Issue(issue) => issue.run(around)?,
            Order::Deliver(whom) => noted("deliver", whom)?,
            Order::Ack(whom) => noted("ack", whom)?,
            Order::Depart(whom) => noted("depart", whom)?,
            Order::Arrive(whom) => noted("arrive", whom)?,
            Order::Done { id, result, by } => {
                act(around, &id, "done", by, [("result", Some(result.into()))])?;
            }
            Order::Decline(whom) => reasoned("decline", whom)?,
            Order::Cancel(whom) => reasoned("cancel", whom)?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Issue {
    fn run(self, around: &Around) -> Result<()> {
        let Issue {
            title,
            text,
            department,
            post,
            team,
            region,
            incident,
            matter,
            device,
            acknowledge,
            arrive,
            done,
            by,
        } = self;
        let fields = [
            ("title", Some(title.into())),
            ("text", text.map(Value::from)),
            ("department", department.map(Value::from)),
            ("post", post.map(Value::from)),
            ("team", team.map(Value::from)),
            ("region", region.map(Value::from)),
            ("incident", incident.map(Value::from)),
            ("matter", matter.map(Value::from)),
            ("device", device.map(Value::from)),
            ("acknowledge", acknowledge.map(Value::from)),
            ("arrive", arrive.map(Value::from)),
            ("done", done.map(Value::from)),
        ];
        act(around, "", "issue", by, fields)
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
    thing::act(around, "orders", id, verb, by, given.collect::<Map<String, Value>>())
}

fn tone(row: &Value) -> Tone {
    let is_late = row["missed"].as_array().is_some_and(|missed| !missed.is_empty());
    match row["state"].as_str() {
        Some("done" | "cancelled") => Tone::Faint,
        Some("declined") => Tone::Trouble,
        Some("issued" | "delivered") if is_late => Tone::Alarm,
        _ if is_late => Tone::Trouble,
        _ => Tone::Plain,
    }
}

//! `tocsin incident`

mod show;
mod timeline;

use super::print::{Tone, plain};
use super::{Around, outward, words};
use crate::client::segment;
use anyhow::Result;
use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Map, Value, json};
use std::process::ExitCode;

const LIST: &str = "\
Examples · 示例:
  tocsin incident list
  tocsin incident list --state suspected --hazard fire --json";
const SHOW: &str = "\
Examples · 示例:
  tocsin incident show I20260712-0001
  tocsin incident show I20260712-0001 --json | jq -r .frames[].raw";
const TIMELINE: &str = "\
Examples · 示例:
  tocsin incident timeline I20260712-0001
  tocsin incident timeline I20260712-0001 --json > I20260712-0001.jsonl";
const CAP: &str = "\
Examples · 示例:
  tocsin incident cap I20260712-0001 > incident.xml";
const NGSI_LD: &str = "\
Examples · 示例:
  tocsin incident ngsi-ld I20260712-0001";
const CONFIRM: &str = "\
Examples · 示例:
  tocsin incident confirm I20260712-0001 --note 电话核实";
const RESPOND: &str = "\
Examples · 示例:
  tocsin incident respond I20260712-0001 --note 中队出动";
const CONTROL: &str = "\
Examples · 示例:
  tocsin incident control I20260712-0001";
const CLOSE: &str = "\
Examples · 示例:
  tocsin incident close I20260712-0001 --result 已扑灭,无人员伤亡";
const FALSE_ALARM: &str = "\
Examples · 示例:
  tocsin incident false-alarm I20260712-0001 --disposition cooking --text 食堂油烟";
const NOTE: &str = "\
Examples · 示例:
  tocsin incident note I20260712-0001 --text 家属在场";
const MERGE: &str = "\
Examples · 示例:
  tocsin incident merge I20260712-0002 --with I20260712-0001";

#[derive(Debug, Subcommand)]
pub enum Incident {
    /// What is and was happening, newest first · 列表
    #[command(after_help = LIST)]
    List(List),
    /// One incident, down to the raw bytes · 详情
    #[command(after_help = SHOW)]
    Show { id: String },
    /// Its whole story with all that served it, each line with the state after it · 时间线
    #[command(after_help = TIMELINE)]
    Timeline { id: String },
    /// As it is now, as CAP 1.2 · 以 CAP 1.2 输出
    #[command(after_help = CAP)]
    Cap { id: String },
    /// As an NGSI-LD entity · 以 NGSI-LD 输出
    #[command(after_help = NGSI_LD)]
    NgsiLd { id: String },
    /// A person has looked: it is real · 确认
    #[command(after_help = CONFIRM)]
    Confirm(Noted),
    /// Someone is on the way or at it · 处置
    #[command(after_help = RESPOND)]
    Respond(Noted),
    /// It no longer grows · 已控制
    #[command(after_help = CONTROL)]
    Control(Noted),
    /// It is over; says how it ended · 结束
    #[command(after_help = CLOSE)]
    Close {
        #[command(flatten)]
        whom: Whom,
        /// How it ended · 处置结果
        #[arg(long, value_name = "TEXT")]
        result: String,
    },
    /// It was none; says why · 误报
    #[command(after_help = FALSE_ALARM)]
    FalseAlarm {
        #[command(flatten)]
        whom: Whom,
        /// Why · 误报原因
        #[arg(long)]
        disposition: Why,
        /// In words; mandatory with `other` · 说明
        #[arg(long, default_value = "")]
        text: String,
    },
    /// Write something down · 备注
    #[command(after_help = NOTE)]
    Note {
        #[command(flatten)]
        whom: Whom,
        #[arg(long)]
        text: String,
    },
    /// It is the same matter as another one · 合并
    #[command(after_help = MERGE)]
    Merge {
        #[command(flatten)]
        whom: Whom,
        /// The other incident · 另一事件
        #[arg(long, value_name = "ID")]
        with: String,
        #[arg(long, default_value = "")]
        note: String,
    },
}

#[derive(Debug, Args)]
pub struct List {
    /// suspected, confirmed, responding, controlled, closed, false-alarm, merged · 状态
    #[arg(long)]
    state: Option<String>,
    /// Hazard of the city's data, such as fire · 危险类别
    #[arg(long)]
    hazard: Option<String>,
    /// 12-digit administrative code · 行政区划代码
    #[arg(long)]
    region: Option<String>,
    /// At most so many rows [default: 1000] · 行数
    #[arg(long, value_name = "N")]
    limit: Option<u32>,
}

/// Which incident, and who acts.
#[derive(Debug, Args)]
pub struct Whom {
    id: String,
    /// Who acts, as the journal keeps it [default: the login name] · 操作人
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
    /// Id of this command: asking again under it is harmless · 命令编号
    #[arg(long, value_name = "ID")]
    command: Option<String>,
}

#[derive(Debug, Args)]
pub struct Noted {
    #[command(flatten)]
    whom: Whom,
    /// Goes into the record · 备注
    #[arg(long, default_value = "")]
    note: String,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Why {
    Cooking,
    Smoking,
    Steam,
    Dust,
    Insect,
    Construction,
    Test,
    Drill,
    Malfunction,
    Misoperation,
    Malicious,
    Other,
}

impl Incident {
    pub fn run(self, around: &Around) -> Result<ExitCode> {
        match self {
            Incident::List(list) => list.run(around)?,
            Incident::Show { id } => show::run(&id, around)?,
            Incident::Timeline { id } => timeline::run(&id, around)?,
            Incident::Cap { id } => outward::cap(around, "incidents", &id)?,
            Incident::NgsiLd { id } => outward::ngsi_ld(around, "incidents", &id)?,
            Incident::Confirm(Noted { whom, note }) => {
                whom.act("confirm", json!({ "note": note }), around)?;
            }
            Incident::Respond(Noted { whom, note }) => {
                whom.act("respond", json!({ "note": note }), around)?;
            }
            Incident::Control(Noted { whom, note }) => {
                whom.act("control", json!({ "note": note }), around)?;
            }
            Incident::Close { whom, result } => {
                whom.act("close", json!({ "result": result }), around)?;
            }
            Incident::FalseAlarm { whom, disposition, text } => {
                let word = disposition.to_possible_value().map(|value| value.get_name().to_owned());
                whom.act("false-alarm", json!({ "disposition": word, "text": text }), around)?;
            }
            Incident::Note { whom, text } => whom.act("note", json!({ "text": text }), around)?,
            Incident::Merge { whom, with, note } => {
                whom.act("merge", json!({ "with": with, "note": note }), around)?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Whom {
    fn act(self, word: &str, mut order: Value, around: &Around) -> Result<()> {
        let actor = self.by.or_else(|| std::env::var("USER").ok()).filter(|name| !name.is_empty());
        if let Value::Object(fields) = &mut order {
            let given = [("actor", actor), ("command", self.command)];
            fields.extend(
                given
                    .into_iter()
                    .filter_map(|(name, value)| Some((name.to_owned(), value?.into())))
                    .collect::<Map<_, _>>(),
            );
        }
        let path = format!("/api/v1/incidents/{}/{word}", segment(&self.id));
        let answer = around.client()?.post(&path, &order)?;
        if around.print.json {
            around.print.object(&answer);
        } else {
            let subject = answer["reply"]["subject"].as_str().filter(|id| !id.is_empty()).unwrap_or(&self.id);
            let said =
                words::ACTED.with(&[("id", &subject), ("act", &word), ("sequence", &answer["sequence"])]);
            around.print.line(&said);
        }
        Ok(())
    }
}

impl List {
    fn run(self, around: &Around) -> Result<()> {
        let limit = self.limit.map(|limit| limit.to_string());
        let asked =
            [("state", self.state), ("hazard", self.hazard), ("region", self.region), ("limit", limit)];
        let asked: Vec<String> = asked
            .into_iter()
            .filter_map(|(name, value)| Some(format!("{name}={}", segment(&value?))))
            .collect();
        let (rows, more) = around.client()?.list(&format!("/api/v1/incidents?{}", asked.join("&")))?;
        if around.print.json {
            rows.iter().for_each(|row| around.print.object(row));
        } else if rows.is_empty() {
            around.print.line(&words::NO_INCIDENT.with(&[]));
        } else {
            let head = [
                words::ID,
                words::STATE,
                words::SEVERITY,
                words::CONFIDENCE,
                words::COUNT,
                words::LAST,
                words::TITLE,
            ];
            around.print.table(&head.map(|word| word.with(&[])), &rows.iter().map(row).collect::<Vec<_>>());
        }
        if more {
            around.print.more(rows.len());
        }
        Ok(())
    }
}

fn row(incident: &Value) -> (Tone, Vec<String>) {
    let text = |name: &str| plain(incident[name].as_str().unwrap_or_default());
    let tone = match incident["state"].as_str() {
        Some("suspected") => Tone::Trouble,
        Some("confirmed" | "responding") => Tone::Alarm,
        Some("closed" | "false-alarm" | "merged") => Tone::Faint,
        _ => Tone::Plain,
    };
    let percent = (incident["confidence"].as_f64().unwrap_or_default() * 100.0).round();
    let cells = vec![
        text("id"),
        words::state(&text("state")),
        words::severity(&text("severity")),
        format!("{percent} %"),
        incident["count"].to_string(),
        text("last_at").get(..19).unwrap_or_default().replace('T', " "),
        text("title"),
    ];
    (tone, cells)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tocsin_core::incident::DispositionKind;

    #[test]
    fn the_reasons_are_those_of_the_core() {
        let ours: Vec<String> = Why::value_variants()
            .iter()
            .filter_map(|why| Some(why.to_possible_value()?.get_name().to_owned()))
            .collect();
        let theirs: Vec<&str> = DispositionKind::ALL.iter().map(|kind| kind.as_str()).collect();
        assert_eq!(ours, theirs);
    }
}

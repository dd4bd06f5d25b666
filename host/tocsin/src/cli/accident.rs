//! `tocsin accident`

use super::print::Tone;
use super::spoken::shown;
use super::thing::{self, By, Column, Which, cell};
use super::{Around, words};
use crate::client::segment;
use crate::text;
use crate::text::Entry;
use anyhow::Result;
use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Map, Value, json};
use std::process::ExitCode;

const LIST: &str = "\
Examples · 示例:
  tocsin accident list
  tocsin accident list --state open --region 330791105000 --json";
const SHOW: &str = "\
Examples · 示例:
  tocsin accident show A20260712-0001
  tocsin accident show A20260712-0001 --json | jq .missed";
const REPORT: &str = "\
Examples · 示例:
  tocsin accident report --title 化工厂爆燃 --happened-at '2026-07-12 22:10' --deaths 2 --injuries 8
  tocsin accident report A20260712-0001 --deaths 3 --to province --text 一名伤员不治
  tocsin accident report A20260712-0001 --deaths 2 --reason 重复统计一人
  tocsin accident report A20260712-0001 --final --to province";
const CLOSE: &str = "\
Examples · 示例:
  tocsin accident close A20260712-0001 --result 善后完毕";

const COLUMNS: &[Column] = &[
    (words::ID, "id"),
    (words::STATE, "state"),
    (words::GRADE, "grade_name"),
    (words::DEATHS, "deaths"),
    (words::INJURIES, "injuries"),
    (words::TARGET, "target_name"),
    (words::REPORTS, "filed"),
    (words::MISSED, "missed_count"),
    (words::HAPPENED, "happened_at"),
    (words::TITLE, "title"),
];

#[derive(Debug, Subcommand)]
pub enum Accident {
    /// Accidents, newest change first · 列表
    #[command(after_help = LIST)]
    List(Which),
    /// One accident: grade, reports, clocks, what was missed · 详情
    #[command(after_help = SHOW)]
    Show { id: String },
    /// Report a new one, or file the next numbered report of one · 报告
    #[command(after_help = REPORT)]
    Report(Box<Report>),
    /// End the reporting, after the final report · 办结
    #[command(after_help = CLOSE)]
    Close {
        id: String,
        /// How it ended · 结果
        #[arg(long, value_name = "TEXT", default_value = "")]
        result: String,
        #[command(flatten)]
        by: By,
    },
}

#[derive(Debug, Args)]
pub struct Report {
    /// Left out: a new accident · 事故编号,不写为新报
    id: Option<String>,
    /// Needed for a new one · 标题
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,
    /// Needed for a new one; Beijing time where no offset is written · 发生时间
    #[arg(long, value_name = "TIME")]
    happened_at: Option<String>,
    /// When the head of the unit knew [default: when it happened] · 获知时间
    #[arg(long, value_name = "TIME")]
    known_at: Option<String>,
    /// Township, 12 digits · 行政区划
    #[arg(long, value_name = "CODE")]
    region: Option<String>,
    /// `lon,lat` in WGS-84 · 位置
    #[arg(long, value_name = "LON,LAT", value_parser = position, allow_hyphen_values = true)]
    position: Option<Value>,
    /// Incident that it is · 关联事件
    #[arg(long, value_name = "ID")]
    incident: Option<String>,
    /// In all so far · 死亡人数
    #[arg(long, value_name = "N")]
    deaths: Option<u32>,
    /// Serious ones in all so far, acute poisoning included · 重伤人数
    #[arg(long, value_name = "N")]
    injuries: Option<u32>,
    /// Direct loss in yuan; 5000万 and 1亿 are understood · 直接经济损失
    #[arg(long, value_name = "YUAN", value_parser = yuan)]
    loss: Option<u64>,
    /// What is new · 内容
    #[arg(long, value_name = "TEXT")]
    text: Option<String>,
    /// Why a number became smaller · 核减理由
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// Level it goes to, such as province [default: this desk] · 报至
    #[arg(long, value_name = "LEVEL")]
    to: Option<String>,
    /// How · 方式
    #[arg(long)]
    means: Option<Means>,
    /// 终报
    #[arg(long = "final")]
    is_final: bool,
    #[command(flatten)]
    by: By,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Means {
    Phone,
    Written,
}

impl Accident {
    pub fn run(self, around: &Around) -> Result<ExitCode> {
        match self {
            Accident::List(which) => thing::list(around, "accidents", which, COLUMNS, tone)?,
            Accident::Show { id } => show(around, &id)?,
            Accident::Report(report) => report.run(around)?,
            Accident::Close { id, result, by } => {
                let fields = Map::from_iter([("result".to_owned(), result.into())]);
                thing::act(around, "accidents", &id, "close", by, fields)?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Report {
    fn run(self, around: &Around) -> Result<()> {
        let mut fields = Map::new();
        let means = self.means.map(|means| match means {
            Means::Phone => "phone",
            Means::Written => "written",
        });
        for (name, value) in [
            ("title", json!(self.title)),
            ("happened_at", json!(self.happened_at)),
            ("known_at", json!(self.known_at)),
            ("region", json!(self.region)),
            ("position", json!(self.position)),
            ("incident", json!(self.incident)),
            ("deaths", json!(self.deaths)),
            ("injuries", json!(self.injuries)),
            ("loss", json!(self.loss)),
            ("text", json!(self.text)),
            ("reason", json!(self.reason)),
            ("to", json!(self.to)),
            ("means", json!(means)),
            ("final", json!(self.is_final.then_some(true))),
        ] {
            if !value.is_null() {
                fields.insert(name.to_owned(), value);
            }
        }
        thing::act(around, "accidents", self.id.as_deref().unwrap_or_default(), "report", self.by, fields)
    }
}

fn show(around: &Around, id: &str) -> Result<()> {
    if around.print.json {
        return thing::show(around, "accidents", id).map(drop);
    }
    let row = around.client()?.get(&format!("/api/v1/accidents/{}", segment(id)))?;
    let print = &around.print;
    print.line(&print.painted(tone(&row), &format!("{}  {}", cell(&row, "id"), cell(&row, "title"))));
    for (label, field) in [
        (words::STATE, "state"),
        (words::GRADE, "grade_name"),
        (words::DEATHS, "deaths"),
        (words::INJURIES, "injuries"),
        (words::LOSS, "loss"),
        (words::TARGET, "target_name"),
        (words::REGION, "region"),
        (words::INCIDENT, "incident"),
        (words::HAPPENED, "happened_at"),
        (words::RESULT, "result"),
    ] {
        print.field(&label.with(&[]), &shown(&row, field));
    }
    lines(around, words::REPORTS, &row["reports"], |filing| {
        let (at, name, to) = (cell(filing, "at"), cell(filing, "name"), cell(filing, "to_name"));
        let facts = words::FACTS.with(&[
            ("deaths", &filing["deaths"]),
            ("injuries", &filing["injuries"]),
            ("loss", &filing["loss"]),
        ]);
        (
            Tone::Plain,
            format!("{at}  {name} → {to}  {facts}  {}  {}", cell(filing, "by"), cell(filing, "text")),
        )
    });
    lines(around, words::GRADINGS, &row["gradings"], |grading| {
        let (from, to) = (cell(grading, "from"), cell(grading, "to"));
        (Tone::Plain, format!("{}  {from} → {to}  {}", cell(grading, "at"), cell(grading, "reason")))
    });
    let running = row["clocks"].as_array().into_iter().flatten();
    let running = running.filter(|clock| clock["met_at"].is_null() && clock["is_missed"] != true);
    lines(around, words::CLOCKS, &running.cloned().collect(), |clock| {
        let level = cell(clock, "level_name");
        (Tone::Trouble, format!("{}  {}({level})", cell(clock, "due_at"), cell(clock, "name")))
    });
    lines(around, words::MISSED, &row["missed"], |missed| {
        let late = match missed["late_minutes"].as_i64() {
            Some(minutes) => words::LATE.with(&[("minutes", &minutes)]),
            None => words::NOT_YET.with(&[]),
        };
        let (due, name, level) = (cell(missed, "due_at"), cell(missed, "name"), cell(missed, "level_name"));
        (Tone::Alarm, format!("{due}  {name}({level})  {late}  {}", cell(missed, "order")))
    });
    Ok(())
}

/// A heading with one line for each item; nothing for none.
pub fn lines(around: &Around, head: Entry, items: &Value, line: impl Fn(&Value) -> (Tone, String)) {
    let items = items.as_array().map_or(&[][..], Vec::as_slice);
    if items.is_empty() {
        return;
    }
    around.print.line(&around.print.painted(Tone::Faint, &head.with(&[])));
    for item in items {
        let (tone, text) = line(item);
        around.print.line(&around.print.painted(tone, &format!("    {}", text.trim_end())));
    }
}

fn tone(row: &Value) -> Tone {
    let open = row["missed"].as_array().into_iter().flatten().any(|missed| missed["met_at"].is_null());
    match row["state"].as_str() {
        Some("closed") => Tone::Faint,
        _ if open => Tone::Alarm,
        Some("open") => Tone::Trouble,
        _ => Tone::Plain,
    }
}

fn position(text: &str) -> Result<Value, String> {
    let parts = text
        .split_once(',')
        .and_then(|(lon, lat)| Some((lon.trim().parse::<f64>().ok()?, lat.trim().parse::<f64>().ok()?)));
    match parts {
        Some((lon, lat)) => Ok(json!({ "lon": lon, "lat": lat })),
        None => Err(text!(position_form)),
    }
}

/// `12000000`, `1200万`, `1.2亿`.
fn yuan(text: &str) -> Result<u64, String> {
    let text = text.trim().trim_end_matches('元');
    let (number, unit) = match (text.strip_suffix('万'), text.strip_suffix('亿')) {
        (Some(number), _) => (number, 10_000.0),
        (_, Some(number)) => (number, 100_000_000.0),
        _ => (text, 1.0),
    };
    if unit == 1.0 {
        return number.parse().map_err(|_| text!(yuan_form));
    }
    match number.trim().parse::<f64>() {
        // Beyond this a double no longer counts in yuan.
        Ok(number) if (0.0..=9e15).contains(&(number * unit)) => Ok((number * unit).round() as u64),
        _ => Err(text!(yuan_form)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn losses_are_read_as_people_write_them() {
        let check = |text: &str, expect: Option<u64>| assert_eq!(yuan(text).ok(), expect, "{text}");
        check("0", Some(0));
        check("9999999", Some(9_999_999));
        check("1000万", Some(10_000_000));
        check("1000万元", Some(10_000_000));
        check("1亿", Some(100_000_000));
        check("1.2亿", Some(120_000_000));
        check("-1", None);
        check("-1万", None);
        check("NaN亿", None);
        check("1e300亿", None);
        check("许多", None);
    }

    #[test]
    fn positions_are_read() {
        assert_eq!(position("120.2101, 29.2903"), Ok(json!({"lon": 120.2101, "lat": 29.2903})));
        assert!(position("120.2101").is_err());
    }
}

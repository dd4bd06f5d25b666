//! The command line: what can be asked, and how it ends.
//!
//! Exit codes: 0 done, 1 refused or failed (the message says what to do),
//! 2 not understood, which a filter that names nothing is too. With `--json` every
//! command prints one JSON object a line and nothing else on stdout; an error is one
//! on stderr.

mod accident;
mod city;
mod danger;
mod dead;
mod demo;
mod device;
mod doctor;
mod duty;
mod examples;
mod grid;
mod hole;
mod incident;
mod journal;
mod linkage;
mod log;
mod now;
mod order;
mod outward;
mod plan;
mod plugin;
mod print;
mod quality;
mod response;
mod risk;
mod schema;
mod spoken;
mod supervision;
mod supply;
mod tail;
mod team;
mod thing;
mod unit;
mod up;
mod usage;
mod warning;
mod words;

use crate::client::{Client, Refused};
use crate::http;
use anyhow::Result;
use clap::{Parser, Subcommand};
use print::Printer;
use serde_json::json;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const EXAMPLES: &str = "\
Examples · 示例:
  tocsin up --city examples/cities/qingshan       start a host
  tocsin incident list                            what is happening
  tocsin incident confirm I20260712-0001          a person has looked
  tocsin tail --json                              events as they happen
  tocsin dead list                                what no plugin could use, and why
  tocsin doctor                                   is this machine fit, is the host well

Commands find the running host by its data folder: --data, else TOCSIN_DATA, else ./data.
Output is Chinese where the locale is (or TOCSIN_LANG=zh), else English; NO_COLOR is heeded.";

/// 警钟 · the runtime on which a city's departments join their emergency capabilities
#[derive(Debug, Parser)]
#[command(name = "tocsin", version, after_help = EXAMPLES, arg_required_else_help = true, disable_help_subcommand = true)]
struct Cli {
    /// Folder that holds everything the host writes [default: data] · 数据目录
    #[arg(long, global = true, env = "TOCSIN_DATA", value_name = "DIR", hide_env_values = true)]
    data: Option<PathBuf>,
    /// One JSON object a line · 每行一个 JSON 对象
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Start a host: bus, plugins, doors, console · 启动主机
    Up(up::Up),
    /// Watch a night in the example city · 演示一夜
    Demo(demo::Demo),
    /// Is this machine fit, is the host well, what are the limits · 体检
    Doctor(doctor::Doctor),
    /// Events as they happen · 实时事件
    Tail(tail::Tail),
    /// Build, push and list plugin packages · 插件
    #[command(subcommand, after_help = examples::PLUGIN)]
    Plugin(plugin::Plugin),
    /// List, show and act on incidents · 事件
    #[command(subcommand, after_help = examples::INCIDENT)]
    Incident(incident::Incident),
    Now(now::Now),
    /// Orders and how far they have come · 指令
    #[command(subcommand, after_help = examples::ORDER)]
    Order(order::Order),
    /// Posts, rosters and calls · 值班
    #[command(subcommand, after_help = examples::DUTY)]
    Duty(duty::Duty),
    /// How fast departments link up · 联动
    Linkage(linkage::Linkage),
    /// Teams and experts: who can be sent, and who is · 队伍与专家
    #[command(subcommand, after_help = examples::TEAM)]
    Team(team::Team),
    /// Stock, and how it is moved · 物资
    #[command(subcommand, after_help = examples::SUPPLY)]
    Supply(supply::Supply),
    /// Plans: versions, checking, approval · 预案
    #[command(subcommand, after_help = examples::PLAN)]
    Plan(plan::Plan),
    /// Plans at work · 应急响应
    #[command(subcommand, after_help = examples::RESPONSE)]
    Response(response::Response),
    /// Accidents, their grade and the reports upward · 事故
    #[command(subcommand, after_help = examples::ACCIDENT)]
    Accident(accident::Accident),
    /// Grid workers' events through the four platforms · 网格事件
    #[command(subcommand, after_help = examples::GRID)]
    Grid(grid::Grid),
    /// Enterprises that departments told of · 单位
    #[command(subcommand, after_help = examples::UNIT)]
    Unit(unit::Unit),
    /// Hidden dangers from finding to re-check · 隐患
    #[command(subcommand, after_help = examples::DANGER)]
    Danger(danger::Danger),
    /// Four colours of units, places and trades, and why · 风险
    #[command(subcommand, after_help = examples::RISK)]
    Risk(risk::Risk),
    /// How devices stand: silent, armed, shielded, and how often they were right · 装置状况
    #[command(subcommand, after_help = examples::DEVICE)]
    Device(device::Device),
    /// Units on the fire supervision list, and roll call scores · 消防监督
    #[command(subcommand, after_help = examples::SUPERVISION)]
    Supervision(supervision::Supervision),
    /// What is warned of, and out again as CAP 1.2 · 预警
    #[command(subcommand, after_help = examples::WARNING)]
    Warning(warning::Warning),
    /// How much of each department's data could be used as it came · 数据质量
    Quality(quality::Quality),
    /// What no plugin could use, and why · 死信
    #[command(subcommand, after_help = examples::DEAD)]
    Dead(dead::Dead),
    /// Runs of the log that are damaged or missing · 日志缺损
    #[command(subcommand, after_help = examples::HOLE)]
    Hole(hole::Hole),
    /// Redo the sum over the log · 日志核对
    #[command(subcommand, after_help = examples::JOURNAL)]
    Journal(journal::Journal),
    /// What subscribers hold on to: JSON Schemas and AsyncAPI · 接口文档
    Schema(schema::Schema),
    /// Check a city's files · 城市数据
    #[command(subcommand, after_help = examples::CITY)]
    City(city::City),
}

/// What every command has at hand.
struct Around {
    data: Option<PathBuf>,
    print: Printer,
}

impl Around {
    fn data(&self) -> &Path {
        self.data.as_deref().unwrap_or(Path::new("data"))
    }

    fn client(&self) -> Result<Client> {
        Client::find(self.data())
    }
}

pub fn main() -> ExitCode {
    let Cli { data, json, command } = match Cli::try_parse() {
        Ok(cli) => cli,
        // Of a line that was not understood no flag is known.
        Err(error) => return usage::refuse(&error, std::env::args_os().any(|word| word == "--json")),
    };
    let around = Around { data, print: Printer::new(json) };
    match run(command, &around) {
        Ok(code) => code,
        Err(error) => {
            tell(&error, json);
            match error.downcast_ref::<Refused>() {
                Some(refused) if refused.is_of_filter() => ExitCode::from(2),
                _ => ExitCode::FAILURE,
            }
        }
    }
}

fn run(command: Command, around: &Around) -> Result<ExitCode> {
    match command {
        Command::Up(up) => up.run(around),
        Command::Demo(demo) => demo.run(around),
        Command::Doctor(doctor) => doctor.run(around),
        Command::Tail(tail) => tail.run(around),
        Command::Plugin(plugin) => plugin.run(around),
        Command::Incident(incident) => incident.run(around),
        Command::Order(order) => order.run(around),
        Command::Duty(duty) => duty.run(around),
        Command::Linkage(linkage) => linkage.run(around),
        Command::Now(now) => now.run(around),
        Command::Team(team) => team.run(around),
        Command::Supply(supply) => supply.run(around),
        Command::Plan(plan) => plan.run(around),
        Command::Response(response) => response.run(around),
        Command::Accident(accident) => accident.run(around),
        Command::Grid(grid) => grid.run(around),
        Command::Unit(unit) => unit.run(around),
        Command::Danger(danger) => danger.run(around),
        Command::Risk(risk) => risk.run(around),
        Command::Device(device) => device.run(around),
        Command::Supervision(supervision) => supervision.run(around),
        Command::Warning(warning) => warning.run(around),
        Command::Quality(quality) => quality.run(around),
        Command::Dead(dead) => dead.run(around),
        Command::Hole(hole) => hole.run(around),
        Command::Journal(journal) => journal.run(around),
        Command::Schema(schema) => schema.run(around),
        Command::City(city) => city.run(around),
    }
}

fn tell(error: &anyhow::Error, json: bool) {
    let message = http::sentence(error.as_ref());
    if !json {
        eprintln!("tocsin: {message}");
        return;
    }
    let body = match error.downcast_ref::<Refused>() {
        Some(refused) if refused.body.is_object() => refused.body.clone(),
        _ => json!({ "code": "failed", "message": message }),
    };
    eprintln!("{body}");
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_has_an_example() {
        fn check(command: &clap::Command, path: &str) {
            let path = format!("{path} {}", command.get_name());
            for sub in command.get_subcommands() {
                check(sub, &path);
            }
            let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            assert!(help.contains(path.trim()), "`{}` has no example", path.trim());
        }
        check(&Cli::command(), "");
    }

    #[test]
    fn what_a_group_shows_is_understood() {
        let cli = Cli::command();
        for group in cli.get_subcommands().filter(|command| command.has_subcommands()) {
            let help = group.get_after_help().map(ToString::to_string).unwrap_or_default();
            let lines: Vec<&str> = help.lines().filter_map(|line| line.strip_prefix("  ")).collect();
            assert!((2..=3).contains(&lines.len()), "{}: {help}", group.get_name());
            for line in lines {
                assert!(line.starts_with(&format!("tocsin {} ", group.get_name())), "{line}");
                let got = Cli::try_parse_from(line.split(' '));
                assert!(got.is_ok(), "{line}: {:?}", got.err().map(|error| error.to_string()));
            }
        }
    }

    #[test]
    fn lines_are_understood() {
        let check = |line: &str, expect: bool| {
            let got = Cli::try_parse_from(line.split(' '));
            assert_eq!(got.is_ok(), expect, "{line}: {:?}", got.err().map(|error| error.to_string()));
        };
        check("tocsin up --city c --data d --ready-json", true);
        check("tocsin up", false);
        check("tocsin up --city c --nats nats://h:4222 --nats-replicas 2", false);
        check("tocsin up --city c --nats nats://h:4222 --nats-replicas 3", true);
        check("tocsin incident list --json --state suspected", true);
        check("tocsin incident close I1", false);
        check("tocsin incident close I1 --result done", true);
        check("tocsin incident false-alarm I1", false);
        check("tocsin incident false-alarm I1 --disposition cooking", true);
        check("tocsin incident false-alarm I1 --disposition boredom", false);
        check("tocsin order done O1", false);
        check("tocsin order decline O1 --reason r", true);
        check("tocsin order issue --title t", false);
        check("tocsin order issue --title t --post p --acknowledge 5", true);
        check("tocsin duty handover p --to q", true);
        check("tocsin duty call I1 --title t", false);
        check("tocsin linkage --since 2026-07-12 --json", true);
        check("tocsin now --region 330791001000 --json", true);
        check("tocsin team assign t", false);
        check("tocsin team assign t --incident I1 --acknowledge-within 5", true);
        check("tocsin team status t", false);
        check("tocsin team status t --position 120.1,29.3", true);
        check("tocsin supply reserve --store s --item 3010101 --quantity 200 --for I1", true);
        check("tocsin supply reserve --item 3010101 --quantity 200 --for I1", true);
        check("tocsin supply reserve --store s --item 3010101 --for I1", false);
        check("tocsin supply receive T1 --quantity 7", true);
        check("tocsin dead replay d-fire/12/3 --data d", true);
        check("tocsin hole close fire-7", false);
        check("tocsin hole close fire-7 --reason r", true);
        check("tocsin journal verify --json", true);
        check("tocsin journal replay", false);
        check("tocsin journal replay --until 2026-07-12T23:00:00+08:00", true);
        check("tocsin journal replay --sequence 7 --incident I1", true);
        check("tocsin incident timeline I1 --json", true);
        check("tocsin accident report --title t --happened-at 2026-07-12 --loss 1亿", true);
        check("tocsin accident report A1 --final --to province", true);
        check("tocsin grid return G1", false);
        check("tocsin grid evaluate G1 --score 6", false);
        check("tocsin grid promote G1 --hazard fire", true);
        check("tocsin danger recheck H1", false);
        check("tocsin danger recheck H1 --passed --failed", false);
        check("tocsin danger overdue --json", true);
        check("tocsin risk show U1 --at 2026-06-01", true);
        check("tocsin device list --state silent --region 330791001000 --json", true);
        check("tocsin supervision close S1", false);
        check("tocsin supervision close S1 --result r", true);
        check("tocsin schema order", true);
        check("tocsin schema order --out d", false);
        check("tocsin explode", false);
    }
}

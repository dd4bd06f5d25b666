//! `tocsin journal`

mod replay;

use super::print::{Tone, plain};
use super::{Around, words};
use anyhow::Result;
use clap::Subcommand;
use serde_json::Value;
use std::process::ExitCode;

const VERIFY: &str = "\
Examples · 示例:
  tocsin journal verify                      exit code 1 where it does not add up
  tocsin journal verify --json";

const REPLAY: &str = "\
Examples · 示例:
  tocsin journal replay --until '2026-07-12 23:00'
  tocsin journal replay --until 2026-07-12T23:00:00+08:00 --incident I20260712-0001 --json
  tocsin journal replay --sequence 1234 --json | jq .orders";

#[derive(Debug, Subcommand)]
pub enum Journal {
    /// Every frame decoded, dead or noise, once; every step follows the one before · 核对
    #[command(after_help = VERIFY)]
    Verify,
    /// The state at a past moment, rebuilt from the journal alone · 回放
    #[command(after_help = REPLAY)]
    Replay(replay::Replay),
}

impl Journal {
    pub fn run(self, around: &Around) -> Result<ExitCode> {
        if let Journal::Replay(replay) = self {
            return replay.run(around);
        }
        let report = around.client()?.get_patiently("/api/v1/journal/verify")?;
        if around.print.json {
            around.print.object(&report);
        } else {
            tell(&report, around);
        }
        Ok(if report["ok"] == true { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

fn tell(report: &Value, around: &Around) {
    let print = &around.print;
    for (id, sum) in report["departments"].as_object().into_iter().flatten() {
        print.line(&words::VERIFY_SUM.with(&[
            ("id", id),
            ("frames", &sum["frames"]),
            ("decoded", &sum["decoded"]),
            ("dead", &sum["dead"]),
            ("noise", &sum["noise"]),
            ("waiting", &sum["waiting"]),
        ]));
    }
    print.line(&words::VERIFY_STEPS.with(&[
        ("steps", &report["steps"]),
        ("facts", &report["facts"]),
        ("effects", &report["effects"]),
        ("doubled", &report["doubled"]),
        ("lost", &report["lost"]),
    ]));
    print.line(&words::VERIFY_REST.with(&[("dead", &report["dead_letters"]), ("events", &report["events"])]));
    for fault in report["faults"].as_array().into_iter().flatten() {
        print.line(&print.painted(Tone::Alarm, &plain(fault.as_str().unwrap_or_default())));
    }
    match report["ok"] == true {
        true => print.line(&print.painted(Tone::Good, &words::VERIFY_OK.with(&[]))),
        false => print.line(
            &print.painted(Tone::Alarm, &words::VERIFY_WRONG.with(&[("count", &report["fault_count"])])),
        ),
    }
}

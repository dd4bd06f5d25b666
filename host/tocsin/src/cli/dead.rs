//! `tocsin dead`

use super::print::{Tone, plain};
use super::{Around, words};
use crate::client::segment;
use anyhow::Result;
use clap::Subcommand;
use serde_json::{Value, json};
use std::process::ExitCode;

const LIST: &str = "\
Examples · 示例:
  tocsin dead list
  tocsin dead list --limit 20 --json";
const SHOW: &str = "\
Examples · 示例:
  tocsin dead show d-fire/12/3 --json | jq -r .raw | xxd -r -p";
const REPLAY: &str = "\
Examples · 示例:
  tocsin dead replay d-fire/12/3             after `tocsin plugin push` of a version that can read it";

#[derive(Debug, Subcommand)]
pub enum Dead {
    /// Frames that no plugin could use, oldest first · 列表
    #[command(after_help = LIST)]
    List {
        /// The newest so many [default: 1000] · 条数
        #[arg(long, value_name = "N")]
        limit: Option<u32>,
    },
    /// One of them, with its bytes · 详情
    #[command(after_help = SHOW)]
    Show { id: String },
    /// Send its bytes in again · 重投
    #[command(after_help = REPLAY)]
    Replay { id: String },
}

impl Dead {
    pub fn run(self, around: &Around) -> Result<ExitCode> {
        match self {
            Dead::List { limit } => list(limit, around)?,
            Dead::Show { id } => show(&id, around)?,
            Dead::Replay { id } => {
                let answer =
                    around.client()?.post(&format!("/api/v1/dead/{}/replay", segment(&id)), &json!({}))?;
                if around.print.json {
                    around.print.object(&answer);
                } else {
                    let frame = answer["frame"].as_str().unwrap_or_default();
                    around.print.line(&words::REPLAYED.with(&[("id", &id), ("frame", &frame)]));
                }
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn list(limit: Option<u32>, around: &Around) -> Result<()> {
    let asked = limit.map(|limit| format!("?limit={limit}")).unwrap_or_default();
    let (letters, more) = around.client()?.list(&format!("/api/v1/dead{asked}"))?;
    if around.print.json {
        letters.iter().for_each(|letter| around.print.object(letter));
    } else if letters.is_empty() {
        around.print.line(&words::NO_DEAD.with(&[]));
    } else {
        let head = [words::ID, words::PLUGIN, words::KIND, words::BYTES, words::AT, words::REASON];
        around.print.table(&head.map(|word| word.with(&[])), &letters.iter().map(row).collect::<Vec<_>>());
    }
    if more {
        around.print.more(letters.len());
    }
    Ok(())
}

fn row(letter: &Value) -> (Tone, Vec<String>) {
    let text = |name: &str| plain(letter[name].as_str().unwrap_or_default());
    let at = text("at").get(..19).unwrap_or_default().replace('T', " ");
    (
        Tone::Plain,
        vec![text("id"), text("plugin"), text("kind"), letter["bytes"].to_string(), at, text("reason")],
    )
}

fn show(id: &str, around: &Around) -> Result<()> {
    let letter = around.client()?.get(&format!("/api/v1/dead/{}", segment(id)))?;
    let print = &around.print;
    if print.json {
        print.object(&letter);
        return Ok(());
    }
    let text = |name: &str| plain(letter[name].as_str().unwrap_or_default());
    print.line(&print.painted(Tone::Trouble, &format!("{}  {}", text("id"), text("reason"))));
    for (label, name) in [
        (words::FRAME, "frame"),
        (words::DEPARTMENT, "department"),
        (words::PLUGIN, "plugin"),
        (words::KIND, "kind"),
        (words::DEVICE, "device"),
        (words::ORIGIN, "origin"),
        (words::AT, "at"),
    ] {
        print.field(&label.with(&[]), &text(name));
    }
    print.field(&words::BYTES.with(&[]), &letter["bytes"].to_string());
    print.line(&text("raw"));
    Ok(())
}

//! `tocsin city`

use super::print::Tone;
use super::{Around, words};
use crate::city::{self, Finding};
use anyhow::Result;
use clap::Subcommand;
use serde_json::json;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const CHECK: &str = "\
Examples · 示例:
  tocsin city check examples/cities/qingshan
  tocsin city check mycity --json            one finding a line, then the sum";

#[derive(Debug, Subcommand)]
pub enum City {
    /// Name every mistake with file, line and column · 检查
    #[command(after_help = CHECK)]
    Check {
        /// Folder of the city's files · 城市数据目录
        #[arg(value_name = "DIR")]
        dir: PathBuf,
    },
}

impl City {
    pub fn run(self, around: &Around) -> Result<ExitCode> {
        let City::Check { dir } = self;
        Ok(check(&dir, around))
    }
}

fn check(dir: &Path, around: &Around) -> ExitCode {
    let print = &around.print;
    let (findings, loaded) = match city::load(dir) {
        Ok(loaded) => (loaded.warnings.clone(), Some(loaded)),
        Err(errors) => (errors.findings().to_vec(), None),
    };
    for finding in &findings {
        tell(finding, around);
    }
    let Some(loaded) = loaded else {
        return ExitCode::FAILURE;
    };
    let city = &loaded.city;
    if print.json {
        print.object(&json!({
            "ok": true, "code": city.code, "name": city.name, "digest": city.digest, "departments": city.departments.len(),
            "doors": loaded.doors.len(), "plugins": loaded.plugins.len(), "regions": city.regions.len(),
            "units": city.units.len(), "devices": city.devices.len(), "hazards": city.hazards.len(), "warnings": findings.len(),
        }));
    } else {
        print.line(&print.painted(
            Tone::Good,
            &words::CITY_OK.with(&[
                ("name", &city.name),
                ("departments", &city.departments.len()),
                ("doors", &loaded.doors.len()),
                ("units", &city.units.len()),
                ("devices", &city.devices.len()),
                ("hazards", &city.hazards.len()),
            ]),
        ));
    }
    ExitCode::SUCCESS
}

pub(super) fn tell(finding: &Finding, around: &Around) {
    let print = &around.print;
    if print.json {
        print.object(finding);
        return;
    }
    let tone = match finding.level {
        city::Level::Error => Tone::Alarm,
        city::Level::Warning => Tone::Trouble,
    };
    print.line(&print.painted(tone, &finding.to_string()));
}

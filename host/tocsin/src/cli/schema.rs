//! `tocsin schema`

use super::Around;
use crate::schema;
use crate::text;
use anyhow::{Context, Result};
use clap::Args;
use serde_json::Value;
use std::path::PathBuf;
use std::process::ExitCode;

const EXAMPLES: &str = "\
Examples · 示例:
  tocsin schema                      what there is
  tocsin schema order                the JSON Schema of the data of order events
  tocsin schema asyncapi > asyncapi.json
  tocsin schema --out schema/        all of it, for a subscriber without this program";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Schema {
    /// A noun such as `incident` or `order`, or `asyncapi`
    what: Option<String>,
    /// Write every document into this folder
    #[arg(long, value_name = "DIR", conflicts_with = "what")]
    out: Option<PathBuf>,
}

impl Schema {
    pub fn run(self, around: &Around) -> Result<ExitCode> {
        let files = schema::files();
        if let Some(folder) = self.out {
            std::fs::create_dir_all(&folder).with_context(|| text!(cannot_make, path = folder.display()))?;
            for (name, document) in &files {
                let path = folder.join(name);
                std::fs::write(&path, pretty(document))
                    .with_context(|| text!(cannot_write, path = path.display()))?;
                around.print.line(&path.display().to_string());
            }
            return Ok(ExitCode::SUCCESS);
        }
        let Some(what) = self.what else {
            files.iter().for_each(|(name, _)| around.print.line(word(name)));
            return Ok(ExitCode::SUCCESS);
        };
        let found = files.iter().find(|(name, _)| word(name) == what);
        let known = || files.iter().map(|(name, _)| word(name)).collect::<Vec<_>>().join(", ");
        let (_, document) = found.with_context(|| text!(schema_unknown, word = what, known = known()))?;
        match around.print.json {
            true => around.print.object(document),
            false => around.print.line(pretty(document).trim_end()),
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn word(file: &str) -> &str {
    file.split('.').next().unwrap_or(file)
}

fn pretty(document: &Value) -> String {
    format!("{document:#}\n")
}

//! `tocsin plugin new`

use super::super::{Around, words};
use crate::package::Toolchain;
use crate::scaffold;
use crate::text;
use anyhow::Result;
use clap::Args;
use serde_json::json;
use std::path::PathBuf;
use tocsin_sandbox::Role;

pub const EXAMPLES: &str = "\
Examples · 示例:
  tocsin plugin new gas-leak --lang rust --department safety
  tocsin plugin new gas-leak --lang python --roles decoder,timekeeper
  tocsin plugin new gas-leak --lang js --dir plugins/gas-leak";

#[derive(Debug, Args)]
pub struct New {
    /// Lower-case letters, digits and `-` · 插件名
    name: String,
    /// What it is written in · 语言
    #[arg(long, value_name = "LANG")]
    lang: Toolchain,
    /// Whose it is [default: the name] · 部门
    #[arg(long, value_name = "ID")]
    department: Option<String>,
    /// decoder, framer, timekeeper, connector, advisor · 角色
    #[arg(long, value_delimiter = ',', default_value = "decoder", value_parser = role)]
    roles: Vec<Role>,
    /// Where to [default: a folder of that name] · 目录
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// A checkout's sdk/rust, instead of a copy of the SDK · Rust SDK 路径
    #[arg(long, value_name = "DIR")]
    sdk: Option<PathBuf>,
}

fn role(word: &str) -> Result<Role, String> {
    let known = Role::ALL.iter().find(|role| role.as_str() == word.trim());
    known.copied().ok_or_else(|| text!(role_form, known = Role::ALL.map(Role::as_str).join(", ")))
}

impl New {
    pub fn run(self, around: &Around) -> Result<()> {
        let mut roles = self.roles;
        roles.sort_unstable();
        roles.dedup();
        let new = scaffold::New {
            department: self.department.unwrap_or_else(|| self.name.clone()),
            name: self.name,
            toolchain: self.lang,
            roles,
            dir: self.dir,
            sdk: self.sdk,
        };
        let dir = new.run()?;
        if around.print.json {
            around.print.object(&json!({ "name": new.name, "dir": dir.display().to_string() }));
            return Ok(());
        }
        around.print.line(&words::SCAFFOLDED.with(&[("name", &new.name), ("dir", &dir.display())]));
        around.print.line(&format!("  tocsin plugin test {}", dir.display()));
        Ok(())
    }
}

//! In which language a plugin is written, by the files in its folder.

use super::{compile, javascript, python};
use crate::text;
use anyhow::{Result, bail};
use std::path::Path;
use tocsin_sandbox::Manifest;

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Toolchain {
    Rust,
    Python,
    #[value(name = "js", alias = "javascript")]
    JavaScript,
}

impl Toolchain {
    const ALL: [Toolchain; 3] = [Toolchain::Rust, Toolchain::Python, Toolchain::JavaScript];

    /// The file that says so.
    pub fn mark(self) -> &'static str {
        match self {
            Toolchain::Rust => "Cargo.toml",
            Toolchain::Python => "plugin.py",
            Toolchain::JavaScript => "plugin.js",
        }
    }

    pub fn of(dir: &Path) -> Result<Toolchain> {
        let found: Vec<Toolchain> =
            Toolchain::ALL.into_iter().filter(|toolchain| dir.join(toolchain.mark()).is_file()).collect();
        match found[..] {
            [one] => Ok(one),
            [] => bail!(text!(plugin_no_language, path = dir.display())),
            _ => {
                let found: Vec<&str> = found.iter().map(|toolchain| toolchain.mark()).collect();
                bail!(text!(plugin_languages, path = dir.display(), found = found.join(", ")))
            }
        }
    }

    /// What the component is made of; none: the tool sees for itself what changed.
    pub fn ingredients(self, dir: &Path, manifest: &Manifest) -> Result<Option<Vec<Vec<u8>>>> {
        match self {
            Toolchain::Rust => Ok(None),
            Toolchain::Python => python::ingredients(dir, manifest).map(Some),
            Toolchain::JavaScript => javascript::ingredients(dir, manifest).map(Some),
        }
    }

    /// The bare component of the plugin in `dir`.
    pub fn component(self, dir: &Path, manifest: &Manifest) -> Result<Vec<u8>> {
        match self {
            Toolchain::Rust => super::componentize(&compile::core_module(dir)?),
            Toolchain::Python => python::component(dir, manifest),
            Toolchain::JavaScript => javascript::component(dir, manifest),
        }
    }
}

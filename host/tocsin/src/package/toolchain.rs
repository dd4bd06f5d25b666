//! In which language a plugin is written, by the files in its folder.

use super::{compile, javascript, python};
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
            [] => bail!(
                "{} is no plugin's folder: it has none of Cargo.toml (Rust), plugin.py (Python), plugin.js (JavaScript). `tocsin plugin new` makes one",
                dir.display()
            ),
            _ => bail!(
                "{} is a plugin in several languages: {}; keep one of these files",
                dir.display(),
                found.iter().map(|toolchain| toolchain.mark()).collect::<Vec<_>>().join(", ")
            ),
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

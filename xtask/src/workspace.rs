//! Where things stand: the repository, its target folder, its plugin crates.

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use std::path::{Path, PathBuf};
use std::process::Command;

#[derive(Debug)]
pub struct Workspace {
    pub root: PathBuf,
    pub target: PathBuf,
    packages: Vec<Package>,
}

/// One crate as `cargo metadata` tells of it.
#[derive(Clone, Debug, Deserialize)]
pub struct Package {
    pub name: String,
    manifest_path: PathBuf,
}

impl Package {
    pub fn folder(&self) -> &Path {
        self.manifest_path.parent().unwrap_or(&self.manifest_path)
    }

    /// `tocsin-plugin-fire` is the plugin `fire`.
    pub fn folder_name(&self) -> String {
        self.folder().file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
    }
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    target_directory: PathBuf,
}

impl Workspace {
    pub fn find() -> Result<Workspace> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"))
            .parent()
            .context("xtask stands in no workspace")?
            .to_owned();
        let metadata = metadata(&root)?;
        Ok(Workspace { root, target: metadata.target_directory, packages: metadata.packages })
    }

    /// `cargo`, in the root of the repository. What cargo told xtask of itself is
    /// kept from it: some build scripts look at it, and would run again, with all
    /// that stands on them, whenever cargo is called with and without xtask in turn.
    pub fn cargo(&self) -> Command {
        let mut command = Command::new("cargo");
        command.current_dir(&self.root);
        for name in ["CARGO", "CARGO_MANIFEST_DIR", "CARGO_MANIFEST_PATH", "CARGO_PRIMARY_PACKAGE"] {
            command.env_remove(name);
        }
        let own = std::env::vars_os().map(|(name, _)| name);
        own.filter(|name| name.to_string_lossy().starts_with("CARGO_PKG_")).for_each(|name| {
            command.env_remove(name);
        });
        command
    }

    pub fn host(&self) -> PathBuf {
        self.target.join("release/tocsin")
    }

    pub fn plugins(&self) -> PathBuf {
        self.target.join("plugins")
    }

    pub fn fixtures(&self) -> PathBuf {
        self.target.join("fixtures")
    }

    pub fn city(&self) -> PathBuf {
        self.root.join("examples/cities/qingshan")
    }

    /// Crates under `folder`, by name.
    pub fn packages_under(&self, folder: &Path) -> Vec<Package> {
        let mut packages: Vec<Package> = self
            .packages
            .iter()
            .filter(|package| package.manifest_path.starts_with(folder))
            .cloned()
            .collect();
        packages.sort_by(|a, b| a.name.cmp(&b.name));
        packages
    }
}

fn metadata(folder: &Path) -> Result<Metadata> {
    let output = Command::new("cargo")
        .current_dir(folder)
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .output()
        .context("cannot run `cargo metadata`")?;
    if !output.status.success() {
        bail!("`cargo metadata` failed: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    serde_json::from_slice(&output.stdout).context("cannot read what `cargo metadata` says")
}

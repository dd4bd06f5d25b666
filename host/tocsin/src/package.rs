//! `tocsin plugin build`: a plugin's folder becomes one package file.
//!
//! A package is a component with two custom sections: the contract it speaks
//! and its manifest. Of a Rust crate cargo makes a core module and wit-component
//! a component; Python and JavaScript have tools of their own, which are found,
//! never fetched. Nothing else is added, so that what is reviewed is what runs.

mod compile;
mod javascript;
mod manifest;
mod python;
mod toolchain;
mod world;

#[cfg(test)]
pub use manifest::read as manifest;
pub use toolchain::Toolchain;

use crate::text::{self, Language};
use anyhow::{Context, Result, anyhow, ensure};
use std::path::{Path, PathBuf};
use tocsin_sandbox::{Manifest, package};
use wit_component::ComponentEncoder;

/// How the tools of other languages are asked for.
pub const PYTHON_TOOL: &str = "componentize-py==0.25.1";
pub const JS_TOOL: &str = "@bytecodealliance/componentize-js@0.23.0";

/// `tocsin plugin build [DIR] [--out FILE] [--release-wasm FILE]`.
#[derive(Clone, Debug)]
pub struct Build {
    /// The plugin's folder, with `plugin.toml`.
    pub dir: PathBuf,
    /// None: `plugins/<id>.wasm` in the crate's target folder, or `build/<id>.wasm`.
    pub out: Option<PathBuf>,
    /// A core module that stands already; None: cargo builds it.
    pub release_wasm: Option<PathBuf>,
}

/// A package that was written.
#[derive(Clone, Debug)]
pub struct Built {
    pub path: PathBuf,
    pub manifest: Manifest,
    pub bytes: usize,
}

impl Build {
    pub fn run(&self) -> Result<Built> {
        ensure!(self.dir.is_dir(), "there is no folder {}; name the folder of a plugin", self.dir.display());
        let manifest = manifest::read(&self.dir.join("plugin.toml"))?;
        let component = match &self.release_wasm {
            Some(module) => componentize(module)?,
            None => Toolchain::of(&self.dir)?.component(&self.dir, &manifest)?,
        };
        let package = package::embed(&component, &manifest);
        // What the host would refuse at `plugin push` is refused here, beside the source.
        package::inspect(&package).map_err(|error| match text::language() {
            Language::English => anyhow!("{error}"),
            Language::Chinese => anyhow!("{}", error.chinese()),
        })?;
        let path = match &self.out {
            Some(path) => path.clone(),
            None if self.dir.join(Toolchain::Rust.mark()).is_file() => {
                compile::target_directory(&self.dir)?.join("plugins").join(format!("{}.wasm", manifest.id))
            }
            None => self.dir.join("build").join(format!("{}.wasm", manifest.id)),
        };
        write(&path, &package)?;
        Ok(Built { path, manifest, bytes: package.len() })
    }
}

const NO_PLUGIN: &str = "it exports nothing of the contract, or imports more than it; \
    a plugin's crate is a `cdylib` that calls `tocsin_sdk::export!`";

/// A core module's file as a component.
fn componentize(module: &Path) -> Result<Vec<u8>> {
    let core = std::fs::read(module).with_context(|| format!("cannot read {}", module.display()))?;
    component(&core).with_context(|| format!("{} cannot become a plugin", module.display()))
}

fn component(core: &[u8]) -> Result<Vec<u8>> {
    // The custom section that wit-bindgen leaves behind; without it any module
    // becomes a component that can do nothing.
    let section = b"component-type";
    ensure!(core.windows(section.len()).any(|window| window == section), "{NO_PLUGIN}");
    ComponentEncoder::default()
        .validate(true)
        .module(core)
        .and_then(|mut encoder| encoder.encode())
        .context(NO_PLUGIN)
}

/// Whole or not at all: a host that watches the file never sees half of it.
fn write(path: &Path, package: &[u8]) -> Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    }
    let partial = path.with_extension("wasm.partial");
    std::fs::write(&partial, package).with_context(|| format!("cannot write {}", partial.display()))?;
    std::fs::rename(&partial, path).with_context(|| format!("cannot write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_plugin_is_refused_with_advice() {
        let check = |core: &[u8]| {
            let error = component(core).expect_err("no plugin");
            assert!(error.to_string().contains("tocsin_sdk::export!"), "{error:#}");
        };
        check(b"");
        check(b"not wasm at all");
        check(b"\0asm\x01\0\0\0"); // a core module without anything
    }

    #[test]
    fn a_folder_that_is_not_there_is_named() {
        let build = Build { dir: "no/such/crate".into(), out: None, release_wasm: None };
        let error = build.run().expect_err("no folder");
        assert!(error.to_string().contains("no/such/crate"));
    }
}

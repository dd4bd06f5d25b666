//! `tocsin plugin build`: a plugin's folder becomes one package file.
//!
//! A package is a component with two custom sections: the contract it speaks
//! and its manifest. Of a Rust crate cargo makes a core module and wit-component
//! a component; Python and JavaScript have tools of their own, which are found,
//! never fetched. Nothing else is added, so that what is reviewed is what runs.

mod compile;
mod inputs;
mod javascript;
mod manifest;
mod python;
mod toolchain;
mod world;

#[cfg(test)]
pub use manifest::read as manifest;
pub use toolchain::Toolchain;

use crate::text;
use crate::text::Language;
use anyhow::{Context, Result, anyhow, ensure};
use inputs::Inputs;
use std::path::{Path, PathBuf};
use std::process::Output;
use tocsin_sandbox::{Manifest, PackageError, package};
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
    pub bytes: u64,
}

impl Build {
    pub fn run(&self) -> Result<Built> {
        ensure!(self.dir.is_dir(), text!(plugin_no_folder, path = self.dir.display()));
        let manifest = manifest::read(&self.dir.join("plugin.toml"))?;
        let path = match &self.out {
            Some(path) => path.clone(),
            None if self.dir.join(Toolchain::Rust.mark()).is_file() => {
                compile::target_directory(&self.dir)?.join("plugins").join(format!("{}.wasm", manifest.id))
            }
            None => self.dir.join("build").join(format!("{}.wasm", manifest.id)),
        };
        if let Some(module) = &self.release_wasm {
            return finish(&componentize(module)?, manifest, path);
        }
        let toolchain = Toolchain::of(&self.dir)?;
        let Some(parts) = toolchain.ingredients(&self.dir, &manifest)? else {
            return finish(&toolchain.component(&self.dir, &manifest)?, manifest, path);
        };
        let inputs = Inputs::of(&parts, world::component(&self.dir));
        let component = match inputs.made() {
            Some(component) => component,
            None => {
                let component = toolchain.component(&self.dir, &manifest)?;
                inputs.note(&component);
                component
            }
        };
        finish(&component, manifest, path)
    }
}

/// A component with its manifest, where it should be.
fn finish(component: &[u8], manifest: Manifest, path: PathBuf) -> Result<Built> {
    let package = package::embed(component, &manifest);
    // What the host would refuse at `plugin push` is refused here, beside the source.
    package::inspect(&package).map_err(|error| anyhow!(refused(&error)))?;
    write(&path, &package)?;
    Ok(Built { path, manifest, bytes: package.len() as u64 })
}

/// Why a package is refused, in the reader's language.
pub fn refused(error: &PackageError) -> String {
    match text::language() {
        Language::English => error.to_string(),
        Language::Chinese => error.chinese(),
    }
}

/// What a tool said before it failed.
fn told(output: &Output) -> String {
    [&output.stdout, &output.stderr].map(|said| String::from_utf8_lossy(said)).concat()
}

/// A core module's file as a component.
fn componentize(module: &Path) -> Result<Vec<u8>> {
    let core = std::fs::read(module).with_context(|| text!(cannot_read, path = module.display()))?;
    component(&core).with_context(|| text!(plugin_unfit, path = module.display()))
}

fn component(core: &[u8]) -> Result<Vec<u8>> {
    // The custom section that wit-bindgen leaves behind; without it any module
    // becomes a component that can do nothing.
    let section = b"component-type";
    ensure!(core.windows(section.len()).any(|window| window == section), text!(plugin_exports_nothing));
    ComponentEncoder::default()
        .validate(true)
        .module(core)
        .and_then(|mut encoder| encoder.encode())
        .with_context(|| text!(plugin_exports_nothing))
}

/// Whole or not at all: a host that watches the file never sees half of it.
fn write(path: &Path, package: &[u8]) -> Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).with_context(|| text!(cannot_make, path = folder.display()))?;
    }
    let partial = path.with_extension("wasm.partial");
    std::fs::write(&partial, package).with_context(|| text!(cannot_write, path = partial.display()))?;
    std::fs::rename(&partial, path).with_context(|| text!(cannot_write, path = path.display()))
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

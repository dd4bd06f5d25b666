//! What builds plugins in Python and JavaScript: brought once, every file pinned.

use crate::nats::python_with_pip;
use crate::step::exists_on_path;
use crate::workspace::Workspace;
use anyhow::{Context, Result, bail, ensure};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where they are; handed to `tocsin plugin build` by its environment.
#[derive(Debug)]
pub struct Tools {
    python: PathBuf,
    node_modules: PathBuf,
}

impl Tools {
    pub fn ensure(workspace: &Workspace) -> Result<Tools> {
        let (pinned, folder) = (workspace.root.join("xtask/tools"), workspace.target.join("tools"));
        std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        Ok(Tools {
            python: python(&folder, &pinned.join("requirements.txt"))?,
            node_modules: javascript(&folder, &pinned.join("js"))?,
        })
    }

    pub fn tell<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        command
            .env("TOCSIN_COMPONENTIZE_PY", self.python.join(COMPONENTIZE_PY))
            // Its script looks where Python looks, which is not beside it.
            .env("PYTHONPATH", &self.python)
            .env("TOCSIN_NODE_MODULES", &self.node_modules)
    }
}

const COMPONENTIZE_PY: &str = "bin/componentize-py";

/// The folder of componentize-py and what it needs. What stands is what is pinned:
/// a copy of the pins lies beside it.
fn python(folder: &Path, pins: &Path) -> Result<PathBuf> {
    let (site, stamp) = (folder.join("python"), folder.join("python.pins"));
    let tool = site.join(COMPONENTIZE_PY);
    if tool.is_file() && same(pins, &stamp) {
        return Ok(site);
    }
    let python = python_with_pip(folder)?;
    let mut install = Command::new(python);
    install.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]);
    install.args(["--only-binary=:all:", "--upgrade", "--target"]).arg(&site).arg("-r").arg(pins);
    run(&mut install, "pip could not bring componentize-py (its own words are above)")?;
    ensure!(tool.is_file(), "pip left no {}", tool.display());
    std::fs::copy(pins, &stamp).with_context(|| format!("cannot write {}", stamp.display()))?;
    Ok(site)
}

/// componentize-js by its lock; nothing that packages bring is run.
fn javascript(folder: &Path, pinned: &Path) -> Result<PathBuf> {
    let (site, lock) = (folder.join("js"), pinned.join("package-lock.json"));
    let (modules, stamp) = (site.join("node_modules"), folder.join("js.pins"));
    if modules.join("@bytecodealliance/componentize-js").is_dir() && same(&lock, &stamp) {
        return Ok(modules);
    }
    for program in ["node", "npm"] {
        if !exists_on_path(program) {
            bail!("{program} is needed for plugins in JavaScript: install Node.js 20 or newer, with npm");
        }
    }
    std::fs::create_dir_all(&site).with_context(|| format!("cannot make {}", site.display()))?;
    for name in ["package.json", "package-lock.json"] {
        std::fs::copy(pinned.join(name), site.join(name)).with_context(|| format!("cannot copy {name}"))?;
    }
    let mut install = Command::new("npm");
    install.current_dir(&site).args([
        "ci",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        "--loglevel=error",
    ]);
    run(&mut install, "npm could not bring componentize-js (its own words are above)")?;
    std::fs::copy(&lock, &stamp).with_context(|| format!("cannot write {}", stamp.display()))?;
    Ok(modules)
}

fn run(command: &mut Command, failure: &str) -> Result<()> {
    let status = command.status().with_context(|| failure.to_owned())?;
    ensure!(status.success(), "{failure}; try again");
    Ok(())
}

fn same(a: &Path, b: &Path) -> bool {
    matches!((std::fs::read(a), std::fs::read(b)), (Ok(a), Ok(b)) if a == b)
}

//! The author's path, walked by the suite: new plugins in three languages, the
//! guide's own, the examples, and every plugin against its vectors.

use crate::step::Steps;
use crate::tools::Tools;
use crate::workspace::Workspace;
use crate::{guide, mistakes};
use anyhow::{Context, Result};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Languages of `tocsin plugin new`, and the roles that the first plugin gets: all
/// where a build is cheap.
const NEW: [(&str, &str); 3] = [
    ("rust", "decoder,framer,timekeeper,connector,advisor"),
    ("python", "decoder,framer"),
    ("js", "decoder,timekeeper"),
];

pub fn all(workspace: &Workspace, steps: &mut Steps) -> Result<()> {
    let tools = steps.work("python and javascript tools", || Tools::ensure(workspace))?;
    let tocsin = || {
        let mut command = Command::new(workspace.host());
        tools.tell(&mut command).current_dir(&workspace.root).env("TOCSIN_LANG", "en");
        command
    };
    for plugin in workspace.packages_under(&workspace.root.join("plugins")) {
        let package = workspace.plugins().join(format!("{}.wasm", plugin.folder_name()));
        let vectors = plugin.folder().join("vectors");
        if vectors.is_dir() {
            let mut test = tocsin();
            test.args(["plugin", "test"]).arg(&package).arg("--vectors").arg(&vectors);
            steps.run_heard(&format!("vectors of {}", plugin.folder_name()), &mut test)?;
        }
    }
    for folder in examples(workspace)? {
        let mut test = tocsin();
        let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        steps.run_heard(&format!("example {name}"), test.args(["plugin", "test"]).arg(&folder))?;
    }
    begin(workspace, steps, &tocsin)
}

/// Folders under `examples/plugins`.
fn examples(workspace: &Workspace) -> Result<Vec<PathBuf>> {
    let folder = workspace.root.join("examples/plugins");
    let read = || -> std::io::Result<Vec<_>> {
        let mut folders: Vec<_> =
            std::fs::read_dir(&folder)?.map(|e| Ok(e?.path())).collect::<std::io::Result<_>>()?;
        folders.retain(|path| path.join("plugin.toml").is_file());
        folders.sort();
        Ok(folders)
    };
    read().with_context(|| format!("cannot read {}", folder.display()))
}

/// Packages of the examples; answers their folder.
pub fn build_examples(workspace: &Workspace, steps: &mut Steps) -> Result<PathBuf> {
    let tools = steps.work("python and javascript tools", || Tools::ensure(workspace))?;
    let packages = workspace.target.join("examples");
    std::fs::create_dir_all(&packages).with_context(|| format!("cannot make {}", packages.display()))?;
    for folder in examples(workspace)? {
        let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let mut build = Command::new(workspace.host());
        tools.tell(&mut build).current_dir(&workspace.root).args(["plugin", "build"]).arg(&folder);
        build.arg("--out").arg(packages.join(format!("{name}.wasm")));
        steps.run(&format!("package of {name}"), &mut build)?;
    }
    Ok(packages)
}

/// `plugin new` far from the repository's workspace, then its first test.
fn begin(workspace: &Workspace, steps: &mut Steps, tocsin: &dyn Fn() -> Command) -> Result<()> {
    let folder = workspace.target.join("new");
    for (language, roles) in NEW {
        let dir = folder.join(language);
        if dir.exists() {
            std::fs::remove_dir_all(&dir).with_context(|| format!("cannot empty {}", dir.display()))?;
        }
        let mut new = tocsin();
        new.args(["plugin", "new", "first-sensor", "--lang", language, "--roles", roles, "--dir"]).arg(&dir);
        steps.run_heard(&format!("new plugin in {language}"), &mut new)?;
        let mut test = tocsin();
        // What it compiles is kept from run to run.
        test.env("CARGO_TARGET_DIR", folder.join("target"));
        steps.run_heard(&format!("its first test in {language}"), test.args(["plugin", "test"]).arg(&dir))?;
        let mut check = tocsin();
        check
            .env("CARGO_TARGET_DIR", folder.join("target"))
            .args(["plugin", "check", "--inputs", "1000", "--seconds", "60"])
            .arg(&dir);
        steps.run_heard(&format!("its check in {language}"), &mut check)?;
        if language == "rust" {
            native(workspace, steps, &dir, &folder)?;
        }
    }
    mistakes::all(&folder, steps, tocsin)?;
    guide::follow(&workspace.root, &folder, steps, tocsin)
}

/// The tests that the scaffold brings along.
fn native(workspace: &Workspace, steps: &mut Steps, dir: &Path, folder: &Path) -> Result<()> {
    let mut test = workspace.cargo();
    test.current_dir(dir).env("CARGO_TARGET_DIR", folder.join("target"));
    steps.run_heard("its native tests", test.args(["test", "--quiet"]))
}

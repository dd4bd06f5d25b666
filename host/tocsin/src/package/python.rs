//! A plugin in Python: its modules, the SDK's layer and a module of the world's
//! classes, made a component by componentize-py.

use super::{PYTHON_TOOL, world};
use crate::text;
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::process::Command;
use tocsin_sandbox::{Manifest, Role};

const TOOL: &str = "componentize-py";

/// The SDK's layer, so that a plugin's folder needs no copy of it.
const LAYER: [(&str, &str); 6] = [
    ("__init__.py", include_str!("../../../../sdk/python/tocsin/__init__.py")),
    ("border.py", include_str!("../../../../sdk/python/tocsin/border.py")),
    ("city.py", include_str!("../../../../sdk/python/tocsin/city.py")),
    ("log.py", include_str!("../../../../sdk/python/tocsin/log.py")),
    ("memory.py", include_str!("../../../../sdk/python/tocsin/memory.py")),
    ("timers.py", include_str!("../../../../sdk/python/tocsin/timers.py")),
];

pub fn component(dir: &Path, manifest: &Manifest) -> Result<Vec<u8>> {
    let tool = tool(dir)?;
    let shop = world::workshop(dir, manifest)?;
    let path = shop.join("python");
    let gather = || -> std::io::Result<()> {
        std::fs::create_dir_all(path.join("tocsin"))?;
        for (name, text) in LAYER {
            std::fs::write(path.join("tocsin").join(name), text)?;
        }
        std::fs::write(path.join("tocsin_entry.py"), entry(&manifest.roles))?;
        // Modules alone: all that lies on the path is put into the component.
        copy_modules(dir, &path)
    };
    gather().with_context(|| text!(cannot_write, path = path.display()))?;
    let out = shop.join("component.wasm");
    let output = Command::new(&tool)
        .arg("--wit-path")
        .arg(shop.join("wit"))
        .args([
            "--world",
            "plugin",
            "--quiet",
            "componentize",
            "tocsin_entry",
            "--stub-wasi",
            "--python-path",
        ])
        .arg(&path)
        .arg("--output")
        .arg(&out)
        .output()
        .with_context(|| text!(cannot_run, path = tool.display()))?;
    if !output.status.success() {
        bail!(text!(tool_failed, tool = TOOL, path = dir.display(), output = super::told(&output)));
    }
    std::fs::read(&out).with_context(|| text!(cannot_read, path = out.display()))
}

/// In the folder's own environment, where `TOCSIN_COMPONENTIZE_PY` says, or on PATH.
fn tool(dir: &Path) -> Result<PathBuf> {
    let own = [".venv/bin", "venv/bin"].map(|folder| dir.join(folder).join(TOOL));
    let named = std::env::var_os("TOCSIN_COMPONENTIZE_PY").map(PathBuf::from);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = std::env::split_paths(&path).map(|folder| folder.join(TOOL));
    own.into_iter().chain(named).chain(on_path).find(|file| file.is_file()).map_or_else(
        || {
            let command = format!("python3 -m venv .venv && .venv/bin/pip install {PYTHON_TOOL}");
            bail!(text!(tool_missing, tool = TOOL, path = dir.display(), command = command))
        },
        |file| Ok(std::path::absolute(&file).unwrap_or(file)),
    )
}

/// The world's classes, each giving way to a function of `plugin`.
fn entry(roles: &[Role]) -> String {
    let mut text = String::from(
        "import plugin\nfrom tocsin import border\nfrom wit_world import exports\n\nborder.remember(plugin)\n",
    );
    for role in roles {
        let (function, given, through) = match role {
            Role::Decoder => ("decode", "message", "decode"),
            Role::Framer => ("frame", "buffer", "frame"),
            Role::Timekeeper => ("wake", "tick", "wake"),
            Role::Connector => ("deliver", "event", "told"),
            Role::Advisor => ("advise", "event", "told"),
        };
        let class = capital(role.as_str());
        text.push_str(&format!(
            "\n\nclass {class}(exports.{class}):\n    def {function}(self, {given}):\n        return border.{through}(plugin.{function}, {given})\n"
        ));
    }
    text
}

fn capital(word: &str) -> String {
    let (first, rest) = word.split_at(1);
    first.to_uppercase() + rest
}

/// Folders that hold no modules of the plugin.
const OTHERS: [&str; 5] = ["build", "vectors", "tests", "venv", "node_modules"];

fn copy_modules(from: &Path, to: &Path) -> std::io::Result<()> {
    for entry in std::fs::read_dir(from)? {
        let (path, name) = entry.map(|entry| (entry.path(), entry.file_name()))?;
        let text = name.to_string_lossy();
        if path.is_dir() {
            if path.join("__init__.py").is_file() && !text.starts_with('.') && !OTHERS.contains(&&*text) {
                std::fs::create_dir_all(to.join(&name))?;
                copy_modules(&path, &to.join(&name))?;
            }
        } else if text.ends_with(".py") {
            std::fs::copy(&path, to.join(&name))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_give_way_to_functions() {
        let text = entry(&[Role::Decoder, Role::Connector]);
        assert!(text.contains("class Decoder(exports.Decoder):\n    def decode(self, message):"));
        assert!(text.contains("return border.told(plugin.deliver, event)"));
        assert!(!text.contains("Framer"));
    }

    #[test]
    fn a_missing_tool_is_said_with_its_command() {
        // A machine that has the tool finds it, and says nothing.
        if let Err(error) = tool(Path::new("/nowhere")) {
            assert!(error.to_string().contains(".venv/bin/pip install componentize-py=="), "{error}");
        }
    }
}

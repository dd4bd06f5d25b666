//! A plugin in Python: its modules, the SDK's layer and a module of the world's
//! classes, made a component by componentize-py.

use super::{PYTHON_TOOL, world};
use crate::text;
use anyhow::{Context, Result, bail, ensure};
use std::path::{Path, PathBuf};
use std::process::Command;
use tocsin_sandbox::{Manifest, Role};

const TOOL: &str = "componentize-py";

/// The SDK's layer, so that a plugin's folder needs no copy of it.
const LAYER: [(&str, &str); 9] = [
    ("__init__.py", include_str!("../../../../sdk/python/tocsin/__init__.py")),
    ("_absent.py", include_str!("../../../../sdk/python/tocsin/_absent.py")),
    ("_text.py", include_str!("../../../../sdk/python/tocsin/_text.py")),
    ("_call.py", include_str!("../../../../sdk/python/tocsin/_call.py")),
    ("border.py", include_str!("../../../../sdk/python/tocsin/border.py")),
    ("city.py", include_str!("../../../../sdk/python/tocsin/city.py")),
    ("log.py", include_str!("../../../../sdk/python/tocsin/log.py")),
    ("memory.py", include_str!("../../../../sdk/python/tocsin/memory.py")),
    ("timers.py", include_str!("../../../../sdk/python/tocsin/timers.py")),
];

pub fn component(dir: &Path, manifest: &Manifest) -> Result<Vec<u8>> {
    let tool = tool(dir)?;
    let source = dir.join("plugin.py");
    let plugin =
        std::fs::read_to_string(&source).with_context(|| text!(cannot_read, path = source.display()))?;
    for role in &manifest.roles {
        let function = function(*role);
        // Defined or imported: the name stands there; which of them it is, the build sees.
        ensure!(
            plugin.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == function),
            "{}: {}",
            source.display(),
            text!(role_not_exported, role = role.as_str(), function = function)
        );
    }
    let shop = world::workshop(dir, manifest)?;
    let path = shop.join("python");
    let gather = || -> std::io::Result<()> {
        std::fs::create_dir_all(path.join("tocsin"))?;
        for (name, text) in LAYER {
            std::fs::write(path.join("tocsin").join(name), text)?;
        }
        std::fs::write(path.join("tocsin_entry.py"), entry(&manifest.roles))?;
        // Modules alone: all that lies on the path is put into the component.
        for module in modules(dir)? {
            if let Some(folder) = module.parent() {
                std::fs::create_dir_all(path.join(folder))?;
            }
            std::fs::copy(dir.join(&module), path.join(&module))?;
        }
        Ok(())
    };
    gather().with_context(|| text!(cannot_write, path = path.display()))?;
    let out = world::component(dir);
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
        let said = super::told(&output);
        bail!(text!(tool_failed, tool = TOOL, path = dir.display(), output = mendable(&said)));
    }
    std::fs::read(&out).with_context(|| text!(cannot_read, path = out.display()))
}

/// What the plugin's author can mend: the tool tells its own story before and behind it.
fn mendable(said: &str) -> &str {
    let (_, said) = said.split_once("AssertionError: ").unwrap_or(("", said));
    let ends = ["\nCaused by:", "Stack backtrace:"].map(|mark| said.find(mark).unwrap_or(said.len()));
    said[..ends[0].min(ends[1])].trim_end()
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
    let functions: Vec<&str> = roles.iter().map(|role| function(*role)).collect();
    let mut text = format!(
        "from tocsin import border\nimport plugin\nfrom wit_world import exports\n\nborder.begin(plugin, {functions:?})\n",
    );
    for role in roles {
        let function = function(*role);
        let (given, through) = match role {
            Role::Decoder => ("message", "decode"),
            Role::Framer => ("buffer", "frame"),
            Role::Timekeeper => ("tick", "wake"),
            Role::Connector | Role::Advisor => ("event", "told"),
        };
        let class = capital(role.as_str());
        text.push_str(&format!(
            "\n\nclass {class}(exports.{class}):\n    def {function}(self, {given}):\n        return border.{through}(plugin.{function}, {given})\n"
        ));
    }
    text
}

/// What a role is called by in `plugin.py`, and in the contract.
fn function(role: Role) -> &'static str {
    match role {
        Role::Decoder => "decode",
        Role::Framer => "frame",
        Role::Timekeeper => "wake",
        Role::Connector => "deliver",
        Role::Advisor => "advise",
    }
}

fn capital(word: &str) -> String {
    let (first, rest) = word.split_at(1);
    first.to_uppercase() + rest
}

/// Folders that hold no modules of the plugin.
const OTHERS: [&str; 5] = ["build", "vectors", "tests", "venv", "node_modules"];

/// The plugin's modules and packages, from its folder, in order.
fn modules(dir: &Path) -> std::io::Result<Vec<PathBuf>> {
    let (mut found, mut folders) = (Vec::new(), vec![PathBuf::new()]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(dir.join(&folder))? {
            let (path, name) = entry.map(|entry| (entry.path(), entry.file_name()))?;
            let text = name.to_string_lossy();
            if path.is_dir() {
                if path.join("__init__.py").is_file() && !text.starts_with('.') && !OTHERS.contains(&&*text) {
                    folders.push(folder.join(&name));
                }
            } else if text.ends_with(".py") {
                found.push(folder.join(&name));
            }
        }
    }
    found.sort();
    Ok(found)
}

/// All that a component is made of, for [`Inputs`](super::inputs::Inputs).
pub fn ingredients(dir: &Path, manifest: &Manifest) -> Result<Vec<Vec<u8>>> {
    let mut parts = vec![PYTHON_TOOL.into(), world::CONTRACT.into(), entry(&manifest.roles).into_bytes()];
    parts.push(tool(dir)?.to_string_lossy().into_owned().into_bytes());
    parts.extend(LAYER.map(|(_, text)| text.into()));
    let mut read = || -> std::io::Result<()> {
        for module in modules(dir)? {
            parts.push(module.to_string_lossy().into_owned().into_bytes());
            parts.push(std::fs::read(dir.join(module))?);
        }
        Ok(())
    };
    read().with_context(|| text!(cannot_read, path = dir.display()))?;
    Ok(parts)
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
    fn of_the_tools_words_the_plugins_are_left() {
        let own = "Traceback (most recent call last):\n  File \"/0/plugin.py\", line 2\nSyntaxError: '(' was never closed";
        let said = format!(
            "Traceback (most recent call last):\n  sys.exit(script())\nAssertionError: {own}\n\n\nCaused by:\n    x\n\nStack backtrace:\n   0: y\n"
        );
        assert_eq!(mendable(&said), own);
        assert_eq!(mendable("no space left\n\nStack backtrace:\n   0: y\n"), "no space left");
    }

    #[test]
    fn a_missing_tool_is_said_with_its_command() {
        // A machine that has the tool finds it, and says nothing.
        if let Err(error) = tool(Path::new("/nowhere")) {
            assert!(error.to_string().contains(".venv/bin/pip install componentize-py=="), "{error}");
        }
    }
}

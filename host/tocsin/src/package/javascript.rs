//! A plugin in JavaScript: the SDK's layer and `plugin.js` as one source, made a
//! component by componentize-js.
//!
//! The engine inside a component takes one source and resolves no imports but the
//! contract's, so the layer is put before the plugin and each in a scope of its own.

use super::{JS_TOOL, world};
use crate::text;
use anyhow::{Context, Result, bail, ensure};
use std::path::{Path, PathBuf};
use std::process::Command;
use tocsin_sandbox::{Manifest, Role};

const TOOL: &str = "@bytecodealliance/componentize-js";

const LAYER: &str = include_str!("../../../../sdk/js/tocsin.js");

/// No clock, no randomness, no network: what is disabled is not imported.
const BUILD: &str = r#"import { readFile, writeFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
const [tool, source, wit, out] = process.argv.slice(2);
const { componentize } = await import(pathToFileURL(`${tool}/src/componentize.js`));
const disableFeatures = ["stdio", "random", "clocks", "http", "fetch-event"];
const { component } = await componentize(await readFile(source, "utf8"), { witPath: wit, worldName: "plugin", disableFeatures });
await writeFile(out, component);
"#;

pub fn component(dir: &Path, manifest: &Manifest) -> Result<Vec<u8>> {
    let tool = tool(dir)?;
    let shop = world::workshop(dir, manifest)?;
    let path = dir.join("plugin.js");
    let plugin = std::fs::read_to_string(&path).with_context(|| text!(cannot_read, path = path.display()))?;
    let Source { text, behind } =
        source(&plugin, &manifest.roles).with_context(|| path.display().to_string())?;
    parses(&plugin, &path, &shop)?;
    let write = |name: &str, text: &str| {
        let file = shop.join(name);
        std::fs::write(&file, text).with_context(|| text!(cannot_write, path = file.display()))?;
        Ok::<_, anyhow::Error>(file)
    };
    let (script, source) = (write("build.mjs", BUILD)?, write("component.js", &text)?);
    let out = world::component(dir);
    let output = Command::new("node")
        .arg(script)
        .arg(tool)
        .args([source, shop.join("wit")])
        .arg(&out)
        .output()
        .with_context(|| text!(node_missing))?;
    if !output.status.success() {
        let output = placed(&super::told(&output), behind);
        bail!(text!(tool_failed, tool = "componentize-js", path = dir.display(), output = output));
    }
    std::fs::read(&out).with_context(|| text!(cannot_read, path = out.display()))
}

/// All that a component is made of, for [`Inputs`](super::inputs::Inputs).
pub fn ingredients(dir: &Path, manifest: &Manifest) -> Result<Vec<Vec<u8>>> {
    let path = dir.join("plugin.js");
    let plugin = std::fs::read_to_string(&path).with_context(|| text!(cannot_read, path = path.display()))?;
    let source = source(&plugin, &manifest.roles).with_context(|| path.display().to_string())?;
    let tool = tool(dir)?.to_string_lossy().into_owned();
    Ok([JS_TOOL, world::CONTRACT, BUILD, &tool, &source.text].map(|part| part.as_bytes().to_vec()).into())
}

/// The engine in the component says that a source is wrong, and not where.
fn parses(plugin: &str, path: &Path, shop: &Path) -> Result<()> {
    let copy = shop.join("plugin.mjs");
    std::fs::write(&copy, plugin).with_context(|| text!(cannot_write, path = copy.display()))?;
    let output =
        Command::new("node").arg("--check").arg(&copy).output().with_context(|| text!(node_missing))?;
    if output.status.success() {
        return Ok(());
    }
    let said = super::told(&output);
    // Behind the message stand places in Node.js itself.
    let said = said.split("\n    at ").next().unwrap_or_default().trim_end();
    let (copy, path) = (copy.display().to_string(), path.display().to_string());
    let said = said.replace(&format!("file://{copy}"), &path).replace(&copy, &path);
    bail!(text!(source_unread, path = path, output = said))
}

/// In `node_modules` of the folder or one above, or where `TOCSIN_NODE_MODULES` says.
fn tool(dir: &Path) -> Result<PathBuf> {
    let dir = std::path::absolute(dir)?;
    let above = dir.ancestors().map(|folder| folder.join("node_modules"));
    let named = std::env::var_os("TOCSIN_NODE_MODULES").map(PathBuf::from);
    let found = above.chain(named).map(|folder| folder.join(TOOL)).find(|tool| tool.is_dir());
    found.with_context(|| {
        let command = format!("npm install --save-dev {JS_TOOL}");
        text!(tool_missing, tool = "componentize-js", path = dir.display(), command = command)
    })
}

/// What the tool said of the one source, with the lines of `plugin.js`; its own stack
/// and what surrounds the engine's words are left out where these are found.
fn placed(said: &str, behind: usize) -> String {
    let mut lines = Vec::new();
    let beginning = said.find("Exception while evaluating").unwrap_or(0);
    for line in said[beginning..].lines().take_while(|line| !line.starts_with("    at ")) {
        let place = line.split_once("source.js:").and_then(|(before, rest)| {
            let (number, rest) = rest.split_once(':')?;
            Some((before, number.parse::<usize>().ok()?, rest))
        });
        match place {
            Some((before, line, rest)) if line > behind => {
                lines.push(format!("{before}plugin.js:{}:{rest}", line - behind));
            }
            // Lines of the layer: of those, only the words count.
            Some((.., rest)) => lines.extend(rest.split_once(' ').map(|(_, words)| words.to_owned())),
            None if line.starts_with("Additionally") || line.starts_with("Promise rejected") => {}
            None => lines.push(line.to_owned()),
        }
    }
    lines.join("\n")
}

/// What the engine is given, and how many of its lines stand before those of `plugin.js`.
struct Source {
    text: String,
    behind: usize,
}

/// One module: imports of the contract, the layer, the plugin, its exports.
fn source(plugin: &str, roles: &[Role]) -> Result<Source> {
    let (imports, layer): (Vec<&str>, Vec<&str>) =
        LAYER.lines().partition(|line| line.starts_with("import "));
    let names = exported(LAYER);
    let layer = layer.join("\n").replace("\nexport ", "\n");
    let Plugin { bound, body } = Plugin::read(plugin)?;
    let mut functions = Vec::new();
    let mut exports = String::new();
    for role in roles {
        let (function, object, call) = match role {
            Role::Decoder => ("decode", "decoder", "answer(plugin.decode, new tocsin.border.Message(given))"),
            Role::Framer => ("frame", "framer", "frame(plugin.frame, given)"),
            Role::Timekeeper => ("wake", "timekeeper", "answer(plugin.wake, new tocsin.border.Tick(given))"),
            Role::Connector => {
                ("deliver", "connector", "answer(plugin.deliver, new tocsin.border.Event(given))")
            }
            Role::Advisor => ("advise", "advisor", "answer(plugin.advise, new tocsin.border.Event(given))"),
        };
        ensure!(
            exported(plugin).iter().any(|name| name == function),
            text!(role_not_exported, role = role.as_str(), function = function)
        );
        functions.push(function);
        exports.push_str(&format!(
            "export const {object} = {{ {function}: (given) => tocsin.border.{call} }};\n"
        ));
    }
    let before = format!(
        "{}\nconst tocsin = (() => {{{layer}\nreturn {{ {} }};\n}})();\nconst plugin = (() => {{ {bound}\n",
        imports.join("\n"),
        names.join(", "),
    );
    let behind = before.lines().count();
    let functions = functions.join(", ");
    let own = body.lines().count();
    let text = format!(
        "{before}{body}\nreturn {{ {functions} }};\n}})();\ntocsin.border.begin({behind}, {own});\n{exports}"
    );
    Ok(Source { text, behind })
}

/// Names of `export const|let|class|function name` at the beginning of a line.
fn exported(source: &str) -> Vec<String> {
    let name = |line: &str| {
        let rest = line.strip_prefix("export ")?;
        let rest = rest.strip_prefix("async ").unwrap_or(rest);
        let rest =
            ["const ", "let ", "class ", "function "].iter().find_map(|word| rest.strip_prefix(word))?;
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '$').unwrap_or(rest.len());
        Some(rest[..end].to_owned())
    };
    source.lines().filter_map(name).collect()
}

/// `plugin.js` without its imports and exports, each line where it was.
struct Plugin {
    /// What it imports of the layer, as a destructuring on one line.
    bound: String,
    body: String,
}

impl Plugin {
    fn read(source: &str) -> Result<Plugin> {
        let mut plugin = Plugin { bound: String::new(), body: String::new() };
        let mut lines = source.lines();
        while let Some(line) = lines.next() {
            if line.starts_with("import ") || line.starts_with("import{") {
                let mut statement = line.to_owned();
                plugin.body.push('\n');
                while !statement.contains(['"', '\'']) {
                    let Some(more) = lines.next() else { bail!(text!(import_no_end, line = line)) };
                    statement.push(' ');
                    statement.push_str(more);
                    plugin.body.push('\n');
                }
                plugin.bound.push_str(&bind(&statement)?);
                continue;
            }
            ensure!(
                !line.starts_with("export default") && !line.starts_with("export {"),
                text!(export_unfit, line = line)
            );
            plugin.body.push_str(line.strip_prefix("export ").unwrap_or(line));
            plugin.body.push('\n');
        }
        Ok(plugin)
    }
}

/// `import { a, b as c } from "tocsin";` as `const { a, b: c } = tocsin;`.
fn bind(statement: &str) -> Result<String> {
    let (names, from) = statement.split_once(" from ").unwrap_or((statement, ""));
    let from = from.trim().trim_end_matches(';').trim_matches(['"', '\'']);
    ensure!(from == "tocsin", text!(import_foreign, line = statement));
    let names = names.trim_start_matches("import").trim();
    match names.strip_prefix("* as ") {
        Some(name) => Ok(format!("const {name} = tocsin; ")),
        None => {
            let known = exported(LAYER);
            for part in names.trim_matches(['{', '}']).split(',').filter(|part| !part.trim().is_empty()) {
                let name = part.split(" as ").next().unwrap_or_default().trim();
                ensure!(
                    known.iter().any(|known| known == name),
                    text!(import_unknown, name = name, known = known.join(", "))
                );
            }
            Ok(format!("const {} = tocsin; ", names.replace(" as ", ": ")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_source_is_made_of_two() {
        let plugin = "import { alarm,\n  log as say } from \"tocsin\";\nimport * as t from 'tocsin';\n\nexport function decode(message) {\n  return alarm(\"x\");\n}\n";
        let Source { text, behind } = source(plugin, &[Role::Decoder]).expect("a source");
        assert!(text.starts_with("import { get as stateGet"), "{text}");
        assert!(text.contains("const { alarm,   log: say } = tocsin; const t = tocsin; \n"), "{text}");
        assert!(text.contains("\nfunction decode(message) {"));
        assert!(text.contains("export const decoder = { decode: (given) =>"));
        // Its fifth line is the fifth behind the one that `begin` names.
        let line = text.lines().position(|line| line.starts_with("function decode")).expect("there") + 1;
        assert_eq!(line, behind + 5);
        assert!(text.contains(&format!("tocsin.border.begin({behind}, 7);")), "{text}");
        // Nothing but the contract is imported and nothing but the roles exported.
        assert_eq!(text.matches("\nexport ").count(), 1);
        assert!(exported(LAYER).iter().any(|name| name == "Implausible"));
    }

    #[test]
    fn the_engines_places_are_those_of_the_plugin() {
        let said = "file:///x.js:365\n  throw\n\nException while evaluating top-level script\nsource.js:512:3 ReferenceError: foo is not defined\nAdditionally, some promises\nStack:\n  called@source.js:70:9\n  plugin<@source.js:512:3\n    at componentize (x)\n";
        assert_eq!(
            placed(said, 500),
            "Exception while evaluating top-level script\nplugin.js:12:3 ReferenceError: foo is not defined\nStack:\n  plugin<@plugin.js:12:3"
        );
        let said = "Exception while evaluating\nsource.js:70:11 Error: memory.load was called\n";
        assert_eq!(placed(said, 500), "Exception while evaluating\nError: memory.load was called");
        assert_eq!(placed("no space left", 500), "no space left");
    }

    #[test]
    fn what_cannot_be_put_into_one_source_is_said() {
        let check = |plugin: &str, says: &str| {
            let Err(error) = source(plugin, &[Role::Decoder]) else { panic!("{plugin}") };
            let error = format!("{error:#}");
            assert!(error.contains(says), "{error}");
        };
        check("import fs from \"node:fs\";\nexport function decode() {}", "node:fs");
        check("import \"./other.js\";\nexport function decode() {}", "other.js");
        check("import { Reading } from 'tocsin';\nexport function decode() {}", "no `Reading`");
        check("export default {}", "export function decode");
        check("function decode() {}", "no function `decode`");
    }
}

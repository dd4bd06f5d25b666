//! `tocsin plugin new`: a plugin that builds and passes its first test at once.

mod js;
mod python;
mod rust;
mod sdk;

use crate::package::Toolchain;
use crate::text;
use anyhow::{Context, Result, bail, ensure};
use std::path::{Path, PathBuf};
use tocsin_sandbox::Role;

/// `tocsin plugin new <name> --lang rust|python|js`.
#[derive(Clone, Debug)]
pub struct New {
    pub name: String,
    pub toolchain: Toolchain,
    pub department: String,
    pub roles: Vec<Role>,
    /// None: a folder of the plugin's name, here.
    pub dir: Option<PathBuf>,
    /// A checkout's `sdk/rust`; none: the copy inside this binary is written out.
    pub sdk: Option<PathBuf>,
}

/// What a language gives: files, and the commands before the first build.
struct Language {
    files: Vec<(String, String)>,
    before: String,
}

impl New {
    /// Writes everything; the folder.
    pub fn run(&self) -> Result<PathBuf> {
        self.check()?;
        let dir = self.dir.clone().unwrap_or_else(|| PathBuf::from(&self.name));
        if dir.read_dir().is_ok_and(|mut entries| entries.next().is_some()) {
            bail!(text!(new_not_empty, path = dir.display()));
        }
        let language = match self.toolchain {
            Toolchain::Rust => rust::files(self)?,
            Toolchain::Python => python::files(self),
            Toolchain::JavaScript => js::files(self),
        };
        let common = [
            ("plugin.toml".to_owned(), self.manifest()),
            ("README.md".to_owned(), self.readme(&language.before)),
            (".gitignore".to_owned(), "/target\n/build\n/node_modules\n/.venv\n__pycache__\n".to_owned()),
        ];
        let files = common.into_iter().chain(language.files).chain(self.vectors());
        for (name, text) in files {
            write(&dir.join(name), &text)?;
        }
        Ok(dir)
    }

    fn check(&self) -> Result<()> {
        for (option, word) in [("NAME", &self.name), ("--department", &self.department)] {
            let plain = word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
            let begins = word.bytes().next().is_some_and(|b| b.is_ascii_lowercase());
            ensure!(
                plain && begins && word.len() <= 64 && !word.ends_with('-'),
                text!(new_word, word = word, option = option)
            );
        }
        ensure!(self.has(Role::Decoder), text!(new_no_decoder));
        Ok(())
    }

    fn has(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }

    /// In every text of a template.
    fn fill(&self, template: &str) -> String {
        template
            .replace("{id}", &self.name)
            .replace("{code}", &self.code())
            .replace("{type}", &self.type_name())
    }

    /// `gas-leak` reads `gas.leak` in the vocabulary.
    fn code(&self) -> String {
        self.name.replace('-', ".")
    }

    /// `gas-leak` is `GasLeak` in Rust.
    fn type_name(&self) -> String {
        let capital = |word: &str| {
            word.chars().take(1).flat_map(char::to_uppercase).chain(word.chars().skip(1)).collect()
        };
        self.name.split('-').map(capital).collect::<Vec<String>>().concat()
    }

    fn manifest(&self) -> String {
        let roles =
            self.roles.iter().map(|role| format!("{:?}", role.as_str())).collect::<Vec<_>>().join(", ");
        let doors = if self.has(Role::Framer) { "\"tcp\"" } else { "\"http\", \"mqtt\", \"nats\"" };
        let mut text = format!(
            "# What the plugin is and may use. Every field: docs/plugin-author.md, \"1. Begin\".\n\
             id = {:?}\ndepartment = {:?}\nversion = \"0.1.0\"\ncontract = \"1.0.0\"\nroles = [{roles}]\ndoors = [{doors}]\n",
            self.name, self.department
        );
        if self.has(Role::Connector) {
            text.push_str("\n[[events]]\nkind = \"order.issued\"\nkey = \"device\"\n");
        }
        if self.has(Role::Advisor) {
            text.push_str("\n[[events]]\nkind = \"incident.opened\"\nkey = \"incident\"\n");
        }
        text.push_str(
            "\n# Beyond a limit the call ends by name; `tocsin plugin test` shows how near you are.\n[limits]\nsignals = 16\nsends = 4\n",
        );
        text.push_str(
            "\n[settings.limit]\ntitle = \"报警限值 / value at which it is an alarm\"\ndefault = \"50\"\n",
        );
        text
    }

    fn readme(&self, before: &str) -> String {
        self.fill(&format!(
            "# {{id}}\n\n{before}1. `tocsin plugin test` builds the plugin, runs every input under `vectors/` in the real sandbox and compares it with the `.expect.json` beside it. A new input: put the file there, look at the output, then `--bless`.\n2. `tocsin plugin check` holds it against what every plugin must stand: hostile bytes, limits, the same answer twice.\n3. `tocsin plugin push {{package}} --data <data folder of the host>` puts it to work.\n"
        ))
        .replace("{package}", &self.package())
    }

    /// Where `tocsin plugin build` puts it, from the folder.
    fn package(&self) -> String {
        match self.toolchain {
            Toolchain::Rust => format!("target/plugins/{}.wasm", self.name),
            _ => format!("build/{}.wasm", self.name),
        }
    }

    /// One input a case, with what the template's code makes of it.
    fn vectors(&self) -> Vec<(String, String)> {
        let mut files = vec![
            (
                "vectors/quiet.json",
                "{\"device\": \"D-01\", \"value\": 21.5, \"at\": \"2026-07-12 14:30:20\"}\n",
            ),
            (
                "vectors/quiet.expect.json",
                "{\n  \"signals\": [\n    {\"kind\": \"reading\", \"code\": \"{code}\", \"device\": \"D-01\", \"value\": 21.5, \"observed\": \"2026-07-12 14:30:20\"}\n  ]\n}\n",
            ),
            ("vectors/over.json", "{\"device\": \"D-01\", \"value\": 80, \"at\": \"\"}\n"),
            (
                "vectors/over.expect.json",
                "{\n  \"input\": {\"settings\": {\"limit\": \"75\"}},\n  \"signals\": [\n    {\"kind\": \"reading\", \"value\": 80},\n    {\"kind\": \"alarm\", \"code\": \"{code}\", \"title\": \"…80…\"}\n  ],\n  \"defects\": [\"…no time…\"]\n}\n",
            ),
            ("vectors/broken.txt", "value=80\n"),
            ("vectors/broken.expect.json", "{\n  \"rejection\": {\"kind\": \"malformed\"}\n}\n"),
        ];
        if self.has(Role::Connector) {
            files.push((
                "vectors/order.event.json",
                "{\"role\": \"connector\", \"kind\": \"order.issued\", \"device\": \"D-01\", \"subject\": \"O1\", \"data\": {\"title\": \"复位\"}}\n",
            ));
            files.push((
                "vectors/order.expect.json",
                "{\n  \"sends\": [{\"device\": \"D-01\", \"text\": \"O1\"}]\n}\n",
            ));
        }
        if self.has(Role::Advisor) {
            files.push((
                "vectors/incident.event.json",
                "{\"role\": \"advisor\", \"kind\": \"incident.opened\", \"subject\": \"I1\", \"data\": {}}\n",
            ));
            files.push((
                "vectors/incident.expect.json",
                "{\n  \"advice\": [{\"act\": \"note\", \"subject\": \"I1\"}]\n}\n",
            ));
        }
        if self.has(Role::Timekeeper) {
            files.push(("vectors/poll.tick.json", "{\"device\": \"D-01\", \"key\": \"poll\"}\n"));
            files.push((
                "vectors/poll.expect.json",
                "{\n  \"sends\": [{\"device\": \"D-01\", \"text\": \"?\"}]\n}\n",
            ));
        }
        files.into_iter().map(|(name, text)| (name.to_owned(), self.fill(text))).collect()
    }
}

fn write(path: &Path, text: &str) -> Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).with_context(|| text!(cannot_make, path = folder.display()))?;
    }
    std::fs::write(path, text).with_context(|| text!(cannot_write, path = path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new(name: &str, toolchain: Toolchain, roles: &[Role]) -> New {
        New {
            name: name.to_owned(),
            toolchain,
            department: "safety".to_owned(),
            roles: roles.to_vec(),
            dir: Some(
                std::env::temp_dir().join(format!("tocsin-new-{name}-{toolchain:?}-{}", std::process::id())),
            ),
            sdk: None,
        }
    }

    #[test]
    fn everything_stands_in_the_folder_and_the_manifest_is_one() {
        for toolchain in [Toolchain::Rust, Toolchain::Python, Toolchain::JavaScript] {
            let new = new("gas-leak", toolchain, &Role::ALL);
            let dir = new.run().expect("written");
            assert_eq!(Toolchain::of(&dir).expect("a plugin's folder"), toolchain);
            let manifest = crate::package::manifest(&dir.join("plugin.toml")).expect("a manifest");
            assert_eq!((manifest.id.as_str(), manifest.roles.len()), ("gas-leak", 5));
            let cases = crate::trial::cases(&dir.join("vectors")).expect("vectors");
            assert!(cases.len() >= 6 && cases.iter().all(|case| case.steps[0].expected.is_some()));
            let source = std::fs::read_to_string(dir.join(match toolchain {
                Toolchain::Rust => "src/lib.rs",
                other => other.mark(),
            }));
            let source = source.expect("a source");
            assert!(!source.contains("{id}") && !source.contains("{code}"), "{source}");
            assert!(new.run().expect_err("not empty").to_string().contains("--dir"));
            std::fs::remove_dir_all(dir).expect("removed");
        }
    }

    #[test]
    fn names_are_checked() {
        let check = |name: &str, fine: bool| {
            assert_eq!(new(name, Toolchain::Rust, &[Role::Decoder]).check().is_ok(), fine, "{name}");
        };
        check("gauge", true);
        check("gas-leak-2", true);
        check("Gauge", false);
        check("2gas", false);
        check("gas_leak", false);
        check("", false);
        check("gas-", false);
        assert!(new("gauge", Toolchain::Rust, &[Role::Framer]).check().is_err());
    }
}

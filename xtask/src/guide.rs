//! The author's guide, followed to the letter: the code, the manifest's lines, the
//! expectation and the posted body are taken out of its text.

use crate::step::Steps;
use anyhow::{Context, Result};
use std::path::Path;
use std::process::Command;

/// Language of `plugin new`, fence of its block, file that it goes into.
const LANGUAGES: [(&str, &str, &str); 3] =
    [("rust", "rust", "src/lib.rs"), ("python", "python", "plugin.py"), ("js", "js", "plugin.js")];

/// Begins the guide's gauge in every language under `folder` and tests it.
pub fn follow(root: &Path, folder: &Path, steps: &mut Steps, tocsin: &dyn Fn() -> Command) -> Result<()> {
    let path = root.join("docs/plugin-author.md");
    let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let code = behind(&text, "\n## 2. The code\n")?;
    let tests = behind(&text, "\n## 3. Test\n")?;
    let body = between(behind(&text, "\n## 5. Put it to work\n")?, " -d '", "'")?;
    for (language, fence, source) in LANGUAGES {
        let dir = folder.join(format!("guide-{language}"));
        if dir.exists() {
            std::fs::remove_dir_all(&dir).with_context(|| format!("cannot empty {}", dir.display()))?;
        }
        let mut new = tocsin();
        new.args(["plugin", "new", "gauge", "--lang", language, "--department", "water", "--dir"]).arg(&dir);
        steps.run(&format!("the guide's plugin in {language}"), &mut new)?;
        let manifest = dir.join("plugin.toml");
        let lines = std::fs::read_to_string(&manifest).context("the new plugin has a manifest")?;
        let vectors = dir.join("vectors");
        std::fs::remove_dir_all(&vectors).context("the new plugin has vectors")?;
        std::fs::create_dir_all(&vectors)?;
        let write = |path: &Path, text: &str| {
            std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
        };
        write(&dir.join(source), block(code, fence)?)?;
        write(&manifest, &format!("{lines}\n{}", block(code, "toml")?))?;
        write(&vectors.join("over.json"), body)?;
        write(&vectors.join("over.expect.json"), block(tests, "json")?)?;
        let mut test = tocsin();
        test.env("CARGO_TARGET_DIR", folder.join("target"));
        steps.run(&format!("the guide's test in {language}"), test.args(["plugin", "test"]).arg(&dir))?;
    }
    Ok(())
}

fn behind<'t>(text: &'t str, mark: &str) -> Result<&'t str> {
    let found = text.split_once(mark).map(|(_, rest)| rest);
    found.with_context(|| format!("the guide has no `{}`", mark.trim()))
}

fn between<'t>(text: &'t str, from: &str, to: &str) -> Result<&'t str> {
    let rest = behind(text, from)?;
    rest.split_once(to).map(|(inside, _)| inside).with_context(|| format!("`{from}` has no end in the guide"))
}

/// The first block of that kind.
fn block<'t>(text: &'t str, fence: &str) -> Result<&'t str> {
    between(text, &format!("\n```{fence}\n"), "\n```")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_found_by_their_kind() {
        let text = "\n## A\n```js\n1\n2\n```\n```toml\na = 1\n```\n";
        assert_eq!(block(text, "toml").ok(), Some("a = 1"));
        assert_eq!(block(text, "js").ok(), Some("1\n2"));
        assert!(block(text, "rust").is_err() && behind(text, "## B").is_err());
        assert_eq!(between("x -d '{}' y", " -d '", "'").ok(), Some("{}"));
    }
}

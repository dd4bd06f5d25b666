//! The author's guide, followed to the letter: the code, the manifest's lines, the
//! expectation, the city's lines and the posted body are taken out of its text.

use crate::step::Steps;
use anyhow::{Context, Result};
use std::fs;
use std::path::Path;
use std::process::Command;

/// Language of `plugin new`, fence of its block, file that it goes into.
const LANGUAGES: [(&str, &str, &str); 3] =
    [("rust", "rust", "src/lib.rs"), ("python", "python", "plugin.py"), ("js", "js", "plugin.js")];

/// Where the example city finds its packages, and where its copy three folders below
/// the target folder does.
const PACKAGES: (&str, &str) = ("\"../../../target/plugins/", "\"../../../plugins/");

/// Begins the guide's gauge in every language under `folder`, `new` in the target
/// folder, tests it, and puts the one in Rust into a city.
pub fn follow(root: &Path, folder: &Path, steps: &mut Steps, tocsin: &dyn Fn() -> Command) -> Result<()> {
    let path = root.join("docs/plugin-author.md");
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let code = behind(&text, "\n## 2. The code\n")?;
    let tests = behind(&text, "\n## 3. Test\n")?;
    let work = behind(&text, "\n## 5. Put it to work\n")?;
    let body = between(work, " -d '", "'")?;
    for (language, fence, source) in LANGUAGES {
        let dir = folder.join(format!("guide-{language}"));
        if dir.exists() {
            fs::remove_dir_all(&dir).with_context(|| format!("cannot empty {}", dir.display()))?;
        }
        let mut new = tocsin();
        new.args(["plugin", "new", "gauge", "--lang", language, "--department", "water", "--dir"]).arg(&dir);
        steps.run(&format!("the guide's plugin in {language}"), &mut new)?;
        let manifest = dir.join("plugin.toml");
        let lines = fs::read_to_string(&manifest).context("the new plugin has a manifest")?;
        let vectors = dir.join("vectors");
        fs::remove_dir_all(&vectors).context("the new plugin has vectors")?;
        fs::create_dir_all(&vectors)?;
        let write = |path: &Path, text: &str| {
            fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
        };
        write(&dir.join(source), block(code, fence)?)?;
        write(&manifest, &format!("{lines}\n{}", block(code, "toml")?))?;
        write(&vectors.join("over.json"), body)?;
        write(&vectors.join("over.expect.json"), block(tests, "json")?)?;
        let mut test = tocsin();
        test.env("CARGO_TARGET_DIR", folder.join("target"));
        steps.run(&format!("the guide's test in {language}"), test.args(["plugin", "test"]).arg(&dir))?;
    }
    let guide = folder.join("guide");
    steps
        .work("the guide's city", || settle(root, &guide, work, &folder.join("target/plugins/gauge.wasm")))?;
    let mut check = tocsin();
    steps.run("its check", check.args(["city", "check"]).arg(guide.join("city")))
}

/// A copy of the example city under `guide` with the lines of section 5, and `package`
/// where they say that it is.
fn settle(root: &Path, guide: &Path, work: &str, package: &Path) -> Result<()> {
    let city = guide.join("city");
    if guide.exists() {
        fs::remove_dir_all(guide).with_context(|| format!("cannot empty {}", guide.display()))?;
    }
    copy(&root.join("examples/cities/qingshan"), &city)?;
    let lines = block(work, "toml")?;
    append(&city.join("city.toml"), lines)?;
    append(&city.join("devices.toml"), block(behind(work, "in `devices.toml`")?, "toml")?)?;
    let named = city.join(between(lines, "package = \"", "\"")?);
    let built = || -> std::io::Result<()> {
        fs::create_dir_all(named.parent().unwrap_or(&named))?;
        fs::copy(package, &named).map(drop)
    };
    built().with_context(|| format!("cannot copy {} to {}", package.display(), named.display()))
}

/// A folder with all that is in it.
fn copy(from: &Path, to: &Path) -> Result<()> {
    let work = || -> Result<()> {
        fs::create_dir_all(to)?;
        for entry in fs::read_dir(from)? {
            let entry = entry?;
            let target = to.join(entry.file_name());
            match entry.file_type()?.is_dir() {
                true => copy(&entry.path(), &target)?,
                false => _ = fs::copy(entry.path(), &target)?,
            }
        }
        Ok(())
    };
    work().with_context(|| format!("cannot copy {} to {}", from.display(), to.display()))
}

/// Lines at the end of a city's file, whose other packages are found from the copy.
fn append(path: &Path, lines: &str) -> Result<()> {
    let work = || {
        let text = fs::read_to_string(path)?.replace(PACKAGES.0, PACKAGES.1);
        fs::write(path, format!("{text}\n{lines}\n"))
    };
    work().with_context(|| format!("cannot add to {}", path.display()))
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

    /// Whether the copy is a city says `city check` in the whole suite; a name that
    /// stands in it twice is found here.
    #[test]
    fn the_guides_city_names_nothing_twice() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let text = fs::read_to_string(root.join("docs/plugin-author.md")).unwrap();
        let guide = std::env::temp_dir().join(format!("tocsin-guide-{}", std::process::id()));
        let package = root.join("xtask/Cargo.toml");
        settle(root, &guide, behind(&text, "\n## 5. Put it to work\n").unwrap(), &package).unwrap();
        let city = fs::read_to_string(guide.join("city/city.toml")).unwrap();
        let devices = fs::read_to_string(guide.join("city/devices.toml")).unwrap();
        assert!(guide.join("gauge/target/plugins/gauge.wasm").is_file() && !city.contains(PACKAGES.0));
        assert!(guide.join("city/plans").is_dir());
        fs::remove_dir_all(&guide).unwrap();
        for (text, kinds) in
            [(city, ["[[department]]", "[[plugin]]", "[[door]]"]), (devices, ["[[device]]"; 3])]
        {
            for kind in kinds {
                // The line behind the head is the id or the name.
                let mut named: Vec<&str> =
                    text.split(kind).skip(1).filter_map(|rest| rest.lines().nth(1)).collect();
                named.sort_unstable();
                let count = named.len();
                named.dedup();
                assert!(count > 1 && named.len() == count, "{kind}: {named:?}");
            }
        }
    }
}

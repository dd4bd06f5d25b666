//! Mistakes that authors make, and what `plugin test` must say of each: what it was, in
//! which line, or what there is instead. The plugins stand beside this file.

use crate::step::Steps;
use anyhow::{Context, Result, ensure};
use std::fs;
use std::path::Path;
use std::process::Command;

/// A language of `plugin new`, its plugin, and of each input the words.
struct Mistaken {
    language: &'static str,
    file: &'static str,
    source: &'static str,
    words: &'static [(&'static str, &'static [&'static str])],
}

const ALL: [Mistaken; 2] = [
    Mistaken {
        language: "python",
        file: "plugin.py",
        source: include_str!("mistakes/plugin.py"),
        words: &[
            ("missing", &["panic: KeyError: 'station'", "missing at plugin.py:11  return {}[\"station\"]"]),
            (
                "word",
                &["`severity` is 'serious'; it is one of extreme, severe, moderate", "word at plugin.py:15"],
            ),
            ("code", &["`code` is 7; it is text"]),
            (
                "when",
                &["`observed` is '2026-07-12'; it is a number, of milliseconds", "when at plugin.py:23"],
            ),
            ("answer", &["a list of signals, an Outcome or None, not 7"]),
            ("reply", &["a payload is text or bytes, not 200", "reply at plugin.py:31"]),
            ("refusal", &["a payload is text or bytes, not 5", "refusal at plugin.py:35"]),
            (
                "clock",
                &[
                    "time.time(): a plugin has no clock; \"now\" is `message.received`",
                    "clock at plugin.py:39",
                ],
            ),
            ("today", &["datetime.now(): a plugin has no clock"]),
            ("chance", &["random.random(): a plugin has no randomness"]),
            ("file", &["open(): a plugin has no files"]),
            ("late", &["`decimal` was not loaded at the build", "late at plugin.py:55  import decimal"]),
            ("key", &["a key is text, not 5", "key at plugin.py:61"]),
            ("deep", &["RecursionError", " more\n"]),
            ("frame", &["the framer ended with panic: TypeError: a piece is made by `Piece`, not 5"]),
            ("lines", &["warn one\n", "warn two\n", "info three 4\n", "info half a pair: \u{FFFD}\n"]),
            ("青山", &["info 青山\n"]),
        ],
    },
    Mistaken {
        language: "js",
        file: "plugin.js",
        source: include_str!("mistakes/plugin.js"),
        words: &[
            ("missing", &["panic: TypeError: ", "missing at plugin.js:13:", "decode at plugin.js:33:"]),
            ("word", &["`severity` is serious; it is one of extreme, severe,", "word at plugin.js:14:"]),
            ("field", &["a signal has no `devise`; it has urgency, ", "field at plugin.js:15:"]),
            ("code", &["`code` is 7; it is text"]),
            ("value", &["the value of `water.level` is undefined; it is a number"]),
            ("answer", &["an `Outcome` or nothing, and at once; not with 7"]),
            ("later", &["and at once; not with Promise"]),
            ("reply", &["a payload is text or a Uint8Array, not 200", "reply at plugin.js:20:"]),
            ("refusal", &["a payload is text or a Uint8Array, not 5"]),
            ("clock", &["Date.now(): a plugin has no clock; \"now\" is `message.received`", "plugin.js:22:"]),
            ("today", &["new Date(): a plugin has no clock"]),
            ("chance", &["Math.random(): a plugin has no randomness"]),
            ("key", &["a key is 5; it is text", "key at plugin.js:25:"]),
            ("frame", &["the framer ended with panic: TypeError: a piece is made by `noise`, "]),
            ("lines", &["warn one\n", "warn two\n", "info three 4\n"]),
        ],
    },
];

/// No mistakes: what is said of them is in the log.
const FINE: [&str; 2] = ["lines", "青山"];

/// Under `folder`, beside the first plugins.
pub fn all(folder: &Path, steps: &mut Steps, tocsin: &dyn Fn() -> Command) -> Result<()> {
    for mistaken in &ALL {
        steps.work(&format!("mistakes in {}", mistaken.language), || one(mistaken, folder, tocsin))?;
    }
    Ok(())
}

fn one(mistaken: &Mistaken, folder: &Path, tocsin: &dyn Fn() -> Command) -> Result<()> {
    let dir = folder.join(format!("mistakes-{}", mistaken.language));
    let vectors = dir.join("vectors");
    if dir.exists() {
        fs::remove_dir_all(&dir).with_context(|| format!("cannot empty {}", dir.display()))?;
    }
    let mut new = tocsin();
    new.args([
        "plugin",
        "new",
        "mistakes",
        "--lang",
        mistaken.language,
        "--roles",
        "decoder,framer",
        "--dir",
    ])
    .arg(&dir);
    ensure!(new.output()?.status.success(), "no new plugin in {}", dir.display());
    let write = || -> std::io::Result<()> {
        fs::remove_dir_all(&vectors)?;
        fs::create_dir_all(&vectors)?;
        fs::write(dir.join(mistaken.file), mistaken.source)?;
        for (input, _) in mistaken.words {
            // As most devices write it.
            let bytes = if *input == "青山" { &b"\xC7\xE0\xC9\xBD"[..] } else { input.as_bytes() };
            fs::write(vectors.join(format!("{input}.txt")), bytes)?;
            // Only the one that is about framing is framed.
            let stream = *input == "frame";
            let expected = format!("{{\"input\": {{\"stream\": {stream}}}, \"signals\": []}}");
            fs::write(vectors.join(format!("{input}.expect.json")), expected)?;
        }
        Ok(())
    };
    write().with_context(|| format!("cannot write {}", dir.display()))?;
    for (input, words) in mistaken.words {
        let mut test = tocsin();
        let output = test.args(["plugin", "test"]).arg(&dir).arg(input).output()?;
        let said = String::from_utf8_lossy(&output.stdout);
        for word in *words {
            ensure!(
                said.contains(word),
                "of `{input}`, {} says nothing of `{word}`:\n{said}{}",
                mistaken.file,
                String::from_utf8_lossy(&output.stderr)
            );
        }
        ensure!(
            output.status.success() == FINE.contains(input),
            "of `{input}`, {} ended with {}:\n{said}",
            mistaken.file,
            output.status
        );
    }
    eprintln!("{} mistakes, each told", mistaken.words.len());
    Ok(())
}

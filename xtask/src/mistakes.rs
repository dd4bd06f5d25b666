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
            ("missing", &["panic: KeyError: 'station'", "missing at plugin.py:10  return {}[\"station\"]"]),
            ("word", &["`serious` is no severity; it is one of unknown, minor,"]),
            ("code", &["`code` is 7; it is text"]),
            ("answer", &["a list of signals, an Outcome or None, not 7"]),
            ("clock", &["code that wants a clock, a sleep, randomness, a file or the network"]),
            ("today", &["code that wants a clock, a sleep, randomness, a file or the network"]),
            ("frame", &["the framer ended with panic: TypeError: a piece is made by `Piece`, not 5"]),
            ("lines", &["warn one\n", "warn two\n"]),
        ],
    },
    Mistaken {
        language: "js",
        file: "plugin.js",
        source: include_str!("mistakes/plugin.js"),
        words: &[
            ("missing", &["panic: TypeError: ", "missing at plugin.js:10:", "decode at plugin.js:21:"]),
            ("word", &["`severity` is serious; it is one of extreme, severe,"]),
            ("code", &["`code` is 7; it is text"]),
            ("answer", &["an `Outcome` or nothing, and at once; not with 7"]),
            ("clock", &["Date.now(): a plugin has no clock; \"now\" is `message.received`", "plugin.js:14:"]),
            ("today", &["new Date(): a plugin has no clock"]),
            ("random", &["Math.random(): a plugin has no randomness"]),
            ("frame", &["the framer ended with panic: TypeError: a piece is made by `noise`, "]),
            ("lines", &["warn one\n", "warn two\n"]),
        ],
    },
];

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
            fs::write(vectors.join(format!("{input}.txt")), input)?;
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
            output.status.success() == (*input == "lines"),
            "of `{input}`, {} ended with {}:\n{said}",
            mistaken.file,
            output.status
        );
    }
    eprintln!("{} mistakes, each told", mistaken.words.len());
    Ok(())
}

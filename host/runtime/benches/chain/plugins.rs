//! Every decoder under `plugins/` and `examples/plugins/` in the real sandbox:
//! messages a second on one core. `cargo xtask bench -- --plugins`.
//!
//! A plugin joins with a file of its own, `plugins/<name>/bench/<source>.<kind>`:
//! a message as its devices send it. The file's name is the door's and, for HTTP,
//! the source's (`/in/<department>/<source>`); the kind is `hex`, `json`, `xml`
//! or `txt`. Where there is a framer it names the device.
//!
//! A device that speaks for the first time and one that is known (`-known`) cost
//! differently: the second finds its state, reads it and writes it anew.

use crate::anyhow_free::Result;
use crate::report::{Figure, Report};
use crate::stage;
use crate::turns::{Series, fastest, in_turn};
use serde_json::json;
use std::path::{Path, PathBuf};
use tocsin_core::outcome::hex;
use tocsin_core::time::Timestamp;
use tocsin_sandbox::{Call, Config, Guest, Message, PieceKind, Plugin, Role, Room, Sandbox, Surroundings};

/// A second has so many nanoseconds.
const SECOND: f64 = 1e9;

pub fn measure(report: &mut Report, quick: bool) -> Result<()> {
    let sandbox = Sandbox::new(Config::default())?;
    all(report, &sandbox, &stage::packages(), "plugins", quick)?;
    match stage::examples() {
        Some(packages) => all(report, &sandbox, &packages, "examples/plugins", quick),
        None => Ok(()),
    }
}

/// Each package with the messages of its source folder.
fn all(report: &mut Report, sandbox: &Sandbox, packages: &Path, sources: &str, quick: bool) -> Result<()> {
    for path in sorted(packages, &["wasm"])? {
        let name = stem(&path);
        let folder = stage::workspace().join(sources).join(&name).join("bench");
        if !folder.is_dir() {
            report.note(&format!("{name}: no messages under {}", folder.display()));
            continue;
        }
        let plugin = sandbox.load(&std::fs::read(&path)?)?;
        for message in sorted(&folder, &["hex", "json", "xml", "txt"])? {
            one(report, &plugin, &message, quick)
                .map_err(|error| format!("{}: {error}", message.display()))?;
        }
    }
    Ok(())
}

fn one(report: &mut Report, plugin: &Plugin, path: &Path, quick: bool) -> Result<()> {
    let (around, source) = (surroundings(plugin), stem(path));
    let payload = payload(path)?;
    let bytes = payload.len();
    let department = &plugin.manifest().department;
    let call = Call::Decode(Message {
        sequence: 1,
        received: Timestamp(1_783_837_830_000),
        door: source.clone(),
        device: device(plugin, &around, &payload)?,
        origin: format!("/in/{department}/{source}"),
        payload,
    });
    let answered = |guest: &mut Guest, room: &mut Room| -> Result<usize> {
        match guest.call(&call, room)?.result {
            Ok(outcome) => Ok(outcome.signals.len()),
            Err(refused) => Err(format!("refused: {}", refused.reason).into()),
        }
    };
    // What a device that said this before has left behind.
    let mut known = Room::default();
    answered(&mut Guest::new(plugin, around.clone()), &mut known)?;
    let (mut new, mut again) = (0, 0);
    let fresh = |guest: &mut Guest| {
        new = answered(guest, &mut Room::default())?;
        Ok(())
    };
    let remembers = !known.is_empty();
    let kept = |guest: &mut Guest| {
        again = answered(guest, &mut known)?;
        Ok(())
    };
    let mut series = vec![Series::new(plugin, &around, 100, fresh)];
    if remembers {
        series.push(Series::new(plugin, &around, 100, kept));
    }
    let rounds = in_turn(&mut series, if quick { 40 } else { 200 })?;
    drop(series);
    for (rounds, (state, signals)) in rounds.iter().zip([("", new), ("-known", again)]) {
        report.add(Figure {
            name: &format!("decode-{}-{source}{state}", plugin.manifest().id),
            unit: "messages/s",
            values: rounds.iter().map(|nanos| SECOND / nanos).collect(),
            ratio: None,
            more: json!({ "bytes": bytes, "signals": signals, "fastest_us": (fastest(rounds) / 10.0).round() / 100.0 }),
        });
    }
    Ok(())
}

/// No registered device; the settings as the manifest has them.
fn surroundings(plugin: &Plugin) -> Surroundings {
    let defaults = plugin.manifest().settings.iter();
    let settings =
        defaults.filter_map(|(name, setting)| Some((name.clone(), setting.default.clone()?))).collect();
    Surroundings { settings: std::sync::Arc::new(settings), ..Surroundings::nowhere() }
}

/// As the framer names it; the whole message must be one input. What it has no
/// piece of comes by a door that does not frame.
fn device(plugin: &Plugin, around: &Surroundings, payload: &[u8]) -> Result<String> {
    if !plugin.has(Role::Framer) {
        return Ok(String::new());
    }
    match Guest::new(plugin, around.clone()).frame(payload)?.as_slice() {
        [piece] if piece.kind != PieceKind::Noise && piece.length as usize == payload.len() => {
            Ok(piece.device.clone())
        }
        pieces if pieces.iter().all(|piece| piece.kind == PieceKind::Noise) => Ok(String::new()),
        pieces => Err(format!("the framer sees {pieces:?}, not one input").into()),
    }
}

/// Hex with blanks and lines as the reader likes them; all else as it is.
fn payload(path: &Path) -> Result<Vec<u8>> {
    let mut bytes = std::fs::read(path)?;
    if path.extension().is_some_and(|kind| kind == "json") {
        // An editor's last line end is none of the message's.
        bytes.truncate(bytes.trim_ascii_end().len());
    }
    if path.extension().is_none_or(|kind| kind != "hex") {
        return Ok(bytes);
    }
    let digits: String = String::from_utf8(bytes)?.split_whitespace().collect();
    Ok(hex::decode(&digits).ok_or("not hex")?)
}

fn sorted(folder: &Path, kinds: &[&str]) -> Result<Vec<PathBuf>> {
    let wanted =
        |path: &PathBuf| path.extension().is_some_and(|kind| kinds.iter().any(|known| kind == *known));
    let files = std::fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut paths: Vec<PathBuf> = files.map(|file| Ok(file?.path())).collect::<std::io::Result<_>>()?;
    paths.retain(wanted);
    paths.sort();
    Ok(paths)
}

fn stem(path: &Path) -> String {
    path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default()
}

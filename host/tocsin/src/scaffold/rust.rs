//! A new plugin in Rust.

use super::{Language, New, sdk};
use crate::text;
use anyhow::{Context, Result, ensure};
use tocsin_sandbox::Role;

const CARGO: &str = r#"[package]
name = "{id}"
version = "0.1.0"
edition = "2024"
publish = false

[lib]
crate-type = ["cdylib", "rlib"] # the component; and a library for tests

[dependencies]
tocsin-sdk = { path = "{sdk}" }
serde = { version = "1", features = ["derive"] }

# The folder stands alone, wherever it lies.
[workspace]
exclude = ["tocsin"]
"#;

const HEAD: &str = r#"//! {id}: devices post their value as JSON; at the limit it is an alarm.

use serde::Deserialize;
use tocsin_sdk::{{uses}};

/// What a device sends.
#[derive(Deserialize)]
struct Value {
    device: String,
    value: f64,
    /// Beijing time.
    at: String,
}

pub struct {type};

impl Decoder for {type} {
    fn decode(message: Message) -> Answer {
        let sent: Value = message.json()?; // what is no such JSON becomes a dead letter
        let at = time::parse(&sent.at);
        let mut outcome = Outcome::default();
        if at.is_none() {
            outcome = outcome.defect(format!("`at` is `{}`, no time; the time of receipt counts", sent.at));
        }
        outcome = outcome.signal(
            Signal::reading("{code}", sent.value, "1").device(&sent.device).observed(at),
        );
        if sent.value >= limit() {
            outcome = outcome.signal(
                Signal::alarm("{code}")
                    .device(&sent.device)
                    .observed(at)
                    .title(format!("{} 达到 {}", sent.device, sent.value)),
            );
        }
        Ok(outcome)
    }
}

fn limit() -> f64 {
    city::number("limit", 50.0, 0.0..=1_000.0) // 50 where the setting is no such number
}
"#;

const FRAMER: &str = r#"
impl Framer for {type} {
    /// One line, one input. For frames with a start mark and a length there is
    /// `tocsin_sdk::framing::Marked`.
    fn frame(buffer: &[u8]) -> Vec<Piece> {
        let lines = buffer.split_inclusive(|byte| *byte == b'\n').filter(|line| line.ends_with(b"\n"));
        lines
            .map(|line| match line.trim_ascii().is_empty() {
                true => Piece::noise(line.len() as u32),
                false => Piece::routine(line.len() as u32, ""),
            })
            .collect()
    }
}
"#;

const TIMEKEEPER: &str = r#"
impl Timekeeper for {type} {
    /// A timer of `timers::set`, or a door that polls.
    fn wake(tick: Tick) -> Answer {
        Ok(match tick.key.as_str() {
            "poll" => Outcome::default().send_to(&tick.device, "?"),
            _ => Outcome::default(),
        })
    }
}
"#;

const CONNECTOR: &str = r#"
impl Connector for {type} {
    /// An order, in the device's own format.
    fn deliver(event: Event) -> Answer {
        Ok(Outcome::default().send_to(&event.device, event.subject))
    }
}
"#;

const ADVISOR: &str = r#"
impl Advisor for {type} {
    /// What the department knows of an incident.
    fn advise(event: Event) -> Answer {
        Ok(Outcome::default().advise(Advice::new(Act::Note, event.subject, "本部门已知悉")))
    }
}
"#;

const TESTS: &str = r##"
#[cfg(test)]
mod tests {
    use super::*;
    use tocsin_sdk::mock::Host;

    #[test]
    fn at_the_limit_it_is_an_alarm() {
        let check = |value: f64, signals: usize| {
            let host = Host::fresh();
            host.set("limit", "75");
            let body = format!(r#"{{"device":"D-01","value":{value},"at":"2026-07-12 14:30:20"}}"#);
            let outcome = host.decode::<{type}>(Host::message("", body.as_bytes())).expect("accepted");
            assert_eq!(outcome.signals.len(), signals, "{value}");
        };
        check(74.9, 1);
        check(75.0, 2);
    }
}
"##;

pub fn files(new: &New) -> Result<Language> {
    let mut files = Vec::new();
    let sdk = match &new.sdk {
        None => {
            files.extend(sdk::files());
            "tocsin/sdk/rust".to_owned()
        }
        Some(path) => {
            let path = path.canonicalize().with_context(|| text!(no_folder, path = path.display()))?;
            ensure!(path.join("src/export.rs").is_file(), text!(new_no_sdk, path = path.display()));
            path.display().to_string()
        }
    };
    files.push(("Cargo.toml".to_owned(), new.fill(CARGO).replace("{sdk}", &sdk)));
    files.push(("src/lib.rs".to_owned(), source(new)));
    let before = "You need Rust 1.95 or newer and its target `wasm32-unknown-unknown` (`rustup target add wasm32-unknown-unknown`).\n\n";
    Ok(Language { files, before: before.to_owned() })
}

fn source(new: &New) -> String {
    let mut uses = vec!["Answer", "Decoder", "Message", "Outcome", "Signal", "city", "time"];
    let mut text = new.fill(HEAD);
    for (role, body, more) in [
        (Role::Framer, FRAMER, &["Framer", "Piece"][..]),
        (Role::Timekeeper, TIMEKEEPER, &["Tick", "Timekeeper"]),
        (Role::Connector, CONNECTOR, &["Connector", "Event"]),
        (Role::Advisor, ADVISOR, &["Act", "Advice", "Advisor", "Event"]),
    ] {
        if new.has(role) {
            text.push_str(&new.fill(body));
            uses.extend(more);
        }
    }
    // The order of rustfmt: types, then modules.
    uses.sort_by_key(|name| (name.starts_with(char::is_lowercase), *name));
    uses.dedup();
    let roles = new.roles.iter().map(|role| role.as_str()).collect::<Vec<_>>().join(", ");
    text.push_str(&new.fill(&format!("\ntocsin_sdk::export!({{type}}: {roles});\n")));
    text.push_str(&new.fill(TESTS));
    text.replace("{{uses}}", &format!("{{{}}}", uses.join(", ")))
}

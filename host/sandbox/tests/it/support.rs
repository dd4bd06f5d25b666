//! What every test here starts from.

use crate::fixture;
use std::sync::{Arc, OnceLock};
use tocsin_core::signal::Position;
use tocsin_core::time::Timestamp;
use tocsin_sandbox::*;

/// One engine for all tests, as one host has one.
pub fn sandbox() -> &'static Sandbox {
    static SANDBOX: OnceLock<Sandbox> = OnceLock::new();
    SANDBOX.get_or_init(|| Sandbox::new(Config::default()).expect("a sandbox"))
}

pub fn rogue() -> Plugin {
    static PLUGIN: OnceLock<Plugin> = OnceLock::new();
    PLUGIN.get_or_init(|| sandbox().load(&fixture::package("rogue")).expect("rogue loads")).clone()
}

pub fn roles() -> Plugin {
    static PLUGIN: OnceLock<Plugin> = OnceLock::new();
    PLUGIN.get_or_init(|| sandbox().load(&fixture::package("roles")).expect("roles loads")).clone()
}

/// A plugin of the guest `name` under another manifest.
pub fn with_limits(mut manifest: Manifest, change: impl FnOnce(&mut Limits)) -> Plugin {
    change(&mut manifest.limits);
    let package = package::embed(&fixture::bare(&manifest.id), &manifest);
    sandbox().load(&package).expect("it loads")
}

struct City;

impl Registry for City {
    fn device(&self, path: &str) -> Option<Registration> {
        path.starts_with("d1").then(|| Registration {
            id: "d1".into(),
            title: "一号楼".into(),
            position: Some(Position { lon: 120.1, lat: 30.2 }),
            settings: r#"{"limit":5}"#.into(),
            ..Registration::default()
        })
    }
}

pub fn surroundings() -> Surroundings {
    let settings = [("secret".to_owned(), "芝麻".to_owned())].into();
    Surroundings { registry: Arc::new(City), settings: Arc::new(settings), native: None }
}

pub fn guest(plugin: &Plugin) -> Guest {
    Guest::new(plugin, surroundings())
}

pub const NOW: Timestamp = Timestamp(1_795_000_000_000);

pub fn message(sequence: u64, payload: &str) -> Call {
    Call::Decode(Message {
        sequence,
        received: NOW,
        door: "tcp".into(),
        device: "d1/1.1".into(),
        origin: "127.0.0.1:9".into(),
        payload: payload.into(),
    })
}

/// What a call whose only input is the payload comes to, on a new guest.
pub fn decode(payload: &str) -> Result<Answer, Verdict> {
    guest(&rogue()).call(message(1, payload), &mut Room::default())
}

/// Resident memory of this process.
pub fn resident_mib() -> f64 {
    let text = std::fs::read_to_string("/proc/self/statm").expect("statm");
    let pages: f64 = text.split(' ').nth(1).and_then(|pages| pages.parse().ok()).expect("pages");
    pages * 4_096.0 / 1_048_576.0
}

//! What stands beside an input: who sent it, when, and what the city knows.

use crate::text;
use anyhow::{Context, Result, anyhow};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;
use tocsin_core::signal::Position;
use tocsin_core::time::Timestamp;
use tocsin_sandbox::{Manifest, Registration, Registry, Surroundings};

/// The field `input` of an expectation, or a file `input.json` for all inputs
/// of its folder. The nearer one counts; settings and devices add up.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Header {
    pub door: Option<String>,
    pub device: Option<String>,
    pub origin: Option<String>,
    /// A time, or `+30s` after the input before.
    pub received: Option<String>,
    /// Whether the bytes may be cut anywhere. `false`: the door does not frame, and
    /// they are one input; none: the framer's answers tell.
    pub stream: Option<bool>,
    pub settings: BTreeMap<String, String>,
    pub devices: Vec<Device>,
}

/// A registration as the city file would have it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Device {
    pub id: String,
    pub model: String,
    pub title: String,
    pub unit: String,
    pub region: String,
    pub position: Option<Position>,
    pub settings: Value,
}

impl Header {
    /// `nearer` over `self`.
    pub fn under(&self, nearer: &Header) -> Header {
        let mut settings = self.settings.clone();
        settings.extend(nearer.settings.clone());
        Header {
            door: nearer.door.clone().or_else(|| self.door.clone()),
            device: nearer.device.clone().or_else(|| self.device.clone()),
            origin: nearer.origin.clone().or_else(|| self.origin.clone()),
            received: nearer.received.clone().or_else(|| self.received.clone()),
            stream: nearer.stream.or(self.stream),
            settings,
            devices: self.devices.iter().chain(&nearer.devices).cloned().collect(),
        }
    }

    /// When the input comes; a second after the one before where nothing is said.
    pub fn moment(&self, before: Timestamp) -> Result<Timestamp> {
        let Some(text) = &self.received else { return Ok(before.plus_millis(1_000)) };
        match text.strip_prefix('+') {
            None => text.parse().map_err(|_| anyhow!(text!(received_unread, text = text))),
            Some(rest) => {
                let seconds: f64 = rest
                    .trim_end_matches('s')
                    .trim()
                    .parse::<f64>()
                    .ok()
                    .filter(|s| (0.0..=1e9).contains(s))
                    .with_context(|| text!(received_unread, text = text))?;
                Ok(before.plus_millis((seconds * 1_000.0) as i64))
            }
        }
    }

    /// What a plugin of `manifest` sees of the city.
    pub fn surroundings(&self, manifest: &Manifest) -> Surroundings {
        let defaults =
            manifest.settings.iter().filter_map(|(name, s)| Some((name.clone(), s.default.clone()?)));
        let mut settings: BTreeMap<String, String> = defaults.collect();
        settings.extend(self.settings.clone());
        settings.retain(|name, _| manifest.settings.contains_key(name));
        let devices = self.devices.iter().map(|device| (device.id.clone(), registration(device))).collect();
        Surroundings { registry: Arc::new(Desk(devices)), settings: Arc::new(settings), native: None }
    }
}

fn registration(device: &Device) -> Registration {
    Registration {
        id: device.id.clone(),
        model: device.model.clone(),
        title: device.title.clone(),
        unit: device.unit.clone(),
        region: device.region.clone(),
        position: device.position,
        settings: match &device.settings {
            Value::Null => String::new(),
            settings => settings.to_string(),
        },
    }
}

/// Registrations by path, without a city.
pub struct Desk(pub BTreeMap<String, Registration>);

impl Registry for Desk {
    fn device(&self, path: &str) -> Option<Registration> {
        let mut prefix = path;
        loop {
            if let Some(found) = self.0.get(prefix) {
                return Some(found.clone());
            }
            prefix = &prefix[..prefix.rfind('/')?];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read() {
        let check = |received: Option<&str>, expect: Option<i64>| {
            let header = Header { received: received.map(str::to_owned), ..Header::default() };
            assert_eq!(header.moment(Timestamp(5_000)).ok().map(|at| at.0), expect, "{received:?}");
        };
        check(None, Some(6_000));
        check(Some("+30s"), Some(35_000));
        check(Some("+0.5"), Some(5_500));
        check(Some("1970-01-01 08:00:07"), Some(7_000));
        check(Some("+soon"), None);
        check(Some("+-1s"), None);
        check(Some("yesterday"), None);
    }

    #[test]
    fn the_longest_registered_prefix_counts() {
        let header: Header = serde_json::from_str(
            r#"{"devices": [{"id": "a", "title": "A"}, {"id": "a/1", "settings": {"limit": 5}}]}"#,
        )
        .expect("a header");
        let manifest: Manifest = serde_json::from_str(
            r#"{"id":"x","department":"x","version":"1.0.0","contract":"1.0.0","roles":["decoder"]}"#,
        )
        .expect("a manifest");
        let registry = header.surroundings(&manifest).registry;
        assert_eq!(registry.device("a/2").expect("known").title, "A");
        assert_eq!(registry.device("a/1/7").expect("known").settings, r#"{"limit":5}"#);
        assert_eq!(registry.device("b"), None);
    }
}

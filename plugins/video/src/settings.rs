//! What the operator says of the platform and of single devices.

use serde::Deserialize;
use tocsin_sdk::{city, log};

/// The standard's 心跳 defaults: every minute, lost after three.
const KEEPALIVE_S: i64 = 60;
const KEEPALIVE_MISSES: i64 = 3;
const SUBSCRIBE_S: i64 = 3_600;

/// `settings` of a device in the city file.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Device {
    /// Instead of the realm's.
    pub password: Option<String>,
    /// Seconds between two of its keep-alives.
    pub keepalive_s: Option<i64>,
    /// `false`: it has no alarms to subscribe to.
    pub subscribe: Option<bool>,
}

impl Device {
    pub fn of(id: &str) -> Device {
        let Some(registration) = city::device(id) else { return Device::default() };
        registration.settings().unwrap_or_else(|| {
            log::warn(&format!("the settings of {} are not those of a camera", registration.id));
            Device::default()
        })
    }

    /// `None`: neither it nor the realm has one, so anyone may register.
    pub fn password(&self) -> Option<String> {
        self.password.clone().or_else(|| text("password"))
    }

    /// After so many milliseconds of silence it is lost.
    pub fn silence_ms(&self) -> i64 {
        let every = self.keepalive_s.filter(|every| (5..=86_400).contains(every));
        every.unwrap_or_else(|| city::whole("keepalive_s", KEEPALIVE_S, 5..=86_400))
            * city::whole("keepalive_misses", KEEPALIVE_MISSES, 1..=100)
            * 1_000
    }

    pub fn subscribes(&self) -> bool {
        self.subscribe.unwrap_or(true) && asked_s() > 0
    }
}

/// Seconds that a subscription is asked for, a minute at least.
pub fn subscribe_s() -> i64 {
    asked_s().max(60)
}

/// 0: nothing is subscribed to.
fn asked_s() -> i64 {
    city::whole("subscribe_s", SUBSCRIBE_S, 0..=86_400)
}

/// Whether an alarm of a device that has not registered is one.
pub fn takes_strangers() -> bool {
    text("strangers").is_none_or(|text| text != "refuse")
}

/// A setting that says something.
pub fn text(name: &str) -> Option<String> {
    city::setting(name).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

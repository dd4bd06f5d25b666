//! Limits and times: the operator's for all, a device's own before them.

use crate::modbus::map::Map;
use serde::Deserialize;
use tocsin_sdk::{city, log};

/// `settings` of a device in the city file.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Device {
    residual_ma: Option<f64>,
    temperature_c: Option<f64>,
    box_temperature_c: Option<f64>,
    current_a: Option<f64>,
    overvoltage_v: Option<f64>,
    undervoltage_v: Option<f64>,
    hold_s: Option<f64>,
    hysteresis: Option<f64>,
    recover_s: Option<f64>,
    flaps: Option<f64>,
    interval_s: Option<f64>,
    silent_intervals: Option<f64>,
    /// 1 or 3 phases are wired.
    phases: Option<u8>,
    pub modbus: Option<Map>,
}

/// What counts for one device.
#[derive(Clone, Debug)]
pub struct Limits {
    pub residual: f64,
    pub temperature: f64,
    pub box_temperature: f64,
    pub current: f64,
    pub overvoltage: f64,
    pub undervoltage: f64,
    pub hold_ms: i64,
    pub hysteresis: f64,
    pub recover_ms: i64,
    pub flaps: u32,
    pub silence_ms: i64,
    pub phases: u8,
}

impl Device {
    pub fn of(id: &str) -> Device {
        let Some(registration) = city::device(id) else { return Device::default() };
        registration.settings().unwrap_or_else(|| {
            log::warn(&format!("the settings of {} are not those of an electricity device", registration.id));
            Device::default()
        })
    }

    pub fn limits(&self) -> Limits {
        let number = |own: Option<f64>, name, default, least, most| match own {
            Some(own) if (least..=most).contains(&own) => own,
            _ => city::number(name, default, least..=most),
        };
        let millis = |seconds: f64| (seconds * 1_000.0) as i64;
        let interval = number(self.interval_s, "interval_s", 300.0, 1.0, 86_400.0);
        Limits {
            residual: number(self.residual_ma, "residual_ma", 300.0, 1.0, 30_000.0),
            temperature: number(self.temperature_c, "temperature_c", 70.0, 1.0, 200.0),
            box_temperature: number(self.box_temperature_c, "box_temperature_c", 60.0, 1.0, 200.0),
            current: number(self.current_a, "current_a", 0.0, 0.0, 2_000.0),
            overvoltage: number(self.overvoltage_v, "overvoltage_v", 264.0, 0.0, 1_000.0),
            undervoltage: number(self.undervoltage_v, "undervoltage_v", 176.0, 0.0, 1_000.0),
            hold_ms: millis(number(self.hold_s, "hold_s", 30.0, 0.0, 3_600.0)),
            hysteresis: number(self.hysteresis, "hysteresis", 0.9, 0.5, 1.0),
            recover_ms: millis(number(self.recover_s, "recover_s", 300.0, 0.0, 86_400.0)),
            flaps: number(self.flaps, "flaps", 5.0, 2.0, 1_000.0) as u32,
            silence_ms: millis(
                interval * number(self.silent_intervals, "silent_intervals", 3.0, 1.0, 1_000.0),
            ),
            phases: if self.phases == Some(1) { 1 } else { 3 },
        }
    }
}

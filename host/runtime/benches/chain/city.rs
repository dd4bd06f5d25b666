//! A city for measuring: one department, devices a kilometre apart, so that
//! every alarm is an incident of its own.

use tocsin_core::city::{City, Department, Device, Evidence, Hazard, Region};
use tocsin_core::signal::{Position, Severity};
use tocsin_sandbox::{Registration, Registry};

pub const DEVICES: u32 = 20_000;

/// The 12 digits under which a controller is registered.
pub fn device(number: u32) -> String {
    format!("{:012x}", source(number))
}

pub fn source(number: u32) -> u32 {
    0x0010_0000 + number
}

pub fn city() -> City {
    let code = "330791000000".to_owned();
    let position = |number: u32| Position {
        lon: 100.0 + f64::from(number % 200) * 0.01,
        lat: 20.0 + f64::from(number / 200) * 0.01,
    };
    City {
        code: code.clone(),
        name: "bench".into(),
        digest: "bench".into(),
        departments: vec![Department { id: "fire".into(), name: "fire".into(), heartbeat: None }],
        regions: vec![Region {
            code: code.clone(),
            name: "bench".into(),
            parent: String::new(),
            boundary: vec![],
        }],
        units: vec![],
        devices: (0..DEVICES)
            .map(|number| Device {
                id: device(number),
                department: "fire".into(),
                model: String::new(),
                title: format!("controller {number}"),
                unit: String::new(),
                region: code.clone(),
                position: Some(position(number)),
                aliases: vec![],
                heartbeat: None,
                settings: Default::default(),
            })
            .collect(),
        hazards: vec![Hazard {
            id: "fire".into(),
            name: "火灾".into(),
            opens: vec![Evidence { code: "fire.*".into(), weight: 0.6, radius_m: None, window_s: None }],
            supports: vec![],
            radius_m: 100.0,
            window_s: 600,
            alone: false,
            confirm_at: Some(0.9),
            severity: Severity::Severe,
        }],
        ..City::default()
    }
}

/// Decoders ask for settings; here there are none.
pub struct Empty;

impl Registry for Empty {
    fn device(&self, _path: &str) -> Option<Registration> {
        None
    }
}

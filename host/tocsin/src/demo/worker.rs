//! A grid worker's telephone: an event report in JSON, placed as Chinese maps place it.

use serde_json::json;
use tocsin_core::signal::Position;

/// Krasovsky 1940: semi-major axis in metres, and eccentricity squared.
const AXIS: f64 = 6_378_245.0;
const ECCENTRICITY: f64 = 0.006_693_421_622_965_943;

/// WGS-84 → GCJ-02, the shift of maps on telephones in China (some 500 m).
pub fn gcj02(at: Position) -> Position {
    use std::f64::consts::PI;
    let (x, y) = (at.lon - 105.0, at.lat - 35.0);
    let wave =
        |a: f64, b: f64, c: f64, d: f64, t: f64| (a * (t * PI).sin() + b * (t / c * PI).sin()) * 2.0 / d;
    let common = (20.0 * (6.0 * x * PI).sin() + 20.0 * (2.0 * x * PI).sin()) * 2.0 / 3.0;
    let north = -100.0
        + 2.0 * x
        + 3.0 * y
        + 0.2 * y * y
        + 0.1 * x * y
        + 0.2 * x.abs().sqrt()
        + common
        + wave(20.0, 40.0, 3.0, 3.0, y)
        + (160.0 * (y / 12.0 * PI).sin() + 320.0 * (y * PI / 30.0).sin()) * 2.0 / 3.0;
    let east = 300.0
        + x
        + 2.0 * y
        + 0.1 * x * x
        + 0.1 * x * y
        + 0.1 * x.abs().sqrt()
        + common
        + wave(20.0, 40.0, 3.0, 3.0, x)
        + (150.0 * (x / 12.0 * PI).sin() + 300.0 * (x / 30.0 * PI).sin()) * 2.0 / 3.0;
    let radians = at.lat.to_radians();
    let magic = 1.0 - ECCENTRICITY * radians.sin().powi(2);
    let root = magic.sqrt();
    Position {
        lon: at.lon + (east * 180.0) / (AXIS / root * radians.cos() * PI),
        lat: at.lat + (north * 180.0) / (AXIS * (1.0 - ECCENTRICITY) / (magic * root) * PI),
    }
}

/// One report of category `fire`.
pub fn report(number: u32, text: &str, place: Option<Position>, at: jiff::Timestamp) -> Vec<u8> {
    let position = place.map(gcj02).map(|at| json!({ "lon": at.lon, "lat": at.lat, "datum": "gcj02" }));
    let report = json!({
        "id": format!("demo-{number}"),
        "category": "fire",
        "text": text,
        "photo": format!("https://photo.example/qingshan/{number}.jpg"),
        "reporter": { "id": "wg-0712", "name": "王小燕", "phone": "138-0000-2012" },
        "time": at.to_string(),
        "position": position,
    });
    report.to_string().into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gcj02_shifts_as_maps_in_china_do() {
        // Tian'anmen, a pair that public converters agree on to the sixth decimal.
        let got = gcj02(Position { lon: 116.397_428, lat: 39.909_23 });
        assert!((got.lon - 116.403_67).abs() < 2e-5, "{got:?}");
        assert!((got.lat - 39.910_63).abs() < 2e-5, "{got:?}");
    }

    #[test]
    fn a_report_without_a_place_says_so() {
        let at = "2026-07-12T06:30:20Z".parse().expect("a time");
        let bytes = report(3, "冒烟", None, at);
        let value: serde_json::Value = serde_json::from_slice(&bytes).expect("JSON");
        assert!(value["position"].is_null());
        assert_eq!(value["category"], "fire");
    }
}

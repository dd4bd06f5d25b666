//! Positions in China: WGS-84 and the two datums that maps here are drawn in.
//!
//! A signal may carry any of them: the host converts by `position.datum`. These
//! functions are for plugins that compute distances or compare positions
//! themselves. All angles are degrees, all lengths metres.

use std::f64::consts::PI;

/// Krasovsky 1940, which GCJ-02's offsets are computed on.
const SEMI_MAJOR: f64 = 6_378_245.0;
const ECCENTRICITY_SQUARED: f64 = 0.006_693_421_622_965_943;
/// Baidu's own scale of an angle in its second offset.
const BAIDU: f64 = PI * 3_000.0 / 180.0;
/// Mean radius of the earth.
const EARTH: f64 = 6_371_008.8;

/// WGS-84 to GCJ-02, both `(lon, lat)`. Outside China they are the same.
pub fn wgs84_to_gcj02(lon: f64, lat: f64) -> (f64, f64) {
    if !in_china(lon, lat) {
        return (lon, lat);
    }
    let (x, y) = (lon - 105.0, lat - 35.0);
    let root = x.abs().sqrt();
    let shared = (20.0 * (6.0 * x * PI).sin() + 20.0 * (2.0 * x * PI).sin()) * 2.0 / 3.0;
    let north = -100.0
        + 2.0 * x
        + 3.0 * y
        + 0.2 * y * y
        + 0.1 * x * y
        + 0.2 * root
        + shared
        + (20.0 * (y * PI).sin() + 40.0 * (y / 3.0 * PI).sin()) * 2.0 / 3.0
        + (160.0 * (y / 12.0 * PI).sin() + 320.0 * (y * PI / 30.0).sin()) * 2.0 / 3.0;
    let east = 300.0
        + x
        + 2.0 * y
        + 0.1 * x * x
        + 0.1 * x * y
        + 0.1 * root
        + shared
        + (20.0 * (x * PI).sin() + 40.0 * (x / 3.0 * PI).sin()) * 2.0 / 3.0
        + (150.0 * (x / 12.0 * PI).sin() + 300.0 * (x / 30.0 * PI).sin()) * 2.0 / 3.0;
    let radians = lat.to_radians();
    let magic = 1.0 - ECCENTRICITY_SQUARED * radians.sin().powi(2);
    let meridian = SEMI_MAJOR * (1.0 - ECCENTRICITY_SQUARED) / (magic * magic.sqrt());
    let parallel = SEMI_MAJOR / magic.sqrt() * radians.cos();
    (lon + (east / parallel).to_degrees(), lat + (north / meridian).to_degrees())
}

/// GCJ-02 to WGS-84, both `(lon, lat)`, to well under a centimetre.
pub fn gcj02_to_wgs84(lon: f64, lat: f64) -> (f64, f64) {
    let mut guess = (lon, lat);
    // The offset changes by less than a thousandth of itself, so each round
    // gains about three digits; five leave nothing that a double can hold.
    for _ in 0..5 {
        let back = wgs84_to_gcj02(guess.0, guess.1);
        guess = (guess.0 + lon - back.0, guess.1 + lat - back.1);
    }
    guess
}

/// GCJ-02 to BD-09, both `(lon, lat)`.
pub fn gcj02_to_bd09(lon: f64, lat: f64) -> (f64, f64) {
    let radius = lon.hypot(lat) + 0.000_02 * (lat * BAIDU).sin();
    let angle = lat.atan2(lon) + 0.000_003 * (lon * BAIDU).cos();
    (radius * angle.cos() + 0.006_5, radius * angle.sin() + 0.006)
}

/// BD-09 to GCJ-02, both `(lon, lat)`, to under a metre: the inverse that
/// everybody uses.
pub fn bd09_to_gcj02(lon: f64, lat: f64) -> (f64, f64) {
    let (x, y) = (lon - 0.006_5, lat - 0.006);
    let radius = x.hypot(y) - 0.000_02 * (y * BAIDU).sin();
    let angle = y.atan2(x) - 0.000_003 * (x * BAIDU).cos();
    (radius * angle.cos(), radius * angle.sin())
}

/// BD-09 to WGS-84, both `(lon, lat)`.
pub fn bd09_to_wgs84(lon: f64, lat: f64) -> (f64, f64) {
    let (lon, lat) = bd09_to_gcj02(lon, lat);
    gcj02_to_wgs84(lon, lat)
}

/// Metres between two WGS-84 positions `(lon, lat)` along the earth.
pub fn distance(from: (f64, f64), to: (f64, f64)) -> f64 {
    let (from_lat, to_lat) = (from.1.to_radians(), to.1.to_radians());
    let (dlat, dlon) = ((to.1 - from.1).to_radians(), (to.0 - from.0).to_radians());
    let chord = (dlat / 2.0).sin().powi(2) + from_lat.cos() * to_lat.cos() * (dlon / 2.0).sin().powi(2);
    2.0 * EARTH * chord.sqrt().min(1.0).asin()
}

/// The rectangle in which GCJ-02 differs from WGS-84.
fn in_china(lon: f64, lat: f64) -> bool {
    (72.004..=137.8347).contains(&lon) && (0.8293..=55.8271).contains(&lat)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Within a metre of `expect`.
    fn check(got: (f64, f64), expect: (f64, f64)) {
        assert!(distance(got, expect) < 1.0, "{got:?} is {} m from {expect:?}", distance(got, expect));
    }

    #[test]
    fn known_points() {
        // The centre of Beijing, as public converters agree on it.
        check(wgs84_to_gcj02(116.404, 39.915), (116.410_244_499, 39.916_404_284));
        check(gcj02_to_wgs84(116.404, 39.915), (116.397_755_46, 39.913_594_98));
        check(gcj02_to_bd09(116.404, 39.915), (116.410_369_495, 39.921_336_993));
        check(bd09_to_gcj02(116.404, 39.915), (116.397_627_28, 39.908_656_739));
    }

    #[test]
    fn outside_china_nothing_moves() {
        assert_eq!(wgs84_to_gcj02(-73.97, 40.78), (-73.97, 40.78));
        assert_eq!(gcj02_to_wgs84(2.35, 48.86), (2.35, 48.86));
    }

    #[test]
    fn a_degree_of_latitude() {
        assert!((distance((120.0, 30.0), (120.0, 31.0)) - 111_195.0).abs() < 1.0);
    }

    proptest! {
        #[test]
        fn there_and_back(lon in 75.0..135.0f64, lat in 5.0..53.0f64) {
            let (east, north) = wgs84_to_gcj02(lon, lat);
            prop_assert!(distance(gcj02_to_wgs84(east, north), (lon, lat)) < 0.01);
            let (east, north) = gcj02_to_bd09(lon, lat);
            prop_assert!(distance(bd09_to_gcj02(east, north), (lon, lat)) < 1.0);
        }

        #[test]
        fn nothing_panics(lon in any::<f64>(), lat in any::<f64>()) {
            let _ = (bd09_to_wgs84(lon, lat), gcj02_to_bd09(lon, lat), distance((lon, lat), (lat, lon)));
        }
    }
}

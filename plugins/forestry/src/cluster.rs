//! Hot spots that are one place: each within reach of one that was seen before it.

use serde::{Deserialize, Serialize};
use tocsin_sdk::{Timestamp, city, datum, memory};

/// Room key of the hot spots that are remembered.
const SPOTS: &str = "spots";
/// Between two passes of the polar satellites.
const WINDOW_MS: i64 = 3 * 3_600_000;
/// More than burn in one county at once; the oldest go first.
const KEPT: usize = 64;

#[derive(Clone, Deserialize, Serialize)]
pub struct Spot {
    at: Timestamp,
    /// WGS-84.
    lon: f64,
    lat: f64,
    /// Of the place it belongs to.
    cluster: String,
}

/// The place that a hot spot belongs to.
pub struct Cluster {
    pub id: String,
    /// With this one.
    pub spots: usize,
    /// From this one to the farthest.
    pub span_m: i64,
}

impl Spot {
    /// Named by its own id, or by where and when it was first seen.
    pub fn new(at: Timestamp, (lon, lat): (f64, f64), id: Option<&str>) -> Spot {
        let cluster = match id {
            Some(id) => id.to_owned(),
            None => format!("hs-{}-{lon:.3}-{lat:.3}", at.div_euclid(1_000)),
        };
        Spot { at, lon, lat, cluster }
    }

    fn metres(&self, other: &Spot) -> f64 {
        datum::distance((self.lon, self.lat), (other.lon, other.lat))
    }

    fn is(&self, other: &Spot) -> bool {
        self.at == other.at && self.metres(other) < 1.0
    }
}

/// Puts a hot spot with those it belongs to. The same one again is not one more.
pub fn join(mut spot: Spot) -> Cluster {
    let reach = city::number("cluster_m", 1_000.0, 1.0..=100_000.0);
    let mut spots: Vec<Spot> = memory::load(SPOTS).unwrap_or_default();
    let near = |known: &&Spot| (known.at - spot.at).abs() <= WINDOW_MS && known.metres(&spot) <= reach;
    let nearest = spots.iter().filter(near).min_by(|a, b| a.metres(&spot).total_cmp(&b.metres(&spot)));
    if let Some(known) = nearest {
        spot.cluster.clone_from(&known.cluster);
    }
    if !spots.iter().any(|known| known.is(&spot)) {
        let newest = spots.iter().map(|spot| spot.at).max().unwrap_or(spot.at).max(spot.at);
        spots.retain(|known| newest - known.at <= WINDOW_MS);
        spots.push(spot.clone());
        let over = spots.len().saturating_sub(KEPT);
        spots.drain(..over);
        memory::save(SPOTS, &spots);
    }
    let mates: Vec<&Spot> = spots.iter().filter(|known| known.cluster == spot.cluster).collect();
    let span = mates.iter().map(|mate| mate.metres(&spot)).fold(0.0, f64::max);
    Cluster { spots: mates.len().max(1), span_m: span.round() as i64, id: spot.cluster }
}

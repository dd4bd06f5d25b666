//! Points and rings on the map, as far as checking a city needs them.

use tocsin_core::signal::Position;

/// Why a position cannot be one; `None` is fine.
pub fn fault([lon, lat]: [f64; 2]) -> Option<&'static str> {
    if !lon.is_finite() || !lat.is_finite() {
        return Some("not a finite number");
    }
    // The classic swap: a Chinese longitude does not fit into a latitude.
    if (-90.0..=90.0).contains(&lon) && (90.0..=180.0).contains(&lat.abs()) {
        return Some("lon and lat look swapped");
    }
    ((lon.abs() > 180.0) || (lat.abs() > 90.0)).then_some("lon is -180..=180 and lat -90..=90")
}

/// Even-odd rule on a closed ring.
pub fn contains(ring: &[[f64; 2]], at: Position) -> bool {
    let crosses = |pair: &&[[f64; 2]]| {
        let ([x1, y1], [x2, y2]) = (pair[0], pair[1]);
        (y1 > at.lat) != (y2 > at.lat) && at.lon < (x2 - x1) * (at.lat - y1) / (y2 - y1) + x1
    };
    ring.windows(2).filter(crosses).count() % 2 == 1
}

/// The first two edges (by their start) that cross each other, if any.
pub fn self_crossing(ring: &[[f64; 2]]) -> Option<(usize, usize)> {
    let edges: Vec<_> = ring.windows(2).map(|pair| (pair[0], pair[1])).collect();
    let pairs = (0..edges.len()).flat_map(|i| (i + 2..edges.len()).map(move |j| (i, j)));
    pairs.filter(|(i, j)| !(*i == 0 && *j == edges.len() - 1)).find(|(i, j)| cross(edges[*i], edges[*j]))
}

type Edge = ([f64; 2], [f64; 2]);

fn cross((a, b): Edge, (c, d): Edge) -> bool {
    side(a, b, c) * side(a, b, d) < 0.0 && side(c, d, a) * side(c, d, b) < 0.0
}

/// On which side of the line a→b the point c lies.
fn side(a: [f64; 2], b: [f64; 2], c: [f64; 2]) -> f64 {
    ((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])).signum()
}

//! 行政区划: which township a point lies in, and what holds it.

use crate::city::Region;
use crate::signal::Position;
use std::collections::HashMap;

/// What people leave out of a region's name.
const KINDS: [&str; 8] = ["镇", "乡", "街道", "街道办事处", "村", "社区", "市", "县"];
/// More levels than any administrative tree has; a loop in the data ends here.
const MAX_DEPTH: usize = 8;

/// The city's regions, prepared for lookups.
pub struct Regions {
    regions: Vec<Region>,
    by_code: HashMap<String, usize>,
    /// `[west, south, east, north]` of each drawn boundary.
    boxes: Vec<Option<[f64; 4]>>,
}

impl Regions {
    pub fn new(regions: &[Region]) -> Regions {
        let mut by_code = HashMap::new();
        for (place, region) in regions.iter().enumerate() {
            by_code.entry(region.code.clone()).or_insert(place);
        }
        let boxes = regions.iter().map(|region| bounds(&region.boundary)).collect();
        Regions { regions: regions.to_vec(), by_code, boxes }
    }

    pub fn get(&self, code: &str) -> Option<&Region> {
        self.by_code.get(code).map(|place| &self.regions[*place])
    }

    /// The region of a code; a village that the city does not list is its township's.
    pub fn listed(&self, code: &str) -> Option<&Region> {
        self.get(code).or_else(|| self.get(&format!("{}000", code.get(..9)?)))
    }

    /// `青溪镇`, or with what it belongs to before it, or without its last word.
    pub fn named(&self, name: &str) -> Option<&Region> {
        let named = self.regions.iter().filter(|region| !region.name.is_empty());
        let whole = named.clone().filter(|region| name.ends_with(region.name.as_str()));
        let whole = whole.max_by_key(|region| region.name.len());
        whole.or_else(|| {
            let is_front = |region: &&Region| {
                let last = region.name.strip_prefix(name).filter(|_| name.chars().count() > 1);
                last.is_some_and(|last| KINDS.contains(&last))
            };
            let mut fronts = named.filter(is_front);
            // Two of one name are none.
            fronts.next().filter(|_| fronts.next().is_none())
        })
    }

    pub fn codes(&self) -> impl Iterator<Item = &str> {
        self.regions.iter().map(|region| region.code.as_str())
    }

    /// The deepest drawn region that holds the point; of several equally deep
    /// ones (a point on a shared border) the first by code.
    pub fn at(&self, position: Position) -> Option<&Region> {
        let holds = |place: &usize| {
            self.boxes[*place].is_some_and(|[west, south, east, north]| {
                (west..=east).contains(&position.lon)
                    && (south..=north).contains(&position.lat)
                    && contains(&self.regions[*place].boundary, position)
            })
        };
        (0..self.regions.len())
            .filter(holds)
            .map(|place| &self.regions[place])
            .min_by_key(|region| (usize::MAX - self.chain(&region.code).len(), region.code.clone()))
    }

    /// The region and what holds it, innermost first.
    pub fn chain(&self, code: &str) -> Vec<&Region> {
        let mut chain = Vec::new();
        let mut next = self.get(code);
        while let Some(region) = next {
            chain.push(region);
            if chain.len() == MAX_DEPTH || region.parent.is_empty() {
                break;
            }
            next = self.get(&region.parent);
        }
        chain
    }
}

fn bounds(ring: &[[f64; 2]]) -> Option<[f64; 4]> {
    if ring.len() < 3 {
        return None;
    }
    Some(
        ring.iter()
            .fold([f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY], |b, [lon, lat]| {
                [b[0].min(*lon), b[1].min(*lat), b[2].max(*lon), b[3].max(*lat)]
            }),
    )
}

/// Even-odd rule over a ring; whether its last point repeats the first does not matter.
pub fn contains(ring: &[[f64; 2]], point: Position) -> bool {
    let mut inside = false;
    let mut before = match ring.last() {
        Some(last) => *last,
        None => return false,
    };
    for &corner in ring {
        let ([x1, y1], [x2, y2]) = (before, corner);
        if (y1 > point.lat) != (y2 > point.lat) && point.lon < (x2 - x1) * (point.lat - y1) / (y2 - y1) + x1 {
            inside = !inside;
        }
        before = corner;
    }
    inside
}

#[cfg(test)]
mod tests {
    use super::*;

    fn region(code: &str, parent: &str, boundary: &[[f64; 2]]) -> Region {
        Region {
            code: code.into(),
            name: format!("区{code}"),
            parent: parent.into(),
            boundary: boundary.to_vec(),
        }
    }

    #[test]
    fn by_code_and_by_name() {
        let named = |code: &str, name: &str| Region { name: name.into(), ..region(code, "", &[]) };
        let regions = Regions::new(&[
            named("330791000000", "青山市"),
            named("330791105000", "石湖镇"),
            named("330791106000", "石湖街道"),
            named("330791107000", "青溪镇"),
        ]);
        let code = |region: Option<&Region>| region.map(|region| region.code.clone()).unwrap_or_default();
        for (name, expect) in [
            ("石湖镇", "330791105000"),
            ("青山市石湖镇", "330791105000"),
            ("青溪", "330791107000"),
            ("石湖", ""),
            ("镇", ""),
            ("", ""),
            ("青", ""),
        ] {
            assert_eq!(code(regions.named(name)), expect, "{name}");
        }
        for (stated, expect) in [
            ("330791105203", "330791105000"),
            ("330791105000", "330791105000"),
            ("330792105203", ""),
            ("", ""),
            ("青山市石湖", ""),
        ] {
            assert_eq!(code(regions.listed(stated)), expect, "{stated}");
        }
    }

    fn check(lon: f64, lat: f64, expect: Option<&str>) {
        let l = [[0.0, 0.0], [2.0, 0.0], [2.0, 1.0], [1.0, 1.0], [1.0, 2.0], [0.0, 2.0], [0.0, 0.0]];
        let square = [[2.0, 0.0], [3.0, 0.0], [3.0, 1.0], [2.0, 1.0]];
        let all = [[-1.0, -1.0], [4.0, -1.0], [4.0, 4.0], [-1.0, 4.0]];
        let regions = Regions::new(&[
            region("1", "", &all),
            region("11", "1", &l),
            region("12", "1", &square),
            region("13", "1", &[]),
        ]);
        assert_eq!(regions.at(Position { lon, lat }).map(|r| r.code.as_str()), expect, "at {lon} {lat}");
    }

    #[test]
    fn a_point_lies_in_the_deepest_region_that_holds_it() {
        check(0.5, 0.5, Some("11"));
        check(0.5, 1.5, Some("11"));
        check(1.5, 1.5, Some("1"));
        check(2.5, 0.5, Some("12"));
        check(9.0, 9.0, None);
        check(f64::NAN, 0.5, None);
    }

    #[test]
    fn a_loop_of_parents_ends() {
        let regions = Regions::new(&[region("1", "2", &[]), region("2", "1", &[])]);
        assert_eq!(regions.chain("1").len(), MAX_DEPTH);
    }
}

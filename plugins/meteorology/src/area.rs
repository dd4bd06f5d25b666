//! Areas: 12-digit codes, names, polygons and circles.

/// A message for a province names each township once.
pub const AREAS_MAX: usize = 512;
/// Points of all polygons: a coast line at the scale of a county.
pub const POINTS_MAX: usize = 400;
/// CAP's free text; the longest seen has 280.
const NAME_CHARS_MAX: usize = 400;
/// Names of what is drawn: a message for a province draws each county once.
const DRAWN_MAX: usize = 64;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Area {
    /// 12 digits, or empty where only the name is known.
    pub code: String,
    pub name: String,
}

/// Everything that a message says of where.
#[derive(Debug, Default)]
pub struct Areas {
    pub list: Vec<Area>,
    /// What is given by shapes alone, by name.
    pub drawn: Vec<String>,
    /// Rings of `(lon, lat)`.
    pub polygons: Vec<Vec<(f64, f64)>>,
    /// `(lon, lat, kilometres)`.
    pub circles: Vec<(f64, f64, f64)>,
    /// What could not be read.
    pub defects: Vec<String>,
}

impl Areas {
    pub fn is_empty(&self) -> bool {
        self.list.is_empty() && self.polygons.is_empty() && self.circles.is_empty()
    }

    /// One `area` with comma lists of codes and names, as the national format has them.
    pub fn lists(&mut self, codes: &str, names: &str) {
        let marks = [',', '，', ';', '；', '、', ' ', '\n', '\t'];
        let parts = |text| -> Vec<&str> {
            str::split(text, marks).map(str::trim).filter(|part| !part.is_empty()).collect()
        };
        let (codes, names) = (parts(codes), parts(names));
        let paired = codes.len() == names.len();
        if codes.is_empty() {
            names.iter().for_each(|name| self.add("", name));
        }
        let whole = names.join(",");
        for (place, code) in codes.iter().enumerate() {
            let name = match names.get(place) {
                Some(name) if paired => *name,
                _ if codes.len() == 1 => whole.as_str(),
                _ => "",
            };
            match padded(code) {
                Some(code) => self.add(&code, name),
                None => {
                    self.defects.push(format!("geocode {} is no region code", short(code)));
                    if !name.is_empty() {
                        self.add("", name);
                    }
                }
            }
        }
        if !paired && !codes.is_empty() && !names.is_empty() && codes.len() > 1 {
            self.defects.push(format!("areaDesc has {} names for {} codes", names.len(), codes.len()));
        }
    }

    /// The same code twice is one area; the first name stays.
    pub fn add(&mut self, code: &str, name: &str) {
        let known = self.list.iter().position(|area| match code {
            "" => area.code.is_empty() && area.name == name,
            code => area.code == code,
        });
        match known {
            Some(place) if self.list[place].name.is_empty() => self.list[place].name = self.cut(name),
            Some(_) => {}
            None if self.list.len() < AREAS_MAX => {
                let name = self.cut(name);
                self.list.push(Area { code: code.to_owned(), name });
            }
            None => self.once(format!("more than {AREAS_MAX} areas; the rest is left out")),
        }
    }

    /// The name of what shapes give: no place, or the shapes would not count.
    pub fn draw(&mut self, name: &str) {
        let name = self.cut(name);
        match () {
            () if name.is_empty() || self.drawn.contains(&name) => {}
            () if self.drawn.len() < DRAWN_MAX => self.drawn.push(name),
            () => self.once(format!("more than {DRAWN_MAX} names of shapes; the rest is left out")),
        }
    }

    /// The host goes by places alone where there are any: beside them a drawn area
    /// counts by its name.
    pub fn settle(&mut self) {
        if !self.list.is_empty() {
            std::mem::take(&mut self.drawn).iter().for_each(|name| self.add("", name));
        }
    }

    fn cut(&mut self, name: &str) -> String {
        let cut = front(name, NAME_CHARS_MAX);
        if cut.len() < name.len() {
            self.once(format!("areaDesc {} was cut to {NAME_CHARS_MAX} characters", short(name)));
        }
        cut.to_owned()
    }

    fn once(&mut self, defect: String) {
        if !self.defects.contains(&defect) {
            self.defects.push(defect);
        }
    }

    /// `lat,lon lat,lon …`, closed, as CAP writes it. Answers whether it could be
    /// read, also where there was no room for it.
    pub fn polygon(&mut self, text: &str) -> bool {
        let text = &*pairs(text);
        let ring = |read: fn(&str) -> Option<(f64, f64)>| -> Option<Vec<(f64, f64)>> {
            let ring: Option<Vec<_>> = text.split_whitespace().map(read).collect();
            ring.filter(|ring| ring.len() >= 3)
        };
        let swapped = || {
            let ring = ring(turned)?;
            Some((ring, "polygon is written lon,lat; CAP has lat,lon"))
        };
        let read = ring(point).map(|ring| (ring, "")).or_else(swapped);
        let Some((mut ring, odd)) = read else {
            self.defects.push(format!("polygon {} is no list of lat,lon pairs", short(text)));
            return false;
        };
        if !odd.is_empty() {
            self.defects.push(odd.to_owned());
        }
        if ring.first() != ring.last() {
            self.defects.push("polygon is not closed; it was".to_owned());
            ring.push(ring[0]);
        }
        let taken: usize = self.polygons.iter().map(Vec::len).sum();
        if taken + ring.len() > POINTS_MAX {
            // Every n-th point: coarser, but around the same place.
            let room = POINTS_MAX.saturating_sub(taken);
            if room < 8 {
                self.defects.push(format!("more than {POINTS_MAX} points; a polygon is left out"));
                return true;
            }
            let step = ring.len().div_ceil(room - 1);
            let last = ring[ring.len() - 1];
            ring = ring.into_iter().step_by(step).collect();
            if ring.last() != Some(&last) {
                ring.push(last);
            }
            self.defects.push(format!("more than {POINTS_MAX} points; a polygon was made coarser"));
        }
        if ring.len() < 4 {
            self.defects.push("polygon has no area".to_owned());
            return false;
        }
        self.polygons.push(ring);
        true
    }

    /// `lat,lon radius`, in kilometres. Answers whether it could be read.
    pub fn circle(&mut self, text: &str) -> bool {
        let text = &*pairs(text);
        let read = || {
            let (centre, radius) = text.trim().split_once(char::is_whitespace)?;
            let radius: f64 = radius.trim().parse().ok().filter(|km| (0.0..=20_000.0).contains(km))?;
            let (lon, lat) = point(centre)?;
            Some((lon, lat, radius))
        };
        let circle = read();
        match circle {
            Some(circle) if self.circles.len() < 16 => self.circles.push(circle),
            Some(_) => self.defects.push("more than 16 circles; one is left out".to_owned()),
            None => self.defects.push(format!("circle {} is no lat,lon and radius", short(text))),
        }
        circle.is_some()
    }
}

/// Without the blanks around commas that the standard does not have.
fn pairs(text: &str) -> String {
    text.split(',').map(str::trim).collect::<Vec<_>>().join(",")
}

/// A pair as CAP writes it, turned to `(lon, lat)`.
fn point(text: &str) -> Option<(f64, f64)> {
    let (lat, lon) = text.split_once(',')?;
    let number = |text: &str, most: f64| text.trim().parse().ok().filter(|n: &f64| n.abs() <= most);
    Some((number(lon, 180.0)?, number(lat, 90.0)?))
}

/// The classic slip: a pair that is no place until it is turned.
fn turned(text: &str) -> Option<(f64, f64)> {
    let (lon, lat) = text.split_once(',')?;
    let (lon, lat) = (lon.trim().parse().ok()?, lat.trim().parse().ok()?);
    ((73.0..=136.0).contains(&lon) && (0.0..=54.0).contains(&lat)).then_some((lon, lat))
}

/// A code of 6, 9 or 12 digits as one of 12.
pub fn padded(code: &str) -> Option<String> {
    let is_code = matches!(code.len(), 6 | 9 | 12)
        && code.bytes().all(|byte| byte.is_ascii_digit())
        // GB/T 2260: provinces are 11 to 82.
        && (11..=82).contains(&code[..2].parse::<u8>().unwrap_or(0));
    is_code.then(|| format!("{code:0<12}"))
}

pub fn short(text: &str) -> String {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(40).collect();
    format!("{line:?}")
}

/// At most so many characters.
pub fn front(text: &str, chars: usize) -> &str {
    // A character has a byte or more.
    match text.len() > chars {
        true => text.char_indices().nth(chars).map_or(text, |(end, _)| &text[..end]),
        false => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(areas: &Areas) -> Vec<String> {
        areas.list.iter().map(|area| format!("{}{}", area.code, area.name)).collect()
    }

    #[test]
    fn lists_of_codes() {
        let check = |codes: &str, names: &str, expect: &[&str], defects: usize| {
            let mut areas = Areas::default();
            areas.lists(codes, names);
            assert_eq!(
                (shown(&areas), areas.defects.len()),
                (expect.iter().map(|s| (*s).to_owned()).collect(), defects),
                "{codes}: {:?}",
                areas.defects
            );
        };
        check("330781101000,330781002000", "甲镇,乙街道", &["330781101000甲镇", "330781002000乙街道"], 0);
        check("330781101000，330781002000", "甲镇、乙街道", &["330781101000甲镇", "330781002000乙街道"], 0);
        check("330781", "某市", &["330781000000某市"], 0);
        check("330781101", "", &["330781101000"], 0);
        check("330781101000", "甲镇,东部", &["330781101000甲镇,东部"], 0);
        check("330781101000,330781101000", "甲镇,甲镇", &["330781101000甲镇"], 0);
        check("33078110100x,330781002000", "甲镇,乙街道", &["甲镇", "330781002000乙街道"], 1);
        check("", "甲镇,乙街道", &["甲镇", "乙街道"], 0);
        check("006109", "", &[], 1);
        check("330781101000,330781002000", "甲镇", &["330781101000", "330781002000"], 1);
        check("", "", &[], 0);
    }

    #[test]
    fn shapes_are_turned_to_lon_lat() {
        let mut areas = Areas::default();
        areas.polygon("29.0,120.0 29.0,120.5 29.4,120.5 29.0,120.0");
        assert_eq!(areas.polygons, [[(120.0, 29.0), (120.5, 29.0), (120.5, 29.4), (120.0, 29.0)]]);
        areas.polygon("29.0,120.0 29.0,120.5 29.4,120.5");
        assert_eq!((areas.polygons.len(), areas.defects.len()), (2, 1));
        areas.polygon("120.0,29.0 120.5,29.0 120.5,29.4 120.0,29.0");
        areas.polygon("x");
        areas.circle("29.1,120.2 15.5");
        areas.circle("29.1,120.2");
        assert_eq!(areas.polygons[2][0], (120.0, 29.0));
        assert_eq!((areas.polygons.len(), areas.circles.as_slice()), (3, &[(120.2, 29.1, 15.5)][..]));
        assert_eq!(areas.defects.len(), 4, "{:?}", areas.defects);
        let long: Vec<String> = (0..5_000).map(|i| format!("29.{i:04},120.{i:04}")).collect();
        areas.polygon(&long.join(" "));
        assert!(areas.polygons.iter().map(Vec::len).sum::<usize>() <= POINTS_MAX + 2);
    }
}

//! Where a record says it is, in one of many shapes and three datums.

use super::{Field, Fields, Refusal, number, shown, text};
use crate::{Datum, Position, city};
use serde_json::Value;

/// What a position is called that stands in one field.
pub const POSITION: super::Name =
    &["position", "location", "point", "coordinates", "geometry", "位置", "坐标"];
const LON: super::Name = &["lon", "lng", "longitude", "long", "x", "经度"];
const LAT: super::Name = &["lat", "latitude", "y", "纬度"];
const DATUM: super::Name = &["datum", "crs", "coordType", "coord_type", "coordinateSystem", "坐标系"];

/// `wgs84`, `WGS-84`, `GCJ02`, `gcj_02`, `bd-09`, `EPSG:4326`, ...
pub fn datum(name: &str) -> Option<Datum> {
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    match plain.to_ascii_lowercase().as_str() {
        "wgs84" | "wgs" | "gps" | "epsg4326" | "4326" | "cgcs2000" | "urnogcdefcrsogc13crs84" | "crs84" => {
            Some(Datum::Wgs84)
        }
        "gcj02" | "gcj" | "amap" | "gaode" | "tencent" => Some(Datum::Gcj02),
        "bd09" | "bd09ll" | "baidu" => Some(Datum::Bd09),
        _ => None,
    }
}

impl Fields {
    /// The position; what is there but cannot be one is a refusal. Without a datum
    /// of its own it is in that of the plugin's setting `datum`, else in `default`.
    pub fn position(&mut self, default: Datum) -> Result<Option<Position>, Refusal> {
        let named = self.take(DATUM);
        let (name, lon, lat, inner) = match self.take(POSITION) {
            Some(field) => match pair(field)? {
                Some(pair) => pair,
                None => return Ok(None),
            },
            None => match (self.take(LON), self.take(LAT)) {
                (None, None) => return Ok(None),
                (Some(lon), Some(lat)) => ("position".to_owned(), lon.value, lat.value, None),
                (Some(lone), None) => return Err(half(&lone.name, "latitude")),
                (None, Some(lone)) => return Err(half(&lone.name, "longitude")),
            },
        };
        let lon = degrees(&format!("{name}.lon"), &lon)?;
        let lat = degrees(&format!("{name}.lat"), &lat)?;
        check(&name, lon, lat)?;
        if lon == 0.0 && lat == 0.0 {
            self.defects.push(format!("{name}: 0, 0 is what a telephone without a fix says; left out"));
            return Ok(None);
        }
        let datum = match inner.or(named) {
            None => city::setting("datum").and_then(|name| datum(&name)).unwrap_or(default),
            Some(field) => field.text().and_then(|name| datum(&name)).ok_or_else(|| {
                Refusal::malformed(
                    &field.name,
                    format!("{} is none of wgs84, gcj02, bd09", shown(&field.value)),
                )
            })?,
        };
        Ok(Some(Position { lon, lat, datum }))
    }
}

impl Fields {
    /// The same of what must be told wherever it is: what cannot be a position is a
    /// defect, and the place that is registered counts.
    pub fn position_or_none(&mut self, default: Datum) -> Option<Position> {
        self.position(default).unwrap_or_else(|refusal| {
            self.defects.push(refusal.sentence());
            None
        })
    }
}

/// Names under which a position may stand: every plugin knows them.
pub(super) const PLACE: &[super::Name] = &[POSITION, LON, LAT, DATUM];

type Pair = (String, Value, Value, Option<Field>);

/// `None` for an object whose parts are all empty, as forms send it without a fix.
fn pair(Field { name, value }: Field) -> Result<Option<Pair>, Refusal> {
    match value {
        Value::Object(map) => {
            let mut inside = Fields::new(map);
            let datum = inside.take(DATUM);
            if let Some(list) = inside.take(&["coordinates"]) {
                let flat = pair(Field { name, value: list.value })?;
                return Ok(flat.map(|(name, lon, lat, _)| (name, lon, lat, datum)));
            }
            match (inside.take(LON), inside.take(LAT)) {
                (Some(lon), Some(lat)) => Ok(Some((name, lon.value, lat.value, datum))),
                (None, None) if inside.unread().is_empty() => Ok(None),
                _ => Err(Refusal::malformed(&name, "an object needs lon and lat".to_owned())),
            }
        }
        // A third number is the height above the ellipsoid.
        Value::Array(list) => match &list[..] {
            [lon, lat] | [lon, lat, _] => Ok(Some((name, lon.clone(), lat.clone(), None))),
            _ => Err(Refusal::malformed(&name, format!("[lon, lat] is 2 numbers, not {}", list.len()))),
        },
        Value::String(text) => match text.split_once([',', ',', ' ', ';']) {
            Some((lon, lat)) => Ok(Some((name, lon.into(), lat.into(), None))),
            None => Err(Refusal::malformed(&name, format!("{} is not \"lon,lat\"", shown(text)))),
        },
        other => Err(Refusal::malformed(&name, format!("{} is no position", shown(other)))),
    }
}

fn degrees(name: &str, value: &Value) -> Result<f64, Refusal> {
    number(value).ok_or_else(|| {
        let written = text(value).unwrap_or_else(|| value.to_string());
        Refusal::malformed(name, format!("{} is not a number of degrees", shown(written)))
    })
}

fn check(name: &str, lon: f64, lat: f64) -> Result<(), Refusal> {
    if lat.abs() <= 90.0 && lon.abs() <= 180.0 {
        return Ok(());
    }
    let swapped = lon.abs() <= 90.0 && lat.abs() <= 180.0;
    let hint = if swapped { "; lon and lat look swapped" } else { "" };
    Err(Refusal::implausible(name, format!("{lon}, {lat} is not on the earth{hint}")))
}

fn half(name: &str, other: &str) -> Refusal {
    Refusal::malformed(name, format!("there is no {other} beside it"))
}

//! NGSI-LD entities of the smart data models, for city platforms that keep context
//! (ETSI GS CIM 009): attributes are properties, places are GeoJSON, times are UTC.

use crate::signal::{Position, Severity};
use crate::time::Timestamp;
use serde_json::{Map, Value, json};

const CORE: &str = "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context.jsonld";

pub(crate) struct Entity(Map<String, Value>);

impl Entity {
    pub(crate) fn new(kind: &str, id: &str) -> Entity {
        let head = json!({ "id": format!("urn:ngsi-ld:{kind}:{id}"), "type": kind });
        Entity(head.as_object().cloned().unwrap_or_default())
    }

    /// Empty texts and missing values are no attributes.
    pub(crate) fn property(&mut self, name: &str, value: impl Into<Value>) {
        let value = value.into();
        if !value.is_null() && value != "" {
            self.0.insert(name.into(), json!({ "type": "Property", "value": value }));
        }
    }

    pub(crate) fn time(&mut self, name: &str, at: Option<Timestamp>) {
        if let Some(text) = at.and_then(utc) {
            self.property(name, json!({ "@type": "DateTime", "@value": text }));
        }
    }

    pub(crate) fn point(&mut self, name: &str, at: Option<Position>) {
        if let Some(at) = at {
            self.geometry(name, json!({ "type": "Point", "coordinates": [at.lon, at.lat] }));
        }
    }

    pub(crate) fn geometry(&mut self, name: &str, geometry: Value) {
        self.0.insert(name.into(), json!({ "type": "GeoProperty", "value": geometry }));
    }

    /// `model`: the data model's context.
    pub(crate) fn finish(mut self, model: &str) -> Value {
        let model =
            format!("https://raw.githubusercontent.com/smart-data-models/{model}/master/context.jsonld");
        self.0.insert("@context".into(), json!([CORE, model]));
        Value::Object(self.0)
    }
}

/// The five words of `severity` in those models.
pub(crate) fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Unknown => "informational",
        Severity::Minor => "low",
        Severity::Moderate => "medium",
        Severity::Severe => "high",
        Severity::Extreme => "critical",
    }
}

fn utc(at: Timestamp) -> Option<String> {
    let at = jiff::Timestamp::from_millisecond(at.0).ok()?;
    Some(at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string())
}

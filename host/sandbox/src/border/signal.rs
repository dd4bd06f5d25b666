//! A guest's signal, as the host will keep it.

use super::*;
use tocsin_core::signal::{Certainty, Kind, Severity, Signal, Urgency};

/// A code that was empty: kept, counted, and matched by no rule.
const NO_CODE: &str = "unknown";

/// Never fails: what cannot stand is dropped or mended and noted.
pub(super) fn signal(given: types::Signal, index: usize, device: &str, defects: &mut Defects) -> Signal {
    let mut note = |field: &str, why: &str| defects.note(format!("signal {index}: `{field}` {why}"));

    let code = if given.code.is_empty() {
        note("code", "is empty");
        NO_CODE.to_owned()
    } else {
        mend(given.code, "code", CODE_BYTES, &mut note)
    };
    let path = if given.device.is_empty() {
        device.to_owned()
    } else if text::is_clean(&given.device, DEVICE_BYTES) {
        given.device
    } else {
        note("device", &format!("was dropped: `{}` is no device path", line(&given.device, 80)));
        device.to_owned()
    };
    let observed = given.observed.map(Timestamp).filter(|at| {
        is_time(*at) || {
            note("observed", &format!("was dropped: {} ms is before 1970 or after 2200", at.0));
            false
        }
    });
    let position = given.position.and_then(|at| {
        let place = position::wgs84(at);
        if place.is_none() {
            note("position", &format!("was dropped: {}, {} is no place", at.lon, at.lat));
        }
        place
    });
    let region = if is_region(&given.region) {
        given.region
    } else {
        note("region", &format!("was dropped: `{}` is not 12 digits", line(&given.region, 40)));
        String::new()
    };
    let value = given.value.filter(|value| {
        value.is_finite() || {
            note("value", &format!("was dropped: {value} is no number"));
            false
        }
    });
    // A unit without a value says nothing, and where the value was dropped so was its unit.
    let unit = match value {
        Some(_) => mend(given.unit, "unit", UNIT_BYTES, &mut note),
        None => String::new(),
    };
    let reference = mend(given.reference, "reference", REFERENCE_BYTES, &mut note);
    let title = mend(given.title, "title", TITLE_BYTES, &mut note);
    let data = json::object(given.data, DATA_BYTES).unwrap_or_else(|why| {
        note("data", &format!("was dropped: {why}"));
        String::new()
    });
    Signal {
        kind: kind(given.kind),
        code,
        device: path,
        urgency: urgency(given.urgency),
        severity: severity(given.severity),
        certainty: certainty(given.certainty),
        observed,
        position,
        region,
        value,
        unit,
        reference,
        title,
        data,
    }
}

fn mend(text: String, field: &str, most: usize, note: &mut impl FnMut(&str, &str)) -> String {
    if text::is_clean(&text, most) {
        return text;
    }
    if text.len() > most {
        note(field, &format!("has {} bytes; {most} are kept", text.len()));
    } else {
        note(field, "has control characters; they are escaped");
    }
    line(&text, most)
}

fn is_region(region: &str) -> bool {
    region.is_empty() || region.len() == 12 && region.bytes().all(|byte| byte.is_ascii_digit())
}

/// An `other` that spells a known word is that word: in JSON they look the same.
fn kind(kind: types::Kind) -> Kind {
    match kind {
        types::Kind::Alarm => Kind::Alarm,
        types::Kind::Fault => Kind::Fault,
        types::Kind::Reading => Kind::Reading,
        types::Kind::Warning => Kind::Warning,
        types::Kind::Report => Kind::Report,
        types::Kind::Status => Kind::Status,
        types::Kind::Recovery => Kind::Recovery,
        types::Kind::Device => Kind::Device,
        types::Kind::Progress => Kind::Progress,
        types::Kind::Other(word) => match word.as_str() {
            "alarm" => Kind::Alarm,
            "fault" => Kind::Fault,
            "reading" => Kind::Reading,
            "warning" => Kind::Warning,
            "report" => Kind::Report,
            "status" => Kind::Status,
            "recovery" => Kind::Recovery,
            "device" => Kind::Device,
            "progress" => Kind::Progress,
            _ => Kind::Other(keep(word, CODE_BYTES)),
        },
    }
}

fn urgency(urgency: types::Urgency) -> Urgency {
    match urgency {
        types::Urgency::Unknown => Urgency::Unknown,
        types::Urgency::Past => Urgency::Past,
        types::Urgency::Future => Urgency::Future,
        types::Urgency::Expected => Urgency::Expected,
        types::Urgency::Immediate => Urgency::Immediate,
    }
}

fn severity(severity: types::Severity) -> Severity {
    match severity {
        types::Severity::Unknown => Severity::Unknown,
        types::Severity::Minor => Severity::Minor,
        types::Severity::Moderate => Severity::Moderate,
        types::Severity::Severe => Severity::Severe,
        types::Severity::Extreme => Severity::Extreme,
    }
}

fn certainty(certainty: types::Certainty) -> Certainty {
    match certainty {
        types::Certainty::Unknown => Certainty::Unknown,
        types::Certainty::Unlikely => Certainty::Unlikely,
        types::Certainty::Possible => Certainty::Possible,
        types::Certainty::Likely => Certainty::Likely,
        types::Certainty::Observed => Certainty::Observed,
    }
}

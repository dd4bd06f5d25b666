//! Signals, built one clause at a time.

use crate::{Certainty, Datum, Kind, Position, Severity, Signal, Timestamp, Urgency};

impl Signal {
    /// A signal of `kind` with only its code set. `code` is a GB/T 35561 code
    /// (`11B03`) or a word of the vocabulary (`fire.smoke`).
    pub fn new(kind: Kind, code: impl Into<String>) -> Signal {
        Signal {
            kind,
            code: code.into(),
            device: String::new(),
            urgency: Urgency::Unknown,
            severity: Severity::Unknown,
            certainty: Certainty::Unknown,
            observed: None,
            position: None,
            region: String::new(),
            value: None,
            unit: String::new(),
            reference: String::new(),
            title: String::new(),
            data: String::new(),
        }
    }

    /// A danger now: urgency `immediate`. Severity and certainty stay unknown;
    /// the city's hazard data fills in what the protocol does not say.
    pub fn alarm(code: impl Into<String>) -> Signal {
        Signal { urgency: Urgency::Immediate, ..Signal::new(Kind::Alarm, code) }
    }

    /// The equipment is unwell: fault, shielded, low battery, no power.
    pub fn fault(code: impl Into<String>) -> Signal {
        Signal::new(Kind::Fault, code)
    }

    /// A measured number; `unit` is UCUM (`mA`, `kPa`, `Cel`).
    pub fn reading(code: impl Into<String>, value: f64, unit: impl Into<String>) -> Signal {
        Signal { value: Some(value), unit: unit.into(), ..Signal::new(Kind::Reading, code) }
    }

    /// A warning message of an issuing authority.
    pub fn warning(code: impl Into<String>) -> Signal {
        Signal::new(Kind::Warning, code)
    }

    /// Something that people reported or recorded.
    pub fn report(code: impl Into<String>) -> Signal {
        Signal::new(Kind::Report, code)
    }

    /// How a thing stands: armed, online, manual, in test.
    pub fn status(code: impl Into<String>) -> Signal {
        Signal::new(Kind::Status, code)
    }

    /// The alarm or fault of this device and code is over.
    pub fn recovery(code: impl Into<String>) -> Signal {
        Signal::new(Kind::Recovery, code)
    }

    /// A device describes itself: `title` its name, `data` by schema `device`.
    pub fn describes(device: impl Into<String>) -> Signal {
        Signal::new(Kind::Device, "device").device(device)
    }

    /// Order `order` moved; `step` is one of `delivered`, `acknowledged`,
    /// `departed`, `arrived`, `done`, `declined`, `failed`.
    pub fn progress(order: impl Into<String>, step: impl Into<String>) -> Signal {
        Signal::new(Kind::Progress, step).reference(order)
    }

    /// The device or the path of a part of it. Left out: the message's device.
    pub fn device(mut self, path: impl Into<String>) -> Signal {
        self.device = path.into();
        self
    }

    /// CAP urgency; `immediate` is the red lane.
    pub fn urgency(mut self, urgency: Urgency) -> Signal {
        self.urgency = urgency;
        self
    }

    /// CAP severity.
    pub fn severity(mut self, severity: Severity) -> Signal {
        self.severity = severity;
        self
    }

    /// CAP certainty.
    pub fn certainty(mut self, certainty: Certainty) -> Signal {
        self.certainty = certainty;
        self
    }

    /// When it happened by the source's clock. Takes a time or an `Option` of one.
    pub fn observed(mut self, at: impl Into<Option<Timestamp>>) -> Signal {
        self.observed = at.into();
        self
    }

    /// Degrees in `datum`; the host converts to WGS-84.
    pub fn position(mut self, lon: f64, lat: f64, datum: Datum) -> Signal {
        self.position = Some(Position { lon, lat, datum });
        self
    }

    /// The position that was read, if there is one.
    pub fn at(mut self, position: Option<Position>) -> Signal {
        self.position = position;
        self
    }

    /// 12-digit administrative code, where the message itself says it.
    pub fn region(mut self, code: impl Into<String>) -> Signal {
        self.region = code.into();
        self
    }

    /// A number and its UCUM unit.
    pub fn value(mut self, value: f64, unit: impl Into<String>) -> Signal {
        self.value = Some(value);
        self.unit = unit.into();
        self
    }

    /// The source's own id of this matter: call number, warning id, order id.
    pub fn reference(mut self, id: impl Into<String>) -> Signal {
        self.reference = id.into();
        self
    }

    /// One line a duty officer can read.
    pub fn title(mut self, line: impl Into<String>) -> Signal {
        self.title = line.into();
        self
    }

    /// Text of a JSON object with the rest, as [`crate::json::Object`] or
    /// `serde_json::to_string` makes it.
    pub fn data(mut self, object: impl Into<String>) -> Signal {
        self.data = object.into();
        self
    }
}

//! Outcomes and refusals, built one clause at a time.

use crate::{Act, Advice, Outcome, Rejection, RejectionKind, Send, Signal};

#[expect(clippy::derivable_impls, reason = "the type is generated from the contract")]
impl Default for Outcome {
    fn default() -> Self {
        Outcome { signals: Vec::new(), sends: Vec::new(), advice: Vec::new(), defects: Vec::new() }
    }
}

impl Outcome {
    /// Adds a signal.
    pub fn signal(mut self, signal: Signal) -> Outcome {
        self.signals.push(signal);
        self
    }

    /// Bytes back the way the message came, once its effects are durable.
    pub fn reply(self, payload: impl Into<Vec<u8>>) -> Outcome {
        self.send(Send { device: String::new(), channel: String::new(), payload: payload.into() })
    }

    /// Bytes to `device`, through the door that last heard it or that the city
    /// file names.
    pub fn send_to(self, device: impl Into<String>, payload: impl Into<Vec<u8>>) -> Outcome {
        self.send(Send { device: device.into(), channel: String::new(), payload: payload.into() })
    }

    /// Adds a send as it is.
    pub fn send(mut self, send: Send) -> Outcome {
        self.sends.push(send);
        self
    }

    /// Names a part that could not be read while the rest could.
    pub fn defect(mut self, what: impl Into<String>) -> Outcome {
        self.defects.push(what.into());
        self
    }

    /// Adds a piece of advice.
    pub fn advise(mut self, advice: Advice) -> Outcome {
        self.advice.push(advice);
        self
    }
}

impl From<Signal> for Outcome {
    fn from(signal: Signal) -> Self {
        Outcome { signals: vec![signal], ..Outcome::default() }
    }
}

impl From<Vec<Signal>> for Outcome {
    fn from(signals: Vec<Signal>) -> Self {
        Outcome { signals, ..Outcome::default() }
    }
}

impl FromIterator<Signal> for Outcome {
    fn from_iter<I: IntoIterator<Item = Signal>>(signals: I) -> Self {
        Vec::from_iter(signals).into()
    }
}

/// So that a decoder may end with `signal.into()`.
impl From<Signal> for crate::Answer {
    fn from(signal: Signal) -> Self {
        Ok(signal.into())
    }
}

impl Advice {
    /// `act` on `subject` (an incident, warning or unit), and why: words that a
    /// duty officer can read.
    pub fn new(act: Act, subject: impl Into<String>, reason: impl Into<String>) -> Advice {
        Advice {
            act,
            subject: subject.into(),
            object: String::new(),
            reason: reason.into(),
            data: String::new(),
        }
    }

    /// With `merge` the incident to merge with; with `attach` the evidence.
    pub fn object(mut self, object: impl Into<String>) -> Advice {
        self.object = object.into();
        self
    }

    /// JSON by the schema of the act.
    pub fn data(mut self, object: impl Into<String>) -> Advice {
        self.data = object.into();
        self
    }
}

impl Rejection {
    /// A refusal of `kind`; `reason` names the offending value.
    pub fn new(kind: RejectionKind, reason: impl Into<String>) -> Rejection {
        Rejection { kind, reason: reason.into(), reply: Vec::new() }
    }

    /// The bytes break the format.
    pub fn malformed(reason: impl Into<String>) -> Rejection {
        Rejection::new(RejectionKind::Malformed, reason)
    }

    /// Well formed, but nothing this plugin knows.
    pub fn unsupported(reason: impl Into<String>) -> Rejection {
        Rejection::new(RejectionKind::Unsupported, reason)
    }

    /// The sender may not say this.
    pub fn unauthorised(reason: impl Into<String>) -> Rejection {
        Rejection::new(RejectionKind::Unauthorised, reason)
    }

    /// Readable, but it cannot be so.
    pub fn implausible(reason: impl Into<String>) -> Rejection {
        Rejection::new(RejectionKind::Implausible, reason)
    }

    /// What the protocol says in this case: a nak, a 401.
    pub fn with_reply(mut self, reply: impl Into<Vec<u8>>) -> Rejection {
        self.reply = reply.into();
        self
    }
}

/// So that `?` works on JSON inputs.
impl From<serde_json::Error> for Rejection {
    fn from(error: serde_json::Error) -> Self {
        Rejection::malformed(format!("not the JSON expected here: {error}"))
    }
}

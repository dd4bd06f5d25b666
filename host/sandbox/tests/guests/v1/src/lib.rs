//! One role at a time, as a department might have written it when the contract
//! was 1.0.0. Its packages under `tests/fixtures/v1` are kept as they were built:
//! `cargo build --release --target wasm32-unknown-unknown -p v1 --features <role>`
//! with `opt-level = "z"`, then `tocsin plugin build` with a manifest of that role.
//! They are not built again: that is their use.

macro_rules! world {
    ($role:literal) => {
        wit_bindgen::generate!({
            path: "../../../../../wit/v1",
            inline: $role,
            generate_all,
        });
    };
}

#[cfg(feature = "decoder")]
world!("package tocsin:v1; world v1 { include tocsin:plugin/imports@1.0.0; export tocsin:plugin/decoder@1.0.0; }");
#[cfg(feature = "framer")]
world!("package tocsin:v1; world v1 { include tocsin:plugin/imports@1.0.0; export tocsin:plugin/framer@1.0.0; }");
#[cfg(feature = "timekeeper")]
world!("package tocsin:v1; world v1 { include tocsin:plugin/imports@1.0.0; export tocsin:plugin/timekeeper@1.0.0; }");
#[cfg(feature = "connector")]
world!("package tocsin:v1; world v1 { include tocsin:plugin/imports@1.0.0; export tocsin:plugin/connector@1.0.0; }");
#[cfg(feature = "advisor")]
world!("package tocsin:v1; world v1 { include tocsin:plugin/imports@1.0.0; export tocsin:plugin/advisor@1.0.0; }");

struct V1;
export!(V1);

#[cfg(not(feature = "framer"))]
use tocsin::plugin::types::*;

#[cfg(not(feature = "framer"))]
fn empty() -> Outcome {
    Outcome { signals: vec![], sends: vec![], advice: vec![], defects: vec![] }
}

/// Every arm and field once: what it says is what a later host must still read.
#[cfg(feature = "decoder")]
impl exports::tocsin::plugin::decoder::Guest for V1 {
    fn decode(message: Message) -> Result<Outcome, Rejection> {
        use tocsin::plugin::{city, log, state};
        let seen = state::get("seen").map_or(0, |bytes| bytes.len());
        state::put("seen", &vec![1; seen + 1]);
        state::delete("nothing");
        log::write(log::Level::Info, "decoding");
        if message.payload.is_empty() {
            return Err(Rejection {
                kind: RejectionKind::Malformed,
                reason: String::from("nothing"),
                reply: b"nak".to_vec(),
            });
        }
        let registered = city::device(&message.device).map_or(String::new(), |device| device.title);
        let secret = city::setting("secret").unwrap_or_default();
        let mut outcome = empty();
        let kinds = [
            Kind::Alarm,
            Kind::Fault,
            Kind::Reading,
            Kind::Warning,
            Kind::Report,
            Kind::Status,
            Kind::Recovery,
            Kind::Device,
            Kind::Progress,
            Kind::Other(String::from("omen")),
        ];
        for kind in kinds {
            outcome.signals.push(Signal {
                kind,
                code: String::from("fire.smoke"),
                device: message.device.clone() + "/1",
                urgency: Urgency::Immediate,
                severity: Severity::Extreme,
                certainty: Certainty::Observed,
                observed: Some(message.received - 1_000),
                position: Some(Position { lon: 120.2, lat: 29.3, datum: Datum::Wgs84 }),
                region: String::from("330791001000"),
                value: Some(seen as f64),
                unit: String::from("1"),
                reference: message.origin.clone() + &message.door,
                title: registered.clone() + &secret,
                data: String::from("{\"v\":1}"),
            });
        }
        outcome.sends.push(Send { device: String::new(), channel: String::from("c"), payload: message.payload });
        outcome.defects.push(String::from("one part"));
        Ok(outcome)
    }
}

#[cfg(feature = "framer")]
impl exports::tocsin::plugin::framer::Guest for V1 {
    fn frame(buffer: Vec<u8>) -> Vec<tocsin::plugin::types::Piece> {
        use tocsin::plugin::types::{Piece, PieceKind};
        let piece = |kind, length, device: &str| Piece { kind, length, device: String::from(device) };
        if buffer.len() < 6 {
            return Vec::new();
        }
        vec![piece(PieceKind::Noise, 1, ""), piece(PieceKind::Routine, 2, "d"), piece(PieceKind::Red, 3, "")]
    }
}

#[cfg(feature = "timekeeper")]
impl exports::tocsin::plugin::timekeeper::Guest for V1 {
    fn wake(tick: Tick) -> Result<Outcome, Rejection> {
        use tocsin::plugin::timers;
        timers::set("again", tick.due + 60_000);
        timers::cancel("never");
        let mut outcome = empty();
        outcome.defects.push(tick.key + "@" + &tick.device);
        Ok(outcome)
    }
}

#[cfg(feature = "connector")]
impl exports::tocsin::plugin::connector::Guest for V1 {
    fn deliver(event: Event) -> Result<Outcome, Rejection> {
        let mut outcome = empty();
        let payload = (event.kind + " " + &event.subject + " " + &event.data).into_bytes();
        outcome.sends.push(Send { device: event.device, channel: String::from("orders"), payload });
        Ok(outcome)
    }
}

#[cfg(feature = "advisor")]
impl exports::tocsin::plugin::advisor::Guest for V1 {
    fn advise(event: Event) -> Result<Outcome, Rejection> {
        let acts = [
            Act::Confirm,
            Act::Refute,
            Act::Merge,
            Act::Raise,
            Act::Attach,
            Act::Order,
            Act::Note,
            Act::Other(String::from("ponder")),
        ];
        let mut outcome = empty();
        for act in acts {
            outcome.advice.push(Advice {
                act,
                subject: event.subject.clone(),
                object: String::from("I2"),
                reason: event.kind.clone(),
                data: String::from("{\"v\":1}"),
            });
        }
        Ok(outcome)
    }
}

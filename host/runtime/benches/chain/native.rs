//! The same decoder compiled into the host, through the same stack and border.

use tocsin_core::outcome::{Outcome, Rejection, RejectionKind, Send};
use tocsin_core::signal::{Certainty, Kind, Severity, Signal, Urgency};
use tocsin_core::time::Timestamp;
use tocsin_plugin_fire::Fire;
use tocsin_sandbox::{Call, Native, Piece, PieceKind, Room};
use tocsin_sdk::{Decoder, Framer};

pub struct NativeFire;

impl Native for NativeFire {
    fn call(&self, call: &Call, _room: &mut Room) -> Result<Outcome, Rejection> {
        let Call::Decode(message) = call else { return Ok(Outcome::default()) };
        let answer = Fire::decode(tocsin_sdk::Message {
            sequence: message.sequence,
            received: message.received.0,
            door: message.door.clone(),
            device: message.device.clone(),
            origin: message.origin.clone(),
            payload: message.payload.clone(),
        });
        match answer {
            Ok(outcome) => Ok(convert(outcome, &message.device)),
            Err(rejection) => Err(Rejection {
                kind: RejectionKind::Malformed,
                reason: rejection.reason,
                reply: rejection.reply,
            }),
        }
    }

    fn frame(&self, buffer: &[u8]) -> Vec<Piece> {
        Fire::frame(buffer)
            .into_iter()
            .map(|piece| Piece {
                kind: match piece.kind {
                    tocsin_sdk::PieceKind::Noise => PieceKind::Noise,
                    tocsin_sdk::PieceKind::Routine => PieceKind::Routine,
                    tocsin_sdk::PieceKind::Red => PieceKind::Red,
                },
                length: piece.length,
                device: piece.device,
            })
            .collect()
    }
}

fn convert(outcome: tocsin_sdk::Outcome, device: &str) -> Outcome {
    Outcome {
        signals: outcome
            .signals
            .into_iter()
            .map(|signal| Signal {
                kind: kind(signal.kind),
                code: signal.code,
                device: if signal.device.is_empty() { device.to_owned() } else { signal.device },
                urgency: Urgency::Immediate,
                severity: Severity::Severe,
                certainty: Certainty::Observed,
                observed: signal.observed.map(Timestamp),
                position: None,
                region: signal.region,
                value: signal.value,
                unit: signal.unit,
                reference: signal.reference,
                title: signal.title,
                data: signal.data,
            })
            .collect(),
        sends: outcome
            .sends
            .into_iter()
            .map(|send| Send { device: send.device, channel: send.channel, payload: send.payload })
            .collect(),
        advice: vec![],
        defects: outcome.defects,
    }
}

fn kind(kind: tocsin_sdk::Kind) -> Kind {
    match kind {
        tocsin_sdk::Kind::Alarm => Kind::Alarm,
        tocsin_sdk::Kind::Fault => Kind::Fault,
        tocsin_sdk::Kind::Reading => Kind::Reading,
        tocsin_sdk::Kind::Recovery => Kind::Recovery,
        tocsin_sdk::Kind::Device => Kind::Device,
        _ => Kind::Status,
    }
}

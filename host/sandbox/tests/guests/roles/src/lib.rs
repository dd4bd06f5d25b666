//! A plugin with every role and every import: a device of lines of text.
//!
//! `count` counts in the room, `arm N` sets a timer, `name` looks itself up,
//! `secret` reads a setting; a timer becomes a fault; an event becomes a send
//! to its device; an incident becomes advice.

wit_bindgen::generate!({
    path: "../../../../../wit/v1",
    inline: "
        package tocsin:roles;
        world roles {
            include tocsin:plugin/imports@1.0.0;
            export tocsin:plugin/decoder@1.0.0;
            export tocsin:plugin/framer@1.0.0;
            export tocsin:plugin/timekeeper@1.0.0;
            export tocsin:plugin/connector@1.0.0;
            export tocsin:plugin/advisor@1.0.0;
        }
    ",
    generate_all,
});

use exports::tocsin::plugin::{advisor, connector, decoder, framer, timekeeper};
use tocsin::plugin::types::*;
use tocsin::plugin::{city, log, state, timers};

struct Roles;
export!(Roles);

fn empty() -> Outcome {
    Outcome { signals: vec![], sends: vec![], advice: vec![], defects: vec![] }
}

fn signal(kind: Kind, code: &str, title: String) -> Signal {
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
        title,
        data: String::new(),
    }
}

impl decoder::Guest for Roles {
    fn decode(message: Message) -> Result<Outcome, Rejection> {
        let text = String::from_utf8_lossy(&message.payload).trim().to_owned();
        let (what, rest) = text.split_once(' ').unwrap_or((&text, ""));
        let mut outcome = empty();
        match what {
            "count" => {
                let count = state::get("count").and_then(|bytes| bytes.try_into().ok()).map_or(0, u64::from_le_bytes) + 1;
                state::put("count", &count.to_le_bytes());
                let mut reading = signal(Kind::Reading, "count", String::new());
                reading.value = Some(count as f64);
                reading.unit = "1".into();
                outcome.signals.push(reading);
            }
            "fire" => {
                let mut alarm = signal(Kind::Alarm, "fire.smoke", format!("烟感报警 {rest}"));
                alarm.urgency = Urgency::Immediate;
                alarm.data = format!("{{\"door\":\"{}\"}}", message.door);
                outcome.signals.push(alarm);
                outcome.sends.push(Send { device: String::new(), channel: String::new(), payload: b"ack\n".to_vec() });
            }
            "arm" => {
                let seconds: i64 = rest.parse().unwrap_or(1);
                timers::set("silence", message.received + seconds * 1_000);
            }
            "disarm" => {
                timers::cancel("silence");
                state::delete("count");
            }
            "name" => {
                let known = city::device(&message.device);
                let title = known.map_or_else(|| "?".into(), |d| format!("{} {} {}", d.id, d.title, d.settings));
                outcome.signals.push(signal(Kind::Device, "device", title));
            }
            "secret" => {
                let title = city::setting("secret").unwrap_or_else(|| "none".into());
                outcome.signals.push(signal(Kind::Status, "status", title));
            }
            _ => {
                log::write(log::Level::Warn, &format!("unreadable: {text}"));
                return Err(Rejection {
                    kind: RejectionKind::Unsupported,
                    reason: format!("`{text}` is no command"),
                    reply: b"nak\n".to_vec(),
                });
            }
        }
        Ok(outcome)
    }
}

impl framer::Guest for Roles {
    /// One piece a line; `fire` is red; a line of `@NAME ` names the device.
    fn frame(buffer: Vec<u8>) -> Vec<Piece> {
        let lines = buffer.split_inclusive(|byte| *byte == b'\n').filter(|line| line.ends_with(b"\n"));
        lines
            .map(|line| Piece {
                kind: match line {
                    [b'\n'] => PieceKind::Noise,
                    [b'f', b'i', b'r', b'e', ..] => PieceKind::Red,
                    _ => PieceKind::Routine,
                },
                length: line.len() as u32,
                device: match line {
                    [b'@', name @ .., b'\n'] => String::from_utf8_lossy(name).into_owned(),
                    _ => String::new(),
                },
            })
            .collect()
    }
}

impl timekeeper::Guest for Roles {
    fn wake(tick: Tick) -> Result<Outcome, Rejection> {
        let mut outcome = empty();
        let mut fault = signal(Kind::Fault, "silence", format!("{} fell silent", tick.device));
        fault.observed = Some(tick.due);
        outcome.signals.push(fault);
        timers::set(&tick.key, tick.due + 60_000);
        Ok(outcome)
    }
}

impl connector::Guest for Roles {
    fn deliver(event: Event) -> Result<Outcome, Rejection> {
        let mut outcome = empty();
        state::put(&format!("order {}", event.subject), event.kind.as_bytes());
        outcome.sends.push(Send {
            device: event.device,
            channel: "orders".into(),
            payload: format!("{} {} {}\n", event.kind, event.subject, event.data).into_bytes(),
        });
        Ok(outcome)
    }
}

impl advisor::Guest for Roles {
    fn advise(event: Event) -> Result<Outcome, Rejection> {
        let mut outcome = empty();
        outcome.advice.push(Advice {
            act: Act::Note,
            subject: event.subject,
            object: String::new(),
            reason: format!("seen as {}", event.kind),
            data: String::new(),
        });
        Ok(outcome)
    }
}

//! A plugin that misbehaves as its payload says: `spin`, `leak`, `trap`...

wit_bindgen::generate!({
    path: "../../../../../wit/v1",
    inline: "
        package tocsin:rogue;
        world rogue {
            include tocsin:plugin/imports@1.0.0;
            export tocsin:plugin/decoder@1.0.0;
            export tocsin:plugin/framer@1.0.0;
        }
    ",
    generate_all,
});

use exports::tocsin::plugin::{decoder, framer};
use tocsin::plugin::types::*;
use tocsin::plugin::{city, log, state, timers};
use std::sync::atomic::{AtomicU64, Ordering};

struct Rogue;
export!(Rogue);

/// Counts the calls of this instance: what a pure plugin must not do.
static CALLS: AtomicU64 = AtomicU64::new(0);

impl decoder::Guest for Rogue {
    fn decode(message: Message) -> Result<Outcome, Rejection> {
        let calls = CALLS.fetch_add(1, Ordering::Relaxed) + 1;
        let text = String::from_utf8_lossy(&message.payload).into_owned();
        let (what, rest) = text.split_once(' ').unwrap_or((&text, ""));
        let number = rest.parse::<u64>().unwrap_or(1_000_000);
        let mut outcome = Outcome { signals: vec![], sends: vec![], advice: vec![], defects: vec![] };
        match what {
            "fine" => outcome.signals.push(signal(rest)),
            "empty" => {}
            "impure" => outcome.signals.push(signal(&format!("call {calls}"))),
            "spin" => loop {
                std::hint::black_box(calls);
            },
            // A bulk operation has no back edge; the epoch must reach it all the same.
            "bulk" => loop {
                let mut bytes = vec![0u8; 16 << 20];
                for _ in 0..1_000 {
                    bytes.fill(std::hint::black_box(7));
                }
                std::hint::black_box(&bytes);
            },
            "leak" => loop {
                std::mem::forget(std::hint::black_box(Vec::<u8>::with_capacity(64 << 10)));
            },
            "grow" => {
                let pages = core::arch::wasm32::memory_grow(0, 65_000);
                outcome.signals.push(signal(&format!("grow {}", pages == usize::MAX)));
            }
            "trap" => core::arch::wasm32::unreachable(),
            "panic" => {
                log::write(log::Level::Error, "panicked at src/lib.rs:7: 数组越界\x1b[31m");
                core::arch::wasm32::unreachable()
            }
            "recurse" => outcome.defects.push(format!("{}", recurse(number))),
            "recurse-wide" => outcome.defects.push(format!("{}", recurse_wide(number))),
            "signals" => outcome.signals = (0..number).map(|_| signal("")).collect(),
            "sends" => outcome.sends = (0..number).map(|_| send(vec![])).collect(),
            "bytes" => outcome.sends.push(send(vec![7; number as usize])),
            "strings" => outcome.defects = (0..number).map(|n| n.to_string()).collect(),
            "calls" => {
                for _ in 0..number {
                    city::setting("x");
                }
            }
            "put" => {
                for n in 0..number {
                    state::put(&format!("key-{n}"), &[7; 1_000]);
                }
            }
            "putdel" => {
                state::put("a", b"1");
                state::put("gone", b"2");
                state::delete("gone");
                timers::set("t", message.received + 1_000);
                return Err(Rejection {
                    kind: RejectionKind::Malformed,
                    reason: "after all".into(),
                    reply: b"nak".to_vec(),
                });
            }
            "puttrap" => {
                state::put("a", b"1");
                core::arch::wasm32::unreachable()
            }
            "timers" => {
                for n in 0..number {
                    timers::set(&format!("timer-{n}"), message.received);
                }
            }
            "timer-at" => timers::set("t", rest.parse().unwrap_or(i64::MIN)),
            "log" => {
                for n in 0..number {
                    log::write(log::Level::Info, &format!("{n}\r\n\x1b[2Jforged{}", "x".repeat(10_000)));
                }
            }
            "lies" => outcome = lies(),
            "key" => state::put(&"k".repeat(number as usize), b""),
            other => {
                return Err(Rejection {
                    kind: RejectionKind::Other("malformed".into()),
                    reason: format!("what is `{other}`?\n"),
                    reply: vec![0x15],
                });
            }
        }
        Ok(outcome)
    }
}

/// One alarm with everything wrong that can be, and advice and sends alike.
fn lies() -> Outcome {
    let mut wrong = signal("\x1b[31mfire\u{202e}");
    wrong.kind = Kind::Other("alarm".into());
    wrong.urgency = Urgency::Immediate;
    wrong.code = String::new();
    wrong.device = "a\nb".into();
    wrong.observed = Some(-1);
    wrong.position = Some(Position { lon: f64::NAN, lat: 95.0, datum: Datum::Gcj02 });
    wrong.region = "33010".into();
    wrong.value = Some(f64::INFINITY);
    wrong.unit = "mA".into();
    wrong.reference = "r".repeat(1_000);
    wrong.data = "[1]".into();
    let mut away = send(b"x".to_vec());
    away.device = "d\0".into();
    Outcome {
        signals: vec![wrong, signal("good")],
        sends: vec![away, send(b"kept".to_vec())],
        advice: vec![Advice {
            act: Act::Other("note".into()),
            subject: "i1".into(),
            object: String::new(),
            reason: "why".into(),
            data: "{".into(),
        }],
        defects: vec!["the guest's own\n".into()],
    }
}

#[inline(never)]
fn recurse(depth: u64) -> u64 {
    if depth == 0 { 0 } else { std::hint::black_box(recurse(depth - 1)) + 1 }
}

/// The same with locals that do not fit registers: the stack in linear memory ends first.
#[inline(never)]
fn recurse_wide(depth: u64) -> u64 {
    let room = std::hint::black_box([depth; 64]);
    if depth == 0 { room[0] } else { recurse_wide(depth - 1) + room[7] }
}

fn signal(title: &str) -> Signal {
    Signal {
        kind: Kind::Alarm,
        code: "fire.smoke".into(),
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
        title: title.into(),
        data: String::new(),
    }
}

fn send(payload: Vec<u8>) -> Send {
    Send { device: String::new(), channel: String::new(), payload }
}

impl framer::Guest for Rogue {
    /// `long`, `none`, `state`, `spin`, `trap` misbehave; else one piece a line.
    fn frame(buffer: Vec<u8>) -> Vec<Piece> {
        let piece = |length: usize| Piece {
            kind: PieceKind::Routine,
            length: length as u32,
            device: "frame".into(),
        };
        match &buffer[..] {
            b"long" => vec![piece(2), piece(3)],
            b"huge" => vec![piece(1), piece(u32::MAX as usize)],
            b"none" => vec![piece(0)],
            b"state" => {
                state::get("x");
                vec![]
            }
            b"spin" => loop {
                std::hint::black_box(&buffer);
            },
            b"trap" => core::arch::wasm32::unreachable(),
            b"log" => {
                log::write(log::Level::Info, "framing");
                vec![piece(3)]
            }
            bytes => bytes.split_inclusive(|byte| *byte == b'\n').filter(|line| line.ends_with(b"\n")).map(|line| piece(line.len())).collect(),
        }
    }
}

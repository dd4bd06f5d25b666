//! What one call of the guest costs, without the chain around it.

use crate::anyhow_free::Result;
use crate::report::{Figure, Report};
use crate::{frames, native, stage};
use std::sync::Arc;
use std::time::Instant;
use tocsin_core::time::Timestamp;
use tocsin_sandbox::{Call, Guest, Message, Room, Surroundings};

const ROUNDS: usize = 9;

pub fn measure(report: &mut Report, quick: bool) -> Result<()> {
    let calls = if quick { 5_000 } else { 20_000 };
    let sandbox = tocsin_sandbox::Sandbox::new(tocsin_sandbox::Config::default())?;
    let plugin = sandbox.load(&std::fs::read(stage::package())?)?;
    let nowhere = Surroundings::nowhere();
    let built_in = Surroundings { native: Some(Arc::new(native::NativeFire)), ..Surroundings::nowhere() };
    let mut guest = Guest::new(&plugin, nowhere);
    let mut native = Guest::new(&plugin, built_in);
    let alarm = frames::alarm(0x379, 1);
    let mut figure = |name: &str, guest: &mut Guest, payload: &[u8], framing: bool| -> Result<f64> {
        let values =
            (0..ROUNDS)
                .map(|_| {
                    if framing { time_frame(guest, payload, calls) } else { time_call(guest, payload, calls) }
                })
                .collect::<Result<Vec<f64>>>()?;
        let mut sorted = values.clone();
        sorted.sort_by(f64::total_cmp);
        report.add(Figure { name, unit: "ns", values, ratio: None, more: serde_json::Value::Null });
        Ok(sorted[ROUNDS / 2])
    };
    let one = figure("call-fire-1", &mut guest, &alarm, false)?;
    let many = figure("call-fire-22", &mut guest, &frame_of(22), false)?;
    figure("call-fire-1-native", &mut native, &alarm, false)?;
    figure("frame-fire", &mut guest, &alarm, true)?;
    let each = (many - one) / 21.0;
    report.add(Figure {
        name: "call-fire-each-more",
        unit: "ns",
        values: vec![each],
        ratio: None,
        more: serde_json::Value::Null,
    });
    Ok(())
}

fn frame_of(components: u8) -> Vec<u8> {
    // A frame of the given number of components in alarm.
    let mut frame = frames::alarm(0x379, 1);
    let body = frames::components(components, 0x0003);
    frame.truncate(24);
    frame.extend((body.len() as u16).to_le_bytes());
    frame.push(2);
    frame.extend(body);
    let sum = frame[2..].iter().fold(0_u8, |sum, byte| sum.wrapping_add(*byte));
    frame.extend([sum, 0x23, 0x23]);
    frame
}

fn time_call(guest: &mut Guest, payload: &[u8], calls: usize) -> Result<f64> {
    let started = Instant::now();
    for sequence in 0..calls {
        let message = Message {
            sequence: sequence as u64,
            received: Timestamp(1_783_837_830_000),
            door: "fire-tcp".into(),
            device: "000000000379".into(),
            origin: "127.0.0.1:5000".into(),
            payload: payload.to_vec(),
        };
        let answer = guest.call(Call::Decode(message), &mut Room::default())?;
        if answer.result.is_err() {
            return Err("the decoder refuses the benchmark's frame".into());
        }
    }
    Ok(started.elapsed().as_nanos() as f64 / calls as f64)
}

fn time_frame(guest: &mut Guest, payload: &[u8], calls: usize) -> Result<f64> {
    let started = Instant::now();
    for _ in 0..calls {
        if guest.frame(payload)?.len() != 1 {
            return Err("the framer does not see one frame".into());
        }
    }
    Ok(started.elapsed().as_nanos() as f64 / calls as f64)
}

//! What one call of the guest costs, without the chain around it; in nanoseconds, and in
//! empty calls, which a slower machine leaves as they are.

use crate::anyhow_free::Result;
use crate::report::{Figure, Report};
use crate::turns::{Series, fastest, in_turn};
use crate::{frames, native, stage};
use serde_json::{Value, json};
use std::sync::Arc;
use tocsin_core::time::Timestamp;
use tocsin_sandbox::{Call, Guest, Message, Plugin, Room, Surroundings};
use wasmtime::component::{Component, Linker};

/// Parts in the longest frame of states.
const PARTS: u8 = 22;

pub fn measure(report: &mut Report, quick: bool) -> Result<()> {
    let sandbox = tocsin_sandbox::Sandbox::new(tocsin_sandbox::Config::default())?;
    let plugin = sandbox.load(&std::fs::read(stage::package())?)?;
    let nowhere = Surroundings::nowhere();
    let built_in = Surroundings { native: Some(Arc::new(native::NativeFire)), ..Surroundings::nowhere() };
    let (one, many) = (alarms(1), alarms(PARTS));
    // The native decoder beside each, so that a slow machine shows.
    let rounds = in_turn(
        &mut [
            decoding(&plugin, &nowhere, &one, 400),
            decoding(&plugin, &built_in, &one, 400),
            decoding(&plugin, &nowhere, &many, 100),
            decoding(&plugin, &built_in, &many, 100),
            framing(&plugin, &nowhere, &one, 1_000),
            framing(&plugin, &built_in, &one, 1_000),
            empty(&plugin, &nowhere)?,
        ],
        if quick { 40 } else { 200 },
    )?;
    let each: Vec<Vec<f64>> = [(&rounds[2], &rounds[0]), (&rounds[3], &rounds[1])]
        .map(|(many, one)| {
            many.iter().zip(one).map(|(many, one)| (many - one) / f64::from(PARTS - 1)).collect()
        })
        .into();
    for (name, guest, native) in [
        ("call-fire-1", &rounds[0], &rounds[1]),
        ("call-fire-22", &rounds[2], &rounds[3]),
        ("call-fire-each-more", &each[0], &each[1]),
        ("frame-fire", &rounds[4], &rounds[5]),
    ] {
        let ratio = fastest(native) / fastest(guest);
        let empty_calls = (fastest(guest) / fastest(&rounds[6]) * 10.0).round() / 10.0;
        add(report, name, guest, Some(ratio), json!({ "empty_calls": empty_calls }));
        add(report, &format!("{name}-native"), native, None, Value::Null);
    }
    add(report, "call-empty", &rounds[6], None, Value::Null);
    Ok(())
}

fn add(report: &mut Report, name: &str, rounds: &[f64], ratio: Option<f64>, more: Value) {
    let values = rounds.to_vec();
    report.add(Figure { name, unit: "ns", values, ratio, more });
}

/// Nothing in, nothing out.
const EMPTY: &str = r#"(component
    (core module $module (func (export "call")))
    (core instance $instance (instantiate $module))
    (func (export "call") (canon lift (core func $instance "call"))))"#;

/// The way into a component and back by wasmtime alone; the guest it is given does nothing.
fn empty<'a>(plugin: &'a Plugin, around: &'a Surroundings) -> Result<Series<'a>> {
    let engine = wasmtime::Engine::default();
    let component = Component::new(&engine, wat::parse_str(EMPTY)?)?;
    let mut store = wasmtime::Store::new(&engine, ());
    let instance = Linker::new(&engine).instantiate(&mut store, &component)?;
    let function = instance.get_typed_func::<(), ()>(&mut store, "call")?;
    Ok(Series::new(plugin, around, 5_000, move |_| Ok(function.call(&mut store, ())?)))
}

/// A frame of so many parts in alarm.
fn alarms(parts: u8) -> Vec<u8> {
    frames::frame(0x379, 1, &frames::components(parts, 0x0003))
}

/// Every call finds the room of a device that has said nothing yet.
fn decoding<'a>(plugin: &'a Plugin, around: &'a Surroundings, payload: &[u8], calls: usize) -> Series<'a> {
    let call = Call::Decode(Message {
        sequence: 1,
        received: Timestamp(1_783_837_830_000),
        door: "fire-tcp".into(),
        device: "000000000379".into(),
        origin: "127.0.0.1:5000".into(),
        payload: payload.to_vec(),
    });
    Series::new(plugin, around, calls, move |guest: &mut Guest| {
        match guest.call(&call, &mut Room::default())?.result {
            Ok(_) => Ok(()),
            Err(_) => Err("the decoder refuses the benchmark's frame".into()),
        }
    })
}

fn framing<'a>(plugin: &'a Plugin, around: &'a Surroundings, payload: &[u8], calls: usize) -> Series<'a> {
    let payload = payload.to_vec();
    Series::new(plugin, around, calls, move |guest: &mut Guest| match guest.frame(&payload)?.len() {
        1 => Ok(()),
        _ => Err("the framer does not see one frame".into()),
    })
}

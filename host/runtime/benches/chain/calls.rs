//! What one call of the guest costs, without the chain around it: with all that the host
//! does for it, and bare; in nanoseconds, and in empty calls.

use crate::anyhow_free::Result;
use crate::report::{Figure, Report};
use crate::turns::{Series, fastest, in_turn};
use crate::{bare, frames, native, stage};
use serde_json::{Value, json};
use std::sync::Arc;
use tocsin_core::time::Timestamp;
use tocsin_sandbox::{Call, Guest, Message, Plugin, Room, Surroundings};
use wasmtime::component::{Component, Linker};

/// Parts in the longest frame of states.
const PARTS: u8 = 22;

pub fn measure(report: &mut Report, quick: bool) -> Result<()> {
    let sandbox = tocsin_sandbox::Sandbox::new(tocsin_sandbox::Config::default())?;
    let package = std::fs::read(stage::package())?;
    let plugin = sandbox.load(&package)?;
    let nowhere = Surroundings::nowhere();
    let built_in = Surroundings { native: Some(Arc::new(native::NativeFire)), ..Surroundings::nowhere() };
    let (one, many) = (message(1), message(PARTS));
    // The native decoder beside each, so that a slow machine shows, and the guest
    // without the host around it.
    let rounds = in_turn(
        &mut [
            decoding(&plugin, &nowhere, &one, 400),
            decoding(&plugin, &built_in, &one, 400),
            bare::decoding(&plugin, &nowhere, &package, &one, 400)?,
            decoding(&plugin, &nowhere, &many, 100),
            decoding(&plugin, &built_in, &many, 100),
            bare::decoding(&plugin, &nowhere, &package, &many, 100)?,
            framing(&plugin, &nowhere, &one.payload, 1_000),
            framing(&plugin, &built_in, &one.payload, 1_000),
            bare::framing(&plugin, &nowhere, &package, &one.payload, 1_000)?,
            empty(&plugin, &nowhere)?,
        ],
        if quick { 40 } else { 200 },
    )?;
    let [one, many, frame] = [0, 3, 6].map(|at| [&rounds[at], &rounds[at + 1], &rounds[at + 2]]);
    let more: Vec<Vec<f64>> = (0..3).map(|kind| each_more(one[kind], many[kind])).collect();
    let empty = &rounds[9];
    for (name, [guest, native, bare]) in [
        ("call-fire-1", one),
        ("call-fire-22", many),
        ("call-fire-each-more", [&more[0], &more[1], &more[2]]),
        ("frame-fire", frame),
    ] {
        let mut add = |name: &str, rounds: &[f64], is_guest: bool| {
            let empty_calls = (fastest(rounds) / fastest(empty) * 10.0).round() / 10.0;
            let ratio = is_guest.then(|| fastest(native) / fastest(rounds));
            let more = if is_guest { json!({ "empty_calls": empty_calls }) } else { Value::Null };
            add(report, name, rounds, ratio, more);
        };
        add(name, guest, true);
        add(&format!("{name}-bare"), bare, true);
        add(&format!("{name}-native"), native, false);
    }
    add(report, "call-empty", empty, None, Value::Null);
    Ok(())
}

/// What each signal behind the first costs.
fn each_more(one: &[f64], many: &[f64]) -> Vec<f64> {
    many.iter().zip(one).map(|(many, one)| (many - one) / f64::from(PARTS - 1)).collect()
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
fn message(parts: u8) -> Message {
    Message {
        sequence: 1,
        received: Timestamp(1_783_837_830_000),
        door: "fire-tcp".into(),
        device: "000000000379".into(),
        origin: "127.0.0.1:5000".into(),
        payload: frames::frame(0x379, 1, &frames::components(parts, 0x0003)),
    }
}

/// Every call finds the room of a device that has said nothing yet.
fn decoding<'a>(plugin: &'a Plugin, around: &'a Surroundings, message: &Message, calls: usize) -> Series<'a> {
    let call = Call::Decode(message.clone());
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

//! The guest by wasmtime's typed calls and nothing else: what goes in is lowered, runs,
//! and what comes out is lifted. No stack, no room, no border.

use crate::anyhow_free::Result;
use crate::turns::Series;
use exports::tocsin::plugin::{decoder, framer};
use tocsin::plugin::{city, log, state, timers, types};
use tocsin_sandbox::{Plugin, Surroundings};
use wasmtime::component::{Component, HasSelf, Linker};
use wasmtime::{Config, Engine, Store};

wasmtime::component::bindgen!({
    path: "../../wit/v1",
    inline: "
        package tocsin:bench;
        world bare {
            include tocsin:plugin/imports@1.0.0;
            export tocsin:plugin/decoder@1.0.0;
            export tocsin:plugin/framer@1.0.0;
            export tocsin:plugin/timekeeper@1.0.0;
            export tocsin:plugin/connector@1.0.0;
            export tocsin:plugin/advisor@1.0.0;
        }
    ",
    ownership: Borrowing { duplicate_if_necessary: true },
});

/// A city without devices, and a room that is new to every call.
struct Nothing;

impl types::Host for Nothing {}

impl state::Host for Nothing {
    fn get(&mut self, _: String) -> Option<Vec<u8>> {
        None
    }

    fn put(&mut self, _: String, _: Vec<u8>) {}

    fn delete(&mut self, _: String) {}
}

impl timers::Host for Nothing {
    fn set(&mut self, _: String, _: i64) {}

    fn cancel(&mut self, _: String) {}
}

impl log::Host for Nothing {
    fn write(&mut self, _: log::Level, _: String) {}
}

impl city::Host for Nothing {
    fn device(&mut self, _: String) -> Option<city::Registration> {
        None
    }

    fn setting(&mut self, _: String) -> Option<String> {
        None
    }
}

/// A guest of its own, on an engine that compiles as the host's does.
fn instance(package: &[u8]) -> Result<(Store<Nothing>, decoder::Guest, framer::Guest)> {
    let mut config = Config::new();
    config.epoch_interruption(true).cranelift_nan_canonicalization(true);
    let engine = Engine::new(&config)?;
    let component = Component::from_binary(&engine, package)?;
    let mut linker = Linker::new(&engine);
    Bare::add_to_linker::<_, HasSelf<Nothing>>(&mut linker, |nothing| nothing)?;
    let mut store = Store::new(&engine, Nothing);
    // The epoch of this engine never moves.
    store.set_epoch_deadline(1);
    let pre = linker.instantiate_pre(&component)?;
    let instance = pre.instantiate(&mut store)?;
    let decoder = decoder::GuestIndices::new(&pre)?.load(&mut store, &instance)?;
    let framer = framer::GuestIndices::new(&pre)?.load(&mut store, &instance)?;
    Ok((store, decoder, framer))
}

pub fn decoding<'a>(
    plugin: &'a Plugin,
    around: &'a Surroundings,
    package: &[u8],
    message: &tocsin_sandbox::Message,
    calls: usize,
) -> Result<Series<'a>> {
    let (mut store, decoder, _) = instance(package)?;
    let message = message.clone();
    Ok(Series::new(plugin, around, calls, move |_| {
        let given = types::Message {
            sequence: message.sequence,
            received: message.received.0,
            door: &message.door,
            device: &message.device,
            origin: &message.origin,
            payload: &message.payload,
        };
        match decoder.call_decode(&mut store, given)? {
            Ok(_) => Ok(()),
            Err(_) => Err("the decoder refuses the benchmark's frame".into()),
        }
    }))
}

pub fn framing<'a>(
    plugin: &'a Plugin,
    around: &'a Surroundings,
    package: &[u8],
    payload: &[u8],
    calls: usize,
) -> Result<Series<'a>> {
    let (mut store, _, framer) = instance(package)?;
    let payload = payload.to_vec();
    Ok(Series::new(plugin, around, calls, move |_| match framer.call_frame(&mut store, &payload)?.len() {
        1 => Ok(()),
        _ => Err("the framer does not see one frame".into()),
    }))
}

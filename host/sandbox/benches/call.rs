//! What a call costs: nanoseconds, median of nine rounds.
//!
//! `cargo bench -p tocsin-sandbox`; with `TOCSIN_PLUGIN=<package.wasm>` and
//! `TOCSIN_PAYLOAD=<hex>` the same for any plugin and frame.

#[path = "../tests/it/fixture.rs"]
#[allow(dead_code)]
mod fixture;

use std::hint::black_box;
use std::time::Instant;
use tocsin_core::outcome::hex;
use tocsin_core::time::Timestamp;
use tocsin_sandbox::*;

fn median(name: &str, calls: u32, mut call: impl FnMut()) {
    let mut rounds: Vec<u128> = (0..9)
        .map(|_| {
            let start = Instant::now();
            for _ in 0..calls {
                call();
            }
            start.elapsed().as_nanos() / u128::from(calls)
        })
        .collect();
    rounds.sort_unstable();
    println!("{name:<40} {:>9} ns  ({} to {})", rounds[4], rounds[0], rounds[8]);
}

fn message(payload: &[u8]) -> Call {
    Call::Decode(Message {
        sequence: 1,
        received: Timestamp(1_795_000_000_000),
        door: "fire-tcp".into(),
        device: "000000000379".into(),
        origin: "127.0.0.1:40000".into(),
        payload: payload.to_vec(),
    })
}

fn main() {
    let sandbox = Sandbox::new(Config::default()).expect("a sandbox");
    let load = |package: &[u8]| sandbox.load(package).expect("it loads");
    let unlimited = |mut manifest: Manifest| {
        manifest.limits = Limits { frames_per_second: Limits::CEILING.frames_per_second, ..manifest.limits };
        load(&package::embed(&fixture::bare(&manifest.id), &manifest))
    };
    let (rogue, roles) = (unlimited(fixture::rogue()), unlimited(fixture::roles()));
    // Nine rounds are fewer than the million calls that a second's permit holds.
    let calls = 50_000;

    let decode = |name: &str, plugin: &Plugin, payload: &[u8]| {
        let mut guest = Guest::new(plugin, Surroundings::nowhere());
        let mut room = Room::default();
        let call = message(payload);
        median(name, calls, || {
            let _ = black_box(guest.call(black_box(&call), &mut room));
        });
    };
    decode("decode, nothing out", &rogue, b"empty");
    decode("decode, one signal", &rogue, b"fine x");
    decode("decode, one signal and an answer", &roles, b"fire 1");
    decode("decode, state in and out", &roles, b"count");
    decode("decode, rejected with a reply", &rogue, b"?");

    let mut guest = Guest::new(&roles, Surroundings::nowhere());
    let buffer = b"@000000000379\n";
    median("frame, one piece", calls, || {
        drop(black_box(guest.frame(black_box(buffer))));
    });

    let mut guest = Guest::new(&rogue, Surroundings::nowhere());
    let mut room = Room::default();
    let call = message(b"fine x");
    median("decode, fresh instance each", 2_000, || {
        guest.fresh();
        let _ = black_box(guest.call(&call, &mut room));
    });

    if let (Ok(package), Ok(payload)) = (std::env::var("TOCSIN_PLUGIN"), std::env::var("TOCSIN_PAYLOAD")) {
        let package = std::fs::read(package).expect("the package");
        let mut manifest = package::inspect(&package).expect("a package");
        manifest.limits.frames_per_second = Limits::CEILING.frames_per_second;
        // The component is what stands before the two sections that `embed` adds.
        let sections = package::embed(&[], &package::inspect(&package).expect("a package")).len();
        let plugin = load(&package::embed(&package[..package.len() - sections], &manifest));
        let payload = hex::decode(&payload).expect("hex");
        decode("decode, the plugin given", &plugin, &payload);
        let mut guest = Guest::new(&plugin, Surroundings::nowhere());
        median("frame, the plugin given", calls, || {
            drop(black_box(guest.frame(black_box(&payload))));
        });
    }
}

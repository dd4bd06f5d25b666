//! The whole host as a black box: the real binary, a real nats-server, real
//! plugins; bytes in through its doors, and what people and systems see of them.
//!
//! Needs `cargo xtask build` (plugin packages) and a nats-server; says so where
//! one is missing.

/// Shown also where the test passes: the harness keeps what `println!` says to itself.
macro_rules! measured {
    ($($words:tt)*) => {{
        use std::io::Write as _;
        let _ = writeln!(std::io::stderr(), $($words)*);
    }};
}

mod audience;
mod broker;
mod bus;
mod cases;
mod command;
mod connector;
mod decide;
mod devices;
mod doors;
mod electricity;
mod events;
mod fire;
#[expect(dead_code, reason = "the sandbox's own tests use the rest")]
#[path = "../../../sandbox/tests/it/fixture.rs"]
mod fixture;
mod frames;
mod isolation;
mod life;
mod mqtt;
mod nats;
mod order;
mod packages;
mod plan;
mod race;
mod recording;
mod redelivery;
mod running;
mod sip;
mod storm;
mod story;
mod stream;
mod supply;
mod township;
mod video;
mod wait;
mod warning;
mod web;

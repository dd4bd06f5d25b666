//! The runtime against the real things: nats-server, plugins, the host binary.

/// Shown also where the test passes: the harness keeps what `println!` says to itself.
macro_rules! measured {
    ($($words:tt)*) => {{
        use std::io::Write as _;
        let _ = writeln!(std::io::stderr(), $($words)*);
    }};
}

mod clients;
mod cluster;
mod crash;
mod derived;
#[expect(dead_code, reason = "the sandbox's own tests use the rest")]
#[path = "../../../sandbox/tests/it/fixture.rs"]
mod fixture;
mod frames;
mod hole;
mod large;
mod lease;
mod numbers;
mod process;
mod retain;
mod roles;
mod servers;
mod tail;

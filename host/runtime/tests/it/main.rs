//! The runtime against the real things: nats-server, plugins, the host binary.

mod clients;
mod crash;
#[expect(dead_code, reason = "the sandbox's own tests use the rest")]
#[path = "../../../sandbox/tests/it/fixture.rs"]
mod fixture;
mod frames;
mod process;
mod roles;

//! The runtime against the real things: nats-server, plugins, the host binary.

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

//! The runtime against the real things: nats-server, plugins, the host binary.

mod crash;
mod frames;
mod process;

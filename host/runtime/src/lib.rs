//! What Tocsin does: the bus, the log, feeds, stages, doors and views. The
//! only crate that names async-nats and rusqlite. See `ARCHITECTURE.md` for
//! the way of the data; each module's head states its invariants.

pub mod bus;
pub mod clock;
pub mod command;
mod derived;
pub mod door;
pub mod feed;
pub mod host;
pub mod intake;
pub mod journal;
pub mod lease;
pub mod metrics;
pub mod outlet;
pub mod plugin;
pub mod position;
pub mod present;
pub mod publish;
pub mod quality;
pub mod recording;
pub mod replay;
pub mod retain;
pub mod run;
pub mod sends;
pub mod server;
pub mod signals;
pub mod subject;
pub mod timeline;
pub mod trace;
pub mod verify;
pub mod view;

//! The durable chain, door → RAW → plugin → SIGNALS → core → JOURNAL, with the
//! plugin in the sandbox and the same decoder compiled into this program,
//! interleaved in one run. `cargo xtask bench [-- --json] [--quick]`; with
//! `--plugins` every decoder alone instead.
//!
//! The load comes from a process of its own, so that the CPU figures are the
//! host's and the server's alone. Ratios are of medians of one run; absolute
//! figures belong to the machine.

mod bare;
mod calls;
mod city;
mod frames;
mod latency;
mod load;
mod native;
mod plugins;
mod report;
mod stage;
mod turns;

use anyhow_free::Result;

/// Benchmarks fail with words.
mod anyhow_free {
    pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;
}

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if let Some(at) = args.iter().position(|arg| arg == "--load") {
        return load::child(&args[at + 1..]);
    }
    let json = args.iter().any(|arg| arg == "--json");
    let quick = args.iter().any(|arg| arg == "--quick");
    let mut report = report::Report::new(json);
    if args.iter().any(|arg| arg == "--plugins") {
        return plugins::measure(&mut report, quick);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    calls::measure(&mut report, quick)?;
    runtime.block_on(stage::measure(&mut report, quick))
}

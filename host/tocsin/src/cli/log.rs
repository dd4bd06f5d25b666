//! Where the host's own log goes: stderr, or a file while a story is told.

use crate::text;
use anyhow::{Context, Result};
use std::fs::File;
use std::io::IsTerminal;
use tracing_subscriber::EnvFilter;

/// `filter` as tracing has it, such as `info,tocsin_runtime::feed=debug`.
fn filter(text: &str) -> Result<EnvFilter> {
    EnvFilter::try_new(text).with_context(|| text!(log_unread, text = text))
}

pub fn to_stderr(text: &str) -> Result<()> {
    let ansi =
        std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    tracing_subscriber::fmt()
        .with_env_filter(filter(text)?)
        .with_writer(std::io::stderr)
        .with_ansi(ansi)
        .init();
    Ok(())
}

pub fn to_file(text: &str, file: File) -> Result<()> {
    tracing_subscriber::fmt().with_env_filter(filter(text)?).with_writer(file).with_ansi(false).init();
    Ok(())
}

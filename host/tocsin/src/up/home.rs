//! The data folder: whose it is now, and how other commands find the host in it.

use super::Ready;
use crate::text;
use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use std::fs::{File, TryLockError};
use std::io::{Read, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use tocsin_runtime::server::write_private;

/// `host.json`: present while a host runs, readable by its owner alone.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Home {
    pub pid: u32,
    pub version: String,
    pub city: PathBuf,
    pub console: String,
    /// Bearer token of commands.
    pub operator: String,
    pub ready: Ready,
}

impl Home {
    fn path(data: &Path) -> PathBuf {
        data.join("host.json")
    }

    pub fn write(&self, data: &Path) -> Result<()> {
        let path = Home::path(data);
        write_private(&path, &serde_json::to_vec_pretty(self)?)
            .with_context(|| text!(cannot_write, path = path.display()))
    }

    pub fn read(data: &Path) -> Result<Home> {
        let path = Home::path(data);
        let text = match std::fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let data = data.display();
                bail!(text!(host_missing, data = data, path = path.display()));
            }
            Err(error) => {
                return Err(error).with_context(|| text!(cannot_read, path = path.display()));
            }
        };
        serde_json::from_slice(&text).with_context(|| text!(host_damaged, path = path.display()))
    }

    pub fn remove(data: &Path) {
        let _ = std::fs::remove_file(Home::path(data));
    }
}

/// The folder, made where it is missing; absolute, because the server's own
/// files name it.
pub fn prepare(data: &Path) -> Result<PathBuf> {
    let failed = || text!(data_unfit, path = data.display());
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(data).with_context(failed)?;
    data.canonicalize().with_context(failed)
}

/// Held for as long as the host lives; the operating system drops it with the process.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    pub fn take(data: &Path) -> Result<Lock> {
        let path = data.join("lock");
        let failed = || text!(data_unlocked, path = path.display());
        let mut file = File::options()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(&path)
            .with_context(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                let _ = file.read_to_string(&mut holder);
                let (data, holder) = (data.display(), holder.trim());
                bail!(text!(data_taken, holder = holder, data = data));
            }
            Err(TryLockError::Error(error)) => return Err(error).with_context(failed),
        }
        file.set_len(0).with_context(failed)?;
        writeln!(file, "{}", std::process::id()).with_context(failed)?;
        Ok(Lock { _file: file })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_folder_has_one_host() {
        let data = std::env::temp_dir().join(format!("tocsin-lock-{}", std::process::id()));
        let data = prepare(&data).expect("a folder");
        let first = Lock::take(&data).expect("free");
        let second = Lock::take(&data).expect_err("taken").to_string();
        assert!(second.contains(&std::process::id().to_string()), "{second}");
        drop(first);
        Lock::take(&data).expect("free again");
        std::fs::remove_dir_all(data).expect("removed");
    }

    #[test]
    fn a_folder_without_a_host_says_what_to_do() {
        let error = Home::read(Path::new("no/such/folder")).expect_err("no host").to_string();
        assert!(error.contains("tocsin up") && error.contains("no/such/folder"), "{error}");
    }
}

//! Compiled components on disk, so that a restart does not compile again.
//!
//! Machine code is loaded without being checked by wasmtime, so the only files
//! loaded are those that this host wrote itself into a folder that nobody else
//! may enter. The sum inside each file finds damage (a torn write, a flipped
//! bit), not forgery: who can write into the folder runs as this user already.

use sha2::{Digest, Sha256};
use std::fs::{self, File, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use wasmtime::Engine;
use wasmtime::component::Component;

pub(crate) struct Cache {
    folder: PathBuf,
    /// Says which wasmtime, with which configuration, on which processor.
    compatibility: String,
}

const SUM_BYTES: usize = 32;

impl Cache {
    /// Makes the folder if need be and closes it to everybody else.
    pub(crate) fn open(folder: &Path, engine: &Engine) -> io::Result<Cache> {
        fs::create_dir_all(folder)?;
        if !fs::symlink_metadata(folder)?.is_dir() {
            return Err(io::Error::other("it is not a folder"));
        }
        // Only the owner may do this; it fails on a folder of somebody else.
        fs::set_permissions(folder, Permissions::from_mode(0o700))?;
        let mut hasher = Sha256Hasher(Sha256::new());
        std::hash::Hash::hash(&engine.precompile_compatibility_hash(), &mut hasher);
        let compatibility = crate::plugin::hex(&hasher.0.finalize()[..8]);
        Ok(Cache { folder: folder.to_owned(), compatibility })
    }

    fn path(&self, digest: &str) -> PathBuf {
        self.folder.join(format!("{digest}-{}.cwasm", self.compatibility))
    }

    /// The component compiled before, if its file is there and whole.
    pub(crate) fn load(&self, engine: &Engine, digest: &str) -> Option<Component> {
        let path = self.path(digest);
        let whole = self.read(&path);
        if whole.is_none() && path.exists() {
            tracing::warn!(path = %path.display(), "a compiled plugin in the cache is damaged; it is compiled again");
            let _ = fs::remove_file(&path);
        }
        // SAFETY: `read` returned bytes that `store` below wrote, from `Component::serialize`
        // under the same compatibility hash: the file is a regular one of this user in a
        // folder with mode 0700, and its sum agrees.
        unsafe { Component::deserialize(engine, whole?.get(SUM_BYTES..)?) }.ok()
    }

    fn read(&self, path: &Path) -> Option<Vec<u8>> {
        let about = fs::symlink_metadata(path).ok()?;
        let folder = fs::symlink_metadata(&self.folder).ok()?;
        let ours = about.is_file() && about.uid() == folder.uid() && folder.mode() & 0o077 == 0;
        let bytes = if ours {
            fs::read(path).ok()?
        } else {
            return None;
        };
        let (sum, code) = bytes.split_at_checked(SUM_BYTES)?;
        (Sha256::digest(code).as_slice() == sum).then_some(bytes)
    }

    /// Ordering: written and synced under another name, then renamed, so that a
    /// reader sees all of it or nothing. A failure only costs the next compile.
    pub(crate) fn store(&self, component: &Component, digest: &str) {
        let path = self.path(digest);
        let written =
            component.serialize().map_err(|error| io::Error::other(error.to_string())).and_then(|code| {
                let draft = path.with_extension(format!("{}.draft", std::process::id()));
                let mut file = File::create(&draft)?;
                file.write_all(&Sha256::digest(&code))?;
                file.write_all(&code)?;
                file.sync_all()?;
                fs::rename(&draft, &path)
            });
        if let Err(error) = written {
            tracing::warn!(path = %path.display(), %error, "a compiled plugin could not be cached");
        }
    }
}

/// wasmtime offers its compatibility as `impl Hash`; a file name wants one that
/// is the same in every process.
struct Sha256Hasher(Sha256);

impl std::hash::Hasher for Sha256Hasher {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn finish(&self) -> u64 {
        0
    }
}

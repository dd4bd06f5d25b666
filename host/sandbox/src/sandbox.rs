//! Where packages become plugins: one engine for each size of guest.

use crate::package::{self, PackageError};
use crate::plugin::Plugin;
use crate::pool::{Pool, Size};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

#[derive(Clone, Debug)]
pub struct Config {
    /// Where compiled plugins are kept; made with mode 0700. `None`: compile every time.
    pub cache: Option<PathBuf>,
    /// Instances alive at once: one for every feed and one for every door that frames.
    pub instances: u32,
    /// The most memory that one instance can have.
    pub memory_mib: u32,
    /// Counts instructions and keeps what each call cost and said
    /// ([`Guest::account`](crate::Guest::account)): for an author's desk, at a
    /// third of the speed lost.
    pub metered: bool,
}

impl Default for Config {
    fn default() -> Self {
        // 64 plugins with a feed and a framing door each.
        Config { cache: None, instances: 128, memory_mib: crate::Limits::CEILING.memory_mib, metered: false }
    }
}

/// Why the host cannot run any plugin.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(
        "the sandbox cannot be set up (it reserves {reserved_gib} GiB of address space, none of it memory; `ulimit -v` must allow that)"
    )]
    Engine { reserved_gib: u64, source: Box<dyn std::error::Error + Send + Sync> },
    #[error("the folder for compiled plugins, {}, cannot be used", folder.display())]
    Cache { folder: PathBuf, source: std::io::Error },
    #[error("the thread that keeps deadlines cannot be started")]
    Ticker(#[source] std::io::Error),
}

/// Owns the engines. Plugins and guests hold on to theirs, so it may go first.
pub struct Sandbox {
    config: Config,
    small: Pool,
    /// Made when the first large package comes: a host of Rust plugins has none.
    large: Mutex<Option<Arc<Pool>>>,
}

impl Sandbox {
    pub fn new(config: Config) -> Result<Sandbox, StartError> {
        let small = Pool::new(Size::Small, &config)?;
        Ok(Sandbox { config, small, large: Mutex::default() })
    }

    /// Reads and checks the package, then compiles it or takes it from the cache.
    pub fn load(&self, package: &[u8]) -> Result<Plugin, PackageError> {
        let (manifest, core_instances) = package::read(package)?;
        let most = self.config.memory_mib;
        if manifest.limits.memory_mib > most {
            return Err(PackageError::Memory { asks: manifest.limits.memory_mib, most });
        }
        match Size::of(core_instances) {
            Size::Small => self.small.load(package, manifest),
            Size::Large => {
                let large = self.large().map_err(|error| {
                    let source = std::error::Error::source(&error).map(|source| format!(": {source}"));
                    PackageError::Compile(format!("{error}{}", source.unwrap_or_default()))
                })?;
                large.load(package, manifest)
            }
        }
    }

    fn large(&self) -> Result<Arc<Pool>, StartError> {
        let mut large = self.large.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(pool) = &*large {
            return Ok(pool.clone());
        }
        let pool = Arc::new(Pool::new(Size::Large, &self.config)?);
        *large = Some(pool.clone());
        Ok(pool)
    }
}

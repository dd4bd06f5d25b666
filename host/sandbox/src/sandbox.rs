//! The one engine of a host, and how a package becomes a plugin.

use crate::bindings::Host_;
use crate::cache::Cache;
use crate::package::{self, PackageError};
use crate::plugin::{Plugin, digest};
use crate::ward::Ward;
use std::path::PathBuf;
use std::time::Duration;
use wasmtime::component::{Component, HasSelf, Linker};
use wasmtime::{Enabled, Engine, InstanceAllocationStrategy, OptLevel, PoolingAllocationConfig, Strategy};

/// How often the epoch moves. A deadline is met to within two of these; finer
/// ticks wake an idle machine for nothing.
pub(crate) const TICK: Duration = Duration::from_millis(5);

/// Enough for any decoder (5 levels of a recursive parser take under 4 KiB) and
/// a quarter of the 2 MiB that Rust gives a thread.
const WASM_STACK_BYTES: usize = 512 << 10;

/// Pages of a returned instance that are cleared in place instead of given back:
/// a Rust guest dirties under 100 KiB in its life, and this is what each free
/// slot may keep of the host's memory.
const KEEP_RESIDENT_BYTES: usize = 256 << 10;

/// A component from `wit-component` holds three core instances (the guest, a
/// shim and its fix-up); one from componentize-py 38.
const CORE_INSTANCES_PER_INSTANCE: u32 = 4;
const CORE_INSTANCES_PER_COMPONENT: u32 = 64;

#[derive(Clone, Debug)]
pub struct Config {
    /// Where compiled plugins are kept; made with mode 0700. `None`: compile every time.
    pub cache: Option<PathBuf>,
    /// Instances alive at once: one for every feed and one for every door that frames.
    pub instances: u32,
    /// The most memory that one instance can have.
    pub memory_mib: u32,
}

impl Default for Config {
    fn default() -> Self {
        // 64 plugins with a feed and a framing door each.
        Config { cache: None, instances: 128, memory_mib: crate::Limits::CEILING.memory_mib }
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

/// Owns the engine. Plugins and guests hold on to it, so it may go first.
pub struct Sandbox {
    engine: Engine,
    linker: Linker<Ward>,
    cache: Option<Cache>,
    memory_mib: u32,
}

impl Sandbox {
    pub fn new(config: Config) -> Result<Sandbox, StartError> {
        let failed = |error: wasmtime::Error| StartError::Engine {
            reserved_gib: 4 * u64::from(config.instances),
            source: error.into(),
        };
        let engine = Engine::new(&engine_config(&config)).map_err(failed)?;
        let mut linker = Linker::new(&engine);
        Host_::add_to_linker::<_, HasSelf<Ward>>(&mut linker, |ward| ward).map_err(failed)?;
        let cache = match &config.cache {
            Some(folder) => Some(
                Cache::open(folder, &engine)
                    .map_err(|source| StartError::Cache { folder: folder.clone(), source })?,
            ),
            None => None,
        };
        tick(&engine).map_err(StartError::Ticker)?;
        Ok(Sandbox { engine, linker, cache, memory_mib: config.memory_mib })
    }

    /// Reads and checks the package, then compiles it or takes it from the cache.
    pub fn load(&self, package: &[u8]) -> Result<Plugin, PackageError> {
        let manifest = package::inspect(package)?;
        if manifest.limits.memory_mib > self.memory_mib {
            let asks = manifest.limits.memory_mib;
            return Err(PackageError::Memory { asks, most: self.memory_mib });
        }
        let digest = digest(package);
        let component = self.component(package, &digest)?;
        let pre = self
            .linker
            .instantiate_pre(&component)
            .map_err(|error| PackageError::Link(crate::border::text::line(&format!("{error:#}"), 300)))?;
        Plugin::new(manifest, digest, pre)
    }

    fn component(&self, package: &[u8], digest: &str) -> Result<Component, PackageError> {
        if let Some(component) = self.cache.as_ref().and_then(|cache| cache.load(&self.engine, digest)) {
            return Ok(component);
        }
        let component = Component::from_binary(&self.engine, package)
            .map_err(|error| PackageError::Compile(crate::border::text::line(&format!("{error:#}"), 300)))?;
        if let Some(cache) = &self.cache {
            cache.store(&component, digest);
        }
        Ok(component)
    }
}

fn engine_config(config: &Config) -> wasmtime::Config {
    let mut engine = wasmtime::Config::new();
    engine
        .strategy(Strategy::Cranelift)
        .cranelift_opt_level(OptLevel::Speed)
        .epoch_interruption(true)
        .max_wasm_stack(WASM_STACK_BYTES)
        .wasm_component_model(true)
        // Answers must not depend on the processor that gave them.
        .cranelift_nan_canonicalization(true)
        .wasm_relaxed_simd(false)
        .wasm_memory64(false)
        .wasm_tail_call(false)
        .memory_init_cow(true)
        .generate_address_map(false)
        .wasm_backtrace_max_frames(None)
        .allocation_strategy(InstanceAllocationStrategy::Pooling(pool(config)));
    engine
}

/// Every number is of slots of address space; a slot costs memory when used.
fn pool(config: &Config) -> PoolingAllocationConfig {
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(config.instances)
        .total_core_instances(config.instances * CORE_INSTANCES_PER_INSTANCE)
        .total_memories(config.instances)
        // The guest's own table and the shim's.
        .total_tables(config.instances * 2)
        .max_core_instances_per_component(CORE_INSTANCES_PER_COMPONENT)
        .max_memories_per_component(1)
        .max_tables_per_component(CORE_INSTANCES_PER_COMPONENT)
        .max_memory_size((config.memory_mib as usize) << 20)
        .table_elements(crate::guest::memory::TABLE_ELEMENTS)
        .linear_memory_keep_resident(KEEP_RESIDENT_BYTES)
        .table_keep_resident(8 << 10)
        .max_unused_warm_slots(8)
        // Finds the dirty pages instead of clearing from the bottom; Linux 6.7 and newer.
        .pagemap_scan(Enabled::Auto);
    pool
}

/// The thread ends with the engine.
fn tick(engine: &Engine) -> std::io::Result<()> {
    let engine = engine.weak();
    std::thread::Builder::new().name("epoch".into()).stack_size(64 << 10).spawn(move || {
        loop {
            std::thread::sleep(TICK);
            match engine.upgrade() {
                Some(engine) => engine.increment_epoch(),
                None => break,
            }
        }
    })?;
    Ok(())
}

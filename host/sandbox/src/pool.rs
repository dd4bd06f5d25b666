//! One engine and its slots, for guests of one size.
//!
//! A Rust guest is three core instances and a megabyte, an interpreter with its
//! libraries dozens and twenty. One pool for both would hold, for each of its
//! slots, what only the largest needs ([ADR 0019](../../../docs/adr/0019-guests-have-sizes.md)).

use crate::bindings::Host_;
use crate::cache::Cache;
use crate::manifest::Manifest;
use crate::package::PackageError;
use crate::plugin::{Plugin, digest};
use crate::sandbox::{Config, StartError};
use crate::ward::Ward;
use std::time::Duration;
use wasmtime::component::{Component, HasSelf, Linker};
use wasmtime::{Enabled, Engine, InstanceAllocationStrategy, OptLevel, PoolingAllocationConfig, Strategy};

/// How often the epoch moves. A deadline is met to within two of these; finer
/// ticks wake an idle machine for nothing.
pub(crate) const TICK: Duration = Duration::from_millis(5);

/// Enough for any decoder (5 levels of a recursive parser take under 4 KiB) and
/// a quarter of the 2 MiB that Rust gives a thread.
const WASM_STACK_BYTES: usize = 512 << 10;

/// How much of everything an instance takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Size {
    /// From `wit-component`: the guest, a shim and its fix-up.
    Small,
    /// An interpreter: 38 core instances from componentize-py, its libraries
    /// linked when it is instantiated.
    Large,
}

/// What one size of guest may take of a pool.
struct Slots {
    instances: u32,
    core_instances: u32,
    tables: u32,
    /// Pages of a returned instance that are cleared in place instead of given
    /// back: about what a guest dirties between two calls, and what each free
    /// slot may keep of the host's memory.
    keep_resident_bytes: usize,
}

impl Size {
    const SMALL_CORE_INSTANCES: u32 = 4;
    const LARGE_CORE_INSTANCES: u32 = 64;

    /// By the core instances that the package makes of itself.
    pub(crate) fn of(core_instances: u32) -> Size {
        if core_instances <= Size::SMALL_CORE_INSTANCES { Size::Small } else { Size::Large }
    }

    fn slots(self, config: &Config) -> Slots {
        match self {
            Size::Small => Slots {
                instances: config.instances,
                core_instances: Size::SMALL_CORE_INSTANCES,
                // The guest's own table and the shim's.
                tables: 2,
                // A Rust guest dirties under 100 KiB in its life.
                keep_resident_bytes: 256 << 10,
            },
            Size::Large => Slots {
                // 16 such plugins with a feed and a framing door each, at 20 MiB.
                instances: config.instances.min(32),
                core_instances: Size::LARGE_CORE_INSTANCES,
                tables: 8,
                keep_resident_bytes: 2 << 20,
            },
        }
    }
}

/// Cheap where nothing is instantiated: slots are address space.
pub(crate) struct Pool {
    engine: Engine,
    linker: Linker<Ward>,
    cache: Option<Cache>,
    metered: bool,
}

impl Pool {
    pub(crate) fn new(size: Size, config: &Config) -> Result<Pool, StartError> {
        let slots = size.slots(config);
        let failed = |error: wasmtime::Error| StartError::Engine {
            reserved_gib: 4 * u64::from(slots.instances),
            source: error.into(),
        };
        let engine = Engine::new(&engine_config(&slots, config)).map_err(failed)?;
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
        Ok(Pool { engine, linker, cache, metered: config.metered })
    }

    /// Compiles the package or takes it from the cache, and links it.
    pub(crate) fn load(&self, package: &[u8], manifest: Manifest) -> Result<Plugin, PackageError> {
        let digest = digest(package);
        let component = self.component(package, &digest)?;
        image(&component);
        let pre = self
            .linker
            .instantiate_pre(&component)
            .map_err(|error| PackageError::Link(crate::border::text::line(&format!("{error:#}"), 300)))?;
        Plugin::new(manifest, digest, pre, self.metered)
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

/// Draws up what the memory of each instance begins as, a sealed file in memory, before
/// a call needs it: sealing is refused (`EBUSY`) for as long as the kernel has one of the
/// pages in its hands, and left to the first call that would be its trap.
fn image(component: &Component) {
    const TRIES: u32 = 50;
    const PAUSE: Duration = Duration::from_millis(20);
    for _ in 0..TRIES {
        let Err(error) = component.initialize_copy_on_write_image() else { return };
        tracing::debug!(%error, "drawing up a plugin's memory");
        std::thread::sleep(PAUSE);
    }
    tracing::warn!("a plugin's memory could not be drawn up in a second; its first call tries again");
}

fn engine_config(slots: &Slots, config: &Config) -> wasmtime::Config {
    let mut engine = wasmtime::Config::new();
    engine
        .strategy(Strategy::Cranelift)
        .cranelift_opt_level(OptLevel::Speed)
        .epoch_interruption(true)
        .consume_fuel(config.metered)
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
        .allocation_strategy(InstanceAllocationStrategy::Pooling(pool(slots, config)));
    engine
}

/// Every number is of slots of address space; a slot costs memory when used.
fn pool(slots: &Slots, config: &Config) -> PoolingAllocationConfig {
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(slots.instances)
        .total_core_instances(slots.instances * slots.core_instances)
        .total_memories(slots.instances)
        .total_tables(slots.instances * slots.tables)
        .max_core_instances_per_component(slots.core_instances)
        .max_memories_per_component(1)
        .max_tables_per_component(slots.tables)
        .max_memory_size((config.memory_mib as usize) << 20)
        .table_elements(crate::guest::memory::TABLE_ELEMENTS)
        .linear_memory_keep_resident(slots.keep_resident_bytes)
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

//! Plugins at work: which package each runs now, and one worker a thread.

mod lines;

use crate::metrics::Metrics;
use crate::signals::Used;
use lines::Lines;
use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, RwLock};
use std::time::{Duration, Instant};
use tocsin_sandbox::{
    Answer, Breaker, Call, Guest, Level, Manifest, Piece, Plugin, Registry, Role, Room, Surroundings, Verdict,
};

/// What each department may look up of the city.
pub type Registries = Arc<dyn Fn(&str) -> Arc<dyn Registry> + Send + Sync>;

/// One loaded package with what the operator set for it.
#[derive(Clone)]
pub struct Loaded {
    pub plugin: Plugin,
    pub surroundings: Surroundings,
}

/// All loaded plugins by id; cheap to clone, changed by `put` while feeds run.
#[derive(Clone)]
pub struct Shelf {
    inner: Arc<Inner>,
}

struct Inner {
    registries: Registries,
    loaded: RwLock<BTreeMap<String, Loaded>>,
    /// Grows with every change: feeds look at this between two messages.
    generation: AtomicU64,
}

impl Shelf {
    pub fn new(registries: Registries) -> Shelf {
        let inner = Inner { registries, loaded: RwLock::default(), generation: AtomicU64::new(1) };
        Shelf { inner: Arc::new(inner) }
    }

    /// What a department may look up of the city.
    pub fn registry(&self, department: &str) -> Arc<dyn Registry> {
        (self.inner.registries)(department)
    }

    /// From now on the plugin is this package; running workers change between
    /// two messages.
    pub fn put(&self, plugin: Plugin, settings: &BTreeMap<String, String>) {
        let settings = effective(plugin.manifest(), settings);
        let surroundings = Surroundings {
            registry: self.registry(&plugin.manifest().department),
            settings: Arc::new(settings),
            native: None,
        };
        self.put_loaded(Loaded { plugin, surroundings });
    }

    pub fn put_loaded(&self, loaded: Loaded) {
        let id = loaded.plugin.manifest().id.clone();
        self.inner.loaded.write().unwrap_or_else(std::sync::PoisonError::into_inner).insert(id, loaded);
        self.inner.generation.fetch_add(1, Ordering::Release);
    }

    pub fn get(&self, id: &str) -> Option<Loaded> {
        self.read().get(id).cloned()
    }

    pub fn list(&self) -> Vec<Loaded> {
        self.read().values().cloned().collect()
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, BTreeMap<String, Loaded>> {
        self.inner.loaded.read().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    pub fn generation(&self) -> u64 {
        self.inner.generation.load(Ordering::Acquire)
    }

    /// Brings a feed's workers in step with the shelf.
    pub fn refresh(&self, department: &str, seen: &mut u64, workers: &mut HashMap<String, Worker>) {
        let generation = self.generation();
        if *seen == generation {
            return;
        }
        *seen = generation;
        for loaded in self.list() {
            let manifest = loaded.plugin.manifest();
            if manifest.department != department {
                continue;
            }
            let is_current = workers.get(&manifest.id).is_some_and(|worker| worker.is(&loaded));
            if !is_current {
                tracing::info!(
                    plugin = manifest.id,
                    version = manifest.version,
                    digest = loaded.plugin.digest(),
                    "plugin at work"
                );
                workers.insert(manifest.id.clone(), Worker::new(&loaded));
            }
        }
    }
}

/// The operator's values over the manifest's defaults; nothing undeclared.
fn effective(manifest: &Manifest, given: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let value = |name: &String, default: &Option<String>| given.get(name).or(default.as_ref()).cloned();
    manifest
        .settings
        .iter()
        .filter_map(|(name, setting)| Some((name.clone(), value(name, &setting.default)?)))
        .collect()
}

/// A plugin in one feed.
pub struct Worker {
    id: String,
    version: String,
    digest: String,
    native: bool,
    guest: Guest,
    /// The input that failed once; it is asked once more.
    failed: Option<u64>,
    lines: Lines,
}

impl Worker {
    fn new(loaded: &Loaded) -> Worker {
        let manifest = loaded.plugin.manifest();
        Worker {
            id: manifest.id.clone(),
            version: manifest.version.clone(),
            digest: loaded.plugin.digest().to_owned(),
            native: loaded.surroundings.native.is_some(),
            guest: Guest::new(&loaded.plugin, loaded.surroundings.clone()),
            failed: None,
            lines: Lines::new(Instant::now()),
        }
    }

    fn is(&self, loaded: &Loaded) -> bool {
        self.digest == loaded.plugin.digest() && self.native == loaded.surroundings.native.is_some()
    }

    pub fn id(&self) -> &str {
        &self.id
    }

    pub fn used(&self) -> Used {
        Used { id: self.id.clone(), version: self.version.clone(), digest: self.digest.clone() }
    }

    /// How long to wait before the next call: a rate kept, a breaker open.
    pub fn wait(&self) -> Duration {
        self.guest.ready_in()
    }

    /// How long an open breaker still rests; `None` while the plugin works.
    pub fn rest(&self) -> Option<Duration> {
        (self.guest.breaker() == Breaker::Open).then(|| self.guest.ready_in())
    }

    /// One input. A plugin is pure, so asking it again is useless; but a trap
    /// may be the instance's own history, so once more, alone, on a fresh one.
    /// `None`: it was not asked (again), because its rate is used up or it rests;
    /// [`wait`](Worker::wait), then call with the same input.
    pub fn call(
        &mut self,
        call: &Call,
        room: &mut Room,
        metrics: &Metrics,
    ) -> Option<Result<Answer, Verdict>> {
        let started = Instant::now();
        let mut answer = self.guest.call(call, room);
        if let Err(verdict) = &answer
            && verdict.kind.ran()
            && self.failed != Some(call.sequence())
        {
            metrics.trap(&self.id, verdict.kind.as_str());
            self.guest.fresh();
            self.failed = Some(call.sequence());
            answer = self.guest.call(call, room);
        }
        if let Some(left_out) = self.lines.left_out(started) {
            tracing::warn!(plugin = self.id, "{left_out} more lines not written");
        }
        match &answer {
            Ok(answer) => {
                for (level, text) in &answer.logs {
                    self.log(*level, text);
                }
            }
            Err(verdict) if verdict.kind.rests() => return None,
            Err(verdict) if verdict.kind.ran() => {
                metrics.trap(&self.id, verdict.kind.as_str());
                tracing::warn!(plugin = self.id, %verdict, "frame becomes a dead letter");
                self.guest.fresh();
            }
            Err(_) => {}
        }
        metrics.call(&self.id, started.elapsed());
        Some(answer)
    }

    fn log(&mut self, level: Level, text: &str) {
        // What nobody reads takes no line from what somebody does.
        let is_read = match level {
            Level::Debug => tracing::enabled!(tracing::Level::DEBUG),
            Level::Info => tracing::enabled!(tracing::Level::INFO),
            Level::Warn => tracing::enabled!(tracing::Level::WARN),
            Level::Error => tracing::enabled!(tracing::Level::ERROR),
        };
        if !is_read || !self.lines.admit() {
            return;
        }
        match level {
            Level::Debug => tracing::debug!(plugin = self.id, "{text}"),
            Level::Info => tracing::info!(plugin = self.id, "{text}"),
            Level::Warn => tracing::warn!(plugin = self.id, "{text}"),
            Level::Error => tracing::error!(plugin = self.id, "{text}"),
        }
    }
}

/// A plugin's framer on a door's thread.
pub struct Framer {
    id: String,
    shelf: Shelf,
    seen: u64,
    guest: Guest,
    metrics: Arc<Metrics>,
}

impl Framer {
    /// `None`: the plugin has no framer, or is not loaded.
    pub fn of(id: &str, shelf: &Shelf, metrics: &Arc<Metrics>) -> Option<Framer> {
        let loaded = shelf.get(id).filter(|loaded| loaded.plugin.manifest().has(Role::Framer))?;
        Some(Framer {
            id: id.to_owned(),
            shelf: shelf.clone(),
            seen: shelf.generation(),
            guest: Guest::new(&loaded.plugin, loaded.surroundings),
            metrics: metrics.clone(),
        })
    }

    pub fn frame(&mut self, buffer: &[u8]) -> Result<Vec<Piece>, Verdict> {
        self.refresh();
        let pieces = self.guest.frame(buffer);
        if let Err(verdict) = &pieces
            && !verdict.kind.rests()
        {
            self.metrics.trap(&self.id, verdict.kind.as_str());
            tracing::warn!(plugin = self.id, %verdict, "framer");
            self.guest.fresh();
        }
        pieces
    }

    pub fn wait(&self) -> Duration {
        self.guest.ready_in()
    }

    fn refresh(&mut self) {
        let generation = self.shelf.generation();
        if self.seen == generation {
            return;
        }
        self.seen = generation;
        if let Some(loaded) = self.shelf.get(&self.id) {
            self.guest = Guest::new(&loaded.plugin, loaded.surroundings);
        }
    }
}

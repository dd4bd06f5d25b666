//! The life of packages: blobs in the bus's object store, the desired version
//! in KV, and which of city file and push wins at a start.

use super::{Host, StartError, patiently};
use crate::bus::stores::{PACKAGES, PLUGINS};
use async_nats::jetstream::object_store::GetErrorKind;
use futures_util::TryStreamExt;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use tocsin_sandbox::{Manifest, PackageError, Plugin};
use tokio::io::AsyncReadExt;

#[derive(Debug, thiserror::Error)]
pub enum PushError {
    #[error(transparent)]
    Package(#[from] PackageError),
    #[error("cannot read the package {}; run `cargo xtask build`, or mend `package` in the city file", path.display())]
    Read {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error(
        "the package is of plugin `{found}` and the city file wants `{wanted}` there; mend `id` in one of them"
    )]
    Id { wanted: String, found: String },
    #[error("plugin `{id}` says that it is of department `{found}`; the city file has it in `{wanted}`")]
    Department { id: String, wanted: String, found: String },
    #[error("the city has no department `{department}`; add it to the city file first")]
    NoDepartment { department: String },
    #[error("the bus does not keep the package: {reason}")]
    Bus { reason: String },
}

impl PushError {
    fn away(error: &dyn std::fmt::Display) -> PushError {
        PushError::Bus { reason: error.to_string() }
    }

    fn is_away(&self) -> bool {
        matches!(self, PushError::Bus { .. })
    }
}

/// What was put to work.
#[derive(Clone, Debug, Serialize)]
pub struct Pushed {
    pub id: String,
    pub department: String,
    pub version: String,
    pub digest: String,
    /// False: this very package was at work already.
    pub changed: bool,
}

/// KV value of one plugin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Desired {
    digest: String,
    /// Digest of the city file's package when it was last seen.
    city: String,
}

impl Host {
    /// The city file's package wins where it changed since the last start,
    /// else what was pushed last.
    pub(super) async fn load_packages(&self) -> Result<(), StartError> {
        for (id, spec) in &self.specs {
            let failed = |source| StartError::Plugin { id: id.clone(), source };
            let read = |source| PushError::Read { path: spec.package.clone(), source };
            let bytes = tokio::fs::read(&spec.package).await.map_err(read).map_err(failed)?;
            let plugin = self.sandbox.load(&bytes).map_err(PushError::from).map_err(failed)?;
            self.check(plugin.manifest()).map_err(failed)?;
            if plugin.manifest().id != *id {
                let found = plugin.manifest().id.clone();
                return Err(failed(PushError::Id { wanted: id.clone(), found }));
            }
            // A bus that does not answer is not a table without an entry: the package that was
            // pushed would be replaced by the city's without a word.
            let desired =
                patiently(async || self.desired(id).await, PushError::is_away).await.map_err(failed)?;
            let city = plugin.digest().to_owned();
            let pushed = match desired {
                Some(desired) if desired.city == city && desired.digest != city => {
                    let blob = patiently(async || self.blob(&desired.digest).await, PushError::is_away);
                    let blob = blob.await.map_err(failed)?;
                    if blob.is_none() {
                        tracing::error!(
                            plugin = id,
                            digest = desired.digest,
                            "the pushed package is not kept; the city's works"
                        );
                    }
                    blob
                }
                _ => None,
            };
            match pushed.and_then(|bytes| self.sandbox.load(&bytes).ok()) {
                Some(pushed) => self.shelf.put(pushed, &spec.settings),
                None => {
                    let kept =
                        patiently(async || self.keep(&plugin, &bytes, &city).await, PushError::is_away);
                    kept.await.map_err(failed)?;
                    self.shelf.put(plugin, &spec.settings);
                }
            }
        }
        self.load_pushed().await;
        Ok(())
    }

    /// What was pushed and is in no city file. It hinders no start: the city
    /// file says what must run.
    async fn load_pushed(&self) {
        let keys = async || {
            let keys = async {
                let keys: Vec<String> = self.bus.table(PLUGINS).await?.keys().await?.try_collect().await?;
                Ok::<_, async_nats::Error>(keys)
            };
            keys.await.map_err(|error| PushError::away(&*error))
        };
        let keys = match patiently(keys, PushError::is_away).await {
            Ok(keys) => keys,
            Err(error) => return tracing::error!(%error, "the table of plugins cannot be read"),
        };
        for id in keys.into_iter().filter(|id| !self.specs.contains_key(id)) {
            // One that the city file once named has left with its line there.
            let desired = match patiently(async || self.desired(&id).await, PushError::is_away).await {
                Ok(desired) => desired.filter(|desired| desired.city.is_empty()),
                Err(error) => {
                    tracing::error!(plugin = id, %error, "the pushed package is not loaded");
                    continue;
                }
            };
            let Some(desired) = desired else { continue };
            let bytes = match patiently(async || self.blob(&desired.digest).await, PushError::is_away).await {
                Ok(Some(bytes)) => bytes,
                Ok(None) => {
                    tracing::error!(plugin = id, digest = desired.digest, "the pushed package is not kept");
                    continue;
                }
                Err(error) => {
                    tracing::error!(plugin = id, %error, "the pushed package is not loaded");
                    continue;
                }
            };
            let loaded = self.sandbox.load(&bytes).map_err(PushError::from);
            match loaded.and_then(|plugin| self.check(plugin.manifest()).map(|()| plugin)) {
                Ok(plugin) => self.shelf.put(plugin, &Default::default()),
                Err(error) => tracing::error!(plugin = id, %error, "the pushed package is not loaded"),
            }
        }
    }

    /// Checks, keeps and puts a package to work; the feed changes over between
    /// two messages. The operator who may call this is the grant.
    pub async fn push(&self, bytes: Vec<u8>) -> Result<Pushed, PushError> {
        let sandbox = self.sandbox.clone();
        // Compiling takes tens of milliseconds to seconds and belongs on no stage's thread.
        let (loaded, bytes) = tokio::task::spawn_blocking(move || (sandbox.load(&bytes), bytes))
            .await
            .map_err(|error| PushError::Bus { reason: error.to_string() })?;
        let plugin = loaded?;
        self.check(plugin.manifest())?;
        let Manifest { id, department, version, .. } = plugin.manifest().clone();
        let digest = plugin.digest().to_owned();
        let changed = self.shelf.get(&id).is_none_or(|loaded| loaded.plugin.digest() != digest);
        let city = self.desired(&id).await?.map(|desired| desired.city).unwrap_or_default();
        // Ordering: kept before it works, or a restart would go back to the old one.
        self.keep(&plugin, &bytes, &city).await?;
        let settings = self.specs.get(&id).map(|spec| spec.settings.clone()).unwrap_or_default();
        self.shelf.put(plugin, &settings);
        Ok(Pushed { id, department, version, digest, changed })
    }

    fn check(&self, manifest: &Manifest) -> Result<(), PushError> {
        let (id, found) = (manifest.id.clone(), manifest.department.clone());
        match self.specs.get(&id) {
            Some(spec) if spec.department != found => {
                Err(PushError::Department { id, wanted: spec.department.clone(), found })
            }
            None if !self.city.departments.iter().any(|d| d.id == found) => {
                Err(PushError::NoDepartment { department: found })
            }
            _ => Ok(()),
        }
    }

    async fn keep(&self, plugin: &Plugin, mut bytes: &[u8], city: &str) -> Result<(), PushError> {
        let put = async {
            let store = self.bus.objects(PACKAGES).await?;
            if store.info(plugin.digest()).await.is_err() {
                store.put(plugin.digest(), &mut bytes).await?;
            }
            let desired = Desired { digest: plugin.digest().to_owned(), city: city.to_owned() };
            self.bus
                .table(PLUGINS)
                .await?
                .put(&plugin.manifest().id, serde_json::to_vec(&desired)?.into())
                .await?;
            Ok(())
        };
        put.await.map_err(|error: async_nats::Error| PushError::away(&*error))
    }

    /// `None`: nothing was ever put there.
    async fn desired(&self, id: &str) -> Result<Option<Desired>, PushError> {
        let table = self.bus.table(PLUGINS).await.map_err(|error| PushError::away(&*error))?;
        let Some(entry) = table.get(id).await.map_err(|error| PushError::away(&error))? else {
            return Ok(None);
        };
        let read = serde_json::from_slice(&entry);
        if let Err(error) = &read {
            tracing::error!(plugin = id, %error, "the desired package cannot be read");
        }
        Ok(read.ok())
    }

    /// `None`: the store has no such package.
    async fn blob(&self, digest: &str) -> Result<Option<Vec<u8>>, PushError> {
        let store = self.bus.objects(PACKAGES).await.map_err(|error| PushError::away(&*error))?;
        let mut object = match store.get(digest).await {
            Ok(object) => object,
            Err(error) if error.kind() == GetErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(PushError::away(&error)),
        };
        let mut bytes = Vec::new();
        object.read_to_end(&mut bytes).await.map_err(|error| PushError::away(&error))?;
        Ok(Some(bytes))
    }
}

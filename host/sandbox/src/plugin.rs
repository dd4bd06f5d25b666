//! A package that was checked, compiled and linked: ready to be instantiated.

use crate::bindings::exports::tocsin::plugin as roles;
use crate::manifest::{Manifest, Role};
use crate::package::PackageError;
use crate::ward::Ward;
use sha2::{Digest, Sha256};
use std::sync::Arc;
use wasmtime::component::InstancePre;

/// Cheap to clone; the last clone frees the compiled code.
#[derive(Clone)]
pub struct Plugin(Arc<Inner>);

struct Inner {
    manifest: Manifest,
    digest: String,
    pre: InstancePre<Ward>,
    exports: Exports,
    metered: bool,
}

/// Where each exported role stands in the component.
#[derive(Default)]
pub(crate) struct Exports {
    pub decoder: Option<roles::decoder::GuestIndices>,
    pub framer: Option<roles::framer::GuestIndices>,
    pub timekeeper: Option<roles::timekeeper::GuestIndices>,
    pub connector: Option<roles::connector::GuestIndices>,
    pub advisor: Option<roles::advisor::GuestIndices>,
}

impl Plugin {
    pub(crate) fn new(
        manifest: Manifest,
        digest: String,
        pre: InstancePre<Ward>,
        metered: bool,
    ) -> Result<Plugin, PackageError> {
        let mut exports = Exports::default();
        for role in &manifest.roles {
            let found = match role {
                Role::Decoder => roles::decoder::GuestIndices::new(&pre).map(|at| exports.decoder = Some(at)),
                Role::Framer => roles::framer::GuestIndices::new(&pre).map(|at| exports.framer = Some(at)),
                Role::Timekeeper => {
                    roles::timekeeper::GuestIndices::new(&pre).map(|at| exports.timekeeper = Some(at))
                }
                Role::Connector => {
                    roles::connector::GuestIndices::new(&pre).map(|at| exports.connector = Some(at))
                }
                Role::Advisor => roles::advisor::GuestIndices::new(&pre).map(|at| exports.advisor = Some(at)),
            };
            found
                .map_err(|error| PackageError::Link(crate::border::text::line(&format!("{error:#}"), 300)))?;
        }
        Ok(Plugin(Arc::new(Inner { manifest, digest, pre, exports, metered })))
    }

    pub fn manifest(&self) -> &Manifest {
        &self.0.manifest
    }

    /// SHA-256 of the package, hex: the name under which journal and cache know it.
    pub fn digest(&self) -> &str {
        &self.0.digest
    }

    pub fn has(&self, role: Role) -> bool {
        self.0.manifest.has(role)
    }

    pub(crate) fn pre(&self) -> &InstancePre<Ward> {
        &self.0.pre
    }

    /// Whether its engine counts instructions.
    pub(crate) fn metered(&self) -> bool {
        self.0.metered
    }

    pub(crate) fn exports(&self) -> &Exports {
        &self.0.exports
    }
}

impl std::fmt::Debug for Plugin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Plugin")
            .field("id", &self.0.manifest.id)
            .field("version", &self.0.manifest.version)
            .field("digest", &self.0.digest)
            .finish()
    }
}

pub(crate) fn digest(package: &[u8]) -> String {
    hex(&Sha256::digest(package))
}

pub(crate) use tocsin_core::outcome::hex::encode as hex;

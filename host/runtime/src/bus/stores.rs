//! The object stores and KV tables, made at start like the streams: their
//! replicas follow the configuration, not the server's default.

use super::Bus;
use super::stream::EnsureError;
use async_nats::jetstream::{kv, object_store};

/// Packages by digest.
pub const PACKAGES: &str = "tocsin-packages";
/// State of feeds.
pub const SNAPSHOTS: &str = "tocsin-snapshots";
/// Desired package of each plugin.
pub const PLUGINS: &str = "tocsin-plugins";
/// How far the sends of each feed have gone out.
pub const SENDS: &str = "tocsin-sends";

/// Which host works.
pub const LEASES: &str = "tocsin-leases";

/// Older values of a key: what an operator may want to go back to, and nothing
/// where only the last counts.
const TABLES: [(&str, i64); 3] = [(PLUGINS, 16), (SENDS, 1), (LEASES, 1)];

impl Bus {
    pub async fn ensure_stores(&self, replicas: usize) -> Result<(), EnsureError> {
        for bucket in [PACKAGES, SNAPSHOTS] {
            if self.objects(bucket).await.is_err() {
                let config = object_store::Config {
                    bucket: bucket.into(),
                    num_replicas: replicas,
                    ..Default::default()
                };
                self.jet().create_object_store(config).await.map_err(|error| failed(bucket, &error))?;
            }
            self.ensure_replicas(&format!("OBJ_{bucket}"), replicas).await?;
        }
        for (bucket, history) in TABLES {
            if self.table(bucket).await.is_err() {
                let config = kv::Config {
                    bucket: bucket.into(),
                    history,
                    num_replicas: replicas,
                    ..Default::default()
                };
                self.jet().create_key_value(config).await.map_err(|error| failed(bucket, &error))?;
            }
            self.ensure_replicas(&format!("KV_{bucket}"), replicas).await?;
        }
        Ok(())
    }

    pub async fn objects(&self, bucket: &str) -> Result<object_store::ObjectStore, async_nats::Error> {
        Ok(self.jet().get_object_store(bucket).await?)
    }

    pub async fn table(&self, bucket: &str) -> Result<kv::Store, async_nats::Error> {
        Ok(self.jet().get_key_value(bucket).await?)
    }

    /// One that stood already may be of another number.
    async fn ensure_replicas(&self, stream: &str, replicas: usize) -> Result<(), EnsureError> {
        let info = self.jet().get_stream(stream).await.map_err(|error| failed(stream, &error))?;
        let mut config = info.cached_info().config.clone();
        if config.num_replicas == replicas {
            return Ok(());
        }
        config.num_replicas = replicas;
        let echoed = self.jet().update_stream(config).await.map_err(|error| failed(stream, &error))?;
        match echoed.config.num_replicas == replicas {
            true => Ok(()),
            false => Err(EnsureError::Echo { stream: stream.to_owned(), what: "replicas".into() }),
        }
    }
}

fn failed(stream: &str, error: &dyn std::error::Error) -> EnsureError {
    // The streams stand already: what is refused now is refused while the server starts.
    EnsureError::Away { stream: stream.to_owned(), reason: error.to_string() }
}

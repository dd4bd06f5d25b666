//! Who works: of several hosts on one bus one holds the lease, the others stand by.
//!
//! The lease is for liveness alone. Safety is the fences' (nothing of a host that
//! was taken over lands between what its successor writes); the lease only keeps two
//! hosts from fencing each other off in turns. It needs no common clock:
//!
//! - the holder renews by compare-and-set, and counts itself as holder for [`TERM`]
//!   from *before* it asked; outside of that it makes no fenced write;
//! - whoever stands by takes over when it has seen the same revision, at every look,
//!   for [`TERM`] by its own monotonic clock. What it cannot read it has not seen.
//!
//! So a host that was stopped (SIGSTOP, a machine asleep) finds its term over when it
//! goes on and writes nothing before it has asked; it then reads who has taken over,
//! and ends.

use crate::bus::Bus;
use crate::bus::stores::LEASES;
use async_nats::jetstream::kv;
use serde::{Deserialize, Serialize};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

/// A dead host is replaced within 3 s: this, a look, and opening the doors.
pub const TERM: Duration = Duration::from_secs(2);
/// Three renewals may be lost.
const RENEW_EVERY: Duration = Duration::from_millis(500);
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// One lease for core, feeds, publishers and doors of the realm ([ADR 0013]).
///
/// [ADR 0013]: ../../../docs/adr/0013-one-lease-a-realm.md
const KEY: &str = "live";

/// KV value: who holds it. Empty: it was given back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    pub id: String,
    /// For people: process and machine.
    pub name: String,
}

impl Holder {
    /// Stays with the data folder, so that a restart takes its own lease back at once.
    pub fn of(data: &Path) -> std::io::Result<Holder> {
        let path = data.join("host-id");
        let known = std::fs::read_to_string(&path).unwrap_or_default();
        let id = match known.trim() {
            "" => {
                let id = crate::trace::secret();
                crate::server::write_private(&path, id.as_bytes())?;
                id
            }
            id => id.to_owned(),
        };
        let machine = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
        Ok(Holder { id, name: format!("pid {} @ {}", std::process::id(), machine.trim()) })
    }
}

/// Whether this host may write. Cloneable handle.
#[derive(Clone, Debug, Default)]
pub struct Lease {
    /// None: no lease is asked for (tools, tests).
    until: Option<Arc<Mutex<Option<Instant>>>>,
}

impl Lease {
    /// One that is yet to be taken.
    pub fn wanted() -> Lease {
        Lease { until: Some(Arc::default()) }
    }

    fn extend(&self, until: Option<Instant>) {
        if let Some(term) = &self.until {
            *term.lock().unwrap_or_else(PoisonError::into_inner) = until;
        }
    }

    pub fn is_held(&self) -> bool {
        let Some(term) = &self.until else { return true };
        term.lock().unwrap_or_else(PoisonError::into_inner).is_some_and(|until| Instant::now() < until)
    }

    /// Returns while the lease is held; otherwise when it is held again.
    pub async fn held(&self) {
        while !self.is_held() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

#[derive(Debug, thiserror::Error)]
enum Away {
    #[error("the table of leases does not answer")]
    Table(#[source] async_nats::Error),
    #[error("its entry cannot be read")]
    Entry(#[from] kv::EntryError),
    #[error("it cannot be taken")]
    Create(#[from] kv::CreateError),
    #[error("it cannot be renewed")]
    Update(#[from] kv::UpdateError),
}

/// What takes the lease and keeps it.
pub struct Keeper {
    bus: Bus,
    lease: Lease,
    me: Holder,
    revision: u64,
}

impl Keeper {
    pub fn new(bus: &Bus, lease: Lease, me: Holder) -> Keeper {
        Keeper { bus: bus.clone(), lease, me, revision: 0 }
    }

    /// Waits for its turn.
    pub async fn take(&mut self) {
        // The revision of another, and since when it stands.
        let mut seen: Option<(u64, Instant)> = None;
        loop {
            let asked = Instant::now();
            let made_anew = self.bus.made_anew();
            let looked = tokio::select! {
                looked = self.look(&mut seen) => looked,
                () = made_anew => continue,
            };
            match looked {
                Ok(true) => {
                    self.lease.extend(Some(asked + TERM));
                    tracing::info!(revision = self.revision, "this host works");
                    return;
                }
                Ok(false) => {}
                Err(error) => {
                    tracing::debug!(%error, "looking at the lease");
                    seen = None;
                }
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    async fn look(&mut self, seen: &mut Option<(u64, Instant)>) -> Result<bool, Away> {
        let table = self.table().await?;
        let Some(entry) = table.entry(KEY).await?.filter(|entry| entry.operation == kv::Operation::Put)
        else {
            self.revision = table.create(KEY, self.value()).await?;
            return Ok(true);
        };
        let holder = read(&entry);
        let is_free = holder.id.is_empty() || holder.id == self.me.id;
        match seen {
            _ if is_free => {}
            Some((revision, since)) if *revision == entry.revision => {
                if since.elapsed() < TERM {
                    return Ok(false);
                }
                tracing::warn!(holder = holder.name, "the working host is silent; taking over");
            }
            Some((revision, since)) => {
                (*revision, *since) = (entry.revision, Instant::now());
                return Ok(false);
            }
            None => {
                tracing::warn!(holder = holder.name, "another host works; standing by");
                *seen = Some((entry.revision, Instant::now()));
                return Ok(false);
            }
        }
        self.revision = table.update(KEY, self.value(), entry.revision).await?;
        Ok(true)
    }

    /// Renews until told to stop, and then gives the lease back; or until another
    /// holds it, which is answered with its name.
    pub async fn keep(mut self, mut stop: watch::Receiver<bool>) -> Option<Holder> {
        loop {
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => {
                    self.give_back().await;
                    return None;
                }
                () = tokio::time::sleep(RENEW_EVERY) => {}
            }
            let (asked, renewed) = loop {
                let asked = Instant::now();
                let made_anew = self.bus.made_anew();
                // What was asked on a connection that broke is answered by nobody, and its
                // time limit is longer than a term: asked again at once on the new one.
                tokio::select! {
                    renewed = self.renew() => break (asked, renewed),
                    () = made_anew => {}
                }
            };
            match renewed {
                Ok(None) => self.lease.extend(Some(asked + TERM)),
                Ok(Some(other)) => {
                    self.lease.extend(None);
                    return Some(other);
                }
                Err(error) => tracing::debug!(%error, "renewing the lease"),
            }
        }
    }

    /// Answers with another's name where the lease is another's.
    async fn renew(&mut self) -> Result<Option<Holder>, Away> {
        let table = self.table().await?;
        let refused = match table.update(KEY, self.value(), self.revision).await {
            Ok(revision) => {
                self.revision = revision;
                return Ok(None);
            }
            Err(refused) => refused,
        };
        // After doubt: it may have landed all the same.
        let entry = table.entry(KEY).await?;
        let Some(entry) = entry.filter(|entry| entry.operation == kv::Operation::Put) else {
            return Err(refused.into());
        };
        let holder = read(&entry);
        if holder.id != self.me.id && !holder.id.is_empty() {
            return Ok(Some(holder));
        }
        // An update that landed unheard: it is renewed from there.
        self.revision = table.update(KEY, self.value(), entry.revision).await?;
        Ok(None)
    }

    async fn give_back(&mut self) {
        self.lease.extend(None);
        let nobody = serde_json::to_vec(&Holder::default()).expect("a holder is plain data");
        let given = async {
            self.table().await?.update(KEY, nobody.into(), self.revision).await?;
            Ok::<_, Away>(())
        };
        if let Err(error) = given.await {
            tracing::debug!(%error, "the lease ends by itself");
        }
    }

    async fn table(&self) -> Result<kv::Store, Away> {
        self.bus.table(LEASES).await.map_err(Away::Table)
    }

    fn value(&self) -> bytes::Bytes {
        serde_json::to_vec(&self.me).expect("a holder is plain data").into()
    }
}

/// What cannot be read is nobody's.
fn read(entry: &kv::Entry) -> Holder {
    serde_json::from_slice(&entry.value).unwrap_or_default()
}

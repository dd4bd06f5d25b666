//! Which ports a host takes, and that they are free.

use super::{Options, leftover};
use crate::text;
use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use std::hash::{BuildHasher, Hasher};
use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr};
use std::ops::Range;
use std::os::fd::AsFd;
use std::path::Path;
use tocsin_runtime::door::{DoorKind, DoorSpec};
use tokio::net::TcpListener;

/// Beside the well-known ones (4222, 1883, 8080), which other programs have.
const NATS: u16 = 14_222;
const MQTT: u16 = 11_883;
const CONSOLE: u16 = 18_080;
const DOORS: u16 = 18_081;

/// Below the ports that Linux gives to connections going out (32,768 and above), and
/// beside those that hosts and protocols have by habit.
const SERVER_PORTS: Range<u16> = 28_000..32_700;

/// Ports tried of those before any will do.
const TRIES: usize = 64;

/// Socket doors begin this far behind `--port-base`; below it are the host's own.
const SOCKETS: u16 = 10;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ports {
    pub nats: u16,
    pub mqtt: u16,
    /// 0: any free one.
    pub console: u16,
    /// 0: any free one.
    pub doors: u16,
    base: Option<u16>,
}

/// The two ports that a restart on the same data wants again: subscribers and
/// devices outside remember them.
#[derive(Serialize, Deserialize)]
struct Remembered {
    nats: u16,
    mqtt: u16,
}

impl Ports {
    pub fn choose(options: &Options, data: &Path) -> Result<Ports> {
        let base = options.port_base;
        let ports = match base {
            None => Ports { nats: NATS, mqtt: MQTT, console: CONSOLE, doors: DOORS, base },
            Some(0) => {
                let (nats, mqtt) = any_free(data)?;
                Ports { nats, mqtt, console: 0, doors: 0, base }
            }
            Some(from) => {
                anyhow::ensure!(from <= u16::MAX - 1_000, text!(port_base_high, from = from));
                Ports { nats: from, mqtt: from + 1, console: from + 2, doors: from + 3, base }
            }
        };
        let is_embedded = options.nats.is_none();
        // A server that an earlier host left behind holds its ports until it is ended at start.
        if is_embedded && leftover::server(data).is_none() {
            for (port, what) in [(ports.nats, "nats-server"), (ports.mqtt, "MQTT")] {
                std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port))
                    .map_err(|error| busy(port, what, error))?;
            }
        }
        Ok(ports)
    }

    /// Gives socket doors their ports, in the order of the city file.
    pub fn assign(&self, doors: &mut [DoorSpec]) {
        let Some(base) = self.base else { return };
        let mut next = base + SOCKETS;
        for door in doors {
            if let DoorKind::Tcp { port, .. } | DoorKind::Udp { port, .. } = &mut door.kind {
                *port = if base == 0 { 0 } else { next };
                next += 1;
            }
        }
    }

    pub async fn listen(&self) -> Result<Listeners> {
        Ok(Listeners {
            console: bind(self.console, "console").await?,
            doors: bind(self.doors, "http").await?,
        })
    }
}

/// Bound before the host starts, so that a busy port is told at once; served after.
#[derive(Debug)]
pub struct Listeners {
    pub console: TcpListener,
    pub doors: TcpListener,
}

impl Listeners {
    pub fn console_url(&self) -> Result<String> {
        Ok(format!("http://{}", self.console.local_addr()?))
    }

    /// The same socket once more, for who answers before the host can.
    pub fn console_again(&self) -> Result<TcpListener> {
        let copied = self.console.as_fd().try_clone_to_owned()?;
        Ok(TcpListener::from_std(copied.into())?)
    }

    pub fn door_address(&self) -> Result<SocketAddr> {
        Ok(self.doors.local_addr()?)
    }
}

async fn bind(port: u16, what: &str) -> Result<TcpListener> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(|error| busy(port, what, error))
}

fn busy(port: u16, what: &str, error: std::io::Error) -> anyhow::Error {
    match error.kind() {
        ErrorKind::AddrInUse => anyhow::anyhow!(text!(port_taken, port = port, what = what)),
        _ => anyhow::Error::new(error).context(text!(port_unheard, port = port, what = what)),
    }
}

/// Those of last time where they are still free, else any.
fn any_free(data: &Path) -> Result<(u16, u16)> {
    let path = data.join("ports.json");
    let remembered =
        std::fs::read(&path).ok().and_then(|text| serde_json::from_slice::<Remembered>(&text).ok());
    if let Some(Remembered { nats, mqtt }) = remembered
        && (leftover::server(data).is_some() || (is_free(nats) && is_free(mqtt)))
    {
        return Ok((nats, mqtt));
    }
    // Both are held before either is let go, or they could be one.
    let (nats, _held) = hold().with_context(|| text!(port_none))?;
    let (mqtt, _held_too) = hold().with_context(|| text!(port_none))?;
    std::fs::write(&path, serde_json::to_vec(&Remembered { nats, mqtt })?)
        .with_context(|| text!(cannot_write, path = path.display()))?;
    Ok((nats, mqtt))
}

/// A free port for the server, which takes it a moment later: of those that no
/// connection going out is given in between, as long as there is one.
fn hold() -> std::io::Result<(u16, std::net::TcpListener)> {
    let of_these = std::iter::repeat_with(|| {
        let random = std::hash::RandomState::new().build_hasher().finish();
        SERVER_PORTS.start + (random % SERVER_PORTS.len() as u64) as u16
    });
    for port in of_these.take(TRIES).chain([0]) {
        match std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
            Ok(held) => return Ok((held.local_addr()?.port(), held)),
            Err(error) if port == 0 => return Err(error),
            Err(_) => {}
        }
    }
    Err(ErrorKind::AddrInUse.into())
}

fn is_free(port: u16) -> bool {
    std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::IpAddr;

    fn door(name: &str, kind: DoorKind) -> DoorSpec {
        DoorSpec { name: name.into(), department: "fire".into(), plugin: "fire".into(), lane: None, kind }
    }

    #[test]
    fn socket_doors_are_numbered_in_the_order_of_the_file() {
        let bind = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let check = |base: Option<u16>, expect: [u16; 2]| {
            let mut doors = [
                door("a", DoorKind::Tcp { bind, port: 26_875 }),
                door("b", DoorKind::Http { source: "b".into() }),
                door("c", DoorKind::Udp { bind, port: 26_875 }),
            ];
            Ports { nats: 0, mqtt: 0, console: 0, doors: 0, base }.assign(&mut doors);
            let got: Vec<u16> = doors
                .iter()
                .filter_map(|door| match door.kind {
                    DoorKind::Tcp { port, .. } | DoorKind::Udp { port, .. } => Some(port),
                    _ => None,
                })
                .collect();
            assert_eq!(got, expect, "{base:?}");
        };
        check(None, [26_875, 26_875]);
        check(Some(0), [0, 0]);
        check(Some(20_000), [20_010, 20_011]);
    }
}

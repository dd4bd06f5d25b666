//! UDP: each datagram is cut by the framer, or is a frame.

use super::framing::{Framing, Stuck};
use super::{DoorKind, Mouth, OpenError};
use crate::outlet::Reply;
use crate::run::Frame;
use bytes::BytesMut;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::net::UdpSocket;
use tokio::sync::{Notify, mpsc, oneshot};

/// A peer that is silent for this long is forgotten as a way back.
const FORGET: Duration = Duration::from_secs(600);

/// Peers remembered at once; sender addresses are easily forged.
const PEERS: usize = 16_384;

struct Peer {
    route: u64,
    device: String,
    heard: Instant,
}

pub async fn run(
    mouth: Mouth,
    framing: Framing,
    listening: oneshot::Sender<Result<Option<SocketAddr>, OpenError>>,
) {
    let DoorKind::Udp { bind, port } = mouth.spec.kind else { return };
    let open = async {
        let socket = UdpSocket::bind((bind, port)).await?;
        let address = socket.local_addr()?;
        Ok((Rc::new(socket), address))
    };
    let (socket, address) = match open.await {
        Ok(open) => open,
        Err(source) => {
            let address = format!("{bind}:{port}");
            let error = OpenError::Listen { door: mouth.spec.name.clone(), address, source };
            return drop(listening.send(Err(error)));
        }
    };
    let _ = listening.send(Ok(Some(address)));
    let mut peers: HashMap<SocketAddr, Peer> = HashMap::new();
    let mut datagram = vec![0; 65_536];
    let mut stop = mouth.stop.clone();
    let refused = Arc::new(Notify::new());
    loop {
        let (length, from) = tokio::select! {
            _ = stop.wait_for(|stop| *stop) => return,
            got = socket.recv_from(&mut datagram) => match got {
                Ok(got) => got,
                Err(_) => continue, // an ICMP error of an earlier reply
            },
        };
        if peers.len() >= PEERS && !peers.contains_key(&from) {
            forget(&mouth, &mut peers);
        }
        let peer = peers.entry(from).or_insert_with(|| Peer {
            route: reply_to(&mouth, &socket, from),
            device: String::new(),
            heard: Instant::now(),
        });
        peer.heard = Instant::now();
        let mut buffer = BytesMut::from(&datagram[..length]);
        let cuts = loop {
            match framing.cut(&mut buffer) {
                // What comes meanwhile waits in the socket's own buffer.
                (_, Err(Stuck::Resting(wait))) => tokio::select! {
                    _ = stop.wait_for(|stop| *stop) => return,
                    () = tokio::time::sleep(wait) => {}
                },
                (cuts, _) => break cuts,
            }
        };
        // A datagram ends here: what was cut short is a frame, and the decoder says so.
        let rest = framing.finish(&mut buffer);
        for cut in cuts.into_iter().chain(rest) {
            if !cut.device.is_empty() {
                // Also of who spoke from here before: a way that another peer took in
                // its name is taken back.
                mouth.outlet.heard(&mouth.spec.department, &cut.device, peer.route);
                peer.device = cut.device;
            }
            let frame = Frame {
                noise: cut.noise,
                received: crate::clock::now(),
                route: peer.route,
                device: peer.device.clone(),
                origin: from.to_string(),
                first: None,
                payload: cut.payload,
            };
            mouth.lane(cut.lane).stream(frame, &refused).await;
        }
    }
}

fn reply_to(mouth: &Mouth, socket: &Rc<UdpSocket>, peer: SocketAddr) -> u64 {
    let (route, mut replies): (u64, mpsc::Receiver<Reply>) = mouth.outlet.open();
    let socket = socket.clone();
    tokio::task::spawn_local(async move {
        while let Some(reply) = replies.recv().await {
            if socket.send_to(&reply.payload, peer).await.is_ok()
                && let Some(written) = reply.written
            {
                let _ = written.send(());
            }
        }
    });
    route
}

fn forget(mouth: &Mouth, peers: &mut HashMap<SocketAddr, Peer>) {
    let stale = peers.iter().filter(|(_, peer)| peer.heard.elapsed() > FORGET).map(|(at, _)| *at);
    let mut gone: Vec<SocketAddr> = stale.collect();
    if gone.is_empty() {
        gone.extend(peers.iter().min_by_key(|(_, peer)| peer.heard).map(|(at, _)| *at));
    }
    for at in gone {
        if let Some(peer) = peers.remove(&at) {
            mouth.outlet.close(peer.route);
        }
    }
}

//! NATS subjects `tocsin.in.<department>.<source>[.<device>]`. A request is
//! answered with the frame's id once the bytes are durable.

use super::{DoorKind, Mouth, OpenError};
use crate::bus::Bus;
use crate::run::Frame;
use futures_util::StreamExt;
use std::net::SocketAddr;
use tokio::sync::oneshot;

pub async fn run(bus: Bus, mouth: Mouth, listening: oneshot::Sender<Result<Option<SocketAddr>, OpenError>>) {
    let DoorKind::Nats { source } = &mouth.spec.kind else { return };
    let base = format!("tocsin.in.{}.{source}", mouth.spec.department);
    let subscribe = async {
        let bare = bus.client().subscribe(base.clone()).await?;
        let device = bus.client().subscribe(format!("{base}.*")).await?;
        Ok::<_, async_nats::SubscribeError>(futures_util::stream::select(bare, device))
    };
    let mut messages = match subscribe.await {
        Ok(messages) => messages,
        Err(error) => {
            let error = OpenError::Broker { door: mouth.spec.name.clone(), reason: error.to_string() };
            return drop(listening.send(Err(error)));
        }
    };
    let _ = listening.send(Ok(None));
    let mut stop = mouth.stop.clone();
    loop {
        let message = tokio::select! {
            _ = stop.wait_for(|stop| *stop) => return,
            message = messages.next() => match message { Some(message) => message, None => return },
        };
        let device =
            message.subject.strip_prefix(&base).and_then(|rest| rest.strip_prefix('.')).unwrap_or("");
        let frame = Frame {
            received: crate::clock::now(),
            device: device.to_owned(),
            origin: message.subject.to_string(),
            payload: message.payload,
            ..Frame::default()
        };
        let receipt = mouth.default_lane().offer(frame).await;
        if let Some(reply) = message.reply.filter(|reply| Bus::may_answer(reply)) {
            let client = bus.client().clone();
            tokio::task::spawn_local(async move {
                let answer = match receipt.await {
                    Ok(Ok(frame)) => serde_json::json!({ "frame": frame }),
                    Ok(Err(reason)) => serde_json::json!({ "error": reason.to_string() }),
                    Err(_) => return,
                };
                let _ = client.publish(reply, answer.to_string().into()).await;
            });
        }
    }
}

//! MQTT: a client of whatever broker the city has. A message is acknowledged
//! to the broker only when the log has it, so the broker keeps what we have not.

use super::{DoorKind, Mouth, OpenError};
use crate::intake::RefuseReason;
use crate::run::{FRAME_BYTES, Frame};
use futures_util::StreamExt;
use futures_util::stream::FuturesOrdered;
use rumqttc::{AsyncClient, Event, MqttOptions, Packet, Publish, QoS};
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;
use tocsin_core::frame::FrameId;
use tokio::sync::{Notify, mpsc, oneshot};

/// Messages under way between broker and log.
const UNDER_WAY: usize = 512;

/// What a broker may carry. A larger message than a frame is taken off its hands and
/// refused; one that the client would not even read comes again with every connection.
const PACKET_BYTES: usize = 64 << 20;

/// Of a topic, in a line of the log.
const TOPIC_SHOWN: usize = 200;

const RETRY: Duration = Duration::from_millis(500);

/// A broker that has said nothing by then is away: longer than its own connection may take.
const SUBSCRIBED_WITHIN: Duration = Duration::from_secs(10);

#[derive(Clone, Debug)]
pub struct Broker {
    pub host: String,
    pub port: u16,
    pub user: String,
    pub password: String,
}

type Listening = oneshot::Sender<Result<Option<SocketAddr>, OpenError>>;

pub async fn run(broker: Broker, mouth: Mouth, listening: Listening) {
    let DoorKind::Mqtt { source } = &mouth.spec.kind else { return };
    // The name of the session in which the broker keeps what we have not acknowledged.
    let mut options = MqttOptions::new(format!("tocsin-{}", mouth.spec.name), broker.host, broker.port);
    options
        .set_credentials(broker.user, broker.password)
        .set_clean_session(false)
        .set_manual_acks(true)
        .set_max_packet_size(PACKET_BYTES, 64 << 10)
        .set_keep_alive(Duration::from_secs(10));
    let (client, mut events) = AsyncClient::new(options, UNDER_WAY);
    let topic = format!("{}/{source}/+", mouth.spec.department);
    let (publishes, taken) = mpsc::channel(UNDER_WAY);
    let refused = Rc::new(Notify::new());
    tokio::task::spawn_local(take(mouth.clone(), client.clone(), taken, refused.clone()));
    // A broker that is away is no reason not to start: it is what a door waits for.
    let mut listening = Some(listening);
    let patience = tokio::time::sleep(SUBSCRIBED_WITHIN);
    tokio::pin!(patience);
    let mut is_away = false;
    let mut stop = mouth.stop.clone();
    loop {
        let event = tokio::select! {
            _ = stop.wait_for(|stop| *stop) => return,
            () = &mut patience, if listening.is_some() => {
                tracing::warn!(door = mouth.spec.name, "the broker has not subscribed the door yet");
                listen(&mut listening);
                continue;
            }
            () = refused.notified() => {
                // A broker sends again what was not acknowledged when the session resumes.
                tokio::time::sleep(RETRY).await;
                events.clean();
                continue;
            }
            event = events.poll() => event,
        };
        match event {
            Ok(Event::Incoming(Packet::ConnAck(_))) => {
                if let Err(error) = client.subscribe(&topic, QoS::AtLeastOnce).await {
                    tracing::error!(door = mouth.spec.name, %error, "subscribing");
                }
            }
            Ok(Event::Incoming(Packet::SubAck(_))) => {
                listen(&mut listening);
                if std::mem::take(&mut is_away) {
                    tracing::info!(door = mouth.spec.name, "broker back");
                }
            }
            Ok(Event::Incoming(Packet::Publish(mut publish))) => {
                let size = publish.payload.len();
                if size > FRAME_BYTES {
                    // Only its size is of use.
                    publish.payload.clear();
                }
                if publishes.send((publish, size)).await.is_err() {
                    return;
                }
            }
            Ok(_) => {}
            Err(error) => {
                // Tried twice a second for as long as it lasts: told once.
                if !std::mem::replace(&mut is_away, true) {
                    tracing::warn!(door = mouth.spec.name, %error, "broker away; trying on");
                }
                listen(&mut listening);
                tokio::time::sleep(RETRY).await;
            }
        }
    }
}

/// The host need not wait for this door any longer.
fn listen(listening: &mut Option<Listening>) {
    if let Some(listening) = listening.take() {
        let _ = listening.send(Ok(None));
    }
}

type Receipt = oneshot::Receiver<Result<FrameId, RefuseReason>>;

/// Keeps the acknowledgements in the order of the messages, as MQTT wants.
async fn take(
    mouth: Mouth,
    client: AsyncClient,
    mut publishes: mpsc::Receiver<(Publish, usize)>,
    refused: Rc<Notify>,
) {
    let mut under_way = FuturesOrdered::new();
    loop {
        tokio::select! {
            publish = publishes.recv(), if under_way.len() < UNDER_WAY => match publish {
                Some((publish, size)) => {
                    let receipt = if size > FRAME_BYTES { None } else { Some(offer(&mouth, &publish).await) };
                    under_way.push_back(async move {
                        let Some(receipt) = receipt else { return (Err(RefuseReason::TooLarge(size)), publish) };
                        (receipt.await.unwrap_or(Err(RefuseReason::Closing)), publish)
                    });
                }
                None => return,
            },
            Some((receipt, publish)) = under_way.next() => {
                acknowledge(&mouth, &client, receipt, publish, &refused).await;
            }
        }
    }
}

async fn offer(mouth: &Mouth, publish: &Publish) -> Receipt {
    let frame = Frame {
        received: crate::clock::now(),
        device: publish.topic.rsplit('/').next().unwrap_or_default().to_owned(),
        origin: publish.topic.clone(),
        payload: publish.payload.clone(),
        ..Frame::default()
    };
    mouth.default_lane().offer(frame).await
}

async fn acknowledge(
    mouth: &Mouth,
    client: &AsyncClient,
    receipt: Result<FrameId, RefuseReason>,
    publish: Publish,
    refused: &Notify,
) {
    match receipt {
        Ok(_) => {}
        // Sent again and again it would never fit; the broker must not keep it for ever.
        Err(reason @ (RefuseReason::TooLarge(_) | RefuseReason::Name(_))) => {
            let topic: String = publish.topic.chars().take(TOPIC_SHOWN).collect();
            tracing::error!(door = mouth.spec.name, topic, %reason, "message refused");
            mouth.metrics.refused(&mouth.spec.department);
        }
        Err(reason) => {
            tracing::error!(door = mouth.spec.name, topic = publish.topic, %reason, "not acknowledged");
            return refused.notify_one();
        }
    }
    if let Err(error) = client.ack(&publish).await {
        tracing::warn!(door = mouth.spec.name, %error, "acknowledging");
    }
}

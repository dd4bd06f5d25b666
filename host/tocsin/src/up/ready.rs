//! The ready line: where a host can be reached, once it can.

use super::Options;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use tocsin_runtime::host::Host;
use tocsin_runtime::server::Layout;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Ready {
    pub ready: bool,
    /// With the credentials of a subscriber.
    pub nats: String,
    pub console: String,
    /// The shared doors `http`, `mqtt` and `nats`, and every socket door by name.
    pub doors: BTreeMap<String, String>,
    /// Where each audience of the city file hears its events, with its credentials.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub audiences: BTreeMap<String, String>,
}

impl Ready {
    pub fn of(options: &Options, layout: &Layout, console: &str, http: &SocketAddr, host: &Host) -> Ready {
        let (nats, device, gateway) = match &options.nats {
            Some(url) => (url.clone(), url.clone(), None),
            None => (
                layout.subscriber_url(),
                layout.device_url(),
                Some(format!("127.0.0.1:{}", layout.mqtt_port)),
            ),
        };
        // Whoever runs the bus gives its users: an external one's are not ours.
        let audiences = if options.nats.is_some() { BTreeMap::new() } else { layout.audience_urls() };
        let mut doors: BTreeMap<String, String> =
            host.listening.iter().map(|(name, address)| (name.clone(), address.to_string())).collect();
        doors.insert("http".to_owned(), format!("http://{http}"));
        doors.insert("nats".to_owned(), device);
        let broker = options.mqtt.as_deref().map(|broker| broker.trim_start_matches("mqtt://").to_owned());
        if let Some(broker) = broker.or(gateway) {
            doors.insert("mqtt".to_owned(), format!("mqtt://{broker}"));
        }
        Ready { ready: true, nats, console: console.to_owned(), doors, audiences }
    }
}

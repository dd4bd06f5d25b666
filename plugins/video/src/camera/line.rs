//! How a device and this agent call each other.

use crate::settings;
use crate::sip::message::{Message, Start};
use crate::sip::request::Way;
use crate::sip::uri::Address;
use serde::{Deserialize, Serialize};

/// The first ten digits of an id are its realm (SIP 监控域).
const REALM_DIGITS: usize = 10;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Line {
    host: String,
    platform: String,
    realm: String,
    address: String,
    tcp: bool,
}

impl Line {
    /// From what the device wrote; the operator's words count before it.
    pub fn of(request: &Message<'_>, origin: &str) -> Line {
        let uri = match request.start {
            Start::Request { uri, .. } => Address::read(uri.as_bytes()),
            Start::Response { .. } => None,
        };
        let contact = request.get("Contact").and_then(Address::read).map(|contact| contact.host.to_owned());
        let called = uri.map_or("", |uri| uri.user).to_owned();
        let platform = settings::text("platform").unwrap_or(called);
        let domain = uri.map_or("", |uri| uri.host);
        let realm = settings::text("realm")
            .or_else(|| platform.get(..REALM_DIGITS).map(str::to_owned))
            .unwrap_or_else(|| domain.to_owned());
        Line {
            host: contact.filter(|host| !host.is_empty()).unwrap_or_else(|| origin.to_owned()),
            realm,
            address: settings::text("address").unwrap_or_else(|| domain.to_owned()),
            tcp: request
                .get("Via")
                .is_some_and(|via| via.len() > 11 && via[..11].eq_ignore_ascii_case(b"SIP/2.0/TCP")),
            platform,
        }
    }

    pub fn way(&self) -> Way<'_> {
        let Line { host, platform, realm, address, tcp } = self;
        Way { host, platform, realm, address, tcp: *tcp }
    }

    pub fn realm(&self) -> &str {
        &self.realm
    }

    pub fn is_tcp(&self) -> bool {
        self.tcp
    }
}

//! What the environment and the command line say of servers outside.

use crate::text;
use anyhow::{Context, Result};
use std::path::PathBuf;
use tocsin_runtime::door::mqtt::Broker;

pub fn named_server() -> Option<PathBuf> {
    std::env::var_os("TOCSIN_NATS_SERVER").filter(|path| !path.is_empty()).map(PathBuf::from)
}

/// Where `cargo xtask nats` puts it: beside the executable's own target folder,
/// else below the current one.
pub fn fetched_server() -> PathBuf {
    let below = |target: PathBuf| target.join("nats").join("nats-server");
    let beside = std::env::current_exe().ok().and_then(|exe| Some(below(exe.parent()?.parent()?.to_owned())));
    beside.filter(|path| path.is_file()).unwrap_or_else(|| below(PathBuf::from("target")))
}

/// `[mqtt://][user:password@]host:port`
pub fn broker(text: &str) -> Result<Broker> {
    let wrong = || text!(broker_unread, text = text);
    let rest = text.strip_prefix("mqtt://").unwrap_or(text).trim_end_matches('/');
    let (login, address) = rest.rsplit_once('@').unwrap_or(("", rest));
    let (user, password) = login.split_once(':').unwrap_or((login, ""));
    let (host, port) = address.rsplit_once(':').with_context(wrong)?;
    let port = port.parse().with_context(wrong)?;
    anyhow::ensure!(!host.is_empty(), wrong());
    Ok(Broker { host: host.to_owned(), port, user: user.to_owned(), password: password.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::broker;

    #[test]
    fn brokers_are_named_in_three_ways() {
        let check = |text: &str, expect: Option<(&str, u16, &str, &str)>| {
            let got = broker(text).ok();
            let got = got.as_ref().map(|b| (b.host.as_str(), b.port, b.user.as_str(), b.password.as_str()));
            assert_eq!(got, expect, "{text}");
        };
        check("10.0.0.5:1883", Some(("10.0.0.5", 1883, "", "")));
        check("mqtt://broker.example:1883/", Some(("broker.example", 1883, "", "")));
        check("mqtt://city:p@ss@broker.example:1883", Some(("broker.example", 1883, "city", "p@ss")));
        check("broker.example", None);
        check(":1883", None);
        check("broker.example:mqtt", None);
    }
}

//! Digest authentication (RFC 2617 as RFC 3261 uses it): the challenge, and whether an
//! answer to it is right.
//!
//! A nonce is MD5 of a secret, the device and the five minutes in which it was made:
//! nothing is remembered of those who only ask. It counts until the end of the slot
//! after its own.

use md5::{Digest, Md5};
use tocsin_sdk::{Timestamp, text};

const SLOT_MS: i64 = 5 * 60_000;

/// Who may say that it is `device`.
#[derive(Debug)]
pub struct Gate<'a> {
    pub realm: &'a str,
    pub device: &'a str,
    pub password: &'a str,
    pub secret: &'a str,
    pub now: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Right,
    /// The right password under a nonce that is too old.
    Stale,
    Wrong,
    /// Nothing that could be checked: as if nothing had been said.
    Unreadable,
}

impl Gate<'_> {
    /// The value of `WWW-Authenticate`.
    pub fn challenge(&self, stale: bool) -> String {
        let stale = if stale { ", stale=true" } else { "" };
        format!(
            "Digest realm=\"{}\", nonce=\"{}\", algorithm=MD5, qop=\"auth\"{stale}",
            self.realm,
            self.nonce(0)
        )
    }

    /// What an `Authorization` of `method` is worth.
    pub fn check(&self, method: &str, authorization: &str) -> Verdict {
        let Some(said) = Said::read(authorization) else { return Verdict::Unreadable };
        if said.realm != self.realm || said.username != self.device {
            return Verdict::Wrong;
        }
        let secret = hash(&[said.username, said.realm, self.password]);
        let what = hash(&[method, said.uri]);
        let expect = match said.qop {
            "" => hash(&[&secret, said.nonce, &what]),
            qop => hash(&[&secret, said.nonce, said.nc, said.cnonce, qop, &what]),
        };
        match said.response.eq_ignore_ascii_case(&expect) {
            false => Verdict::Wrong,
            true if (0..2).any(|back| self.nonce(back) == said.nonce) => Verdict::Right,
            true => Verdict::Stale,
        }
    }

    /// Of the current slot, or of one before it.
    fn nonce(&self, back: i64) -> String {
        let slot = self.now.div_euclid(SLOT_MS) - back;
        hash(&[self.secret, self.device, &slot.to_string()])
    }
}

/// MD5 of the parts with `:` between them, in lower-case hex.
pub fn hash(parts: &[&str]) -> String {
    text::hex(&Md5::digest(parts.join(":")))
}

#[derive(Debug, Default)]
struct Said<'a> {
    username: &'a str,
    realm: &'a str,
    nonce: &'a str,
    uri: &'a str,
    response: &'a str,
    qop: &'a str,
    nc: &'a str,
    cnonce: &'a str,
}

impl<'a> Said<'a> {
    fn read(value: &'a str) -> Option<Said<'a>> {
        let (scheme, mut rest) = value.trim().split_once(' ')?;
        if !scheme.eq_ignore_ascii_case("Digest") {
            return None;
        }
        let mut said = Said::default();
        while let Some((name, behind)) = rest.split_once('=') {
            let behind = behind.trim_start();
            let (own, left) = match behind.strip_prefix('"') {
                Some(quoted) => quoted.split_once('"')?,
                None => behind.split_at(behind.find(',').unwrap_or(behind.len())),
            };
            let own = own.trim();
            match name.trim_matches([' ', '\t', ',']).to_ascii_lowercase().as_str() {
                "username" => said.username = own,
                "realm" => said.realm = own,
                "nonce" => said.nonce = own,
                "uri" => said.uri = own,
                "response" => said.response = own,
                "qop" => said.qop = own,
                "nc" => said.nc = own,
                "cnonce" => said.cnonce = own,
                "algorithm" if !own.eq_ignore_ascii_case("MD5") => return None,
                _ => {}
            }
            rest = left;
        }
        let is_qop = matches!(said.qop, "" | "auth");
        (is_qop && !said.response.is_empty() && !said.nonce.is_empty()).then_some(said)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GATE: Gate<'_> =
        Gate { realm: "3307910000", device: "7", password: "p,=w", secret: "s", now: 1_783_837_830_000 };

    fn answer(gate: &Gate<'_>, back: i64, qop: &str) -> String {
        let nonce = gate.nonce(back);
        let (secret, what) =
            (hash(&[gate.device, gate.realm, gate.password]), hash(&["REGISTER", "sip:x,y"]));
        let (response, more) = match qop {
            "" => (hash(&[&secret, &nonce, &what]), String::new()),
            qop => (
                hash(&[&secret, &nonce, "00000001", "c", qop, &what]),
                format!(", qop={qop}, nc=00000001, cnonce=\"c\""),
            ),
        };
        format!(
            "digest username=\"{}\",realm=\"{}\", nonce=\"{nonce}\" , uri=\"sip:x,y\", response=\"{response}\", algorithm=MD5{more}",
            gate.device, gate.realm
        )
    }

    #[test]
    fn the_example_of_rfc_2617() {
        let secret = hash(&["Mufasa", "testrealm@host.com", "Circle Of Life"]);
        let what = hash(&["GET", "/dir/index.html"]);
        let nonce = "dcd98b7102dd2f0e8b11d0f600bfb0c093";
        assert_eq!(
            hash(&[&secret, nonce, "00000001", "0a4f113b", "auth", &what]),
            "6629fae49393a05397450978507c4ef1"
        );
    }

    #[test]
    fn answers() {
        let check = |said: &str, expect| assert_eq!(GATE.check("REGISTER", said), expect, "{said}");
        for qop in ["", "auth"] {
            check(&answer(&GATE, 0, qop), Verdict::Right);
            check(&answer(&GATE, 1, qop), Verdict::Right);
            check(&answer(&GATE, 2, qop), Verdict::Stale);
            check(&answer(&GATE, 0, qop).replace("3307910000", "3307910001"), Verdict::Wrong);
            check(&answer(&Gate { password: "other", ..GATE }, 0, qop), Verdict::Wrong);
            check(&answer(&Gate { device: "8", ..GATE }, 0, qop), Verdict::Wrong);
        }
        assert_eq!(GATE.check("MESSAGE", &answer(&GATE, 0, "")), Verdict::Wrong);
        check(&answer(&GATE, 0, "auth-int"), Verdict::Unreadable);
        check(&answer(&GATE, 0, "").replace("MD5", "SHA-256"), Verdict::Unreadable);
        for odd in [
            "",
            "Digest",
            "Digest ",
            "Basic YTpi",
            "Digest username=\"",
            "Digest response=x",
            "Digest ====,,,",
        ] {
            check(odd, Verdict::Unreadable);
        }
    }

    #[test]
    fn the_challenge() {
        let said = GATE.challenge(false);
        assert!(said.starts_with("Digest realm=\"3307910000\", nonce=\""), "{said}");
        assert_eq!(said, Gate { now: GATE.now + 60_000, ..GATE }.challenge(false), "the same within a slot");
        assert_ne!(GATE.nonce(0), Gate { device: "8", ..GATE }.nonce(0));
        assert!(GATE.challenge(true).ends_with(", stale=true"));
    }
}

//! Requests of a device: REGISTER, MESSAGE, NOTIFY, and the ones that are not for us.

use super::{Agent, date, line};
use crate::camera::{Key, Seen};
use crate::settings;
use crate::sip::digest::{Gate, Verdict, hash};
use crate::sip::message::{Message, Start};
use crate::sip::reply::{self, ALLOW};
use crate::sip::request::Request;
use crate::sip::uri::Address;
use crate::{body, charset, document};
use tocsin_sdk::{Answer, Outcome, Rejection, RejectionKind, Timestamp};

const EXPIRES_S: i64 = 3_600;
/// A device that does not come back within a week is another device.
const EXPIRES_S_MAX: i64 = 7 * 86_400;

/// A request, who sent it and from where.
struct Call<'a> {
    request: &'a Message<'a>,
    origin: &'a str,
    key: Key,
}

impl Call<'_> {
    fn reply(&self, status: u16, phrase: &str, more: &[String]) -> Vec<u8> {
        reply::write(self.request, self.origin, status, phrase, more)
    }

    /// The request is at fault.
    fn bad(&self, phrase: &str) -> Rejection {
        Rejection::malformed(format!("SIP: {phrase}")).with_reply(self.reply(400, phrase, &[]))
    }
}

/// One request; `device` is who the door says it is.
pub fn take(request: &Message<'_>, device: &str, origin: &str, now: Timestamp) -> Answer {
    let Start::Request { method, version, .. } = request.start else { return Ok(Outcome::default()) };
    let call = Call { request, origin, key: Key::of(request) };
    if method == "ACK" {
        return Ok(Outcome::default());
    }
    if request.get("Via").is_none() {
        return Err(Rejection::malformed("SIP: Missing Via, so there is nobody to answer"));
    }
    if !version.eq_ignore_ascii_case("SIP/2.0") {
        let reason = format!("SIP: version {version}");
        return Err(Rejection::unsupported(reason).with_reply(call.reply(505, "Version Not Supported", &[])));
    }
    if let Some(fault) = request.fault() {
        return Err(call.bad(fault));
    }
    if request.speaker().is_none_or(|speaker| speaker != device) {
        return Err(call.bad("Bad From"));
    }
    match method {
        "REGISTER" | "MESSAGE" | "NOTIFY" => {}
        "OPTIONS" => {
            let more = [format!("Allow: {ALLOW}"), "Accept: Application/MANSCDP+xml".to_owned()];
            return Ok(Outcome::default().reply(call.reply(200, "OK", &more)));
        }
        "BYE" | "CANCEL" => {
            return Ok(Outcome::default().reply(call.reply(481, "Call/Transaction Does Not Exist", &[])));
        }
        _ => {
            let reply = call.reply(405, "Method Not Allowed", &[format!("Allow: {ALLOW}")]);
            return Err(Rejection::unsupported(format!("SIP: method {method}")).with_reply(reply));
        }
    }
    let seen = Seen::load();
    let first = seen.first(call.key, now);
    let mut agent = Agent::of(device, first.unwrap_or(now));
    match method {
        "REGISTER" => agent.register(&call)?,
        _ => agent.told(&call)?,
    }
    if first.is_some() {
        // A copy: the same answers, and nothing else happens again.
        let mut outcome = agent.outcome;
        outcome.sends.retain(|send| send.device.is_empty());
        return Ok(Outcome { signals: Vec::new(), defects: Vec::new(), ..outcome });
    }
    // Who has not shown who they are leaves nothing behind but what they said.
    if agent.camera.is_registered(now) || !agent.outcome.signals.is_empty() {
        seen.add(call.key, now);
    }
    Ok(agent.finish())
}

impl Agent {
    fn register(&mut self, call: &Call<'_>) -> Result<(), Rejection> {
        let request = call.request;
        let line = line(request, call.origin);
        if let Some(password) = self.settings.password() {
            let secret = settings::text("secret").unwrap_or_else(|| password.clone());
            let gate = Gate {
                realm: line.realm(),
                device: &self.device,
                password: &password,
                secret: &secret,
                now: self.now,
            };
            let said = request.text("Authorization").map(|said| gate.check("REGISTER", said));
            match said {
                Some(Verdict::Right) => {}
                Some(Verdict::Wrong) => {
                    let reply = call.reply(403, "Forbidden", &[]);
                    let reason = format!("{} registered with a wrong user, realm or password", self.device);
                    return Err(Rejection::unauthorised(reason).with_reply(reply));
                }
                Some(Verdict::Unreadable | Verdict::Stale) | None => {
                    let challenge = gate.challenge(said == Some(Verdict::Stale));
                    let reply = call.reply(401, "Unauthorized", &[format!("WWW-Authenticate: {challenge}")]);
                    self.outcome.sends.push(back(reply));
                    return Ok(());
                }
            }
        }
        let Some(expires) = expires(request) else {
            return Err(call.bad("Bad Expires"));
        };
        let mut more = vec![format!("Date: {}", date(self.now)), format!("Expires: {expires}")];
        if let Some(contact) = request.get("Contact") {
            let uri = contact.split(|byte| *byte == b'>').next().unwrap_or_default();
            let uri = String::from_utf8_lossy(uri);
            if uri.contains('<') {
                more.push(format!("Contact: {uri}>;expires={expires}"));
            }
        }
        self.outcome.sends.push(back(call.reply(200, "OK", &more)));
        self.camera.line = line;
        match expires {
            0 => self.leave(),
            expires => self.enter(request, expires),
        }
        Ok(())
    }

    fn enter(&mut self, request: &Message<'_>, expires: i64) {
        let call =
            hash(&[&String::from_utf8_lossy(request.get("Call-ID").unwrap_or_default())])[..16].to_owned();
        let is_new = !self.camera.online || !self.camera.is_registered(self.now) || self.camera.call != call;
        self.camera.until = self.now + expires * 1_000;
        self.camera.call = call;
        self.camera.hear(self.now);
        if is_new {
            self.start("已注册");
        }
    }

    fn leave(&mut self) {
        self.camera.until = 0;
        if self.camera.online {
            self.lose("已注销");
        }
    }

    /// A MANSCDP document in a MESSAGE or NOTIFY.
    fn told(&mut self, call: &Call<'_>) -> Result<(), Rejection> {
        let request = call.request;
        let is_registered = self.camera.is_registered(self.now);
        let (bytes, defect) = request.body();
        self.outcome.defects.extend(defect);
        let ok = || back(call.reply(200, "OK", &[]));
        if is_registered {
            self.heard();
        }
        if request.method() == "NOTIFY" {
            let state = request.text("Subscription-State").unwrap_or_default();
            if is_registered && state.to_ascii_lowercase().starts_with("terminated") {
                self.subscription_ended(state);
            }
            if bytes.trim_ascii().is_empty() {
                self.outcome.sends.push(ok());
                return Ok(());
            }
        }
        let kind = request.text("Content-Type").unwrap_or("xml").to_ascii_lowercase();
        if !kind.contains("xml") || request.get("Content-Encoding").is_some() {
            let reply =
                call.reply(415, "Unsupported Media Type", &["Accept: Application/MANSCDP+xml".to_owned()]);
            return Err(Rejection::unsupported(format!("a body of type {kind}")).with_reply(reply));
        }
        let refuse = |rejection: Rejection| {
            let reply = match rejection.kind {
                // The device did nothing wrong, and would only repeat itself.
                RejectionKind::Unsupported => call.reply(200, "OK", &[]),
                _ => call.reply(400, "Bad Request", &[]),
            };
            Rejection { reply, ..rejection }
        };
        let text = charset::decode(bytes).map_err(refuse)?;
        self.outcome.defects.extend(text.defects);
        let document = document::read(&text.text);
        if let Some(damage) = document.damage {
            return Err(refuse(damage));
        }
        let Some(root) = document.root else {
            return Err(refuse(Rejection::malformed("not XML: there is no element")));
        };
        if !is_registered {
            if !body::is_alarm(&root) || !settings::takes_strangers() {
                let reason = format!("{} has not registered", self.device);
                return Err(Rejection::unauthorised(reason).with_reply(call.reply(403, "Forbidden", &[])));
            }
            let defect = format!("{} has not registered; an alarm is taken all the same", self.device);
            self.outcome.defects.push(defect);
        }
        let answer = body::tell(&root, self).map_err(refuse)?;
        self.outcome.sends.insert(0, ok());
        if let Some(answer) = answer {
            self.outcome.sends.insert(1, back(self.response(call, answer)));
        }
        Ok(())
    }

    /// The application's own answer is a request of ours.
    fn response(&self, call: &Call<'_>, document: Vec<u8>) -> Vec<u8> {
        let line = line(call.request, call.origin);
        let line = if self.camera.line.way().platform.is_empty() { &line } else { &self.camera.line };
        let request = Request {
            method: "MESSAGE",
            target: &self.device,
            cseq: 1,
            seed: format!("{}/{}", self.device, call.key.text()),
            tag: "",
            more: Vec::new(),
            // It is ASCII.
            body: String::from_utf8_lossy(&document).into_owned(),
        };
        request.write(&line.way())
    }
}

/// Back the way the request came.
fn back(payload: Vec<u8>) -> tocsin_sdk::Send {
    tocsin_sdk::Send { device: String::new(), channel: String::new(), payload }
}

/// Seconds that a registration asks for; `None` where it is no number.
fn expires(request: &Message<'_>) -> Option<i64> {
    let contact = request.get("Contact");
    let own = contact.and_then(Address::read).and_then(|contact| contact.parameter("expires"));
    let Some(text) = own.or_else(|| request.text("Expires")) else {
        return Some(EXPIRES_S);
    };
    let seconds: i64 = text.trim().parse().ok().filter(|seconds| *seconds >= 0)?;
    Some(seconds.min(EXPIRES_S_MAX))
}

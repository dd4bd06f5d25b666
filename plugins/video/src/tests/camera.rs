//! A camera that speaks SIP: what it says, and what it hears.

use super::CAMERA;
use crate::Video;
use crate::sip::digest::hash;
use tocsin_sdk::mock::Host;
use tocsin_sdk::{Answer, Event, Message, Outcome, PieceKind, Signal};

pub const NOW: i64 = 1_783_837_830_000;
pub const PLATFORM: &str = "33079100002000000001";
pub const ORIGIN: &str = "192.0.2.7:5061";
pub const PASSWORD: &str = "camera-pass";

pub struct Camera {
    pub host: Host,
    pub now: i64,
    pub cseq: u32,
    pub call: &'static str,
}

impl Camera {
    /// At a platform with a password.
    pub fn new() -> Camera {
        let host = Host::fresh();
        for (name, value) in
            [("platform", PLATFORM), ("password", PASSWORD), ("secret", "s"), ("address", "192.0.2.1:5060")]
        {
            host.set(name, value);
        }
        Camera { host, now: NOW, cseq: 0, call: "reg-1" }
    }

    /// One that is registered, and what that brought.
    pub fn registered() -> (Camera, Outcome) {
        let mut camera = Camera::new();
        let outcome = camera.register(3_600);
        (camera, outcome)
    }

    /// What an unproved registration is answered.
    pub fn challenge(&mut self) -> String {
        let request = self.request("REGISTER", "Expires: 3600", "");
        replies(&self.hear(&request).expect("asked")).remove(0)
    }

    /// Through challenge and answer.
    pub fn register(&mut self, expires: i64) -> Outcome {
        let nonce = nonce(&self.challenge());
        let more = format!("Expires: {expires}\r\n{}", digest(&nonce, PASSWORD, "auth"));
        let request = self.request("REGISTER", &more, "");
        self.hear(&request).expect("registered")
    }

    /// A request with the headers that every request has.
    pub fn request(&mut self, method: &str, more: &str, body: &str) -> String {
        self.cseq += 1;
        let more = if more.is_empty() { String::new() } else { format!("{more}\r\n") };
        let call = if method == "REGISTER" { self.call.to_owned() } else { format!("c{}", self.cseq) };
        format!(
            "{method} sip:{PLATFORM}@3307910000 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.9:5060;rport;branch=z9hG4bK{call}{cseq}\r\n\
             From: <sip:{CAMERA}@3307910000>;tag=t{call}\r\nTo: <sip:{CAMERA}@3307910000>\r\nCall-ID: {call}\r\nCSeq: {cseq} {method}\r\n\
             Contact: <sip:{CAMERA}@10.0.0.9:5060>\r\nMax-Forwards: 70\r\n{more}Content-Length: {}\r\n\r\n{body}",
            body.len(),
            cseq = self.cseq,
        )
    }

    /// A document in a MESSAGE.
    pub fn message(&mut self, body: &str) -> String {
        self.request("MESSAGE", "Content-Type: Application/MANSCDP+xml", body)
    }

    /// One datagram as the door would bring it.
    pub fn hear(&self, datagram: &(impl AsRef<[u8]> + ?Sized)) -> Answer {
        let datagram = datagram.as_ref();
        let pieces = self.host.frame::<Video>(datagram);
        let [piece] = &pieces[..] else { panic!("{pieces:?} of {}", String::from_utf8_lossy(datagram)) };
        assert_ne!(piece.kind, PieceKind::Noise);
        assert_eq!(piece.length as usize, datagram.len());
        self.host.decode::<Video>(Message {
            received: self.now,
            origin: ORIGIN.to_owned(),
            ..Host::message(&piece.device, datagram)
        })
    }

    pub fn later(&mut self, seconds: i64) -> Vec<Outcome> {
        self.now += seconds * 1_000;
        let woken = self.host.advance::<Video>(self.now);
        woken.into_iter().map(|(_, answer)| answer.expect("woken")).collect()
    }

    /// The answer to a request of the platform.
    pub fn answer(&self, request: &str, status: &str, more: &str) -> Answer {
        self.hear(&answer(request, status, more))
    }

    pub fn order(&self, kind: &str, data: &str) -> Answer {
        self.host.deliver::<Video>(Event {
            sequence: 70_000,
            time: self.now,
            kind: kind.to_owned(),
            device: CAMERA.to_owned(),
            subject: "O20260712-0001".to_owned(),
            data: data.to_owned(),
        })
    }

    pub fn keepalive(&mut self) -> Answer {
        self.alive("<Status>OK</Status>")
    }

    /// A keep-alive that says this.
    pub fn alive(&mut self, said: &str) -> Answer {
        let body = format!(
            "<?xml version=\"1.0\"?>\r\n<Notify>\r\n<CmdType>Keepalive</CmdType>\r\n<SN>{}</SN>\r\n<DeviceID>{CAMERA}</DeviceID>\r\n\
             {said}\r\n</Notify>\r\n",
            self.cseq
        );
        let message = self.message(&body);
        self.hear(&message)
    }
}

pub fn answer(request: &str, status: &str, more: &str) -> String {
    let keep = |name: &str| {
        let line = request.lines().find(|line| line.starts_with(name)).expect(name);
        if name == "To:" && !line.contains("tag=") { format!("{line};tag=camera") } else { line.to_owned() }
    };
    let kept: Vec<String> = ["Via:", "From:", "To:", "Call-ID:", "CSeq:"].into_iter().map(keep).collect();
    let more = if more.is_empty() { String::new() } else { format!("{more}\r\n") };
    format!("SIP/2.0 {status}\r\n{}\r\n{more}Content-Length: 0\r\n\r\n", kept.join("\r\n"))
}

/// `Authorization` of the camera.
pub fn digest(nonce: &str, password: &str, qop: &str) -> String {
    let (uri, realm) = (format!("sip:{PLATFORM}@3307910000"), &PLATFORM[..10]);
    let (secret, what) = (hash(&[CAMERA, realm, password]), hash(&["REGISTER", &uri]));
    let (response, more) = match qop {
        "" => (hash(&[&secret, nonce, &what]), String::new()),
        qop => (
            hash(&[&secret, nonce, "00000001", "0a4f", qop, &what]),
            format!(", qop={qop}, nc=00000001, cnonce=\"0a4f\""),
        ),
    };
    format!(
        "Authorization: Digest username=\"{CAMERA}\", realm=\"{realm}\", nonce=\"{nonce}\", uri=\"{uri}\", \
         response=\"{response}\", algorithm=MD5{more}"
    )
}

pub fn nonce(challenge: &str) -> String {
    let behind = challenge.split_once("nonce=\"").expect("a nonce").1;
    behind.split_once('"').expect("its end").0.to_owned()
}

/// What goes back, as text.
pub fn replies(outcome: &Outcome) -> Vec<String> {
    let back = outcome.sends.iter().filter(|send| send.device.is_empty());
    back.map(|send| String::from_utf8_lossy(&send.payload).into_owned()).collect()
}

/// What is asked of the camera, as text.
pub fn asked(outcome: &Outcome) -> Vec<String> {
    let down = outcome.sends.iter().filter(|send| send.device == CAMERA);
    down.map(|send| String::from_utf8_lossy(&send.payload).into_owned()).collect()
}

pub fn codes(outcome: &Outcome) -> Vec<&str> {
    outcome.signals.iter().map(|signal: &Signal| signal.code.as_str()).collect()
}

/// The request with this element or method among what was asked.
pub fn find(asked: &[String], what: &str) -> String {
    asked
        .iter()
        .find(|request| request.contains(what))
        .unwrap_or_else(|| panic!("no {what} in {asked:?}"))
        .clone()
}

pub fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

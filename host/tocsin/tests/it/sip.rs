//! A camera that speaks SIP over a real socket: registration, alarms, an order.

use crate::running::Running;
use crate::video::{self, CAMERA};
use crate::wait::wait_for;
use md5::{Digest, Md5};
use serde_json::Value;
use std::net::UdpSocket;
use std::time::Duration;

const URI: &str = "sip:33079100002000000001@3307910000";

struct Camera {
    socket: UdpSocket,
    cseq: u32,
    /// What came while something else was waited for.
    heard: Vec<String>,
}

impl Camera {
    fn at(host: &Running) -> Camera {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a socket");
        socket.connect(host.door("video-sip")).expect("the door");
        socket.set_read_timeout(Some(Duration::from_secs(20))).expect("a timeout");
        Camera { socket, cseq: 0, heard: Vec::new() }
    }

    fn send(&self, datagram: &[u8]) {
        self.socket.send(datagram).expect("sent");
    }

    /// The next datagram that has all of these parts.
    fn hear(&mut self, parts: &[&str]) -> String {
        let fits = |text: &String| parts.iter().all(|part| text.contains(part));
        if let Some(at) = self.heard.iter().position(fits) {
            return self.heard.remove(at);
        }
        loop {
            let mut bytes = [0; 65_536];
            let length = self
                .socket
                .recv(&mut bytes)
                .unwrap_or_else(|error| panic!("{parts:?}: {error}; {:?}", self.heard));
            let text = String::from_utf8_lossy(&bytes[..length]).into_owned();
            if fits(&text) {
                return text;
            }
            self.heard.push(text);
        }
    }

    fn request(&mut self, method: &str, more: &str, body: &[u8]) -> Vec<u8> {
        self.cseq += 1;
        let (cseq, port) = (self.cseq, self.socket.local_addr().expect("an address").port());
        let head = format!(
            "{method} {URI} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:{port};rport;branch=z9hG4bK{cseq}\r\n\
             From: <sip:{CAMERA}@3307910000>;tag=7\r\nTo: <sip:{CAMERA}@3307910000>\r\nCall-ID: camera\r\nCSeq: {cseq} {method}\r\n\
             Contact: <sip:{CAMERA}@127.0.0.1:{port}>\r\nMax-Forwards: 70\r\n{more}Content-Length: {}\r\n\r\n",
            body.len()
        );
        [head.as_bytes(), body].concat()
    }

    fn say(&mut self, method: &str, more: &str, body: &[u8]) -> Vec<u8> {
        let datagram = self.request(method, more, body);
        self.send(&datagram);
        datagram
    }

    /// Answers a request of the platform.
    fn answer(&self, request: &str, more: &str) {
        let kept = ["Via:", "From:", "To:", "Call-ID:", "CSeq:"].map(|name| {
            let line = request
                .lines()
                .find(|line| line.starts_with(name))
                .unwrap_or_else(|| panic!("{name} {request}"));
            if name == "To:" && !line.contains("tag=") {
                format!("{line};tag=camera\r\n")
            } else {
                format!("{line}\r\n")
            }
        });
        self.send(format!("SIP/2.0 200 OK\r\n{}{more}Content-Length: 0\r\n\r\n", kept.concat()).as_bytes());
    }

    fn register(&mut self, password: &str) -> String {
        self.say("REGISTER", "Expires: 3600\r\n", b"");
        let challenge = self.hear(&["401 Unauthorized"]);
        let nonce = challenge
            .split_once("nonce=\"")
            .and_then(|(_, rest)| rest.split_once('"'))
            .expect("a nonce")
            .0
            .to_owned();
        let hash = |parts: &[&str]| -> String {
            Md5::digest(parts.join(":")).iter().map(|byte| format!("{byte:02x}")).collect()
        };
        let (secret, what) = (hash(&[CAMERA, "3307910000", password]), hash(&["REGISTER", URI]));
        let response = hash(&[&secret, &nonce, "00000001", "0a4f", "auth", &what]);
        let authorization = format!(
            "Expires: 3600\r\nAuthorization: Digest username=\"{CAMERA}\", realm=\"3307910000\", nonce=\"{nonce}\", uri=\"{URI}\", \
             response=\"{response}\", algorithm=MD5, qop=auth, nc=00000001, cnonce=\"0a4f\"\r\n"
        );
        self.say("REGISTER", &authorization, b"");
        let cseq = format!("CSeq: {} REGISTER", self.cseq);
        self.hear(&["SIP/2.0 ", &cseq])
    }
}

fn response(serial: &str) -> Vec<u8> {
    format!(
        "<?xml version=\"1.0\" encoding=\"GB2312\"?>\r\n<Response><CmdType>DeviceControl</CmdType><SN>{serial}</SN>\
         <DeviceID>{CAMERA}</DeviceID><Result>OK</Result></Response>"
    )
    .into_bytes()
}

const XML: &str = "Content-Type: Application/MANSCDP+xml\r\n";

#[test]
fn a_camera_registers_alarms_and_is_armed() {
    let host = Running::new();
    let mut camera = Camera::at(&host);
    assert!(camera.register("not the password").starts_with("SIP/2.0 403 Forbidden"));
    wait_for("the dead letter", || {
        host.json(&["dead", "list"])
            .into_iter()
            .find(|letter| letter["kind"] == "unauthorised" && letter["plugin"] == "video")
    });
    let welcome = camera.register("qingshan-28181");
    assert!(welcome.starts_with("SIP/2.0 200 OK") && welcome.contains("Date: "), "{welcome}");
    let subscribe = camera.hear(&["SUBSCRIBE sip:", "<CmdType>Alarm</CmdType>"]);
    camera.answer(&subscribe, "Expires: 3600\r\n");
    for query in ["<CmdType>DeviceStatus</CmdType>", "<CmdType>Catalog</CmdType>"] {
        let asked = camera.hear(&["MESSAGE sip:", query]);
        camera.answer(&asked, "");
    }

    // In GB 2312, twice the same datagram, as UDP does.
    let alarm = camera.say("MESSAGE", XML, &video::intrusion(4711, "围墙有人"));
    let ok = camera.hear(&["SIP/2.0 200 OK", &format!("CSeq: {} MESSAGE", camera.cseq)]);
    assert!(ok.contains(";received=127.0.0.1"), "{ok}");
    let answer = camera.hear(&["MESSAGE sip:", "<Response>", "<SN>4711</SN>"]);
    assert!(answer.contains("<Result>OK</Result>"), "{answer}");
    camera.send(&alarm);
    assert_eq!(
        camera.hear(&["SIP/2.0 200 OK", &format!("CSeq: {} MESSAGE", camera.cseq)]),
        ok,
        "the same bytes"
    );
    assert_eq!(camera.hear(&["MESSAGE sip:", "<SN>4711</SN>"]), answer);
    let incident = wait_for("the intrusion", || {
        host.incidents().into_iter().find(|incident| incident["hazard"] == "intrusion")
    });
    assert_eq!(
        (&incident["count"], incident["title"].as_str()),
        (&Value::from(1), Some("入侵检测:围墙有人")),
        "{incident}"
    );

    let issued = host.json(&[
        "order",
        "issue",
        "--department",
        "video",
        "--title",
        "布防",
        "--matter",
        "camera.arm",
        "--device",
        CAMERA,
    ]);
    let order =
        issued[0]["reply"]["subject"].as_str().unwrap_or_else(|| panic!("no order in {issued:?}")).to_owned();
    let control = camera.hear(&["MESSAGE sip:", "<GuardCmd>SetGuard</GuardCmd>"]);
    camera.answer(&control, "");
    let serial = control
        .split_once("<SN>")
        .and_then(|(_, rest)| rest.split_once("</SN>"))
        .expect("an SN")
        .0
        .to_owned();
    camera.say("MESSAGE", XML, &response(&serial));
    let done = wait_for("the order done", || {
        Some(host.json(&["order", "show", &order]).remove(0)).filter(|order| order["state"] == "done")
    });
    assert_eq!(done["result"], "已布防", "{done}");

    // Bad and odd ones are answered or kept, and nothing is lost.
    let bad = camera.request("MESSAGE", XML, b"<Notify>");
    camera.send(&bad);
    camera.hear(&["SIP/2.0 400 Bad Request"]);
    camera.send(b"\r\n\r\n");
    camera.send("X".repeat(60_000).as_bytes());
    let sum = host.json(&["journal", "verify"]).remove(0);
    assert_eq!(sum["ok"], true, "{sum}");
}

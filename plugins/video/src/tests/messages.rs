//! Alarms in SIP, and requests that are none.

use super::camera::{Camera, codes, first_line, replies};
use super::{CAMERA, reply, usual};
use crate::Video;
use encoding_rs::GBK;
use tocsin_sdk::mock::Host;
use tocsin_sdk::{Message, RejectionKind, Severity};

const AT: i64 = 1_783_837_820_000;

/// An intrusion in GB 2312.
fn gbk_alarm(camera: &mut Camera) -> Vec<u8> {
    let xml =
        usual("5", "<AlarmDescription>主变区围墙</AlarmDescription><Info><AlarmType>6</AlarmType></Info>")
            .replace("UTF-8", "GB2312");
    let body = GBK.encode(&xml).0.into_owned();
    let head = camera.message("");
    let head = head.replace("Content-Length: 0", &format!("Content-Length: {}", body.len()));
    [head.as_bytes(), &body].concat()
}

#[test]
fn an_alarm_is_answered_twice_and_counted_once() {
    let (mut camera, _) = Camera::registered();
    let datagram = gbk_alarm(&mut camera);
    let outcome = camera.hear(&datagram).unwrap();
    let signal = &outcome.signals[0];
    assert_eq!(
        (codes(&outcome), signal.device.as_str(), signal.observed),
        (vec!["video.intrusion"], CAMERA, Some(AT))
    );
    assert_eq!((signal.title.as_str(), signal.severity), ("入侵检测:主变区围墙", Severity::Severe));
    assert_eq!(outcome.defects, Vec::<String>::new());
    let back = replies(&outcome);
    assert_eq!((back.len(), first_line(&back[0])), (2, "SIP/2.0 200 OK"));
    assert_eq!(first_line(&back[1]), format!("MESSAGE sip:{CAMERA}@10.0.0.9:5060 SIP/2.0"));
    let document = back[1].split_once("\r\n\r\n").unwrap().1;
    assert_eq!(document, reply("Alarm", "17", CAMERA, "OK"));
    assert!(back[1].contains(&format!("Content-Length: {}\r\n", document.len())));

    camera.now += 500;
    let again = camera.hear(&datagram).unwrap();
    assert_eq!((replies(&again), again.signals.len()), (back.clone(), 0), "a copy");
    // What the camera answers to our MESSAGE is nothing new.
    assert_eq!(codes(&camera.answer(&back[1], "200 OK", "").unwrap()), Vec::<&str>::new());
    // The same alarm in another transaction is said again.
    let datagram = gbk_alarm(&mut camera);
    assert_eq!(codes(&camera.hear(&datagram).unwrap()), ["video.intrusion"]);
}

#[test]
fn a_storm_is_one_matter() {
    let (mut camera, _) = Camera::registered();
    let mut fingerprints = std::collections::BTreeSet::new();
    for n in 0..300 {
        camera.now += 200;
        let body = usual("5", "<Info><AlarmType>2</AlarmType></Info>").replace("<SN>17", &format!("<SN>{n}"));
        let message = camera.message(&body);
        let mut outcome = camera.hear(&message).unwrap();
        assert_eq!(outcome.signals.len(), 1);
        let signal = outcome.signals.remove(0);
        fingerprints.insert((signal.device, signal.code, signal.reference));
    }
    assert_eq!(fingerprints.len(), 1);
}

#[test]
fn a_stranger_may_cry_but_not_chat() {
    let mut camera = Camera::new();
    assert!(camera.keepalive().is_err());
    let datagram = gbk_alarm(&mut camera);
    let outcome = camera.hear(&datagram).unwrap();
    assert_eq!((codes(&outcome), replies(&outcome).len()), (vec!["video.intrusion"], 2));
    assert!(outcome.defects[0].contains("not registered"), "{:?}", outcome.defects);
    assert_eq!(camera.hear(&datagram).unwrap().signals.len(), 0, "a copy");
    camera.host.set("strangers", "refuse");
    let datagram = gbk_alarm(&mut camera);
    let refused = camera.hear(&datagram).expect_err("refused");
    assert_eq!(
        (refused.kind, first_line(&String::from_utf8_lossy(&refused.reply))),
        (RejectionKind::Unauthorised, "SIP/2.0 403 Forbidden")
    );
}

#[test]
fn notifications_of_a_subscription_are_alarms_too() {
    let (mut camera, _) = Camera::registered();
    let notify = camera.request(
        "NOTIFY",
        "Event: presence\r\nSubscription-State: active;expires=90\r\nContent-Type: Application/MANSCDP+xml",
        &usual("2", ""),
    );
    let outcome = camera.hear(&notify).unwrap();
    assert_eq!((codes(&outcome), replies(&outcome).len()), (vec!["video.device"], 2));
}

#[test]
fn requests_that_cannot_be_taken() {
    let check = |change: &dyn Fn(String) -> String, line: &str, is_refused: bool| {
        let (mut camera, _) = Camera::registered();
        let request = change(camera.message(&usual("5", "")));
        let (head, body) = request.split_once("\r\n\r\n").unwrap();
        let lines = head.lines().map(|line| match line.starts_with("Content-Length") {
            true => format!("Content-Length: {}\r\n", body.len()),
            false => format!("{line}\r\n"),
        });
        let request = format!("{}\r\n{body}", lines.collect::<String>());
        let bytes = request.as_bytes();
        let device = camera.host.frame::<Video>(bytes).remove(0).device;
        let answer = camera.host.decode::<Video>(Message {
            received: camera.now,
            origin: "[2001:db8::7]:5060".to_owned(),
            ..Host::message(&device, bytes)
        });
        let (got, reply) = match answer {
            Ok(outcome) => (false, replies(&outcome).first().cloned().unwrap_or_default()),
            Err(refused) => (true, String::from_utf8_lossy(&refused.reply).into_owned()),
        };
        assert_eq!((first_line(&reply), got), (line, is_refused), "{request}");
    };
    let swap = |from: &'static str, to: &'static str| move |text: String| text.replace(from, to);
    check(&|text| text, "SIP/2.0 200 OK", false);
    check(&swap("From: ", "f : "), "SIP/2.0 200 OK", false);
    check(&swap("Call-ID: ", "X: "), "SIP/2.0 400 Missing Call-ID", true);
    check(&swap("From: ", "X: "), "SIP/2.0 400 Missing From", true);
    check(&swap("CSeq: ", "CSeq: x"), "SIP/2.0 400 Bad CSeq", true);
    check(&swap(" MESSAGE\r\nContact", " NOTIFY\r\nContact"), "SIP/2.0 400 CSeq Method Differs", true);
    check(&swap("Max-Forwards: 70", "no header at all"), "SIP/2.0 400 Bad Header", true);
    check(&swap("Via: ", "X: "), "", true);
    check(&swap("<sip:33079100001320000010@3307910000>;tag", "<tel:7>;tag"), "SIP/2.0 400 Bad From", true);
    check(&swap(" SIP/2.0\r\nVia", " SIP/3.0\r\nVia"), "SIP/2.0 505 Version Not Supported", true);
    check(&swap("Application/MANSCDP+xml", "application/sdp"), "SIP/2.0 415 Unsupported Media Type", true);
    check(&swap("</Notify>", "</Notiffy"), "SIP/2.0 400 Bad Request", true);
    check(&swap("<CmdType>Alarm", "<CmdType>MobilePosition"), "SIP/2.0 200 OK", true);
    check(&swap("<DeviceID>33079100001320000010</DeviceID>", ""), "SIP/2.0 400 Bad Request", true);
    check(&|text| text.replace("MESSAGE", "INVITE"), "SIP/2.0 405 Method Not Allowed", true);
    check(&|text| text.replace("MESSAGE", "OPTIONS"), "SIP/2.0 200 OK", false);
    check(&|text| text.replace("MESSAGE", "BYE"), "SIP/2.0 481 Call/Transaction Does Not Exist", false);
    check(&|text| text.replace("MESSAGE", "ACK"), "", false);
}

#[test]
fn a_value_may_begin_on_the_next_line() {
    for name in ["CSeq: ", "Content-Length: ", "Call-ID: "] {
        let (mut camera, _) = Camera::registered();
        let folded = camera.message(&usual("5", "")).replace(name, &format!("{name}\r\n \r\n\t"));
        let outcome = camera.hear(&folded).unwrap();
        assert!(replies(&outcome)[0].starts_with("SIP/2.0 200"), "{name}: {:?}", replies(&outcome));
        assert_eq!(outcome.signals.len(), 1, "{name}");
    }
}

#[test]
fn a_header_that_would_begin_another_does_not() {
    let (mut camera, _) = Camera::registered();
    let folded = camera.message(&usual("5", "")).replace("Call-ID: ", "Call-ID: a\r\n b\r\n\tInjected: x ");
    let outcome = camera.hear(&folded).unwrap();
    assert!(
        replies(&outcome)[0].lines().all(|line| !line.starts_with("Injected")),
        "{}",
        replies(&outcome)[0]
    );
}

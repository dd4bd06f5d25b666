//! REGISTER: challenge, answer, renewal, end.

use super::CAMERA;
use super::camera::{Camera, NOW, PASSWORD, asked, codes, digest, find, first_line, nonce, replies};
use tocsin_sdk::{Kind, RejectionKind};

#[test]
fn challenge_and_answer() {
    let mut camera = Camera::new();
    let plain = camera.request("REGISTER", "Expires: 3600", "");
    let outcome = camera.hear(&plain).unwrap();
    let challenge = &replies(&outcome)[0];
    assert_eq!(first_line(challenge), "SIP/2.0 401 Unauthorized");
    assert!(challenge.contains("WWW-Authenticate: Digest realm=\"3307910000\", nonce=\""), "{challenge}");
    assert!(
        challenge.contains(
            "Via: SIP/2.0/UDP 10.0.0.9:5060;branch=z9hG4bKreg-11;rport=5061;received=192.0.2.7\r\n"
        ),
        "{challenge}"
    );
    assert_eq!(
        (codes(&outcome), camera.host.keys(CAMERA)),
        (vec![], vec![]),
        "nothing is kept of who only asks"
    );

    for qop in ["", "auth"] {
        let mut camera = Camera::new();
        let request = camera.request(
            "REGISTER",
            &format!("Expires: 600\r\n{}", digest(&nonce(challenge), PASSWORD, qop)),
            "",
        );
        let outcome = camera.hear(&request).unwrap();
        let reply = &replies(&outcome)[0];
        assert_eq!(first_line(reply), "SIP/2.0 200 OK");
        for header in [
            "Date: 2026-07-12T14:30:30.000\r\n",
            "Expires: 600\r\n",
            "<sip:33079100001320000010@10.0.0.9:5060>;expires=600\r\n",
            "Call-ID: reg-1\r\n",
            "CSeq: 1 REGISTER\r\n",
        ] {
            assert!(reply.contains(header), "no {header:?} in {reply}");
        }
        assert_eq!(codes(&outcome), ["device.online"]);
        let asked = asked(&outcome);
        let subscribe = find(&asked, "SUBSCRIBE ");
        assert_eq!(first_line(&subscribe), format!("SUBSCRIBE sip:{CAMERA}@10.0.0.9:5060 SIP/2.0"));
        for part in [
            "Event: presence\r\n",
            "Expires: 3600\r\n",
            "Contact: <sip:33079100002000000001@192.0.2.1:5060>\r\n",
            "Via: SIP/2.0/UDP 192.0.2.1:5060;rport;branch=z9hG4bK",
            "From: <sip:33079100002000000001@3307910000>;tag=",
            "<CmdType>Alarm</CmdType>",
            "<AlarmMethod>0</AlarmMethod>",
            "<StartAlarmTime>2026-07-12T14:30:30</StartAlarmTime>",
        ] {
            assert!(subscribe.contains(part), "no {part:?} in {subscribe}");
        }
        find(&asked, "<CmdType>DeviceStatus</CmdType>");
        find(&asked, "<CmdType>Catalog</CmdType>");
    }
}

/// 校时: to the millisecond in the answer to a registration, to the second elsewhere.
#[test]
fn a_registration_sets_the_clock() {
    for (ms, expect) in [(0, "000"), (7, "007"), (999, "999")] {
        let mut camera = Camera::new();
        camera.now = NOW + ms;
        let outcome = camera.register(3_600);
        let reply = &replies(&outcome)[0];
        assert!(reply.contains(&format!("Date: 2026-07-12T14:30:30.{expect}\r\n")), "{reply}");
        let subscribe = find(&asked(&outcome), "SUBSCRIBE ");
        assert!(subscribe.contains("<StartAlarmTime>2026-07-12T14:30:30</StartAlarmTime>"), "{subscribe}");
    }
}

#[test]
fn who_may_not() {
    let check = |password: &str, age_s: i64, kind: Option<RejectionKind>, line: &str| {
        let mut camera = Camera::new();
        let challenge = camera.challenge();
        camera.now += age_s * 1_000;
        let request = camera.request("REGISTER", &digest(&nonce(&challenge), password, "auth"), "");
        let (kind_got, reply) = match camera.hear(&request) {
            Ok(outcome) => (None, replies(&outcome).remove(0)),
            Err(refused) => (Some(refused.kind), String::from_utf8(refused.reply).unwrap()),
        };
        assert_eq!((kind_got, first_line(&reply)), (kind, line), "{password} {age_s}");
        reply
    };
    check(PASSWORD, 0, None, "SIP/2.0 200 OK");
    check(PASSWORD, 299, None, "SIP/2.0 200 OK");
    check("guess", 0, Some(RejectionKind::Unauthorised), "SIP/2.0 403 Forbidden");
    assert!(check(PASSWORD, 601, None, "SIP/2.0 401 Unauthorized").contains("stale=true"));
}

#[test]
fn a_device_has_its_own_password_or_none_is_asked() {
    let mut camera = Camera::new();
    camera.host.register(CAMERA, r#"{"password":"own","keepalive_s":20}"#);
    let challenge = camera.challenge();
    for (password, accepted) in [(PASSWORD, false), ("own", true)] {
        let request = camera.request("REGISTER", &digest(&nonce(&challenge), password, ""), "");
        assert_eq!(camera.hear(&request).is_ok(), accepted, "{password}");
    }
    let mut camera = Camera::new();
    camera.host.set("password", " ");
    let request = camera.request("REGISTER", "", "");
    assert_eq!(codes(&camera.hear(&request).unwrap()), ["device.online"]);
}

#[test]
fn renewal_is_quiet_and_a_new_start_subscribes_again() {
    let (mut camera, _) = Camera::registered();
    camera.now += 60_000;
    let outcome = camera.register(3_600);
    assert_eq!((codes(&outcome), asked(&outcome).len()), (vec![], 0));
    camera.call = "reg-2";
    let outcome = camera.register(3_600);
    assert_eq!(codes(&outcome), Vec::<&str>::new(), "it was never away");
    find(&asked(&outcome), "SUBSCRIBE ");
}

#[test]
fn the_end() {
    let (mut camera, _) = Camera::registered();
    assert_eq!(codes(&camera.register(0)), ["device.offline", "camera.unsubscribed"]);
    assert_eq!(camera.host.timers(), []);
    let refused = camera.keepalive().expect_err("not registered");
    assert_eq!(
        (refused.kind, first_line(&String::from_utf8_lossy(&refused.reply))),
        (RejectionKind::Unauthorised, "SIP/2.0 403 Forbidden")
    );
    // Without a renewal it ends by itself.
    camera.register(60);
    let woken: Vec<_> =
        camera.later(61).into_iter().flat_map(|outcome| outcome.signals).map(|signal| signal.code).collect();
    assert!(woken.contains(&"device.offline".to_owned()), "{woken:?}");
    assert!(camera.keepalive().is_err());
}

#[test]
fn a_copy_gets_the_same_answer() {
    let mut camera = Camera::new();
    let challenge = camera.challenge();
    let request = camera.request("REGISTER", &digest(&nonce(&challenge), PASSWORD, "auth"), "");
    let first = camera.hear(&request).unwrap();
    camera.now += 4_000;
    let again = camera.hear(&request).unwrap();
    assert_eq!(replies(&first), replies(&again));
    assert_eq!((again.signals.len(), asked(&again).len()), (0, 0));
    assert_eq!(camera.now, NOW + 4_000);
}

#[test]
fn a_fault_of_a_keepalive_ends_with_a_good_one() {
    let (mut camera, _) = Camera::registered();
    let mut say = |said: &str, expect: &[(Kind, &str)]| {
        let answer = camera.alive(said).unwrap();
        let told: Vec<_> =
            answer.signals.iter().map(|signal| (signal.kind.clone(), &*signal.device)).collect();
        assert_eq!(told, expect, "{said}");
        assert!(answer.signals.iter().all(|signal| signal.code == "fault.video.device"), "{said}");
        camera.now += 60_000;
    };
    let (ok, error) = ("<Status>OK</Status>", "<Status>ERROR</Status>");
    say(ok, &[]);
    say(error, &[(Kind::Fault, CAMERA)]);
    say(ok, &[(Kind::Recovery, CAMERA)]);
    say(ok, &[]);
    let part = "33079100001320000021";
    say(&format!("{ok}<Info><DeviceID>{part}</DeviceID></Info>"), &[(Kind::Fault, part)]);
    say(ok, &[(Kind::Recovery, part)]);
    say(error, &[(Kind::Fault, CAMERA)]);
    // It stands through a silence.
    camera.later(600);
    camera.now += 1_000;
    let told = camera.keepalive().unwrap();
    assert_eq!(codes(&told), ["device.online", "fault.video.device"]);
    assert_eq!(told.signals[1].kind, Kind::Recovery);
}

#[test]
fn silence_is_seen_and_its_end() {
    let (mut camera, _) = Camera::registered();
    for _ in 0..10 {
        camera.later(60);
        let outcome = camera.keepalive().unwrap();
        assert_eq!((codes(&outcome), first_line(&replies(&outcome)[0])), (vec![], "SIP/2.0 200 OK"));
    }
    let lost = |camera: &mut Camera, seconds| -> Vec<String> {
        camera
            .later(seconds)
            .into_iter()
            .flat_map(|outcome| outcome.signals)
            .map(|signal| signal.code)
            .filter(|code| code.starts_with("device"))
            .collect()
    };
    assert_eq!(lost(&mut camera, 179), Vec::<String>::new());
    assert_eq!(lost(&mut camera, 10), ["device.offline"]);
    assert_eq!(lost(&mut camera, 2_000), Vec::<String>::new(), "said once");
    let outcome = camera.keepalive().unwrap();
    assert_eq!(codes(&outcome), ["device.online"]);
    find(&asked(&outcome), "SUBSCRIBE ");
}

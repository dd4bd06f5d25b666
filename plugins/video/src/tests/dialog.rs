//! Subscriptions and orders: what is asked of a camera, and what it answers.

use super::CAMERA;
use super::camera::{Camera, asked, codes, find, first_line, replies};
use tocsin_sdk::{Kind, Outcome};

const ORDER: &str = r#"{"matter":"camera.arm","device":"33079100001320000010"}"#;

fn signals(outcomes: &[Outcome]) -> Vec<String> {
    outcomes.iter().flat_map(|outcome| &outcome.signals).map(|signal| signal.code.clone()).collect()
}

fn subscribes(outcomes: &[Outcome]) -> Vec<String> {
    outcomes.iter().flat_map(asked).filter(|request| request.starts_with("SUBSCRIBE")).collect()
}

/// Answers what came with the registration.
fn settle(camera: &Camera, outcome: &Outcome) {
    for request in asked(outcome) {
        let more = if request.starts_with("SUBSCRIBE") { "Expires: 600" } else { "" };
        camera.answer(&request, "200 OK", more).unwrap();
    }
}

fn response(command: &str, serial: &str, rest: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"GB2312\"?>\r\n<Response>\r\n<CmdType>{command}</CmdType>\r\n<SN>{serial}</SN>\r\n\
         <DeviceID>{CAMERA}</DeviceID>\r\n{rest}\r\n</Response>\r\n"
    )
}

fn serial(request: &str) -> &str {
    request.split_once("<SN>").and_then(|(_, rest)| rest.split_once("</SN>")).expect("an SN").0
}

fn header<'a>(request: &'a str, name: &str) -> &'a str {
    request.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default()
}

#[test]
fn a_subscription_is_answered_and_renewed_in_its_dialog() {
    let (mut camera, outcome) = Camera::registered();
    let first = find(&asked(&outcome), "SUBSCRIBE ");
    let told = camera.answer(&first, "200 OK", "Expires: 600").unwrap();
    assert_eq!(codes(&told), ["camera.subscribed"]);
    assert_eq!(
        codes(&camera.answer(&first, "200 OK", "Expires: 600").unwrap()),
        Vec::<&str>::new(),
        "a copy"
    );
    let mut seen = Vec::new();
    for _ in 0..9 {
        seen.extend(camera.later(60));
        camera.keepalive().unwrap();
    }
    let again = subscribes(&seen);
    assert_eq!(again.len(), 1, "a minute before its end: {again:?}");
    assert_eq!(header(&again[0], "Call-ID:"), header(&first, "Call-ID:"));
    assert_eq!(header(&again[0], "To:"), format!("{};tag=camera", header(&first, "To:")));
    assert_ne!(header(&again[0], "CSeq:"), header(&first, "CSeq:"));
    assert_ne!(header(&again[0], "Via:"), header(&first, "Via:"));
    assert_eq!(codes(&camera.answer(&again[0], "200 OK", "").unwrap()), Vec::<&str>::new(), "no news");
}

#[test]
fn one_that_is_never_answered_is_shown_and_asked_again() {
    let (mut camera, outcome) = Camera::registered();
    let first = find(&asked(&outcome), "SUBSCRIBE ");
    let (mut asked_at, mut told) = (Vec::new(), Vec::new());
    for second in 1..=310 {
        let woken = camera.later(1);
        asked_at.extend(subscribes(&woken).into_iter().map(|request| (second, request)));
        told.extend(signals(&woken));
        if second % 60 == 0 {
            camera.keepalive().unwrap();
        }
    }
    let copies = asked_at.iter().filter(|(_, request)| *request == first).map(|(second, _)| *second);
    assert_eq!(copies.collect::<Vec<_>>(), [2, 6, 14, 30]);
    assert_eq!(told, ["camera.unsubscribed"], "said once");
    let mut calls: Vec<&str> = asked_at.iter().map(|(_, request)| header(request, "Call-ID:")).collect();
    calls.dedup();
    assert!(calls.len() >= 3, "new dialogs, ever later: {calls:?}");
    let last = asked_at.last().unwrap().1.clone();
    assert_eq!(
        codes(&camera.answer(&last, "200 OK", "").unwrap()),
        ["camera.subscribed"],
        "an answer at last"
    );
}

#[test]
fn one_that_is_refused_or_ended() {
    let (mut camera, outcome) = Camera::registered();
    let first = find(&asked(&outcome), "SUBSCRIBE ");
    let told = camera.answer(&first, "489 Bad Event", "").unwrap();
    assert_eq!(codes(&told), ["camera.unsubscribed"]);
    assert!(told.signals[0].title.contains("489 Bad Event"), "{}", told.signals[0].title);
    for _ in 0..50 {
        assert_eq!(subscribes(&camera.later(60)).len(), 0);
        camera.keepalive().unwrap();
    }

    let (mut camera, outcome) = Camera::registered();
    settle(&camera, &outcome);
    let ended = camera.request("NOTIFY", "Subscription-State: terminated;reason=noresource", "");
    let told = camera.hear(&ended).unwrap();
    assert_eq!(
        (codes(&told), first_line(&replies(&told)[0])),
        (vec!["camera.unsubscribed"], "SIP/2.0 200 OK")
    );
    assert_eq!(subscribes(&camera.later(31)).len(), 1);
}

#[test]
fn an_order_arms_a_camera() {
    let (mut camera, outcome) = Camera::registered();
    settle(&camera, &outcome);
    let down = asked(&camera.order("order.issued", ORDER).unwrap());
    let request = find(&down, "<GuardCmd>SetGuard</GuardCmd>");
    assert_eq!(first_line(&request), format!("MESSAGE sip:{CAMERA}@10.0.0.9:5060 SIP/2.0"));
    assert!(asked(&camera.order("order.issued", ORDER).unwrap()).is_empty(), "the same order again");
    assert_eq!(codes(&camera.answer(&request, "200 OK", "").unwrap()), ["delivered"]);
    let body = response("DeviceControl", serial(&request), "<Result>OK</Result>");
    let message = camera.message(&body);
    let told = camera.hear(&message).unwrap();
    assert_eq!(codes(&told), ["done", "camera.armed"]);
    assert_eq!(
        (&told.signals[0].kind, told.signals[0].reference.as_str()),
        (&Kind::Progress, "O20260712-0001")
    );
    assert_eq!(replies(&told).len(), 1, "a Response is not answered by another");
    // Disarming, and a status that says nothing new.
    let order = ORDER.replace("camera.arm", "camera.disarm");
    let request =
        find(&asked(&camera.order("order.issued", &order).unwrap()), "<GuardCmd>ResetGuard</GuardCmd>");
    let message = camera.message(&response("DeviceControl", serial(&request), "<Result>OK</Result>"));
    assert_eq!(codes(&camera.hear(&message).unwrap()), ["done", "camera.disarmed"]);
}

#[test]
fn an_order_that_finds_nobody() {
    let mut camera = Camera::new();
    assert_eq!(codes(&camera.order("order.issued", ORDER).unwrap()), ["failed"], "not registered");
    let outcome = camera.register(3_600);
    settle(&camera, &outcome);
    let request = find(&asked(&camera.order("order.issued", ORDER).unwrap()), "SetGuard");
    let woken = camera.later(61);
    assert_eq!(signals(&woken), ["failed"]);
    assert_eq!(woken.iter().flat_map(asked).filter(|copy| *copy == request).count(), 4);
    let message = camera.message(&response("DeviceControl", serial(&request), "<Result>OK</Result>"));
    let told = camera.hear(&message).unwrap();
    assert_eq!(
        (codes(&told), told.signals[0].title.as_str()),
        (vec!["done", "camera.armed"], "迟到: 已布防")
    );

    let request = find(&asked(&camera.order("order.issued", ORDER).unwrap()), "SetGuard");
    assert_eq!(codes(&camera.answer(&request, "500 Busy", "").unwrap()), ["failed"]);
    let request = find(&asked(&camera.order("order.issued", ORDER).unwrap()), "SetGuard");
    let message = camera.message(&response("DeviceControl", serial(&request), "<Result>ERROR</Result>"));
    assert_eq!(codes(&camera.hear(&message).unwrap()), ["failed"]);
    let request = find(&asked(&camera.order("order.issued", ORDER).unwrap()), "SetGuard");
    camera.order("order.cancelled", "{}").unwrap();
    assert!(camera.later(3).iter().flat_map(asked).all(|copy| copy != request), "nothing more is asked");
    let odd = ORDER.replace("camera.arm", "camera.arm/../x");
    assert_eq!(codes(&camera.order("order.issued", &odd).unwrap()), ["declined"]);
    assert_eq!(
        codes(&camera.order("order.issued", &ORDER.replace("camera.arm", "patrol")).unwrap()),
        Vec::<&str>::new()
    );
}

#[test]
fn what_a_camera_says_of_itself() {
    let (mut camera, outcome) = Camera::registered();
    settle(&camera, &outcome);
    let mut say = |command: &str, rest: &str| {
        let message = camera.message(&response(command, "7", rest));
        let told = camera.hear(&message).unwrap();
        told.signals.iter().map(|signal| format!("{} {}", signal.code, signal.device)).collect::<Vec<_>>()
    };
    let duty = |word: &str| {
        format!(
            "<Result>OK</Result><Online>ONLINE</Online><Status>OK</Status><Alarmstatus Num=\"1\"><Item><DeviceID>{CAMERA}</DeviceID><DutyStatus>{word}</DutyStatus></Item></Alarmstatus>"
        )
    };
    assert_eq!(say("DeviceStatus", &duty("ONDUTY")), [format!("camera.armed {CAMERA}")]);
    assert_eq!(say("DeviceStatus", &duty("ALARM")), Vec::<String>::new());
    assert_eq!(say("DeviceStatus", &duty("OFFDUTY")), [format!("camera.disarmed {CAMERA}")]);
    assert_eq!(
        say("DeviceStatus", "<Online>ONLINE</Online><Status>ERROR</Status>"),
        [format!("fault.video.device {CAMERA}")]
    );
    assert_eq!(say("DeviceStatus", &duty("OFFDUTY")), [format!("fault.video.device {CAMERA}")], "it is over");
    assert_eq!(say("DeviceStatus", &duty("OFFDUTY")), Vec::<String>::new());
    let list = "<SumNum>2</SumNum><DeviceList Num=\"2\"><Item><DeviceID>33079100001320000011</DeviceID><Name>北门</Name><Status>ON</Status></Item>\
                <Item><DeviceID>33079100001320000012</DeviceID><Name>前广场</Name><Status>OFF</Status></Item></DeviceList>";
    assert_eq!(
        say("Catalog", list),
        ["device 33079100001320000011", "device 33079100001320000012", "device.offline 33079100001320000012"]
    );
    assert_eq!(say("Alarm", "<Result>OK</Result>"), Vec::<String>::new());
}

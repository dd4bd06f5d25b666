use super::*;
use serde_json::{Value, json};
use tocsin_sdk::{Datum, Outcome, PieceKind, RejectionKind, memory};

#[test]
fn a_position_is_told_and_confirmed() {
    let answer = send(&Host::fresh(), "a", &frame(0x0200, 7, &position(0, "260712143020")));
    assert_eq!(lines(&answer), ["status vehicle.position"]);
    let outcome = answer.unwrap();
    let signal = &outcome.signals[0];
    assert!(signal.data.contains(r#""serial":7"#), "what tells a copy: {}", signal.data);
    let at = signal.position.unwrap();
    assert_eq!((at.lon, at.lat, at.datum), (120.36, 29.25, Datum::Wgs84));
    assert_eq!((signal.observed, signal.value), (Some(1_783_837_820_000), Some(50.5)));
    assert_eq!((signal.device.as_str(), signal.unit.as_str()), ("13800000001", "km/h"));
    let data: Value = serde_json::from_str(&signal.data).unwrap();
    assert_eq!(
        (&data["mileage_km"], &data["acc"], &data["alarms"]),
        (&json!(12.3), &json!(true), &json!([]))
    );
    assert_eq!(reply(&outcome.sends[0].payload), (0x8001, bytes("0007 0200 00")));
}

#[test]
fn bits_are_told_as_they_come_and_go() {
    let host = Host::fresh();
    let check = |bits: u32, at: &str, expect: &[&str]| {
        let got = lines(&send(&host, "a", &frame(0x0200, 7, &position(bits, at))));
        assert_eq!(got[1..], *expect, "{bits:08x} {at}");
    };
    check(0b11, "260712143000", &["alarm vehicle.emergency", "report vehicle.overspeed"]);
    check(0b11, "260712143010", &["alarm vehicle.emergency"]);
    check(0b10, "260712143020", &["recovery vehicle.emergency"]);
    check(
        1 << 29 | 1 << 30,
        "260712143030",
        &["recovery vehicle.overspeed", "alarm vehicle.collision", "alarm vehicle.rollover"],
    );
    check(
        1 << 4 | 1 << 2,
        "260712143040",
        &[
            "report vehicle.fatigue",
            "fault vehicle.gnss-fault",
            "recovery vehicle.collision",
            "recovery vehicle.rollover",
        ],
    );
    // An older one that comes later moves nothing, but its danger is told.
    check(1 | 1 << 1, "260712142000", &["alarm vehicle.emergency"]);
}

#[test]
fn a_time_in_the_future_silences_nothing() {
    let host = Host::fresh();
    let check = |bits: u32, at: &str, expect: &[&str]| {
        let answer = send(&host, "a", &frame(0x0200, 7, &position(bits, at)));
        assert_eq!(lines(&answer)[1..], *expect, "{bits:08x} {at}");
        answer.unwrap().signals[0].observed.is_some()
    };
    // Received at 14:30:30 of the 12th.
    let defect = "defect 时间 990712143000 晚于收到时间五分钟以上 (more than five minutes ahead)";
    assert!(!check(0b11, "990712143000", &["alarm vehicle.emergency", defect]));
    assert!(check(0b10, "260712143010", &["report vehicle.overspeed"]));
    // A clock that is a little ahead is believed.
    assert!(check(0b00, "260712143530", &["recovery vehicle.overspeed"]));
    let defect = "defect 时间 260712143531 晚于收到时间五分钟以上 (more than five minutes ahead)";
    assert!(!check(0b10, "260712143531", &[defect]));
}

#[test]
fn without_a_fix_the_last_place_is_no_position() {
    let told = |status: u8| {
        let mut body = position(1, "260712143020");
        body[7] = status;
        send(&Host::fresh(), "a", &frame(0x0200, 7, &body)).unwrap().signals
    };
    let signals = told(0b01);
    assert_eq!(signals[0].title, "13800000001 时速 50.5 km/h,未定位");
    assert_eq!(signals[0].position, None);
    let data: Value = serde_json::from_str(&signals[0].data).unwrap();
    assert_eq!(
        (&data["located"], &data["last_known"]),
        (&json!(false), &json!({"lon": 120.36, "lat": 29.25}))
    );
    assert_eq!(signals[1].position.map(|at| (at.lon, at.lat)), Some((120.36, 29.25)), "{}", signals[1].code);
    let signals = told(0b11);
    assert_eq!(signals[0].title, "13800000001 时速 50.5 km/h");
    assert_eq!(serde_json::from_str::<Value>(&signals[0].data).unwrap()["last_known"], json!(null));
}

#[test]
fn a_batch_is_many_positions() {
    let one = position(0, "260712143020");
    let item = |body: &[u8]| [&(body.len() as u16).to_be_bytes()[..], body].concat();
    let batch = |count: u16, parts: &[Vec<u8>]| [&count.to_be_bytes()[..], &[1], &parts.concat()].concat();
    let check = |body: &[u8], expect: &[&str]| {
        let got = lines(&send(&Host::fresh(), "a", &frame(0x0704, 7, body)));
        assert_eq!(got.len(), expect.len(), "{got:?}");
        got.iter().zip(expect).for_each(|(got, expect)| assert!(got.starts_with(expect), "{got}"));
    };
    let whole = item(&one);
    check(
        &batch(2, &[whole.clone(), whole.clone()]),
        &["status vehicle.position", "status vehicle.position"],
    );
    check(&batch(3, std::slice::from_ref(&whole)), &["status vehicle.position", "defect 批量定位声称 3 条"]);
    check(&batch(2, &[whole.clone(), item(&one[..20])]), &["status vehicle.position", "defect 第 2 条"]);
    check(
        &batch(2, &[whole.clone(), whole[..20].to_vec()]),
        &["status vehicle.position", "defect 第 2 条应有", "defect 批量"],
    );
    assert!(send(&Host::fresh(), "a", &frame(0x0704, 7, &batch(1, &[]))).is_err());
    assert!(send(&Host::fresh(), "a", &frame(0x0704, 7, &[])).is_err());
}

#[test]
fn parts_that_cannot_be_read_leave_the_rest() {
    let check = |edit: fn(&mut Vec<u8>), defect: &str, located: bool| {
        let mut body = position(0, "260712143020");
        edit(&mut body);
        let answer = send(&Host::fresh(), "a", &frame(0x0200, 7, &body));
        let got = lines(&answer);
        assert!(got.iter().any(|line| line.contains(defect)), "{got:?} lacks {defect}");
        assert_eq!(answer.unwrap().signals[0].position.is_some(), located, "{defect}");
    };
    check(|body| body[22] = 0xFF, "不是 BCD 时间", true);
    check(|body| body[22] = 0x99, "晚于收到时间五分钟以上", true);
    check(|body| body[8] = 0x7F, "不在地球上", false);
    check(|body| body.truncate(31), "附加信息 01", true);
    check(|body| body.push(9), "多出 1 字节", true);
    check(|body| body[8..16].fill(0), "vehicle.position", false);
}

#[test]
fn south_and_west_by_status() {
    let mut body = position(0, "260712143020");
    body[7] = 0b1111;
    let at = send(&Host::fresh(), "a", &frame(0x0200, 7, &body)).unwrap().signals[0].position.unwrap();
    assert_eq!((at.lon, at.lat), (-120.36, -29.25));
}

#[test]
fn other_messages_and_refusals() {
    let ended = |frame: &[u8]| match send(&Host::fresh(), "a", frame) {
        Ok(outcome) => outcome.sends.first().map(|send| reply(&send.payload).1[4]),
        Err(refusal) => reply(&refusal.reply).1.get(4).copied(),
    };
    assert_eq!(ended(&frame(0x0002, 1, &[])), Some(0));
    assert_eq!(ended(&frame(0x0900, 1, b"GTSL|6|1")), Some(0));
    assert_eq!(ended(&frame(0x0001, 1, &bytes("0000 8103 00"))), None);
    assert_eq!(ended(&frame(0x7777, 1, &[])), Some(3));
    assert_eq!(ended(&frame(0x0200, 1, &[0; 27])), Some(2));
    let mut spoilt = frame(0x0200, 1, &position(0, "260712143020"));
    spoilt[20] ^= 1;
    assert_eq!(ended(&spoilt), Some(2));
    let refused = |frame: &[u8]| send(&Host::fresh(), "a", frame).unwrap_err();
    assert_eq!(refused(&spoilt).kind, RejectionKind::Malformed);
    assert_eq!(refused(&frame(0x7777, 1, &[])).kind, RejectionKind::Unsupported);
    for garbage in ["", "7E", "7E7E", "7E00", "7E7D057E", "68656C6C6F"] {
        assert_eq!(refused(&bytes(garbage)).kind, RejectionKind::Malformed, "{garbage}");
    }
    // Encrypted by bit 10.
    let head = bytes("0200 0401 013800000001 0001 AA");
    assert_eq!(refused(&sealed(&head)).kind, RejectionKind::Unsupported);
}

#[test]
fn a_telephone_that_is_none_names_nobody() {
    let body = position(1, "260712143020");
    for (head, phone) in [
        ("0200 0022 01380000000A 0001", "01380000000a"),
        ("0200 0022 FFFFFFFFFFFF 0001", "ffffffffffff"),
        ("0200 4022 01 000000000138000000F1 0001", "000000000138000000f1"),
    ] {
        let whole = sealed(&[bytes(head), body.clone()].concat());
        let [piece] = &Host::fresh().frame::<Transport>(&whole)[..] else { panic!("{head}") };
        assert_eq!((piece.kind, piece.device.as_str()), (PieceKind::Routine, ""), "{head}");
        let refusal = send(&Host::fresh(), "a", &whole).unwrap_err();
        assert_eq!(refusal.kind, RejectionKind::Malformed);
        assert_eq!(
            refusal.reason,
            format!("终端手机号 {phone} 不是 BCD 码 (the telephone {phone} is not decimal digits)")
        );
        // 8001 under its own header: of serial 1 and 0200, result 2.
        assert!(refusal.reply[1..].starts_with(&bytes("8001")), "{:02X?}", refusal.reply);
        let result = &refusal.reply[refusal.reply.len() - 7..refusal.reply.len() - 2];
        assert_eq!(result, bytes("0001 0200 02"));
    }
}

#[test]
fn a_2019_header_is_answered_under_one() {
    let head = bytes("0200 4022 01 00000000013800000001 0009");
    let body = position(0, "260712143020");
    let outcome = send(&Host::fresh(), "a", &sealed(&[head, body].concat())).unwrap();
    assert_eq!(outcome.signals[0].device, "13800000001");
    let answer = &outcome.sends[0].payload;
    assert_eq!(answer[1..16], bytes("8001 4005 01 00000000013800000001")[..]);
}

/// A packet of three of a batch of one position; the first has this serial.
fn batched(first: u16, number: u16, at: &str) -> Vec<u8> {
    let one = position(0, at);
    let batch = [&bytes("0001 00")[..], &(one.len() as u16).to_be_bytes(), &one].concat();
    let body = [&batch[..33], &batch[33..36], &batch[36..]][usize::from(number) - 1];
    let head = [
        &bytes("0704")[..],
        &(0x2000 | body.len() as u16).to_be_bytes(),
        &bytes("013800000001"),
        &(first - 1 + number).to_be_bytes(),
        &3_u16.to_be_bytes(),
        &number.to_be_bytes(),
    ];
    sealed(&[&head.concat()[..], body].concat())
}

#[test]
fn a_message_in_packets_is_one_message() {
    let packet = |first: u16, number: u16| batched(first, number, "260712143020");
    let host = Host::fresh();
    for number in [3, 1, 1] {
        let outcome = send(&host, "a", &packet(41, number)).unwrap();
        assert_eq!((outcome.signals.len(), outcome.sends.len()), (0, 1));
    }
    // What is missing is asked for.
    let asked = host.advance::<Transport>(1_783_837_830_000 + 10_000);
    let ask = asked[0].1.as_ref().unwrap();
    assert_eq!(
        (ask.sends[0].device.as_str(), reply(&ask.sends[0].payload)),
        ("13800000001", (0x8003, bytes("0029 01 0002")))
    );
    assert_eq!(lines(&send(&host, "a", &packet(41, 2))), ["status vehicle.position"]);
    assert!(host.timers().is_empty() && host.keys("13800000001") == ["bits", "done"]);
    // The rest never comes.
    send(&host, "a", &packet(51, 1)).unwrap();
    let last = host.advance::<Transport>(1_783_837_830_000 + 100_000).pop().unwrap().1.unwrap();
    assert!(last.defects[0].contains("只到 1 包,共 3 包"), "{:?}", last.defects);
    assert_eq!(host.keys("13800000001"), ["bits", "done"]);
}

#[test]
fn a_packet_that_comes_again_is_answered_again() {
    const POSITION: &[&str] = &["status vehicle.position"];
    let host = Host::fresh();
    let check = |minutes: i64, packet: &[u8], expect: &[&str], is_open: bool| {
        let message = Host::message("13800000001", packet);
        let received = message.received + minutes * 60_000;
        let answer = host.decode::<Transport>(Message { received, ..message });
        assert_eq!(lines(&answer), expect);
        let (id, body) = reply(&answer.unwrap().sends[0].payload);
        assert_eq!((id, &body[2..]), (0x8001, &bytes("0704 00")[..]));
        assert_eq!(!host.timers().is_empty(), is_open, "{expect:?}");
    };
    let packet = |number: u16| batched(41, number, "260712143020");
    check(0, &packet(1), &[], true);
    check(0, &packet(2), &[], true);
    check(0, &packet(3), POSITION, false);
    // The answer was lost.
    check(0, &packet(3), &[], false);
    check(9, &packet(1), &[], false);
    check(9, &packet(3), &[], false);
    // Another message of a terminal that begins anew.
    check(9, &batched(41, 1, "260712143025"), &[], true);
    check(9, &batched(41, 2, "260712143025"), &[], true);
    check(9, &batched(41, 3, "260712143025"), POSITION, false);
    check(9, &batched(41, 3, "260712143025"), &[], false);
    // Too late to be a retry.
    check(19, &batched(41, 3, "260712143025"), &[], true);
}

/// A packet of an upload that begins with serial 40.
fn picture(total: u16, number: u16, body: &[u8]) -> Vec<u8> {
    let head = [
        &bytes("0801")[..],
        &(0x2000 | body.len() as u16).to_be_bytes(),
        &bytes("013800000001"),
        &(39 + number).to_be_bytes(),
        &total.to_be_bytes(),
        &number.to_be_bytes(),
    ];
    sealed(&[&head.concat()[..], body].concat())
}

#[test]
fn media_are_told_once_and_answered_by_their_id() {
    const MEDIA: &[&str] = &["status vehicle.media"];
    let first = |id: u8| [&[0, 0, 0, id, 0, 0, 1, 2][..], &[0; 28], &[0xFF; 60]].concat();
    let (rest, got) = (vec![0xD8; 96], bytes("00000007"));
    let check = |host: Host, frame: &[u8], expect: &[&str], id: u16, body: &[u8]| {
        let answer = send(&host, "a", frame);
        assert_eq!(lines(&answer), expect);
        let outcome = answer.unwrap();
        let said = reply(&outcome.sends[0].payload);
        assert_eq!((outcome.sends.len(), said), (1, (id, body.to_vec())), "{expect:?}");
        outcome
    };
    let data = |outcome: &Outcome| -> Value { serde_json::from_str(&outcome.signals[0].data).unwrap() };
    // A single one.
    let outcome = check(Host::fresh(), &frame(0x0801, 9, &first(7)), MEDIA, 0x8800, &got);
    let single = data(&outcome);
    assert_eq!((&single["media"], &single["bytes"], &single["packets"]), (&json!(7), &json!(96), &json!(1)));
    assert!(single["hex"].as_str().unwrap().starts_with("00000007"));
    let outcome = check(
        Host::fresh(),
        &frame(0x0801, 9, &[1, 2]),
        &["status vehicle.media", "defect 多媒体数据没有 ID (the media has no id)"],
        0x8001,
        &bytes("0009 0801 00"),
    );
    assert_eq!(data(&outcome)["media"], json!(null));
    // Three packets, in an order of their own, one of them twice.
    let host = Host::fresh();
    check(host, &picture(3, 3, &rest), &[], 0x8001, &bytes("002A 0801 00"));
    check(host, &picture(3, 1, &first(7)), &[], 0x8001, &bytes("0028 0801 00"));
    check(host, &picture(3, 1, &first(7)), &[], 0x8001, &bytes("0028 0801 00"));
    let mut kept = 0;
    for key in host.keys("13800000001") {
        let weigh = || {
            kept += memory::get(&key).map_or(0, |value| value.len());
            Ok(Outcome::default())
        };
        host.call("13800000001", weigh).unwrap();
    }
    assert!((1..400).contains(&kept), "{kept} bytes are more than an id");
    let outcome = check(host, &picture(3, 2, &rest), MEDIA, 0x8800, &got);
    assert_eq!(data(&outcome), json!({"bytes": 288, "packets": 3, "media": 7}));
    assert!(host.timers().is_empty());
    // The answer was lost.
    check(host, &picture(3, 3, &rest), &[], 0x8800, &got);
    check(host, &picture(3, 1, &first(7)), &[], 0x8800, &got);
    // The next picture of a terminal that begins anew.
    check(host, &picture(3, 1, &first(8)), &[], 0x8001, &bytes("0028 0801 00"));
    check(host, &picture(3, 2, &rest), &[], 0x8001, &bytes("0029 0801 00"));
    check(host, &picture(3, 3, &rest), MEDIA, 0x8800, &bytes("00000008"));
    // One of one is whole.
    let outcome = check(host, &picture(1, 1, &first(9)), MEDIA, 0x8800, &bytes("00000009"));
    assert_eq!((&data(&outcome)["packets"], &data(&outcome)["hex"]), (&json!(1), &json!(null)));
}

#[test]
fn what_is_missing_of_media_is_asked_for() {
    let host = Host::fresh();
    let first = [&[0, 0, 0, 7, 0, 0, 1, 2][..], &[0; 28]].concat();
    let asked = |seconds: i64| {
        let mut woken = host.advance::<Transport>(1_783_837_830_000 + seconds * 1_000);
        woken.pop().unwrap().1.unwrap()
    };
    // Without the first packet the id is not known.
    send(&host, "a", &picture(600, 2, &[1; 90])).unwrap();
    let ask = reply(&asked(10).sends[0].payload);
    assert_eq!((ask.0, &ask.1[..5], ask.1.len()), (0x8003, &bytes("0028 7D 0001")[..], 3 + 250));
    send(&host, "a", &picture(600, 1, &first)).unwrap();
    let ask = reply(&asked(20).sends[0].payload);
    assert_eq!((ask.0, &ask.1[..7], ask.1.len()), (0x8800, &bytes("00000007 7D 0003")[..], 5 + 250));
    let last = asked(100);
    assert!(last.defects[0].contains("只到 2 包,共 600 包"), "{:?}", last.defects);
    assert!(host.keys("13800000001").is_empty());
    // A film has more packets than a message, and they leave room for one.
    for number in (1..=2_000).filter(|number| number % 400 != 0) {
        assert_eq!(send(&host, "a", &picture(2_000, number, &[0; 900])).unwrap().signals, []);
    }
    for number in [400, 800, 1_200, 1_600] {
        assert_eq!(send(&host, "a", &picture(2_000, number, &[0; 900])).unwrap().signals, []);
    }
    assert_eq!(lines(&send(&host, "a", &picture(2_000, 2_000, &[0; 900]))), ["status vehicle.media"]);
}

use super::*;
use crate::crc;

const EXTRA: &str = "7E7E0100330781010000330026020012260712143020F1F1003307810148F0F0260712143039230001234526190000853812121003EE4A";
const TEST: &str = "7E7E0100123456781234 30002B020003591011154947F1F1001234567848F0F0591011154920190000052619000005392300000127381211150320FA";
const KEEPALIVE: &str = "7E7E01001234567812342F0008020003591011155111036BCA";

fn frame(function: u8, start: u8, body: &[u8], end: u8) -> Vec<u8> {
    let mut frame = bytes("7E7E01 0033078101 0000");
    frame.push(function);
    frame.extend_from_slice(&(body.len() as u16).to_be_bytes());
    frame.push(start);
    frame.extend_from_slice(body);
    frame.push(end);
    let sum = crc::of(&frame);
    frame.extend_from_slice(&sum.to_be_bytes());
    frame
}

fn check(hex: &str, expect: &[&str]) -> tocsin_sdk::Outcome {
    let answer = send(&Host::fresh(), "0033078101", &bytes(hex));
    assert_eq!(lines(&answer), expect, "{hex}");
    answer.expect("a report")
}

#[test]
fn reports_are_read_and_confirmed() {
    let outcome = check(
        EXTRA,
        &[
            "reading water.level 12.345 m @14:30:00",
            "reading rain.total 8.5 mm @14:30:00",
            "reading power.voltage 12.1 V @14:30:00",
            "alarm water.threshold 12.345 m @14:30:00",
        ],
    );
    assert!(outcome.signals.iter().all(|signal| signal.device == "0033078101"));
    let reply = &outcome.sends[0].payload;
    assert_eq!(reply[..22], bytes("7E7E 0033078101 01 0000 33 8008 02 0012260712143020"));
    assert_eq!(reply[22], 0x1B);
    assert_eq!(crc::of(&reply[..23]).to_be_bytes(), reply[23..]);
    check(
        TEST,
        &[
            "reading rain.current 0.5 mm @15:49:00",
            "reading rain.total 0.5 mm @15:49:00",
            "reading water.level 0.127 m @15:49:00",
            "reading power.voltage 11.15 V @15:49:00",
        ],
    );
    let kept = check(KEEPALIVE, &[]);
    assert_eq!(kept.sends.len(), 1);
}

#[test]
fn what_is_wrong_is_refused_and_not_confirmed() {
    let spoil = |place: usize, byte: u8| {
        let mut spoilt = bytes(EXTRA);
        spoilt[place] = byte;
        spoilt
    };
    for (frame, reason) in [
        (spoil(30, 0x99), "CRC"),
        (spoil(12, 0x27), "正文长度"),
        (bytes(EXTRA)[..20].to_vec(), "正文长度"),
        (frame(0x33, 0x02, &bytes("0012"), 0x03), "流水号"),
        (frame(0x33, 0x09, &bytes("0012260712143020"), 0x03), "起始符"),
        (frame(0x33, 0x02, &bytes("0012260712143020"), 0x09), "结束符"),
        (frame(0x7F, 0x02, &bytes("0012260712143020"), 0x03), "功能码"),
        (b"hello".to_vec(), "neither"),
        (Vec::new(), "neither"),
    ] {
        let refusal = send(&Host::fresh(), "", &frame).unwrap_err();
        assert!(refusal.reason.contains(reason), "{} lacks {reason}", refusal.reason);
        assert!(refusal.reply.is_empty());
    }
}

#[test]
fn parts_that_cannot_be_read_leave_the_rest() {
    let head = "0012260712143020F1F1003307810148F0F02607121430";
    let check = |elements: &str, expect: &[&str]| {
        let frame = frame(0x32, 0x02, &bytes(&format!("{head}{elements}")), 0x03);
        let got = lines(&send(&Host::fresh(), "", &frame));
        assert_eq!(got.len(), expect.len(), "{got:?}");
        for (got, expect) in got.iter().zip(expect) {
            assert!(got.starts_with(expect), "{got} is not {expect}");
        }
    };
    check("3923FFFFFFFF38121210", &["reading power.voltage 12.1", "defect 瞬时水位"]);
    check("3923FF001234", &["reading water.level -1.234"]);
    check("3923000123", &["defect 要素 39H 应有 4 字节"]);
    check("7A 12 1234", &["reading sl651.7a 12.34"]);
    check("45 20 00000004", &["status station.state @14:30:00"]);
    check("F0F0 2613121430 38121210", &["reading power.voltage 12.1 V @14:30:20", "defect 观测时间"]);
    // Five minutes apart, the last at the observed time; FF is no value.
    check(
        "F460 0005FFFFFFFFFFFFFFFFFF0A",
        &[
            "reading rain.5min 0 mm @13:35:00",
            "reading rain.5min 0.5 mm @13:40:00",
            "reading rain.5min 1 mm @14:30:00",
        ],
    );
}

#[test]
fn a_report_in_packets_is_one_report() {
    let whole = bytes("0012260712143020F1F1003307810148F0F0260712143039230001234538121210");
    let packet = |number: u8, body: &[u8]| {
        let head = [&[0x00, 0x30, number][..], body].concat();
        frame(0x34, 0x16, &head, if number == 3 { 0x03 } else { 0x17 })
    };
    let parts = [packet(1, &whole[..10]), packet(2, &whole[10..25]), packet(3, &whole[25..])];
    let host = Host::fresh();
    // Out of order, and one of them twice.
    for part in [&parts[2], &parts[0], &parts[0]] {
        let outcome = send(&host, "0033078101", part).unwrap();
        assert!(outcome.signals.is_empty() && outcome.sends.is_empty());
    }
    let answer = send(&host, "0033078101", &parts[1]);
    assert_eq!(
        lines(&answer),
        ["reading water.level 12.345 m @14:30:00", "reading power.voltage 12.1 V @14:30:00"]
    );
    assert_eq!(answer.unwrap().sends.len(), 1);
    assert!(host.timers().is_empty());

    // The rest never comes.
    send(&host, "0033078101", &parts[0]).unwrap();
    let gone = host.advance::<Water>(RECEIVED + 60_000);
    assert_eq!(gone.len(), 1);
    assert!(lines(&gone[0].1)[0].contains("只到 1 包, 共 3 包"), "{:?}", lines(&gone[0].1));
    assert!(host.keys("0033078101").is_empty());
}

#[test]
fn the_text_form_says_the_same() {
    let text = |body: &str| {
        let mut frame = format!("\u{1}010033078101000033{:04X}\u{2}{body}\u{3}", body.len()).into_bytes();
        let sum = crc::of(&frame);
        frame.extend_from_slice(format!("{sum:04X}").as_bytes());
        frame
    };
    let frame = text("0012260712143020 ST 0033078101 H TT 2607121430 Z 12.345 PT 8.5 VT 12.10 ");
    let answer = send(&Host::fresh(), "", &frame);
    assert_eq!(
        lines(&answer),
        [
            "reading water.level 12.345 m @14:30:00",
            "reading rain.total 8.5 mm @14:30:00",
            "reading power.voltage 12.1 V @14:30:00",
            "alarm water.threshold 12.345 m @14:30:00",
        ]
    );
    let reply = answer.unwrap().sends.remove(0).payload;
    assert!(reply.starts_with(b"\x01003307810101000033"), "{reply:?}");
    let odd = send(&Host::fresh(), "", &text("0012260712143020 TT 2607121430 Z abc XX 1 PJ"));
    assert_eq!(lines(&odd).len(), 4, "{:?}", lines(&odd));
    let mut spoilt = frame;
    spoilt[40] ^= 1;
    assert!(send(&Host::fresh(), "", &spoilt).is_err());
}

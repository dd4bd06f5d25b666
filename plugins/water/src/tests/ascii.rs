//! The same as text.

use super::*;

const STATION: &str = "0033078101";
const HEAD: &str = "0012260712143020";

fn text_frame(function: &str, start: char, body: &[u8], end: char) -> Vec<u8> {
    let head = format!("\u{1}01{STATION}0000{function}{:04X}{start}", body.len());
    let mut frame = [head.as_bytes(), body, &[end as u8]].concat();
    let sum = crc::of(&frame);
    frame.extend_from_slice(format!("{sum:04X}").as_bytes());
    frame
}

fn text(function: &str, body: &str) -> Vec<u8> {
    text_frame(function, '\u{2}', format!("{HEAD}{body}").as_bytes(), '\u{3}')
}

/// Whole frames.
#[test]
fn the_text_form_says_the_same() {
    let frame = b"\x010100330781010000330048\x020012260712143020 ST 0033078101 H TT 2607121430 Z 12.345 PT 8.5 VT 12.10 \x03420F";
    let outcome = check(
        frame,
        &[
            "reading water.level 12.345 m @14:30:00",
            "reading rain.total 8.5 mm @14:30:00",
            "reading power.voltage 12.1 V @14:30:00",
            "alarm water.threshold 12.345 m @14:30:00",
        ],
    )
    .expect("a report");
    assert!(outcome.signals[0].data.contains(r#""class":72"#), "{}", outcome.signals[0].data);
    assert_eq!(outcome.sends[0].payload, b"\x010033078101010000338010\x020012260712143020\x1BEDFF");
    let mut spoilt = frame.to_vec();
    spoilt[40] ^= 1;
    assert!(send(&Host::fresh(), "", &spoilt).is_err());

    // One letter is a class, though an element has the same.
    let dam =
        b"\x010100330781010000320039\x020012260712143020 ST 0033078101 Z TT 2607121430 ZU 12.345 \x03EC69";
    let outcome = check(dam, &["reading water.level-above 12.345 m @14:30:00"]).expect("a report");
    assert!(outcome.signals[0].data.contains(r#""class":90"#), "{}", outcome.signals[0].data);
    check(
        b"\x010100330781010000320037\x020012260712143020 ST 0033078101 Q TT 2607121430 pH 7.25 \x039A98",
        &["reading sl651.46 7.25 [pH] @14:30:00"],
    )
    .expect("a report");

    // Series in hex, the first value at the time; bits in hex.
    let outcome = check(
        b"\x01010033078101000034008E\x020012260712143020 ST 0033078101 H TT 2607121405 DRP 0005FFFFFFFFFFFFFFFFFF0A \
          DRZ1 04D2FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF04DC ZT 00000004 \x031BFD",
        &[
            "reading rain.5min 0 mm @14:05:00",
            "reading rain.5min 0.5 mm @14:10:00",
            "reading rain.5min 1 mm @15:00:00",
            "reading water.level-relative 12.34 m @14:05:00",
            "reading water.level-relative 12.44 m @15:00:00",
            "status station.state @14:05:00",
        ],
    )
    .expect("a report");
    assert_eq!(outcome.signals[5].title, "遥测站 0033078101 状态 00000004H");

    // Several elements at equal steps; M is missing.
    check(
        b"\x010100330781010000310058\x020012260712143020 ST 0033078101 H TT 2607121400 DRN05 Z Q 22.018 1.2 22.019 M 22.021 1.4 \x037102",
        &[
            "reading water.level 22.018 m @14:00:00",
            "reading water.flow 1.2 m3/s @14:00:00",
            "reading water.level 22.019 m @14:05:00",
            "reading water.level 22.021 m @14:10:00",
            "reading water.flow 1.4 m3/s @14:10:00",
        ],
    )
    .expect("a report");
}

#[test]
fn words_of_a_body() {
    let check = |function: &str, body: &str, expect: &[&str]| {
        check(&text(function, body), expect).expect("a report");
    };
    let level = "reading water.level 12.345 m";
    // A letter with its value is an element.
    check("32", " ST 0033078101 Z 12.345 ", &[level]);
    check("32", " ST 0033078101 Z Z 12.345 ", &[level]);
    check("32", " ST 33078101 P PJ 0.5 ", &["reading rain.current 0.5 mm"]);
    check(
        "32",
        " TT 2607121430 VA 1.2 VJ 1.3 ",
        &["reading water.velocity-mean 1.2", "reading water.velocity 1.3"],
    );
    check("32", " ST Z 12.345 ", &[level, "defect ST 之后缺遥测站地址"]);
    check("32", " ST 0033078102 H Z 12.345 ", &[level, "defect 正文地址 0033078102"]);
    check(
        "32",
        " ST 0033078101 H TT 2607121430 Z 12.345 ST 0033078102 P TT 2607121425 PJ 0.5 ",
        &["reading water.level 12.345 m @14:30:00", "reading rain.current 0.5 mm @14:25:00"],
    );
    // What cannot be read leaves the rest.
    check(
        "32",
        " TT 2607121430 Z abc XX 1 PJ VT 12.1 ZT 4 DRP 00FF0 TT 260712 Q ",
        &[
            "reading power.voltage 12.1 V @14:30:00",
            "defect 瞬时水位 (39H) 无有效值 abc",
            "defect 要素 XX 1 未列",
            "defect 要素 PJ 缺值",
            "defect 状态及报警信息 (45H) 无有效值 4",
            "defect 5分钟时段降水量 (F4H) 无有效值 00FF0",
            "defect 观测时间 TT 260712 无效",
            "defect 要素 Q 缺值",
        ],
    );
    check("32", " Z inf Q NaN ", &["defect 瞬时水位", "defect 瞬时流量"]);
    // Steps: by the day, hours of a series, a group that is cut, one that is none.
    check(
        "38",
        " TT 2607120800 DRD01 PD 1.5 2.5 VT 12.1 ",
        &[
            "reading rain.day 1.5 mm @08:00:00",
            "reading rain.day 2.5 mm @08:00:00",
            "reading power.voltage 12.1 V @08:00:00",
        ],
    );
    check(
        "31",
        " TT 2607121205 DRH00 DRP 0AFFFFFFFFFFFFFFFFFFFFFF M FFFFFFFFFFFFFFFFFFFFFF14 ",
        &["reading rain.5min 1 mm @12:05:00", "reading rain.5min 2 mm @15:00:00"],
    );
    check(
        "31",
        " TT 2607121400 DRN05 Z XX 12.345 1 12.345 ",
        &[
            level,
            "reading water.level 12.345 m @14:05:00",
            "defect 要素 XX 未列",
            "defect DRN05 之后 2 个要素 3 个数据",
        ],
    );
    check("31", " DRN05 ", &["defect DRN05 之后 0 个要素 0 个数据"]);
    check("31", " DRN05 Z ", &["defect DRN05 之后 1 个要素 0 个数据"]);
    // Behind these words all is data.
    check("35", " RGZS ST 33078101 TT 07121430 Z 12.35 ", &["report water.manual @14:30:20"]);
    check("32", " Z 12.345 DATA 1 2 3", &[level, "defect DATA 之后 6 字节不解析"]);
}

#[test]
fn packets_as_text() {
    let body = format!("{HEAD} ST 0033078101 H TT 2607121430 Z 12.345 ");
    let packet = |numbers: &str, body: &str| {
        text_frame(
            "34",
            '\u{16}',
            format!("{numbers}{body}").as_bytes(),
            if numbers == "002002" { '\u{3}' } else { '\u{17}' },
        )
    };
    let parts = [packet("002001", &body[..30]), packet("002002", &body[30..])];
    let host = Host::fresh();
    let first = send(&host, STATION, &parts[0]).expect("a packet");
    assert!(first.signals.is_empty() && first.sends.is_empty());
    let asked = host.advance::<Water>(RECEIVED + 10_000).remove(0).1.expect("a tick").sends;
    assert_eq!(asked[0].payload, b"\x010033078101010000348016\x160020020012260712143020\x15A1AE");
    let answer = send(&host, STATION, &parts[1]);
    assert_eq!(lines(&answer), ["reading water.level 12.345 m @14:30:00"]);
    let confirmed = b"\x010033078101010000348016\x160020020012260712143020\x1B652F";
    assert_eq!(answer.expect("a report").sends[0].payload, confirmed);
    // The first is missing.
    let host = Host::fresh();
    send(&host, STATION, &parts[1]).expect("a packet");
    let asked = host.advance::<Water>(RECEIVED + 10_000).remove(0).1.expect("a tick").sends;
    assert_eq!(asked[0].payload, b"\x010033078101010000348016\x160020010000260712143030\x15E7CD");
}

#[test]
fn what_is_no_report_is_refused() {
    let refused = |frame: &[u8], reason: &str| {
        let refusal = send(&Host::fresh(), "", frame).unwrap_err();
        assert!(refusal.reason.contains(reason), "{} lacks {reason}", refusal.reason);
        refusal.reply
    };
    refused(&text_frame("33", '\u{9}', HEAD.as_bytes(), '\u{3}'), "起始符 09");
    refused(&text_frame("33", '\u{2}', HEAD.as_bytes(), '\u{9}'), "结束符 09");
    refused(&text_frame("33", '\u{2}', b"0012 Z 12.345 TT", '\u{3}'), "流水号");
    refused(&text_frame("33", '\u{16}', b"00200", '\u{3}'), "缺包总数");
    refused(&text_frame("33", '\u{16}', b"00200X", '\u{3}'), "缺包总数");
    refused(&text_frame("7F", '\u{2}', HEAD.as_bytes(), '\u{3}'), "功能码 7FH");
    // A picture is no text, but its station is confirmed.
    let picture = [HEAD.as_bytes(), b" PIC \xFF\xD8\xFF\xE0"].concat();
    let reply = refused(&text_frame("36", '\u{2}', &picture, '\u{3}'), "36H 图片报");
    assert!(reply.starts_with(b"\x010033078101010000368010\x020012260712143020\x1B"), "{reply:?}");
    // Observers write in other encodings as well.
    let manual = [HEAD.as_bytes(), b" RGZS \xCB\xAE\xCE\xBB12.3 "].concat();
    check(&text_frame("35", '\u{2}', &manual, '\u{3}'), &["report water.manual"]).expect("a report");
}

//! Tables of frames; all made up here.

mod copies;
mod packets;

use crate::{Environment, crc};
use proptest::prelude::*;
use tocsin_sdk::mock::Host;
use tocsin_sdk::{Answer, Kind, Message, PieceKind, RejectionKind, Signal};

const VECTOR: &str = "##0154QN=20260712143020000;ST=32;CN=2011;PW=123456;MN=QS-WS-01;Flag=5;CP=&&DataTime=20260712143000;w01018-Rtd=42.5,w01018-Flag=N;w21003-Rtd=1.25,w21003-Flag=N&&1040\r\n";

/// Command, flag and packets, content.
fn frame(cn: u16, extra: &str, cp: &str) -> String {
    sealed(&format!("QN=20260712143020000;ST=32;CN={cn};PW=123456;MN=QS-WS-01;{extra}CP=&&{cp}&&"))
}

fn sealed(data: &str) -> String {
    format!("##{:04}{data}{:04X}\r\n", data.len(), crc::of(data.as_bytes()))
}

fn send(host: &Host, frame: &str) -> Answer {
    send_after(host, 0, frame)
}

/// Some minutes later.
fn send_after(host: &Host, minutes: i64, frame: &str) -> Answer {
    let message = Host::message("QS-WS-01", frame.as_bytes());
    let received = message.received + minutes * 60_000;
    host.decode::<Environment>(Message { received, ..message })
}

fn lines(answer: &Answer) -> Vec<String> {
    let outcome = answer.as_ref().unwrap_or_else(|refusal| panic!("refused: {}", refusal.reason));
    let line = |signal: &Signal| {
        let kind = match signal.kind {
            Kind::Alarm => "alarm",
            Kind::Fault => "fault",
            Kind::Recovery => "recovery",
            Kind::Status => "status",
            _ => "reading",
        };
        let value = signal.value.map(|value| format!(" {value} {}", signal.unit)).unwrap_or_default();
        format!("{kind} {}{value}", signal.code)
    };
    let defects = outcome.defects.iter().map(|defect| format!("defect {defect}"));
    outcome.signals.iter().map(line).chain(defects).collect()
}

fn check(host: &Host, frame: &str, expect: &[&str]) {
    let got = lines(&send(host, frame));
    assert_eq!(got.len(), expect.len(), "{frame}: {got:?}");
    got.iter()
        .zip(expect)
        .for_each(|(got, expect)| assert!(got.starts_with(expect), "{got} is not {expect}"));
}

#[test]
fn real_time_values_are_read_and_confirmed() {
    let outcome = send(&Host::fresh(), VECTOR).unwrap();
    check(
        &Host::fresh(),
        VECTOR,
        &["reading pollutant.w01018 42.5 mg/L", "reading pollutant.w21003 1.25 mg/L"],
    );
    let signal = &outcome.signals[0];
    assert_eq!((signal.device.as_str(), signal.observed), ("QS-WS-01/w01018", Some(1_783_837_800_000)));
    let answer = String::from_utf8(outcome.sends[0].payload.clone()).unwrap();
    assert!(
        answer.contains("QN=20260712143020000;ST=91;CN=9014;PW=123456;MN=QS-WS-01;Flag=4;CP=&&&&"),
        "{answer}"
    );
    assert_eq!(
        Host::fresh().frame::<Environment>(answer.as_bytes())[0].length as usize,
        answer.trim_end().len()
    );
}

#[test]
fn each_series_has_its_code() {
    let host = Host::fresh();
    let cp = "DataTime=20260712143000;a34013-Avg=3.5,a34013-Min=1,a34013-Max=9,a34013-Flag=N";
    check(&host, &frame(2051, "", cp), &["reading pollutant.a34013.minute 3.5 mg/m3"]);
    check(&host, &frame(2061, "", cp), &["reading pollutant.a34013.hour 3.5"]);
    check(&host, &frame(2031, "", cp), &["reading pollutant.a34013.day 3.5"]);
    check(&host, &frame(2021, "Flag=5;", "DataTime=20260712143000;SB1-RS=1"), &["status station.2021"]);
    check(&host, &frame(9014, "Flag=5;", ""), &[]);
    assert!(send(&host, &frame(9014, "Flag=5;", "")).unwrap().sends.is_empty());
}

#[test]
fn a_sum_is_told_as_one() {
    let host = Host::fresh();
    let check = |cn: u16, fields: &str, expect: &str, title: &str| {
        let answer = send(&host, &frame(cn, "", &format!("DataTime=20260712143000;{fields}")));
        assert_eq!(lines(&answer), [expect], "{fields}");
        assert_eq!(answer.unwrap().signals[0].title, format!("QS-WS-01 {title}"), "{fields}");
    };
    for (code, name) in [
        ("w00000", "污水流量"),
        ("W00000", "污水流量"),
        ("B01", "污水流量"),
        ("a00000", "废气流量"),
        ("B02", "废气流量"),
    ] {
        let expect = format!("reading pollutant.{}.hour.total 1250 m3", code.to_lowercase());
        check(2061, &format!("{code}-Cou=1250,{code}-Flag=N"), &expect, &format!("{name}累计 1250 m3"));
    }
    check(2051, "w01018-Cou=1.5", "reading pollutant.w01018.minute.total 1.5 kg", "化学需氧量累计 1.5 kg");
    check(2031, "02-Cou=30", "reading pollutant.02.day.total 30 kg", "二氧化硫累计 30 kg");
    for (code, name) in
        [("w20111", "总汞"), ("w20115", "总镉"), ("w20117", "六价铬"), ("w20119", "总砷"), ("w20120", "总铅")]
    {
        let expect = format!("reading pollutant.{code}.day.total 30 g");
        check(2031, &format!("{code}-Cou=30"), &expect, &format!("{name}累计 30 g"));
        let expect = format!("reading pollutant.{code} 1.5 ug/L");
        check(2011, &format!("{code}-Rtd=1.5"), &expect, &format!("{name} 1.5 ug/L"));
    }
    check(2031, "w20116-Cou=30", "reading pollutant.w20116.day.total 30 kg", "总铬累计 30 kg");
    check(2031, "a20043-Cou=30", "reading pollutant.a20043.day.total 30 kg", "铅及其化合物累计 30 kg");
    check(2031, "a20044-Cou=30", "reading pollutant.a20044.day.total 30 g", "铅累计 30 g");
    check(2011, "a20043-Rtd=0.1", "reading pollutant.a20043 0.1 mg/m3", "铅及其化合物 0.1 mg/m3");
    check(2011, "B02-Rtd=3.5", "reading pollutant.b02 3.5 m3/s", "废气流量 3.5 m3/s");
    check(2031, "x99999-Cou=30", "reading pollutant.x99999.day.total 30 kg", "x99999累计 30 kg");
    // Beside a mean it is not the reading.
    check(
        2061,
        "w00000-Cou=1250,w00000-Avg=30.5",
        "reading pollutant.w00000.hour 30.5 L/s",
        "污水流量 30.5 L/s",
    );
    // Codes of 2005.
    check(2011, "010-Rtd=18.5", "reading pollutant.010 18.5 mg/L", "五日生化需氧量 18.5 mg/L");
}

#[test]
fn flags_say_what_a_value_is_worth() {
    let host = Host::fresh();
    let mut second = 0;
    let mut cp = |letter: &str| {
        second += 1;
        let time = format!("202607121430{second:02}");
        frame(2011, "", &format!("DataTime={time};w01018-Rtd=42.5,w01018-Flag={letter}"))
    };
    check(&host, &cp("N"), &["reading"]);
    check(&host, &cp("D"), &["status pollutant.w01018", "fault pollutant.instrument"]);
    check(&host, &cp("B"), &["status pollutant.w01018"]);
    check(&host, &cp("M"), &["status pollutant.w01018", "recovery pollutant.instrument"]);
    check(&host, &cp("T"), &["reading", "fault"]);
    check(&host, &cp("N"), &["reading", "recovery"]);
    check(&host, &cp("X"), &["reading", "defect w01018-Flag=X"]);
    // Of 2005.
    check(&host, &cp("P"), &["status pollutant.w01018", "fault pollutant.instrument"]);
    check(&host, &cp("0"), &["status pollutant.w01018", "recovery pollutant.instrument"]);
    check(&host, &cp("1"), &["reading"]);
    check(&host, &cp("2"), &["status pollutant.w01018"]);
    check(&host, &cp("3"), &["reading"]);
}

#[test]
fn over_a_limit_some_times_in_a_row_is_one_alarm() {
    let host = Host::fresh();
    host.register("QS-WS-01", r#"{"limits": {"w01018": 50}}"#).set("limits", "w01001=6..9");
    let mut minute = 0;
    let mut told = |factor: &str, value: f64| {
        minute += 1;
        let cp = format!("DataTime=2026071214{minute:02}00;{factor}-Rtd={value},{factor}-Flag=N");
        lines(&send(&host, &frame(2011, "", &cp)))[1..].join(",")
    };
    for (value, expect) in [
        (51.0, ""),
        (51.0, ""),
        (49.0, ""),
        (51.0, ""),
        (52.0, ""),
        (53.0, "alarm pollutant.over 53 mg/L"),
        (60.0, ""),
        (49.0, ""),
        (40.0, ""),
        (40.0, ""),
        (40.0, "recovery pollutant.over 40 mg/L"),
        (51.0, ""),
    ] {
        assert_eq!(told("w01018", value), expect, "{value}");
    }
    for (value, expect) in [(5.9, ""), (5.9, ""), (5.9, "alarm pollutant.over 5.9 [pH]")] {
        assert_eq!(told("w01001", value), expect, "{value}");
    }
}

/// Received from 14:30:30 on.
#[test]
fn what_is_no_later_does_not_count() {
    let check = |rows: &[(i64, &str, f64, &str)]| {
        let host = Host::fresh();
        host.register("QS-WS-01", r#"{"limits": {"w01018": 50}}"#);
        for (minutes, time, value, expect) in rows {
            let frame = frame(2011, "", &format!("DataTime={time};w01018-Rtd={value}"));
            assert_eq!(lines(&send_after(&host, *minutes, &frame))[1..].join(","), *expect, "{time}");
        }
    };
    let over = "alarm pollutant.over 60 mg/L";
    // History behind a value that is well, and the live ones after it.
    check(&[
        (0, "20260712143000", 40.0, ""),
        (1, "20260712120000", 60.0, ""),
        (1, "20260712120100", 60.0, ""),
        (1, "20260712120200", 60.0, ""),
        (1, "20260712143100", 60.0, ""),
        (2, "20260712120300", 40.0, ""),
        (2, "20260712143200", 60.0, ""),
        // Of the same time, but another frame.
        (2, "20260712143200", 60.5, ""),
        (3, "20260712143300", 60.0, over),
        (4, "20260712120400", 40.0, ""),
        (4, "20260712120500", 40.0, ""),
        (4, "20260712120600", 40.0, ""),
        (4, "20260712143400", 60.0, ""),
    ]);
    // What was kept while the line was broken is as good as live.
    check(&[
        (0, "20260712143000", 40.0, ""),
        (180, "20260712150000", 60.0, ""),
        (180, "20260712160000", 60.0, ""),
        (180, "20260712170000", 60.0, over),
    ]);
    // A clock that was hours ahead silences nothing once it is right.
    check(&[
        (0, "20260712203000", 60.0, ""),
        (1, "20260712143100", 60.0, ""),
        (2, "20260712143200", 60.0, over),
    ]);
    // Nor does one that was set back, after an hour.
    check(&[
        (0, "20260712143000", 40.0, ""),
        (59, "20000101000000", 60.0, ""),
        (60, "20000101000100", 60.0, ""),
        (61, "20000101000200", 60.0, ""),
        (62, "20000101000300", 60.0, over),
    ]);
}

#[test]
fn times_are_civil_and_not_ahead() {
    let check = |time: &str, defect: &str| {
        let answer = send(&Host::fresh(), &frame(2011, "", &format!("DataTime={time};w01018-Rtd=42.5")));
        let got = lines(&answer);
        match defect {
            "" => assert_eq!(got, ["reading pollutant.w01018 42.5 mg/L"], "{time}"),
            defect => assert!(got[1].starts_with(&format!("defect DataTime={time} {defect}")), "{got:?}"),
        }
        assert_eq!(answer.unwrap().signals[0].observed.is_some(), defect.is_empty(), "{time}");
    };
    check("20260712143000", "");
    check("20260712143000123", "");
    for none in [
        "178383780",
        "1783837800",
        "178383780000",
        "1783837800000",
        "2026071214300",
        "202607121430001",
        "20260732143000",
        "2026-07-12 14:30:00",
        "",
    ] {
        check(none, "不是时间");
    }
    // Received at 14:30:30 of the 12th.
    check("20260713143030", "");
    check("20260713143031", "晚于收到时间一天以上");
    check("20990712143000", "晚于收到时间一天以上");
    // Of an alarm and of a status as well.
    let alarm = frame(2071, "", "AlarmTime=20990712143000;w01018-Ala=810");
    let named =
        |time: &str| format!("defect {time}=20990712143000 晚于收到时间一天以上 (more than a day ahead)");
    assert_eq!(lines(&send(&Host::fresh(), &alarm)), ["alarm pollutant.over 810 mg/L", &named("AlarmTime")]);
    let status = frame(2021, "", "DataTime=20990712143000;SB1-RS=1");
    assert_eq!(lines(&send(&Host::fresh(), &status)), ["status station.2021", &named("DataTime")]);
}

/// A value without a usable time is one of its arrival.
#[test]
fn a_wrong_clock_silences_no_limit() {
    let host = Host::fresh();
    host.register("QS-WS-01", r#"{"limits": {"w01018": 50}}"#);
    let told = |minute: i64, time: &str, value: f64| {
        let frame = frame(2011, "", &format!("DataTime={time};w01018-Rtd={value}"));
        let answer = send_after(&host, minute, &frame);
        answer.unwrap().signals[1..].iter().map(|signal| signal.code.clone()).collect::<Vec<_>>().join(",")
    };
    for (minute, time, value, expect) in [
        (0, "20990712143000", 60.0, ""),
        (1, "20260712143130", 60.0, ""),
        (2, "1783837920", 60.0, "pollutant.over"),
        (3, "20260712143330", 40.0, ""),
        (4, "20990712143400", 40.0, ""),
        (5, "20260712143530", 40.0, "pollutant.over"),
    ] {
        assert_eq!(told(minute, time, value), expect, "{time}");
    }
}

#[test]
fn what_asks_is_answered() {
    let answer = |cn: u16, flag: u8| {
        let outcome = send(&Host::fresh(), &frame(cn, &format!("Flag={flag};"), "PolId=w01018")).unwrap();
        outcome.sends.first().map(|send| String::from_utf8(send.payload.clone()).unwrap())
    };
    for (cn, expect) in [(1013, "9013"), (2021, "9014"), (2081, "9014"), (3019, "9014"), (3020, "9014")] {
        let said = answer(cn, 5).unwrap();
        assert!(said.contains(&format!(";ST=91;CN={expect};")) && said.contains(";CP=&&&&"), "{cn}: {said}");
        assert_eq!(answer(cn, 4), None, "{cn}");
    }
}

#[test]
fn what_is_no_report_is_refused_or_says_nothing() {
    for cn in [9011, 9012, 9013, 9014, 9015, 9021, 9022] {
        let host = Host::fresh();
        let outcome = send(&host, &frame(cn, "Flag=5;", "QnRtn=1")).unwrap();
        assert!(outcome.signals.is_empty() && outcome.defects.is_empty() && outcome.sends.is_empty(), "{cn}");
        assert!(host.keys("QS-WS-01").is_empty());
    }
    let refused = |cn: u16, extra: &str| {
        let host = Host::fresh();
        let refusal = send(&host, &frame(cn, extra, "")).unwrap_err();
        assert_eq!(refusal.kind, RejectionKind::Unsupported);
        assert!(refusal.reason.contains(&format!("CN={cn}")), "{}", refusal.reason);
        assert!(host.keys("QS-WS-01").is_empty() && host.timers().is_empty());
        String::from_utf8(refusal.reply).unwrap()
    };
    for cn in [0, 999, 4000, 8011, 9000, 9016, 9999, 60_000] {
        assert!(
            refused(cn, "Flag=5;").contains(";CN=9011;PW=123456;MN=QS-WS-01;Flag=4;CP=&&QnRtn=8&&"),
            "{cn}"
        );
        assert_eq!(refused(cn, "Flag=4;"), "", "{cn}");
    }
    // 2005; one of several packets.
    assert!(refused(9999, "Flag=1;").contains(";Flag=0;CP=&&QnRtn=2&&"));
    assert!(refused(9999, "Flag=7;PNUM=2;PNO=1;").contains("QnRtn=8"));
}

#[test]
fn alarms_come_and_go() {
    let host = Host::fresh();
    check(
        &host,
        &frame(2071, "Flag=5;", "AlarmTime=20260712143000;w01018-Ala=810;AlarmType=1"),
        &["alarm pollutant.over 810 mg/L"],
    );
    check(
        &host,
        &frame(2072, "", "AlarmTime=20260712143000;011-Ala=80;AlarmType=0"),
        &["recovery pollutant.over 80 mg/L"],
    );
    check(&host, &frame(2071, "", "AlarmTime=20260712143000"), &["alarm pollutant.over"]);
}

#[test]
fn what_is_wrong_is_refused_and_not_answered() {
    let refused = |frame: &str, word: &str| {
        let refusal = send(&Host::fresh(), frame).unwrap_err();
        assert!(refusal.reason.contains(word), "{frame}: {}", refusal.reason);
        assert!(refusal.reply.is_empty());
    };
    refused(&VECTOR.replace("42.5", "43.5"), "CRC 1040");
    refused(&VECTOR.replace("##0154", "##0155"), "实际 154");
    refused(&VECTOR.replace("##0154", "##01X4"), "数据段长度 01X4 不是四位数字");
    refused("##AB12", "数据段长度 AB12 不是四位数字");
    refused("##1", "数据段长度 1 不是四位数字");
    refused("", "no HJ 212 frame");
    refused(&frame(2011, "", "").replace("MN=QS-WS-01;", ""), "实际");
    refused(&sealed("QN=1;CN=2011;CP=&&&&"), "没有 MN");
    refused(&sealed("QN=1;MN=x;CP=&&&&"), "没有 CN");
    refused(&sealed("QN=1;MN=x;CN=2011;CP=&&"), "没有 && at its end");
    refused(&sealed("QN=1;MN=x;CN=2011"), "没有 CP=&&");
    refused(&frame(8011, "", ""), "CN=8011");
    refused(&frame(2011, "", "DataTime=20260712143000;w01018-Rtd=abc"), "不是数");
}

#[test]
fn frames_are_cut_by_their_length() {
    let letters = |stream: &str| {
        let letter = |kind| match kind {
            PieceKind::Noise => 'n',
            PieceKind::Routine => 'r',
            PieceKind::Red => 'R',
        };
        let pieces = Host::fresh().frame::<Environment>(stream.as_bytes());
        pieces
            .iter()
            .map(|piece| format!("{}{}{}", letter(piece.kind), piece.length, piece.device))
            .collect::<Vec<_>>()
            .join(" ")
    };
    let alarm = frame(2071, "", "AlarmTime=20260712143000");
    let spoilt = VECTOR.replace("42.5", "43.5");
    assert_eq!(letters(VECTOR), "r164QS-WS-01 n2");
    assert_eq!(letters(VECTOR.trim_end()), "r164QS-WS-01");
    assert_eq!(letters(&VECTOR[..100]), "");
    assert_eq!(
        letters(&format!("x#{VECTOR}{alarm}")),
        format!("n2 r164QS-WS-01 n2 R{}QS-WS-01 n2", alarm.len() - 2)
    );
    assert_eq!(letters(&format!("{spoilt}{VECTOR}")), "r164 n2 r164QS-WS-01 n2");
    // A length that is no number is a head that the decoder refuses; the rest is noise.
    let headless = VECTOR.replace("##0154", "##AB12");
    assert_eq!(letters(&format!("{headless}{VECTOR}")), "r6 n160 r164QS-WS-01 n2");
    assert_eq!(letters(&format!("##-12 ##{VECTOR}")), "n8 r164QS-WS-01 n2");
}

proptest! {
    #[test]
    fn nothing_panics(garbage in "[#0-9A-Z=;&,.\\-]{0,80}", cn in 1_000_u16..10_000, cp in "[a-zA-Z0-9=;,.&\\-]{0,120}") {
        let host = Host::fresh();
        let stream = format!("{garbage}{VECTOR}");
        let whole: u32 = host.frame::<Environment>(stream.as_bytes()).iter().map(|piece| piece.length).sum();
        prop_assert!(whole as usize <= stream.len());
        let _ = send(&host, &garbage);
        let _ = send(&host, &frame(cn, "PNUM=2;PNO=1;", &cp));
        let _ = send(&host, &frame(cn, "Flag=5;", &cp));
    }
}

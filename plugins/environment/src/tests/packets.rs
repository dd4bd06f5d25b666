//! Reports in several packets: whole, cut anywhere, broken off, told again.

use super::*;

/// Of the report that was sent in this second.
fn packet(second: u8, total: u16, number: u16, cp: &str) -> String {
    sealed(&format!(
        "QN=202607121430{second:02}000;ST=32;CN=2011;PW=123456;MN=QS-WS-01;Flag=7;PNUM={total};PNO={number};CP=&&{cp}&&"
    ))
}

#[test]
fn a_report_in_packets_is_one_report() {
    let host = Host::fresh();
    check(&host, &packet(20, 2, 2, "01018-Rtd=42.5"), &[]);
    check(&host, &packet(20, 2, 2, "01018-Rtd=42.5"), &[]);
    check(&host, &packet(20, 2, 1, "DataTime=20260712143000;w"), &["reading pollutant.w01018 42.5"]);
    assert!(host.timers().is_empty() && host.keys("QS-WS-01") == ["copies", "told"]);
    // Each with its own time.
    check(&host, &packet(21, 2, 1, "DataTime=20260712143000;w01018-Rtd=1"), &[]);
    check(
        &host,
        &packet(21, 2, 2, "DataTime=20260712143000;w21003-Rtd=2"),
        &["reading pollutant.w01018", "reading pollutant.w21003"],
    );
    // Another report begins before the end.
    check(&host, &packet(22, 2, 2, "w01018-Rtd=1;w21003-Rtd=2"), &[]);
    check(
        &host,
        &packet(23, 2, 1, "DataTime=20260712143000;w01018-Rtd=1"),
        &["reading pollutant.w21003 2", "defect 多包报文只到 1 包,共 2 包"],
    );
}

#[test]
fn what_was_cut_is_whole_again() {
    let told = |parts: [&str; 2], expect: &[&str]| {
        let host = Host::fresh();
        check(&host, &packet(20, 2, 1, &format!("DataTime=20260712143000{}", parts[0])), &[]);
        check(&host, &packet(20, 2, 2, parts[1]), expect);
    };
    const BOTH: &[&str] = &["reading pollutant.w01018 42.5 mg/L", "reading pollutant.w21003 1.25 mg/L"];
    // Between two factors, with and without what stands between them.
    told([";w01018-Rtd=42.5,w01018-Flag=N", "w21003-Rtd=1.25,w21003-Flag=N"], BOTH);
    told([";w01018-Rtd=42.5,w01018-Flag=N;", "w21003-Rtd=1.25"], BOTH);
    told([";w01018-Rtd=42.5,w01018-Flag=N", ";w21003-Rtd=1.25"], BOTH);
    told(["", "w01018-Rtd=42.5;w21003-Rtd=1.25"], BOTH);
    // Between two fields, in a value, in a name, behind one.
    told([";w01018-Rtd=42.5", "w01018-Flag=N;w21003-Rtd=1.25"], BOTH);
    told([";w01018-Rtd=4", "2.5,w01018-Flag=N;w21003-Rtd=1.25"], BOTH);
    told([";w01018-Rtd=42.5;w2100", "3-Rtd=1.25"], BOTH);
    told([";w01018-Rtd=42.5;w21003-Rtd=", "1.25"], BOTH);
    told(
        [";w01018-Rtd=42.5,w01018-Fl", "ag=D;w21003-Rtd=1.25"],
        &["status pollutant.w01018", "fault pollutant.instrument", "reading pollutant.w21003 1.25"],
    );
}

#[test]
fn what_a_missing_packet_cut_is_left_out() {
    let told = |total: u16, parts: &[(u16, &str)], expect: &[&str]| {
        let host = Host::fresh();
        parts.iter().for_each(|(number, cp)| check(&host, &packet(20, total, *number, cp), &[]));
        let gone = host.advance::<Environment>(1_783_837_830_000 + 60_000);
        let (got, defect) =
            (lines(&gone[0].1), format!("defect 多包报文只到 {} 包,共 {total} 包", parts.len()));
        let expect: Vec<&str> = expect.iter().copied().chain([&*defect]).collect();
        assert_eq!(got.len(), expect.len(), "{parts:?}: {got:?}");
        got.iter().zip(&expect).for_each(|(got, expect)| assert!(got.starts_with(expect), "{got}"));
        gone[0].1.as_ref().unwrap().signals.first().and_then(|signal| signal.observed)
    };
    let (cod, ammonia) = ("reading pollutant.w01018 42.5 mg/L", "reading pollutant.w21003 1.25 mg/L");
    let first = "DataTime=20260712143000;w01018-Rtd=42.5,w01018-Flag=N;w21003-Rtd=1";
    assert_eq!(told(2, &[(1, first)], &[cod]), Some(1_783_837_800_000));
    assert_eq!(told(2, &[(2, "8-Rtd=42.5;w21003-Rtd=1.25")], &[ammonia]), None);
    told(3, &[(2, "w01018-Rtd=42.5")], &[]);
    told(3, &[(2, "N;w01018-Rtd=42.5;w21003-Rtd=1")], &[cod]);
    // Nothing grows together across a gap, and the time is that of all.
    let parts = [(1, "DataTime=20260712143000;w01018-Rtd=4"), (3, "2.5,w01018-Flag=N;w21003-Rtd=1.25")];
    assert_eq!(told(3, &parts, &[ammonia]), Some(1_783_837_800_000));
    let parts = [(1, "DataTime=20260712143000;w0101"), (2, "8-Rtd=42.5;w2"), (4, "3;w21003-Rtd=1.25")];
    told(4, &parts, &[cod, ammonia]);
    // What says its own time was not cut.
    let own =
        [(1, "DataTime=20260712143000;w01018-Rtd=42.5"), (2, "DataTime=20260712143000;w21003-Rtd=1.25")];
    told(3, &own, &[cod, ammonia]);
    told(2, &own[1..], &[ammonia]);
}

#[test]
fn a_packet_that_comes_again_is_answered_again() {
    let host = Host::fresh();
    let check = |minutes: i64, frame: &str, expect: &[&str], is_open: bool| {
        let answer = send_after(&host, minutes, frame);
        let got = lines(&answer);
        assert_eq!(got.len(), expect.len(), "{frame}: {got:?}");
        got.iter().zip(expect).for_each(|(got, expect)| assert!(got.starts_with(expect), "{got}"));
        let said = String::from_utf8(answer.unwrap().sends[0].payload.clone()).unwrap();
        assert!(said.contains(";CN=9014;"), "{said}");
        assert_eq!(!host.timers().is_empty(), is_open, "{frame}");
    };
    let (first, last) = ("DataTime=20260712143000;w01018-Rtd=42.5", "w21003-Rtd=1.25");
    let both: &[&str] = &["reading pollutant.w01018", "reading pollutant.w21003"];
    check(0, &packet(20, 2, 1, first), &[], true);
    check(0, &packet(20, 2, 2, last), both, false);
    // The answer was lost.
    check(0, &packet(20, 2, 2, last), &[], false);
    check(9, &packet(20, 2, 1, first), &[], false);
    // The next report, and a retry of the one before it.
    check(9, &packet(21, 2, 1, first), &[], true);
    check(9, &packet(20, 2, 2, last), &[], true);
    check(9, &packet(21, 2, 2, last), both, false);
    check(18, &packet(21, 2, 2, last), &[], false);
    check(19, &packet(21, 2, 2, last), &[], true);
    // All of it, kept and sent later.
    check(19, &packet(21, 2, 1, first), &[], false);
}

/// Without a QN one report is called like the next.
#[test]
fn without_a_name_nothing_is_a_retry() {
    let host = Host::fresh();
    let nameless = |number: u16, cp: &str| {
        sealed(&format!("ST=32;CN=2011;PW=123456;MN=QS-WS-01;Flag=7;PNUM=2;PNO={number};CP=&&{cp}&&"))
    };
    let both: &[&str] = &["reading pollutant.w01018", "reading pollutant.w21003"];
    // By its time, once all are there, it is known all the same.
    for (minute, expect) in [(30, both), (31, both), (31, &[])] {
        check(&host, &nameless(1, &format!("DataTime=2026071214{minute}00;w01018-Rtd=42.5")), &[]);
        check(&host, &nameless(2, "w21003-Rtd=1.25"), expect);
    }
}

#[test]
fn a_packet_has_a_number() {
    let cp = "DataTime=20260712143000;w01018-Rtd=42.5";
    let refused = |extra: &str, word: &str| {
        let refusal = send(&Host::fresh(), &frame(2011, extra, cp)).unwrap_err();
        assert!(refusal.reason.contains(word) && refusal.reply.is_empty(), "{extra}: {}", refusal.reason);
    };
    refused("Flag=7;PNUM=2;", "2 包之一没有 PNO");
    refused("Flag=2;PNUM=2;PNO=;", "2 包之一没有 PNO");
    refused("Flag=7;PNUM=2;PNO=0;", "包号 0");
    refused("Flag=7;PNUM=2;PNO=3;", "包号 3");
    for whole in ["Flag=5;PNUM=2;", "Flag=7;PNUM=1;", "Flag=7;PNUM=1;PNO=1;", "Flag=7;PNO=1;", "Flag=7;"] {
        check(&Host::fresh(), &frame(2011, whole, cp), &["reading pollutant.w01018 42.5"]);
    }
}

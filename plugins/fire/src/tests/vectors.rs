//! The reference frames, with exactly what they say and how they are answered.

use super::*;
use tocsin_sdk::{Certainty, Kind, Outcome, Severity, Urgency};

fn answer(serial: u8, checksum: &str) -> Vec<u8> {
    hex(&format!(
        "40 40 {serial:02X} 00 01 01 14 1E 0E 0C 07 1A 38 5B 00 00 00 00 79 03 00 00 00 00 00 00 03 {checksum} 23 23"
    ))
}

#[test]
fn fire_alarm() {
    let outcome = decode(&Host::fresh(), &hex(ALARM)).unwrap();
    let expect = Signal::alarm("fire.smoke")
        .device("000000000379/1.1/42.10-2")
        .certainty(Certainty::Likely)
        .observed(1_783_837_820_000)
        .title("3号楼2层201室烟感 火警")
        .data(concat!(
            r#"{"system":"火灾报警系统","system_type":1,"system_address":1,"#,
            r#""component":"点型光电感烟火灾探测器","component_type":42,"#,
            r#""component_address":"0a000200","zone":10,"number":2,"state":3,"serial":1,"note":"3号楼2层201室烟感"}"#
        ));
    assert_eq!(outcome, Outcome::from(expect).reply(answer(1, "82")));
    let signal = &outcome.signals[0];
    assert_eq!((&signal.kind, signal.urgency), (&Kind::Alarm, Urgency::Immediate));
    assert!(serde_json::from_str::<serde_json::Value>(&signal.data).is_ok());
}

#[test]
fn analog_value() {
    let bytes = hex(
        "40 40 02 00 01 01 14 1E 0E 0C 07 1A 79 03 00 00 00 00 38 5B 00 00 00 00 12 00 02 03 01 0B 01 5B 01 00 07 00 05 46 05 14 1E 0E 0C 07 1A C4 23 23",
    );
    let outcome = decode(&Host::fresh(), &bytes).unwrap();
    let expect = Signal::reading("pressure", 135.0, "kPa")
        .device("000000000379/11.1/91.1-7")
        .observed(1_783_837_820_000)
        .title("消防水泵1-7 压力 135.0 kPa")
        .data(concat!(
            r#"{"system":"消火栓系统","system_type":11,"system_address":1,"component":"消防水泵","component_type":91,"#,
            r#""component_address":"01000700","zone":1,"number":7,"analog_type":5,"raw":1350}"#
        ));
    assert_eq!(outcome, Outcome::from(expect).reply(answer(2, "83")));
}

#[test]
fn system_state() {
    let bytes = hex(
        "40 40 03 00 01 01 14 1E 0E 0C 07 1A 79 03 00 00 00 00 38 5B 00 00 00 00 0C 00 02 01 01 01 01 05 01 14 1E 0E 0C 07 1A 06 23 23",
    );
    let outcome = decode(&Host::fresh(), &bytes).unwrap();
    let fault = |code: &str, title: &str| {
        Signal::fault(code)
            .device("000000000379/1.1")
            .severity(Severity::Moderate)
            .observed(1_783_837_820_000)
            .title(title)
            .data(r#"{"system":"火灾报警系统","system_type":1,"system_address":1,"state":261,"serial":3}"#)
    };
    let expect = Outcome::from(vec![
        fault("fault.device", "火灾报警系统1 故障"),
        fault("fault.power.main", "火灾报警系统1 主电故障"),
    ]);
    assert_eq!(outcome, expect.reply(answer(3, "84")));
}

#[test]
fn heartbeat() {
    let bytes =
        hex("40 40 04 00 01 01 14 1E 0E 0C 07 1A 79 03 00 00 00 00 38 5B 00 00 00 00 00 00 02 84 23 23");
    let host = Host::fresh();
    assert_eq!(decode(&host, &bytes).unwrap(), Outcome::default().reply(answer(4, "85")));
    assert!(host.keys(UITD).is_empty(), "a heartbeat costs no state");
}

#[test]
fn answers_of_the_device_are_not_answered() {
    let host = Host::fresh();
    for settled in [frame(3, &[]), frame(6, &[]), frame(5, &[])] {
        assert_eq!(decode(&host, &settled).unwrap(), Outcome::default());
    }
    let told = decode(&host, &frame(5, &hex(ALARM)[27..75])).unwrap();
    assert_eq!((told.signals.len(), told.sends.len()), (1, 0));
}

use super::*;
use tocsin_sdk::{Certainty, RejectionKind};

/// Province, county, maker, model, id, colour, plate.
fn registration() -> Vec<u8> {
    let mut body = bytes("0021 02BB");
    body.extend(b"MAKER");
    body.extend(b"MODEL-1\0\0\0\0\0\0\0\0\0\0\0\0\0");
    body.extend(b"ID00001");
    body.push(2);
    body.extend(bytes("D5E3"));
    body.extend(b"X00001");
    body
}

#[test]
fn registration_names_the_vehicle_and_gives_the_code() {
    let host = Host::fresh();
    host.set("secret", "s");
    let outcome = send(&host, "a", &frame(0x0100, 5, &registration())).unwrap();
    assert_eq!(
        (outcome.signals[0].kind.clone(), outcome.signals[0].title.as_str()),
        (Kind::Device, "浙X00001")
    );
    let (id, body) = reply(&outcome.sends[0].payload);
    assert_eq!((id, &body[..3], body.len()), (0x8100, &bytes("0005 00")[..], 3 + 32));
    let again = send(&host, "b", &frame(0x0100, 6, &registration())).unwrap();
    assert_eq!(reply(&again.sends[0].payload).1[3..], body[3..], "the same code every time");
    // The 2011 body is shorter.
    let old = [&bytes("0021 02BB")[..], b"MAKER", b"MODEL-1\0", b"ID00001", &[0]].concat();
    assert!(send(&host, "a", &frame(0x0100, 5, &old)).is_ok());
    assert!(send(&host, "a", &frame(0x0100, 5, &old[..20])).is_err());
}

#[test]
fn only_the_connection_with_the_code_speaks() {
    let host = Host::fresh();
    host.set("secret", "s");
    let registered = send(&host, "a", &frame(0x0100, 5, &registration())).unwrap();
    let code = reply(&registered.sends[0].payload).1[3..].to_vec();
    let place = frame(0x0200, 7, &position(0, "260712143020"));
    let refused = |origin: &str, frame: &[u8]| {
        let refusal = send(&host, origin, frame).unwrap_err();
        assert_eq!((refusal.kind, reply(&refusal.reply).1[4]), (RejectionKind::Unauthorised, 1));
    };
    refused("a", &place);
    refused("a", &frame(0x0102, 6, b"guess"));
    assert!(send(&host, "a", &frame(0x0102, 6, &code)).is_ok());
    assert!(send(&host, "a", &place).is_ok());
    refused("b", &place);
    refused("b", &frame(0x0102, 6, b"guess"));
    assert!(send(&host, "a", &place).is_ok(), "the hijacker changed nothing");
    assert!(send(&host, "b", &frame(0x0102, 6, &code)).is_ok(), "a new connection after a tunnel");
    refused("a", &place);
    assert!(send(&host, "b", &frame(0x0003, 8, &[])).is_ok());
    refused("b", &place);
}

/// A red frame overtakes the code that was sent before it.
#[test]
fn a_danger_is_taken_before_the_code() {
    let host = Host::fresh();
    host.set("secret", "s");
    let code = reply(&send(&host, "a", &frame(0x0100, 5, &registration())).unwrap().sends[0].payload).1;
    let check = |origin: &str, bits: u32, at: &str, expect: &[&str]| {
        let answer = send(&host, origin, &frame(0x0200, 7, &position(bits, at)));
        let got = lines(&answer);
        assert_eq!(got.len(), expect.len(), "{got:?}");
        got.iter().zip(expect).for_each(|(got, expect)| assert!(got.starts_with(expect), "{got}"));
        let outcome = answer.unwrap();
        assert_eq!(reply(&outcome.sends[0].payload), (0x8001, bytes("0007 0200 00")));
        outcome.signals.into_iter().next().unwrap()
    };
    let unproven =
        check("a", 0b11, "260712143020", &["alarm vehicle.emergency", "defect 终端 13800000001 尚未鉴权"]);
    assert_eq!(
        (unproven.title.as_str(), unproven.certainty),
        ("13800000001 紧急报警(未鉴权)", Certainty::Possible)
    );
    assert!(unproven.data.contains(r#""unauthenticated":true"#) && unproven.position.is_some());
    assert_eq!(host.keys("13800000001"), Vec::<String>::new(), "nothing of it is remembered");
    // The code follows.
    assert!(send(&host, "a", &frame(0x0102, 6, &code[3..])).is_ok());
    check(
        "a",
        0b11,
        "260712143021",
        &["status vehicle.position", "alarm vehicle.emergency", "report vehicle.overspeed"],
    );
    // The same on a new connection, and nobody else moves what is known.
    check("b", 0b01, "260712143025", &["alarm vehicle.emergency", "defect 终端 13800000001 已在 a 鉴权"]);
    check(
        "a",
        0b00,
        "260712143024",
        &["status vehicle.position", "recovery vehicle.emergency", "recovery vehicle.overspeed"],
    );
    // What cannot be read is no danger.
    assert!(send(&host, "b", &frame(0x0200, 7, &[0xFF; 27])).is_err());
}

#[test]
fn without_a_secret_nobody_is_asked() {
    let host = Host::fresh();
    for origin in ["a", "b"] {
        assert!(send(&host, origin, &frame(0x0200, 7, &position(0, "260712143020"))).is_ok());
        assert!(send(&host, origin, &frame(0x0102, 7, b"anything")).is_ok());
    }
}

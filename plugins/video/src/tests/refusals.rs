//! What is no alarm, and the sentence that says so.

use super::{CAMERA, alarm, decode, reply, text, usual};
use tocsin_sdk::RejectionKind::{self, Malformed, Unsupported};

fn check(payload: impl AsRef<[u8]>, kind: RejectionKind, reason: &str, answer: &str) {
    let payload = payload.as_ref();
    let shown: String = String::from_utf8_lossy(payload).chars().take(80).collect();
    let refused = decode(payload).expect_err(&shown);
    assert_eq!(refused.kind, kind, "{shown}");
    assert!(refused.reason.contains(reason), "{shown}: {}", refused.reason);
    assert_eq!(text(&refused.reply), answer, "{shown}");
}

#[test]
fn what_is_no_xml() {
    check("", Malformed, "empty", "");
    check("\0\0\0", Malformed, "empty", "");
    check("hello, this is a text file\nwith lines", Malformed, "begins with", "");
    check(b"\x89PNG\r\n\x1a\n\0\0", Malformed, "begins with", "");
    check(b"\xff\xfe\x00\x01", Malformed, "begins with", "");
    check("{\"alarm\":1}", Malformed, "begins with", "");
    check("MESSAGE sip:1@2 SIP/2.0\r\n\r\n<Notify/>", Malformed, "SIP message", "");
    check(vec![b'<'; 10 << 20], Malformed, "10485760 bytes are more than 65536", "");
    check("<?xml version=\"1.0\"?>", Malformed, "no element", "");
    check("<", Malformed, "not well-formed", "");
    check("<!-- only -->", Malformed, "no element", "");
}

#[test]
fn damaged_documents_are_answered_where_the_sn_was_read() {
    let error = reply("Alarm", "17", CAMERA, "ERROR");
    let whole = usual("5", "");
    check(&whole[..whole.len() - 12], Malformed, "ends inside <Notify>", &error);
    check(whole.replace("</AlarmTime>", "</Alarmtime>"), Malformed, "not well-formed", &error);
    check(format!("{whole}<Notify/>"), Malformed, "second document", &error);
    check(format!("{whole} and more"), Malformed, "text outside", &error);
    check(usual("5", "&nbsp;"), Malformed, "&nbsp;", &error);
    check(usual("5", "&#x110000;"), Malformed, "character reference", &error);
    check(usual("5", "&#0;"), Malformed, "character reference", &error);
    check(&whole[..60], Malformed, "", "");
}

#[test]
fn nothing_is_defined_included_or_expanded() {
    let bomb = "<?xml version=\"1.0\"?><!DOCTYPE lolz [<!ENTITY lol \"lol\"><!ENTITY lol2 \"&lol;&lol;&lol;&lol;\">]>\
                <Notify><CmdType>Alarm</CmdType><SN>1</SN><DeviceID>&lol2;</DeviceID></Notify>";
    let outside = "<!DOCTYPE a SYSTEM \"http://example.invalid/a.dtd\"><Notify/>";
    let file =
        "<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><Notify>&x;</Notify>";
    for hostile in [bomb, outside, file, "<!DOCTYPE html><html/>"] {
        check(hostile, Malformed, "DTD", "");
    }
    check("<Notify><CmdType>&lol;</CmdType></Notify>", Malformed, "&lol;", "");
    let inside = usual("5", "<!DOCTYPE a [<!ENTITY x 'y'>]>");
    check(inside, Malformed, "DTD", &reply("Alarm", "17", CAMERA, "ERROR"));
}

#[test]
fn limits() {
    let error = reply("Alarm", "17", CAMERA, "ERROR");
    check(usual("5", &("<a>".repeat(20) + &"</a>".repeat(20))), Malformed, "16 levels", &error);
    check(usual("5", &"<a/>".repeat(1_000)), Malformed, "1000 elements", &error);
    check("<a>".repeat(20_000), Malformed, "16 levels", "");
    check(
        usual("5", &format!("<a {}/>", "b='c' ".repeat(9_000))) + &" ".repeat(70_000),
        Malformed,
        "bytes are more",
        "",
    );
    // Many attributes of one element cost nothing: nobody reads them.
    assert!(decode(usual("5", &format!("<a {}/>", "b='c' ".repeat(9_000))).as_bytes()).is_ok());
}

#[test]
fn other_commands() {
    let body = |root: &str, command: &str| {
        format!("<{root}><CmdType>{command}</CmdType><SN>9</SN><DeviceID>{CAMERA}</DeviceID></{root}>")
    };
    for command in ["Catalog", "MobilePosition", "MediaStatus", "Broadcast", "x y"] {
        check(body("Notify", command), Unsupported, command, &reply(command, "9", CAMERA, "ERROR"));
    }
    for root in ["Query", "Control", "alert"] {
        check(body(root, "Alarm"), Unsupported, root, &reply("Alarm", "9", CAMERA, "ERROR"));
    }
    check(body("Response", "Alarm"), Unsupported, "Response", "");
    check(body("Notify", ""), Malformed, "CmdType", "");
    check("<html><body>504</body></html>", Unsupported, "<html>", "");
}

#[test]
fn alarms_that_say_too_little() {
    let error = reply("Alarm", "17", CAMERA, "ERROR");
    check(alarm(""), Malformed, "AlarmMethod is missing", &error);
    check(
        alarm("<AlarmPriority>p</AlarmPriority><AlarmMethod>m</AlarmMethod><AlarmTime>t</AlarmTime>"),
        Malformed,
        "AlarmMethod m is not 1 to 7",
        &error,
    );
    let nobody = usual("5", "").replace(CAMERA, " ");
    check(nobody, Malformed, "DeviceID", &reply("Alarm", "17", "", "ERROR"));
}

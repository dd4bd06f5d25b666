//! A camera platform: GB/T 28181 alarm notifications in GB 2312.

use encoding_rs::GBK;
use jiff::tz::TimeZone;

/// AlarmMethod and AlarmType of the standard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// Method 2 (设备), type 4: heat.
    Heat,
    /// Method 5 (视频), type 2: something moves.
    Motion,
    /// Method 5, type 6: someone is where nobody should be.
    Intrusion,
}

impl Seen {
    fn codes(self) -> (u8, u8, u8) {
        match self {
            Seen::Heat => (1, 2, 4),
            Seen::Motion => (4, 5, 2),
            Seen::Intrusion => (2, 5, 6),
        }
    }
}

/// The bytes of one notification; the time has no zone, as cameras write it.
pub fn alarm(camera: &str, serial: u32, seen: Seen, at: jiff::Timestamp, text: &str) -> Vec<u8> {
    let (priority, method, kind) = seen.codes();
    let at = at.to_zoned(TimeZone::fixed(jiff::tz::offset(8))).strftime("%Y-%m-%dT%H:%M:%S").to_string();
    let text = escaped(text);
    let xml = format!(
        "<?xml version=\"1.0\" encoding=\"GB2312\"?>\r\n<Notify>\r\n<CmdType>Alarm</CmdType>\r\n<SN>{serial}</SN>\r\n\
         <DeviceID>{camera}</DeviceID>\r\n<AlarmPriority>{priority}</AlarmPriority>\r\n<AlarmMethod>{method}</AlarmMethod>\r\n\
         <AlarmTime>{at}</AlarmTime>\r\n<AlarmDescription>{text}</AlarmDescription>\r\n<Longitude/>\r\n<Latitude/>\r\n\
         <Info>\r\n<AlarmType>{kind}</AlarmType>\r\n</Info>\r\n</Notify>\r\n"
    );
    GBK.encode(&xml).0.into_owned()
}

/// Whether a reply is the answer to notification `serial`.
pub fn answers(reply: &[u8], serial: u32) -> bool {
    String::from_utf8_lossy(reply).contains(&format!("<SN>{serial}</SN>"))
}

/// What a careless or hostile sender posts instead of a notification.
pub fn nonsense() -> [Vec<u8>; 2] {
    let bomb = "<?xml version=\"1.0\"?><!DOCTYPE n [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">]>\
                <Notify><CmdType>Alarm</CmdType><SN>1</SN><DeviceID>&b;&b;&b;&b;</DeviceID></Notify>";
    ["今晚值班名单.txt\n张三 李四\n".as_bytes().to_vec(), bomb.as_bytes().to_vec()]
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notification_is_gb2312_and_says_what_was_seen() {
        let at = "2026-07-12T06:30:20Z".parse().expect("a time");
        let bytes = alarm("33079100001320000002", 17, Seen::Intrusion, at, "走廊 <有人>");
        let (text, _, lossy) = GBK.decode(&bytes);
        assert!(!lossy && std::str::from_utf8(&bytes).is_err());
        for part in [
            "<SN>17</SN>",
            "<AlarmMethod>5</AlarmMethod>",
            "<AlarmType>6</AlarmType>",
            "<AlarmTime>2026-07-12T14:30:20</AlarmTime>",
            "走廊 &lt;有人&gt;",
        ] {
            assert!(text.contains(part), "{part} is not in {text}");
        }
        assert!(answers(b"<Response><SN>17</SN></Response>", 17) && !answers(b"<SN>7</SN>", 17));
    }
}

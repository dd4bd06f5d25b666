//! A camera's alarm notification.

use encoding_rs::GBK;

pub const CAMERA: &str = "33079100001320000010";

/// GB/T 28181, method 5 (video), type 6 (intrusion), in GB 2312.
pub fn intrusion(serial: u32, text: &str) -> Vec<u8> {
    let at = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::fixed(jiff::tz::offset(8)));
    let at = at.strftime("%Y-%m-%dT%H:%M:%S");
    let xml = format!(
        "<?xml version=\"1.0\" encoding=\"GB2312\"?>\r\n<Notify><CmdType>Alarm</CmdType><SN>{serial}</SN>\
         <DeviceID>{CAMERA}</DeviceID><AlarmPriority>2</AlarmPriority><AlarmMethod>5</AlarmMethod>\
         <AlarmTime>{at}</AlarmTime><AlarmDescription>{text}</AlarmDescription><Longitude/><Latitude/>\
         <Info><AlarmType>6</AlarmType></Info></Notify>"
    );
    GBK.encode(&xml).0.into_owned()
}

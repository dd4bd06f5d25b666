//! Tables of notifications and what becomes of them.

mod alarms;
mod camera;
mod dialog;
mod encodings;
mod messages;
mod refusals;
mod registration;
mod stream;

use crate::Video;
use tocsin_sdk::mock::Host;
use tocsin_sdk::{Answer, Outcome};

const CAMERA: &str = "33079100001320000010";

fn decode(payload: &[u8]) -> Answer {
    Host::fresh().decode::<Video>(Host::message("", payload))
}

/// An alarm of the camera with these further elements.
fn alarm(elements: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n<Notify>\r\n<CmdType>Alarm</CmdType>\r\n<SN>17</SN>\r\n\
         <DeviceID>{CAMERA}</DeviceID>\r\n{elements}\r\n</Notify>\r\n"
    )
}

/// One with priority, method and time; and these further elements.
fn usual(method: &str, elements: &str) -> String {
    alarm(&format!(
        "<AlarmPriority>2</AlarmPriority><AlarmMethod>{method}</AlarmMethod>\
         <AlarmTime>2026-07-12T14:30:20</AlarmTime>{elements}"
    ))
}

fn accepted(payload: impl AsRef<[u8]>) -> Outcome {
    let payload = payload.as_ref();
    decode(payload)
        .unwrap_or_else(|refused| panic!("{}\nwas refused: {refused:?}", String::from_utf8_lossy(payload)))
}

fn reply(command: &str, serial: &str, device: &str, result: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"GB2312\"?>\r\n<Response>\r\n<CmdType>{command}</CmdType>\r\n\
         <SN>{serial}</SN>\r\n<DeviceID>{device}</DeviceID>\r\n<Result>{result}</Result>\r\n</Response>\r\n"
    )
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

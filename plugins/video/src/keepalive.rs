//! A keep-alive → the device is online, and those it names as broken are not well.

use crate::alarm::{device, device_id};
use crate::document::Element;
use tocsin_sdk::{Outcome, Rejection, Signal};

/// That a device is there: said of those that have no registration.
pub const ONLINE: &str = "video.online";
/// One call's signals have a limit; a platform with more broken devices than
/// this says so again in a minute.
const BROKEN_MAX: usize = 100;

pub fn read(notify: &Element) -> Result<Outcome, Rejection> {
    let mut defects = Vec::new();
    let id = device(notify, &mut defects)?;
    let status = notify.field("Status").unwrap_or_default();
    let mut outcome = Outcome::default();
    if status.eq_ignore_ascii_case("OK") || status.eq_ignore_ascii_case("ON") {
        outcome = outcome.signal(Signal::status(ONLINE).device(&*id).title("设备在线"));
    } else {
        outcome = outcome.signal(Signal::fault("fault.video.device").device(&*id).title("设备自报异常"));
        if !status.eq_ignore_ascii_case("ERROR") {
            defects.push("Status is neither OK nor ERROR".to_owned());
        }
    }
    let mut broken = notify.all("Info").flat_map(|info| info.all("DeviceID")).filter_map(Element::content);
    for broken in broken.by_ref().take(BROKEN_MAX) {
        let (part, fault) = device_id(&broken);
        defects.extend(fault);
        outcome =
            outcome.signal(Signal::fault("fault.video.device").device(part).title("上级设备报告其故障"));
    }
    let more = broken.count();
    if more > 0 {
        defects.push(format!("{more} more broken devices than {BROKEN_MAX} were left out"));
    }
    outcome.defects = defects;
    Ok(outcome)
}

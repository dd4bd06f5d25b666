//! A keep-alive → the device is online, and those it names as broken are not well
//! until it names them no more.

use crate::alarm::{device, device_id};
use crate::camera::Unwell;
use crate::document::Element;
use tocsin_sdk::{Outcome, Rejection, Signal};

/// That a device is there: said of those that have no registration.
pub const ONLINE: &str = "video.online";
const BROKEN: &str = "fault.video.device";
/// One call's signals have a limit; a platform with more broken devices than
/// this says so again in a minute.
const BROKEN_MAX: usize = 100;

pub fn read(notify: &Element, unwell: &mut Unwell) -> Result<Outcome, Rejection> {
    let mut defects = Vec::new();
    let id = device(notify, &mut defects)?;
    let status = notify.field("Status").unwrap_or_default();
    let is_well = status.eq_ignore_ascii_case("OK") || status.eq_ignore_ascii_case("ON");
    let mut outcome = Outcome::default();
    if is_well {
        outcome = outcome.signal(Signal::status(ONLINE).device(&*id).title("设备在线"));
    } else {
        outcome = outcome.signal(broken(&id, "设备自报异常"));
        defects.extend(noted(unwell.note(&id, &id), &id));
        if !status.eq_ignore_ascii_case("ERROR") {
            defects.push("Status is neither OK nor ERROR".to_owned());
        }
    }
    let listed = notify.all("Info").flat_map(|info| info.all("DeviceID")).filter_map(Element::content);
    let listed: Vec<(String, Option<String>)> = listed.map(|id| device_id(&id)).collect();
    for (part, fault) in listed.iter().take(BROKEN_MAX) {
        defects.extend(fault.clone());
        defects.extend(noted(unwell.note(&id, part), part));
        outcome = outcome.signal(broken(part, "上级设备报告其故障"));
    }
    let more = listed.len().saturating_sub(BROKEN_MAX);
    if more > 0 {
        defects.push(format!("{more} more broken devices than {BROKEN_MAX} were left out"));
    }
    let still = |whom: &String| *whom == id && !is_well || listed.iter().any(|(part, _)| part == whom);
    for whom in unwell.told_by(&id).iter().filter(|whom| !still(whom)) {
        if unwell.is_over(&id, whom) {
            outcome = outcome.signal(mended(whom));
        }
    }
    outcome.defects = defects;
    Ok(outcome)
}

pub fn broken(device: &str, title: &str) -> Signal {
    Signal::fault(BROKEN).device(device).title(title)
}

pub fn mended(device: &str) -> Signal {
    Signal::recovery(BROKEN).device(device).title("设备恢复正常")
}

/// What is wrong where there was no room to note who is unwell.
pub fn noted(has_room: bool, device: &str) -> Option<String> {
    (!has_room).then(|| {
        format!("{device} 的故障恢复时将无法告知,故障设备过多 (too many are unwell to notice its end)")
    })
}

//! 设备状态: whether it works, and whether it and its alarm inputs are armed.

use super::status;
use crate::agent::Agent;
use crate::alarm::device_id;
use crate::document::Element;
use crate::keepalive;

/// One answer lists the alarm inputs of one device.
const INPUTS_MAX: usize = 64;

pub fn read(root: &Element, agent: &mut Agent) {
    let device = match root.field("DeviceID") {
        Some(id) => device_id(&id).0,
        None => agent.device.clone(),
    };
    let word = |name| root.field(name).unwrap_or_default().to_ascii_uppercase();
    if device != agent.device {
        match word("Online").as_str() {
            "ONLINE" => agent.say(status("device.online", &device, "通道在线")),
            "OFFLINE" => agent.say(status("device.offline", &device, "通道离线")),
            other => agent.outcome.defects.push(format!("Online {other:?} is neither ONLINE nor OFFLINE")),
        }
    }
    let unwell = &mut agent.camera.unwell;
    match word("Status").as_str() {
        "ERROR" | "FAULT" => {
            agent.outcome.defects.extend(keepalive::noted(unwell.note(&device, &device), &device));
            agent.say(keepalive::broken(&device, "设备自报异常"));
        }
        "OK" | "ON" if unwell.is_over(&device, &device) => agent.say(keepalive::mended(&device)),
        _ => {}
    }
    if word("Record") == "OFF" {
        agent.say(status("camera.not-recording", &device, "未在录像"));
    }
    let items = root.all("Alarmstatus").flat_map(|list| list.all("Item")).take(INPUTS_MAX);
    for item in items {
        let id = item.field("DeviceID").map_or_else(|| device.clone(), |id| device_id(&id).0);
        match item.field("DutyStatus").unwrap_or_default().to_ascii_uppercase().as_str() {
            // ALARM: armed, and in alarm; the alarm comes by itself.
            "ONDUTY" | "ALARM" => agent.armed(&id, true),
            "OFFDUTY" => agent.armed(&id, false),
            other => {
                agent.outcome.defects.push(format!("DutyStatus {other:?} of {id} is none of the standard's"));
            }
        }
    }
}

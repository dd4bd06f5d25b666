//! 目录: the channels behind a device, and what it says of their coming and going.

use super::status;
use crate::agent::Agent;
use crate::alarm::device_id;
use crate::document::Element;
use tocsin_sdk::Signal;
use tocsin_sdk::json::Object;

/// Items of one message; the standard recommends one to four.
const ITEMS_MAX: usize = 48;

/// An answer to 目录查询: every item describes itself.
pub fn list(root: &Element, agent: &mut Agent) {
    for item in items(root, agent) {
        let Some((id, _)) = item.field("DeviceID").map(|id| device_id(&id)) else {
            agent.outcome.defects.push("an item of the catalogue has no DeviceID".to_owned());
            continue;
        };
        describe(item, &id, agent);
        match item.field("Status").unwrap_or_default().to_ascii_uppercase().as_str() {
            "ON" | "OK" => {}
            "OFF" => agent.say(status("device.offline", &id, "通道离线")),
            "" => {}
            other => agent.outcome.defects.push(format!("Status {other:?} of {id} is neither ON nor OFF")),
        }
    }
}

/// 目录变化: what happened to an item.
pub fn notify(root: &Element, agent: &mut Agent) {
    for item in items(root, agent) {
        let Some((id, _)) = item.field("DeviceID").map(|id| device_id(&id)) else {
            agent.outcome.defects.push("an item of the catalogue has no DeviceID".to_owned());
            continue;
        };
        match item.field("Event").unwrap_or_default().to_ascii_uppercase().as_str() {
            "ON" => agent.say(status("device.online", &id, "通道上线")),
            "OFF" => agent.say(status("device.offline", &id, "通道离线")),
            "DEL" => agent.say(status("device.offline", &id, "通道已从目录删除")),
            "VLOST" => agent.say(Signal::fault("fault.video.loss").device(&*id).title("视频丢失")),
            "DEFECT" => agent.say(Signal::fault("fault.video.device").device(&*id).title("设备故障")),
            "ADD" | "UPDATE" | "" => describe(item, &id, agent),
            other => agent.outcome.defects.push(format!("Event {other:?} of {id} is none of the standard's")),
        }
    }
}

/// 设备信息.
pub fn info(root: &Element, agent: &mut Agent) {
    let (id, fault) = device_id(&root.field("DeviceID").unwrap_or_else(|| agent.device.clone()));
    agent.outcome.defects.extend(fault);
    describe(root, &id, agent);
}

fn describe(item: &Element, id: &str, agent: &mut Agent) {
    let mut data = Object::new();
    for (key, name) in [
        ("manufacturer", "Manufacturer"),
        ("model", "Model"),
        ("firmware", "Firmware"),
        ("region", "CivilCode"),
        ("address", "Address"),
        ("parent", "ParentID"),
        ("status", "Status"),
    ] {
        if let Some(text) = item.field(name) {
            data = data.text(key, &text);
        }
    }
    let name = item.field("Name").or_else(|| item.field("DeviceName")).unwrap_or_default();
    let mut signal = Signal::describes(id).title(name).data(data.finish());
    if let Some((lon, lat)) = crate::alarm::position(item, &mut agent.outcome.defects) {
        signal = signal.position(lon, lat, crate::datum());
    }
    agent.say(signal);
}

fn items<'a>(root: &'a Element, agent: &mut Agent) -> Vec<&'a Element> {
    let all: Vec<&Element> = root.all("DeviceList").flat_map(|list| list.all("Item")).collect();
    if all.len() > ITEMS_MAX {
        agent.outcome.defects.push(format!(
            "{} items of the catalogue beyond {ITEMS_MAX} were left out",
            all.len() - ITEMS_MAX
        ));
    }
    all.into_iter().take(ITEMS_MAX).collect()
}

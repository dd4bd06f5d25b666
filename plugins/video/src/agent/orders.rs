//! Orders to cameras: 布防, 撤防 and 报警复位 down, progress up.
//!
//! An order of this department with a `device` and a `matter`; behind a recorder the
//! channel is named too: `camera.arm/33079100001320000021`.
//!
//! | `matter` | Sent | Done when |
//! |---|---|---|
//! | `camera.arm` | DeviceControl, GuardCmd SetGuard | the device's own Response says OK |
//! | `camera.disarm` | DeviceControl, GuardCmd ResetGuard | the same |
//! | `camera.reset` | DeviceControl, AlarmCmd ResetAlarm | the same |
//!
//! The SIP answer to it means that the device has it: the order is `delivered`.

use super::Agent;
use crate::camera::{Ask, Matter, Stage, What};
use serde::Deserialize;
use tocsin_sdk::{Answer, Event, Outcome, Signal};

#[derive(Deserialize)]
struct Order {
    #[serde(default)]
    matter: String,
    #[serde(default)]
    device: String,
}

/// One event of the city.
pub fn deliver(event: &Event) -> Answer {
    if event.kind != "order.issued" {
        // Over for whoever gave it: nothing more is asked of the device.
        let mut agent = Agent::of(&event.device, event.time);
        agent.camera.asks.retain(|ask| !ask.is_order(&event.subject));
        return Ok(agent.finish());
    }
    let order: Order = event.json()?;
    let (word, part) = order.matter.split_once('/').unwrap_or((&order.matter, &order.device));
    let matter = match word {
        "camera.arm" => Matter::Arm,
        "camera.disarm" => Matter::Disarm,
        "camera.reset" => Matter::Reset,
        // For people, or for another connector of the department.
        _ => return Ok(Outcome::default()),
    };
    let is_id = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if !is_id || order.device != event.device {
        let title = format!("“{part}”不是摄像机编码 (no id of a camera)");
        return Ok(progress(&event.subject, "declined", title).into());
    }
    let mut agent = Agent::of(&event.device, event.time);
    if agent.camera.asks.iter().any(|ask| ask.is_order(&event.subject)) {
        return Ok(Outcome::default());
    }
    if !agent.camera.online || !agent.camera.is_registered(event.time) {
        return Ok(progress(&event.subject, "failed", "设备未注册或已离线, 无法下达 (not registered)").into());
    }
    let what = What::Order { order: event.subject.clone(), matter, target: part.to_owned() };
    if !agent.ask(what) {
        let title = "该设备的下行请求过多, 请稍后再试 (too much is asked of the device at once)";
        return Ok(progress(&event.subject, "declined", title).into());
    }
    Ok(agent.finish())
}

impl Agent {
    /// The SIP answer to an order.
    pub(super) fn order_answered(&mut self, mut ask: Ask, status: u16, phrase: &str) {
        let What::Order { order, .. } = &ask.what else { return };
        let late = late(&ask);
        match status {
            200..300 => {
                self.say(progress(order, "delivered", format!("{late}设备已收到指令")));
                match ask.stage {
                    Stage::Over => {}
                    _ => ask.delivered(self.now),
                }
                self.camera.asks.push(ask);
            }
            _ if ask.stage == Stage::Over => self.camera.asks.push(ask),
            _ => self.say(progress(order, "failed", format!("设备拒绝: {status} {phrase}"))),
        }
    }

    /// The device's own answer to a DeviceControl. Whether it was to one of ours.
    pub fn controlled(&mut self, serial: &str, is_ok: bool, result: &str) -> bool {
        let is_it = |ask: &Ask| ask.cseq.to_string() == serial && matches!(ask.what, What::Order { .. });
        let Some(at) = self.camera.asks.iter().position(is_it) else { return false };
        let ask = self.camera.asks.remove(at);
        let late = late(&ask);
        let What::Order { order, matter, target } = ask.what else { return false };
        if !is_ok {
            self.say(progress(&order, "failed", format!("{late}设备执行失败: {result}")));
            return true;
        }
        let title = match matter {
            Matter::Arm => "已布防",
            Matter::Disarm => "已撤防",
            Matter::Reset => "报警已复位",
        };
        self.say(progress(&order, "done", format!("{late}{title}")));
        match matter {
            Matter::Arm => self.armed(&target, true),
            Matter::Disarm => self.armed(&target, false),
            Matter::Reset => {}
        }
        true
    }

    /// How a device or channel is armed, where that is news.
    pub fn armed(&mut self, id: &str, armed: bool) {
        if self.camera.arm(id, armed) {
            let (code, title) =
                if armed { ("camera.armed", "已布防") } else { ("camera.disarmed", "已撤防") };
            self.say(Signal::status(code).device(id).title(title));
        }
    }
}

/// The element of a DeviceControl.
pub fn element(matter: Matter) -> (&'static str, &'static str) {
    match matter {
        Matter::Arm => ("GuardCmd", "SetGuard"),
        Matter::Disarm => ("GuardCmd", "ResetGuard"),
        Matter::Reset => ("AlarmCmd", "ResetAlarm"),
    }
}

pub fn progress(order: &str, step: &str, title: impl Into<String>) -> Signal {
    Signal::progress(order, step).title(title)
}

fn late(ask: &Ask) -> &'static str {
    if ask.stage == Stage::Over { "迟到: " } else { "" }
}

//! What devices answer to our requests, and what becomes of those they do not.

use super::Agent;
use super::orders::progress;
use crate::camera::{Ask, Stage, What};
use crate::settings;
use crate::sip::message::{Message, Start};
use crate::sip::request::call_id;
use crate::sip::uri::Address;
use tocsin_sdk::{Answer, Outcome, Timestamp};

/// One response of `device`.
pub fn take(response: &Message<'_>, device: &str, now: Timestamp) -> Answer {
    let Start::Response { status, phrase } = response.start else { return Ok(Outcome::default()) };
    if status < 200 || device.is_empty() {
        return Ok(Outcome::default());
    }
    let mut agent = Agent::of(device, now);
    let own = |agent: &Agent, ask: &Ask| {
        let (cseq, _) = response.cseq().unwrap_or_default();
        ask.cseq == cseq && response.text("Call-ID") == Some(&*call_id(&agent.seed(ask)))
    };
    // What answers nothing of ours: a copy, or the end of an alarm's own answer.
    let Some(at) = agent.camera.asks.iter().position(|ask| own(&agent, ask)) else {
        return Ok(Outcome::default());
    };
    let ask = agent.camera.asks.remove(at);
    agent.heard_of(&ask);
    match (&ask.what, status) {
        (What::Subscribe, 200..300) => agent.granted(response),
        (What::Subscribe, 481) => {
            agent.camera.subscription.reset();
            agent.subscribe();
        }
        (What::Subscribe, _) => {
            agent.subscription_failed((400..500).contains(&status), &format!("{status} {phrase}"));
        }
        (What::Order { .. }, _) => agent.order_answered(ask, status, phrase),
        (What::Duty | What::Catalog, _) => {}
    }
    Ok(agent.finish())
}

impl Agent {
    /// An answer is a sign of life of what is registered; it registers nothing.
    fn heard_of(&mut self, ask: &Ask) {
        if self.camera.is_registered(self.now) && ask.sent <= self.now {
            self.camera.hear(self.now);
        }
    }

    fn granted(&mut self, response: &Message<'_>) {
        let tag =
            response.get("To").and_then(Address::read).and_then(|to| to.parameter("tag")).unwrap_or_default();
        let wanted = settings::subscribe_s();
        let granted = response.text("Expires").and_then(|text| text.parse().ok()).unwrap_or(wanted);
        if granted <= 0 {
            return self.subscription_failed(true, "Expires: 0");
        }
        self.camera.subscription.granted(tag, granted.min(wanted), self.now);
        if self.camera.subscription.told != Some(true) {
            self.camera.subscription.told = Some(true);
            self.status("camera.subscribed", "报警订阅已生效");
        }
    }

    /// The device, or nobody, answered a SUBSCRIBE with anything but yes.
    fn subscription_failed(&mut self, refused: bool, why: &str) {
        self.camera.subscription.failed(refused, self.now);
        self.unsubscribed(why);
    }

    /// The device ended the subscription.
    pub(super) fn subscription_ended(&mut self, state: &str) {
        self.camera.asks.retain(|ask| ask.what != What::Subscribe);
        self.subscription_failed(
            false,
            &format!("设备终止订阅 {}", state.chars().take(60).collect::<String>()),
        );
    }

    /// Copies of what has waited, and the end of what has waited too long.
    pub(super) fn due(&mut self) {
        let asks = std::mem::take(&mut self.camera.asks);
        let (due, mut kept): (Vec<Ask>, Vec<Ask>) = asks.into_iter().partition(|ask| ask.due <= self.now);
        for mut ask in due {
            if ask.may_try() {
                ask.tried(self.now, self.camera.line.is_tcp());
                self.send(&ask);
                kept.push(ask);
                continue;
            }
            match (&ask.what, ask.stage) {
                (_, Stage::Over) | (What::Duty | What::Catalog, _) => {}
                (What::Subscribe, _) => self.subscription_failed(false, "设备未应答"),
                (What::Order { order, .. }, stage) => {
                    let title = match stage {
                        Stage::Delivered => "设备已收到指令, 但 30 秒内未报结果 (no result)",
                        _ => "设备 32 秒内未应答 (no answer)",
                    };
                    self.outcome.signals.push(progress(order, "failed", title));
                    ask.over(self.now);
                    kept.push(ask);
                }
            }
        }
        kept.append(&mut self.camera.asks);
        self.camera.asks = kept;
    }
}

//! What is noticed of whoever speaks, whatever it says: recorded only when it
//! tells a rule something new, so that chatter leaves no facts.

use super::Core;
use super::decide::Step;
use crate::fact::{Cause, Fact};
use crate::input::Observed;
use crate::moment;
use crate::registry::{Speaker, root};
use crate::signal::{Kind, Signal};
use crate::state::PROVISIONAL_KEPT;
use crate::time::Timestamp;

/// A sighting of an unregistered device counts once a minute.
const SIGHTING_MS: i64 = 60_000;
/// How fine "last seen" is for a device without a heartbeat in the registry.
const SEEN_MS: i64 = 3_600_000;
/// And at the finest: a quarter of the heartbeat, no finer than this.
const SEEN_LEAST_MS: i64 = 60_000;

/// A line of a department's register is about something and from no device.
fn is_register(signal: &Signal) -> bool {
    let front = signal.code.split('.').next();
    signal.kind == Kind::Report && matches!(front, Some("danger" | "unit" | "inspection" | "drill"))
}

impl Core {
    pub(super) fn notice(&mut self, step: &mut Step, cause: &Cause, observed: &Observed, speaker: &Speaker) {
        self.notice_clock(step, cause, observed);
        match &speaker.registered {
            Some((id, _)) => {
                let Speaker { owner, heartbeat, .. } = speaker;
                self.heard_device(step, cause, owner, id, *heartbeat, observed.received);
            }
            None if is_register(&observed.signal) => {}
            None => self.notice_unknown(step, cause, observed),
        }
    }

    /// Recorded as coarsely as the heartbeat allows.
    pub(crate) fn note_seen(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        department: &str,
        device: &str,
        heartbeat: Option<u32>,
        at: Timestamp,
    ) {
        let fine =
            heartbeat.map_or(SEEN_MS, |heartbeat| (i64::from(heartbeat) * 250).clamp(SEEN_LEAST_MS, SEEN_MS));
        let known = self.state.seen.get(department).and_then(|devices| devices.get(device));
        if known.is_none_or(|known| at.since(*known) >= fine) {
            let fact = Fact::DeviceSeen { department: department.to_owned(), device: device.to_owned(), at };
            self.emit(step, cause, fact);
        }
    }

    fn notice_unknown(&mut self, step: &mut Step, cause: &Cause, observed: &Observed) {
        let department = &observed.frame.department;
        let device = root(&observed.signal.device);
        let devices = self.state.provisional.get(department);
        let known = devices.and_then(|devices| devices.get(device));
        if known.is_none() && devices.is_some_and(|devices| devices.len() >= PROVISIONAL_KEPT) {
            return;
        }
        let calls_itself = match observed.signal.kind {
            Kind::Device => observed.signal.title.as_str(),
            _ => "",
        };
        let title = known
            .map(|known| known.title.as_str())
            .filter(|_| calls_itself.is_empty())
            .unwrap_or(calls_itself);
        let again = known
            .is_none_or(|known| observed.received.since(known.at) >= SIGHTING_MS || known.title != title);
        if again {
            let fact = Fact::DeviceProvisional {
                department: department.clone(),
                device: device.to_owned(),
                title: title.to_owned(),
                first_at: known.map_or(observed.received, |known| known.first_at),
                at: observed.received,
                count: known.map_or(0, |known| known.count) + 1,
            };
            self.emit(step, cause, fact);
        }
    }

    fn notice_clock(&mut self, step: &mut Step, cause: &Cause, observed: &Observed) {
        let department = &observed.frame.department;
        let device = root(&observed.signal.device);
        let known = self.state.clocks.get(department).and_then(|clocks| clocks.get(device)).copied();
        let learnt = moment::learn(observed.signal.observed, observed.received, known);
        if learnt != known {
            let fact =
                Fact::DeviceClock { department: department.clone(), device: device.to_owned(), skew: learnt };
            self.emit(step, cause, fact);
        }
    }
}

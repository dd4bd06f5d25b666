//! Information objects to signals, one file a family of types.

mod analog;
mod clock;
mod description;
mod operation;
mod state;

use crate::adu::{Objects, flag};
use crate::frame::Frame;
use crate::known::Known;
use crate::moment;
use crate::place::Place;
use tocsin_sdk::{Kind, Outcome, Signal, Timestamp, time};

/// Bytes of signals that a frame may make before it is held to its alarms. A
/// panel that reports 22 parts with three bits each makes 25 KiB. 102 systems
/// with every bit set would make 250 KiB, twice what the host takes, and then
/// their alarms would be lost with the rest. 127 alarms and as many defects fit
/// into what is left of `output_bytes`.
const BUDGET: usize = 88 << 10;
/// What a signal costs besides its texts.
const SIGNAL: usize = 16;
/// A zone that is wrong is off by less: a clock that is ahead by more is wrong.
const AHEAD_MS: i64 = 86_400_000;

/// What is the same for every object of a frame, and what they have said so far.
struct Telling {
    /// The UITD's name, which every path begins with.
    uitd: String,
    /// 业务流水号.
    serial: u16,
    /// When the frame was sent, by the device's clock.
    sent: Option<Timestamp>,
    received: Timestamp,
    said: Outcome,
    budget: usize,
    /// Signals that were one too many.
    untold: usize,
    /// The latest time tag, of the frame or its objects; 0 where none says a time.
    latest: Timestamp,
}

/// Everything that a frame's objects say.
pub fn tell(frame: &Frame<'_>, objects: &Objects<'_>, received: Timestamp) -> Outcome {
    let sent = frame.time();
    let mut telling = Telling {
        uitd: frame.source(),
        serial: frame.serial(),
        sent,
        received,
        said: Outcome::default(),
        budget: BUDGET,
        untold: 0,
        latest: sent.unwrap_or_default(),
    };
    telling.said.signals.reserve_exact(objects.count);
    match objects.flag {
        flag::SYSTEM_STATE | flag::COMPONENT_STATE | flag::UITD_STATE => {
            let mut known = Known::load();
            for object in objects.each() {
                state::tell(&mut telling, &mut known, objects.flag, object);
            }
            known.save();
        }
        other => {
            for object in objects.each() {
                match other {
                    flag::COMPONENT_ANALOG => analog::tell(&mut telling, object),
                    flag::FACILITY_OPERATION | flag::UITD_OPERATION => {
                        operation::tell(&mut telling, other, object);
                    }
                    flag::SYSTEM_TIME | flag::UITD_TIME => clock::tell(&mut telling, other, object),
                    _ => description::tell(&mut telling, other, object),
                }
            }
        }
    }
    if telling.untold > 0 {
        let untold = telling.untold;
        telling.defect(
            &Place::Uitd,
            &format!("另有 {untold} 条非火警信息未逐条上报 (more than one answer may hold)"),
        );
    }
    // Once a frame: its objects have one clock, and what it says is live all the same.
    if telling.latest > received.saturating_add(AHEAD_MS) {
        let latest = time::Beijing::of(telling.latest).to_string();
        telling.defect(
            &Place::Uitd,
            &format!("时间标签 {latest} 晚于收到时间一天以上, 装置时钟不准 (more than a day ahead)"),
        );
    }
    telling.said
}

impl Telling {
    /// When the object's tag says it happened; a tag that says no time is a defect.
    fn observed(&mut self, tag: &[u8], place: &Place<'_>) -> Option<Timestamp> {
        let observed = moment::read(tag);
        match observed {
            Some(at) => self.latest = self.latest.max(at),
            None => {
                self.defect(place, &format!("时间标签 {} 无效 (no such time)", tocsin_sdk::text::hex(tag)));
            }
        }
        observed
    }

    /// Alarms always, all else while there is room.
    fn push(&mut self, signal: Signal) {
        let bytes = signal.code.len() + signal.device.len() + signal.title.len() + signal.data.len() + SIGNAL;
        if bytes > self.budget && signal.kind != Kind::Alarm {
            self.untold += 1;
            return;
        }
        self.budget = self.budget.saturating_sub(bytes);
        self.said.signals.push(signal);
    }

    fn defect(&mut self, place: &Place<'_>, what: &str) {
        self.said.defects.push(format!("{}: {what}", place.path(&self.uitd)));
    }
}

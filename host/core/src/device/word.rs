//! The words of a device's condition, and which codes mean them.
//!
//! The last part of a code decides (`camera.armed`, `status.armed`, `armed`), except
//! where two parts name one thing (`battery.low`). Words about one matter exclude
//! each other; a fault without a word of its own is a matter by itself.

use crate::signal::Kind;

/// What a code says of a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said<'a> {
    /// Now so: `state`, which takes the place of what stood `about` it.
    Stands { about: &'a str, state: &'a str },
    /// What stood about it is over.
    Over { about: &'a str },
}

struct Word {
    /// Last part of a code.
    tail: &'static str,
    about: &'static str,
    /// Empty: this word ends what stood.
    state: &'static str,
}

const fn word(tail: &'static str, about: &'static str, state: &'static str) -> Word {
    Word { tail, about, state }
}

/// 在线, 布防, 订阅, 手动, 测试, 屏蔽, and what vendors call the same.
const WORDS: [Word; 21] = [
    // Its plugin's own count of intervals; the host's silence is told apart from it.
    word("silent", "device.silent", "silent"),
    word("online", "link", "online"),
    word("registered", "link", "online"),
    word("offline", "link", "offline"),
    word("unregistered", "link", "offline"),
    word("armed", "guard", "armed"),
    word("disarmed", "guard", "disarmed"),
    word("subscribed", "subscription", "subscribed"),
    word("unsubscribed", "subscription", "unsubscribed"),
    word("manual", "mode", "manual"),
    word("automatic", "mode", ""),
    word("auto", "mode", ""),
    word("test", "test", "test"),
    word("shielded", "shield", "shielded"),
    word("unshielded", "shield", ""),
    word("supervisory", "supervisory", "supervisory"),
    word("tamper", "tamper", "tampered"),
    word("battery", "battery", "low-battery"),
    word("low-battery", "battery", "low-battery"),
    word("battery-low", "battery", "low-battery"),
    word("maintenance", "maintenance", "maintenance"),
];

/// Where the last part alone says too little.
const PAIRS: [(&str, Word); 7] = [
    ("status.normal", word("normal", "test", "")),
    ("device.normal", word("normal", "test", "")),
    ("battery.low", word("low", "battery", "low-battery")),
    ("battery.normal", word("normal", "battery", "")),
    ("maintenance.proposed", word("proposed", "maintenance", "maintenance")),
    ("maintenance.due", word("due", "maintenance", "maintenance")),
    ("storage.full", word("full", "storage", "storage-full")),
];

/// From the gravest down: what an officer is to see first of a device that is
/// several things at once; last what it is where nothing stands.
pub const STATES: [&str; 17] = [
    "silent",
    "offline",
    "fault",
    "tampered",
    "shielded",
    "disarmed",
    "manual",
    "test",
    "supervisory",
    "storage-full",
    "low-battery",
    "maintenance",
    "unsubscribed",
    "subscribed",
    "armed",
    "online",
    NORMAL,
];

pub const NORMAL: &str = "normal";

pub fn gravity(state: &str) -> usize {
    // Armed and subscribed say that all is well: they stand behind any trouble.
    STATES.iter().position(|known| *known == state).unwrap_or(STATES.len())
}

/// What a signal of this kind says of its device; `None`: nothing that lasts.
pub fn of<'a>(kind: &Kind, code: &'a str) -> Option<Said<'a>> {
    let known = known(code);
    match (kind, known) {
        (Kind::Recovery, known) => Some(Said::Over { about: known.map_or(code, |word| word.about) }),
        (Kind::Fault | Kind::Status, Some(word)) if word.state.is_empty() => {
            Some(Said::Over { about: word.about })
        }
        (Kind::Fault | Kind::Status, Some(word)) => {
            Some(Said::Stands { about: word.about, state: word.state })
        }
        (Kind::Fault, None) => Some(Said::Stands { about: code, state: "fault" }),
        _ => None,
    }
}

fn known(code: &str) -> Option<&'static Word> {
    let pair = PAIRS.iter().find(|(pair, _)| {
        code.strip_suffix(pair).is_some_and(|front| front.is_empty() || front.ends_with('.'))
    });
    if let Some((_, word)) = pair {
        return Some(word);
    }
    let tail = code.rsplit('.').next().unwrap_or(code);
    WORDS.iter().find(|word| word.tail == tail)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(kind: Kind, code: &str, expect: Option<Said<'_>>) {
        assert_eq!(of(&kind, code), expect, "{kind:?} {code}");
    }

    #[test]
    fn what_codes_say_of_a_device() {
        let stands = |about, state| Some(Said::Stands { about, state });
        let over = |about| Some(Said::Over { about });
        check(Kind::Status, "camera.armed", stands("guard", "armed"));
        check(Kind::Status, "armed", stands("guard", "armed"));
        check(Kind::Status, "camera.disarmed", stands("guard", "disarmed"));
        check(Kind::Status, "device.offline", stands("link", "offline"));
        check(Kind::Status, "device.online", stands("link", "online"));
        check(Kind::Fault, "fault.shielded", stands("shield", "shielded"));
        check(Kind::Status, "status.manual", stands("mode", "manual"));
        check(Kind::Status, "status.automatic", over("mode"));
        check(Kind::Status, "status.normal", over("test"));
        check(Kind::Fault, "battery.low", stands("battery", "low-battery"));
        check(Kind::Fault, "box.battery.low", stands("battery", "low-battery"));
        check(Kind::Fault, "device.silent", stands("device.silent", "silent"));
        check(Kind::Recovery, "device.silent", over("device.silent"));
        check(Kind::Fault, "pressure.low", stands("pressure.low", "fault"));
        check(Kind::Fault, "fault.bus", stands("fault.bus", "fault"));
        check(Kind::Fault, "", stands("", "fault"));
        check(Kind::Status, "status.started", None);
        check(Kind::Status, "status.version", None);
        check(Kind::Recovery, "fault.bus", over("fault.bus"));
        check(Kind::Recovery, "fault.shielded", over("shield"));
        check(Kind::Recovery, "battery.low", over("battery"));
        check(Kind::Alarm, "video.armed", None);
        check(Kind::Reading, "battery.low", None);
    }

    #[test]
    fn what_is_grave_stands_before_what_is_well() {
        assert!(gravity("silent") < gravity("fault") && gravity("fault") < gravity("armed"));
        assert!(gravity("armed") < gravity("anything else"));
    }
}

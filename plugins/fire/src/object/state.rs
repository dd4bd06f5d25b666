//! Types 1, 2 and 21: the states of systems, their parts and the UITD.

use super::Telling;
use crate::adu::flag;
use crate::known::{Known, Part, Said, Stamp, Turn};
use crate::place::Place;
use crate::settings::{Settings, TestBit};
use crate::table::{component, state};
use crate::text;
use std::mem::take;
use tocsin_sdk::json::Object;
use tocsin_sdk::text::{own, push};
use tocsin_sdk::{Certainty, Kind, Signal, Timestamp};

/// One object, taken apart.
struct State<'a> {
    place: Place<'a>,
    part: Part,
    word: u16,
    bits: &'static [state::Bit],
    masks: state::Masks,
    /// 部件说明, as it came.
    note: &'a [u8],
    tag: &'a [u8],
}

pub(super) fn tell(telling: &mut Telling, known: &mut Known, flag: u8, object: &[u8]) {
    let Some(state) = read(flag, object) else {
        return;
    };
    let observed = telling.observed(state.tag, &state.place);
    let mut words = Words::of(&state, telling, observed);
    let fire_in_test = state.word & (state::FIRE | state::NORMAL) == state::FIRE
        && Settings::of(&words.path).test_bit == TestBit::Trust;
    let word = if fire_in_test { state.word & !state::FIRE } else { state.word };
    let state::Masks { said, lasting } = state.masks;
    // Without a time of its own an object is as old as its frame, or its arrival.
    let at = observed.or(telling.sent).unwrap_or(telling.received);
    // A fire in test neither starts nor ends the fire that was told before.
    let told = Said { now: word & lasting, keep: state.word & !word, stamp: Stamp::new(telling.serial, at) };
    let Turn { over, is_late } = known.replace(state.part, told);
    let said = word & said;
    words.left = said.count_ones() + over.count_ones() + u32::from(fire_in_test);
    each(state.bits, said, |bit| telling.push(words.signal(bit)));
    each(state.bits, over, |bit| telling.push(words.recovery(bit)));
    if fire_in_test {
        telling.push(words.status("status.test", &["火警(测试)"]));
    } else if said | over == 0 {
        words.left = 1;
        let late = if is_late { "(迟到)" } else { "" };
        telling.push(match word & state::NORMAL {
            0 => words.status("status.test", &["测试", late]),
            _ => words.status("status.normal", &["正常", late]),
        });
    }
}

/// The bits of `word` that say something, in the order of the table.
fn each(bits: &'static [state::Bit], word: u16, mut tell: impl FnMut(&'static state::Bit)) {
    let mut left = word;
    for bit in bits {
        if left == 0 {
            return;
        }
        if left & bit.mask != 0 {
            tell(bit);
        }
        left &= !bit.mask;
    }
}

fn read(flag: u8, object: &[u8]) -> Option<State<'_>> {
    let (place, rest, bits, masks): (_, _, &[state::Bit], _) = match flag {
        flag::SYSTEM_STATE => {
            let (place, rest) = Place::system(object)?;
            (place, rest, &state::SYSTEM, state::SYSTEM_MASKS)
        }
        flag::COMPONENT_STATE => {
            let (place, rest) = Place::component(object)?;
            (place, rest, &state::COMPONENT, state::COMPONENT_MASKS)
        }
        _ => (Place::Uitd, object, &state::UITD, state::UITD_MASKS),
    };
    let mut part = [flag, 0, 0, 0, 0, 0, 0, 0];
    let named = object.len() - rest.len();
    part[1..=named].copy_from_slice(&object[..named]);
    let (word, rest) = match flag {
        flag::UITD_STATE => (u16::from(*rest.first()?), &rest[1..]),
        _ => {
            let (word, rest) = rest.split_first_chunk::<2>()?;
            (u16::from_le_bytes(*word), rest)
        }
    };
    let (note, tag) = rest.split_at_checked(rest.len().checked_sub(6)?)?;
    Some(State { place, part, word, bits, masks, note, tag })
}

/// What every signal of one object has in common.
struct Words {
    /// Signals still to make; the last takes the texts instead of copying them.
    left: u32,
    path: String,
    name: String,
    data: String,
    observed: Option<Timestamp>,
    alarm: &'static str,
    certainty: Certainty,
}

impl Words {
    fn of(state: &State<'_>, telling: &Telling, observed: Option<Timestamp>) -> Words {
        // 31 bytes of text make at most 62 bytes of UTF-8; a table name at most 60.
        let mut name = String::with_capacity(64);
        let clean = text::push_field(&mut name, state.note);
        let mut data = state
            .place
            .describe(Object::with_capacity(256))
            .number("state", state.word)
            .number("serial", telling.serial);
        if state.word & state::NORMAL == 0 {
            data = data.flag("test", true);
        }
        if !name.is_empty() {
            data = data.text("note", &name);
        }
        if !clean {
            data = data.hex("note_raw", state.note);
        }
        if name.is_empty() {
            state.place.push_name(&mut name);
        }
        let (alarm, certainty) = match state.place {
            Place::Component(_, _, kind, _) => (component::alarm(kind), component::certainty(kind)),
            Place::System(..) => ("fire.system", Certainty::Likely),
            Place::Uitd => ("fire.uitd", Certainty::Likely),
        };
        let path = state.place.path(&telling.uitd);
        Words { left: 0, path, name, data: data.finish(), observed, alarm, certainty }
    }

    fn signal(&mut self, bit: &state::Bit) -> Signal {
        let signal = self.plain(bit.kind.clone(), self.code(bit), &[bit.says]).severity(bit.severity);
        match bit.kind {
            Kind::Alarm => signal.urgency(tocsin_sdk::Urgency::Immediate).certainty(self.certainty),
            _ => signal,
        }
    }

    fn recovery(&mut self, bit: &state::Bit) -> Signal {
        self.plain(Kind::Recovery, self.code(bit), &[bit.says, "解除"])
    }

    fn status(&mut self, code: &str, says: &[&str]) -> Signal {
        self.plain(Kind::Status, code, says)
    }

    fn code<'a>(&self, bit: &'a state::Bit) -> &'a str {
        if bit.code.is_empty() { self.alarm } else { bit.code }
    }

    fn plain(&mut self, kind: Kind, code: &str, says: &[&str]) -> Signal {
        self.left = self.left.saturating_sub(1);
        let (path, mut title, data) = match self.left {
            0 => (take(&mut self.path), take(&mut self.name), take(&mut self.data)),
            _ => (self.path.clone(), self.name.clone(), self.data.clone()),
        };
        title.push(' ');
        says.iter().for_each(|word| push(&mut title, word));
        Signal::new(kind, own(code)).device(path).observed(self.observed).title(title).data(data)
    }
}

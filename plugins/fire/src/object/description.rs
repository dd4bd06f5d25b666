//! Types 5, 6, 7, 25 and 26: versions, configurations and what parts are called.
//! They carry no time tag: the frame's own time stands for them.

use super::Telling;
use crate::adu::flag;
use crate::place::Place;
use crate::text;
use tocsin_sdk::json::Object;
use tocsin_sdk::text::push_integer;
use tocsin_sdk::{Signal, Timestamp};

pub(super) fn tell(telling: &mut Telling, flag: u8, object: &[u8]) {
    let placed = match flag {
        flag::COMPONENT_CONFIGURATION => Place::component(object),
        flag::FACILITY_VERSION | flag::SYSTEM_CONFIGURATION => Place::system(object),
        _ => Some((Place::Uitd, object)),
    };
    let Some((place, rest)) = placed else { return };
    let observed: Option<Timestamp> = telling.sent;
    let signal = match (flag, rest) {
        (flag::COMPONENT_CONFIGURATION, note) => name(&place, note),
        (flag::FACILITY_VERSION | flag::UITD_VERSION, &[major, minor]) => version(&place, major, minor),
        (_, &[_, ref words @ ..]) => configuration(&place, words),
        _ => return,
    };
    telling.push(signal.device(place.path(&telling.uitd)).observed(observed));
}

/// Type 7: 部件说明, which is what the part is called.
fn name(place: &Place<'_>, note: &[u8]) -> Signal {
    let (mut title, mut data) = (String::with_capacity(64), place.describe(Object::with_capacity(256)));
    if !text::push_field(&mut title, note) {
        data = data.text("note_raw", &tocsin_sdk::text::hex(note));
    }
    if title.is_empty() {
        place.push_name(&mut title);
    }
    Signal::describes("").title(title).data(data.finish())
}

/// Types 5 and 25.
fn version(place: &Place<'_>, major: u8, minor: u8) -> Signal {
    let mut version = String::with_capacity(8);
    push_integer(&mut version, major.into());
    version.push('.');
    push_integer(&mut version, minor.into());
    let mut title = String::with_capacity(96);
    place.push_name(&mut title);
    title.push_str(" 软件版本 ");
    title.push_str(&version);
    let data = place.describe(Object::new()).text("version", &version);
    Signal::status("status.version").title(title).data(data.finish())
}

/// Types 6 and 26.
fn configuration(place: &Place<'_>, words: &[u8]) -> Signal {
    let mut said = String::with_capacity(words.len() * 2);
    let clean = text::push_field(&mut said, words);
    let mut title = String::with_capacity(96);
    place.push_name(&mut title);
    title.push_str(" 配置情况");
    let mut data = place.describe(Object::with_capacity(128 + said.len())).text("text", &said);
    if !clean {
        data = data.text("text_raw", &tocsin_sdk::text::hex(words));
    }
    Signal::status("status.configuration").title(title).data(data.finish())
}

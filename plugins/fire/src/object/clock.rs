//! Types 8 and 28: what a clock in the building shows.

use super::Telling;
use crate::adu::flag;
use crate::moment;
use crate::place::Place;
use tocsin_sdk::json::Object;
use tocsin_sdk::{Signal, time};

pub(super) fn tell(telling: &mut Telling, flag: u8, object: &[u8]) {
    let (place, tag) = match (flag, Place::system(object)) {
        (flag::SYSTEM_TIME, Some((place, tag))) => (place, tag),
        _ => (Place::Uitd, object),
    };
    let mut title = String::with_capacity(96);
    place.push_name(&mut title);
    let data = place.describe(Object::new());
    let signal = Signal::status("status.clock").device(place.path(&telling.uitd));
    let signal = match moment::read(tag) {
        Some(shown) => {
            let shows = time::Beijing::of(shown).to_string();
            // Against the host's time, because that is what everything else is measured by.
            let ahead = (shown - telling.received) as f64 / 1_000.0;
            title.push_str(" 时钟 ");
            title.push_str(&shows);
            signal.value(ahead, "s").data(data.text("clock", &shows).finish())
        }
        None => {
            telling.defect(&place, &format!("系统时间 {} 无效 (no such time)", tocsin_sdk::text::hex(tag)));
            title.push_str(" 时钟无效");
            signal.data(data.text("clock_raw", &tocsin_sdk::text::hex(tag)).finish())
        }
    };
    telling.push(signal.observed(telling.sent).title(title));
}

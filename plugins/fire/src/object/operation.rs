//! Types 4 and 24: what somebody did at the panel or the UITD.

use super::Telling;
use crate::adu::flag;
use crate::place::Place;
use crate::table::operation;
use tocsin_sdk::json::Object;
use tocsin_sdk::text::push_integer;
use tocsin_sdk::{Certainty, Signal};

pub(super) fn tell(telling: &mut Telling, flag: u8, object: &[u8]) {
    let (place, rest, bits) = match (flag, Place::system(object)) {
        (flag::FACILITY_OPERATION, Some((place, rest))) => (place, rest, &operation::FACILITY),
        _ => (Place::Uitd, object, &operation::UITD),
    };
    let &[done, operator, ref tag @ ..] = rest else {
        return;
    };
    let observed = telling.observed(tag, &place);
    let path = place.path(&telling.uitd);
    for bit in bits.iter().filter(|bit| done & bit.mask != 0) {
        // 手动报警 is no record of an alarm but the alarm itself.
        let signal = match bit.mask {
            operation::MANUAL_ALARM => Signal::alarm(bit.code).certainty(Certainty::Observed),
            _ => Signal::report(bit.code),
        };
        let mut title = String::with_capacity(96);
        place.push_name(&mut title);
        title.push(' ');
        title.push_str(bit.says);
        title.push_str(" 操作员");
        push_integer(&mut title, operator.into());
        let data = place
            .describe(Object::with_capacity(160))
            .number("operation", done)
            .number("operator", operator)
            .number("serial", telling.serial);
        telling.push(signal.device(path.as_str()).observed(observed).title(title).data(data.finish()));
    }
    if bits.iter().all(|bit| done & bit.mask == 0) {
        telling.defect(
            &place,
            &format!("操作标志 0x{done:02X} 未表示任何操作, 操作员 {operator} (no operation)"),
        );
    }
}

//! Type 3: what the parts of a system measure.

use super::Telling;
use crate::place::Place;
use crate::settings::Settings;
use crate::table::analog::{self, Quantity};
use tocsin_sdk::Signal;
use tocsin_sdk::json::Object;
use tocsin_sdk::text::push_integer;

pub(super) fn tell(telling: &mut Telling, object: &[u8]) {
    let Some((place, rest)) = Place::component(object) else {
        return;
    };
    let &[kind, low, high, ref tag @ ..] = rest else {
        return;
    };
    let raw = i16::from_le_bytes([low, high]);
    let observed = telling.observed(tag, &place);
    let signal = match (kind, analog::quantity(kind)) {
        (_, Some(quantity)) if raw < quantity.range.0 || raw > quantity.range.1 => {
            let (least, most) = quantity.range;
            telling.defect(
                &place,
                &format!("{}原始值 {raw} 不在 {least} 到 {most} 之间 (out of Table 6)", quantity.name),
            );
            return;
        }
        (_, Some(quantity)) => standard(&place, quantity, raw),
        (128.., None) => match private(telling, &place, kind, raw) {
            Some(signal) => signal,
            None => return,
        },
        (_, None) => {
            telling.defect(&place, &format!("模拟量类型 {kind} 为预留, 原始值 {raw} (reserved in Table 6)"));
            return;
        }
    };
    let data =
        place.describe(Object::with_capacity(256)).number("analog_type", kind).number("raw", raw).finish();
    telling.push(signal.device(place.path(&telling.uitd)).observed(observed).data(data));
}

fn standard(place: &Place<'_>, quantity: &Quantity, raw: i16) -> Signal {
    let mut title = String::with_capacity(96);
    place.push_name(&mut title);
    title.push(' ');
    title.push_str(quantity.name);
    title.push(' ');
    push_decimal(&mut title, raw, quantity.per as u16);
    title.push(' ');
    title.push_str(quantity.sign);
    Signal::reading(quantity.code, f64::from(raw) / quantity.per, quantity.unit).title(title)
}

/// A vendor's own quantity: as the device's settings or the vendor's table name it,
/// else the bare number, so that nothing is lost, and a defect that says what is
/// missing. None: it cannot be, so it is in another unit or broken.
fn private(telling: &mut Telling, place: &Place<'_>, kind: u8, raw: i16) -> Option<Signal> {
    let mut name = String::new();
    place.push_name(&mut name);
    let component = match place {
        Place::Component(_, _, component, _) => *component,
        _ => 0,
    };
    let Some(quantity) = Settings::quantity(&place.path(&telling.uitd), component, kind) else {
        telling.defect(place, &format!(
            "模拟量类型 {kind} 为用户自定义, 设备未登记其含义 (settings.analog.{kind} of the device and the vendor's table are missing)"
        ));
        return Some(
            Signal::reading(format!("analog.{kind}"), raw.into(), "1")
                .title(format!("{name} 自定义模拟量{kind} {raw}")),
        );
    };
    let value = f64::from(raw) * quantity.scale;
    let what = if quantity.name.is_empty() { &quantity.code } else { &quantity.name };
    if let Some((least, most)) = quantity.range.filter(|(least, most)| !(*least..=*most).contains(&value)) {
        let unit = &quantity.unit;
        telling.defect(place, &format!(
            "{what} {value} {unit} 不在 {least} 到 {most} {unit} 之间, 单位或量程有误 (out of range: another unit?)"
        ));
        return None;
    }
    let title = format!("{name} {what} {value} {}", quantity.unit);
    Some(Signal::reading(quantity.code.as_str(), value, quantity.unit.as_str()).title(title))
}

/// Appends `raw` of `1/per` steps with as many decimals as the table gives it.
fn push_decimal(into: &mut String, raw: i16, per: u16) {
    if raw < 0 {
        into.push('-');
    }
    let steps = raw.unsigned_abs();
    push_integer(into, (steps / per).into());
    let mut unit = per / 10;
    if unit > 0 {
        into.push('.');
    }
    while unit > 0 {
        push_integer(into, (steps / unit % 10).into());
        unit /= 10;
    }
}

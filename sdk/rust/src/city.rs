//! What the city file says: of a device, and of this plugin's settings.

use crate::import::city;
use crate::{Registration, log};
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;

/// The registration with the longest prefix of the path `id`, or `None` for a
/// device that the city does not know.
pub fn device(id: &str) -> Option<Registration> {
    city::device(id)
}

/// The operator's value for a setting that the manifest declares, else its
/// default; secrets come this way too.
pub fn setting(name: &str) -> Option<String> {
    asked(name)
}

/// A setting that is a number, both ends of `range` allowed. `default` counts where the
/// operator says nothing; where it is no such number as well, with a line in the log.
///
/// A plugin asks for one name with one default and one range.
pub fn number(name: &'static str, default: f64, range: RangeInclusive<f64>) -> f64 {
    once(name, || within(name, default, range))
}

/// The same for a whole number. `range` lies within ±2⁵³.
pub fn whole(name: &'static str, default: i64, range: RangeInclusive<i64>) -> i64 {
    once(name, || within(name, default, range) as f64) as i64
}

fn within<N: FromStr + PartialOrd + Display>(name: &str, default: N, range: RangeInclusive<N>) -> N {
    let Some(text) = setting(name) else { return default };
    let text = text.trim();
    if text.is_empty() {
        return default;
    }
    match text.parse() {
        Ok(number) if range.contains(&number) => number,
        _ => {
            let (least, most) = range.into_inner();
            log::warn(&format!("setting {name} is `{text}`; it takes {least} to {most}, {default} counts"));
            default
        }
    }
}

/// Read once in the life of an instance, as the setting itself is.
#[cfg(target_arch = "wasm32")]
fn once(name: &'static str, read: impl FnOnce() -> f64) -> f64 {
    use std::cell::RefCell;
    thread_local! {
        static NUMBERS: RefCell<Vec<(&'static str, f64)>> = const { RefCell::new(Vec::new()) };
    }
    NUMBERS.with_borrow_mut(|numbers| {
        // Nearly always the same text at the same place; a dozen of them at most.
        let same = |known: &&'static str| std::ptr::eq(*known, name) || *known == name;
        if let Some((_, number)) = numbers.iter().find(|(known, _)| same(known)) {
            return *number;
        }
        let number = read();
        numbers.push((name, number));
        number
    })
}

/// A test changes them as it goes.
#[cfg(not(target_arch = "wasm32"))]
fn once(_: &'static str, read: impl FnOnce() -> f64) -> f64 {
    read()
}

/// A setting stays as it is while an instance lives, so each is asked for once.
#[cfg(target_arch = "wasm32")]
fn asked(name: &str) -> Option<String> {
    use std::cell::RefCell;
    use std::collections::BTreeMap;
    thread_local! {
        static ASKED: RefCell<BTreeMap<String, Option<String>>> = const { RefCell::new(BTreeMap::new()) };
    }
    ASKED.with_borrow_mut(|asked| match asked.get(name) {
        Some(value) => value.clone(),
        None => asked.entry(name.to_owned()).or_insert(city::setting(name)).clone(),
    })
}

/// A test changes them as it goes.
#[cfg(not(target_arch = "wasm32"))]
fn asked(name: &str) -> Option<String> {
    city::setting(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mock::Host;

    #[test]
    fn numbers_within_their_range() {
        let check = |text: &str, expect: (f64, i64)| {
            let host = Host::fresh();
            host.set("limit", text);
            let got = (number("limit", 2.5, 1.0..=10.0), whole("limit", 3, 1..=10));
            assert_eq!(got, expect, "{text:?}");
        };
        check("", (2.5, 3));
        check(" ", (2.5, 3));
        check(" 7 ", (7.0, 7));
        check("10", (10.0, 10));
        check("7.5", (7.5, 3));
        for odd in ["0", "10.5", "11", "NaN", "inf", "many"] {
            check(odd, (2.5, 3));
        }
        let _host = Host::fresh();
        assert_eq!((number("limit", 2.5, 1.0..=10.0), whole("limit", 3, 1..=10)), (2.5, 3));
    }
}

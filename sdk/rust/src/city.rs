//! What the city file says: of a device, and of this plugin's settings.

use crate::Registration;
use crate::import::city;

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

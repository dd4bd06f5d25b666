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
    city::setting(name)
}

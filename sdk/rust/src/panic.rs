//! What a guest says when it panics: the text goes to the log before the trap.

/// Installs the hook once an instance. On a developer's machine nothing
/// changes: the test runner already shows panics.
#[inline]
pub(crate) fn report_to_log() {
    #[cfg(target_arch = "wasm32")]
    {
        use std::sync::atomic::{AtomicBool, Ordering};
        static INSTALLED: AtomicBool = AtomicBool::new(false);
        if !INSTALLED.swap(true, Ordering::Relaxed) {
            std::panic::set_hook(Box::new(|info| {
                crate::import::log::write(crate::Level::Error, &info.to_string());
            }));
        }
    }
}

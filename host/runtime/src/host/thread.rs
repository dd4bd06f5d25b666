//! Stages run on threads of their own, and say so when they fall.

use super::StartError;
use std::thread::JoinHandle;
use tokio::sync::watch;

pub(super) fn thread<F, Fut>(
    name: &str,
    fall: watch::Sender<Option<String>>,
    work: F,
) -> Result<JoinHandle<()>, StartError>
where
    F: FnOnce() -> Fut + Send + 'static,
    Fut: Future<Output = ()>,
{
    let failed = |source| StartError::Thread { stage: name.to_owned(), source };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
    let stage = Standing { name: name.to_owned(), fall };
    let run = move || {
        let _stage = stage;
        runtime.block_on(work());
    };
    std::thread::Builder::new().name(name.to_owned()).spawn(run).map_err(failed)
}

/// A stage at work; it says so when it falls.
struct Standing {
    name: String,
    fall: watch::Sender<Option<String>>,
}

impl Drop for Standing {
    fn drop(&mut self) {
        if std::thread::panicking() {
            tracing::error!(stage = self.name, "a stage has panicked; the host ends");
            self.fall.send_replace(Some(std::mem::take(&mut self.name)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stage_that_panics_is_named_and_one_that_ends_is_not() {
        let fall = watch::Sender::new(None);
        let ends = thread("core", fall.clone(), async || ()).expect("a thread");
        ends.join().expect("it ends");
        assert_eq!(*fall.borrow(), None);
        let falls = thread("views", fall.clone(), async || panic!("on purpose")).expect("a thread");
        assert!(falls.join().is_err());
        assert_eq!(fall.borrow().as_deref(), Some("views"));
    }
}

//! One tracing span a call, free unless somebody listens.

use super::request::{Bounded, Layered, Work, at_once};
use crate::plugin::Plugin;
use crate::verdict::Verdict;
use tower::Service;

pub(crate) struct Span<S> {
    inner: S,
    plugin: Plugin,
}

impl<S> Span<S> {
    pub(crate) fn new(inner: S, plugin: Plugin) -> Span<S> {
        Span { inner, plugin }
    }
}

impl<'a, S: Layered<Bounded<'a>>> Service<Bounded<'a>> for Span<S> {
    at_once!(Verdict);

    fn call(&mut self, request: Bounded<'a>) -> Self::Future {
        let plugin = self.plugin.manifest().id.as_str();
        let span = match &request.timed.request.0.work {
            Work::Call(call, _) => {
                tracing::debug_span!("guest", plugin, role = call.role().as_str(), sequence = call.sequence())
            }
            Work::Frame(buffer) => {
                tracing::debug_span!("guest", plugin, role = "framer", bytes = buffer.len())
            }
        };
        let _entered = span.enter();
        let future = self.inner.call(request);
        let result = future.into_inner();
        if let Err(verdict) = &result {
            tracing::debug!(kind = verdict.kind.as_str(), reason = %verdict.reason, "verdict");
        }
        std::future::ready(result)
    }
}

//! Progress of a case, an order or a call that nobody knows: it is in the log, nothing
//! comes of it, and its sender is told so.

use super::super::incident::blocking;
use crate::said;
use crate::text::Said;
use std::time::Duration;
use tocsin_core::thing::Noun;
use tocsin_runtime::host::Host;
use tocsin_runtime::outlet::{End, Settled};
use tocsin_runtime::subject;
use tokio::time::{Instant, timeout_at};

/// What progress can be about.
const ROOMS: [Noun; 3] = [Noun::Grid, Noun::Order, Noun::Call];

/// The views follow the journal within milliseconds; an answer waits no longer
/// for them, nor do those to all records of one body together.
pub const WITHIN: Duration = Duration::from_secs(2);

/// What to tell the sender where all that it spoke of is unknown. In doubt, and behind
/// `until`, nothing.
pub async fn of_nothing(host: &Host, settled: &Settled, until: Instant) -> Option<Said> {
    let End::Decoded { about, .. } = &settled.end else { return None };
    let id = about.first()?;
    let known = timeout_at(until, is_known(host, about)).await.ok().flatten();
    (known == Some(false)).then(|| said!(case_unknown, id = id))
}

/// Ordering: what is not there is looked for again when the views show all that was
/// decided by now, because whoever heard of a case may be quicker than they are.
async fn is_known(host: &Host, ids: &[String]) -> Option<bool> {
    if is_shown(host, ids).await? {
        return Some(true);
    }
    let newest = host.bus.last_sequence(subject::JOURNAL).await;
    host.views.at_least(newest, WITHIN).await.ok()?;
    is_shown(host, ids).await
}

async fn is_shown(host: &Host, ids: &[String]) -> Option<bool> {
    let (views, ids) = (host.views.clone(), ids.to_vec());
    let look = move || {
        for id in &ids {
            for noun in ROOMS {
                if views.thing(noun, id)?.is_some() {
                    return Ok(true);
                }
            }
        }
        Ok::<_, tocsin_runtime::view::ViewError>(false)
    };
    blocking(look).await.ok()?.ok()
}

//! Live events over server-sent events: `event:` is the type, `data:` the JSON.

use super::Console;
use super::hub::Seat;
use super::refusal::Refusal;
use crate::said;
use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::{Stream, stream};
use std::convert::Infallible;
use std::time::Duration;
use tokio::sync::broadcast::error::RecvError;

/// A reader that is gone is noticed by the next of these.
const STILL_HERE: Duration = Duration::from_secs(15);

pub async fn stream(
    State(console): State<Console>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Refusal> {
    let Some(seat) = console.hub.sit() else {
        return Err(Refusal::away("stream.full", said!(stream_full)));
    };
    Ok(Sse::new(events(seat)).keep_alive(KeepAlive::new().interval(STILL_HERE)))
}

/// Ends where the reader has fallen behind: it connects again and asks for the
/// listing, which has everything.
fn events(seat: Seat) -> impl Stream<Item = Result<Event, Infallible>> {
    stream::unfold(Some(seat), |seat| async {
        let mut seat = seat?;
        match seat.told.recv().await {
            Ok(told) => {
                let data = String::from_utf8_lossy(&told.data);
                Some((Ok(Event::default().id(&told.id).event(&told.kind).data(data)), Some(seat)))
            }
            Err(RecvError::Lagged(missed)) => {
                let data = format!("{{\"missed\":{missed}}}");
                Some((Ok(Event::default().event("lagged").data(data)), None))
            }
            Err(RecvError::Closed) => None,
        }
    })
}

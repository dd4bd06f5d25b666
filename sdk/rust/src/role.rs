//! What a plugin may be: one trait a role, each one function.

use crate::bindings::{advises, decodes, delivers, frames, wakes};
use crate::{Event, Message, Outcome, Piece, Rejection, Tick, coverage, panic};

/// What every role but [`Framer`] answers: all that the call has to say, or a
/// refusal of the whole input.
///
/// `Ok` makes outcome, state and timers take effect together. `Err` undoes the
/// call and turns the input into a dead letter, so a plugin that must remember
/// (or forget) something about an input it could not use answers `Ok` with
/// [`Outcome::defects`].
pub type Answer = Result<Outcome, Rejection>;

/// Bytes of a door → signals and answers. The role that nearly every plugin has.
pub trait Decoder {
    /// Decodes one input. `message.received` is "now".
    fn decode(message: Message) -> Answer;
}

/// Cuts a stream into pieces, names who speaks and says what is urgent.
///
/// Called with everything that a connection has not been told about yet. It
/// looks at bytes alone: inside `frame` every import but the log ends the call.
/// For protocols with a start mark and a length use [`crate::framing::Marked`].
pub trait Framer {
    /// The pieces at the front of `buffer`, in order. What they do not cover is
    /// offered again with what comes next, and without its first byte, which
    /// then is noise, after five quiet seconds or eight busy ones.
    ///
    /// By default all of it is one routine piece: right for datagrams, files
    /// and other doors where the transport already cuts.
    fn frame(buffer: &[u8]) -> Vec<Piece> {
        match u32::try_from(buffer.len()) {
            Ok(length) if length > 0 => vec![Piece::routine(length, "")],
            _ => Vec::new(),
        }
    }
}

/// Answers timers that came due and doors that poll.
pub trait Timekeeper {
    /// Called at `tick.due`, which is "now", with the state of `tick.device`.
    /// By default nothing happens.
    fn wake(tick: Tick) -> Answer {
        let _ = tick;
        Ok(Outcome::default())
    }
}

/// The city's orders and news → bytes in the department's own format.
pub trait Connector {
    /// Called for every event that the manifest lists. By default nothing happens.
    fn deliver(event: Event) -> Answer {
        let _ = event;
        Ok(Outcome::default())
    }
}

/// What the city sees → what the department makes of it.
pub trait Advisor {
    /// Called for every event that the manifest lists. By default nothing happens.
    fn advise(event: Event) -> Answer {
        let _ = event;
        Ok(Outcome::default())
    }
}

impl<T: Decoder> decodes::exports::tocsin::plugin::decoder::Guest for T {
    fn decode(message: Message) -> Answer {
        panic::report_to_log();
        let answer = T::decode(message);
        coverage::report();
        answer
    }
}

impl<T: Framer> frames::exports::tocsin::plugin::framer::Guest for T {
    fn frame(buffer: Vec<u8>) -> Vec<Piece> {
        panic::report_to_log();
        let answer = T::frame(&buffer);
        coverage::report();
        answer
    }
}

impl<T: Timekeeper> wakes::exports::tocsin::plugin::timekeeper::Guest for T {
    fn wake(tick: Tick) -> Answer {
        panic::report_to_log();
        let answer = T::wake(tick);
        coverage::report();
        answer
    }
}

impl<T: Connector> delivers::exports::tocsin::plugin::connector::Guest for T {
    fn deliver(event: Event) -> Answer {
        panic::report_to_log();
        let answer = T::deliver(event);
        coverage::report();
        answer
    }
}

impl<T: Advisor> advises::exports::tocsin::plugin::advisor::Guest for T {
    fn advise(event: Event) -> Answer {
        panic::report_to_log();
        let answer = T::advise(event);
        coverage::report();
        answer
    }
}

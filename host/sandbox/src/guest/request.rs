//! What passes down the stack. Each layer adds its term and only the innermost
//! service takes all of them, so a stack that lacks a layer does not compile.

use crate::call::{Answer, Call, Piece};
use crate::manifest::Role;
use crate::room::Room;
use crate::verdict::Verdict;
use std::future::Ready;
use std::time::Duration;
use tower::Service;

/// What the guest is asked.
pub(crate) enum Work<'a> {
    Call(&'a Call, &'a mut Room),
    Frame(&'a [u8]),
}

impl Work<'_> {
    pub(crate) fn role(&self) -> Role {
        match self {
            Work::Call(call, _) => call.role(),
            Work::Frame(_) => Role::Framer,
        }
    }
}

pub(crate) struct Request<'a> {
    pub work: Work<'a>,
    /// Drop the instance first.
    pub fresh: bool,
}

/// Past the permit.
pub(crate) struct Permitted<'a>(pub Request<'a>);

/// With a deadline.
pub(crate) struct Timed<'a> {
    pub request: Permitted<'a>,
    pub budget: Duration,
}

/// With a memory cap: what guest code may run under.
pub(crate) struct Bounded<'a> {
    pub timed: Timed<'a>,
    pub memory_bytes: usize,
}

/// Small, because every layer hands it on.
pub(crate) enum Reply {
    Answer(Box<Answer>),
    Pieces(Vec<Piece>),
}

/// A service that answers at once: guests run on threads of their own, so
/// nothing in the stack waits, boxes or polls.
pub(crate) trait Layered<R, E = Verdict>:
    Service<R, Response = Reply, Error = E, Future = Ready<Result<Reply, E>>>
{
    fn now(&mut self, request: R) -> Result<Reply, E> {
        self.call(request).into_inner()
    }
}

impl<S, R, E> Layered<R, E> for S where
    S: Service<R, Response = Reply, Error = E, Future = Ready<Result<Reply, E>>>
{
}

/// A layer that is always ready: waiting is the feed's, by `Guest::ready_in`.
macro_rules! at_once {
    ($error:ty) => {
        type Response = crate::guest::request::Reply;
        type Error = $error;
        type Future = std::future::Ready<Result<crate::guest::request::Reply, $error>>;

        fn poll_ready(&mut self, _: &mut std::task::Context<'_>) -> std::task::Poll<Result<(), $error>> {
            std::task::Poll::Ready(Ok(()))
        }
    };
}
pub(crate) use at_once;

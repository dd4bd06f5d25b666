//! SIP (RFC 3261), as much of it as GB/T 28181 registration, messages and
//! subscriptions need. The host knows nothing of it: doors carry bytes.

pub mod digest;
pub mod message;
pub mod reply;
pub mod request;
pub mod stream;
pub mod uri;

//! The console's routes.
//!
//! ```text
//! GET  /healthz  /readyz  /metrics
//! GET  /api/v1/status   /api/v1/stream (server-sent events)   /api/v1/journal/verify
//! GET  /api/v1/journal/replay?until&sequence&incident   /api/v1/incidents/{id}/timeline?after&at_least
//! GET  /api/v1/incidents?state&hazard&region&limit&at_least   /api/v1/incidents/{id}
//! POST /api/v1/incidents/{id}/{confirm|respond|control|close|false-alarm|note|merge}
//! GET  /api/v1/duty?matter&region&department&at_least   /api/v1/linkage?since&until&incident&at_least
//! GET  /api/v1/now?region&at_least
//! GET  /api/v1/teams/propose?incident&capability&material
//! GET  /api/v1/supplies?store&item&short   /api/v1/supplies/balance   /api/v1/supplies/nearest?item&quantity&store&incident
//! GET  /api/v1/dangers/overdue?region&department&at&at_least
//! GET  /api/v1/risk?kind&colour&region&at&at_least   /api/v1/risk/{id}?kind&at&at_least
//! GET  /api/v1/{noun}?state&region&department&incident&matter&limit&at_least   /api/v1/{noun}/{id}
//! POST /api/v1/{noun}/{id}/{verb}   /api/v1/{noun}/{verb}
//! GET  /api/v1/{incidents|warnings}/{id}/{cap|ngsi-ld}   /api/v1/ngsi-ld (all that stand now)
//! GET  /api/v1/schemas   /api/v1/schemas/{name}   /api/v1/quality?since&until
//! GET  /api/v1/dead?limit   /api/v1/dead/{id}      POST /api/v1/dead/{id}/replay
//! GET  /api/v1/plugins                             POST /api/v1/plugins (a package's bytes)
//! ```
//!
//! A filter that names nothing is 400 `filter.unknown`, not an empty listing.
//!
//! The id of a dead letter holds slashes; it may stand as it is (`d-fire/12/3`)
//! or percent-encoded.

use super::refusal::{self, Refusal};
use super::{
    Console, danger, dead, duty, guard, incident, linkage, now, outward, plan, plugin, quality, recording,
    replay, risk, status, stream, supply, team, thing, warning,
};
use crate::said;
use axum::Router;
use axum::error_handling::HandleErrorLayer;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::middleware;
use axum::routing::{get, post};
use std::time::Duration;
use tower::ServiceBuilder;
use tower::limit::GlobalConcurrencyLimitLayer;

/// Requests under way: every desk of a duty hall with some tabs, and programs.
const UNDER_WAY: usize = 128;

/// A command is answered within milliseconds; a bus that elects takes seconds.
const ANSWER_WITHIN: Duration = Duration::from_secs(15);

/// Redoing the sum reads everything that the log holds, one at a time.
const VERIFY_WITHIN: Duration = Duration::from_secs(1_800);

/// A command is a few lines of text, or the whole of a plan.
const COMMAND_BYTES: usize = 1 << 20;

/// The largest packages are of interpreted languages: 18 MiB.
pub const PACKAGE_BYTES: usize = 48 << 20;

/// The tower stack of a group of routes, from the outside in: shed what does
/// not fit, hold the rest to a number and to a time.
macro_rules! stack {
    ($limit:expr, $within:expr) => {
        ServiceBuilder::new()
            .layer(HandleErrorLayer::new(refusal::layer))
            .load_shed()
            .layer(GlobalConcurrencyLimitLayer::new($limit))
            .timeout($within)
    };
}
pub(super) use stack;

pub fn router(console: Console) -> Router {
    let slow = Router::new()
        .route("/api/v1/journal/verify", get(status::verify))
        .route("/api/v1/journal/replay", get(replay::replay))
        .layer(stack!(1, VERIFY_WITHIN));
    let recordings = Router::new()
        .route("/api/v1/plugins/{id}/recording", get(recording::page))
        // A page of some thousand calls, with their frames.
        .layer(stack!(2, Duration::from_secs(60)));
    let stories = Router::new()
        .route("/api/v1/incidents/{id}/timeline", get(replay::timeline))
        // A page of two thousand records, read one by one.
        .layer(stack!(4, Duration::from_secs(60)));
    let packages = Router::new()
        .route("/api/v1/plugins", get(plugin::list).post(plugin::push))
        .layer(DefaultBodyLimit::max(PACKAGE_BYTES))
        // Compiling a large package takes seconds.
        .layer(stack!(4, Duration::from_secs(120)));
    let quick = Router::new()
        .route("/", get(status::pointer))
        .route("/healthz", get(status::alive))
        .route("/readyz", get(status::ready))
        .route("/metrics", get(status::metrics))
        .route("/api/v1/status", get(status::status))
        .route("/api/v1/stream", get(stream::stream))
        .route("/api/v1/incidents", get(incident::list))
        .route("/api/v1/incidents/{id}", get(incident::show))
        .route("/api/v1/duty", get(duty::list))
        .route("/api/v1/linkage", get(linkage::table))
        .route("/api/v1/now", get(now::facts))
        .route("/api/v1/team/propose", get(team::propose))
        .route("/api/v1/teams/propose", get(team::propose))
        .route("/api/v1/plan/check", get(plan::check))
        .route("/api/v1/plans/check", get(plan::check))
        .route("/api/v1/plan/diff", get(plan::diff))
        .route("/api/v1/plans/diff", get(plan::diff))
        .route("/api/v1/supply", get(supply::list))
        .route("/api/v1/supplies", get(supply::list))
        .route("/api/v1/supplies/balance", get(supply::balance))
        .route("/api/v1/supplies/nearest", get(supply::nearest))
        .route("/api/v1/danger/overdue", get(danger::overdue))
        .route("/api/v1/dangers/overdue", get(danger::overdue))
        .route("/api/v1/risk", get(risk::list))
        .route("/api/v1/risk/{id}", get(risk::show))
        .route("/api/v1/warning/{id}", get(warning::show))
        .route("/api/v1/warnings/{id}", get(warning::show))
        .route("/api/v1/warning/{id}/cap", get(outward::warning_cap))
        .route("/api/v1/warnings/{id}/cap", get(outward::warning_cap))
        .route("/api/v1/warnings/{id}/ngsi-ld", get(outward::warning_ngsi))
        .route("/api/v1/incidents/{id}/cap", get(outward::incident_cap))
        .route("/api/v1/incidents/{id}/ngsi-ld", get(outward::incident_ngsi))
        .route("/api/v1/quality", get(quality::cards))
        .route("/api/v1/ngsi-ld", get(outward::alerts))
        .route("/api/v1/schemas", get(outward::schemas))
        .route("/api/v1/schemas/{name}", get(outward::one_schema))
        .route("/api/v1/{noun}", get(thing::list))
        .route("/api/v1/{noun}/{id}", get(thing::show).post(thing::act_new))
        .route("/api/v1/{noun}/{id}/{verb}", post(thing::act))
        .route("/api/v1/dead", get(dead::list))
        .route("/api/v1/dead/{id}", get(dead::show))
        .route("/api/v1/dead/{id}/replay", post(dead::replay))
        .route("/api/v1/dead/{id}/{run}/{index}", get(dead::show_plain))
        .route("/api/v1/dead/{id}/{run}/{index}/replay", post(dead::replay_plain))
        .layer(DefaultBodyLimit::max(COMMAND_BYTES))
        .layer(stack!(UNDER_WAY, ANSWER_WITHIN));
    quick
        .merge(packages)
        .merge(stories)
        .merge(recordings)
        .merge(slow)
        .method_not_allowed_fallback(wrong_method)
        .fallback(unknown)
        .layer(middleware::from_fn(guard::readable_path))
        .layer(middleware::from_fn_with_state(console.clone(), guard::operator))
        .layer(middleware::from_fn(guard::known_host))
        .layer(middleware::map_response(guard::headers))
        .with_state(console)
}

async fn unknown() -> Refusal {
    Refusal::not_found("route", said!(no_path))
}

async fn wrong_method() -> Refusal {
    Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "method", said!(wrong_method))
}

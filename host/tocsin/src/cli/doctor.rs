//! `tocsin doctor`: is this machine fit, is the host well, what are the limits.

use super::print::{Tone, padded};
use super::{Around, words};
use crate::client::Client;
use crate::text;
use crate::text::Entry;
use crate::up::Home;
use crate::{city, http, up};
use anyhow::Result;
use clap::Args;
use serde_json::{Value, json};
use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use tocsin_runtime::{bus, run, server};
use tocsin_sandbox::Limits;

const EXAMPLES: &str = "\
Examples · 示例:
  tocsin doctor
  tocsin doctor --city mycity --json         exit code 1 where something is bad";

/// Below this a store fills within hours of a storm.
const ROOM_BYTES: u64 = 2 << 30;

/// Retention keeps streams below 80 % where it may.
const FULL_PERCENT: u64 = 90;

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Doctor {
    /// Also check this city's files · 城市数据目录
    #[arg(long, value_name = "DIR")]
    city: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Health {
    Ok,
    /// Works, and someone should look.
    Warn,
    Bad,
}

struct Check {
    name: &'static str,
    title: Entry,
    health: Health,
    detail: String,
}

impl Doctor {
    pub fn run(self, around: &Around) -> Result<ExitCode> {
        let mut checks = vec![server_check()?, data_check(around.data()), files_check()];
        checks.extend(self.city.as_deref().map(city_check));
        checks.extend(host_checks(around));
        for check in &checks {
            check.tell(around);
        }
        limits(around);
        let is_bad = checks.iter().any(|check| check.health == Health::Bad);
        Ok(if is_bad { ExitCode::FAILURE } else { ExitCode::SUCCESS })
    }
}

impl Check {
    fn tell(&self, around: &Around) {
        let print = &around.print;
        let (word, tone, mark) = match self.health {
            Health::Ok => (words::OK, Tone::Good, "ok"),
            Health::Warn => (words::WARN, Tone::Trouble, "warn"),
            Health::Bad => (words::BAD, Tone::Alarm, "bad"),
        };
        if print.json {
            print.object(&json!({ "check": self.name, "health": mark, "detail": self.detail }));
            return;
        }
        let word = print.painted(tone, &padded(&word.with(&[]), 5));
        print.line(&format!("{word} {}  {}", padded(&self.title.with(&[]), 14), self.detail));
    }
}

fn server_check() -> Result<Check> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let found = runtime.block_on(server::find(up::named_server(), up::fetched_server()));
    let (health, detail) = match found {
        Ok(path) => (Health::Ok, path.display().to_string()),
        Err(error) => (Health::Bad, up::no_server(&error)),
    };
    Ok(Check { name: "nats-server", title: words::DOCTOR_SERVER, health, detail })
}

fn data_check(data: &Path) -> Check {
    // What is not there yet will stand in the nearest folder that is.
    let absolute = std::path::absolute(data).unwrap_or_else(|_| data.to_owned());
    let standing = absolute.ancestors().find(|folder| folder.is_dir()).unwrap_or(Path::new("/"));
    let room = server::store_bytes(standing);
    let is_readonly = standing.metadata().is_ok_and(|meta| meta.permissions().readonly());
    let (health, advice) = match (is_readonly, room < ROOM_BYTES) {
        (true, _) => (Health::Bad, words::DOCTOR_READONLY.with(&[])),
        (_, true) => (Health::Warn, words::DOCTOR_LITTLE.with(&[])),
        _ => (Health::Ok, String::new()),
    };
    let values: [(&str, &dyn Display); 3] =
        [("path", &absolute.display()), ("mib", &(room >> 20)), ("advice", &advice)];
    let detail = words::DOCTOR_ROOM.with(&values);
    Check { name: "data", title: words::DOCTOR_DATA, health, detail }
}

fn files_check() -> Check {
    let (have, wanted) = up::open_files();
    let (health, advice) = match have < 4_096 {
        true => (Health::Warn, words::DOCTOR_RAISE.with(&[("wanted", &wanted)])),
        false => (Health::Ok, String::new()),
    };
    Check { name: "open-files", title: words::DOCTOR_FILES, health, detail: format!("{have}{advice}") }
}

fn city_check(dir: &Path) -> Check {
    let (health, detail) = match city::load(dir).and_then(city::Loaded::with_packages) {
        Ok(loaded) => (Health::Ok, format!("{} ({})", loaded.city.name, dir.display())),
        Err(errors) => {
            let count = errors.findings().len();
            (Health::Bad, words::DOCTOR_CITY_WRONG.with(&[("count", &count), ("dir", &dir.display())]))
        }
    };
    Check { name: "city", title: words::DOCTOR_CITY, health, detail }
}

fn host_checks(around: &Around) -> Vec<Check> {
    let title = words::DOCTOR_HOST;
    let client = match Client::find(around.data()) {
        Ok(client) => client,
        // No host is a fact, not an ailment.
        Err(error) => {
            return vec![Check { name: "host", title, health: Health::Warn, detail: error.to_string() }];
        }
    };
    let status = match client.get("/api/v1/status") {
        Ok(status) => status,
        Err(error) => {
            return vec![Check {
                name: "host",
                title,
                health: Health::Bad,
                detail: http::sentence(error.as_ref()),
            }];
        }
    };
    let seconds = status["uptime_ms"].as_u64().unwrap_or_default() / 1_000;
    let Home { pid, console, .. } = &client.home;
    let detail = words::DOCTOR_HOST_UP.with(&[("pid", pid), ("console", console), ("seconds", &seconds)]);
    let (health, bus) = match status["bus"].as_str() {
        Some("up") => (Health::Ok, words::DOCTOR_BUS_UP.with(&[])),
        Some("stuck") => {
            let streams: Vec<&str> =
                status["stuck"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            (Health::Bad, text!(bus_stuck, streams = streams.join(", ")))
        }
        _ => (Health::Bad, words::DOCTOR_BUS_AWAY.with(&[])),
    };
    let mut checks = vec![
        Check { name: "host", title, health: Health::Ok, detail },
        Check { name: "bus", title: words::DOCTOR_BUS, health, detail: bus },
    ];
    checks.extend(store_check(&status));
    checks.extend(hole_check(&client));
    for plugin in status["plugins"].as_array().into_iter().flatten() {
        let traps = plugin["traps"].as_u64().unwrap_or_default();
        let health = if traps == 0 { Health::Ok } else { Health::Warn };
        let word = |name: &str| plugin[name].as_str().unwrap_or_default();
        let verdicts = if traps == 0 { String::new() } else { plugin["verdicts"].to_string() };
        let detail = words::DOCTOR_PLUGIN.with(&[
            ("name", &word("name")),
            ("version", &word("version")),
            ("calls", &plugin["events"]),
            ("rejected", &plugin["rejected"]),
            ("traps", &traps),
            ("verdicts", &verdicts),
        ]);
        checks.push(Check {
            name: "plugin",
            title: words::PLUGIN,
            health,
            detail: detail.trim_end().to_owned(),
        });
    }
    checks
}

/// What of the log is lost: an alarm until somebody has closed it.
fn hole_check(client: &Client) -> Option<Check> {
    let open = client.get("/api/v1/holes?state=open").ok()?;
    let open = open.as_array().filter(|open| !open.is_empty())?;
    let titles: Vec<&str> = open.iter().take(3).filter_map(|hole| hole["title"].as_str()).collect();
    let detail = words::DOCTOR_HOLES_OPEN.with(&[("count", &open.len()), ("titles", &titles.join("; "))]);
    Some(Check { name: "holes", title: words::DOCTOR_HOLES, health: Health::Bad, detail })
}

/// What is kept for how long, and the stream that is nearest to its share.
fn store_check(status: &Value) -> Option<Check> {
    let percent = |fill: &Value| fill["percent"].as_u64().unwrap_or_default();
    let fullest = status["store"].as_array()?.iter().max_by_key(|fill| percent(fill))?;
    let stream = fullest["stream"].as_str().unwrap_or_default();
    let (health, advice) = match percent(fullest) {
        0..FULL_PERCENT => (Health::Ok, String::new()),
        // JOURNAL is kept for ever; of the others the oldest went, and it was not enough.
        _ => (Health::Bad, words::DOCTOR_MAKE_ROOM.with(&[])),
    };
    let detail = words::DOCTOR_KEPT.with(&[
        ("raw", &status["retention"]["raw_days"]),
        ("signals", &status["retention"]["signals_days"]),
        ("stream", &stream),
        ("percent", &percent(fullest)),
        ("since", &fullest["since"].as_str().unwrap_or("-")),
        ("advice", &advice),
    ]);
    Some(Check { name: "store", title: words::DOCTOR_STORE, health, detail })
}

/// Every limit that someone may meet, by name.
fn limits(around: &Around) {
    let print = &around.print;
    let (major, minor, patch) = bus::SERVER_FLOOR;
    let mut rows = vec![
        ("frame, bytes".to_owned(), run::FRAME_BYTES.to_string()),
        ("run, bytes".to_owned(), run::RUN_BYTES.to_string()),
        ("bus message, bytes".to_owned(), bus::MAX_PAYLOAD.to_string()),
        ("nats-server, at least".to_owned(), format!("{major}.{minor}.{patch}")),
        ("HTTP connections of a listener".to_owned(), http::CONNECTIONS.to_string()),
        ("HTTP door, messages under way".to_owned(), http::IN_FLIGHT.to_string()),
        ("HTTP door, of one source".to_owned(), http::IN_FLIGHT_SOURCE.to_string()),
    ];
    for (name, value, most) in Limits::default().table() {
        rows.push((format!("plugin, {name}"), format!("{value} (at most {most})")));
    }
    if print.json {
        rows.iter().for_each(|(name, value)| print.object(&json!({ "limit": name, "value": value })));
        return;
    }
    print.line(&print.painted(Tone::Faint, &words::LIMITS.with(&[])));
    rows.iter().for_each(|(name, value)| print.line(&format!("  {}  {value}", padded(name, 36))));
}

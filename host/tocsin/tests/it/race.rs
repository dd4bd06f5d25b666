//! Ten thousand ask at once for stock and teams that are scarce, and the host is
//! killed while they ask: nothing is won twice, and the books are exact.

use crate::frames::{Line, alarm};
use crate::running::{Folder, Running};
use crate::wait::wait_for;
use crate::web::{get, post, try_post};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

const ASKED: usize = 10_000;
/// One in ten asks for a team, the others for one unit each of some lots.
const TEAMS: [&str; 3] = ["militia-1", "fire-chengdong", "fire-special"];
const STOCK: u64 = 3_000;
/// What each asks for: all together far more than there is.
const EACH: u64 = 4;
const ITEM: &str = "3010101";
/// Clients at once; the console takes that many and more.
const CLIENTS: usize = 24;
const KILLS: usize = 2;
/// Well within the last commands whose answers the core keeps.
const REMEMBERED: usize = 3_000;

/// Path and body of one ask. Its id makes asking again harmless.
fn ask(number: usize, incident: &str) -> (String, Value) {
    let command = format!("race-{number}");
    match number % 10 {
        0 => {
            let team = TEAMS[number / 10 % TEAMS.len()];
            let path = format!("/api/v1/teams/{team}/assign");
            (path, json!({"incident": incident, "command": command, "actor": format!("席位{number}")}))
        }
        _ => (
            "/api/v1/supplies/reserve".to_owned(),
            json!({"store": "store-city", "item": ITEM, "quantity": EACH, "for": incident, "command": command}),
        ),
    }
}

/// Asks what is not answered yet from many clients; after `kill_at` answers the
/// host is killed under them.
fn round(
    host: Running,
    incident: &str,
    answers: &Mutex<BTreeMap<usize, (u16, Value)>>,
    kill_at: Option<usize>,
) -> Option<Running> {
    let token = host.token();
    let headers = [("authorization", token.as_str()), ("content-type", "application/json")];
    let open: Vec<usize> = {
        let answers = answers.lock().expect("answers");
        (0..ASKED).filter(|number| !answers.contains_key(number)).collect()
    };
    let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let console = host.console("");
    let pid = host.pid();
    std::thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(|| {
                while let Some(number) = open.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let (path, body) = ask(*number, incident);
                    let sent = try_post(&format!("{console}{path}"), &headers, body.to_string().as_bytes());
                    // No answer, or none yet: it is asked again under its id.
                    let Some(reply) = sent.filter(|reply| matches!(reply.status, 200 | 404 | 409)) else {
                        continue;
                    };
                    answers.lock().expect("answers").insert(*number, (reply.status, reply.json()));
                    if kill_at == Some(done.fetch_add(1, Ordering::Relaxed) + 1) {
                        rustix::process::kill_process(pid, rustix::process::Signal::KILL).expect("killed");
                    }
                }
            });
        }
    });
    match kill_at {
        None => Some(host),
        Some(_) => {
            host.kill();
            None
        }
    }
}

#[test]
fn ten_thousand_ask_for_what_is_scarce() {
    let folder = Folder::new();
    let mut host = Running::on(&folder);
    Line::to(host.door("fire-tcp")).say(&alarm(1, 0x79, 1, "一层烟感"));
    let incident = wait_for("an incident", || host.incidents().into_iter().next());
    let incident = incident["id"].as_str().expect("an id").to_owned();
    let load = json!({"items": [{"code": ITEM, "name": "编织袋", "unit": "条"}],
        "lots": (0..30).map(|n| json!({"id": format!("race-{n}"), "store": "store-city", "item": ITEM, "quantity": STOCK / 30})).collect::<Vec<_>>()});
    let token = host.token();
    let headers = [("authorization", token.as_str()), ("content-type", "application/json")];
    let before = stock(&host);
    let loaded = post(&host.console("/api/v1/supplies/load"), &headers, load.to_string().as_bytes());
    assert_eq!(loaded.status, 200, "{}", loaded.json());
    let there = before + STOCK;

    let answers = Mutex::new(BTreeMap::new());
    for _ in 0..KILLS {
        round(host, &incident, &answers, Some(ASKED / (KILLS + 1)));
        host = Running::on(&folder);
    }
    while answers.lock().expect("answers").len() < ASKED {
        host = round(host, &incident, &answers, None).expect("a host");
    }

    let answers = answers.into_inner().expect("answers");
    let won: Vec<&usize> = answers.iter().filter(|(_, (status, _))| *status == 200).map(|(n, _)| n).collect();
    let (teams, stocks): (Vec<&usize>, Vec<&usize>) = won.iter().partition(|number| **number % 10 == 0);
    let transfers: BTreeSet<&str> = stocks
        .iter()
        .map(|number| answers[number].1["reply"]["subject"].as_str().expect("a transfer"))
        .collect();
    let mut by_team: BTreeMap<&str, usize> = BTreeMap::new();
    teams.iter().for_each(|number| *by_team.entry(TEAMS[**number / 10 % TEAMS.len()]).or_default() += 1);
    let doubled = by_team.values().map(|count| count - 1).sum::<usize>() + (stocks.len() - transfers.len());
    let wanted = (there / EACH) as usize + TEAMS.len();
    measured!("won {} of {wanted}, double {doubled}, of {ASKED} asked, {KILLS} kills", won.len());
    assert_eq!((won.len(), doubled), (wanted, 0));
    assert_eq!(stock(&host), there % EACH);
    let sum = get(&host.console("/api/v1/supplies/balance"), &[]).json();
    assert_eq!(sum["exact"], true, "{sum}");
    let refused = answers.values().find(|(status, _)| *status == 409).expect("a refusal");
    assert!(refused.1["reason"].as_str().is_some_and(|reason| reason.contains(&incident)), "{}", refused.1);

    // Asked once more, each hears what it heard.
    for number in (ASKED - REMEMBERED..ASKED).step_by(97) {
        let (path, body) = ask(number, &incident);
        let again = post(&host.console(&path), &headers_of(&host.token()), body.to_string().as_bytes());
        let (status, said) = &answers[&number];
        let again_said = again.json();
        assert_eq!(
            (again.status, &again_said["reply"], &again_said["rule"]),
            (*status, &said["reply"], &said["rule"])
        );
    }
}

fn headers_of(token: &str) -> [(&str, &str); 2] {
    [("authorization", token), ("content-type", "application/json")]
}

/// What `store-city` can still promise of the item.
fn stock(host: &Running) -> u64 {
    let lots = host.json(&["supply", "list", "--store", "store-city", "--item", ITEM]);
    lots.iter().map(|shelf| shelf["available"].as_u64().unwrap_or(0)).sum()
}

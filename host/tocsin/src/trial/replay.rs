//! A recorded stretch of production through a package, call by call, with the
//! state that the package itself leaves: bit for bit, or the first difference.

use super::header::Desk;
use super::rig::Rig;
use super::{compare, output};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use tocsin_runtime::door::tcp_client::POLL;
use tocsin_runtime::recording::Recorded;
use tocsin_runtime::signals::End;
use tocsin_sandbox::{Answer, Call, Change, Plugin, Registration, Surroundings, Verdict};

/// What stands around the calls of a trace; the first line of its file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Around {
    pub plugin: String,
    pub version: String,
    pub digest: String,
    #[serde(default)]
    pub settings: BTreeMap<String, String>,
    /// Settings that a trace never holds; give them with `--set`.
    #[serde(default)]
    pub secrets: Vec<String>,
    #[serde(default)]
    pub devices: BTreeMap<String, Registration>,
}

impl Around {
    fn surroundings(&self, plugin: &Plugin) -> Surroundings {
        let declared = &plugin.manifest().settings;
        let defaults = declared.iter().filter_map(|(name, s)| Some((name.clone(), s.default.clone()?)));
        let mut settings: BTreeMap<String, String> = defaults.collect();
        settings.extend(self.settings.clone());
        settings.retain(|name, _| declared.contains_key(name));
        let registry = Arc::new(Desk(self.devices.clone()));
        Surroundings { registry, settings: Arc::new(settings), native: None }
    }
}

#[derive(Debug, Default)]
pub struct Replayed {
    pub calls: u64,
    pub different: u64,
    pub first: Option<Difference>,
}

/// The first call that was answered otherwise.
#[derive(Debug)]
pub struct Difference {
    pub frame: String,
    pub call: Value,
    /// In words: what was expected and what there is.
    pub faults: Vec<String>,
}

/// One package, going through the calls; beside it the older one, or what was recorded.
pub struct Replay {
    new: Walker,
    old: Option<Walker>,
    pub result: Replayed,
}

impl Replay {
    pub fn new(plugin: &Plugin, against: Option<&Plugin>, around: &Around) -> Replay {
        let walker = |plugin: &Plugin| Walker(Rig::new(plugin, around.surroundings(plugin)));
        Replay { new: walker(plugin), old: against.map(walker), result: Replayed::default() }
    }

    pub fn step(&mut self, recorded: &Recorded) {
        self.result.calls += 1;
        let got = self.new.step(&recorded.call);
        let expected = match &mut self.old {
            Some(old) => old.step(&recorded.call),
            None => (shown(&recorded.end), recorded.changes.clone()),
        };
        if got == expected {
            return;
        }
        self.result.different += 1;
        if self.result.first.is_none() {
            self.result.first = Some(Difference {
                frame: recorded.frame.to_string(),
                call: output::call(&recorded.call),
                faults: faults(&value(expected), &value(got)),
            });
        }
    }
}

type Left = (Value, Vec<Change>);

fn value((said, changes): Left) -> Value {
    let mut value = said;
    value["changes"] = json!(changes);
    value
}

/// Both ways: what one side does not say is a difference too.
fn faults(expected: &Value, got: &Value) -> Vec<String> {
    let mut faults = compare::differences(expected, got);
    for more in compare::differences(got, expected) {
        if let Some((path, _)) = more.split_once(": expected ").filter(|_| more.ends_with("there is none")) {
            faults.push(format!("{path}: not expected"));
        }
    }
    if faults.is_empty() {
        // Seen as the same by people, but not byte for byte.
        faults.push(format!("expected {expected}, got {got}"));
    }
    faults
}

/// The end of a frame as it stands in SIGNALS, in the words of an output.
fn shown(end: &End) -> Value {
    match end {
        End::Ok(outcome) => output::answer(&answered(Ok((**outcome).clone()))),
        End::Rejected(rejection) => output::answer(&answered(Err(rejection.clone()))),
        // Its reason holds times and sizes; the kind is what it was.
        End::Failed { verdict, .. } => json!({ "verdict": verdict }),
    }
}

fn answered(
    result: Result<tocsin_core::outcome::Outcome, tocsin_core::outcome::Rejection>,
) -> Result<Answer, Verdict> {
    Ok(Answer { result, changes: Vec::new(), logs: Vec::new() })
}

struct Walker(Rig);

impl Walker {
    /// As the feed does it: a timer that fires is gone, one that was moved since
    /// is not asked, and a call that failed is tried once more, alone.
    fn step(&mut self, call: &Call) -> Left {
        let Walker(rig) = self;
        let mut changes = Vec::new();
        let mut room = rig.rooms.remove(call.device()).unwrap_or_default();
        if let Call::Wake(tick) = call {
            if room.timers.get(&tick.key) == Some(&tick.due) {
                let fired = Change::Cancel { key: tick.key.clone() };
                room.apply(&fired);
                changes.push(fired);
            } else if tick.key != POLL {
                rig.rooms.insert(call.device().to_owned(), room);
                return (shown(&End::Ok(Box::default())), changes);
            }
        }
        let (mut answer, ..) = rig.once(call, &mut room);
        if answer.is_err() {
            (answer, ..) = rig.once(call, &mut room);
        }
        if !room.is_empty() {
            rig.rooms.insert(call.device().to_owned(), room);
        }
        let said = match &answer {
            Ok(answer) => {
                changes.extend(answer.changes.clone());
                output::answer(&Ok(answer.clone()))
            }
            Err(verdict) => json!({ "verdict": verdict.kind.as_str() }),
        };
        (said, changes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_is_told_from_both_sides() {
        let check = |expected: Value, got: Value, says: &str| {
            let found = faults(&expected, &got);
            assert!(found[0].contains(says), "{found:?}");
        };
        check(
            json!({"signals": [{"value": 1}]}),
            json!({"signals": [{"value": 2}]}),
            "signals[0].value: expected 1, got 2",
        );
        check(json!({"signals": []}), json!({"signals": [], "defects": ["x"]}), "defects: not expected");
        check(json!({"verdict": "trap"}), json!({"signals": []}), "verdict: expected");
    }
}

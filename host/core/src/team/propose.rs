//! 力量匹配: whom an incident needs, over all departments: by capability, by who
//! is free, by who is there first. A pure function of rows and the city's table.

use super::{AVAILABLE, Standing};
use crate::city::team::Need;
use crate::place::Spot;
use serde::Serialize;

/// Rows of one proposal: some screens; whoever is farther is found by narrower asking.
const ROWS_MOST: usize = 200;

/// What is known of an incident.
#[derive(Clone, Debug, Default)]
pub struct Scene {
    pub hazard: String,
    /// All that was told of it, in which material words are looked for.
    pub text: String,
    pub spot: Option<Spot>,
    /// What the officer asks for beyond the table.
    pub capabilities: Vec<String>,
    pub materials: Vec<String>,
}

/// A capability, or a field of experts, and why it is needed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Wanted {
    /// `team` or `expert`.
    pub sort: &'static str,
    pub what: String,
    pub reason: String,
    /// Somebody who can be sent has it.
    pub met: bool,
}

/// One team or expert that could come.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Proposal {
    pub id: String,
    pub sort: String,
    pub name: String,
    pub kind: String,
    pub department: String,
    pub region: String,
    /// Free, and for one of its capabilities there first: send these.
    pub proposed: bool,
    pub state: String,
    /// Who has it, where somebody has.
    pub held_by: String,
    /// What it is wanted for.
    pub capabilities: Vec<String>,
    pub reasons: Vec<String>,
    pub distance_m: Option<u64>,
    pub eta_minutes: Option<u64>,
    pub size: u32,
    pub leader: String,
    pub phone: String,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Proposals {
    pub wanted: Vec<Wanted>,
    pub rows: Vec<Proposal>,
}

/// How far a team is, and how long it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Reach {
    pub distance_m: u64,
    pub eta_minutes: Option<u64>,
}

pub(crate) fn reach(team: &Standing, to: Option<Spot>) -> Option<Reach> {
    let metres = team.position.and_then(Spot::of)?.metres_to(to?);
    let is_moving = team.speed_kmh.is_finite() && team.speed_kmh > 0.0;
    let minutes = || (metres / (team.speed_kmh / 0.06)).ceil() as u64;
    Some(Reach { distance_m: metres.round() as u64, eta_minutes: is_moving.then(minutes) })
}

/// Teams and experts for a scene, in the order in which to look at them: those to
/// send, then other free ones by time of arrival, then those that somebody has.
pub fn propose<'a>(
    scene: &Scene,
    standings: impl IntoIterator<Item = &'a Standing>,
    needs: &[Need],
) -> Proposals {
    let mut wanted = wanted(scene, needs);
    let mut rows: Vec<Proposal> =
        standings.into_iter().filter_map(|row| candidate(scene, row, &wanted)).collect();
    rows.sort_by(|a, b| order(a).cmp(&order(b)));
    for want in &mut wanted {
        let serves = |row: &&mut Proposal| {
            row.state == AVAILABLE && row.sort == want.sort && row.capabilities.contains(&want.what)
        };
        if let Some(first) = rows.iter_mut().find(serves) {
            first.proposed = true;
            want.met = true;
        }
    }
    for expert in rows.iter_mut().filter(|row| row.sort == "expert" && row.state == AVAILABLE) {
        // Called for what they know, not for where they are.
        expert.proposed |= expert.capabilities.is_empty();
    }
    rows.sort_by(|a, b| (!a.proposed, order(a)).cmp(&(!b.proposed, order(b))));
    rows.truncate(ROWS_MOST);
    Proposals { wanted, rows }
}

fn order(row: &Proposal) -> impl Ord + use<'_> {
    let last = u64::MAX;
    (
        row.state != AVAILABLE,
        row.sort == "expert",
        row.eta_minutes.unwrap_or(last),
        row.distance_m.unwrap_or(last),
        row.id.as_str(),
    )
}

/// What the officer and the table say is needed, each once, with every reason
/// for it, in the order in which they say it.
fn wanted(scene: &Scene, needs: &[Need]) -> Vec<Wanted> {
    let mut wanted: Vec<Wanted> = Vec::new();
    let mut want = |sort: &'static str, what: &str, reason: &str| {
        let known = wanted.iter_mut().find(|known| known.sort == sort && known.what == what);
        match known {
            Some(known) if known.reason.contains(reason) => {}
            Some(known) => known.reason = format!("{}；{reason}", known.reason),
            None => {
                wanted.push(Wanted { sort, what: what.to_owned(), reason: reason.to_owned(), met: false });
            }
        }
    };
    for capability in &scene.capabilities {
        want("team", capability, "指定 (asked for)");
    }
    for need in needs {
        let Some(why) = why(scene, need) else { continue };
        let reason = format!("{}：{why}", need.name);
        need.capabilities.iter().for_each(|what| want("team", what, &reason));
        need.experts.iter().for_each(|what| want("expert", what, &reason));
    }
    wanted
}

/// Why a need applies, or `None`: it does not.
fn why(scene: &Scene, need: &Need) -> Option<String> {
    if need.hazards.is_empty() && need.materials.is_empty() {
        return Some("任何事件都需要 (every incident)".to_owned());
    }
    if let Some(word) = material(scene, &need.materials) {
        return Some(format!("涉及“{word}” (because of the material {word})"));
    }
    let hazard = need.hazards.iter().find(|hazard| **hazard == scene.hazard)?;
    Some(format!("灾种 {hazard} (hazard {hazard})"))
}

/// The first of the words that the scene speaks of.
fn material<'a>(scene: &Scene, words: &'a [String]) -> Option<&'a str> {
    let told = |word: &&String| {
        !word.is_empty()
            && (scene.text.contains(word.as_str())
                || scene.materials.iter().any(|named| named.contains(word.as_str())))
    };
    words.iter().find(told).map(String::as_str)
}

fn candidate(scene: &Scene, row: &Standing, wanted: &[Wanted]) -> Option<Proposal> {
    if row.delisted {
        return None;
    }
    let matched = wanted.iter().filter(|want| want.sort == row.sort && row.capabilities.contains(&want.what));
    let (mut capabilities, mut reasons) = (Vec::new(), Vec::new());
    for want in matched {
        capabilities.push(want.what.clone());
        push_new(&mut reasons, &want.reason);
    }
    if let Some(word) = material(scene, &row.materials) {
        push_new(&mut reasons, &format!("熟悉“{word}” (knows the material {word})"));
    }
    if row.hazards.contains(&scene.hazard) {
        let hazard = &scene.hazard;
        push_new(&mut reasons, &format!("专长灾种 {hazard} (knows the hazard {hazard})"));
    }
    if reasons.is_empty() {
        return None;
    }
    let reach = reach(row, scene.spot);
    Some(Proposal {
        id: row.id.clone(),
        sort: row.sort.clone(),
        name: row.name.clone(),
        kind: row.kind.clone(),
        department: row.department.clone(),
        region: row.region.clone(),
        proposed: false,
        state: row.state.clone(),
        held_by: row.held_by(),
        capabilities,
        reasons,
        distance_m: reach.map(|reach| reach.distance_m),
        eta_minutes: reach.and_then(|reach| reach.eta_minutes),
        size: row.size,
        leader: row.leader.clone(),
        phone: row.phone.clone(),
    })
}

fn push_new(reasons: &mut Vec<String>, reason: &str) {
    if !reasons.iter().any(|known| known == reason) {
        reasons.push(reason.to_owned());
    }
}

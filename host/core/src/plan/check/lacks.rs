//! What a plan asks for that the city does not have.

use super::{Fault, Found};
use crate::city::plan::Plan;

/// What the city has of what plans ask for.
pub trait Means {
    /// None: there is no such post. False: nobody holds it.
    fn post(&self, post: &str) -> Option<bool>;

    /// Teams with a capability that are not out of service.
    fn teams(&self, capability: &str) -> u64;

    /// In the city's stores altogether, what is promised included.
    fn stock(&self, item: &str) -> u64;
}

impl Means for crate::thing::Rooms {
    fn post(&self, post: &str) -> Option<bool> {
        self.watches.get(post).map(|watch| watch.holder.is_some())
    }

    fn teams(&self, capability: &str) -> u64 {
        let able = |team: &&crate::team::Standing| {
            team.sort == "team"
                && team.state != "out-of-service"
                && team.capabilities.iter().any(|own| own == capability)
        };
        self.teams.values().filter(able).count() as u64
    }

    fn stock(&self, item: &str) -> u64 {
        let lots = self.lots.values().filter(|lot| lot.item == item && lot.state != "expired");
        lots.map(|lot| lot.on_hand).sum()
    }
}

/// What would be missing if the plan had to be carried out now. None of it
/// refuses the plan: it is shown red until the city has it.
pub fn lacks(plan: &Plan, means: &impl Means) -> Vec<Fault> {
    let mut found = Found::default();
    let post = |path: &str, id: &str, found: &mut Found| match means.post(id) {
        _ if id.is_empty() => {}
        Some(true) => {}
        Some(false) => found.warning(
            path,
            "post-empty",
            format!("岗位 {id} 无人在岗;请在 duty.toml 排班"),
            format!("nobody holds the post {id}; roster someone in duty.toml"),
        ),
        None => found.warning(
            path,
            "post-unknown",
            format!("没有岗位 {id};请在 duty.toml 设岗或改正此处"),
            format!("there is no post {id}; define it in duty.toml or correct this"),
        ),
    };
    post("post", &plan.post, &mut found);
    for (at, level) in plan.levels.iter().enumerate() {
        for (place, task) in level.tasks.iter().enumerate() {
            post(&format!("level.{at}.task.{place}.post"), &task.post, &mut found);
        }
        for (place, team) in level.teams.iter().enumerate() {
            let (have, want, what) = (means.teams(&team.capability), u64::from(team.count), &team.capability);
            if have < want {
                found.warning(
                    &format!("level.{at}.team.{place}.capability"),
                    "teams-missing",
                    format!("需要 {want} 支 {what} 队伍,全市只有 {have} 支"),
                    format!("{want} teams that can {what} are wanted; the city has {have}"),
                );
            }
        }
        for (place, supply) in level.supplies.iter().enumerate() {
            let (have, want, item) = (means.stock(&supply.item), supply.quantity, &supply.item);
            if have < want {
                found.warning(
                    &format!("level.{at}.supply.{place}.item"),
                    "supplies-missing",
                    format!("需要物资 {item} 共 {want},库存只有 {have}"),
                    format!("{want} of item {item} are wanted; the stores have {have}"),
                );
            }
        }
    }
    found.0
}

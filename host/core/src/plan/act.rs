//! What may be asked of plans: a version comes in as a draft, a named person
//! approves it, and then it can be made the one that counts.

use super::check::{self, Known};
use super::{VERSIONS_KEPT, Version};
use crate::city::plan::Plan;
use crate::core::Core;
use crate::core::act::{Refusal, refuse};
use crate::core::decide::Step;
use crate::fact::Cause;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "verb", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Act {
    /// 载入: a version, whole, as a draft.
    Load { plan: Box<Plan> },
    /// 批准. `id` is a version's: `flood-city@2`. `by`: who approves, where it is
    /// not the one who asks.
    Approve {
        id: String,
        #[serde(default)]
        by: String,
        #[serde(default)]
        note: String,
    },
    /// 启用: from now on this version counts.
    Activate {
        id: String,
        #[serde(default)]
        note: String,
    },
}

impl Core {
    pub(crate) fn act_plan(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        actor: &str,
        act: &Act,
    ) -> Result<String, Refusal> {
        match act {
            Act::Load { plan } => self.load_plan(step, cause, actor, plan),
            Act::Approve { id, by, note } => {
                let by = if by.trim().is_empty() { actor } else { by.trim() };
                self.approve_plan(step, cause, by, id, note)
            }
            Act::Activate { id, note } => self.activate_plan(step, cause, actor, id, note),
        }
    }

    fn load_plan(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        actor: &str,
        plan: &Plan,
    ) -> Result<String, Refusal> {
        let key = plan.key();
        if let Some(known) = self.state.rooms.plans.get(&key) {
            if known.text.same_content(plan) {
                return Ok(key);
            }
            let next = self.versions(&plan.id).map(|version| version.version).max().unwrap_or(plan.version);
            return refuse(
                "plan.load.same-version",
                &format!(
                    "{key} 已登记且内容不同;改一个数也是新版本,请写 version = {n} ({key} is known with other content; write version = {n})",
                    n = next.saturating_add(1)
                ),
            );
        }
        if self.state.rooms.plans.len() >= VERSIONS_KEPT {
            return refuse(
                "plan.load.too-many",
                &format!("已有 {VERSIONS_KEPT} 个预案版本 (there are {VERSIONS_KEPT} versions already)"),
            );
        }
        let mut known = Known::of(self.registry.city());
        known.plans.extend(self.state.rooms.plans.values().map(|version| version.plan.clone()));
        let faults: Vec<String> = check::faults(plan, &known)
            .into_iter()
            .filter(|fault| fault.is_error)
            .take(10)
            .map(|fault| format!("{}: {} ({})", fault.place(), fault.zh, fault.en))
            .collect();
        if !faults.is_empty() {
            return refuse("plan.load.faulty", &faults.join(";"));
        }
        let mut version = version(plan, actor, step.now);
        // A person approves here; what a file says of approval counts only in
        // the city's own folder.
        version.text.approved_by.clear();
        version.text.approved_at.clear();
        self.set(step, cause, "loaded", &format!("{} 草案", plan.title), version);
        Ok(key)
    }

    fn approve_plan(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        by: &str,
        id: &str,
        note: &str,
    ) -> Result<String, Refusal> {
        let mut version = self.version(id)?;
        // What HTTP calls someone who gives no name.
        if by == "operator" || by.trim().is_empty() {
            return refuse(
                "plan.approve.no-name",
                "批准预案须署名,请用 --by 姓名 (an approval carries a person's name; use --by NAME)",
            );
        }
        if version.state != "draft" {
            return refuse(
                &format!("plan.approve.from-{}", version.state),
                &format!(
                    "{id} 已由{}批准 ({id} is {} already, approved by {})",
                    version.approved_by, version.state, version.approved_by
                ),
            );
        }
        version.state = "approved".into();
        version.approved_by = by.to_owned();
        version.approved_at = Some(step.now);
        let said = format!("批准人 {by} {}", crate::core::act::cut(note));
        self.set(step, cause, "approved", said.trim(), version);
        Ok(id.to_owned())
    }

    fn activate_plan(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        actor: &str,
        id: &str,
        note: &str,
    ) -> Result<String, Refusal> {
        let version = self.version(id)?;
        if version.state == "draft" {
            return refuse(
                "plan.activate.not-approved",
                &format!(
                    "{id} 未经批准,不得启用;请先 tocsin plan approve {id} --by 姓名 ({id} is a draft; a named person approves it first)"
                ),
            );
        }
        if version.state == "active" {
            return Ok(id.to_owned());
        }
        if !version.text.parent.is_empty() && self.active_version(&version.text.parent).is_none() {
            return refuse(
                "plan.activate.no-parent",
                &format!(
                    "上级预案 {p} 没有启用的版本 (the parent plan {p} has no active version)",
                    p = version.text.parent
                ),
            );
        }
        self.put_active(step, cause, version, actor, &crate::core::act::cut(note));
        Ok(id.to_owned())
    }

    /// Makes a version the one that counts; the one before is superseded.
    pub(super) fn put_active(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        mut version: Version,
        by: &str,
        note: &str,
    ) {
        if let Some(mut before) = self.active_version(&version.plan).filter(|before| before.id != version.id)
        {
            before.state = "superseded".into();
            before.superseded_at = Some(step.now);
            self.set(step, cause, "superseded", &format!("由 {} 取代", version.id), before);
        }
        version.state = "active".into();
        version.activated_by = by.to_owned();
        version.activated_at = Some(step.now);
        version.superseded_at = None;
        self.set(step, cause, "activated", note, version);
    }

    pub(super) fn active_version(&self, plan: &str) -> Option<Version> {
        self.versions(plan).find(|version| version.state == "active").cloned()
    }

    pub(super) fn versions<'a>(&'a self, plan: &'a str) -> impl Iterator<Item = &'a Version> {
        self.state.rooms.plans.values().filter(move |version| version.plan == plan)
    }

    fn version(&self, id: &str) -> Result<Version, Refusal> {
        if let Some(version) = self.state.rooms.plans.get(id) {
            return Ok(version.clone());
        }
        let known: Vec<&str> = self.versions(id).map(|version| version.id.as_str()).collect();
        match known.is_empty() {
            true => refuse("plan.unknown", &format!("没有预案版本 {id} (no such version of a plan)")),
            false => refuse(
                "plan.unknown",
                &format!("请写明版本:{k} (say which version: {k})", k = known.join(", ")),
            ),
        }
    }
}

pub(super) fn version(plan: &Plan, by: &str, now: Timestamp) -> Version {
    Version {
        id: plan.key(),
        plan: plan.id.clone(),
        version: plan.version,
        title: plan.title.clone(),
        region: plan.region.clone(),
        department: plan.department.clone(),
        state: "draft".into(),
        entered_by: by.to_owned(),
        entered_at: now,
        text: plan.clone(),
        ..Version::default()
    }
}

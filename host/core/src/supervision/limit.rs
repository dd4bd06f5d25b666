//! A state that lasts longer than it may puts its unit on the list.

use super::{Finding, ITEMS_KEPT, Item, Site};
use crate::core::Core;
use crate::core::decide::Step;
use crate::device::{Condition, Point};
use crate::fact::Cause;
use crate::registry::root;
use crate::thing::Noun;
use crate::time::Timestamp;
use std::collections::BTreeMap;

const OPEN: &str = "open";
const MENDED: &str = "mended";

impl Core {
    /// When a state of the row next lasts too long.
    pub(crate) fn next_limit(&self, row: &Condition) -> Option<Timestamp> {
        row.standing().filter_map(|point| self.limit_of(row, point)).min()
    }

    fn limit_of(&self, row: &Condition, point: &Point) -> Option<Timestamp> {
        let limit = self.city().upkeep.limit(&row.department, &point.state)?;
        let from = point.inspected_at.unwrap_or(point.since);
        point.supervision.is_empty().then(|| from.plus_millis(limit))
    }

    pub(crate) fn condition_due(&mut self, step: &mut Step, id: &str) {
        let Some(mut row) = self.state.rooms.devices.get(id).cloned() else { return };
        let cause = Cause::Clock;
        let is_over =
            |core: &Core, point: &Point| core.limit_of(&row, point).is_some_and(|at| at <= step.now);
        let over: Vec<Point> = row.standing().filter(|point| is_over(self, point)).cloned().collect();
        for point in &over {
            let item = Item {
                device: row.device.clone(),
                title: if point.title.is_empty() { row.title.clone() } else { point.title.clone() },
                state: point.state.clone(),
                since: point.since,
                until: None,
                frame: point.frame.clone(),
                order: String::new(),
            };
            let finding = self.list(step, &cause, self.answers_for(&row), item);
            for known in row.points.iter_mut().filter(|known| known.stands() && known.about == point.about) {
                known.supervision.clone_from(&finding);
            }
        }
        let said: Vec<&str> = over.iter().map(|point| point.state.as_str()).collect();
        let note = format!("{} 超过时限,列入监督", said.join("、"));
        self.condition_became(step, &cause, "listed", &note, row);
    }

    /// Whose list a state goes on.
    fn answers_for(&self, row: &Condition) -> Subject {
        let known = Some(row.unit.clone()).filter(|unit| !unit.is_empty());
        let unit = known.or_else(|| self.unit_of(&row.department, &row.device));
        let site = unit.as_ref().and_then(|unit| self.site_of(unit, &row.department));
        let unit_name = match row.unit_name.as_str() {
            "" => site.as_ref().map(|site| site.title.clone()).unwrap_or_default(),
            name => name.to_owned(),
        };
        Subject {
            unit: unit.unwrap_or_else(|| root(&row.device).to_owned()),
            unit_name,
            department: row.department.clone(),
            region: site.filter(|_| row.unit.is_empty()).map_or(row.region.clone(), |site| site.region),
        }
    }

    /// Puts an item on the list of its unit: on the finding that is not closed, else
    /// on a new one. Answers the finding.
    pub(super) fn list(&mut self, step: &mut Step, cause: &Cause, of: Subject, item: Item) -> String {
        let standing = self.listed(&of.department, &of.unit).next().cloned();
        let note = format!("{} {}", item.title, item.state);
        let (change, mut finding) = match standing {
            Some(finding) => ("grew", finding),
            None => {
                let id = self.number(Noun::Supervision, step.now);
                let Subject { unit, unit_name, department, region } = of;
                let found = Finding {
                    id,
                    unit,
                    unit_name,
                    department,
                    region,
                    found_at: step.now,
                    ..Finding::default()
                };
                ("found", found)
            }
        };
        if finding.items.len() < ITEMS_KEPT {
            finding.items.push(item);
        }
        let id = finding.id.clone();
        self.put_finding(step, cause, change, &note, finding);
        id
    }

    /// Findings of a unit that are not closed.
    pub(super) fn listed(&self, department: &str, unit: &str) -> impl Iterator<Item = &Finding> {
        self.state.rooms.supervisions.values().filter(move |finding| {
            finding.ended_at.is_none() && finding.unit == unit && finding.department == department
        })
    }

    /// A state of a device is over, which a finding was about.
    pub(crate) fn point_over(&mut self, step: &mut Step, cause: &Cause, device: &str, point: &Point) {
        let Some(finding) = self.state.rooms.supervisions.get(&point.supervision) else { return };
        let is_it = |item: &Item| item.device == device && item.since == point.since && item.until.is_none();
        if finding.ended_at.is_some() || !finding.items.iter().any(is_it) {
            return;
        }
        let mut finding = finding.clone();
        finding.items.iter_mut().filter(|item| is_it(item)).for_each(|item| item.until = point.until);
        let note = format!("{} {} 已恢复", point.title, point.state);
        self.put_finding(step, cause, MENDED, &note, finding);
    }

    /// Puts a finding in place with what follows from its items, and its unit's state.
    pub(super) fn put_finding(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        change: &str,
        note: &str,
        finding: Finding,
    ) {
        let is_mended = finding.items.iter().all(|item| item.until.is_some());
        let state = match (finding.ended_at, is_mended) {
            (Some(_), _) => "closed",
            (None, true) => MENDED,
            (None, false) => OPEN,
        };
        let title = title(&finding);
        let (department, unit) = (finding.department.clone(), finding.unit.clone());
        self.set(step, cause, change, note, Finding { state: state.into(), title, ..finding });
        let is_listed = self.listed(&department, &unit).next().is_some();
        let known = self.state.rooms.sites.get(&unit).filter(|known| known.department == department);
        let state = if is_listed { "listed" } else { "normal" };
        if let Some(known) = known.filter(|known| known.state != state).cloned() {
            self.set(step, cause, state, note, Site { state: state.into(), ..known });
        }
    }
}

/// Who is on the list.
pub(super) struct Subject {
    pub unit: String,
    pub unit_name: String,
    pub department: String,
    pub region: String,
}

/// `第一医院:屏蔽 2 处、手动 1 处`.
fn title(finding: &Finding) -> String {
    let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
    for item in &finding.items {
        *counts.entry(name(&item.state)).or_default() += 1;
    }
    let said: Vec<String> = counts.iter().map(|(state, count)| format!("{state} {count} 处")).collect();
    let who = if finding.unit_name.is_empty() { &finding.unit } else { &finding.unit_name };
    format!("{who}:{}", said.join("、"))
}

fn name(state: &str) -> &str {
    match state {
        "shielded" => "屏蔽",
        "manual" => "手动",
        "silent" => "失联",
        "fault" => "故障",
        "unanswered" => "查岗未应答",
        other => other,
    }
}

//! Of a plan its levels: conditions, tasks, and what they need.

use super::{Found, Known, NEEDS_MAX, TASKS_MAX, is_id, not_an_id, words};
use crate::city::plan::{Level, Per, Plan};
use crate::plan::condition::Condition;
use crate::plan::world::Table;
use crate::supply::Code;
use std::collections::BTreeSet;

/// A week; longer is no hold but another plan.
const HOLD_S_MAX: u32 = 7 * 86_400;
const MINUTES_MAX: u32 = 30 * 1_440;

pub(super) fn levels(plan: &Plan, known: &Known, found: &mut Found) {
    let mut seen = BTreeSet::new();
    let mut tasks = BTreeSet::new();
    for (place, level) in plan.levels.iter().enumerate() {
        let path = format!("level.{place}");
        if !(1..=4).contains(&level.level) {
            found.error(
                &format!("{path}.level"),
                "level",
                "响应级别为 4(Ⅳ)至 1(Ⅰ)".into(),
                "a level is 4 (Ⅳ) to 1 (Ⅰ)".into(),
            );
        } else if !seen.insert(level.level) {
            let n = level.level;
            found.error(
                &format!("{path}.level"),
                "id-twice",
                format!("级别 {n} 写了两次"),
                format!("level {n} stands twice"),
            );
        }
        conditions(plan, level, &path, known, found);
        needs(plan, level, &path, known, &mut tasks, found);
    }
}

fn conditions(plan: &Plan, level: &Level, path: &str, known: &Known, found: &mut Found) {
    for (field, text) in [("start", &level.start), ("end", &level.end)] {
        let path = format!("{path}.{field}");
        if text.trim().is_empty() {
            if field == "start" && (plan.parent.is_empty() || !plan.unit.is_empty()) {
                found.error(
                    &path,
                    "value-missing",
                    "缺少启动条件 start;只有写了 parent 的非现场预案可以省略".into(),
                    "start is missing; only a plan with a parent and no unit may do without".into(),
                );
            }
            continue;
        }
        match Condition::compile(text) {
            Err(faults) => found.condition(&path, faults),
            Ok(condition) => {
                words::words(plan, &condition, &path, known, found);
                let graded = field == "start"
                    && condition.fields.contains("grade")
                    && condition.tables.len() == 1
                    && condition.fields.len() == 1;
                if graded {
                    found.warning(
                        &path,
                        "level-is-grade",
                        "响应级别不得照搬事故等级(GB/T 29639-2020);请结合处置能力、影响范围".into(),
                        "a response level does not copy the accident's grade (GB/T 29639-2020)".into(),
                    );
                }
                let reads = condition.tables.contains(&Table::Readings);
                if reads && plan.readings.is_empty() {
                    found.error(
                        &path,
                        "readings-missing",
                        "条件用到 readings,请在预案开头写明代码:readings = [\"water.level\"]".into(),
                        "the condition looks at readings; name their codes: readings = [\"water.level\"]"
                            .into(),
                    );
                }
            }
        }
    }
    if level.hold_s > HOLD_S_MAX {
        found.error(
            &format!("{path}.hold_s"),
            "hold",
            format!("至多 {HOLD_S_MAX} 秒"),
            format!("at most {HOLD_S_MAX} seconds"),
        );
    }
    clause(plan, &format!("{path}.clause"), &level.clause, found);
}

fn clause(plan: &Plan, path: &str, no: &str, found: &mut Found) {
    if !no.is_empty() && plan.clauses.iter().all(|clause| clause.no != no) {
        let known: BTreeSet<String> = plan.clauses.iter().map(|clause| clause.no.clone()).collect();
        found.unknown(path, "clause-unknown", ("条款", "clause"), no, &known);
    }
}

fn needs(
    plan: &Plan,
    level: &Level,
    path: &str,
    known: &Known,
    seen: &mut BTreeSet<String>,
    found: &mut Found,
) {
    found.many(&format!("{path}.task"), level.tasks.len(), TASKS_MAX);
    found.many(&format!("{path}.team"), level.teams.len(), NEEDS_MAX);
    found.many(&format!("{path}.supply"), level.supplies.len(), NEEDS_MAX);
    for (place, task) in level.tasks.iter().enumerate().take(TASKS_MAX) {
        let path = format!("{path}.task.{place}");
        if !is_id(&task.id) {
            not_an_id(found, &format!("{path}.id"), &task.id);
        }
        if !seen.insert(task.id.clone()) {
            let id = &task.id;
            found.error(
                &format!("{path}.id"),
                "id-twice",
                format!("任务 {id} 写了两次"),
                format!("task {id} stands twice"),
            );
        }
        found.line(&format!("{path}.title"), &task.title, true);
        found.text(&format!("{path}.text"), &task.text);
        clause(plan, &format!("{path}.clause"), &task.clause, found);
        if !task.department.is_empty() && !known.departments.contains(&task.department) {
            let path = format!("{path}.department");
            found.unknown(
                &path,
                "department-unknown",
                ("部门", "department"),
                &task.department,
                &known.departments,
            );
        }
        if task.post.is_empty() && task.department.is_empty() && plan.per() != Per::Region {
            found.error(
                &path,
                "post-missing",
                "任务须写明岗位 post 或部门 department".into(),
                "a task names a post or a department".into(),
            );
        }
        for (field, minutes) in [
            ("acknowledge_min", task.acknowledge_min),
            ("arrive_min", task.arrive_min),
            ("done_min", task.done_min),
        ] {
            if minutes.is_some_and(|minutes| !(1..=MINUTES_MAX).contains(&minutes)) {
                found.error(
                    &format!("{path}.{field}"),
                    "minutes",
                    format!("应为 1 至 {MINUTES_MAX} 分钟"),
                    format!("write 1 to {MINUTES_MAX} minutes"),
                );
            }
        }
    }
    for (place, team) in level.teams.iter().enumerate() {
        let path = format!("{path}.team.{place}");
        found.line(&format!("{path}.capability"), &team.capability, true);
        at_least_one(&format!("{path}.count"), u64::from(team.count), found);
    }
    for (place, supply) in level.supplies.iter().enumerate() {
        let path = format!("{path}.supply.{place}");
        at_least_one(&format!("{path}.quantity"), supply.quantity, found);
        if let Err(error) = supply.item.parse::<Code>() {
            let item = &supply.item;
            found.error(
                &format!("{path}.item"),
                "item",
                format!("物资代码 “{item}” 不合 GB/T 38565:{error}"),
                format!("item {item:?} is no code of GB/T 38565: {error}"),
            );
        }
    }
}

fn at_least_one(path: &str, number: u64, found: &mut Found) {
    if number == 0 {
        found.error(path, "number", "至少为 1".into(), "write at least 1".into());
    }
}

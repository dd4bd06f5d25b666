//! Of a plan its head and its clauses.

use super::{CLAUSES_MAX, Found, Known, NEEDS_MAX, is_id, not_an_id};
use crate::city::plan::{Kind, Plan};
use crate::plan::enter::paper_time;
use std::collections::BTreeSet;

pub(super) fn head(plan: &Plan, known: &Known, found: &mut Found) {
    if !is_id(&plan.id) {
        not_an_id(found, "id", &plan.id);
    }
    if plan.version == 0 {
        found.error("version", "version", "版本号从 1 起".into(), "versions count from 1".into());
    }
    found.line("title", &plan.title, true);
    found.line("approved_by", &plan.approved_by, false);
    if !known.regions.contains(&plan.region) {
        found.unknown("region", "region-unknown", ("区划", "region"), &plan.region, &known.regions);
    }
    if !known.departments.contains(&plan.department) {
        found.unknown(
            "department",
            "department-unknown",
            ("部门", "department"),
            &plan.department,
            &known.departments,
        );
    }
    if !plan.unit.is_empty() && !known.units.contains(&plan.unit) {
        found.unknown("unit", "unit-unknown", ("单位", "unit"), &plan.unit, &known.units);
    }
    if plan.kind == Kind::OnSite && plan.unit.is_empty() {
        found.error(
            "kind",
            "unit-missing",
            "现场处置方案须写明 unit".into(),
            "an on-site plan names its unit".into(),
        );
    }
    if plan.parent == plan.id && !plan.id.is_empty() {
        found.error(
            "parent",
            "parent-ring",
            "上级预案不能是自己".into(),
            "a plan is not its own parent".into(),
        );
    } else if !plan.parent.is_empty() && !known.plans.contains(&plan.parent) {
        found.unknown("parent", "plan-unknown", ("上级预案", "parent plan"), &plan.parent, &known.plans);
    }
    found.many("hazards", plan.hazards.len(), NEEDS_MAX);
    found.many("readings", plan.readings.len(), NEEDS_MAX);
    for (place, hazard) in plan.hazards.iter().enumerate().take(NEEDS_MAX) {
        if !known.hazards.contains(hazard) {
            found.unknown(
                &format!("hazards.{place}"),
                "hazard-unknown",
                ("危险类别", "hazard"),
                hazard,
                &known.hazards,
            );
        }
    }
    if !plan.approved_at.is_empty() && paper_time(&plan.approved_at).is_none() {
        found.error(
            "approved_at",
            "time",
            "应为 2026-05-01 或 2026-05-01T09:00:00+08:00".into(),
            "write 2026-05-01 or 2026-05-01T09:00:00+08:00".into(),
        );
    }
    if plan.approved_by.is_empty() && !plan.approved_at.is_empty() {
        found.error(
            "approved_at",
            "value-missing",
            "有批准时间而无批准人 approved_by".into(),
            "approved_at without approved_by; who approved it?".into(),
        );
    }
    if !(1..=1_440).contains(&plan.answer_min) {
        found.error("answer_min", "minutes", "应为 1 至 1440 分钟".into(), "write 1 to 1440 minutes".into());
    }
    if plan.levels.is_empty() {
        found.error(
            "level",
            "level-missing",
            "至少需要一个 [[level]]".into(),
            "at least one [[level]] is needed".into(),
        );
    }
}

pub(super) fn clauses(plan: &Plan, found: &mut Found) {
    found.many("clause", plan.clauses.len(), CLAUSES_MAX);
    let mut seen = BTreeSet::new();
    for (place, clause) in plan.clauses.iter().enumerate().take(CLAUSES_MAX) {
        let path = format!("clause.{place}");
        let is_number = |no: &str| {
            no.split('.').all(|part| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric()))
        };
        if !is_number(&clause.no) || clause.no.len() > 32 {
            let no = &clause.no;
            found.error(
                &format!("{path}.no"),
                "clause",
                format!("条款号 “{no}” 应如 4.2.1"),
                format!("clause number {no:?}; write 4.2.1"),
            );
        }
        if !seen.insert(&clause.no) {
            let no = &clause.no;
            found.error(
                &format!("{path}.no"),
                "id-twice",
                format!("条款 {no} 写了两次"),
                format!("clause {no} stands twice"),
            );
        }
        found.line(&format!("{path}.title"), &clause.title, false);
        found.text(&format!("{path}.text"), &clause.text);
    }
    // GB/T 29639-2020: sections that each kind of plan has.
    let wanted: &[&str] = match plan.kind {
        Kind::Comprehensive => &["总则", "组织机构", "应急响应", "后期处置", "应急保障"],
        Kind::Special => &["适用范围", "组织机构", "响应", "处置", "保障"],
        Kind::OnSite => &["风险", "职责", "处置", "注意事项"],
    };
    let has = |word: &&&str| plan.clauses.iter().any(|clause| clause.title.contains(**word));
    let missing: Vec<&str> = wanted.iter().filter(|word| !has(word)).copied().collect();
    if !missing.is_empty() {
        let (kind, list) = (plan.kind.name(), missing.join("、"));
        found.warning(
            "clause",
            "section-missing",
            format!("{kind}缺少章节:{list}(GB/T 29639-2020)"),
            format!("sections of GB/T 29639-2020 that no clause is titled after: {list}"),
        );
    }
}

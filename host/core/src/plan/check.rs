//! What is wrong with a plan: its words, its references, its conditions, and what
//! it asks for that the city does not have.

use super::condition::{Condition, Fault as CelFault, nearest};
use super::enter::paper_time;
use crate::city::City;
use crate::city::plan::{Kind, Level, Plan};
use std::collections::BTreeSet;

/// Bounds of one plan: four levels, some tens of tasks each, the text of a booklet.
pub const CLAUSES_MAX: usize = 300;
pub const TASKS_MAX: usize = 100;
pub const NEEDS_MAX: usize = 100;
pub const TEXT_CHARS_MAX: usize = 4_000;
const LINE_CHARS_MAX: usize = 200;
const ID_CHARS_MAX: usize = 64;
/// A week; longer is no hold but another plan.
const HOLD_S_MAX: u32 = 7 * 86_400;
const MINUTES_MAX: u32 = 30 * 1_440;

/// What a plan may refer to.
#[derive(Clone, Debug, Default)]
pub struct Known {
    pub departments: BTreeSet<String>,
    pub regions: BTreeSet<String>,
    pub units: BTreeSet<String>,
    pub hazards: BTreeSet<String>,
    pub plans: BTreeSet<String>,
}

impl Known {
    pub fn of(city: &City) -> Known {
        let mut hazards: BTreeSet<String> = city.hazards.iter().map(|hazard| hazard.id.clone()).collect();
        hazards.insert(crate::rule::OTHER.to_owned());
        Known {
            departments: city.departments.iter().map(|department| department.id.clone()).collect(),
            regions: city.regions.iter().map(|region| region.code.clone()).collect(),
            units: city.units.iter().map(|unit| unit.id.clone()).collect(),
            hazards,
            plans: city.plans.iter().map(|plan| plan.id.clone()).collect(),
        }
    }
}

/// One thing that is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// From the plan's root: `level.0.start`, `level.1.task.2.post`.
    pub path: String,
    /// In characters within the text of that field.
    pub at: Option<usize>,
    pub code: &'static str,
    pub zh: String,
    pub en: String,
    pub is_error: bool,
}

impl Fault {
    /// For who has no file to point into: `level.0.start:17`.
    pub fn place(&self) -> String {
        match self.at {
            Some(at) => format!("{}:{}", self.path, at + 1),
            None => self.path.clone(),
        }
    }
}

/// All that is wrong with the plan as a text: errors refuse it, the rest is said.
pub fn faults(plan: &Plan, known: &Known) -> Vec<Fault> {
    let mut found = Found::default();
    head(plan, known, &mut found);
    clauses(plan, &mut found);
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
        conditions(plan, level, &path, &mut found);
        needs(plan, level, &path, known, &mut tasks, &mut found);
    }
    found.0
}

#[derive(Default)]
struct Found(Vec<Fault>);

impl Found {
    fn error(&mut self, path: &str, code: &'static str, zh: String, en: String) {
        self.0.push(Fault { path: path.to_owned(), at: None, code, zh, en, is_error: true });
    }

    fn warning(&mut self, path: &str, code: &'static str, zh: String, en: String) {
        self.0.push(Fault { path: path.to_owned(), at: None, code, zh, en, is_error: false });
    }

    fn unknown(
        &mut self,
        path: &str,
        code: &'static str,
        what: (&str, &str),
        id: &str,
        known: &BTreeSet<String>,
    ) {
        let near = nearest(id, known.iter().map(String::as_str));
        let list: Vec<&str> = known.iter().take(30).map(String::as_str).collect();
        let list = if list.is_empty() { "-".to_owned() } else { list.join(", ") };
        self.error(
            path,
            code,
            format!("{} “{id}” 不存在{};已有:{list}", what.0, near.0),
            format!("{} {id:?} does not exist{}; there are: {list}", what.1, near.1),
        );
    }

    fn condition(&mut self, path: &str, faults: Vec<CelFault>) {
        for CelFault { at, code, zh, en } in faults {
            self.0.push(Fault { path: path.to_owned(), at: Some(at), code, zh, en, is_error: true });
        }
    }

    fn line(&mut self, path: &str, text: &str, is_needed: bool) {
        if is_needed && text.trim().is_empty() {
            let field = path.rsplit('.').next().unwrap_or(path);
            self.error(path, "value-missing", format!("缺少 {field}"), format!("{field} is missing"));
        }
        if text.chars().count() > LINE_CHARS_MAX {
            self.error(
                path,
                "too-long",
                format!("超过 {LINE_CHARS_MAX} 字,详情请写入 text"),
                format!("more than {LINE_CHARS_MAX} characters; details go into text"),
            );
        }
    }

    fn text(&mut self, path: &str, text: &str) {
        if text.chars().count() > TEXT_CHARS_MAX {
            self.error(
                path,
                "too-long",
                format!("超过 {TEXT_CHARS_MAX} 字"),
                format!("more than {TEXT_CHARS_MAX} characters"),
            );
        }
    }

    fn many(&mut self, path: &str, count: usize, most: usize) {
        if count > most {
            self.error(
                path,
                "too-many",
                format!("{count} 项,至多 {most} 项"),
                format!("{count} entries; at most {most}"),
            );
        }
    }
}

/// Lower-case letters, digits, `-`, `_`, and dots.
fn is_id(id: &str) -> bool {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_.".contains(c);
    !id.is_empty() && id.len() <= ID_CHARS_MAX && id.chars().all(allowed)
}

fn not_an_id(found: &mut Found, path: &str, id: &str) {
    found.error(
        path,
        "token",
        format!("“{id}” 不能作为标识;只用小写字母、数字和 -_.,至多 {ID_CHARS_MAX} 个字符"),
        format!("{id:?} cannot be an id; use at most {ID_CHARS_MAX} lower-case letters, digits and -_."),
    );
}

fn head(plan: &Plan, known: &Known, found: &mut Found) {
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

fn clauses(plan: &Plan, found: &mut Found) {
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

fn conditions(plan: &Plan, level: &Level, path: &str, found: &mut Found) {
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
                let reads = condition.tables.contains(&super::world::Table::Readings);
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
        if task.post.is_empty() && task.department.is_empty() {
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
        found.line(&format!("{path}.team.{place}.capability"), &team.capability, true);
    }
    for (place, supply) in level.supplies.iter().enumerate() {
        if supply.item.len() != 7 || !supply.item.bytes().all(|byte| byte.is_ascii_digit()) {
            let item = &supply.item;
            found.error(
                &format!("{path}.supply.{place}.item"),
                "item",
                format!("物资代码 “{item}” 应为 7 位数字(GB/T 38565)"),
                format!("item {item:?} is not a 7-digit code of GB/T 38565"),
            );
        }
    }
}

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
            team.state != "out-of-service" && team.capabilities.iter().any(|own| own == capability)
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

//! What changed between two versions of a plan, in words.

use crate::city::plan::{Clause, Level, Per, Plan, StartMode, Task, roman};
use serde::Serialize;
use std::collections::BTreeSet;

/// One change, for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// `added`, `removed` or `changed`.
    pub change: &'static str,
    /// What: `level 3 start`, `level 4 task evacuate`.
    pub what: String,
    pub before: String,
    pub after: String,
    pub zh: String,
    pub en: String,
}

/// From the older to the newer, in the order of the plan.
pub fn between(a: &Plan, b: &Plan) -> Vec<Change> {
    let mut found = Vec::new();
    head(a, b, &mut found);
    let levels: BTreeSet<u8> = a.levels.iter().chain(&b.levels).map(|level| level.level).collect();
    for number in levels.into_iter().rev() {
        let (name, what) = (format!("{}级", roman(number)), format!("level {number}"));
        match (a.level(number), b.level(number)) {
            (Some(a), Some(b)) => level(a, b, &name, &what, &mut found),
            (None, Some(b)) => found.push(added(&what, &name, &b.start)),
            (Some(a), None) => found.push(removed(&what, &name, &a.start)),
            (None, None) => {}
        }
    }
    clauses(&a.clauses, &b.clauses, &mut found);
    found
}

fn head(a: &Plan, b: &Plan, found: &mut Vec<Change>) {
    let number = |number: u32| number.to_string();
    let list = |list: &[String]| list.join(" ");
    field(found, "title", "标题", &a.title, &b.title);
    field(found, "kind", "类型", a.kind.name(), b.kind.name());
    field(found, "per", "响应单元", per(a.per()), per(b.per()));
    field(found, "parent", "上级预案", &a.parent, &b.parent);
    field(found, "region", "区域", &a.region, &b.region);
    field(found, "department", "主管部门", &a.department, &b.department);
    field(found, "unit", "单位", &a.unit, &b.unit);
    field(found, "hazards", "危险类别", &list(&a.hazards), &list(&b.hazards));
    field(found, "readings", "读数", &list(&a.readings), &list(&b.readings));
    field(found, "post", "研判岗位", &a.post, &b.post);
    field(found, "answer_min", "答复时限(分钟)", &number(a.answer_min), &number(b.answer_min));
}

fn level(a: &Level, b: &Level, name: &str, what: &str, found: &mut Vec<Change>) {
    condition(found, &format!("{what} start"), &format!("{name}启动条件"), &a.start, &b.start, &b.clause);
    condition(found, &format!("{what} end"), &format!("{name}终止条件"), &a.end, &b.end, &b.clause);
    let seconds = |seconds: u32| format!("{seconds} s");
    field(
        found,
        &format!("{what} hold_s"),
        &format!("{name}保持时间"),
        &seconds(a.hold_s),
        &seconds(b.hold_s),
    );
    let mode = |level: &Level| format!("{:?}", level.start_mode).to_lowercase();
    field(found, &format!("{what} start_mode"), &format!("{name}启动方式"), &mode(a), &mode(b));
    field(found, &format!("{what} clause"), &format!("{name}条款"), &a.clause, &b.clause);
    let ids: Vec<&str> =
        union(a.tasks.iter().map(|task| task.id.as_str()), b.tasks.iter().map(|task| task.id.as_str()));
    for id in ids {
        let of = |level: &Level| level.tasks.iter().find(|task| task.id == id).cloned();
        let (what, name) = (format!("{what} task {id}"), format!("{name}任务"));
        match (of(a), of(b)) {
            (Some(a), Some(b)) => task(&a, &b, &name, &what, found),
            (None, Some(b)) => found.push(added(&what, &name, &told(&b))),
            (Some(a), None) => found.push(removed(&what, &name, &told(&a))),
            (None, None) => {}
        }
    }
    let capabilities: Vec<&str> = union(
        a.teams.iter().map(|team| team.capability.as_str()),
        b.teams.iter().map(|team| team.capability.as_str()),
    );
    for capability in capabilities {
        let of = |level: &Level| {
            let found = level.teams.iter().find(|team| team.capability == capability);
            found.map(|team| format!("{} 支{}", team.count, how(team.mode))).unwrap_or_default()
        };
        field(
            found,
            &format!("{what} team {capability}"),
            &format!("{name}队伍 {capability}"),
            &of(a),
            &of(b),
        );
    }
    let items: Vec<&str> = union(
        a.supplies.iter().map(|supply| supply.item.as_str()),
        b.supplies.iter().map(|supply| supply.item.as_str()),
    );
    for item in items {
        let of = |level: &Level| {
            let found = level.supplies.iter().find(|supply| supply.item == item);
            found.map(|supply| format!("{}{}", supply.quantity, how(supply.mode))).unwrap_or_default()
        };
        field(found, &format!("{what} supply {item}"), &format!("{name}物资 {item}"), &of(a), &of(b));
    }
}

fn per(per: Per) -> &'static str {
    match per {
        Per::Plan => "plan",
        Per::Incident => "incident",
        Per::Region => "region",
    }
}

/// Behind a number: who decides, where it is a person.
fn how(mode: StartMode) -> &'static str {
    match mode {
        StartMode::Automatic => "",
        StartMode::Propose => "(propose)",
    }
}

fn task(a: &Task, b: &Task, name: &str, what: &str, found: &mut Vec<Change>) {
    let name = format!("{name}“{}”", b.title);
    let minutes = |minutes: Option<u32>| minutes.map(|minutes| format!("{minutes} 分钟")).unwrap_or_default();
    field(found, &format!("{what} title"), &format!("{name}名称"), &a.title, &b.title);
    field(found, &format!("{what} text"), &format!("{name}内容"), &a.text, &b.text);
    field(found, &format!("{what} post"), &format!("{name}岗位"), &a.post, &b.post);
    field(found, &format!("{what} department"), &format!("{name}部门"), &a.department, &b.department);
    field(found, &format!("{what} clause"), &format!("{name}条款"), &a.clause, &b.clause);
    let clocks = [
        ("acknowledge_min", "接令时限", a.acknowledge_min, b.acknowledge_min),
        ("arrive_min", "到场时限", a.arrive_min, b.arrive_min),
        ("done_min", "完成时限", a.done_min, b.done_min),
    ];
    for (field_name, word, a, b) in clocks {
        field(found, &format!("{what} {field_name}"), &format!("{name}{word}"), &minutes(a), &minutes(b));
    }
}

fn clauses(a: &[Clause], b: &[Clause], found: &mut Vec<Change>) {
    let numbers = union(a.iter().map(|clause| clause.no.as_str()), b.iter().map(|clause| clause.no.as_str()));
    for no in numbers {
        let of = |clauses: &[Clause]| clauses.iter().find(|clause| clause.no == no).cloned();
        let (what, name) = (format!("clause {no}"), format!("条款 §{no}"));
        match (of(a), of(b)) {
            (Some(a), Some(b)) => {
                field(found, &format!("{what} title"), &format!("{name}标题"), &a.title, &b.title);
                field(found, &format!("{what} text"), &format!("{name}正文"), &a.text, &b.text);
            }
            (None, Some(b)) => found.push(added(&what, &name, &b.title)),
            (Some(a), None) => found.push(removed(&what, &name, &a.title)),
            (None, None) => {}
        }
    }
}

/// A condition of which only numbers changed is told by them.
fn condition(found: &mut Vec<Change>, what: &str, name: &str, a: &str, b: &str, clause: &str) {
    if a == b {
        return;
    }
    let (old, new) = (tokens(a), tokens(b));
    let is_number = |word: &str| word.parse::<f64>().is_ok();
    let numbers: Vec<(&str, &str)> =
        old.iter().zip(&new).filter(|(a, b)| a != b).map(|(a, b)| (*a, *b)).collect();
    let only_numbers = old.len() == new.len() && numbers.iter().all(|(a, b)| is_number(a) && is_number(b));
    if numbers.is_empty() && old.len() == new.len() {
        return;
    }
    if !only_numbers {
        return field(found, what, name, a, b);
    }
    let at = if clause.is_empty() { String::new() } else { format!(" (§{clause})") };
    for (a, b) in numbers {
        found.push(Change {
            change: "changed",
            what: what.to_owned(),
            before: a.to_owned(),
            after: b.to_owned(),
            zh: format!("{name}{at}:阈值 {a} → {b}"),
            en: format!("{what}{at}: threshold {a} → {b}"),
        });
    }
}

/// Words, numbers and signs; blanks do not count.
fn tokens(text: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let end = match is_word(first) {
            true => rest.find(|c: char| !is_word(c)).unwrap_or(rest.len()),
            false => first.len_utf8(),
        };
        let (token, after) = rest.split_at(end);
        tokens.push(token);
        rest = after.trim_start();
    }
    tokens
}

fn told(task: &Task) -> String {
    let who = if task.post.is_empty() { &task.department } else { &task.post };
    format!("{}({who})", task.title)
}

fn field(found: &mut Vec<Change>, what: &str, name: &str, a: &str, b: &str) {
    if a == b {
        return;
    }
    found.push(match (a.is_empty(), b.is_empty()) {
        (true, false) => added(what, name, b),
        (false, true) => removed(what, name, a),
        _ => Change {
            change: "changed",
            what: what.to_owned(),
            before: a.to_owned(),
            after: b.to_owned(),
            zh: format!("{name}:{a} → {b}"),
            en: format!("{what}: {a} → {b}"),
        },
    });
}

fn added(what: &str, name: &str, after: &str) -> Change {
    Change {
        change: "added",
        what: what.to_owned(),
        before: String::new(),
        after: after.to_owned(),
        zh: format!("新增{name}:{after}"),
        en: format!("{what} added: {after}"),
    }
}

fn removed(what: &str, name: &str, before: &str) -> Change {
    Change {
        change: "removed",
        what: what.to_owned(),
        before: before.to_owned(),
        after: String::new(),
        zh: format!("删除{name}:{before}"),
        en: format!("{what} removed: {before}"),
    }
}

fn union<'a>(a: impl Iterator<Item = &'a str>, b: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut all: Vec<&str> = Vec::new();
    for id in a.chain(b) {
        if !all.contains(&id) {
            all.push(id);
        }
    }
    all
}

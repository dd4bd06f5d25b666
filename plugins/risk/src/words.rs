//! Facts as a duty officer reads them: 重大隐患 H20260701-0012 逾期 9 天;90 天内火灾 3 起.

use crate::judge::{DAY_MS, Judged, Weighed};
use std::collections::BTreeMap;
use tocsin_sdk::Timestamp;

/// The phrases of the facts that speak against the unit, the heaviest first.
pub fn reasons(judged: &Judged<'_>, days: u32, now: Timestamp, most: usize) -> String {
    let mut groups: BTreeMap<(&str, &str), Vec<&Weighed<'_>>> = BTreeMap::new();
    for fact in judged.facts.iter().filter(|fact| fact.points > 0 || fact.at_least.is_some()) {
        // Incidents of several hazards are several phrases; a danger's title is its own.
        let of = if fact.counted.kind.starts_with("incident.") { fact.title } else { "" };
        groups.entry((fact.counted.kind, of)).or_default().push(fact);
    }
    let mut groups: Vec<_> = groups.into_iter().collect();
    let weight = |facts: &[&Weighed<'_>]| -> i64 { facts.iter().map(|fact| fact.points).sum() };
    groups.sort_by_key(|(key, facts)| (-weight(facts), *key));
    let phrases = groups.iter().take(most).map(|((kind, _), facts)| phrase(kind, facts, days, now));
    let text = phrases.collect::<Vec<_>>().join("；");
    if text.is_empty() { "未见突出风险".to_owned() } else { text }
}

fn phrase(kind: &str, facts: &[&Weighed<'_>], days: u32, now: Timestamp) -> String {
    let count = facts.len();
    let hazard = facts.first().map(|fact| fact.title).filter(|name| !name.is_empty()).unwrap_or("事件");
    let one = |fact: &Weighed<'_>| match fact.title {
        "" => format!("{} ", fact.id),
        title => format!("{}「{title}」", fact.id),
    };
    let level = if kind.starts_with("danger.major") { "重大隐患" } else { "一般隐患" };
    match (kind.rsplit('.').next().unwrap_or_default(), facts) {
        ("open", [incident]) if kind == "incident.open" => format!("{hazard} {} 未结束", incident.id),
        ("open", _) if kind == "incident.open" => format!("{hazard} {count} 起未结束"),
        ("suspected", _) => format!("疑似{hazard} {count} 起"),
        ("closed", _) if kind == "incident.closed" => format!("{days} 天内{hazard} {count} 起"),
        ("false-alarm", _) => format!("{days} 天内{hazard}误报 {count} 起"),
        ("failed", _) => format!("{days} 天内检查不合格 {count} 次"),
        ("passed", _) => format!("{days} 天内检查合格 {count} 次"),
        ("held", _) => format!("{days} 天内演练 {count} 次"),
        ("closed", _) => format!("{days} 天内销号{level} {count} 项"),
        ("overdue", [danger]) => format!("{level} {}逾期 {} 天", one(danger), late(danger, now)),
        ("overdue", _) => {
            let worst = facts.iter().max_by_key(|fact| (late(fact, now), fact.id));
            let worst = worst.map(|fact| format!("（{} 最久，{} 天）", fact.id, late(fact, now)));
            format!("{level} {count} 项逾期{}", worst.unwrap_or_default())
        }
        ("rectified", [danger]) => format!("{level} {}待复查", one(danger)),
        ("rectified", _) => format!("{level} {count} 项待复查"),
        (_, [danger]) => format!("{level} {}整改中", one(danger)),
        _ => format!("{level} {count} 项整改中"),
    }
}

/// Days behind the deadline; the first one counts from its beginning.
fn late(fact: &Weighed<'_>, now: Timestamp) -> i64 {
    fact.late_since.map_or(0, |since| (now.saturating_sub(since) / DAY_MS).max(1))
}

/// At most so many bytes, whole letters.
pub fn cut(text: &str, most: usize) -> &str {
    let end = (0..=most.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
    &text[..end.unwrap_or_default()]
}

//! `duty.toml`: people, posts, rosters, single shifts and how people are called.

mod roster;

use super::department::{check_token, unique, unknown};
use super::finding::{Findings, text};
use super::source::{Entry, Source};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use tocsin_core::city::duty::{Calling, Duty, Person, Post};
use tocsin_core::city::{Department, Region};

/// Every post is a row that the core holds; a county has some hundreds.
const POSTS_MAX: usize = 10_000;
/// Calling again after a day is not calling.
const AGAIN_MINUTES_MAX: u32 = 1_440;
const TRIES_MAX: u32 = 20;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPost {
    id: String,
    name: String,
    #[serde(default)]
    department: String,
    #[serde(default)]
    region: String,
    #[serde(default)]
    duty: bool,
    #[serde(default)]
    deputy: String,
    #[serde(default)]
    superior: String,
    #[serde(default)]
    people: Vec<String>,
    #[serde(default)]
    roster: Option<roster::RawRoster>,
}

pub fn read(
    file: &Source<'_>,
    departments: &[Department],
    regions: &[Region],
    findings: &mut Findings,
) -> Duty {
    file.only_keys(&["calling", "person", "post", "shift"], findings);
    let people: Vec<Entry<'_, Person>> = file.entries("person", findings);
    let posts: Vec<Entry<'_, RawPost>> = file.entries("post", findings);
    check_people(&people, findings);
    let known = Known {
        people: people.iter().map(|entry| entry.value.id.as_str()).collect(),
        posts: posts.iter().map(|entry| entry.value.id.as_str()).collect(),
        departments: departments.iter().map(|department| department.id.as_str()).collect(),
        regions: regions.iter().map(|region| region.code.as_str()).collect(),
    };
    unique(&posts, "id", findings);
    if posts.len() > POSTS_MAX {
        let message = text(
            format!("岗位超过 {POSTS_MAX} 个"),
            format!("more than {POSTS_MAX} posts; divide the city's data"),
        );
        findings.error(posts[POSTS_MAX].at("id"), "too-many", message);
    }
    for post in &posts {
        check_post(post, &known, findings);
    }
    check_superiors(&posts, findings);
    check_duty(&posts, findings);
    let shifts = roster::shifts(file, &known, findings);
    let manned: BTreeSet<&str> = shifts.iter().map(|shift| shift.post.as_str()).collect();
    posts.iter().for_each(|post| warn_of_empty(post, &manned, findings));
    if !posts.is_empty() {
        warn_of_unanswered(file, &posts, departments, regions, findings);
    }
    let calling = read_calling(file, &known, findings);
    let posts = posts.iter().map(|post| post_of(post, &known, findings)).collect();
    Duty { people: people.into_iter().map(|entry| entry.value).collect(), posts, shifts, calling }
}

/// What may be referred to.
struct Known<'a> {
    people: BTreeSet<&'a str>,
    posts: BTreeSet<&'a str>,
    departments: BTreeSet<&'a str>,
    regions: BTreeSet<&'a str>,
}

fn check_people(people: &[Entry<'_, Person>], findings: &mut Findings) {
    unique(people, "id", findings);
    for entry in people {
        check_token(entry, "id", &entry.value.id, findings);
        if entry.value.name.trim().is_empty() {
            let message = text("姓名为空", "the name is empty");
            findings.error(entry.at("name"), "value-missing", message);
        }
        if entry.value.phone.trim().is_empty() {
            let message =
                text("没有电话,无法叫应;请填写 phone", "no phone, so they cannot be called; write phone");
            findings.warning(entry.at("id"), "phone-missing", message);
        }
    }
}

fn check_post(post: &Entry<'_, RawPost>, known: &Known<'_>, findings: &mut Findings) {
    let RawPost { id, name, department, region, deputy, superior, people, .. } = &post.value;
    check_token(post, "id", id, findings);
    if name.trim().is_empty() {
        findings.error(post.at("name"), "value-missing", text("岗位名称为空", "the name is empty"));
    }
    let references = [
        ("department", department, &known.departments, "部门", "department-unknown"),
        ("region", region, &known.regions, "区划", "region-unknown"),
        ("deputy", deputy, &known.posts, "岗位", "post-unknown"),
        ("superior", superior, &known.posts, "岗位", "post-unknown"),
    ];
    for (field, id, known, zh, code) in references {
        if !id.is_empty() && !known.contains(id.as_str()) {
            findings.error(post.at(field), code, unknown(zh, field, id, known.iter().copied()));
        }
    }
    if deputy == id {
        let message = text("副岗不能是自己", "a post is not its own deputy");
        findings.error(post.at("deputy"), "post-ring", message);
    }
    for (index, person) in people.iter().enumerate() {
        check_person(post, &format!("people.{index}"), person, known, findings);
        if people[..index].contains(person) {
            let message = super::department::twice(person);
            findings.error(post.at(&format!("people.{index}")), "id-twice", message);
        }
    }
}

fn check_person<T>(
    entry: &Entry<'_, T>,
    path: &str,
    person: &str,
    known: &Known<'_>,
    findings: &mut Findings,
) {
    if !known.people.contains(person) {
        let message = unknown("人员", "person", person, known.people.iter().copied());
        findings.error(entry.at(path), "person-unknown", message);
    }
}

/// Reports posts that are among their own superiors.
fn check_superiors(posts: &[Entry<'_, RawPost>], findings: &mut Findings) {
    let above: BTreeMap<&str, &str> =
        posts.iter().map(|post| (post.value.id.as_str(), post.value.superior.as_str())).collect();
    for post in posts {
        // Two steps for each one, as the hare and the tortoise: linear in a long line.
        let start = post.value.id.as_str();
        let up = |at: &str| above.get(at).copied().unwrap_or_default();
        let (mut slow, mut fast) = (start, start);
        let returns = loop {
            (slow, fast) = (up(slow), up(up(fast)));
            if slow == start || fast == start {
                break !start.is_empty();
            }
            if fast.is_empty() || slow == fast {
                break false;
            }
        };
        if returns {
            let message = text(
                format!("岗位 {start} 的上级最终又是自己"),
                format!("{start} is among its own superiors; name another superior or none"),
            );
            findings.error(post.at("superior"), "post-ring", message);
        }
    }
}

/// A duty post answers for something, and for a department one alone.
fn check_duty(posts: &[Entry<'_, RawPost>], findings: &mut Findings) {
    let mut answering: BTreeMap<&str, &str> = BTreeMap::new();
    for post in posts.iter().filter(|post| post.value.duty) {
        let RawPost { id, department, region, .. } = &post.value;
        if department.is_empty() && region.is_empty() {
            let message = text(
                "值班岗位须写 department 或 region",
                "a duty post answers for a department or a region; write one of them",
            );
            findings.error(post.at("duty"), "duty-nowhere", message);
        } else if region.is_empty()
            && let Some(first) = answering.insert(department, id)
        {
            let message = text(
                format!("部门 {department} 的值班岗位已是 {first};其中一个去掉 duty"),
                format!("{first} answers for {department} already; take duty from one of them"),
            );
            findings.error(post.at("duty"), "duty-twice", message);
        }
    }
}

/// 职责空白, seen before anything happens.
fn warn_of_empty(post: &Entry<'_, RawPost>, manned: &BTreeSet<&str>, findings: &mut Findings) {
    let RawPost { id, people, roster, .. } = &post.value;
    let has_turns = roster.as_ref().is_some_and(|roster| !roster.people.is_empty());
    if people.is_empty() && !has_turns && !manned.contains(id.as_str()) {
        let message = text(
            "职责空白:岗位没有人;请填写 people",
            "nobody holds this post, so nobody answers for it; write people",
        );
        findings.warning(post.at("id"), "gap", message);
    }
}

fn warn_of_unanswered(
    file: &Source<'_>,
    posts: &[Entry<'_, RawPost>],
    departments: &[Department],
    regions: &[Region],
    findings: &mut Findings,
) {
    let on_duty = || posts.iter().filter(|post| post.value.duty).map(|post| &post.value);
    let covered: BTreeSet<&str> = on_duty().map(|post| post.region.as_str()).collect();
    for Region { code, name, .. } in regions.iter().filter(|region| !covered.contains(region.code.as_str())) {
        let message = text(
            format!("职责空白:{name}({code})没有值班岗位;请加 [[post]],region = \"{code}\",duty = true"),
            format!(
                "no post answers for {name} ({code}); add a [[post]] with region = \"{code}\" and duty = true"
            ),
        );
        findings.warning(file.start().named("region", code), "gap", message);
    }
    let covered: BTreeSet<&str> =
        on_duty().filter(|post| post.region.is_empty()).map(|post| post.department.as_str()).collect();
    for Department { id, name, .. } in departments.iter().filter(|known| !covered.contains(known.id.as_str()))
    {
        let message = text(
            format!("职责空白:{name}({id})没有值班岗位;请加 [[post]],department = \"{id}\",duty = true"),
            format!(
                "no post answers for {name} ({id}); add a [[post]] with department = \"{id}\" and duty = true"
            ),
        );
        findings.warning(file.start().named("department", id), "gap", message);
    }
}

fn read_calling(file: &Source<'_>, known: &Known<'_>, findings: &mut Findings) -> Calling {
    let calling: Calling = file.section("calling", findings);
    let limits =
        [("again_minutes", calling.again_minutes, AGAIN_MINUTES_MAX), ("tries", calling.tries, TRIES_MAX)];
    for (field, value, most) in limits {
        if !(1..=most).contains(&value) {
            let message = text(
                format!("{field} = {value} 无效;应为 1 至 {most}"),
                format!("{field} = {value} is out of range; write 1 to {most}"),
            );
            findings.error(file.at("calling"), "calling", message);
        }
    }
    for id in calling.confirmed_by.iter().filter(|id| !known.departments.contains(id.as_str())) {
        let message = unknown("部门", "department", id, known.departments.iter().copied());
        findings.error(file.at("calling"), "department-unknown", message);
    }
    calling
}

fn post_of(post: &Entry<'_, RawPost>, known: &Known<'_>, findings: &mut Findings) -> Post {
    let RawPost { id, name, department, region, duty, deputy, superior, people, .. } = &post.value;
    Post {
        id: id.clone(),
        name: name.clone(),
        department: department.clone(),
        region: region.clone(),
        duty: *duty,
        deputy: deputy.clone(),
        superior: superior.clone(),
        people: people.clone(),
        roster: roster::read(post, known, findings),
    }
}

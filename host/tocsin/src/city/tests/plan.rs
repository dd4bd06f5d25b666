//! Tables of what `plans/*.toml` may hold, and where each mistake is said to stand.

use super::{Folder, TINY, load};
use crate::city::{plan_lacks, read_plan};
use tocsin_core::plan::check::Means;

const PLAN: &str = r#"id = "flood-city"
version = 1
title = "防汛预案"
region = "330791000000"
department = "fire"
readings = ["water.level"]
[[clause]]
no = "1"
title = "适用范围 组织机构 响应 处置 保障"
[[level]]
level = 4
clause = "1"
start = "warnings.exists(w, w.severity >= 2)"
end = """
!warnings.exists(w, w.severity >= 2) &&
  !readings.exists(r, r.value > 1)"""
[[level.task]]
id = "watch"
title = "巡查"
post = "fire-duty"
[[level.supply]]
item = "3010102"
quantity = 200
"#;

/// What a city with these plans is told.
#[track_caller]
fn check(plans: &[&str], expect: &[&str]) {
    let folder = Folder::of(TINY);
    std::fs::create_dir(folder.0.join("plans")).unwrap();
    for (place, text) in plans.iter().enumerate() {
        std::fs::write(folder.0.join(format!("plans/{place}.toml")), text).unwrap();
    }
    let list = match load(&folder.0) {
        Ok(loaded) => loaded.warnings,
        Err(errors) => errors.findings().to_vec(),
    };
    let found: Vec<String> =
        list.iter().map(|f| format!("{}:{}:{} {}", f.file, f.line, f.column, f.code)).collect();
    assert_eq!(found, expect, "{list:?}");
}

#[track_caller]
fn after(old: &str, new: &str, expect: &[&str]) {
    assert!(PLAN.contains(old), "{old:?}");
    check(&[&PLAN.replacen(old, new, 1)], expect);
}

#[test]
fn every_mistake_points_into_its_file() {
    check(&[PLAN], &[]);
    // Into the condition, in each way of writing a text.
    after("w.severity >= 2)\"", "w.sverity >= 2)\"", &["plans/0.toml:13:31 cel-field"]);
    after(
        "\"warnings.exists(w, w.severity >= 2)\"",
        "'warnings.exists(w, w.sverity >= 2)'",
        &["plans/0.toml:13:31 cel-field"],
    );
    after(
        "\"warnings.exists(w,",
        "\"'\\u96e8' == region && warning.exists(w,",
        &["plans/0.toml:13:32 cel-name"],
    );
    after("r.value > 1", "r.valeu > 1", &["plans/0.toml:16:25 cel-field"]);
    after("r.value > 1", "r.value > ", &["plans/0.toml:16:33 cel-syntax"]);
    after(
        "!warnings.exists(w, w.severity",
        "! \\\n  warnings.exists(w, w.sverity",
        &["plans/0.toml:16:24 cel-field"],
    );
    // Into the rest.
    after("\"fire\"", "\"fier\"", &["plans/0.toml:5:14 department-unknown"]);
    after("region = \"330791000000\"", "region = \"1\"", &["plans/0.toml:4:10 region-unknown"]);
    after("clause = \"1\"", "clause = \"2\"", &["plans/0.toml:12:10 clause-unknown"]);
    after("title = \"巡查\"\npost = \"fire-duty\"", "title = \"巡查\"", &["plans/0.toml:17:1 post-missing"]);
    after("\"3010102\"", "\"301\"", &["plans/0.toml:22:8 item"]);
    after("quantity = 200", "quantity = -1", &["plans/0.toml:23:12 entry-unreadable"]);
    after("title = \"巡查\"", "titel = \"巡查\"", &["plans/0.toml:19:1 entry-unreadable"]);
    after("version = 1", "version = 0", &["plans/0.toml:2:11 version"]);
    after("version = 1", "version = 1\nversion = 2", &["plans/0.toml:3:1 syntax"]);
    after("组织机构 ", "", &["plans/0.toml:7:1 section-missing"]);
    check(&[PLAN, PLAN], &["plans/1.toml:2:11 id-twice"]);
    let other = PLAN.replace("version = 1", "version = 2");
    check(&[PLAN, &other], &[]);
    let child = |id: &str, parent: &str| {
        PLAN.replace("\"flood-city\"", &format!("\"{id}\""))
            .replace("version = 1", &format!("version = 1\nparent = \"{parent}\""))
    };
    check(
        &[&child("a", "b"), &child("b", "a")],
        &["plans/0.toml:3:10 parent-ring", "plans/1.toml:3:10 parent-ring"],
    );
    check(&[&child("a", "c")], &["plans/0.toml:3:10 plan-unknown"]);
}

#[test]
fn what_is_not_there_is_red_where_it_is_asked_for() {
    struct Nothing;
    impl Means for Nothing {
        fn post(&self, _: &str) -> Option<bool> {
            Some(false)
        }
        fn teams(&self, _: &str) -> u64 {
            0
        }
        fn stock(&self, _: &str) -> u64 {
            199
        }
    }
    let folder = Folder::of(TINY);
    std::fs::create_dir(folder.0.join("plans")).unwrap();
    let path = folder.0.join("plans/flood.toml");
    std::fs::write(&path, PLAN).unwrap();
    for only in [None, Some(path.as_path())] {
        let found: Vec<String> = plan_lacks(&folder.0, only, &Nothing)
            .iter()
            .map(|f| format!("{:?} {}:{} {}", f.level, f.line, f.column, f.code))
            .collect();
        assert_eq!(found, ["Error 20:8 post-empty", "Error 22:8 supplies-missing"]);
    }
    let (plan, findings) = read_plan(&path, None);
    assert!(plan.is_some() && findings.is_empty(), "{findings:?}");
}

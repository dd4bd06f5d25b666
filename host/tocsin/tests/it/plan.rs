//! Plans through the whole host: a warning starts them, a person approves new
//! versions, and what ran still shows under which text it did.

use crate::running::{Folder, Running, tocsin};
use crate::wait::wait_for;
use crate::warning::{id, national, take};
use crate::web::{get, post};
use serde_json::{Value, json};

fn at_work(host: &Running) -> Vec<(String, u64)> {
    let mut open: Vec<(String, u64)> = host
        .json(&["response", "list", "--state", "active"])
        .iter()
        .map(|row| {
            (row["plan"].as_str().unwrap_or_default().to_owned(), row["level"].as_u64().unwrap_or_default())
        })
        .collect();
    open.sort();
    open
}

fn levels(pairs: &[(&str, u64)]) -> Vec<(String, u64)> {
    pairs.iter().map(|(plan, level)| ((*plan).to_owned(), *level)).collect()
}

#[test]
fn a_warning_starts_a_plan_where_it_rains() {
    let host = Running::new();
    let active = host.json(&["plan", "list", "--state", "active"]);
    assert!(
        active.iter().any(|row| row["id"] == "flood-city@1" && row["approved_by"] == "周志远"),
        "{active:?}"
    );

    let (first, second) = (id(-30), id(-20));
    let yellow = national(&first, "Alert", "yellow", "发布暴雨黄色预警[III级/较重]", "330791001000", "", -30);
    take(&host, "12379", yellow.as_bytes());
    let started = levels(&[("flood-city", 4), ("flood-qingxi", 4)]);
    wait_for("level 4", || (at_work(&host) == started).then_some(()));
    let posts = |host: &Running| -> Vec<String> {
        let mut orders = host.json(&["order", "list"]);
        // The stores have orders of their own.
        orders.retain(|order| order["response"].as_str().is_some_and(|response| !response.is_empty()));
        let cites = |order: &Value| order["clause"].as_str().is_some_and(|clause| clause.contains("@1 §"));
        assert!(orders.iter().all(cites), "{orders:?}");
        orders.iter().map(|order| order["post"].as_str().unwrap_or_default().to_owned()).collect()
    };
    let asked = posts(&host);
    assert!(asked.contains(&"qingxi-duty".to_owned()), "{asked:?}");
    assert!(asked.iter().all(|post| !post.starts_with("chengdong")), "{asked:?}");

    let red =
        national(&second, "Update", "red", "发布暴雨红色预警[I级/特别严重]", "330791001000", &first, -20);
    take(&host, "12379", red.as_bytes());
    let raised = levels(&[("flood-city", 2), ("flood-qingxi", 2)]);
    wait_for("level 2", || (at_work(&host) == raised).then_some(()));
    let asked = posts(&host);
    assert!(
        ["county-desk", "militia-duty", "qingxi-leader"]
            .iter()
            .all(|post| asked.contains(&(*post).to_owned())),
        "{asked:?}"
    );

    let row = host
        .json(&["response", "list", "--state", "active"])
        .into_iter()
        .find(|row| row["plan"] == "flood-city")
        .expect("it");
    let response = row["id"].as_str().expect("an id").to_owned();
    let shown = host.json(&["response", "show", &response]).remove(0);
    assert_eq!((&shown["version"], &shown["clause"]), (&json!(1), &json!("4.2.3")));
    assert_eq!(shown["evidence"][0]["sort"], "warning");
    let changes: Vec<&str> = shown["story"]
        .as_array()
        .expect("a story")
        .iter()
        .filter_map(|line| line["change"].as_str())
        .collect();
    assert_eq!(changes, ["started", "raised", "mustered"]);

    // One threshold more is another version, and needs a person.
    let mut plan = get(&host.console("/api/v1/plans/flood-city%401"), &[]).json()["text"].clone();
    let text = plan.to_string().replace("r.value >= 30.0", "r.value >= 30.5");
    plan = serde_json::from_str(&text).expect("JSON");
    let home: Value = serde_json::from_slice(&std::fs::read(host.data.join("host.json")).expect("host.json"))
        .expect("JSON");
    let token = format!("Bearer {}", home["operator"].as_str().expect("a token"));
    let may = [("authorization", token.as_str()), ("content-type", "application/json")];
    let load = |plan: &Value| post(&host.console("/api/v1/plans/load"), &may, plan.to_string().as_bytes());
    let same = load(&plan);
    assert_eq!((same.status, &same.json()["rule"]), (409, &json!("plan.load.same-version")));
    plan["version"] = json!(2);
    let broken =
        serde_json::from_str(&plan.to_string().replace("w.severity >= 2", "w.serverity >= 2")).expect("JSON");
    let refused = load(&broken);
    assert_eq!((refused.status, &refused.json()["rule"]), (409, &json!("plan.load.faulty")));
    assert!(
        refused.json()["reason"].as_str().is_some_and(|reason| reason.contains("level.0.start:")),
        "{}",
        refused.json()
    );
    assert_eq!(load(&plan).status, 200);
    assert!(host.refused(&["plan", "activate", "flood-city@2"]).contains("plan.activate.not-approved"));
    host.json(&["plan", "approve", "flood-city@2", "--by", "张三"]);
    host.json(&["plan", "activate", "flood-city@2", "--by", "张三"]);
    let diff = host.json(&["plan", "diff", "flood-city@1", "flood-city@2"]);
    assert!(diff.iter().any(|change| change["zh"] == "Ⅱ级启动条件 (§4.2.3):阈值 30.0 → 30.5"), "{diff:?}");
    assert_eq!(host.json(&["response", "show", &response]).remove(0)["version"], 1);

    assert!(host.refused(&["response", "end", &response, "--reason", ""]).contains("response.end.no-reason"));
    host.json(&["response", "end", &response, "--reason", "演示结束", "--by", "张三"]);
    wait_for("the end", || at_work(&host).is_empty().then_some(()));
}

#[test]
fn checking_points_at_the_place() {
    let folder = Folder::new();
    let city = folder.city();
    let plan = city.join("plans/flood-city.toml");
    let text = std::fs::read_to_string(&plan).expect("the plan");
    let run = |words: &[&str]| {
        let output = tocsin(words).arg("--json").output().expect("a command");
        let lines: Vec<Value> = String::from_utf8_lossy(&output.stdout)
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok())
            .collect();
        (output.status.code(), lines)
    };
    let dir = city.to_str().expect("a path");
    let (code, found) = run(&["plan", "check", dir]);
    assert_eq!((code, found), (Some(0), vec![]), "the example city has what its plans ask for");

    std::fs::write(
        &plan,
        text.replacen("post = \"water-duty\"", "post = \"watr-duty\"", 1).replacen(
            "quantity = 200",
            "quantity = 2000000",
            1,
        ),
    )
    .expect("written");
    let (code, found) = run(&["plan", "check", dir]);
    let told: Vec<(&Value, bool)> =
        found.iter().map(|f| (&f["code"], f["line"].as_u64() > Some(1))).collect();
    assert_eq!(code, Some(1));
    assert_eq!(told, [(&json!("post-unknown"), true), (&json!("supplies-missing"), true)], "{found:?}");

    // Of the others too, while one cannot be read.
    std::fs::write(&plan, text.replacen("quantity = 200", "quantity = 2000000", 1)).expect("written");
    let broken = city.join("plans/half.toml");
    std::fs::write(&broken, "id = \"half\"\nversion = ").expect("written");
    let (_, found) = run(&["plan", "check", dir]);
    let told: Vec<(&Value, &Value)> = found.iter().map(|f| (&f["code"], &f["file"])).collect();
    assert!(told.contains(&(&json!("syntax"), &json!("plans/half.toml"))), "{found:?}");
    assert!(told.contains(&(&json!("supplies-missing"), &json!("plans/flood-city.toml"))), "{found:?}");
    let twice = found.iter().enumerate().any(|(at, one)| found[..at].contains(one));
    assert!(!twice, "{found:?}");
    std::fs::remove_file(&broken).expect("removed");

    std::fs::write(&plan, text.replacen("w.severity >= 2", "w.severty >= 2", 1)).expect("written");
    let (code, found) = run(&["plan", "check", dir]);
    assert_eq!(
        (code, &found[0]["code"], &found[0]["file"]),
        (Some(1), &json!("cel-field"), &json!("plans/flood-city.toml"))
    );
}

//! Orders, duty and linkage through the real host.

use crate::running::{Folder, Running};
use crate::wait::wait_for;
use crate::web::get;
use serde_json::{Value, json};

fn subject(answer: &[Value]) -> String {
    answer[0]["reply"]["subject"].as_str().expect("a subject").to_owned()
}

fn listed(host: &Running, words: &[&str], expect: impl Fn(&[Value]) -> bool) -> Vec<Value> {
    wait_for("the listing", || Some(host.json(words)).filter(|rows| expect(rows)))
}

#[test]
fn orders_are_given_answered_and_measured() {
    let folder = Folder::new();
    let host = Running::on(&folder);
    // Every post of the city has somebody, and none of them twice.
    let watches = listed(&host, &["duty", "list"], |rows| rows.len() > 60);
    assert!(watches.iter().all(|watch| watch["noun"] == "watch" && watch["state"] == "held"), "{watches:?}");
    let desk = watches.iter().find(|watch| watch["id"] == "county-desk").expect("the desk");
    assert!(desk["until"].as_str().is_some_and(|until| until.ends_with("+08:00")), "{desk}");

    let give = |department: &str| {
        let words =
            ["order", "issue", "--title", "关闭三号闸", "--department", department, "--acknowledge", "10"];
        subject(&host.json(&[&words[..], &["--region", "330791105000", "--by", "王值班"]].concat()))
    };
    let (water, police) = (give("water"), give("police"));
    let refused = host.refused(&["order", "issue", "--title", "x", "--department", "army"]);
    assert!(refused.contains("order.issue.department-unknown"), "{refused}");
    let ack = ["order", "ack", &water, "--by", "李水利", "--command", "k-1"];
    let acked = host.json(&ack);
    assert_eq!(host.json(&ack)[0]["reply"], acked[0]["reply"]);
    let refused = host.refused(&["order", "ack", &water]);
    assert!(refused.contains("order.ack.from-acknowledged"), "{refused}");
    host.json(&["order", "arrive", &water]);
    host.json(&["order", "done", &water, "--result", "闸门已关"]);
    host.json(&["order", "decline", &police, "--reason", "警力不足"]);

    let done = listed(&host, &["order", "list", "--state", "done"], |rows| rows.len() == 1).remove(0);
    assert_eq!(
        (&done["id"], &done["result"], &done["asked"]["post"]),
        (&json!(water), &json!("闸门已关"), &json!("water-duty"))
    );
    let story = host.json(&["order", "show", &water]).remove(0)["story"].clone();
    let told: Vec<&str> =
        story.as_array().expect("a story").iter().filter_map(|line| line["change"].as_str()).collect();
    assert_eq!(told, ["issued", "acknowledged", "arrived", "done"]);

    let table = listed(&host, &["linkage", "--since", "2020-01-01"], |rows| rows.len() == 3);
    assert_eq!((&table[0]["department"], &table[0]["declined"]), (&json!("police"), &json!(1)));
    assert_eq!((&table[1]["department"], &table[1]["order_arrive"]["count"]), (&json!("water"), &json!(1)));
    assert_eq!((&table[2]["department"], &table[2]["orders"]), (&json!("*"), &json!(2)));
    assert_eq!(table[1]["slowest"]["order"], json!(water));
    assert_eq!(host.json(&["linkage", "--until", "2020-01-01"]).len(), 1);
    assert_eq!(get(&host.console("/api/v1/linkage?since=yesterday"), &[]).status, 400);
    let text = String::from_utf8(host.run(&["linkage"]).stdout).expect("text");
    assert!(text.contains("青山市水利局") && text.contains(&water), "{text}");

    // All of it is there after a restart.
    assert!(host.terminate().success());
    let host = Running::on(&folder);
    assert_eq!(host.json(&["order", "list"]).len(), 2);
    assert_eq!(host.json(&["linkage"]).len(), 3);
}

#[test]
fn duty_people_are_called_and_confirm() {
    let host = Running::new();
    listed(&host, &["duty", "list"], |rows| rows.len() > 60);
    let call = [
        "duty",
        "call",
        "W-1",
        "--title",
        "暴雨红色预警",
        "--region",
        "330791105000",
        "--region",
        "330791000000",
    ];
    assert_eq!(subject(&host.json(&call)), "W-1");
    let calls = listed(&host, &["duty", "list", "--matter", "W-1"], |rows| rows.len() == 2);
    let town = calls.iter().find(|call| call["post"] == "shihu-duty").expect("the township's");
    assert_eq!((&town["state"], &town["tries"]), (&json!("calling"), &json!(1)));
    let id = town["id"].as_str().expect("an id");
    host.json(&["duty", "confirm", id, "--by", "石湖值班员"]);
    let table = listed(&host, &["duty", "list", "--matter", "W-1"], |rows| {
        rows.iter().any(|call| call["state"] == "confirmed")
    });
    let confirmed = table.iter().find(|call| call["id"] == id).expect("the call");
    assert_eq!(confirmed["confirmed_by"], "石湖值班员");
    assert!(confirmed["confirmed_at"].as_str().is_some_and(|at| at.contains('T')), "{confirmed}");
    assert!(host.refused(&["duty", "confirm", id]).contains("石湖值班员"));

    host.json(&["duty", "handover", "shihu-duty", "--to", "shihu-leader", "--note", "替班"]);
    listed(&host, &["duty", "list", "--region", "330791105000"], |rows| {
        rows.iter().any(|row| row["id"] == "shihu-duty" && row["holder"]["person"] == "shihu-leader")
    });
    host.json(&["duty", "call-off", "W-1", "--reason", "预警解除"]);
    assert_eq!(host.json(&["duty", "gaps"]).len(), 0);
    assert_eq!(
        get(&host.console("/api/v1/calls?matter=W-1&state=cancelled"), &[]).json().as_array().map(Vec::len),
        Some(1)
    );
}

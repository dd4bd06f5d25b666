//! Orders: from the order to the result, with everyone who was asked on the way.

use crate::fixture::NIGHT;
use crate::room::{Night, city};
use tocsin_core::order::Order;
use tocsin_core::order::linkage::Linkage;
use tocsin_core::time::Timestamp;
use tocsin_core::{Cause, Fact};

#[track_caller]
fn check(timeline: &str, expect: &[&str]) {
    assert_eq!(
        Night::play(timeline).told(&["order", "gap"]),
        [EMPTY_POST].iter().chain(expect).copied().collect::<Vec<_>>(),
        "{timeline}"
    );
}

#[track_caller]
fn replies(timeline: &str, expect: &[&str]) {
    assert_eq!(Night::play(timeline).replies(), expect, "{timeline}");
}

/// One post of the city has nobody, which is told once.
const EMPTY_POST: &str = "0m gap.found D1 岗位无人:岗位police-duty";
const ISSUE: &str = "0s ? order issue - title=关闸 department=water acknowledge=10 arrive=30 done=60";

fn order(night: &Night, number: u32) -> Order {
    night.core.state().rooms.orders[&format!("O20260712-{number:04}")].clone()
}

fn minutes(at: Option<Timestamp>) -> Option<i64> {
    at.map(|at| at.since(NIGHT) / 60_000)
}

#[test]
fn an_order_goes_from_order_to_result() {
    check(
        &format!(
            "{ISSUE}
            1m ? order deliver O1
            2m ? order ack O1
            5m ? order depart O1
            20m ? order arrive O1
            50m ? order done O1 result=闸门已关
            9h"
        ),
        &[
            "0m order.issued O1 w1",
            "1m order.delivered O1 w1",
            "2m order.acknowledged O1 w1",
            "5m order.departed O1 w1",
            "20m order.arrived O1 w1",
            "50m order.done O1 w1",
        ],
    );
}

#[test]
fn a_later_stage_implies_the_earlier_ones_and_tells_no_times_for_them() {
    let night = Night::play(&format!("{ISSUE}\n5m ? order arrive O1\n6m ? order done O1 result=好"));
    let order = order(&night, 1);
    assert_eq!(minutes(order.arrived_at), Some(5));
    assert_eq!((order.delivered_at, order.acknowledged_at, order.departed_at), (None, None, None));
    assert_eq!((order.missed.len(), order.escalations.len(), order.result.as_str()), (0, 0, "好"));
}

#[test]
fn who_does_not_acknowledge_is_passed_over() {
    let silent = format!("{ISSUE}\n9h");
    check(
        &silent,
        &[
            "0m order.issued O1 w1",
            "10m order.escalated O1 wd",
            "20m order.escalated O1 wh",
            "30m gap.found D2 指令无人接令:关闸",
            "30m order.unanswered O1 wh",
            "30m order.overdue O1 wh",
            "60m order.overdue O1 wh",
        ],
    );
    let night = Night::play(&silent);
    let silent = order(&night, 1);
    assert_eq!(silent.missed, ["acknowledge", "arrive", "done"]);
    let steps: Vec<_> =
        silent.escalations.iter().map(|e| (e.from.person.as_str(), e.to.person.as_str())).collect();
    assert_eq!(steps, [("w1", "wd"), ("wd", "wh")]);
    assert!(silent.escalations.iter().all(|e| !e.reason.is_empty()));
    // It stays open, and whoever answers at last closes the finding.
    check(
        &format!("{ISSUE}\n40m ? order ack O1"),
        &[
            "0m order.issued O1 w1",
            "10m order.escalated O1 wd",
            "20m order.escalated O1 wh",
            "30m gap.found D2 指令无人接令:关闸",
            "30m order.unanswered O1 wh",
            "30m order.overdue O1 wh",
            "40m order.acknowledged O1 wh",
            "40m gap.closed D2 指令无人接令:关闸",
        ],
    );
}

#[test]
fn who_takes_the_post_has_its_orders() {
    check(
        &format!("{ISSUE}\n5m ? duty handover water-duty to=w2\n11m"),
        &["0m order.issued O1 w1", "5m order.handed-over O1 w2", "10m order.escalated O1 wd"],
    );
    // What was acknowledged stays with whoever did.
    check(
        &format!("{ISSUE}\n2m ? order ack O1\n5m ? duty handover water-duty to=w2\n11m"),
        &["0m order.issued O1 w1", "2m order.acknowledged O1 w1"],
    );
}

#[test]
fn an_answer_ends_the_asking() {
    check(
        "0s ? order issue - title=关闸 department=water acknowledge=10\n12m ? order ack O1\n9h",
        &["0m order.issued O1 w1", "10m order.escalated O1 wd", "12m order.acknowledged O1 wd"],
    );
}

#[test]
fn a_post_that_nobody_holds_is_passed_over_at_once() {
    let timeline = "0s ? order issue - title=封路 department=police acknowledge=5\n30m";
    check(
        timeline,
        &["0m order.issued O1 pd", "5m gap.found D2 指令无人接令:封路", "5m order.unanswered O1 pd"],
    );
    let order = order(&Night::play(timeline), 1);
    assert_eq!((order.escalations.len(), order.post.as_str()), (1, "police-duty"));
    assert_eq!(order.escalations[0].from.person, "");
}

#[test]
fn an_order_that_nobody_answers_for_is_a_gap() {
    check(
        "0s ? order issue - title=灭火 department=fire acknowledge=5\n30m",
        &["0m gap.found D2 指令无人负责:灭火", "0m order.issued O1 -", "5m order.unanswered O1 -"],
    );
}

#[test]
fn departments_tell_how_far_they_are() {
    check(
        &format!(
            "{ISSUE}
            1m water gate order.delivered kind=progress ref=O1
            2m water gate acknowledged kind=progress ref=O1
            3m water gate acknowledged kind=progress ref=O1     # told twice
            4m water gate arrived kind=progress ref=O1
            5m water gate departed kind=progress ref=O1         # came late
            6m water gate done kind=progress ref=O1 title=闸门已关
            7m water gate done kind=progress ref=O1
            8m water gate arrived kind=progress ref=O1          # after the end: on record
            9m water gate arrived kind=progress ref=O9
            9m water gate dancing kind=progress ref=O1"
        ),
        &[
            "0m order.issued O1 w1",
            "1m order.delivered O1 w1",
            "2m order.acknowledged O1 w1",
            "4m order.arrived O1 w1",
            "6m order.done O1 w1",
            "8m order.late O1 w1",
        ],
    );
}

#[test]
fn another_department_is_not_believed() {
    let forged: String =
        (1..=30).map(|minute| format!("{minute}s fire a order.done kind=progress ref=O1\n")).collect();
    let night = Night::play(&format!("{ISSUE}\n{forged}"));
    let order = order(&night, 1);
    assert_eq!((order.state.as_str(), order.refused), ("issued", 20));
    let forged = night.told(&["order"]).iter().filter(|line| line.contains("order.forged")).count();
    assert_eq!(forged, 20);
    let by_signal = night.journal.iter().any(|(_, entry)| {
        matches!(&entry.cause, Cause::Signal { department, .. } if department == "fire")
            && matches!(&entry.fact, Fact::Became { note, .. } if note.contains("fire") && note.contains("water"))
    });
    assert!(by_signal);
}

#[test]
fn a_department_that_declines_says_why() {
    let night =
        Night::play(&format!("{ISSUE}\n3m water gate declined kind=progress ref=O1 title=道路中断\n9h"));
    let declined = order(&night, 1);
    assert_eq!((declined.state.as_str(), declined.result.as_str()), ("declined", "道路中断"));
    assert_eq!(night.told(&["order"]), ["0m order.issued O1 w1", "3m order.declined O1 w1"]);
    // Their clock is ahead: no stage is later than now, nor before the last one.
    let night = Night::play(&format!(
        "{ISSUE}\n3m water gate departed kind=progress ref=O1 late=2m\n4m water gate arrived kind=progress ref=O1 late=4m"
    ));
    let order = order(&night, 1);
    assert_eq!((minutes(order.departed_at), minutes(order.arrived_at)), (Some(1), Some(1)));
}

#[test]
fn what_is_refused_says_by_which_rule() {
    replies(
        &format!(
            "{ISSUE}
            1m ? order ack O9
            1m ? order done O1 result=
            1m ? order decline O1 reason=
            2m ? order arrive O1
            3m ? order ack O1
            3m ? order decline O1 reason=太远
            4m ? order cancel O1 reason=重复
            5m ? order done O1 result=好"
        ),
        &[
            "ok O1",
            "order.unknown",
            "order.done.no-result",
            "order.decline.no-reason",
            "ok O1",
            "order.ack.from-arrived",
            "order.decline.from-arrived",
            "ok O1",
            "order.done.from-cancelled",
        ],
    );
    for (fields, rule) in [
        ("title= department=water", "order.issue.no-title"),
        ("title=x", "order.issue.nobody"),
        ("title=x department=army", "order.issue.department-unknown"),
        ("title=x post=water-chief", "order.issue.post-unknown"),
        ("title=x department=water region=330000009000", "order.issue.region-unknown"),
        ("title=x department=water incident=I20260712-0009", "order.issue.incident-unknown"),
        ("title=x department=water team=t9", "order.issue.team-unknown"),
        ("title=x department=water acknowledge=0", "order.issue.deadline"),
        ("title=x department=water done=10081", "order.issue.deadline"),
    ] {
        replies(&format!("0s ? order issue - {fields}"), &[rule]);
    }
}

#[test]
fn orders_end_with_their_incident() {
    let open = "0s fire a/1 fire.smoke
        1m ? order issue - title=灭火 department=water incident=I20260712-0001 acknowledge=10
        1m ? order issue - title=警戒 department=police incident=I20260712-0001
        2m ? order done O2 result=已警戒";
    let night = Night::play(&format!("{open}\n3m ! false 1 cooking 油烟\n9h"));
    assert_eq!(
        (order(&night, 1).state.as_str(), order(&night, 1).result.as_str()),
        ("cancelled", "事件 I20260712-0001 误报")
    );
    assert_eq!(order(&night, 2).state.as_str(), "done");
    assert_eq!(order(&night, 1).region, "330000001000");
    let night = Night::play(&format!("{open}\n3m ! confirm 1\n4m ! close 1 已扑灭\n9h"));
    assert_eq!(
        (order(&night, 1).state.as_str(), order(&night, 1).result.as_str()),
        ("cancelled", "事件 I20260712-0001 已结束")
    );
}

#[test]
fn orders_move_with_an_incident_that_is_another() {
    let night = Night::play(
        "0s fire a/1 fire.smoke
        1m fire c/1 fire.smoke
        2m ? order issue - title=灭火 department=water incident=I20260712-0002
        3m fire b/1 fire.smoke
        4m ! confirm 1
        5m ! close 1 已扑灭",
    );
    assert_eq!(
        night.told(&["order"]),
        ["2m order.issued O1 w1", "3m order.moved O1 w1", "5m order.cancelled O1 w1"]
    );
    assert_eq!(order(&night, 1).incident, "I20260712-0001");
}

#[test]
fn asking_again_is_harmless() {
    let mut night = Night::play(&format!("{ISSUE}\n2m ? order ack O1"));
    let inputs: Vec<_> = night.journal.iter().map(|(_, entry)| entry.clone()).collect();
    let before = night.core.state().rooms.clone();
    // The same command under its id, and the same progress in its frame.
    let act = tocsin_core::command::Act::read("order", "ack", "O20260712-0001", Default::default()).unwrap();
    let command = tocsin_core::Command { id: "r2".into(), actor: "王值班".into(), act };
    night.step(night.now().plus_millis(1_000), &[tocsin_core::Input::Command(command)]);
    assert_eq!(night.core.state().rooms, before);
    assert_eq!(night.replies(), ["ok O1", "ok O1", "ok O1"]);
    assert!(night.journal.len() == inputs.len() + 1);
}

#[test]
fn ten_thousand_open_orders_cost_what_is_due() {
    let mut night = Night::new(city());
    for batch in 0..100_i64 {
        let inputs: Vec<_> = (0..100)
            .map(|number| {
                let fields = serde_json::json!({"title": "巡查", "department": "water", "acknowledge": 10});
                let serde_json::Value::Object(fields) = fields else { unreachable!() };
                let act = tocsin_core::command::Act::read("order", "issue", "", fields).unwrap();
                tocsin_core::Input::Command(tocsin_core::Command {
                    id: format!("{batch}/{number}"),
                    actor: "a".into(),
                    act,
                })
            })
            .collect();
        night.core.step(NIGHT.plus_millis(batch), &inputs);
    }
    // Each minute of the night a step with nothing to do, then all clocks at once.
    let (mut steps, mut at) = (0, NIGHT);
    while let Some(due) = night.core.due().filter(|due| *due <= NIGHT.plus_millis(3_600_000)) {
        at = at.max(due);
        night.core.step(at, &[]);
        steps += 1;
    }
    let orders = &night.core.state().rooms.orders;
    assert_eq!(orders.len(), 10_000);
    assert!(orders.values().all(|order| order.escalations.len() == 2 && !order.gap.is_empty()));
    assert!(steps <= 330, "{steps}");
    let linkage = Linkage::of(orders.values(), NIGHT.plus_millis(3_600_000));
    assert_eq!(
        (linkage.all.orders, linkage.all.escalated_share, linkage.all.unanswered),
        (10_000, 1.0, 10_000)
    );
}

#[test]
fn a_downlink_that_fails_is_not_waited_for() {
    // Before the deadline the deputy is asked, once however often it fails.
    check(
        &format!(
            "{ISSUE}\n1m water gate failed kind=progress ref=O20260712-0001\n2m water gate failed kind=progress ref=O20260712-0001"
        ),
        &[
            "0m order.issued O1 w1",
            "1m order.undelivered O1 w1",
            "1m order.escalated O1 wd",
            "2m order.undelivered O1 wd",
        ],
    );
    // The host's own word that no connection was there counts as one.
    check(
        &format!("{ISSUE}\n1m water gate order.unsent kind=progress ref=O20260712-0001"),
        &["0m order.issued O1 w1", "1m order.undelivered O1 w1", "1m order.escalated O1 wd"],
    );
    // ... of an open order.
    check(
        &format!(
            "{ISSUE}\n1m ? order ack O1\n2m ? order done O1 result=已关\n3m water gate order.unsent kind=progress ref=O20260712-0001"
        ),
        &["0m order.issued O1 w1", "1m order.acknowledged O1 w1", "2m order.done O1 w1"],
    );
    // An order that somebody has taken is theirs.
    check(
        &format!("{ISSUE}\n1m ? order ack O1\n2m water gate undelivered kind=progress ref=O20260712-0001"),
        &["0m order.issued O1 w1", "1m order.acknowledged O1 w1", "2m order.undelivered O1 w1"],
    );
}

//! Duty: who holds a post, who is called until they confirm, and what nobody
//! answers for.

use crate::fixture::NIGHT;
use crate::room::{Night, city};
use std::sync::Arc;
use tocsin_core::city::duty::Shift;

const CALL: &str =
    "? duty call - matter=W1 title=暴雨红色预警 regions=330000001000,330000002000,330000000000";

#[track_caller]
fn check(timeline: &str, nouns: &[&str], expect: &[&str]) {
    let told = Night::play(timeline).told(nouns);
    let told: Vec<&str> = told.iter().map(String::as_str).filter(|line| !line.contains("D1 ")).collect();
    assert_eq!(told, expect, "{timeline}");
}

fn holder(night: &Night, post: &str) -> String {
    let watch = &night.core.state().rooms.watches[post];
    watch.holder.as_ref().map_or("-".to_owned(), |holder| holder.person.clone())
}

#[test]
fn posts_change_hands_by_roster() {
    check(
        "0s\n40h",
        &["watch"],
        &["600m watch.handed-over water-duty w2", "2040m watch.handed-over water-duty w1"],
    );
}

#[test]
fn a_hand_over_by_hand_lasts_until_the_roster_s_next() {
    let timeline = "0s
        1h ? duty handover water-duty to=wd note=替班
        1h ? duty handover water-duty to=wd
        1h ? duty handover water-duty to=nobody
        1h ? duty handover fire-duty to=wd";
    let mut night = Night::play(timeline);
    assert_eq!(
        night.replies(),
        ["ok water-duty", "duty.handover.same", "duty.handover.person-unknown", "duty.handover.unknown"]
    );
    // A restart does not undo what a person decided.
    night.restart(city());
    assert_eq!(holder(&night, "water-duty"), "wd");
    night.go_on("11h");
    assert_eq!(
        night.told(&["watch"]),
        ["60m watch.handed-over water-duty wd", "600m watch.handed-over water-duty w2"]
    );
}

#[test]
fn a_restart_says_nothing_new() {
    let mut night = Night::play("0s\n11h ? duty handover police-duty to=pd");
    let before = night.journal.len();
    night.restart(city());
    assert_eq!(night.journal.len(), before);
}

#[test]
fn an_empty_post_is_a_gap_until_someone_takes_it() {
    let mut night = Night::play("0s\n5m ? duty handover police-duty to=pd");
    let gap = ["0m gap.found D1 岗位无人:岗位police-duty", "5m gap.closed D1 岗位无人:岗位police-duty"];
    assert_eq!(night.told(&["gap"]), gap);
    // New city data: the post is gone, another has somebody new.
    let mut other = (*city()).clone();
    other.duty.posts.retain(|post| post.id != "police-duty" && post.id != "police-deputy");
    other.duty.posts[2].people = vec!["boss".into()];
    other.duty.shifts = vec![Shift {
        post: "water-deputy".into(),
        person: "w2".into(),
        from: NIGHT,
        until: NIGHT.plus_millis(7_200_000),
        note: String::new(),
    }];
    night.restart(Arc::new(other));
    night.go_on("3h");
    assert_eq!(
        night.told(&["watch"])[1..],
        [
            "5m watch.changed water-deputy w2",
            "5m watch.changed water-head boss",
            "5m watch.ended police-deputy -",
            "5m watch.ended police-duty -",
            "120m watch.handed-over water-deputy wd",
        ]
    );
}

#[test]
fn a_department_s_system_brings_a_township_s_word() {
    let said =
        |department: &str, call: &str| format!("{department} box call.confirmed kind=progress ref={call}");
    let timeline =
        |word: &str, call: &str| format!("0s {CALL}\n1m {}\n2m {}", said(word, call), said(word, call));
    let confirmed = |night: &Night, call: &str| {
        let call = &night.core.state().rooms.calls[call];
        (call.state.clone(), call.confirmed_by.clone(), call.refused)
    };
    // C2 is the township's, which belongs to no department.
    let night = Night::play(&timeline("fire", "C20260712-0002"));
    assert_eq!(confirmed(&night, "C20260712-0002"), ("confirmed".into(), "E1".into(), 0));
    let mut own = (*city()).clone();
    own.duty.calling.confirmed_by = vec!["water".into()];
    let mut night = Night::new(Arc::new(own));
    night.go_on(&timeline("fire", "C20260712-0002"));
    assert_eq!(confirmed(&night, "C20260712-0002"), ("calling".into(), String::new(), 2));
    night.go_on(&format!("3m {}", said("water", "C20260712-0002")));
    assert_eq!(confirmed(&night, "C20260712-0002").0, "confirmed");
}

#[test]
fn each_region_is_called_until_it_confirms() {
    let mut night = Night::play(&format!(
        "0s {CALL}
        2m ? duty confirm C2
        3m ? duty confirm C2
        3m ? duty confirm C9
        2h"
    ));
    assert_eq!(
        night.told(&["call", "gap"])[1..],
        [
            "0m call.called C1 d1 1",
            "0m call.called C2 e1 1",
            // The west has no post.
            "0m gap.found D2 区域无值班岗位:暴雨红色预警",
            "2m call.confirmed C2 e1 1",
            "5m call.called-again C1 d1 2",
            "10m call.called-again C1 d1 3",
            "15m call.escalated C1 boss 4",
            "20m call.called-again C1 boss 5",
            "25m call.called-again C1 boss 6",
            "30m gap.found D3 叫应无人确认:暴雨红色预警",
            "30m call.unanswered C1 boss 6",
        ]
    );
    assert_eq!(night.replies(), ["ok W1", "ok C2", "duty.confirm.from-confirmed", "duty.confirm.unknown"]);
    let confirmed = &night.core.state().rooms.calls["C20260712-0002"];
    assert_eq!(
        (confirmed.confirmed_by.as_str(), confirmed.confirmed_at),
        ("王值班", Some(NIGHT.plus_millis(120_000)))
    );
    // Better late than never.
    night.go_on("3h ? duty confirm C1");
    let told = night.told(&["call", "gap"]);
    assert_eq!(
        told[told.len() - 2..],
        ["180m call.confirmed C1 boss 6", "180m gap.closed D3 叫应无人确认:暴雨红色预警"]
    );
}

#[test]
fn the_deputy_is_called_before_the_superior() {
    check(
        "0s ? duty call - matter=W1 title=暴雨 regions=330000001000\n50m",
        &["call"],
        &[
            "0m call.called C1 e1 1",
            "5m call.called-again C1 e1 2",
            "10m call.called-again C1 e1 3",
            "15m call.escalated C1 el 4",
            "20m call.called-again C1 el 5",
            "25m call.called-again C1 el 6",
            "30m call.escalated C1 d1 7",
            "35m call.called-again C1 d1 8",
            "40m call.called-again C1 d1 9",
            "45m call.unanswered C1 d1 9",
        ],
    );
}

#[test]
fn a_matter_is_called_once_a_title_and_called_off() {
    check(
        "0s ? duty call - matter=W1 title=暴雨黄色 regions=330000001000
        1m ? duty call - matter=W1 title=暴雨黄色 regions=330000001000,330000001000
        2m ? duty call - matter=W1 title=暴雨红色 regions=330000001000
        3m ? duty call-off - matter=W1 reason=预警解除
        4m ? duty call-off - matter=W1 reason=预警解除
        1h",
        &["call"],
        &[
            "0m call.called C1 e1 1",
            "2m call.cancelled C1 e1 1",
            "2m call.called C2 e1 1",
            "3m call.cancelled C2 e1 1",
        ],
    );
    // A confirmed one is not called again for the same, but for more.
    check(
        "0s ? duty call - matter=W1 title=黄 regions=330000001000
        1m ? duty confirm C1
        2m ? duty call - matter=W1 title=黄 regions=330000001000
        3m ? duty call - matter=W1 title=红 regions=330000001000
        4m ? duty confirm C2",
        &["call"],
        &[
            "0m call.called C1 e1 1",
            "1m call.confirmed C1 e1 1",
            "3m call.called C2 e1 1",
            "4m call.confirmed C2 e1 1",
        ],
    );
}

#[test]
fn calls_end_with_their_incident() {
    check(
        "0s fire a/1 fire.smoke
        1m ? duty call - matter=I20260712-0001 title=火警 regions=330000001000
        2m ! false 1 cooking 油烟
        2h",
        &["call"],
        &["1m call.called C1 e1 1", "2m call.cancelled C1 e1 1"],
    );
}

#[test]
fn whoever_takes_the_post_is_called_on() {
    check(
        "0s ? duty call - matter=W1 title=暴雨 regions=330000001000
        1m ? duty handover east-duty to=w2
        14m",
        &["call"],
        &["0m call.called C1 e1 1", "5m call.called-again C1 w2 2", "10m call.called-again C1 w2 3"],
    );
}

#[test]
fn a_gap_is_closed_with_a_reason() {
    let night = Night::play(
        "0s
        1m ? duty close D1 reason=
        2m ? duty close D1 reason=已指定专人
        3m ? duty close D1 reason=又一次
        3m ? duty close D9 reason=x
        9h",
    );
    assert_eq!(
        night.replies(),
        ["duty.close.no-reason", "ok D1", "duty.close.from-closed", "duty.close.unknown"]
    );
    assert_eq!(night.told(&["gap"]).len(), 2);
}

#[test]
fn a_call_that_is_not_understood_is_refused() {
    for (fields, rule) in [
        ("matter= title=x regions=330000001000", "duty.call.incomplete"),
        ("matter=W1 title=x regions=330000009000", "duty.call.region-unknown"),
    ] {
        assert_eq!(Night::play(&format!("0s ? duty call - {fields}")).replies(), [rule]);
    }
    assert_eq!(Night::play("0s ? duty call-off - matter=W1 reason=").replies(), ["duty.call-off.no-reason"]);
}

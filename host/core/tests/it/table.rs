//! Timelines and the incidents that they end in.

use crate::fixture::{NIGHT, line, play};
use tocsin_core::signal::Severity;
use tocsin_core::{Fact, Reply, event};

fn check(timeline: &str, expect: &[&str]) {
    let (core, _) = play(timeline);
    let found: Vec<String> = core.incidents().map(line).collect();
    assert_eq!(found, expect, "{timeline}");
}

fn replies(timeline: &str) -> Vec<String> {
    let (_, journal) = play(timeline);
    journal
        .into_iter()
        .filter_map(|entry| match entry.fact {
            Fact::Answered { reply: Reply::Ok { .. }, .. } => Some("ok".to_owned()),
            Fact::Answered { reply: Reply::Refused { rule, .. }, .. } => Some(rule),
            _ => None,
        })
        .collect()
}

#[test]
fn one_alarm_is_one_incident() {
    check("0s fire a/1 fire.smoke", &["1 fire suspected n=1 e=1 c=0.60"]);
}

#[test]
fn the_same_alarm_again_is_counted() {
    check("0ms fire a/1 fire.smoke\n1ms fire a/1 fire.smoke", &["1 fire suspected n=2 e=1 c=0.60"]);
    check("0s fire a/1 fire.smoke\n0s fire a/1 fire.smoke", &["1 fire suspected n=2 e=1 c=0.60"]);
    // However long it stays open.
    check("0s fire a/1 fire.smoke\n30h fire a/1 fire.smoke", &["1 fire suspected n=2 e=1 c=0.60"]);
    let (core, _) = play("0s fire a/1 fire.smoke\n40s fire a/1 fire.smoke");
    let incident = core.incidents().next().unwrap();
    assert_eq!((incident.first_at, incident.last_at), (NIGHT, NIGHT.plus_millis(40_000)));
}

#[test]
fn the_same_frame_again_is_not() {
    check(
        "0s fire a/1 fire.smoke frame=7\n9s fire a/1 fire.smoke frame=7",
        &["1 fire suspected n=1 e=1 c=0.60"],
    );
    check(
        "0s fire a/1 fire.smoke frame=7\n0s fire a/1 fire.smoke frame=7",
        &["1 fire suspected n=1 e=1 c=0.60"],
    );
    // Sent in again by an operator: counted only if its first frame had no effect.
    check(
        "0s fire a/1 fire.smoke frame=7\n9s fire a/1 fire.smoke frame=9 replay=7",
        &["1 fire suspected n=1 e=1 c=0.60"],
    );
    check(
        "0s fire a/1 fire.smoke frame=9 replay=7\n9s fire a/1 fire.smoke frame=10 replay=7",
        &["1 fire suspected n=1 e=1 c=0.60"],
    );
    // Nor after the incident ended.
    check(
        "0s fire a/1 fire.smoke frame=7\n5s ! false 1 cooking\n9s fire a/1 fire.smoke frame=7",
        &["1 fire false-alarm n=1 e=1 c=0.60"],
    );
}

#[test]
fn a_copy_of_a_message_opens_nothing_again() {
    let closed = |n: u32| format!("1 fire false-alarm n={n} e=1 c=0.60");
    let after = |again: &str, expect: &[&str]| {
        let first =
            "0s fire a/1 fire.smoke serial=7\n20s fire a/1 fire.smoke serial=8\n30s ! false 1 cooking";
        check(&format!("{first}\n{again}"), expect);
    };
    let anew = [&*closed(2), "2 fire suspected n=1 e=1 c=0.60"];
    after("40s fire a/1 fire.smoke serial=7 late=40s", &[&closed(3)]);
    after("40s fire a/1 fire.smoke serial=8 late=20s", &[&closed(3)]);
    // Later than clocks may differ.
    after("9m fire a/1 fire.smoke serial=7 late=9m", &[&closed(3)]);
    // Another number, another time, no number.
    after("40s fire a/1 fire.smoke serial=9 late=40s", &anew);
    after("40s fire a/1 fire.smoke serial=7", &anew);
    after("40s fire a/1 fire.smoke late=40s", &anew);
    // A clock that stands still numbers its fires alike each time that it begins anew.
    check(
        "0s fire a/1 fire.smoke serial=7 late=900h\n5s ! false 1 cooking\n8s fire a/1 fire.smoke serial=7 late=900h",
        &["1 fire false-alarm n=1 e=1 c=0.60", "2 fire suspected n=1 e=1 c=0.60"],
    );
}

#[test]
fn a_copy_of_a_message_does_not_undo_its_end() {
    let over = |again: &str| {
        let (core, _) = play(&format!(
            "0s fire a/1 fire.smoke serial=7\n60s fire a/1 fire.smoke kind=recovery serial=8\n{again}"
        ));
        core.incidents().next().map(|incident| (incident.count, incident.recovered))
    };
    assert_eq!(over("9m fire a/1 fire.smoke serial=7 late=9m"), Some((2, true)));
    assert_eq!(over("9m fire a/1 fire.smoke serial=9 late=9m"), Some((2, false)));
}

#[test]
fn what_is_near_in_space_and_time_is_one_incident() {
    check("0s fire a/1 fire.smoke\n60s fire b/1 fire.heat", &["1 fire suspected n=2 e=2 c=0.84"]);
    // 160 m.
    check(
        "0s fire a/1 fire.smoke\n60s fire c/1 fire.heat",
        &["1 fire suspected n=1 e=1 c=0.60", "2 fire suspected n=1 e=1 c=0.60"],
    );
    // 11 minutes.
    check(
        "0s fire a/1 fire.smoke\n11m fire b/1 fire.heat",
        &["1 fire suspected n=1 e=1 c=0.60", "2 fire suspected n=1 e=1 c=0.60"],
    );
    check("0s fire a/1 fire.smoke\n10m fire b/1 fire.heat", &["1 fire suspected n=2 e=2 c=0.84"]);
    // A person says where within 300 m.
    check(
        "0s fire a/1 fire.smoke\n20m grid w1 report.fire kind=report at=0,290",
        &["1 fire confirmed n=2 e=2 c=0.92"],
    );
}

#[test]
fn different_hazards_never_fuse() {
    check(
        "0s fire a/1 fire.smoke\n0s gas g gas.leak at=0,0",
        &["1 fire suspected n=1 e=1 c=0.60", "2 gas suspected n=1 e=1 c=0.70"],
    );
}

#[test]
fn without_a_position_the_unit_counts() {
    check("0s fire n/1 fire.smoke\n0s fire n/2 fire.smoke", &["1 fire suspected n=2 e=2 c=0.84"]);
    check("0s fire n/1 fire.smoke\n0s gas n2 fire.smoke", &["1 fire suspected n=2 e=2 c=0.84"]);
    // Of unregistered devices, the transmitter.
    check("0s fire x/1 fire.smoke\n0s fire x/2 fire.smoke", &["1 fire suspected n=2 e=2 c=0.84"]);
    check(
        "0s fire x/1 fire.smoke\n0s fire y/2 fire.smoke",
        &["1 fire suspected n=1 e=1 c=0.60", "2 fire suspected n=1 e=1 c=0.60"],
    );
}

#[test]
fn a_bridge_merges_into_the_older() {
    check(
        "0s fire a/1 fire.smoke\n10s fire c/1 fire.smoke\n20s fire b/1 fire.smoke",
        &["1 fire confirmed n=3 e=3 c=0.94", "2 fire merged n=1 e=1 c=0.60 ->1"],
    );
    // Three at once, and a state that people had reached is kept.
    check(
        "0s fire a/1 fire.smoke
         10s fire c/1 fire.smoke
         15s ! confirm 2
         16s ! respond 2
         20s fire b/1 fire.heat
         21s fire c/1 fire.smoke",
        &["1 fire responding n=4 e=3 c=0.94", "2 fire merged n=1 e=1 c=0.60 ->1"],
    );
    // An id that was merged still works.
    check(
        "0s fire a/1 fire.smoke\n10s fire c/1 fire.smoke\n20s fire b/1 fire.smoke\n30s ! close 2 已扑灭",
        &["1 fire closed n=3 e=3 c=0.94", "2 fire merged n=1 e=1 c=0.60 ->1"],
    );
    // A repeat in between bridges time.
    check(
        "0s fire a/1 fire.smoke\n9m fire c/1 fire.smoke at=50,0\n18m fire b/1 fire.smoke at=90,0",
        &["1 fire confirmed n=3 e=3 c=0.94"],
    );
}

#[test]
fn a_merge_may_reach_a_third() {
    // What happened at one spot at 0 and at 26 minutes becomes one incident by
    // way of a neighbour; then the spot was alight at 13 minutes too, and what
    // lay on its other side belongs to it.
    check(
        "0s fire a/1 fire.smoke
         8m fire b/2 fire.smoke
         13m fire w/1 fire.smoke at=-80,0
         26m fire a/2 fire.smoke
         27m fire b/2 fire.smoke late=5m",
        &[
            "1 fire confirmed n=5 e=4 c=0.97",
            "2 fire merged n=1 e=1 c=0.60 ->1",
            "3 fire merged n=1 e=1 c=0.60 ->1",
        ],
    );
}

#[test]
fn confirmation_needs_two_devices_or_a_person() {
    check("0s fire a/1 fire.smoke\n1s fire a/1 fire.manual", &["1 fire suspected n=2 e=2 c=0.75"]);
    check("0s fire a/1 fire.manual\n1s fire a/2 fire.smoke", &["1 fire confirmed n=2 e=2 c=0.90"]);
    // One device however sure.
    check("0s gas g gas.leak", &["1 gas suspected n=1 e=1 c=0.70"]);
    // The controller repeats what its detector says.
    check("0s fire a fire.smoke\n1s fire a/1 fire.manual", &["1 fire suspected n=2 e=2 c=0.75"]);
    // Under an alias of another department it is the same device.
    check("0s fire a/box fire.smoke\n1s power meter-7 fire.manual", &["1 fire suspected n=2 e=2 c=0.75"]);
}

#[test]
fn support_joins_and_never_opens() {
    check("0s power e1 electric.leak at=0,10", &[]);
    check("0s power e1 electric.leak at=0,10\n60s fire a/1 fire.smoke", &["1 fire suspected n=1 e=2 c=0.76"]);
    check("0s fire a/1 fire.smoke\n60s power e1 electric.leak at=0,10", &["1 fire suspected n=1 e=2 c=0.76"]);
    check("0s power e1 electric.leak at=0,10\n11m fire a/1 fire.smoke", &["1 fire suspected n=1 e=1 c=0.60"]);
    // The camera has its own hazard, and supports the fire within 50 m and 2 min.
    check(
        "0s fire a/1 fire.smoke\n100s video cam video.intrusion",
        &["1 fire suspected n=1 e=2 c=0.72", "2 intrusion suspected n=1 e=1 c=0.50"],
    );
    check(
        "0s video cam video.intrusion\n130s fire a/1 fire.smoke",
        &["1 intrusion suspected n=1 e=1 c=0.50", "2 fire suspected n=1 e=1 c=0.60"],
    );
    // A plain reading supports nothing.
    check(
        "0s power e1 electric.current at=0,10 kind=reading\n1s fire a/1 fire.smoke",
        &["1 fire suspected n=1 e=1 c=0.60"],
    );
}

#[test]
fn an_alarm_without_a_rule_is_never_dropped() {
    check(
        "0s fire a/1 odd.thing\n0s fire a/2 odd.thing\n1s fire a/1 odd.thing\n1s fire a/1 other.thing",
        &[
            "1 other suspected n=2 e=1 c=0.30",
            "2 other suspected n=1 e=1 c=0.30",
            "3 other suspected n=1 e=1 c=0.30",
        ],
    );
    check(
        "0s fire a/1 odd.thing kind=report\n0s fire a/1 fire.smoke kind=status\n0s fire a/1 fire.x kind=fault",
        &[],
    );
}

#[test]
fn fire_is_never_muted() {
    check(
        "0s fire a/1 fire.smoke\n60s ! false 1 cooking 炒菜\n61s fire a/1 fire.smoke",
        &["1 fire false-alarm n=1 e=1 c=0.60", "2 fire suspected n=1 e=1 c=0.60"],
    );
    // Nor by a recovery, nor by what is told late.
    check(
        "0s fire a/1 fire.smoke\n9s fire a/1 fire.smoke kind=recovery",
        &["1 fire suspected n=1 e=1 c=0.60 recovered"],
    );
    check(
        "0s fire a/1 fire.smoke\n9s fire a/1 fire.smoke kind=recovery\n12s fire a/1 fire.smoke",
        &["1 fire suspected n=2 e=1 c=0.60"],
    );
    check(
        "0s fire a/1 fire.smoke late=5h\n1s fire a/1 fire.smoke",
        &["1 fire suspected n=1 e=1 c=0.60 historic", "2 fire suspected n=1 e=1 c=0.60"],
    );
}

#[test]
fn a_recovery_speaks_for_its_code_or_for_all() {
    let two = "0s fire a/1 fire.smoke\n0s fire a/1 fire.heat\n";
    check(&format!("{two}9s fire a/1 fire.smoke kind=recovery"), &["1 fire suspected n=2 e=2 c=0.60"]);
    check(
        &format!("{two}9s fire a/1 fire.smoke kind=recovery\n9s fire a/1 fire.heat kind=recovery"),
        &["1 fire suspected n=2 e=2 c=0.60 recovered"],
    );
    // Another device's, or one from before the alarm, says nothing.
    check(
        "0s fire a/1 fire.smoke\n9s fire a/10 fire.smoke kind=recovery",
        &["1 fire suspected n=1 e=1 c=0.60"],
    );
    check(
        "0s fire a/1 fire.smoke\n9s fire a/1 fire.smoke kind=recovery late=1m",
        &["1 fire suspected n=1 e=1 c=0.60"],
    );
}

#[test]
fn told_late_is_history() {
    check("5h fire a/1 fire.smoke late=5h", &["13/1 fire suspected n=1 e=1 c=0.60 historic"]);
    // It never confirms itself.
    check(
        "0s fire a/1 fire.smoke late=5h\n0s fire b/1 fire.smoke late=5h\n0s fire a/2 fire.smoke late=5h",
        &["1 fire suspected n=3 e=3 c=0.94 historic"],
    );
    // The late copy of a known alarm is a repeat of it, ended or not.
    check("0s fire a/1 fire.smoke\n90m fire a/1 fire.smoke late=90m", &["1 fire suspected n=2 e=1 c=0.60"]);
    check(
        "0s fire a/1 fire.smoke\n5m ! false 1 steam\n90m fire a/1 fire.smoke late=90m\n91m fire b/1 fire.smoke late=90m",
        &["1 fire false-alarm n=3 e=2 c=0.84"],
    );
    // An hour is the line; a clock at its factory date or in the future is wrong, not late.
    check("0s fire a/1 fire.smoke late=59m", &["1 fire suspected n=1 e=1 c=0.60"]);
    check("0s fire a/1 fire.smoke late=9000d", &["1 fire suspected n=1 e=1 c=0.60"]);
    check("0s fire a/1 fire.smoke late=-9000d", &["1 fire suspected n=1 e=1 c=0.60"]);
}

#[test]
fn a_clock_known_to_be_wrong_mutes_nothing() {
    check(
        "0s fire a odd kind=status late=8h\n200s fire a odd kind=status late=8h\n210s fire a/1 fire.smoke late=8h",
        &["1 fire suspected n=1 e=1 c=0.60"],
    );
}

#[test]
fn the_life_of_an_incident() {
    let open = "0s fire a/1 fire.smoke\n";
    let told = |acts: &str| {
        let acts: String =
            acts.split(';').enumerate().map(|(n, act)| format!("{}s ! {act}\n", n + 1)).collect();
        replies(&format!("{open}{acts}"))
    };
    assert_eq!(told("confirm 1;respond 1;control 1;respond 1;control 1;close 1 已扑灭"), ["ok"; 6]);
    assert_eq!(
        told("close 1 x;confirm 1;confirm 1;control 1;close 1"),
        [
            "incident.close.from-suspected",
            "ok",
            "incident.confirm.from-confirmed",
            "incident.control.from-confirmed",
            "incident.close.no-result"
        ]
    );
    assert_eq!(
        told("false 1 other;false 1 other 风筝;false 1 dust;note 1 复盘;note 9 x"),
        [
            "incident.false-alarm.no-text",
            "ok",
            "incident.false-alarm.from-false-alarm",
            "ok",
            "incident.unknown"
        ]
    );
    assert_eq!(
        told("confirm 1;respond 1;control 1;false 1 dust"),
        ["ok", "ok", "ok", "incident.false-alarm.from-controlled"]
    );
}

#[test]
fn people_merge_what_is_one() {
    let two = "0s fire a/1 fire.smoke\n0s fire z/1 fire.smoke\n0s gas g gas.leak at=0,0\n";
    assert_eq!(
        replies(&format!("{two}1s ! merge 2 1\n2s ! merge 1 1\n3s ! merge 1 3\n4s ! merge 2 1")),
        ["ok", "incident.merge.itself", "incident.merge.other-hazard", "incident.merge.itself"]
    );
    check(
        &format!("{two}1s ! merge 2 1\n2s fire z/1 fire.smoke"),
        &[
            "1 fire suspected n=3 e=2 c=0.84",
            "2 fire merged n=1 e=1 c=0.60 ->1",
            "3 gas suspected n=1 e=1 c=0.70",
        ],
    );
}

#[test]
fn what_a_summary_says() {
    let (core, _) = play(
        "0s fire a/1 fire.smoke title=感烟火警\n5s fire b/1 fire.smoke sev=extreme\n9s video cam video.intrusion",
    );
    let incident = core.incident("I20260712-0001").unwrap();
    assert_eq!(incident.title, "感烟火警");
    assert_eq!((incident.unit.as_str(), incident.unit_name.as_str()), ("U1", "单位U1"));
    assert_eq!((incident.region.as_str(), incident.region_name.as_str()), ("330000001000", "东乡"));
    assert_eq!((incident.hazard_name.as_str(), incident.severity), ("火灾", Severity::Extreme));
    assert_eq!((incident.source_count, incident.supports, incident.count), (3, 1, 2));
    let codes: Vec<&str> = incident.reasons.iter().map(|reason| reason.code.as_str()).collect();
    assert_eq!(codes, ["independent", "alarm", "alarm", "support"]);
    assert_eq!(incident.reasons[1].text, "报警：感烟火警（设备a，可信度 0.60）");
    assert_eq!(incident.reasons[1].frame.as_ref().unwrap().to_string(), "fire/1000/0");
    let (core, _) = play("0s grid w report.fire kind=report at=-2000,0\n0s grid w2 report.fire kind=report");
    let regions: Vec<&str> = core.incidents().map(|incident| incident.region_name.as_str()).collect();
    assert_eq!(regions, ["西乡", "青山市"]);
}

#[test]
fn an_unknown_device_is_listed_and_counted_by_minutes() {
    let (core, _) = play(
        "0s fire x/1 s kind=status\n20s fire x/2 s kind=status\n70s fire x/1 s kind=device title=新传输装置",
    );
    let known = &core.state().provisional["fire"]["x"];
    assert_eq!((known.count, known.first_at, known.title.as_str()), (2, NIGHT, "新传输装置"));
    let (core, journal) =
        play("0s fire a/1 s kind=status\n20s fire a/1 s kind=status\n61m fire a/1 s kind=status");
    assert!(core.state().provisional.is_empty());
    assert_eq!(journal.len(), 2, "without a heartbeat last seen once an hour");
}

#[test]
fn asking_again_is_answered_alike_and_does_nothing() {
    use tocsin_core::command::Act;
    use tocsin_core::{Command, Input, incident};
    let (mut core, _) = play("0s fire a/1 fire.smoke");
    let confirm = Act::Incident(incident::Act::Confirm { id: "I20260712-0001".into(), note: String::new() });
    let ask = [Input::Command(Command { id: "k".into(), actor: "值班员".into(), act: confirm })];
    let first = core.step(NIGHT, &ask);
    let hash = core.hash();
    let again = core.step(NIGHT, &ask);
    assert_eq!(again.len(), 1);
    assert_eq!(again[0].fact, first.last().unwrap().fact);
    assert_eq!(core.hash(), hash);
    assert_eq!(core.incident("I20260712-0001").unwrap().notes.len(), 1);
}

#[test]
fn an_ended_incident_leaves_memory_when_its_time_is_due() {
    let (mut core, _) = play("0s fire a/1 fire.smoke\n1s ! false 1 test");
    let due = core.due().unwrap();
    assert_eq!(due, NIGHT.plus_millis(72 * 3_600_000 + 1_000));
    let hash = core.hash();
    assert!(core.step(due.plus_millis(-1), &[]).is_empty());
    assert_eq!(core.hash(), hash);
    assert_eq!(core.step(due, &[]).len(), 1);
    assert_eq!((core.incidents().count(), core.due()), (0, None));
    assert_eq!(core.step(due, &[]), []);
}

#[test]
fn a_record_makes_one_event_an_incident() {
    let kinds = |timeline: &str| {
        let mut core = tocsin_core::Core::new(crate::fixture::city());
        let mut kinds = Vec::new();
        for (now, inputs) in crate::fixture::steps(timeline) {
            for (ordinal, event) in event::events(&core.step(now, &inputs), now).into_iter().enumerate() {
                assert_eq!((event.ordinal as usize, event.time), (ordinal, now));
                assert_eq!(event.data["id"], event.subject.as_str());
                if !event.kind.starts_with("incident.") {
                    continue;
                }
                kinds.push(format!(
                    "{} {} {}",
                    event.kind,
                    event.data["state"].as_str().unwrap(),
                    event.data["count"]
                ));
            }
        }
        kinds
    };
    assert_eq!(
        kinds("0s fire a/1 fire.smoke\n0s fire a/1 fire.smoke\n0s fire z/1 fire.smoke"),
        ["incident.opened suspected 2", "incident.opened suspected 1"]
    );
    assert_eq!(
        kinds(
            "0s fire a/1 fire.smoke\n1s fire c/1 fire.smoke\n2s fire b/1 fire.smoke\n3s fire a/1 s kind=status\n4s ! close 1 灭"
        ),
        [
            "incident.opened suspected 1",
            "incident.opened suspected 1",
            "incident.changed confirmed 3",
            "incident.merged merged 1",
            "incident.closed closed 3"
        ]
    );
    assert_eq!(
        kinds("0s fire a/1 fire.smoke\n0s fire a/2 fire.smoke\n0s fire a/3 fire.smoke"),
        ["incident.opened confirmed 3"]
    );
}

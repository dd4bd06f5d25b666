//! What devices say of themselves, what is asked of people because of it, and how
//! often they were right.

use crate::room::{Night, city};
use tocsin_core::Fact;

fn check(timeline: &str, expect: &[&str]) -> Night {
    let night = Night::play(timeline);
    assert_eq!(night.told(&["device", "order"]), expect, "{timeline}");
    night
}

#[test]
fn a_fault_is_a_point_once_until_it_is_over() {
    let night = check(
        "1m fire a/1.1 fault.bus kind=fault title=总线故障
         2m fire a/1.1 fault.bus kind=fault
         3m fire a/1.1 fault.shielded kind=fault
         4m fire a/1.1 fault.bus kind=recovery
         5m fire a/1.1 fault.bus kind=recovery
         6m fire a/1.1 x kind=recovery
         7m fire a/1.1 fault.shielded kind=recovery",
        &[
            "1m device.changed fire/a/1.1 fault",
            "3m device.changed fire/a/1.1 fault,shielded",
            "4m device.recovered fire/a/1.1 shielded",
            "7m device.recovered fire/a/1.1",
        ],
    );
    let row = &night.core.state().rooms.devices["fire/a/1.1"];
    assert_eq!(
        (row.title.as_str(), row.unit.as_str(), row.unit_name.as_str()),
        ("设备a 1.1", "U1", "单位U1")
    );
    assert_eq!(row.points[0].frame.as_ref().unwrap().to_string(), "fire/5003/0", "its evidence");
    assert!(row.ended_at.is_some() && row.region == "330000001000");
}

#[test]
fn late_and_repeated_words_change_nothing() {
    check(
        "1m fire a fault.bus kind=fault
         4m fire a fault.bus kind=recovery
         5m fire a fault.bus kind=fault late=4m    # the same once more
         5m fire a fault.bus kind=fault late=3m    # between the two
         6m fire a fault.bus kind=fault
         7m fire a fault.bus kind=recovery late=3m # of before
         8m fire a fault.bus kind=recovery",
        &[
            "1m device.changed fire/a fault",
            "4m device.recovered fire/a",
            "6m device.changed fire/a fault",
            "8m device.recovered fire/a",
        ],
    );
}

#[test]
fn a_camera_is_armed_or_not() {
    let night = check(
        "1m video cam device.online kind=status
         2m video cam camera.armed kind=status
         3m video cam camera.armed kind=status
         4m video cam camera.subscribed kind=status
         5m video cam camera.disarmed kind=status
         6m video cam device.offline kind=status
         7m video cam device.online kind=status
         7m video cam status.started kind=status",
        &[
            "1m device.changed video/cam online",
            "2m device.changed video/cam armed,online",
            "4m device.changed video/cam subscribed,armed,online",
            "5m device.changed video/cam disarmed,subscribed,online",
            "6m device.changed video/cam offline,disarmed,subscribed",
            "7m device.changed video/cam disarmed,subscribed,online",
        ],
    );
    assert_eq!(night.core.state().rooms.devices["video/cam"].state, "disarmed");
}

#[test]
fn a_recovery_without_a_code_is_of_whatever_was_wrong() {
    let mut night = Night::play("1m video cam camera.armed kind=status\n 2m video cam fault.disk kind=fault");
    let mut well = crate::fixture::alarm(9, "video", "cam", "", night.now().plus_millis(1_000));
    well.signal.kind = tocsin_core::signal::Kind::Recovery;
    night.step(night.now().plus_millis(1_000), &[tocsin_core::Input::Signal(well)]);
    assert_eq!(night.core.state().rooms.devices["video/cam"].states, ["armed"]);
}

#[test]
fn a_low_battery_is_one_task_until_it_is_mended() {
    let hourly: String = (1..=24).map(|hour| format!("{hour}h water g battery.low kind=fault\n")).collect();
    let night = check(
        &hourly,
        &["60m order.issued O1 w1", "60m device.tasked water/g low-battery", "600m order.handed-over O1 w2"],
    );
    let order = night.core.state().rooms.orders.values().next().unwrap();
    assert_eq!((order.matter.as_str(), order.device.as_str()), ("maintenance", "g"));
    assert!(order.title.starts_with("更换电池:"), "{}", order.title);
    assert!(order.done_by.is_some());

    // Charged: nothing is left to do.
    check(
        "1h water g battery.low kind=fault
         2h water g battery.low kind=recovery",
        &[
            "60m order.issued O1 w1",
            "60m device.tasked water/g low-battery",
            "120m device.recovered water/g",
            "120m order.cancelled O1 w1",
        ],
    );
    // Done in vain: asked again. Declined: not.
    check(
        "10m water g battery.low kind=fault
         20m ? order done O1 result=已换
         30m water g battery.low kind=fault
         40m ? order decline O2 reason=无货
         50m water g battery.low kind=fault",
        &[
            "10m order.issued O1 w1",
            "10m device.tasked water/g low-battery",
            "20m order.done O1 w1",
            "30m order.issued O2 w1",
            "30m device.tasked water/g low-battery",
            "40m order.declined O2 w1",
        ],
    );
}

#[test]
fn what_only_people_see_is_mended_with_its_task() {
    check(
        "1h water g maintenance.proposed kind=fault title=近90天误报4次
         2h water g maintenance.proposed kind=fault
         3h ? order done O1 result=已清洗",
        &[
            "60m order.issued O1 w1",
            "60m device.tasked water/g maintenance",
            "180m order.done O1 w1",
            "180m device.mended water/g",
        ],
    );
}

#[test]
fn a_device_is_judged_by_what_became_of_its_incidents() {
    let night = Night::play(
        "1m fire a fire.smoke
         1m fire a fire.smoke
         2m video cam video.intrusion at=0,10
         3m ! false 1 cooking
         20m fire a fire.smoke
         21m ! confirm 3
         22m ! close 3 扑灭
         40m fire a fire.smoke
         41m ! false 4 test",
    );
    let row = &night.core.state().rooms.devices["fire/a"];
    assert_eq!((row.verdicts.incidents, row.verdicts.false_alarms, row.verdicts.false_rate), (2, 1, 0.5));
    assert_eq!(row.verdicts.list[0].disposition, "cooking");
    assert_eq!(row.state, "normal");
    let told: Vec<String> =
        night.told(&["device"]).into_iter().filter(|line| line.contains("fire/a")).collect();
    assert_eq!(told, ["3m device.judged fire/a", "22m device.judged fire/a"], "a test is no mistake");
}

#[test]
fn a_hostile_controller_fills_nothing() {
    let mut night = Night::new(city());
    let inputs: Vec<_> = (0..2_000_u64)
        .map(|n| {
            let at = night.now().plus_millis(n as i64);
            let mut fault = crate::fixture::alarm(n, "fire", &format!("a/{n}"), "fault.device", at);
            fault.signal.kind = tocsin_core::signal::Kind::Fault;
            tocsin_core::Input::Signal(fault)
        })
        .collect();
    night.step(night.now(), &inputs);
    let rows = &night.core.state().rooms.devices;
    assert_eq!(rows.len(), tocsin_core::device::PARTS_KEPT);
    let of_devices = |fact: &Fact| matches!(fact, Fact::Became { thing, .. } if thing.noun() == tocsin_core::thing::Noun::Device);
    let became = night.journal.iter().filter(|(_, entry)| of_devices(&entry.fact)).count();
    assert_eq!(became, rows.len());
}

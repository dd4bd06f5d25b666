//! What an alarm says, in every way it may say it.

use super::{CAMERA, accepted, alarm, decode, reply, text, usual};
use crate::Video;
use tocsin_sdk::mock::Host;
use tocsin_sdk::{Datum, Kind, Severity, Urgency};

const AT: i64 = 1_783_837_820_000;

#[test]
fn a_whole_alarm() {
    let outcome = accepted(usual(
        "5",
        "<AlarmDescription>主变区 &lt;围墙&gt; &#x4e1c;侧</AlarmDescription><Longitude>120.3184</Longitude><Latitude>29.2763</Latitude>\
         <Info><AlarmType>6</AlarmType><AlarmTypeParam><EventType>1</EventType></AlarmTypeParam></Info>",
    ));
    assert_eq!((outcome.signals.len(), outcome.defects.len()), (1, 0), "{:?}", outcome.defects);
    let signal = &outcome.signals[0];
    assert_eq!(
        (&signal.kind, signal.code.as_str(), signal.device.as_str()),
        (&Kind::Alarm, "video.intrusion", CAMERA)
    );
    assert_eq!(
        (signal.severity, signal.urgency, signal.observed),
        (Severity::Severe, Urgency::Immediate, Some(AT))
    );
    assert_eq!(signal.title, "入侵检测(进入区域):主变区 <围墙> 东侧");
    let position = signal.position.unwrap();
    assert_eq!((position.lon, position.lat, position.datum), (120.3184, 29.2763, Datum::Wgs84));
    assert_eq!(
        signal.data,
        r#"{"serial":"17","method":"5","type":"6","event":"1","priority":"2","description":"主变区 <围墙> 东侧"}"#
    );
    assert_eq!((outcome.sends.len(), outcome.sends[0].device.as_str()), (1, ""));
    assert_eq!(text(&outcome.sends[0].payload), reply("Alarm", "17", CAMERA, "OK"));
}

#[test]
fn every_method_and_type() {
    let check = |method: &str, kind: &str, expect: (Kind, &str, &str), defects: usize| {
        let outcome = accepted(usual(method, &format!("<Info><AlarmType>{kind}</AlarmType></Info>")));
        let signal = &outcome.signals[0];
        let got = (signal.kind.clone(), signal.code.as_str(), signal.title.as_str());
        assert_eq!((got, outcome.defects.len()), (expect, defects), "{method}/{kind} {:?}", outcome.defects);
    };
    let alarm = |code, title| (Kind::Alarm, code, title);
    let fault = |code, title| (Kind::Fault, code, title);
    check("1", "", alarm("video.phone", "电话报警"), 0);
    check("2", "", alarm("video.device", "设备报警"), 0);
    check("2", "1", fault("fault.video.loss", "视频丢失"), 0);
    check("2", "2", alarm("video.tamper", "设备防拆报警"), 0);
    check("2", "3", fault("fault.video.storage", "存储设备磁盘满"), 0);
    check("2", "4", alarm("video.heat", "设备高温报警"), 0);
    check("2", "5", fault("fault.video.cold", "设备低温"), 0);
    check("3", "", alarm("video.sms", "短信报警"), 0);
    check("4", "", alarm("video.gps", "GPS 报警"), 0);
    check("5", "", alarm("video.alarm", "视频报警"), 0);
    check("5", "1", alarm("video.manual", "人工视频报警"), 0);
    check("5", "2", alarm("video.motion", "运动目标检测"), 0);
    check("5", "3", alarm("video.left", "遗留物检测"), 0);
    check("5", "4", alarm("video.removed", "物体移除检测"), 0);
    check("5", "5", alarm("video.tripwire", "绊线检测"), 0);
    check("5", "6", alarm("video.intrusion", "入侵检测"), 0);
    check("5", "7", alarm("video.wrongway", "逆行检测"), 0);
    check("5", "8", alarm("video.loitering", "徘徊检测"), 0);
    check("5", "9", alarm("video.flow", "流量统计"), 0);
    check("5", "10", alarm("video.crowd", "密度检测"), 0);
    check("5", "11", fault("fault.video.picture", "视频异常"), 0);
    check("5", "12", alarm("video.speed", "快速移动"), 0);
    check("6", "", fault("fault.video.device", "设备故障"), 0);
    check("6", "1", fault("fault.video.disk", "存储设备磁盘故障"), 0);
    check("6", "2", fault("fault.video.fan", "存储设备风扇故障"), 0);
    check("7", "", alarm("video.other", "其他报警"), 0);
    // None at all, and ones that the method does not have.
    check("5", "0", alarm("video.alarm", "视频报警"), 0);
    check("5", "99", alarm("video.alarm", "视频报警"), 1);
    check("5", "六", alarm("video.alarm", "视频报警"), 1);
    check("1", "3", alarm("video.phone", "电话报警"), 1);
    // Joined: the type decides; without one an alarm is not made a fault.
    check("25", "6", alarm("video.intrusion", "入侵检测"), 1);
    check("12", "", alarm("video.phone", "电话报警"), 1);
    check("62", "", alarm("video.device", "设备报警"), 1);
    check("6/2", "1", fault("fault.video.disk", "存储设备磁盘故障"), 1);
    // Not a method: still an alarm.
    check("0", "", alarm("video.alarm", "视频系统报警"), 1);
    check("9", "", alarm("video.alarm", "视频系统报警"), 1);
    check("55555555", "", alarm("video.alarm", "视频系统报警"), 1);
}

#[test]
fn fire_and_smoke_in_words() {
    let said = |method: &str, kind: &str, elements: &str| {
        let elements = format!("{elements}<Info><AlarmType>{kind}</AlarmType></Info>");
        let signal = accepted(usual(method, &elements)).signals.remove(0);
        (signal.kind, signal.code, signal.title, signal.severity, signal.urgency)
    };
    let check = |method: &str, kind: &str, words: &str, expect: (Kind, &str, &str)| {
        let got = said(method, kind, &format!("<AlarmDescription>{words}</AlarmDescription>"));
        let (is, code, title) = expect;
        let title = format!("{title}:{words}");
        assert_eq!((got.0, &*got.1, got.2), (is, code, title), "{method}/{kind} {words}");
    };
    let fire = (Kind::Alarm, "video.fire", "火情报警");
    let smoke = (Kind::Alarm, "video.smoke", "烟雾报警");
    for method in ["1", "2", "3", "4", "5", "7", "0", "25"] {
        check(method, "", "东区仓库明火", fire.clone());
        check(method, "0", "烟火识别", fire.clone());
        check(method, "", "浓烟", smoke.clone());
    }
    // A type that nobody knows is none.
    check("5", "99", "Fire detected", fire.clone());
    // One that is known is more precise, and what is unwell does not burn.
    check("2", "4", "火焰探测器", (Kind::Alarm, "video.heat", "设备高温报警"));
    check("5", "6", "烟雾", (Kind::Alarm, "video.intrusion", "入侵检测"));
    check("6", "", "火灾探测器故障", (Kind::Fault, "fault.video.device", "设备故障"));
    // Other words.
    check("2", "", "灭火器被移动", (Kind::Alarm, "video.device", "设备报警"));
    check("5", "", "防火门未关", (Kind::Alarm, "video.alarm", "视频报警"));
    // The same in AlarmInfo, which is not in the title; severity and urgency as ever.
    for info in ["<AlarmInfo>smoke</AlarmInfo>", "<Info><AlarmInfo>烟雾</AlarmInfo></Info>"] {
        let (_, code, title, severity, urgency) = said("5", "", info);
        assert_eq!((&*code, &*title), ("video.smoke", "烟雾报警"), "{info}");
        assert_eq!((severity, urgency), (Severity::Severe, Urgency::Immediate));
    }
}

#[test]
fn where_the_type_stands() {
    let check = |elements: &str| {
        assert_eq!(accepted(usual("5", elements)).signals[0].code, "video.tripwire", "{elements}");
    };
    check("<Info><AlarmType>5</AlarmType></Info>");
    check("<info><AlarmType> 5\n</AlarmType></info>");
    check("<AlarmType>5</AlarmType>");
    check("<INFO><alarmtype><![CDATA[5]]></alarmtype></INFO>");
    check("<Info><AlarmTypeParam><EventType>2</EventType></AlarmTypeParam><AlarmType>5</AlarmType></Info>");
    check("<AlarmInfo>vendor</AlarmInfo><Info xmlns:v='urn:v'><v:AlarmType a='1'>5</v:AlarmType></Info>");
}

#[test]
fn direction_of_an_intrusion() {
    let check = |event: &str, title: &str, defects: usize| {
        let info = format!(
            "<Info><AlarmType>6</AlarmType><AlarmTypeParam><EventType>{event}</EventType></AlarmTypeParam></Info>"
        );
        let outcome = accepted(usual("5", &info));
        assert_eq!((outcome.signals[0].title.as_str(), outcome.defects.len()), (title, defects), "{event}");
    };
    check("1", "入侵检测(进入区域)", 0);
    check("2", "入侵检测(离开区域)", 0);
    check("", "入侵检测", 0);
    check("3", "入侵检测", 1);
}

#[test]
fn priorities() {
    let check = |priority: &str, severity: Severity, defects: usize| {
        let outcome = accepted(alarm(&format!(
            "<AlarmPriority>{priority}</AlarmPriority><AlarmMethod>5</AlarmMethod><AlarmTime>2026-07-12T14:30:20</AlarmTime>"
        )));
        assert_eq!((outcome.signals[0].severity, outcome.defects.len()), (severity, defects), "{priority}");
    };
    check("1", Severity::Extreme, 0);
    check("2", Severity::Severe, 0);
    check("3", Severity::Moderate, 0);
    check("4", Severity::Minor, 0);
    for odd in ["0", "5", "", "一级", "-1"] {
        check(odd, Severity::Unknown, 1);
    }
}

#[test]
fn times() {
    let check = |written: &str, expect: Option<i64>| {
        let outcome = accepted(alarm(&format!(
            "<AlarmPriority>1</AlarmPriority><AlarmMethod>5</AlarmMethod><AlarmTime>{written}</AlarmTime>"
        )));
        assert_eq!(outcome.signals[0].observed, expect, "{written}");
        assert_eq!(outcome.defects.is_empty(), expect.is_some(), "{written}");
    };
    check("2026-07-12T14:30:20", Some(AT));
    check(" 2026-07-12T14:30:20.250 ", Some(AT + 250));
    check("2026-07-12T14:30:20+08:00", Some(AT));
    check("2026-07-12T06:30:20Z", Some(AT));
    check("2026-07-12 14:30:20", Some(AT));
    check("2026-07-13T14:30:30", Some(AT + 86_410_000));
    for odd in ["", "2026-02-30T00:00:00", "now", "14:30:20", "2026-07-12T25:00:00"] {
        check(odd, None);
    }
}

#[test]
fn a_clock_that_is_ahead_is_named_and_mutes_nothing() {
    for (written, ahead_ms) in [("2026-07-13T14:30:31", 86_411_000), ("2038-01-19T11:14:07", 363_645_827_000)]
    {
        let outcome = accepted(alarm(&format!(
            "<AlarmPriority>1</AlarmPriority><AlarmMethod>5</AlarmMethod><AlarmTime>{written}</AlarmTime>"
        )));
        let signal = &outcome.signals[0];
        assert_eq!(
            (&signal.kind, signal.urgency, signal.observed),
            (&Kind::Alarm, Urgency::Immediate, Some(AT + ahead_ms))
        );
        let defect = format!("AlarmTime {written} 晚于收到时间一天以上,设备时钟不准 (more than a day ahead)");
        assert_eq!(outcome.defects, [defect]);
    }
}

#[test]
fn positions() {
    let check = |lon: &str, lat: &str, expect: Option<(f64, f64)>, defects: usize| {
        let outcome =
            accepted(usual("5", &format!("<Longitude>{lon}</Longitude><Latitude>{lat}</Latitude>")));
        let got = outcome.signals[0].position.map(|position| (position.lon, position.lat));
        assert_eq!((got, outcome.defects.len()), (expect, defects), "{lon} {lat}");
    };
    check("120.25", " 29.5 ", Some((120.25, 29.5)), 0);
    check("", "", None, 0);
    check("0", "0.0", None, 0);
    check("120.25", "", None, 1);
    check("29.5", "120.25", None, 1);
    check("NaN", "29.5", None, 1);
    check("inf", "29.5", None, 1);
    check("east", "north", None, 1);
    assert!(accepted(usual("5", "<Longitude/><Latitude/>")).signals[0].position.is_none());

    let host = Host::fresh();
    host.set("datum", "gcj02");
    let message =
        Host::message("", usual("5", "<Longitude>120.25</Longitude><Latitude>29.5</Latitude>").as_bytes());
    assert_eq!(host.decode::<Video>(message).unwrap().signals[0].position.unwrap().datum, Datum::Gcj02);
}

#[test]
fn the_reply_repeats_what_it_answers() {
    let check = |serial: &str, device: &str, expect: Option<String>| {
        let body = format!(
            "<Notify><CmdType>Alarm</CmdType>{serial}<DeviceID>{device}</DeviceID><AlarmMethod>1</AlarmMethod></Notify>"
        );
        let sends = accepted(body).sends;
        assert_eq!(sends.first().map(|send| text(&send.payload).to_owned()), expect);
    };
    check("<SN>007</SN>", CAMERA, Some(reply("Alarm", "007", CAMERA, "OK")));
    check("<SN>a&amp;b&lt;</SN>", "相机/1", Some(reply("Alarm", "a&amp;b&lt;", "&#30456;&#26426;/1", "OK")));
    check("<SN/>", CAMERA, None);
    check("", CAMERA, None);
}

#[test]
fn odd_devices_are_taken_and_named() {
    let check = |id: &str, device: &str| {
        let body = usual("5", "").replace(CAMERA, id);
        let outcome = accepted(body);
        assert_eq!((outcome.signals[0].device.as_str(), outcome.defects.len()), (device, 1), "{id}");
    };
    check("2133", "2133");
    check("3307910000132000001X", "3307910000132000001X");
    check(" gate 7/b ", "gate-7-b");
    check(&"9".repeat(500), &"9".repeat(64));
}

fn keepalive(id: &str, rest: &str) -> String {
    format!("<Notify><CmdType>Keepalive</CmdType><SN>5</SN><DeviceID>{id}</DeviceID>{rest}</Notify>")
}

/// A good keep-alive that lists these as broken.
fn listing<'a>(ids: impl IntoIterator<Item = &'a str>) -> String {
    let ids: String = ids.into_iter().map(|id| format!("<DeviceID>{id}</DeviceID>")).collect();
    format!("<Status>OK</Status><Info>{ids}</Info>")
}

#[test]
fn keepalives() {
    let body = |rest: &str| keepalive(CAMERA, rest);
    let check = |rest: &str, expect: &[(Kind, &str, &str)], defects: usize| {
        let outcome = accepted(body(rest));
        let got: Vec<_> =
            outcome.signals.iter().map(|s| (s.kind.clone(), s.code.as_str(), s.device.as_str())).collect();
        assert_eq!((&got[..], outcome.defects.len(), outcome.sends.len()), (expect, defects, 0), "{rest}");
    };
    let broken = "fault.video.device";
    check("<Status>OK</Status>", &[(Kind::Status, "video.online", CAMERA)], 0);
    check("<Status>ERROR</Status>", &[(Kind::Fault, broken, CAMERA)], 0);
    check("", &[(Kind::Fault, broken, CAMERA)], 1);
    check(
        "<Status>OK</Status><Info><DeviceID>33079100001320000001</DeviceID><DeviceID>cam</DeviceID></Info>",
        &[
            (Kind::Status, "video.online", CAMERA),
            (Kind::Fault, broken, "33079100001320000001"),
            (Kind::Fault, broken, "cam"),
        ],
        1,
    );
    let many = format!(
        "<Status>OK</Status><Info>{}</Info>",
        "<DeviceID>33079100001320000001</DeviceID>".repeat(300)
    );
    assert_eq!(accepted(body(&many)).signals.len(), 101);
    assert!(decode(b"<Notify><CmdType>Keepalive</CmdType></Notify>").is_err());
}

/// Of itself and of those it lists, by whichever way it comes.
#[test]
fn what_a_keepalive_names_no_more_is_well_once() {
    let host = Host::fresh();
    let check = |id: &str, rest: &str, expect: &[(Kind, &str)]| {
        let outcome = host.decode::<Video>(Host::message("", keepalive(id, rest).as_bytes())).unwrap();
        let told = outcome.signals.iter().filter(|signal| signal.code == "fault.video.device");
        let told: Vec<_> = told.map(|signal| (signal.kind.clone(), &*signal.device)).collect();
        assert_eq!(told, expect, "{id} {rest}");
    };
    let (ok, error) = ("<Status>OK</Status>", "<Status>ERROR</Status>");
    check(CAMERA, ok, &[]);
    check(CAMERA, error, &[(Kind::Fault, CAMERA)]);
    check(CAMERA, error, &[(Kind::Fault, CAMERA)]);
    // Another device says nothing of this one.
    check("33079100001320000099", ok, &[]);
    check(CAMERA, ok, &[(Kind::Recovery, CAMERA)]);
    check(CAMERA, ok, &[]);
    check(CAMERA, &listing(["a", "b"]), &[(Kind::Fault, "a"), (Kind::Fault, "b")]);
    check("33079100001320000099", &listing(["a"]), &[(Kind::Fault, "a")]);
    check(CAMERA, &listing(["b"]), &[(Kind::Fault, "b")]);
    check("33079100001320000099", ok, &[(Kind::Recovery, "a")]);
    check(CAMERA, ok, &[(Kind::Recovery, "b")]);
    check(CAMERA, ok, &[]);
}

#[test]
fn more_unwell_than_can_be_remembered_are_told() {
    let host = Host::fresh();
    let hear =
        |rest: &str| host.decode::<Video>(Host::message("", keepalive(CAMERA, rest).as_bytes())).unwrap();
    let ids: Vec<String> = (0..100).map(|n| format!("{n:064}")).collect();
    let outcome = hear(&listing(ids.iter().map(String::as_str)));
    let untold = outcome.defects.iter().filter(|defect| defect.contains("too many are unwell")).count();
    let kept = 4_096 / (CAMERA.len() + 64);
    assert_eq!((outcome.signals.len(), untold), (101, 100 - kept));
    assert_eq!(hear("<Status>OK</Status>").signals.len(), 1 + kept);
}

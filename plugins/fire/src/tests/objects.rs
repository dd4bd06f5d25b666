//! The types that are no states.

use super::*;
use tocsin_sdk::{Kind, Urgency};

const AT: &str = "@07-12T14:30:20";

fn analog(kind: u8, raw: i16) -> Vec<u8> {
    send(3, &[[&[11, 1, 92, 1, 0, 7, 0, kind][..], &raw.to_le_bytes(), &TAG].concat()])
}

#[test]
fn every_quantity() {
    for (kind, raw, expect) in [
        (1, 7, "count.event /11.1/92.1-7 7 {event} AT 消防水箱1-7 事件计数 7 件"),
        (2, 1_234, "level /11.1/92.1-7 12.34 m AT 消防水箱1-7 高度 12.34 m"),
        (2, 5, "level /11.1/92.1-7 0.05 m AT 消防水箱1-7 高度 0.05 m"),
        (3, -5, "temperature /11.1/92.1-7 -0.5 Cel AT 消防水箱1-7 温度 -0.5 ℃"),
        (3, -2_730, "temperature /11.1/92.1-7 -273 Cel AT 消防水箱1-7 温度 -273.0 ℃"),
        (4, 16, "pressure /11.1/92.1-7 1.6 MPa AT 消防水箱1-7 压力 1.6 MPa"),
        (5, 1_350, "pressure /11.1/92.1-7 135 kPa AT 消防水箱1-7 压力 135.0 kPa"),
        (6, 251, "gas.concentration /11.1/92.1-7 25.1 %{LEL} AT 消防水箱1-7 气体浓度 25.1 %LEL"),
        (7, 60, "duration /11.1/92.1-7 60 s AT 消防水箱1-7 时间 60 s"),
        (8, 2_203, "voltage /11.1/92.1-7 220.3 V AT 消防水箱1-7 电压 220.3 V"),
        (9, 3, "current /11.1/92.1-7 0.3 A AT 消防水箱1-7 电流 0.3 A"),
        (10, 32_000, "flow /11.1/92.1-7 3200 L/s AT 消防水箱1-7 流量 3200.0 L/s"),
        (11, 100, "airflow /11.1/92.1-7 10 m3/min AT 消防水箱1-7 风量 10.0 m³/min"),
        (12, 9, "air.speed /11.1/92.1-7 9 m/s AT 消防水箱1-7 风速 9 m/s"),
    ] {
        check(&analog(kind, raw), &[&format!("reading {}", expect.replace("AT", AT))]);
    }
    check(&analog(0, 5), &["! /11.1/92.1-7: 模拟量类型 0 为预留, 原始值 5 (reserved in Table 6)"]);
    check(&analog(13, 5), &["! /11.1/92.1-7: 模拟量类型 13 为预留, 原始值 5 (reserved in Table 6)"]);
}

#[test]
fn what_table_6_does_not_hold_is_no_reading() {
    for (kind, name, least, most) in [
        (1, "事件计数", 0, 32_000),
        (2, "高度", 0, 32_000),
        (3, "温度", -2_730, 32_000),
        (4, "压力", 0, 32_000),
        (5, "压力", 0, 32_000),
        (6, "气体浓度", 0, 1_000),
        (7, "时间", 0, 32_000),
        (8, "电压", 0, 32_000),
        (9, "电流", 0, 32_000),
        (10, "流量", 0, 32_000),
        (11, "风量", 0, 32_000),
        (12, "风速", 0, 20),
    ] {
        for raw in [least, most] {
            assert!(said(&Host::fresh(), &analog(kind, raw))[0].starts_with("reading"), "{kind} {raw}");
        }
        for raw in [least - 1, most + 1, i16::MIN, i16::MAX] {
            let defect =
                format!("! /11.1/92.1-7: {name}原始值 {raw} 不在 {least} 到 {most} 之间 (out of Table 6)");
            check(&analog(kind, raw), &[&defect]);
            let answer = decode(&Host::fresh(), &analog(kind, raw)).unwrap();
            assert_eq!(answer.sends[0].payload[26], 3, "确认");
        }
    }
}

#[test]
fn quantities_of_a_vendor() {
    check(
        &analog(128, 305),
        &[
            &format!("reading analog.128 /11.1/92.1-7 305 1 {AT} 消防水箱1-7 自定义模拟量128 305"),
            "! /11.1/92.1-7: 模拟量类型 128 为用户自定义, 设备未登记其含义 (settings.analog.128 of the device and the vendor's table are missing)",
        ],
    );
    let host = Host::fresh();
    host.register(
        UITD,
        r#"{"analog":{"128":{"code":"current.residual","name":"剩余电流","unit":"mA"},"129":{"code":"phase","unit":"deg","scale":0.5}}}"#,
    );
    let read = |kind, raw| said(&host, &analog(kind, raw));
    assert_eq!(
        read(128, 305),
        [format!("reading current.residual /11.1/92.1-7 305 mA {AT} 消防水箱1-7 剩余电流 305 mA")]
    );
    assert_eq!(
        read(129, 305),
        [format!("reading phase /11.1/92.1-7 152.5 deg {AT} 消防水箱1-7 phase 152.5 deg")]
    );
}

#[test]
fn operations() {
    let facility = |done: u8| send(4, &[[&[1, 2, done, 3][..], &TAG].concat()]);
    let uitd = |done: u8| send(24, &[[&[done, 3][..], &TAG].concat()]);
    let rows = |place: &str, name: &str, fifth: [&str; 2]| {
        [
            ["report operation.reset", "复位"],
            ["report operation.silence", "消音"],
            ["alarm fire.manual", "手动报警"],
            ["report operation.dismiss", "警情消除"],
            ["report operation.self-test", "自检"],
            fifth,
            ["report operation.test", "测试"],
        ]
        .map(|[what, says]| format!("{what} {place} {AT} {name} {says} 操作员3"))
    };
    let host = Host::fresh();
    let confirm = ["report operation.confirm", "确认"];
    assert_eq!(said(&host, &facility(0xFF)), rows("/1.2", "火灾报警系统2", confirm));
    let roll_call = ["report operation.roll-call", "查岗应答"];
    assert_eq!(said(&host, &uitd(0xFF)), rows("", "用户信息传输装置", roll_call));
    check(&uitd(0x80), &["! : 操作标志 0x80 未表示任何操作, 操作员 3 (no operation)"]);
    let alarm = &decode(&host, &uitd(4)).unwrap().signals[0];
    assert_eq!((&alarm.kind, alarm.urgency), (&Kind::Alarm, Urgency::Immediate));
    assert!(alarm.data.contains(r#""serial":1"#), "what tells a copy: {}", alarm.data);
    let many = decode(&host, &send(24, &vec![[&[1, 3][..], &TAG].concat(); 127])).unwrap();
    assert_eq!(many.signals.len(), 127);
}

#[test]
fn descriptions() {
    let note = [0x33, 0xBA, 0xC5, 0xC2, 0xA5];
    check(
        &send(5, &[vec![1, 1, 2, 17]]),
        &[&format!("status status.version /1.1 {AT} 火灾报警系统1 软件版本 2.17")],
    );
    check(&send(25, &[vec![1, 0]]), &[&format!("status status.version  {AT} 用户信息传输装置 软件版本 1.0")]);
    let texts = [[&[1, 1, 5][..], &note].concat(), vec![12, 4, 0]];
    check(
        &send(6, &texts),
        &[
            &format!("status status.configuration /1.1 {AT} 火灾报警系统1 配置情况"),
            &format!("status status.configuration /12.4 {AT} 自动喷水灭火系统4 配置情况"),
        ],
    );
    let told = decode(&Host::fresh(), &send(26, &[[&[5][..], &note].concat()])).unwrap();
    assert_eq!(told.signals[0].data, r#"{"text":"3号楼"}"#);
    let mut part = [&[1, 1, 23, 10, 0, 2, 0][..], &note].concat();
    part.resize(38, 0);
    check(&send(7, &[part]), &[&format!("device device /1.1/23.10-2 {AT} 3号楼")]);
}

#[test]
fn clocks() {
    // The mock received the frame ten seconds after its tag.
    check(
        &send(28, &[TAG.to_vec()]),
        &[&format!("status status.clock  -10 s {AT} 用户信息传输装置 时钟 2026-07-12T14:30:20+08:00")],
    );
    check(
        &send(8, &[[&[1, 1, 0, 0, 0, 1, 1][..], &[20]].concat()]),
        &[&format!(
            "status status.clock /1.1 -206029830 s {AT} 火灾报警系统1 时钟 2020-01-01T00:00:00+08:00"
        )],
    );
    check(
        &send(28, &[vec![0; 6]]),
        &[
            &format!("status status.clock  {AT} 用户信息传输装置 时钟无效"),
            "! : 系统时间 000000000000 无效 (no such time)",
        ],
    );
}

//! Values at equal steps: where each of them lands.

use super::*;

/// Whole frames: what each says.
#[test]
fn values_follow_the_first_at_equal_steps() {
    let check = |hex: &str, expect: &[&str]| check(&bytes(hex), expect).expect("a report");
    // 34H: the time is that of the first five minutes (table 36).
    let rain = [
        "14:05", "14:10", "14:15", "14:20", "14:25", "14:30", "14:35", "14:40", "14:45", "14:50", "14:55",
        "15:00",
    ]
    .iter()
    .map(|at| format!("reading rain.5min {} mm @{at}:00", if *at == "15:00" { 1 } else { 0 }))
    .chain(
        ["reading rain.total 8.5 mm @15:00:00", "reading power.voltage 12.1 V @15:00:00"].map(str::to_owned),
    );
    let rain: Vec<String> = rain.collect();
    check(
        "7E7E0100330781010000340035020012260712143020F1F1003307810148F0F02607121405F46000000000000000000000000AF0F0\
         260712150026190000853812121003AB6A",
        &rain.iter().map(String::as_str).collect::<Vec<_>>(),
    );
    // F5H to FCH: centimetres in two bytes, FFFF is no value.
    check(
        "7E7E010033078101000034004B020012260712143020F1F1003307810148F0F02607121405F5C004D2FFFFFFFFFFFFFFFFFFFFFFFFFF\
         FFFFFFFFFFFFFF04DCFCC0FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF000103F22C",
        &[
            "reading water.level-relative 12.34 m @14:05:00",
            "reading water.level-relative 12.44 m @15:00:00",
            "reading water.level-relative8 0.01 m @15:00:00",
        ],
    );
    // 31H: a step, one element, its values.
    check(
        "7E7E010033078101000031002A020012260712143020F1F1003307810148F0F0260712140004180000053923000220180002201900022021\
         03AABB",
        &[
            "reading water.level 22.018 m @14:00:00",
            "reading water.level 22.019 m @14:05:00",
            "reading water.level 22.021 m @14:10:00",
        ],
    );
    // 38H: by the hour; FFFFFF is missing, FF and digits is less than nothing, a byte is left.
    check(
        "7E7E0100330781010000380028020012260712143020F1F1003307810148F0F02607120800041800010027190001\
         20FFFFFFFF0003000365FC",
        &[
            "reading water.flow 12 m3/s @08:00:00",
            "reading water.flow -0.3 m3/s @10:00:00",
            "defect 瞬时流量 (27H) 每组 3 字节, 第 40 字节起余 1 字节不成组",
        ],
    );
    // A step of zero: hours of a series.
    let hours = "7E7E0100330781010000310036020012260712143020F1F1003307810148F0F026071213050418000000F46000000000000000\
                 0000000005FFFFFFFFFFFFFFFFFFFFFF0A03AD55";
    let outcome = send(&Host::fresh(), "", &bytes(hours)).expect("a report");
    let got = lines(&Ok(outcome));
    assert_eq!(got.len(), 13, "{got:?}");
    assert_eq!(got[0], "reading rain.5min 0 mm @13:05:00");
    assert_eq!(got[11..], ["reading rain.5min 0.5 mm @14:00:00", "reading rain.5min 1 mm @15:00:00"]);
    // No step: nothing behind it can be timed.
    check(
        "7E7E0100330781010000310022020012260712143020F1F1003307810148F0F026071214300418AA0000392300022018037951",
        &["defect 时间步长码 [AA, 00, 00] 无效", "defect 时间步长码之后不能解析, 第 29 字节起余 6 字节"],
    );
}

#[test]
fn series_that_are_cut() {
    let head = "0012260712143020F1F1003307810148F0F02607121400";
    let check = |function: u8, elements: &str, expect: &[&str]| {
        let frame = frame(function, 0x02, &bytes(&format!("{head}{elements}")), 0x03);
        check(&frame, expect).expect("a report");
    };
    let first = "reading water.level 22.018 m @14:00:00";
    check(0x31, "0418000005 3923", &["defect 瞬时水位 (39H) 每组 4 字节"]);
    check(0x31, "0418000005 3900 0001", &["defect 瞬时水位 (39H) 每组 0 字节, 第 31 字节起余 2 字节"]);
    check(0x31, "0418000005 3923 00022018 AAAAAAAA", &[first, "defect 瞬时水位 (39H) 无有效值"]);
    check(0x31, "0418000005", &[]);
    // Without a step, or with one that only series follow, elements are elements.
    check(0x31, "3923 00022018 38121210", &[first, "reading power.voltage"]);
    check(0x31, "0418000000 3923 00022018 38121210", &[first, "reading power.voltage"]);
    check(0x32, "0418000005 3923 00022018 38121210", &[first, "reading power.voltage"]);
    check(
        0x34,
        "0418000000 F410 0005 F51B 000102",
        &[
            "reading rain.5min 0 mm @14:00:00",
            "reading rain.5min 0.5 mm @14:05:00",
            "reading water.level-relative 0.01 m @14:00:00",
            "defect 5分钟相对水位 (F5H) 3 字节不成组",
        ],
    );
}

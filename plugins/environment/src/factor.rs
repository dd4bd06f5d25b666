//! What a factor's code means: codes of 2017 (HJ 524, HJ 525) and of 2005.

#[derive(Clone, Copy, Debug)]
pub struct Factor {
    code: &'static str,
    pub name: &'static str,
    /// UCUM, as real-time values come.
    pub unit: &'static str,
}

const fn factor(code: &'static str, name: &'static str, unit: &'static str) -> Factor {
    Factor { code, name, unit }
}

/// Of the more than two thousand codes those that stations usually send; another is
/// told under its code without a unit.
const TABLE: &[Factor] = &[
    factor("w00000", "污水流量", "L/s"),
    factor("w01001", "pH 值", "[pH]"),
    factor("w01003", "浑浊度", "{NTU}"),
    factor("w01006", "溶解性总固体", "mg/L"),
    factor("w01009", "溶解氧", "mg/L"),
    factor("w01010", "水温", "Cel"),
    factor("w01012", "悬浮物", "mg/L"),
    factor("w01014", "电导率", "uS/cm"),
    factor("w01016", "叶绿素", "ug/L"),
    factor("w01017", "五日生化需氧量", "mg/L"),
    factor("w01018", "化学需氧量", "mg/L"),
    factor("w01019", "高锰酸盐指数", "mg/L"),
    factor("w01020", "总有机碳", "mg/L"),
    factor("w20111", "总汞", "ug/L"),
    factor("w20115", "总镉", "ug/L"),
    factor("w20116", "总铬", "mg/L"),
    factor("w20117", "六价铬", "ug/L"),
    factor("w20119", "总砷", "ug/L"),
    factor("w20120", "总铅", "ug/L"),
    factor("w20121", "总镍", "mg/L"),
    factor("w20122", "总铜", "mg/L"),
    factor("w20123", "总锌", "mg/L"),
    factor("w21001", "总氮", "mg/L"),
    factor("w21003", "氨氮", "mg/L"),
    factor("w21011", "总磷", "mg/L"),
    factor("w21016", "氰化物", "mg/L"),
    factor("w21017", "氟化物", "mg/L"),
    factor("w22001", "石油类", "mg/L"),
    factor("w23002", "挥发酚", "mg/L"),
    factor("a00000", "废气流量", "m3/s"),
    factor("a01001", "温度", "Cel"),
    factor("a01002", "湿度", "%"),
    factor("a01006", "气压", "kPa"),
    factor("a01007", "风速", "m/s"),
    factor("a01008", "风向", "deg"),
    factor("a01011", "烟气流速", "m/s"),
    factor("a01012", "烟气温度", "Cel"),
    factor("a01013", "烟气压力", "kPa"),
    factor("a01014", "烟气湿度", "%"),
    factor("a05002", "甲烷", "mg/m3"),
    factor("a05024", "臭氧", "ug/m3"),
    factor("a19001", "氧气含量", "%"),
    factor("a20043", "铅及其化合物", "mg/m3"),
    factor("a20044", "铅", "ng/m3"),
    factor("a20057", "汞及其化合物", "mg/m3"),
    factor("a21001", "氨", "mg/m3"),
    factor("a21002", "氮氧化物", "mg/m3"),
    factor("a21003", "一氧化氮", "mg/m3"),
    factor("a21004", "二氧化氮", "mg/m3"),
    factor("a21005", "一氧化碳", "mg/m3"),
    factor("a21018", "氟化物", "mg/m3"),
    factor("a21022", "氯气", "mg/m3"),
    factor("a21024", "氯化氢", "mg/m3"),
    factor("a21026", "二氧化硫", "mg/m3"),
    factor("a21028", "硫化氢", "mg/m3"),
    factor("a24088", "非甲烷总烃", "mg/m3"),
    factor("a25002", "苯", "mg/m3"),
    factor("a25003", "甲苯", "mg/m3"),
    factor("a25005", "二甲苯", "mg/m3"),
    factor("a34001", "总悬浮颗粒物", "ug/m3"),
    factor("a34002", "PM10", "ug/m3"),
    factor("a34004", "PM2.5", "ug/m3"),
    factor("a34013", "烟尘", "mg/m3"),
    factor("a99054", "挥发性有机物", "mg/m3"),
    factor("LA", "瞬时 A 声级", "dB"),
    factor("Leq", "等效连续声级", "dB"),
    factor("Ld", "昼间等效声级", "dB"),
    factor("Ln", "夜间等效声级", "dB"),
    // The codes of 2005.
    factor("B01", "污水流量", "L/s"),
    factor("B02", "废气流量", "m3/s"),
    factor("001", "pH 值", "[pH]"),
    factor("003", "悬浮物", "mg/L"),
    factor("010", "五日生化需氧量", "mg/L"),
    factor("011", "化学需氧量", "mg/L"),
    factor("060", "氨氮", "mg/L"),
    factor("065", "总氮", "mg/L"),
    factor("101", "总磷", "mg/L"),
    factor("01", "烟尘", "mg/m3"),
    factor("02", "二氧化硫", "mg/m3"),
    factor("03", "氮氧化物", "mg/m3"),
    factor("04", "一氧化碳", "mg/m3"),
    factor("05", "硫化氢", "mg/m3"),
    factor("06", "氟化物", "mg/m3"),
    factor("08", "氯化氢", "mg/m3"),
    factor("S01", "氧气含量", "%"),
    factor("S02", "烟气流速", "m/s"),
    factor("S03", "烟气温度", "Cel"),
    factor("S05", "烟气湿度", "%"),
    factor("S08", "烟气压力", "kPa"),
];

pub fn find(code: &str) -> Option<&'static Factor> {
    TABLE.iter().find(|factor| factor.code.eq_ignore_ascii_case(code))
}

/// What a sum (`-Cou`) is in: cubic metres of what flows, kilograms of what is in it,
/// grams where there is little of it.
pub fn sum_unit(code: &str) -> &'static str {
    match find(code).map(|factor| factor.unit) {
        Some("L/s" | "m3/s") => "m3",
        Some("ug/L" | "ng/m3") => "g",
        _ => "kg",
    }
}

/// What a flag says of a value; `true` where the value still measures something.
pub fn flag(letter: &str) -> Option<(&'static str, bool)> {
    Some(match letter {
        "N" => ("正常", true),
        "S" => ("手工输入", true),
        "T" => ("超过测量上限", true),
        "F" => ("停运", false),
        "M" => ("维护", false),
        "D" => ("故障", false),
        "C" => ("校准", false),
        "B" => ("通讯异常", false),
        // Of 2005; the numbers are those of air stations.
        "P" => ("电源故障", false),
        "0" => ("校准", false),
        "1" => ("气象参数", true),
        "2" => ("异常", false),
        "3" => ("正常", true),
        _ => return None,
    })
}

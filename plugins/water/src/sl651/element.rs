//! 要素: what an identifier measures. Those of everyday stations; any other is read
//! by its definition and told under its own number.

/// 时间步长码: how far the values of a series lie apart.
pub const STEP: u8 = 0x04;
/// 遥测站状态及报警信息.
pub const STATE: u8 = 0x45;

#[derive(Clone, Debug, PartialEq)]
pub struct Element {
    pub id: u8,
    pub code: String,
    pub name: &'static str,
    /// UCUM.
    pub unit: &'static str,
    /// As people write it.
    pub sign: &'static str,
    /// Values of five minutes in one hour.
    pub series: Option<Series>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Series {
    pub bytes: usize,
    pub per: f64,
}

pub fn of(id: u8) -> Element {
    let plain =
        |code: &str, name, unit, sign| Element { id, code: code.to_owned(), name, unit, sign, series: None };
    let series = |code: &str, name, unit, sign, bytes, per| Element {
        series: Some(Series { bytes, per }),
        ..plain(code, name, unit, sign)
    };
    match id {
        0x02 => plain("air.temperature", "瞬时气温", "Cel", "℃"),
        0x03 => plain("water.temperature", "瞬时水温", "Cel", "℃"),
        0x06 => plain("evaporation.day", "日蒸发量", "mm", "mm"),
        0x08 => plain("air.pressure", "气压", "hPa", "hPa"),
        0x1A => plain("rain.1h", "1小时时段降水量", "mm", "mm"),
        0x1B => plain("rain.2h", "2小时时段降水量", "mm", "mm"),
        0x1C => plain("rain.3h", "3小时时段降水量", "mm", "mm"),
        0x1D => plain("rain.6h", "6小时时段降水量", "mm", "mm"),
        0x1E => plain("rain.12h", "12小时时段降水量", "mm", "mm"),
        0x1F => plain("rain.day", "日降水量", "mm", "mm"),
        0x20 => plain("rain.current", "当前降水量", "mm", "mm"),
        0x21 => plain("rain.1min", "1分钟时段降水量", "mm", "mm"),
        0x22 => plain("rain.5min", "5分钟时段降水量", "mm", "mm"),
        0x23 => plain("rain.10min", "10分钟时段降水量", "mm", "mm"),
        0x24 => plain("rain.30min", "30分钟时段降水量", "mm", "mm"),
        0x25 => plain("rain.storm", "暴雨量", "mm", "mm"),
        0x26 => plain("rain.total", "降水量累计值", "mm", "mm"),
        0x27 => plain("water.flow", "瞬时流量", "m3/s", "m³/s"),
        0x37 => plain("water.velocity", "断面平均流速", "m/s", "m/s"),
        0x38 => plain("power.voltage", "电源电压", "V", "V"),
        0x39 => plain("water.level", "瞬时水位", "m", "m"),
        0x3A => plain("water.level-below", "库下水位", "m", "m"),
        0x3B => plain("water.level-above", "库上水位", "m", "m"),
        STATE => plain("station.state", "状态及报警信息", "1", ""),
        0xF4 => series("rain.5min", "5分钟时段降水量", "mm", "mm", 1, 10.0),
        0xF5 => series("water.level-relative", "5分钟相对水位", "m", "m", 2, 100.0),
        _ => Element {
            id,
            code: format!("sl651.{id:02x}"),
            name: "未列要素",
            unit: "1",
            sign: "",
            series: None,
        },
    }
}

/// BCD with decimals; a leading `FF` is a minus. `None`: invalid digits (`AA…`
/// and `FF…` stand for "no value").
pub fn value(data: &[u8], decimals: u32) -> Option<f64> {
    let (negative, digits) = match data {
        [0xFF, rest @ ..] if !rest.is_empty() => (true, rest),
        all => (false, all),
    };
    if digits.is_empty() {
        return None;
    }
    let number = crate::bcd::number(digits)? as f64 / f64::from(10_u32.pow(decimals));
    Some(if negative { -number } else { number })
}

/// Days, hours, minutes in BCD.
pub fn step_ms(data: &[u8]) -> Option<i64> {
    let &[days, hours, minutes] = data else { return None };
    let part = |byte| crate::bcd::number(&[byte]);
    let minutes = part(days)? * 1_440 + part(hours)? * 60 + part(minutes)?;
    (minutes > 0).then_some(minutes * 60_000)
}

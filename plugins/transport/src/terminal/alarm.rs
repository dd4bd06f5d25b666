//! The 32 alarm bits of a position (table 24 of the standard's 2019 edition).

/// What a bit means to the city.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// Somebody is in danger.
    Alarm,
    /// The driver or the vehicle does what it must not.
    Report,
    /// The terminal is unwell.
    Fault,
}

#[derive(Debug)]
pub struct Bit {
    pub place: u32,
    pub code: &'static str,
    pub title: &'static str,
    pub weight: Weight,
}

const fn bit(place: u32, code: &'static str, title: &'static str, weight: Weight) -> Bit {
    Bit { place, code, title, weight }
}

pub const BITS: &[Bit] = &[
    bit(0, "vehicle.emergency", "紧急报警", Weight::Alarm),
    bit(1, "vehicle.overspeed", "超速报警", Weight::Report),
    bit(2, "vehicle.fatigue", "疲劳驾驶", Weight::Report),
    bit(3, "vehicle.danger", "危险驾驶行为", Weight::Report),
    bit(4, "vehicle.gnss-fault", "GNSS 模块故障", Weight::Fault),
    bit(5, "vehicle.antenna-cut", "GNSS 天线未接或被剪断", Weight::Fault),
    bit(6, "vehicle.antenna-short", "GNSS 天线短路", Weight::Fault),
    bit(7, "vehicle.power-low", "终端主电源欠压", Weight::Fault),
    bit(8, "vehicle.power-off", "终端主电源掉电", Weight::Fault),
    bit(9, "vehicle.display-fault", "显示器故障", Weight::Fault),
    bit(10, "vehicle.speech-fault", "TTS 模块故障", Weight::Fault),
    bit(11, "vehicle.camera-fault", "摄像头故障", Weight::Fault),
    bit(12, "vehicle.card-fault", "IC 卡模块故障", Weight::Fault),
    bit(13, "vehicle.overspeed-warning", "超速预警", Weight::Report),
    bit(14, "vehicle.fatigue-warning", "疲劳驾驶预警", Weight::Report),
    bit(15, "vehicle.violation", "违规行驶", Weight::Report),
    bit(16, "vehicle.tyre", "胎压预警", Weight::Report),
    bit(17, "vehicle.blind-spot", "右转盲区异常", Weight::Report),
    bit(18, "vehicle.driving-time", "当天累计驾驶超时", Weight::Report),
    bit(19, "vehicle.parking-time", "超时停车", Weight::Report),
    bit(20, "vehicle.area", "进出区域", Weight::Report),
    bit(21, "vehicle.route", "进出路线", Weight::Report),
    bit(22, "vehicle.route-time", "路段行驶时间不足或过长", Weight::Report),
    bit(23, "vehicle.off-route", "路线偏离", Weight::Report),
    bit(24, "vehicle.vss-fault", "车辆 VSS 故障", Weight::Fault),
    bit(25, "vehicle.fuel", "车辆油量异常", Weight::Report),
    bit(26, "vehicle.stolen", "车辆被盗", Weight::Report),
    bit(27, "vehicle.ignition", "车辆非法点火", Weight::Report),
    bit(28, "vehicle.moved", "车辆非法位移", Weight::Report),
    bit(29, "vehicle.collision", "碰撞报警", Weight::Alarm),
    bit(30, "vehicle.rollover", "侧翻报警", Weight::Alarm),
    bit(31, "vehicle.door", "非法开门", Weight::Report),
];

pub fn is_urgent(bits: u32) -> bool {
    BITS.iter().any(|bit| bit.weight == Weight::Alarm && bits >> bit.place & 1 == 1)
}

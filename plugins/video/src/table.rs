//! AlarmMethod × AlarmType of GB/T 28181 → kind, code and title; and what words say where
//! these say little.

mod words;

use tocsin_sdk::Urgency;
use words::Said;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// A danger now.
    Alarm,
    /// Something moved or gathers: a hint, and often hundreds of them an hour.
    Activity,
    /// The equipment is unwell.
    Fault,
}

impl Sort {
    pub fn urgency(self) -> Urgency {
        match self {
            Sort::Alarm => Urgency::Immediate,
            Sort::Activity => Urgency::Expected,
            Sort::Fault => Urgency::Unknown,
        }
    }
}

/// One row of the standard's tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    pub method: u8,
    /// 0: the method itself, without a type or with one that is not listed.
    pub kind: u8,
    pub sort: Sort,
    pub code: &'static str,
    pub title: &'static str,
}

/// An alarm whose method nobody knows.
pub const UNKNOWN: Row = row(0, 0, Sort::Alarm, "video.alarm", "视频系统报警");

/// The standard has no type for these; cameras write them in words.
const FIRE: Row = row(0, 0, Sort::Alarm, "video.fire", "火情报警");
const SMOKE: Row = row(0, 0, Sort::Alarm, "video.smoke", "烟雾报警");

const fn row(method: u8, kind: u8, sort: Sort, code: &'static str, title: &'static str) -> Row {
    Row { method, kind, sort, code, title }
}

pub const ROWS: &[Row] = &[
    row(1, 0, Sort::Alarm, "video.phone", "电话报警"),
    row(2, 0, Sort::Alarm, "video.device", "设备报警"),
    row(2, 1, Sort::Fault, "fault.video.loss", "视频丢失"),
    row(2, 2, Sort::Alarm, "video.tamper", "设备防拆报警"),
    row(2, 3, Sort::Fault, "fault.video.storage", "存储设备磁盘满"),
    row(2, 4, Sort::Alarm, "video.heat", "设备高温报警"),
    row(2, 5, Sort::Fault, "fault.video.cold", "设备低温"),
    row(3, 0, Sort::Alarm, "video.sms", "短信报警"),
    row(4, 0, Sort::Alarm, "video.gps", "GPS 报警"),
    row(5, 0, Sort::Alarm, "video.alarm", "视频报警"),
    row(5, 1, Sort::Alarm, "video.manual", "人工视频报警"),
    row(5, 2, Sort::Activity, "video.motion", "运动目标检测"),
    row(5, 3, Sort::Activity, "video.left", "遗留物检测"),
    row(5, 4, Sort::Activity, "video.removed", "物体移除检测"),
    row(5, 5, Sort::Alarm, "video.tripwire", "绊线检测"),
    row(5, 6, Sort::Alarm, "video.intrusion", "入侵检测"),
    row(5, 7, Sort::Alarm, "video.wrongway", "逆行检测"),
    row(5, 8, Sort::Activity, "video.loitering", "徘徊检测"),
    row(5, 9, Sort::Activity, "video.flow", "流量统计"),
    row(5, 10, Sort::Alarm, "video.crowd", "密度检测"),
    row(5, 11, Sort::Fault, "fault.video.picture", "视频异常"),
    row(5, 12, Sort::Alarm, "video.speed", "快速移动"),
    // Of the 2022 edition.
    row(5, 13, Sort::Alarm, "video.tamper", "图像遮挡报警"),
    row(6, 0, Sort::Fault, "fault.video.device", "设备故障"),
    row(6, 1, Sort::Fault, "fault.video.disk", "存储设备磁盘故障"),
    row(6, 2, Sort::Fault, "fault.video.fan", "存储设备风扇故障"),
    row(7, 0, Sort::Alarm, "video.other", "其他报警"),
];

pub fn find(method: u8, kind: u8) -> Option<Row> {
    ROWS.iter().copied().find(|row| row.method == method && row.kind == kind)
}

/// The row for methods that may be joined (`25`: 2 or 5). A row with the type
/// comes before one without, an alarm before a fault: what is unclear is never
/// made smaller.
pub fn choose(methods: &[u8], kind: u8) -> Option<Row> {
    let rows = methods.iter().filter_map(|method| find(*method, kind).or_else(|| find(*method, 0)));
    rows.min_by_key(|row| (row.kind != kind, row.sort == Sort::Fault))
}

impl Row {
    /// The same by what its words say. A type is more precise than words, and equipment
    /// that is unwell is no fire whatever it watches for.
    pub fn or_said(self, texts: impl FnOnce() -> [String; 2]) -> Row {
        if self.kind != 0 || self.sort == Sort::Fault {
            return self;
        }
        match Said::of(&texts()) {
            Some(Said::Fire) => FIRE,
            Some(Said::Smoke) => SMOKE,
            None => self,
        }
    }
}

//! The state words of types 1, 2 and 21: what each bit says.

use tocsin_sdk::{Kind, Severity};

/// Set: 正常运行. Clear: 测试.
pub const NORMAL: u16 = 1;
/// 火警, in every state word of the standard.
pub const FIRE: u16 = 1 << 1;

/// One bit of a state word besides [`NORMAL`]. What is 0 (停止, 自动) says nothing.
#[derive(Debug)]
pub struct Bit {
    pub mask: u16,
    pub kind: Kind,
    /// It lasts until the bit is clear, which is told: alarms, faults and 手动, which
    /// must not stay so for long. Any other status is only of the moment.
    pub lasts: bool,
    /// Empty for the fire bit, whose code depends on who says it.
    pub code: &'static str,
    /// What a duty officer reads.
    pub says: &'static str,
    pub severity: Severity,
}

/// All bits of a table together.
#[derive(Clone, Copy, Debug)]
pub struct Masks {
    /// Those that say something.
    pub said: u16,
    /// Those that last until their bit is clear.
    pub lasting: u16,
}

const fn masks(bits: &[Bit]) -> Masks {
    let (mut said, mut lasting, mut at) = (0, 0, 0);
    while at < bits.len() {
        said |= bits[at].mask;
        if bits[at].lasts {
            lasting |= bits[at].mask;
        }
        at += 1;
    }
    Masks { said, lasting }
}

pub const SYSTEM_MASKS: Masks = masks(&SYSTEM);
pub const COMPONENT_MASKS: Masks = masks(&COMPONENT);
pub const UITD_MASKS: Masks = masks(&UITD);

const fn fire() -> Bit {
    // How severe one alarm is depends on the city: its hazard data says so.
    Bit { mask: FIRE, kind: Kind::Alarm, lasts: true, code: "", says: "火警", severity: Severity::Unknown }
}

const fn fault(bit: u8, code: &'static str, says: &'static str, severity: Severity) -> Bit {
    Bit { mask: 1 << bit, kind: Kind::Fault, lasts: true, code, says, severity }
}

const fn status(bit: u8, code: &'static str, says: &'static str) -> Bit {
    Bit { mask: 1 << bit, kind: Kind::Status, lasts: false, code, says, severity: Severity::Unknown }
}

const fn mode(bit: u8, code: &'static str, says: &'static str) -> Bit {
    Bit { mask: 1 << bit, kind: Kind::Status, lasts: true, code, says, severity: Severity::Unknown }
}

/// 建筑消防设施系统状态, two bytes (type 1).
pub static SYSTEM: [Bit; 13] = [
    fire(),
    fault(2, "fault.device", "故障", Severity::Moderate),
    fault(3, "fault.shielded", "屏蔽", Severity::Minor),
    fault(4, "fault.supervisory", "监管", Severity::Minor),
    status(5, "status.started", "启动"),
    status(6, "status.feedback", "反馈"),
    status(7, "status.delayed", "延时"),
    fault(8, "fault.power.main", "主电故障", Severity::Moderate),
    fault(9, "fault.power.backup", "备电故障", Severity::Moderate),
    fault(10, "fault.bus", "总线故障", Severity::Severe),
    mode(11, "status.manual", "手动状态"),
    status(12, "status.configured", "配置改变"),
    status(13, "status.reset", "复位"),
];

/// 建筑消防设施部件状态, two bytes (type 2). Bit 8 is the part's own supply, not
/// the main one; 9 to 15 are reserved.
pub static COMPONENT: [Bit; 8] = [
    fire(),
    fault(2, "fault.device", "故障", Severity::Moderate),
    fault(3, "fault.shielded", "屏蔽", Severity::Minor),
    fault(4, "fault.supervisory", "监管", Severity::Minor),
    status(5, "status.started", "启动"),
    status(6, "status.feedback", "反馈"),
    status(7, "status.delayed", "延时"),
    fault(8, "fault.power", "电源故障", Severity::Moderate),
];

/// 用户信息传输装置运行状态, one byte (type 21).
pub static UITD: [Bit; 6] = [
    fire(),
    fault(2, "fault.device", "故障", Severity::Moderate),
    fault(3, "fault.power.main", "主电故障", Severity::Moderate),
    fault(4, "fault.power.backup", "备电故障", Severity::Moderate),
    fault(5, "fault.uplink", "与监控中心通信信道故障", Severity::Moderate),
    fault(6, "fault.line", "监测连接线路故障", Severity::Severe),
];

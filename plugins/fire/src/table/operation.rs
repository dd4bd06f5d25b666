//! The operation bits of types 4 and 24: what somebody did at the panel.

/// 手动报警: somebody raised the alarm by hand.
pub const MANUAL_ALARM: u8 = 1 << 2;

/// 查岗应答: somebody answered a roll call.
pub const ROLL_CALL: u8 = 1 << 5;

/// One bit of an operation byte.
#[derive(Debug)]
pub struct Bit {
    pub mask: u8,
    pub code: &'static str,
    pub says: &'static str,
}

const fn bit(bit: u8, code: &'static str, says: &'static str) -> Bit {
    Bit { mask: 1 << bit, code, says }
}

/// 建筑消防设施操作信息 (type 4).
pub static FACILITY: [Bit; 7] = [
    bit(0, "operation.reset", "复位"),
    bit(1, "operation.silence", "消音"),
    bit(2, "fire.manual", "手动报警"),
    bit(3, "operation.dismiss", "警情消除"),
    bit(4, "operation.self-test", "自检"),
    bit(5, "operation.confirm", "确认"),
    bit(6, "operation.test", "测试"),
];

/// 用户信息传输装置操作信息 (type 24): bit 5 is 查岗应答.
pub static UITD: [Bit; 7] = [
    bit(0, "operation.reset", "复位"),
    bit(1, "operation.silence", "消音"),
    bit(2, "fire.manual", "手动报警"),
    bit(3, "operation.dismiss", "警情消除"),
    bit(4, "operation.self-test", "自检"),
    bit(5, "operation.roll-call", "查岗应答"),
    bit(6, "operation.test", "测试"),
];

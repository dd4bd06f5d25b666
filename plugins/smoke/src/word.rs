//! What vendors call the things that a detector says.

/// One thing that a record says of its detector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    Smoke,
    /// Somebody, or the detector's own algorithm, is sure.
    Fire,
    /// The smoke is over: said of smoke alone.
    Clear,
    /// All is well: heartbeats say it too, whatever was before.
    Normal,
    LowBattery,
    BatteryNormal,
    Fault,
    Mended,
    Tamper,
    Test,
    Offline,
    /// It is there: a heartbeat, a report without an event.
    Alive,
}

/// The word behind a text such as `SMOKE_ALARM`, `烟雾报警`, `1`; case, blanks and
/// joints do not matter.
pub fn read(text: &str) -> Option<Word> {
    let plain: String =
        text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '_' | '-' | '.')).collect();
    Some(match plain.to_lowercase().as_str() {
        "smoke" | "smokealarm" | "alarm" | "alarming" | "pulse" | "smokepulse" | "smokedetected" | "1"
        | "true" | "烟雾" | "烟雾报警" | "烟雾告警" | "烟感报警" | "烟感" | "报警" | "告警" | "脉冲" => {
            Word::Smoke
        }
        "fire" | "firealarm" | "sustained" | "confirmed" | "火警" | "火灾" | "火灾报警" | "确认火警" => {
            Word::Fire
        }
        "clear" | "cleared" | "smokeclear" | "smokecleared" | "recover" | "recovered" | "recovery"
        | "restore" | "restored" | "alarmclear" | "alarmcleared" | "恢复" | "恢复正常" | "报警恢复"
        | "报警解除" | "烟雾消除" | "解除" => Word::Clear,
        "normal" | "ok" | "0" | "false" | "正常" => Word::Normal,
        "lowbattery" | "batterylow" | "lowpower" | "lowvoltage" | "undervoltage" | "低电量" | "低电压"
        | "电量低" | "欠压" | "电池欠压" | "电池电量低" => Word::LowBattery,
        "batterynormal" | "batteryok" | "batteryrecovered" | "电量正常" | "电量恢复" => {
            Word::BatteryNormal
        }
        "fault" | "error" | "sensorfault" | "故障" | "探测器故障" | "传感器故障" => Word::Fault,
        "faultclear" | "faultcleared" | "faultrecovered" | "故障恢复" | "故障解除" => Word::Mended,
        "tamper" | "removed" | "dismantled" | "防拆" | "拆除" | "被拆" | "防拆报警" => Word::Tamper,
        "test" | "selftest" | "selfcheck" | "测试" | "自检" => Word::Test,
        "offline" | "离线" | "下线" => Word::Offline,
        "heartbeat" | "alive" | "keepalive" | "online" | "status" | "report" | "data" | "心跳" | "在线"
        | "上线" | "状态" | "定时上报" => Word::Alive,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_vendors() {
        for (text, expect) in [
            ("SMOKE_ALARM", Some(Word::Smoke)),
            ("烟雾报警", Some(Word::Smoke)),
            ("1", Some(Word::Smoke)),
            ("Low Battery", Some(Word::LowBattery)),
            ("电池欠压", Some(Word::LowBattery)),
            ("火警", Some(Word::Fire)),
            ("Normal", Some(Word::Normal)),
            ("正常", Some(Word::Normal)),
            ("0", Some(Word::Normal)),
            ("Recovered", Some(Word::Clear)),
            ("恢复正常", Some(Word::Clear)),
            ("烟雾 消除", Some(Word::Clear)),
            ("heart-beat", Some(Word::Alive)),
            ("selfTest", Some(Word::Test)),
            ("gas", None),
            ("", None),
        ] {
            assert_eq!(read(text), expect, "{text}");
        }
    }
}

//! The data segment: who speaks, what about, whether an answer is wanted.

use crate::crc;
use crate::stream::{HEAD, SUM, length, stated};
use tocsin_sdk::Rejection;
use tocsin_sdk::field::shown;

/// Bit of the flag: the report is in packets.
const PACKETS: u8 = 1 << 1;
/// Bits of the flag: 0 is 2005.
const EDITION: u8 = 0xFC;
/// Of the answers of a platform.
const SYSTEM_ANSWER: &str = "91";

#[derive(Debug)]
pub struct Segment {
    pub qn: String,
    pub st: String,
    pub cn: u16,
    pub pw: String,
    pub mn: String,
    pub flag: u8,
    /// How many packets, and which one, from 1 on.
    pub packet: Option<(u16, u16)>,
    /// Between the `&&`.
    pub cp: String,
}

impl Segment {
    pub fn read(payload: &[u8]) -> Result<Segment, Rejection> {
        let refuse = |reason: String| Err(Rejection::malformed(reason));
        let frame = payload.trim_ascii();
        if !frame.starts_with(b"##") {
            return refuse(format!("不是 HJ 212 帧,应以 ## 开头 (no HJ 212 frame: {} bytes)", payload.len()));
        }
        let Some(stated_length) = length(frame) else {
            let said = String::from_utf8_lossy(&frame[2..frame.len().min(HEAD)]);
            return refuse(format!(
                "数据段长度 {} 不是四位数字 (the length is not four digits)",
                shown(&said)
            ));
        };
        let actual = frame.len().saturating_sub(HEAD + SUM);
        if stated_length != actual {
            return refuse(format!(
                "数据段长度 {stated_length},实际 {actual} (the length is {stated_length}, there are {actual} bytes)"
            ));
        }
        let (data, sum) = frame[HEAD..].split_at(actual);
        let computed = crc::of(data);
        if stated(sum) != Some(computed) {
            let sum = String::from_utf8_lossy(sum);
            return refuse(format!(
                "CRC {sum},应为 {computed:04X} (the CRC is {sum}, it should be {computed:04X})"
            ));
        }
        Segment::parse(&String::from_utf8_lossy(data))
    }

    fn parse(data: &str) -> Result<Segment, Rejection> {
        let missing =
            |what: &str| Rejection::malformed(format!("数据段没有 {what} (the data segment has no {what})"));
        let (head, tail) = data.split_once("CP=&&").ok_or_else(|| missing("CP=&&"))?;
        let cp = tail.rsplit_once("&&").map(|(cp, _)| cp).ok_or_else(|| missing("&& at its end"))?;
        let find = |name: &str| {
            let fields = head.split(';').filter_map(|field| field.split_once('='));
            fields.into_iter().find(|(key, _)| key.trim() == name).map(|(_, value)| value.trim().to_owned())
        };
        let cn = find("CN").ok_or_else(|| missing("CN"))?;
        let cn = cn
            .parse()
            .map_err(|_| Rejection::malformed(format!("CN={} 不是命令编码 (no command)", shown(&cn))))?;
        let flag = match find("Flag") {
            Some(flag) => flag
                .parse()
                .map_err(|_| Rejection::malformed(format!("Flag={} 不是数 (no number)", shown(&flag))))?,
            None => 0,
        };
        let number = |name: &str| find(name).and_then(|text| text.parse::<u16>().ok());
        Ok(Segment {
            mn: find("MN").filter(|mn| !mn.is_empty()).ok_or_else(|| missing("MN"))?,
            qn: find("QN").unwrap_or_default(),
            st: find("ST").unwrap_or_default(),
            pw: find("PW").unwrap_or_default(),
            cn,
            flag,
            packet: packet(flag, number("PNUM"), number("PNO"))?,
            cp: cp.to_owned(),
        })
    }

    /// Answers, heartbeat and login: they keep the conversation going and say nothing.
    pub fn is_exchange(&self) -> bool {
        matches!(self.cn, 9011..=9015 | 9021 | 9022)
    }

    /// What a logger notifies of or uploads.
    pub fn is_report(&self) -> bool {
        matches!(self.cn, 1000..=3999)
    }

    /// The answer that bit 0 of the flag asks for, under the same QN.
    pub fn answer(&self) -> Option<Vec<u8>> {
        let (command, content) = match self.cn {
            _ if self.flag & 1 == 0 => return None,
            1000..=1999 => ("9013", ""),
            2000..=3999 => ("9014", ""),
            // Of 2005, which knows no more than that it is refused.
            _ if self.flag & EDITION == 0 => ("9011", "QnRtn=2"),
            _ => ("9011", "QnRtn=8"),
        };
        // An answer asks for none itself.
        let flag = self.flag & EDITION;
        let Segment { qn, pw, mn, .. } = self;
        let data =
            format!("QN={qn};ST={SYSTEM_ANSWER};CN={command};PW={pw};MN={mn};Flag={flag};CP=&&{content}&&");
        let sum = crc::of(data.as_bytes());
        Some(format!("##{:04}{data}{sum:04X}\r\n", data.len()).into_bytes())
    }
}

/// 2005 writes PNO and PNUM where bit 1 of the flag says so, 2017 as well; some forget
/// the bit.
fn packet(flag: u8, total: Option<u16>, number: Option<u16>) -> Result<Option<(u16, u16)>, Rejection> {
    let reason = match (total.filter(|total| *total > 1), number) {
        (Some(total), Some(number)) if number > 0 && number <= total => return Ok(Some((total, number))),
        (Some(total), Some(number)) => format!("包号 {number} 不在总包数 {total} 之内 (no such packet)"),
        (Some(total), None) if flag & PACKETS != 0 => {
            format!("{total} 包之一没有 PNO (one of {total} packets without its number)")
        }
        _ => return Ok(None),
    };
    Err(Rejection::malformed(reason))
}

//! The device side of GB/T 26875.3: what a user information transmission device
//! (用户信息传输装置) sends, and how it reads the centre's answers.

use encoding_rs::GB18030;
use jiff::tz::TimeZone;

/// Commands of the standard's table 3 that a device meets.
pub mod command {
    pub const SEND: u8 = 2;
    pub const ACK: u8 = 3;
    pub const NAK: u8 = 6;
}

/// Control unit without application data: serial to command, 25 bytes, and the marks around it.
const SHORTEST: usize = 30;
/// The standard's limit for the application data of one frame.
const LONGEST_DATA: usize = 1024;

/// Second, minute, hour, day, month, year of the century: binary, Beijing time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeTag(pub [u8; 6]);

impl TimeTag {
    pub fn of(at: jiff::Timestamp) -> TimeTag {
        let beijing = at.to_zoned(TimeZone::fixed(jiff::tz::offset(8)));
        let small = |number: i8| u8::try_from(number).unwrap_or(0);
        TimeTag([
            small(beijing.second()),
            small(beijing.minute()),
            small(beijing.hour()),
            small(beijing.day()),
            small(beijing.month()),
            u8::try_from(beijing.year().rem_euclid(100)).unwrap_or(0),
        ])
    }
}

/// State bits of a component (table 7).
pub mod state {
    pub const NORMAL: u16 = 0x0001;
    /// Fire, and bit 0 says "in normal operation".
    pub const FIRE: u16 = 0x0003;
    /// Fire, and bit 0 says "in test": still a fire.
    pub const FIRE_IN_TEST: u16 = 0x0002;
    pub const FAULT: u16 = 0x0005;
}

/// 部件: a detector, a button, a pump.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Component {
    pub system: u8,
    pub address: u8,
    pub kind: u8,
    pub zone: u16,
    pub number: u16,
    pub text: String,
}

impl Component {
    fn path(&self) -> [u8; 7] {
        let [zone, zone_high] = self.zone.to_le_bytes();
        let [number, number_high] = self.number.to_le_bytes();
        [self.system, self.address, self.kind, zone, zone_high, number, number_high]
    }
}

/// What a device has to say; becomes application data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Report {
    /// Type 1: state of a facility system.
    System { system: u8, address: u8, state: u16 },
    /// Type 2: state of components, up to 22 in one frame.
    Components(Vec<(Component, u16)>),
    /// Type 3: a measured value of a component.
    Reading { component: Component, quantity: u8, value: i16 },
    /// Not in the standard, common in the field: command 2 without data.
    Heartbeat,
}

impl Report {
    fn data(&self, at: TimeTag) -> Vec<u8> {
        match self {
            Report::Heartbeat => Vec::new(),
            Report::System { system, address, state } => {
                let mut data = vec![1, 1, *system, *address];
                data.extend(state.to_le_bytes());
                data.extend(at.0);
                data
            }
            Report::Components(components) => {
                let mut data = vec![2, u8::try_from(components.len()).unwrap_or(u8::MAX)];
                for (component, state) in components {
                    data.extend(component.path());
                    data.extend(state.to_le_bytes());
                    data.extend(description(&component.text));
                    data.extend(at.0);
                }
                data
            }
            Report::Reading { component, quantity, value } => {
                let mut data = vec![3, 1];
                data.extend(component.path());
                data.push(*quantity);
                data.extend(value.to_le_bytes());
                data.extend(at.0);
                data
            }
        }
    }
}

/// 31 bytes of GB 18030, padded with zeros, cut where it is too long.
fn description(text: &str) -> [u8; 31] {
    let (bytes, _, _) = GB18030.encode(text);
    let mut field = [0; 31];
    for (to, from) in field.iter_mut().zip(bytes.iter()) {
        *to = *from;
    }
    field
}

/// Addresses on the wire, least significant byte first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Route {
    pub device: [u8; 6],
    pub centre: [u8; 6],
}

impl Route {
    /// From twelve hex digits, most significant first, as the city file writes them.
    pub fn from_id(id: &str, centre: [u8; 6]) -> Option<Route> {
        let mut device: [u8; 6] = tocsin_core::outcome::hex::decode(id)?.try_into().ok()?;
        device.reverse();
        Some(Route { device, centre })
    }

    pub fn frame(&self, serial: u16, at: TimeTag, report: &Report) -> Vec<u8> {
        frame(self.device, self.centre, serial, at, command::SEND, &report.data(at))
    }
}

fn frame(
    source: [u8; 6],
    destination: [u8; 6],
    serial: u16,
    at: TimeTag,
    command: u8,
    data: &[u8],
) -> Vec<u8> {
    let mut bytes = b"@@".to_vec();
    bytes.extend(serial.to_le_bytes());
    bytes.extend([1, 1]); // main version as in the standard, user version of this vendor
    bytes.extend(at.0);
    bytes.extend(source);
    bytes.extend(destination);
    bytes.extend(u16::try_from(data.len()).unwrap_or(u16::MAX).to_le_bytes());
    bytes.push(command);
    bytes.extend(data);
    bytes.push(checksum(&bytes[2..]));
    bytes.extend(b"##");
    bytes
}

fn checksum(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0, |sum, byte| sum.wrapping_add(*byte))
}

/// The centre's word on one serial.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    pub serial: u16,
    pub command: u8,
}

/// Takes whole answers off the front of `buffer`; what is not one is skipped.
pub fn answers(buffer: &mut Vec<u8>) -> Vec<Answer> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(rest) = buffer.get(at..).filter(|rest| rest.len() >= SHORTEST) {
        let length = usize::from(u16::from_le_bytes([rest[24], rest[25]]));
        if !rest.starts_with(b"@@") || length > LONGEST_DATA {
            at += 1;
            continue;
        }
        let Some(whole) = rest.get(..SHORTEST + length) else {
            break;
        };
        let sum = whole.len() - 3;
        if whole.ends_with(b"##") && checksum(&whole[2..sum]) == whole[sum] {
            found.push(Answer { serial: u16::from_le_bytes([whole[2], whole[3]]), command: whole[26] });
            at += whole.len();
        } else {
            at += 1;
        }
    }
    buffer.drain(..at);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: TimeTag = TimeTag([0x14, 0x1E, 0x0E, 0x0C, 0x07, 0x1A]);

    fn bytes(text: &str) -> Vec<u8> {
        tocsin_core::outcome::hex::decode(&text.replace(' ', "")).expect("hex")
    }

    fn route() -> Route {
        Route::from_id("000000000379", [0x38, 0x5B, 0, 0, 0, 0]).expect("an id")
    }

    fn component(system: u8, kind: u8, zone: u16, number: u16, text: &str) -> Component {
        Component { system, address: 1, kind, zone, number, text: text.to_owned() }
    }

    #[test]
    fn frames_are_the_standard_s_byte_for_byte() {
        let check = |serial, report: Report, expect: &str| {
            let got = route().frame(serial, AT, &report);
            assert_eq!(got, bytes(expect), "{report:?}\n got {got:02X?}");
        };
        check(
            1,
            Report::Components(vec![(component(1, 42, 10, 2, "3号楼2层201室烟感"), state::FIRE)]),
            "40 40 01 00 01 01 14 1E 0E 0C 07 1A 79 03 00 00 00 00 38 5B 00 00 00 00 30 00 02 02 01 01 01 2A 0A 00 02 00 03 00 \
             33 BA C5 C2 A5 32 B2 E3 32 30 31 CA D2 D1 CC B8 D0 00 00 00 00 00 00 00 00 00 00 00 00 00 00 14 1E 0E 0C 07 1A 90 23 23",
        );
        check(
            2,
            Report::Reading { component: component(11, 91, 1, 7, ""), quantity: 5, value: 1350 },
            "40 40 02 00 01 01 14 1E 0E 0C 07 1A 79 03 00 00 00 00 38 5B 00 00 00 00 12 00 02 03 01 0B 01 5B 01 00 07 00 05 46 05 \
             14 1E 0E 0C 07 1A C4 23 23",
        );
        check(
            3,
            Report::System { system: 1, address: 1, state: 0x0105 },
            "40 40 03 00 01 01 14 1E 0E 0C 07 1A 79 03 00 00 00 00 38 5B 00 00 00 00 0C 00 02 01 01 01 01 05 01 14 1E 0E 0C 07 1A 06 23 23",
        );
        check(
            4,
            Report::Heartbeat,
            "40 40 04 00 01 01 14 1E 0E 0C 07 1A 79 03 00 00 00 00 38 5B 00 00 00 00 00 00 02 84 23 23",
        );
    }

    #[test]
    fn a_full_frame_holds_22_components() {
        let many = (0..22).map(|n| (component(1, 40, 1, n, "烟感"), state::NORMAL)).collect();
        let frame = route().frame(9, AT, &Report::Components(many));
        assert_eq!(frame.len(), SHORTEST + 2 + 22 * 46);
        assert!(frame.len() - SHORTEST <= LONGEST_DATA);
    }

    #[test]
    fn the_time_tag_is_beijing_s() {
        let at: jiff::Timestamp = "2026-07-12T06:30:20Z".parse().expect("a time");
        assert_eq!(TimeTag::of(at), AT);
    }

    #[test]
    fn answers_are_cut_from_any_stream() {
        let ack = bytes(
            "40 40 01 00 01 01 14 1E 0E 0C 07 1A 38 5B 00 00 00 00 79 03 00 00 00 00 00 00 03 82 23 23",
        );
        let ack_of_1 = Answer { serial: 1, command: command::ACK };
        let check = |stream: Vec<u8>, expect: &[Answer], left: usize| {
            let mut buffer = stream;
            assert_eq!(answers(&mut buffer), expect);
            assert_eq!(buffer.len(), left);
        };
        check(ack.clone(), &[ack_of_1], 0);
        check([ack.clone(), ack.clone()].concat(), &[ack_of_1, ack_of_1], 0);
        check([b"junk@".to_vec(), ack.clone()].concat(), &[ack_of_1], 0);
        check(ack[..29].to_vec(), &[], 29);
        let mut broken = ack;
        broken[27] ^= 1;
        check(broken, &[], 29);
    }
}

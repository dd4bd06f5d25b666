//! 应用数据单元: a type flag, a count and that many information objects.

use crate::table::{operation, state};

/// Type flags of what goes up.
pub mod flag {
    pub const SYSTEM_STATE: u8 = 1;
    pub const COMPONENT_STATE: u8 = 2;
    pub const COMPONENT_ANALOG: u8 = 3;
    pub const FACILITY_OPERATION: u8 = 4;
    pub const FACILITY_VERSION: u8 = 5;
    pub const SYSTEM_CONFIGURATION: u8 = 6;
    pub const COMPONENT_CONFIGURATION: u8 = 7;
    pub const SYSTEM_TIME: u8 = 8;
    pub const UITD_STATE: u8 = 21;
    pub const UITD_OPERATION: u8 = 24;
    pub const UITD_VERSION: u8 = 25;
    pub const UITD_CONFIGURATION: u8 = 26;
    pub const UITD_TIME: u8 = 28;
}

/// A component state without its 31 bytes of text, as some devices send it.
pub const COMPONENT_STATE_SHORT: usize = 15;
const COMPONENT_STATE: usize = 46;

/// Objects whose number and length agree with what the frame says.
#[derive(Clone, Copy, Debug)]
pub struct Objects<'a> {
    pub flag: u8,
    pub count: usize,
    body: &'a [u8],
    size: Size,
}

/// Bytes of one object.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Size {
    Fixed(usize),
    /// Its last field is a length byte and that much text; so many bytes before it.
    Text(usize),
}

/// Why application data is no list of objects.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Wrong {
    /// Neither a flag nor a count.
    Short,
    /// Reserved, or meant for the other direction.
    Reserved(u8),
    /// 128 to 254: the vendor's own.
    Private(u8),
    /// More than the standard allows, or none.
    Count { flag: u8, count: u8, most: usize },
    /// The objects end elsewhere than the data.
    Length { flag: u8, count: u8, have: usize, need: usize },
}

/// The shape of each type and how many of it a frame may hold.
fn shape(flag: u8) -> Result<(Size, usize), Wrong> {
    Ok(match flag {
        flag::SYSTEM_STATE | flag::FACILITY_OPERATION => (Size::Fixed(10), 102),
        flag::COMPONENT_STATE => (Size::Fixed(COMPONENT_STATE), 22),
        flag::COMPONENT_ANALOG => (Size::Fixed(16), 63),
        flag::FACILITY_VERSION => (Size::Fixed(4), 1),
        flag::SYSTEM_CONFIGURATION => (Size::Text(2), 3),
        flag::COMPONENT_CONFIGURATION => (Size::Fixed(38), 26),
        flag::SYSTEM_TIME => (Size::Fixed(8), 1),
        flag::UITD_STATE => (Size::Fixed(7), 1),
        flag::UITD_OPERATION => (Size::Fixed(8), 127),
        flag::UITD_VERSION => (Size::Fixed(2), 1),
        flag::UITD_CONFIGURATION => (Size::Text(0), 1),
        flag::UITD_TIME => (Size::Fixed(6), 1),
        128..=254 => return Err(Wrong::Private(flag)),
        _ => return Err(Wrong::Reserved(flag)),
    })
}

impl<'a> Objects<'a> {
    pub fn read(data: &'a [u8]) -> Result<Objects<'a>, Wrong> {
        let &[flag, count, ref body @ ..] = data else {
            return Err(Wrong::Short);
        };
        let (mut size, most) = shape(flag)?;
        let objects = usize::from(count);
        if objects == 0 || objects > most {
            return Err(Wrong::Count { flag, count, most });
        }
        if flag == flag::COMPONENT_STATE && body.len() == objects * COMPONENT_STATE_SHORT {
            size = Size::Fixed(COMPONENT_STATE_SHORT);
        }
        let need = match size {
            Size::Fixed(size) => objects * size,
            Size::Text(before) => (0..objects).fold(0, |end, _| {
                end + before + 1 + body.get(end + before).map_or(0, |length| usize::from(*length))
            }),
        };
        match body.len() == need {
            true => Ok(Objects { flag, count: objects, body, size }),
            false => Err(Wrong::Length { flag, count, have: body.len(), need }),
        }
    }

    /// Each object's bytes, in order.
    pub fn each(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let (mut rest, size) = (self.body, self.size);
        std::iter::from_fn(move || {
            let length = match size {
                Size::Fixed(size) => size,
                Size::Text(before) => before + 1 + usize::from(*rest.get(before)?),
            };
            let (object, behind) = rest.split_at_checked(length)?;
            rest = behind;
            Some(object)
        })
    }

    /// Whether any object reports a fire or an alarm raised by hand.
    pub fn hold_fire(&self) -> bool {
        let (at, mask) = match self.flag {
            flag::SYSTEM_STATE => (2, state::FIRE as u8),
            flag::COMPONENT_STATE => (7, state::FIRE as u8),
            flag::UITD_STATE => (0, state::FIRE as u8),
            flag::FACILITY_OPERATION => (2, operation::MANUAL_ALARM),
            flag::UITD_OPERATION => (0, operation::MANUAL_ALARM),
            _ => return false,
        };
        self.each().any(|object| object[at] & mask != 0)
    }
}

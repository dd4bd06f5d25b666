//! Which part of a building an information object speaks of.

use crate::table::{component, system};
use tocsin_sdk::json::Object;
use tocsin_sdk::text::{push, push_integer};

/// A system, a part of one, or the UITD itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Place<'a> {
    Uitd,
    /// System type and address.
    System(u8, u8),
    /// ... and component type and its four address bytes.
    Component(u8, u8, u8, &'a [u8; 4]),
}

impl<'a> Place<'a> {
    /// The system at the front of an object, and the rest of it.
    pub fn system(object: &'a [u8]) -> Option<(Place<'a>, &'a [u8])> {
        let &[system, address, ref rest @ ..] = object else {
            return None;
        };
        Some((Place::System(system, address), rest))
    }

    /// The component at the front of an object, and the rest of it.
    pub fn component(object: &'a [u8]) -> Option<(Place<'a>, &'a [u8])> {
        let &[system, address, component, ref rest @ ..] = object else {
            return None;
        };
        let (place, rest) = rest.split_first_chunk::<4>()?;
        Some((Place::Component(system, address, component, place), rest))
    }

    /// The device path: `000000000379/1.1/42.10-2`.
    pub fn path(&self, uitd: &str) -> String {
        // 12 + 8 + 16 digits and marks at most, which 32 nearly always hold.
        let mut path = String::with_capacity(32);
        push(&mut path, uitd);
        if let Place::System(system, address) | Place::Component(system, address, ..) = *self {
            path.push('/');
            push_integer(&mut path, system.into());
            path.push('.');
            push_integer(&mut path, address.into());
        }
        if let Place::Component(_, _, component, place) = *self {
            path.push('/');
            push_integer(&mut path, component.into());
            path.push('.');
            push_zone(&mut path, place);
        }
        path
    }

    /// Appends what people call it: `点型光电感烟火灾探测器10-2`.
    pub fn push_name(&self, into: &mut String) {
        match *self {
            Place::Uitd => push(into, "用户信息传输装置"),
            Place::System(system, address) => {
                push(into, system::name(system));
                push_integer(into, address.into());
            }
            Place::Component(_, _, component, place) => {
                push(into, component::name(component));
                push_zone(into, place);
            }
        }
    }

    /// The same as fields of a signal's data.
    pub fn describe(&self, mut data: Object) -> Object {
        if let Place::System(system, address) | Place::Component(system, address, ..) = *self {
            data = data
                .plain("system", system::name(system))
                .number("system_type", system)
                .number("system_address", address);
        }
        if let Place::Component(_, _, component, place) = *self {
            let (zone, number) = zone(place);
            data = data
                .plain("component", component::name(component))
                .number("component_type", component)
                .hex("component_address", place)
                .number("zone", zone)
                .number("number", number);
        }
        data
    }
}

/// 区号 and 位号: how vendors divide the four address bytes that the standard
/// leaves open.
fn zone(address: &[u8; 4]) -> (u16, u16) {
    (u16::from_le_bytes([address[0], address[1]]), u16::from_le_bytes([address[2], address[3]]))
}

fn push_zone(into: &mut String, address: &[u8; 4]) {
    let (zone, number) = zone(address);
    push_integer(into, zone.into());
    into.push('-');
    push_integer(into, number.into());
}

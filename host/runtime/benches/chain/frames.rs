//! The device's side of GB/T 26875.3, at the sizes that are measured.

pub fn alarm(source: u32, serial: u16) -> Vec<u8> {
    frame(source, serial, &components(1, 0x0003))
}

/// One signal of 256 bytes: a system's configuration text (type 6).
pub fn text_256(source: u32, serial: u16) -> Vec<u8> {
    let mut body = vec![6, 1, 1, 1, 221];
    body.resize(5 + 221, b'a');
    frame(source, serial, &body)
}

/// 1 KiB: the states of 21 components (type 2).
pub fn states_1k(source: u32, serial: u16) -> Vec<u8> {
    frame(source, serial, &components(21, 0x0001))
}

/// A reading of a pump: what routine traffic looks like.
pub fn reading(source: u32, serial: u16) -> Vec<u8> {
    frame(source, serial, &[3, 1, 11, 1, 91, 1, 0, 7, 0, 5, 0x46, 5, 20, 30, 14, 12, 7, 26])
}

pub fn components(count: u8, state: u16) -> Vec<u8> {
    let mut body = vec![2, count];
    for number in 0..count {
        body.extend([1, 1, 42, number, 0, 2, 0]);
        body.extend(state.to_le_bytes());
        let text = b"ward 3";
        body.extend(text);
        body.resize(body.len() + 31 - text.len(), 0);
        body.extend([20, 30, 14, 12, 7, 26]);
    }
    body
}

pub fn frame(source: u32, serial: u16, body: &[u8]) -> Vec<u8> {
    let mut frame = vec![0x40, 0x40];
    frame.extend(serial.to_le_bytes());
    frame.extend([1, 1, 20, 30, 14, 12, 7, 26]);
    frame.extend(source.to_le_bytes());
    frame.extend([0, 0, 0x38, 0x5b, 0, 0, 0, 0]);
    frame.extend((body.len() as u16).to_le_bytes());
    frame.push(2);
    frame.extend(body);
    let sum = frame[2..].iter().fold(0_u8, |sum, byte| sum.wrapping_add(*byte));
    frame.extend([sum, 0x23, 0x23]);
    frame
}

/// Length of an acknowledgement.
pub const ACK: usize = 30;

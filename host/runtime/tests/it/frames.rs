//! The device's side of GB/T 26875.3: a fire alarm frame and its acknowledgement.

/// One fire alarm of detector `component` at the controller `source`.
pub fn alarm(source: u32, serial: u16, component: u32) -> Vec<u8> {
    let mut body = vec![2, 1, 1, 1, 42];
    body.extend(component.to_le_bytes());
    body.extend([0x03, 0x00]);
    let text = b"ward 3";
    body.extend(text);
    body.resize(body.len() + 31 - text.len(), 0);
    body.extend([20, 30, 14, 12, 7, 26]);
    frame(source, serial, 2, &body)
}

pub fn frame(source: u32, serial: u16, command: u8, body: &[u8]) -> Vec<u8> {
    let mut frame = vec![0x40, 0x40];
    frame.extend(serial.to_le_bytes());
    frame.extend([1, 1, 20, 30, 14, 12, 7, 26]);
    frame.extend(source.to_le_bytes());
    frame.extend([0, 0, 0x38, 0x5b, 0, 0, 0, 0]);
    frame.extend((body.len() as u16).to_le_bytes());
    frame.push(command);
    frame.extend(body);
    let sum = frame[2..].iter().fold(0_u8, |sum, byte| sum.wrapping_add(*byte));
    frame.extend([sum, 0x23, 0x23]);
    frame
}

/// An acknowledgement has no body: 30 bytes.
pub const ACK: usize = 30;

pub fn is_ack(reply: &[u8; ACK], serial: u16) -> bool {
    reply[..2] == [0x40, 0x40] && reply[2..4] == serial.to_le_bytes() && reply[26] == 3
}

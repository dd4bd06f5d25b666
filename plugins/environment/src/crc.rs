//! The checksum of HJ 212 (appendix A): polynomial A001, initial FFFF, and each byte
//! put in above the shifted register, which is not CRC-16/MODBUS.

pub fn of(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0xFFFF, |crc, byte| {
        (0..8).fold(
            (crc >> 8) ^ u16::from(*byte),
            |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xA001 } else { crc >> 1 },
        )
    })
}

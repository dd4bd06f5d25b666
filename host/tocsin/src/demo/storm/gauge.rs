//! A hydrological station on a TCP line: threshold reports of SL 651-2014.

use crate::text;
use anyhow::{Context, Result};
use jiff::tz::TimeZone;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A station repeats itself after this.
const CONFIRMED_WITHIN: Duration = Duration::from_secs(5);

#[derive(Debug)]
pub struct Gauge {
    station: String,
    line: TcpStream,
}

impl Gauge {
    pub async fn connect(door: &str, station: &str) -> Result<Gauge> {
        let line = TcpStream::connect(door).await.with_context(|| text!(no_line, door = door))?;
        Ok(Gauge { station: station.to_owned(), line })
    }

    /// 33H 加报 of a level in metres; whether the centre confirmed it.
    pub async fn extra(&mut self, serial: u16, level: f64) -> Result<bool> {
        let frame = report(&self.station, serial, level, jiff::Timestamp::now());
        self.line.write_all(&frame).await.with_context(|| text!(line_broke, who = self.station))?;
        let mut answer = [0; 64];
        match tokio::time::timeout(CONFIRMED_WITHIN, self.line.read(&mut answer)).await {
            Ok(read) => {
                Ok(read? > 15 && answer[..2] == [0x7E, 0x7E] && answer[14..16] == serial.to_be_bytes())
            }
            Err(_) => Ok(false),
        }
    }
}

fn report(station: &str, serial: u16, level: f64, at: jiff::Timestamp) -> Vec<u8> {
    let at = at.to_zoned(TimeZone::fixed(jiff::tz::offset(8)));
    let station = bcd(station);
    let mut body = serial.to_be_bytes().to_vec();
    body.extend(bcd(&at.strftime("%y%m%d%H%M%S").to_string()));
    body.extend([0xF1, 0xF1]);
    body.extend(&station);
    body.extend([0x48, 0xF0, 0xF0]);
    body.extend(bcd(&at.strftime("%y%m%d%H%M").to_string()));
    // 39H 瞬时水位: four bytes, three decimals.
    body.extend([0x39, 0x23]);
    body.extend(bcd(&format!("{:08}", (level * 1_000.0).round() as u32)));
    let mut frame = vec![0x7E, 0x7E, 0x01];
    frame.extend(&station);
    frame.extend([0x00, 0x00, 0x33]);
    frame.extend((body.len() as u16).to_be_bytes());
    frame.push(0x02);
    frame.extend(body);
    frame.push(0x03);
    let sum = frame.iter().fold(0xFFFF_u16, |crc, byte| {
        (0..8).fold(crc ^ u16::from(*byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xA001 } else { crc >> 1 })
    });
    frame.extend(sum.to_be_bytes());
    frame
}

/// Two digits a byte. The digits are ours or a station's address.
fn bcd(digits: &str) -> Vec<u8> {
    digits.as_bytes().chunks_exact(2).map(|pair| (pair[0] & 15) << 4 | (pair[1] & 15)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_laid_out_as_the_standard_says() {
        let at = "2026-07-12T14:30:20+08:00".parse().expect("a time");
        let frame = report("0033078101", 0x12, 12.345, at);
        let hex: String = frame.iter().map(|byte| format!("{byte:02X}")).collect();
        assert!(
            hex.starts_with(
                "7E7E01003307810100003300 1D020012260712143020F1F1003307810148F0F0260712143039230001234503"
                    .replace(' ', "")
                    .as_str()
            ),
            "{hex}"
        );
    }
}

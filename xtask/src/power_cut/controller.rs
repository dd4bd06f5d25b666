//! Load of the trial: controllers that raise one alarm a part, and note which were acknowledged.

use anyhow::{Context, Result, ensure};
use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

/// Between two alarms of one controller. An incident keeps 4,096 rows of
/// evidence, and a controller speaks in one round of five at the most.
const EVERY: Duration = Duration::from_millis(4);
const FRAME: usize = 30;
const ACK: u8 = 3;

/// A transmission device that the city knows, by its twelve hex digits.
#[derive(Clone, Debug)]
pub struct Uitd(String);

impl Uitd {
    pub fn of_city(city: &Path) -> Result<Vec<Uitd>> {
        let text =
            std::fs::read_to_string(city.join("devices.toml")).context("cannot read the city's devices")?;
        let found = of_text(&text);
        ensure!(!found.is_empty(), "the city registers no fire transmission device");
        Ok(found)
    }

    fn address(&self) -> Vec<u8> {
        let byte = |at: usize| {
            self.0.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok()).unwrap_or(0)
        };
        (0..6).rev().map(|index| byte(index * 2)).collect()
    }

    /// Part `serial` of round `zone`, as the fire plugin names it.
    fn part(&self, zone: u16, serial: u16) -> String {
        format!("{}/1.1/42.{zone}-{serial}", self.0)
    }
}

fn of_text(text: &str) -> Vec<Uitd> {
    let ids = text.lines().filter_map(|line| line.strip_prefix("id = \"")?.strip_suffix('"'));
    ids.filter(|id| id.len() == 12 && id.bytes().all(|byte| byte.is_ascii_hexdigit()))
        .map(|id| Uitd(id.to_owned()))
        .collect()
}

/// One smoke alarm (GB/T 26875.3: command 2, type 2), with a time tag of zeros:
/// the time of receipt counts.
fn alarm(device: &Uitd, zone: u16, serial: u16) -> Vec<u8> {
    let mut data = vec![2, 1, 1, 1, 42];
    data.extend(zone.to_le_bytes());
    data.extend(serial.to_le_bytes());
    data.extend([3, 0]);
    data.extend([0; 31 + 6]);
    let mut frame = b"@@".to_vec();
    frame.extend(serial.to_le_bytes());
    frame.extend([1, 1]);
    frame.extend([0; 6]);
    frame.extend(device.address());
    frame.extend([0x38, 0x5B, 0, 0, 0, 0]);
    frame.extend((data.len() as u16).to_le_bytes());
    frame.push(2);
    frame.extend(data);
    frame.push(frame[2..].iter().fold(0u8, |sum, byte| sum.wrapping_add(*byte)));
    frame.extend(b"##");
    frame
}

#[derive(Debug)]
pub struct Load {
    over: Arc<AtomicBool>,
    controllers: Vec<JoinHandle<Vec<String>>>,
}

impl Load {
    pub fn start(door: &str, devices: impl Iterator<Item = Uitd>, zone: u16) -> Result<Load> {
        let over = Arc::new(AtomicBool::new(false));
        let mut controllers = Vec::new();
        for device in devices {
            let line = TcpStream::connect(door).with_context(|| format!("cannot connect to {door}"))?;
            let ears = line.try_clone().context("cannot listen to the line")?;
            let (speaker, ended) = (device.clone(), over.clone());
            std::thread::spawn(move || speak(line, &speaker, zone, &ended));
            controllers.push(std::thread::spawn(move || {
                acknowledged(ears).into_iter().map(|serial| device.part(zone, serial)).collect()
            }));
        }
        Ok(Load { over, controllers })
    }

    /// Parts whose alarms were acknowledged, once the host's end of the lines is closed.
    pub fn end(self) -> Vec<String> {
        self.over.store(true, Ordering::Relaxed);
        self.controllers.into_iter().flat_map(|controller| controller.join().unwrap_or_default()).collect()
    }
}

fn speak(mut line: TcpStream, device: &Uitd, zone: u16, over: &AtomicBool) {
    for serial in 1..=u16::MAX {
        if over.load(Ordering::Relaxed) || line.write_all(&alarm(device, zone, serial)).is_err() {
            return;
        }
        std::thread::sleep(EVERY);
    }
}

/// Acknowledgements carry no data, so each is 30 bytes; anything else is a fault of the host.
fn acknowledged(mut ears: TcpStream) -> BTreeSet<u16> {
    let mut serials = BTreeSet::new();
    let mut answer = [0; FRAME];
    while ears.read_exact(&mut answer).is_ok() {
        if answer.starts_with(b"@@") && answer[26] == ACK {
            serials.insert(u16::from_le_bytes([answer[2], answer[3]]));
        }
    }
    serials
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alarm_is_a_whole_frame() {
        let device = Uitd("000000000379".to_owned());
        let frame = alarm(&device, 10, 2);
        assert_eq!(frame.len(), FRAME + 48);
        assert_eq!(&frame[12..18], [0x79, 3, 0, 0, 0, 0]);
        assert_eq!(&frame[24..27], [48, 0, 2]);
        let sum = frame.len() - 3;
        assert_eq!(frame[sum], frame[2..sum].iter().fold(0u8, |sum, byte| sum.wrapping_add(*byte)));
        assert_eq!(device.part(10, 2), "000000000379/1.1/42.10-2");
    }

    #[test]
    fn the_city_names_its_devices() {
        let text =
            "id = \"000000000379\"\nid = \"000000000379/1.1/42.10-2\"\nid = \"33079100001320000001\"\n";
        assert_eq!(
            of_text(text).iter().map(|device| device.0.as_str()).collect::<Vec<_>>(),
            ["000000000379"]
        );
    }
}

//! MQTT 3.1.1, as much as a sensor speaks: connect, publish once, wait for the acknowledgement.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

pub fn publish(url: &str, topic: &str, payload: &[u8]) {
    let address = url.strip_prefix("mqtt://").expect("an MQTT address");
    let mut stream = TcpStream::connect(address).expect("the broker");
    stream.set_read_timeout(Some(Duration::from_secs(15))).expect("a timeout");
    // Level 4, clean session, keep-alive 60 s.
    let connect = [text("MQTT"), vec![4, 2, 0, 60], text("it-sensor")].concat();
    stream.write_all(&packet(0x10, &connect)).expect("connect");
    assert_eq!(read(&mut stream), [0x20, 2, 0, 0], "connection refused");
    let body = [text(topic), vec![0, 1], payload.to_vec()].concat();
    // Quality of service 1.
    stream.write_all(&packet(0x32, &body)).expect("publish");
    assert_eq!(read(&mut stream), [0x40, 2, 0, 1], "not acknowledged");
}

fn read(stream: &mut TcpStream) -> [u8; 4] {
    let mut answer = [0; 4];
    stream.read_exact(&mut answer).expect("an answer");
    answer
}

pub fn text(text: &str) -> Vec<u8> {
    [&(text.len() as u16).to_be_bytes(), text.as_bytes()].concat()
}

pub fn packet(kind: u8, body: &[u8]) -> Vec<u8> {
    let mut packet = vec![kind];
    let mut left = body.len();
    loop {
        let byte = (left % 128) as u8;
        left /= 128;
        packet.push(if left > 0 { byte | 0x80 } else { byte });
        if left == 0 {
            break;
        }
    }
    [packet.as_slice(), body].concat()
}

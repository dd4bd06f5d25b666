//! Fires in streams that are broken: behind a header that promises too much, before a
//! connection that ends, and as the first word after a silence.

use crate::frames::{ACK, Line, alarm, command, empty};
use crate::running::{Folder, Running};
use crate::wait::wait_for;
use std::net::UdpSocket;
use std::time::{Duration, Instant};

const UITD: u8 = 0x79;

/// The front of a frame whose length says 900.
fn promise() -> Vec<u8> {
    let mut frame = alarm(9, 0x7A, 9, "烟感");
    frame[24..26].copy_from_slice(&900_u16.to_le_bytes());
    frame.truncate(35);
    frame
}

#[test]
fn a_fire_behind_a_broken_promise_is_not_kept_waiting() {
    let host = Running::new();
    let mut line = Line::to(host.door("fire-tcp"));
    line.send(&promise());
    let started = Instant::now();
    line.send(&alarm(1, UITD, 1, "烟感"));
    // Others' bytes keep coming, so that the line is never quiet.
    std::thread::sleep(Duration::from_millis(2_500));
    line.send(&empty(2, UITD, 2));
    std::thread::sleep(Duration::from_millis(2_500));
    line.send(&empty(3, UITD, 2));
    assert_eq!(command(&line.answer()), (ACK, 1));
    assert!(started.elapsed() < Duration::from_secs(14), "{:?}", started.elapsed());
    wait_for("the incident", || host.incidents().pop());
}

#[test]
fn a_fire_before_the_end_of_a_connection_is_not_lost() {
    let host = Running::new();
    let mut line = Line::to(host.door("fire-tcp"));
    line.send(&[promise(), alarm(1, UITD, 1, "烟感")].concat());
    drop(line);
    wait_for("the incident", || host.incidents().pop());
}

#[test]
fn a_datagram_that_is_cut_is_a_dead_letter() {
    let host = Running::new();
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a socket");
    let frame = alarm(1, UITD, 1, "烟感");
    socket.send_to(&frame[..40], host.door("fire-udp")).expect("sent");
    let letter = wait_for("the letter", || host.json(&["dead", "list"]).pop());
    assert!(letter["reason"].as_str().is_some_and(|reason| !reason.is_empty()), "{letter}");
}

#[test]
fn a_fire_that_ends_a_silence_is_a_fire() {
    let folder = Folder::new();
    let devices = folder.city().join("devices.toml");
    let text = std::fs::read_to_string(&devices).expect("devices.toml");
    let quick = text.replacen("heartbeat = 120", "heartbeat = 1", 1);
    assert!(quick != text && quick.find("heartbeat = 1\n") < quick.find("heartbeat = 120"));
    std::fs::write(&devices, quick).expect("written");
    let host = Running::on(&folder);
    let mut line = Line::to(host.door("fire-tcp"));
    assert_eq!(command(&line.say(&empty(1, UITD, 2))), (ACK, 1));
    let state = || host.json(&["device", "list"]).into_iter().find(|row| row["id"] == "fire/000000000379");
    wait_for("silence", || state().filter(|row| row["state"] == "silent"));
    assert_eq!(command(&line.say(&alarm(2, UITD, 1, "烟感"))), (ACK, 2));
    let incident = wait_for("the incident", || host.incidents().pop());
    assert_eq!(incident["count"], 1);
    // Where it is, and whom to call there.
    let shown = host.json(&["incident", "show", incident["id"].as_str().expect("an id")]).remove(0);
    let contacts = shown["contacts"].as_array().expect("contacts");
    assert!(
        contacts.iter().any(|person| person["unit"] == "hospital-1" && person["phone"].is_string()),
        "{shown}"
    );
    let sum = host.json(&["journal", "verify"]).remove(0);
    assert_eq!((&sum["ok"], &sum["lost"]), (&true.into(), &0.into()), "{sum}");
}

//! A broker of the city's own, as much of MQTT 3.1.1 as shows what the host
//! acknowledges and when: it keeps one message until it is acknowledged.

use crate::mqtt::{packet, text};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

const SESSION_PRESENT: [u8; 4] = [0x20, 2, 1, 0];
const ID: u16 = 7;

/// What is kept until its subscriber acknowledges it.
#[derive(Default)]
struct Kept {
    message: Option<(String, Vec<u8>)>,
    /// Times it was sent.
    sent: usize,
}

pub struct Broker {
    pub address: String,
    kept: Arc<Mutex<Kept>>,
    acks: Receiver<usize>,
}

impl Broker {
    pub fn open() -> Broker {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        let kept = Arc::new(Mutex::new(Kept::default()));
        let (acked, acks) = channel();
        let shared = kept.clone();
        std::thread::spawn(move || {
            while let Ok((stream, _)) = listener.accept() {
                let (kept, acked) = (shared.clone(), acked.clone());
                std::thread::spawn(move || serve(stream, &kept, &acked));
            }
        });
        Broker { address, kept, acks }
    }

    /// To the subscription that is there, and again to every one after it until one acknowledges.
    pub fn publish(&self, topic: &str, payload: &[u8]) {
        let mut kept = self.kept.lock().expect("no panic");
        *kept = Kept { message: Some((topic.to_owned(), payload.to_vec())), sent: 0 };
    }

    /// How often it was sent when it was acknowledged, if that is within the time.
    pub fn acked(&self, within: Duration) -> Option<usize> {
        self.acks.recv_timeout(within).ok()
    }
}

fn serve(mut stream: TcpStream, kept: &Mutex<Kept>, acked: &Sender<usize>) -> Option<()> {
    stream.set_read_timeout(Some(Duration::from_millis(20))).expect("a timeout");
    let mut subscribed = String::new();
    let mut sent = false;
    loop {
        if let Some((kind, body)) = read(&mut stream).ok()? {
            match kind >> 4 {
                1 => stream.write_all(&SESSION_PRESENT).ok()?,
                8 => {
                    let length = usize::from(u16::from_be_bytes([body[2], body[3]]));
                    let filter = String::from_utf8_lossy(&body[4..4 + length]).into_owned();
                    filter.trim_end_matches('+').clone_into(&mut subscribed);
                    stream.write_all(&[0x90, 3, body[0], body[1], 1]).ok()?;
                }
                12 => stream.write_all(&[0xd0, 0]).ok()?,
                4 if body == ID.to_be_bytes() => {
                    let mut kept = kept.lock().expect("no panic");
                    kept.message = None;
                    let _ = acked.send(kept.sent);
                }
                _ => {}
            }
        }
        let mut kept = kept.lock().expect("no panic");
        let Some((topic, payload)) = kept.message.clone() else { continue };
        if !sent && !subscribed.is_empty() && topic.starts_with(&subscribed) {
            // A session that is taken up again is sent it again, and told so.
            let again = if kept.sent > 0 { 0x08 } else { 0 };
            let body = [text(&topic), ID.to_be_bytes().to_vec(), payload].concat();
            stream.write_all(&packet(0x32 | again, &body)).ok()?;
            (sent, kept.sent) = (true, kept.sent + 1);
        }
    }
}

/// One packet, or none within the socket's patience.
fn read(stream: &mut TcpStream) -> std::io::Result<Option<(u8, Vec<u8>)>> {
    let mut kind = [0];
    match stream.read(&mut kind) {
        Ok(0) => return Err(std::io::ErrorKind::UnexpectedEof.into()),
        Ok(_) => {}
        Err(error)
            if matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut) =>
        {
            return Ok(None);
        }
        Err(error) => return Err(error),
    }
    let (mut length, mut shift) = (0, 0);
    loop {
        let mut byte = [0];
        stream.read_exact(&mut byte)?;
        length |= usize::from(byte[0] & 0x7f) << shift;
        shift += 7;
        if byte[0] & 0x80 == 0 {
            break;
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body)?;
    Ok(Some((kind[0], body)))
}

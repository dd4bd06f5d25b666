//! A fire controller's transmission device on a TCP line: sends frames, hears acks and naks.

use super::gb26875::{Report, Route, TimeTag, answers, command};
use super::ledger::Ledger;
use crate::text;
use anyhow::{Context, Result};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};

/// Address of the monitoring centre in this story.
const CENTRE: [u8; 6] = [0x38, 0x5B, 0, 0, 0, 0];
/// The standard's 10 s in which an exchange must end.
const EXCHANGE: Duration = Duration::from_secs(10);

/// Frames sent and not yet answered. Serials are 16 bits, so it is bounded by them.
type Pending = Arc<Mutex<HashMap<u16, Instant>>>;

/// What a device believes the time to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    Right,
    /// Its battery died: everything happens at zero.
    Dead,
}

#[derive(Debug)]
pub struct Controller {
    pub title: String,
    route: Route,
    clock: Clock,
    serial: u16,
    line: OwnedWriteHalf,
    pending: Pending,
    ledger: Arc<Ledger>,
}

impl Controller {
    pub async fn connect(door: &str, id: &str, title: &str, ledger: Arc<Ledger>) -> Result<Controller> {
        let route = Route::from_id(id, CENTRE).with_context(|| text!(story_no_address, id = id))?;
        let stream = TcpStream::connect(door).await.with_context(|| text!(no_line, door = door))?;
        stream.set_nodelay(true).with_context(|| text!(no_line, door = door))?;
        let (ears, line) = stream.into_split();
        let pending = Pending::default();
        tokio::spawn(listen(ears, pending.clone(), ledger.clone()));
        Ok(Controller {
            title: title.to_owned(),
            route,
            clock: Clock::Right,
            serial: 0,
            line,
            pending,
            ledger,
        })
    }

    pub fn with_clock(mut self, clock: Clock) -> Controller {
        self.clock = clock;
        self
    }

    /// The next frame, with a serial of its own. It counts as sent from now on.
    pub fn frame(&mut self, report: &Report) -> Vec<u8> {
        let at = match self.clock {
            Clock::Right => TimeTag::of(jiff::Timestamp::now()),
            Clock::Dead => TimeTag([0; 6]),
        };
        self.serial = self.serial.wrapping_add(1);
        let frame = self.route.frame(self.serial, at, report);
        self.pending.lock().unwrap_or_else(PoisonError::into_inner).insert(self.serial, Instant::now());
        self.ledger.book().frames += 1;
        frame
    }

    pub async fn say(&mut self, report: Report) -> Result<()> {
        let frame = self.frame(&report);
        self.write(&frame).await
    }

    /// Bytes as they are: halves of frames, several at once, garbage.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.ledger.book().bytes += bytes.len() as u64;
        self.line.write_all(bytes).await.with_context(|| text!(line_broke, who = self.title))
    }

    /// One frame in pieces cut at `cuts`, each a while after the other. Its time
    /// counts from the last one.
    pub async fn say_in_pieces(&mut self, report: Report, cuts: [usize; 2], pause: Duration) -> Result<()> {
        let frame = self.frame(&report);
        let (head, tail) = frame.split_at(cuts[1].min(frame.len()));
        let (first, second) = head.split_at(cuts[0].min(head.len()));
        for piece in [first, second] {
            self.write(piece).await?;
            tokio::time::sleep(pause).await;
        }
        self.pending.lock().unwrap_or_else(PoisonError::into_inner).insert(self.serial, Instant::now());
        self.write(tail).await
    }

    /// A frame once more, byte for byte.
    pub async fn repeat(&mut self, frame: &[u8]) -> Result<()> {
        self.ledger.book().frames += 1;
        self.write(frame).await
    }

    /// Says it and waits for the word on it: how long that took, or none within 10 s.
    pub async fn ask(&mut self, report: Report) -> Result<Option<Duration>> {
        let began = Instant::now();
        self.say(report).await?;
        let serial = self.serial;
        while began.elapsed() < EXCHANGE {
            if !self.pending.lock().unwrap_or_else(PoisonError::into_inner).contains_key(&serial) {
                return Ok(Some(began.elapsed()));
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        Ok(None)
    }

    pub fn unanswered(&self) -> usize {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}

async fn listen(mut ears: OwnedReadHalf, pending: Pending, ledger: Arc<Ledger>) {
    // Answers are at most 1,054 bytes; what is not one is skipped, so this cannot grow.
    let mut buffer = Vec::with_capacity(4096);
    while let Ok(1..) = ears.read_buf(&mut buffer).await {
        for answer in answers(&mut buffer) {
            let sent = pending.lock().unwrap_or_else(PoisonError::into_inner).remove(&answer.serial);
            let mut book = ledger.book();
            match answer.command {
                command::ACK => book.acks += 1,
                command::NAK => book.naks += 1,
                _ => continue,
            }
            match sent {
                Some(sent) => book.answered(sent.elapsed()),
                None => book.again += 1,
            }
        }
    }
}

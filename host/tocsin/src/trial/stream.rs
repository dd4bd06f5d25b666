//! A framer as a door uses it, and what holds for it wherever the bytes are cut.

use super::rig::Rig;
use tocsin_sandbox::{Account, PieceKind, Verdict};

/// Bytes of one connection that wait for their end: as the doors.
const BUFFER: usize = 64 << 10;
/// Noise that ends as a half-finished frame might begin.
const GARBAGE: &[u8] = b"\r\n\x00\xFF~garbage\r\n";

/// One input that a framer cut out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Where it begins in the stream.
    pub at: usize,
    pub red: bool,
    /// As the framer named it, else as the frame before.
    pub device: String,
    pub bytes: Vec<u8>,
}

#[derive(Clone, Debug, Default)]
pub struct Cut {
    pub frames: Vec<Frame>,
    pub noise: usize,
    pub left: usize,
    /// Accounts of the calls, for their logs.
    pub accounts: Vec<Account>,
}

/// Feeds a stream in parts to a framer.
pub fn cut<'a>(rig: &mut Rig, parts: impl IntoIterator<Item = &'a [u8]>) -> Result<Cut, (Verdict, Account)> {
    let mut cut = Cut::default();
    let (mut buffer, mut at, mut device) = (Vec::new(), 0, String::new());
    for part in parts {
        buffer.extend_from_slice(part);
        let (pieces, account) = rig.frame(&buffer);
        let pieces = pieces.map_err(|verdict| (verdict, account.clone()))?;
        cut.accounts.push(account);
        for piece in pieces {
            let bytes: Vec<u8> = buffer.drain(..piece.length as usize).collect();
            // Noise too may name who speaks from here on, as at the doors.
            if !piece.device.is_empty() {
                device = piece.device;
            }
            if piece.kind == PieceKind::Noise {
                cut.noise += bytes.len();
            } else {
                cut.frames.push(Frame {
                    at,
                    red: piece.kind == PieceKind::Red,
                    device: device.clone(),
                    bytes: bytes.clone(),
                });
            }
            at += bytes.len();
        }
        if buffer.len() >= BUFFER {
            cut.noise += buffer.len();
            at += buffer.len();
            buffer.clear();
        }
    }
    cut.left = buffer.len();
    Ok(cut)
}

/// Whether the framer waits for the rest of an input, or takes whatever is
/// there as one: a datagram, a file.
pub fn waits(rig: &mut Rig, input: &[u8]) -> bool {
    let half = &input[..input.len() / 2];
    let taken = |cut: &Cut| cut.frames.first().is_some_and(|frame| frame.bytes.len() == half.len());
    !half.is_empty() && cut(rig, [half]).is_ok_and(|cut| !taken(&cut))
}

/// What is wrong with the framer by one input that it cut into `whole`.
pub fn faults(rig: &mut Rig, input: &[u8], whole: &Cut) -> Vec<String> {
    let mut faults = Vec::new();
    let mut check = |name: &str, got: Result<Cut, (Verdict, Account)>, expect: Vec<Frame>| match got {
        Err((verdict, _)) => faults.push(format!("{name}: the framer ended with {verdict}")),
        Ok(got) if got.frames != expect => {
            faults.push(format!("{name}: {}", first_difference(&expect, &got.frames)));
        }
        Ok(_) => {}
    };
    // Every byte for frames of a device, coarser for files.
    let step = input.len().div_ceil(2_048).max(1);
    check("cut at every byte", cut(rig, input.chunks(step)), whole.frames.clone());

    if whole.left == 0 {
        let twice = [input, input].concat();
        check(
            "twice in one read",
            cut(rig, [&twice[..]]),
            [shifted(&whole.frames, 0), shifted(&whole.frames, input.len())].concat(),
        );
    }
    let behind = [GARBAGE, input].concat();
    check(
        "behind garbage",
        cut(rig, [&behind[..]]).map(|mut cut| {
            // What the garbage itself gave is its own affair.
            cut.frames.retain(|frame| frame.at >= GARBAGE.len());
            cut
        }),
        shifted(&whole.frames, GARBAGE.len()),
    );
    faults
}

fn shifted(frames: &[Frame], by: usize) -> Vec<Frame> {
    frames.iter().map(|frame| Frame { at: frame.at + by, ..frame.clone() }).collect()
}

pub fn first_difference(expect: &[Frame], got: &[Frame]) -> String {
    let say = |frame: Option<&Frame>| match frame {
        None => "nothing".to_owned(),
        Some(frame) => format!(
            "{} bytes at {} of `{}`{}",
            frame.bytes.len(),
            frame.at,
            frame.device,
            if frame.red { ", red" } else { "" }
        ),
    };
    let index = (0..).find(|&index| expect.get(index) != got.get(index)).unwrap_or_default();
    format!("frame {index} should be {}, but is {}", say(expect.get(index)), say(got.get(index)))
}

//! The laws that look at more than one call.

use super::{Given, Kit};
use crate::trial::stream;
use tocsin_sandbox::{Call, Role, Room};

/// Calls between the two looks; an instance lives for 1,000.
const CALLS: usize = 900;
/// By then allocators have what they need.
const SETTLED: usize = CALLS / 2;
/// What may still be rounded up after that, or half of what was there: the heap of an
/// engine that collects garbage grows in steps.
const GROWTH_BYTES: usize = 1 << 20;
/// Bits flipped in one frame.
const FLIPS: usize = 256;
/// Frames of other inputs in one stream.
const IN_STREAM: usize = 6;
/// Streams put together, each cut in two ways.
const STREAMS: usize = 24;
/// Inputs looked at in turn.
const INPUTS: usize = 48;

impl Kit {
    fn inputs(&self) -> Vec<Vec<u8>> {
        let bytes = self.corpus.iter().filter_map(|given| match given {
            Given::Bytes(bytes) if !bytes.is_empty() && bytes.len() <= 4_096 => Some(bytes.clone()),
            _ => None,
        });
        bytes.take(INPUTS).collect()
    }

    /// `bounded`: one instance, the same inputs in turn.
    pub(super) fn stays_small(&mut self) {
        let inputs = self.inputs();
        if inputs.is_empty() || !self.rig.plugin().has(Role::Decoder) {
            return;
        }
        self.rig.fresh();
        let mut settled = 0;
        let mut room = Room::default();
        for index in 0..CALLS {
            let input = inputs[index % inputs.len()].clone();
            let call: Call = self.message("bounded".to_owned(), input);
            let (answer, account, _) = self.rig.once(&call, &mut room);
            if answer.is_err() {
                // A verdict ends the instance, and is another law's.
                return;
            }
            if index <= SETTLED {
                settled = account.memory_bytes;
            } else if account.memory_bytes > settled + GROWTH_BYTES.max(settled / 2) {
                let what = format!(
                    "{} inputs again and again took {} KiB after {SETTLED} calls and {} KiB after {index}: something is kept outside of state",
                    inputs.len(),
                    settled >> 10,
                    account.memory_bytes >> 10,
                );
                return self.fault("bounded", what, Vec::new());
            }
        }
    }

    /// `framing` and `naming`.
    pub(super) fn frames_alike(&mut self) {
        if !self.rig.plugin().has(Role::Framer) {
            return;
        }
        let mut streams = Vec::new();
        for input in self.inputs() {
            let framed = stream::cut(&mut self.rig, [&input[..]]).is_ok_and(|cut| !cut.frames.is_empty());
            if framed && stream::waits(&mut self.rig, &input) {
                streams.push(input);
            }
        }
        if streams.is_empty() {
            let why = "framing, naming: no vector is a whole frame of a stream, or the framer takes all that is there as one";
            return self.result.left_out.push(why.to_owned());
        }
        for _ in 0..STREAMS {
            let mut whole = Vec::new();
            for _ in 0..self.random.between(1, IN_STREAM) {
                let noise = self.random.between(0, 4);
                whole.extend(self.random.bytes(noise));
                whole.extend_from_slice(&streams[self.random.between(0, streams.len())]);
            }
            self.cut_anywhere(&whole);
        }
        if let Some(flaw) = streams.first().cloned().and_then(|input| self.names_the_damaged(&input)) {
            self.fault("naming", flaw.0, flaw.1);
        }
    }

    fn cut_anywhere(&mut self, whole: &[u8]) {
        let Ok(expect) = stream::cut(&mut self.rig, [whole]) else { return };
        for most in [7, 64] {
            let mut parts = Vec::new();
            let mut rest = whole;
            while !rest.is_empty() {
                let (part, more) = rest.split_at(self.random.between(1, most).min(rest.len()));
                parts.push(part);
                rest = more;
            }
            match stream::cut(&mut self.rig, parts) {
                Ok(cut) if cut.frames == expect.frames => {}
                Ok(cut) => {
                    let what = stream::first_difference(&expect.frames, &cut.frames);
                    self.fault("framing", format!("cut elsewhere, {what}"), whole.to_vec());
                }
                Err((verdict, _)) => {
                    self.fault(
                        "framing",
                        format!("cut elsewhere, the framer ended with {verdict}"),
                        whole.to_vec(),
                    );
                }
            }
        }
    }

    /// A flipped bit in a format with a check leaves no name; where most flips
    /// keep the name the format has none, and nothing can be held against it.
    fn names_the_damaged(&mut self, input: &[u8]) -> Option<(String, Vec<u8>)> {
        let named =
            |cut: stream::Cut| cut.frames.into_iter().find(|f| !f.device.is_empty()).map(|f| f.device);
        let honest = named(stream::cut(&mut self.rig, [input]).ok()?)?;
        let (mut kept, mut other) = (0, None);
        for _ in 0..FLIPS {
            let mut damaged = input.to_vec();
            let at = self.random.between(0, damaged.len());
            damaged[at] ^= 1 << self.random.between(0, 8);
            match stream::cut(&mut self.rig, [&damaged[..]]).ok().and_then(named) {
                Some(device) if device == honest => kept += 1,
                Some(device) => other = Some((device, damaged)),
                None => {}
            }
        }
        let (device, damaged) = other.filter(|_| kept * 50 <= FLIPS)?;
        Some((format!("a frame of `{honest}` with one bit flipped is said to be of `{device}`"), damaged))
    }
}

//! Modbus TCP answers out of a stream.
//!
//! There is no start mark. What makes a front believable: a transaction id below 256
//! (this plugin's are), protocol 0, a read function or its exception, and a length that
//! agrees with both. Anything else is noise, byte by byte.

use tocsin_sdk::Piece;

/// Transaction, protocol, length, unit, function, byte count or exception code.
const HEAD: usize = 9;

pub fn pieces(buffer: &[u8]) -> Vec<Piece> {
    let mut pieces = Vec::with_capacity(2);
    let (mut done, mut at) = (0, 0);
    while at < buffer.len() {
        let rest = &buffer[at..];
        match extent(rest) {
            Some(length) if length <= rest.len() => {
                noise(&mut pieces, at - done);
                pieces.push(Piece::routine(size(length), ""));
                at += length;
                done = at;
            }
            Some(_) => break,
            None => at += 1,
        }
    }
    noise(&mut pieces, at.min(buffer.len()) - done);
    pieces
}

/// How long an answer at the front is, as far as it is there; `None`: none begins here.
fn extent(bytes: &[u8]) -> Option<usize> {
    let is_so = |at: usize, fits: fn(u8) -> bool| bytes.get(at).is_none_or(|byte| fits(*byte));
    let is_head = is_so(0, |byte| byte == 0)
        && is_so(1, |byte| byte != 0)
        && is_so(2, |byte| byte == 0)
        && is_so(3, |byte| byte == 0)
        && is_so(4, |byte| byte == 0)
        && is_so(5, |byte| byte >= 3)
        && is_so(7, |byte| (1..=4).contains(&(byte & 0x7F)));
    let Some(head) = bytes.get(..HEAD).filter(|_| is_head) else {
        return is_head.then_some(HEAD);
    };
    let length = usize::from(head[5]);
    let said = if head[7] & 0x80 != 0 { 3 } else { 3 + usize::from(head[8]) };
    (length == said).then_some(6 + length)
}

fn noise(pieces: &mut Vec<Piece>, bytes: usize) {
    if bytes > 0 {
        pieces.push(Piece::noise(size(bytes)));
    }
}

/// A door's buffer has 64 KiB.
fn size(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
}

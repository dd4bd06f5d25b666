//! Reading a body that may be larger than anyone wants, without keeping it.

use axum::body::Body;
use axum::http::{HeaderMap, header};
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use std::time::Duration;

/// A body must be whole within this.
const WITHIN: Duration = Duration::from_secs(10);

/// What is too large is read and thrown away up to here, because a sender that
/// is cut off while it writes never reads the refusal.
const DISCARD_BYTES: u64 = 64 << 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unread {
    TooLarge,
    /// Cut off, or not HTTP.
    Broken,
    Late,
}

pub async fn read(headers: &HeaderMap, body: Body, limit: usize) -> Result<Bytes, Unread> {
    let length =
        headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    let is_large = length.is_some_and(|length| length > limit as u64);
    // Asked first, such a sender hears the refusal before it writes anything.
    if is_large && (headers.contains_key(header::EXPECT) || length > Some(DISCARD_BYTES)) {
        return Err(Unread::TooLarge);
    }
    match tokio::time::timeout(WITHIN, gather(body, limit, is_large)).await {
        Ok(result) => result,
        Err(_) if is_large => Err(Unread::TooLarge),
        Err(_) => Err(Unread::Late),
    }
}

async fn gather(body: Body, limit: usize, mut is_large: bool) -> Result<Bytes, Unread> {
    let mut stream = body.into_data_stream();
    let mut kept = BytesMut::new();
    let mut seen = 0;
    while let Some(piece) = stream.next().await {
        let piece = match piece {
            Ok(piece) => piece,
            Err(_) if is_large => return Err(Unread::TooLarge),
            Err(_) => return Err(Unread::Broken),
        };
        seen += piece.len() as u64;
        if seen > limit as u64 {
            is_large = true;
            kept = BytesMut::new();
        }
        if seen > DISCARD_BYTES {
            break;
        }
        if !is_large {
            kept.extend_from_slice(&piece);
        }
    }
    if is_large { Err(Unread::TooLarge) } else { Ok(kept.freeze()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn bodies_end_at_the_limit() {
        let check = async |length: usize, declared: bool, expect: Result<usize, Unread>| {
            let mut headers = HeaderMap::new();
            if declared {
                headers.insert(header::CONTENT_LENGTH, length.into());
            }
            let got = read(&headers, Body::from(vec![7; length]), 100).await;
            assert_eq!(got.map(|bytes| bytes.len()), expect, "{length} {declared}");
        };
        check(0, true, Ok(0)).await;
        check(100, true, Ok(100)).await;
        check(100, false, Ok(100)).await;
        check(101, true, Err(Unread::TooLarge)).await;
        check(101, false, Err(Unread::TooLarge)).await;
        check(1 << 20, true, Err(Unread::TooLarge)).await;
    }
}

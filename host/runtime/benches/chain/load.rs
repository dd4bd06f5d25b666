//! The load generator, a process of its own.

use crate::anyhow_free::Result;
use crate::frames::{self, ACK};
use std::time::Instant;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// `throughput DOOR FRAMES SIZE CONNECTIONS WINDOW` or `latency …`.
pub fn child(args: &[String]) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let local = tokio::task::LocalSet::new();
    match args.first().map(String::as_str) {
        Some("throughput") => {
            let number =
                |at: usize| -> Result<usize> { Ok(args.get(at).ok_or("missing argument")?.parse()?) };
            let (frames, size, connections, window) = (number(2)?, number(3)?, number(4)?, number(5)?);
            let door = args[1].clone();
            let seconds =
                runtime.block_on(local.run_until(throughput(door, frames, size, connections, window)))?;
            println!("{{\"seconds\":{seconds}}}");
            Ok(())
        }
        Some("latency") => runtime.block_on(local.run_until(crate::latency::child(&args[1..]))),
        _ => Err("unknown load".into()),
    }
}

/// Until every frame is acknowledged.
async fn throughput(
    door: String,
    frames: usize,
    size: usize,
    connections: usize,
    window: usize,
) -> Result<f64> {
    let mut streams = Vec::new();
    for _ in 0..connections {
        let stream = TcpStream::connect(&door).await?;
        stream.set_nodelay(true)?;
        streams.push(stream);
    }
    let started = Instant::now();
    let tasks: Vec<_> = streams
        .into_iter()
        .enumerate()
        .map(|(number, stream)| {
            tokio::task::spawn_local(pump(stream, number as u32, frames / connections, size, window))
        })
        .collect();
    for task in tasks {
        task.await??;
    }
    Ok(started.elapsed().as_secs_f64())
}

/// Keeps `window` frames without acknowledgement under way.
async fn pump(stream: TcpStream, source: u32, frames: usize, size: usize, window: usize) -> Result<()> {
    let (mut read, mut write) = stream.into_split();
    let frame = match size {
        256 => frames::text_256(0x7000 + source, 1),
        _ => frames::states_1k(0x7000 + source, 1),
    };
    let burst = (window / 4).max(1);
    let bytes = frame.repeat(burst);
    let (mut sent, mut acked, mut partial) = (0, 0, 0);
    let mut replies = vec![0; 64 << 10];
    while acked < frames {
        while sent < frames && sent - acked + burst <= window {
            let now = burst.min(frames - sent);
            write.write_all(&bytes[..now * frame.len()]).await?;
            sent += now;
        }
        let got = read.read(&mut replies).await?;
        if got == 0 {
            return Err(format!("the door closed after {acked} of {frames} acknowledgements").into());
        }
        partial += got;
        acked += partial / ACK;
        partial %= ACK;
    }
    Ok(())
}

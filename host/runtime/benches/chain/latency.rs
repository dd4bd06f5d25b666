//! From a device's bytes to the incident's event on the bus, both seen from outside.

use crate::anyhow_free::Result;
use crate::report::quantile;
use crate::{city, frames};
use futures_util::StreamExt;
use std::collections::HashMap;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const CONNECTIONS: usize = 500;

/// `DOOR NATS RATE ALARMS SECONDS FIRST`: `RATE` frames a second, of which
/// `ALARMS` are of devices that have not alarmed before and the rest readings.
/// Prints the quantiles of door → event in ms.
pub async fn child(args: &[String]) -> Result<()> {
    let [door, nats, numbers @ ..] = args else { return Err("latency: six arguments".into()) };
    let numbers: Vec<u32> =
        numbers.iter().map(|number| number.parse()).collect::<std::result::Result<_, _>>()?;
    let [rate, alarms_a_second, seconds, first] = numbers[..] else {
        return Err("latency: four numbers".into());
    };
    let (user, address) =
        nats.trim_start_matches("nats://").split_once('@').ok_or("a URL with credentials")?;
    let (user, password) = user.split_once(':').ok_or("a URL with a password")?;
    let options = async_nats::ConnectOptions::with_user_and_password(user.into(), password.into());
    let bus = options.connect(address).await?;
    let mut events = bus.subscribe("tocsin.live.event.>").await?;
    bus.flush().await?;
    let mut streams = Vec::new();
    for _ in 0..CONNECTIONS {
        let stream = TcpStream::connect(door).await?;
        stream.set_nodelay(true)?;
        let (mut read, write) = stream.into_split();
        tokio::task::spawn_local(async move {
            let mut sink = vec![0; 4 << 10];
            while read.read(&mut sink).await.is_ok_and(|got| got > 0) {}
        });
        streams.push(write);
    }
    let mut sent: HashMap<String, Instant> = HashMap::new();
    let mut delays = Vec::new();
    let frames = rate * seconds;
    let alarms = alarms_a_second * seconds;
    // Spread evenly: how many alarms there are among the first frames.
    let alarms_before = |frame: u32| (u64::from(frame) * u64::from(alarms) / u64::from(frames)) as u32;
    let start = Instant::now();
    let mut number = 0;
    let mut tick = tokio::time::interval(Duration::from_millis(1));
    let give_up = Duration::from_secs(u64::from(seconds) + 20);
    while delays.len() < alarms as usize && start.elapsed() < give_up {
        tokio::select! {
            _ = tick.tick(), if number < frames => {
                let due = (start.elapsed().as_secs_f64() * f64::from(rate)) as u32;
                while number < due.min(frames) {
                    let stream = &mut streams[number as usize % CONNECTIONS];
                    if alarms_before(number + 1) > alarms_before(number) {
                        let device = first + alarms_before(number);
                        sent.insert(city::device(device), Instant::now());
                        stream.write_all(&frames::alarm(city::source(device), number as u16)).await?;
                    } else {
                        let device = number as usize % CONNECTIONS;
                        stream.write_all(&frames::reading(city::source(device as u32), number as u16)).await?;
                    }
                    number += 1;
                }
            }
            Some(event) = events.next() => {
                let incident: serde_json::Value = serde_json::from_slice(&event.payload)?;
                let path = incident["sources"][0]["device"].as_str().unwrap_or_default();
                let device = path.split('/').next().unwrap_or_default();
                if let Some(at) = sent.remove(device) {
                    delays.push(at.elapsed().as_secs_f64() * 1_000.0);
                }
            }
        }
    }
    delays.sort_by(f64::total_cmp);
    if delays.is_empty() {
        return Err("no event came".into());
    }
    println!(
        "{}",
        serde_json::json!({ "events": delays.len(), "alarms": alarms, "p50": quantile(&delays, 0.5),
            "p99": quantile(&delays, 0.99), "max": delays[delays.len() - 1] })
    );
    Ok(())
}

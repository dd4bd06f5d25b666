//! Doors that go out: HTTP with an answer that comes back, TCP with a poll.

use crate::roles::{city, config, counted, door, start_on, start_with, wait_for};
use crate::servers::Servers;
use rumqttc::{AsyncClient, MqttOptions, QoS};
use std::path::PathBuf;
use std::time::Duration;
use tocsin_core::city::{City, Device};
use tocsin_core::command::{Act, Command, Reply};
use tocsin_runtime::bus::stream::Stored;
use tocsin_runtime::door::DoorKind;
use tocsin_runtime::door::mqtt::Broker;
use tocsin_runtime::host::{Config, Host, Nats};
use tocsin_runtime::retain::Rules;
use tocsin_runtime::signals::End;
use tocsin_runtime::{run, subject, verify};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// A bound against hanging: fifty megabytes are much for a slow disk.
const PATIENCE: Duration = Duration::from_secs(60);

fn folder(name: &str) -> PathBuf {
    let data = std::env::temp_dir().join(format!("tocsin-{name}-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&data);
    data
}

fn with_device(id: &str) -> City {
    let device = Device {
        id: id.into(),
        department: "rogue".into(),
        model: String::new(),
        title: "平台".into(),
        unit: String::new(),
        region: "330791000000".into(),
        position: None,
        aliases: vec![],
        heartbeat: None,
        settings: Default::default(),
    };
    City { devices: vec![device], ..city() }
}

async fn order(host: &Host, id: &str, device: &str) -> String {
    let fields = serde_json::json!({"title": "通知平台", "department": "rogue", "device": device});
    let serde_json::Value::Object(fields) = fields else { unreachable!() };
    let act = Act::read("orders", "issue", "", fields).expect("an order");
    let command = Command { id: id.into(), actor: "测试".into(), act };
    match host.desk.ask(command).await.expect("an answer").reply {
        Reply::Ok { subject } => subject,
        Reply::Refused { rule, reason } => panic!("{rule} {reason}"),
    }
}

/// Everything on a subject of the department's log.
async fn raw(host: &Host, lane: &str) -> Option<Stored> {
    host.bus.last_of_subject("RAW_rogue", &format!("tocsin.live.raw.rogue.0.{lane}.event")).await
}

/// One request as it came, answered with `status` and `body`.
async fn answer(listener: &TcpListener, status: &str, body: &str) -> String {
    let (mut stream, _) = listener.accept().await.expect("a request");
    let mut request = Vec::new();
    let text = loop {
        let mut piece = [0; 4_096];
        let got = stream.read(&mut piece).await.expect("bytes");
        request.extend_from_slice(&piece[..got]);
        let text = String::from_utf8_lossy(&request).into_owned();
        let Some((head, sent)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|line| {
            let (name, value) = line.split_once(": ")?;
            name.eq_ignore_ascii_case("content-length").then(|| value.parse::<usize>().expect("a length"))
        });
        if sent.len() >= length.unwrap_or(0) {
            break text;
        }
    };
    let length = body.len();
    let reply = format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}");
    stream.write_all(reply.as_bytes()).await.expect("sent");
    text
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_goes_out_over_http_and_the_answer_comes_in() {
    let data = folder("http-client");
    let platform = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/api", platform.local_addr().expect("an address"));
    let out = door("platform", DoorKind::HttpClient { url, authorization: Some("Bearer t".into()) });
    let host = start_with(&data, with_device("platform"), vec![out], vec![]).await;

    let id = order(&host, "c-1", "platform").await;
    // Away at first: it is asked again.
    answer(&platform, "503 Service Unavailable", "").await;
    let request = answer(&platform, "200 OK", "count\n").await;
    assert!(request.starts_with("POST /api/orders HTTP/1.1\r\n"), "{request}");
    assert!(request.to_ascii_lowercase().contains("authorization: bearer t\r\n"), "{request}");
    assert!(request.contains(&format!("order.issued {id} {{")), "{request}");

    let taken = wait_for(&host, "the answer", |taken| taken.door == "platform" && counted(taken, 1.0)).await;
    assert_eq!(taken.device, "platform");
    let frame = host.raw(&taken.frame("rogue")).await.expect("the frame");
    assert_eq!((frame.origin.as_str(), &frame.payload[..]), ("answer/orders", &b"count\n"[..]));

    // Orders are red; the mark before the first holds nothing.
    let red = raw(&host, "red").await.expect("news");
    let told = run::decode(&red.payload).expect("a run");
    let told: Vec<String> =
        told.iter().map(|frame| String::from_utf8_lossy(&frame.payload).into_owned()).collect();
    assert!(told.iter().all(|told| told.contains("\"order.") && told.contains(&id)), "{told:?}");
    assert!(red.headers.get("Tocsin-Terms").is_some());
    let routine = raw(&host, "routine").await.expect("a mark");
    assert_eq!(run::decode(&routine.payload).expect("a run").len(), 0);

    let second = order(&host, "c-2", "platform").await;
    assert_ne!(second, id);
    answer(&platform, "404 Not Found", "count\n").await;
    let taken = wait_for(&host, "the refusal", |taken| counted(taken, 2.0)).await;
    assert_eq!(host.raw(&taken.frame("rogue")).await.expect("the frame").origin, "answer/orders#404");

    let report = verify::verify(&host.bus, host.city()).await;
    assert!(report.ok, "{report:#?}");
    host.drain().await;

    // Nothing is told twice after a restart, though the journal is read again.
    let host = start_with(&data, with_device("platform"), vec![], vec![]).await;
    let third = order(&host, "c-3", "platform").await;
    wait_for(&host, "the third order", |taken| {
        matches!(&taken.end, End::Ok(outcome) if outcome.sends.iter().any(|send| {
            String::from_utf8_lossy(&send.payload).contains(&third)
        }))
    })
    .await;
    let last = host.bus.last_sequence("RAW_rogue").await;
    let mut orders = 0;
    for sequence in 1..=last {
        let Some(stored) = host.bus.message("RAW_rogue", sequence).await else { continue };
        if subject::parse_raw(&stored.subject) == Some((subject::Lane::Red, "event")) {
            let told = run::decode(&stored.payload).expect("a run");
            let is_issued = |payload: &[u8]| String::from_utf8_lossy(payload).contains("\"order.issued\"");
            orders += told.iter().filter(|frame| is_issued(&frame.payload)).count();
        }
    }
    // Each to the plugin's connector and to its advisor, once.
    assert_eq!(orders, 3 * 2);
    host.drain().await;
    let _ = std::fs::remove_dir_all(data);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_device_that_must_be_asked_is_asked() {
    let data = folder("tcp-client");
    let meter = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = meter.local_addr().expect("an address").to_string();
    let devices = vec!["meter-1".to_owned()];
    let host = start_with(
        &data,
        city(),
        vec![door("meters", DoorKind::TcpClient { address, poll_s: 1, devices })],
        vec![],
    )
    .await;
    let (mut stream, _) = meter.accept().await.expect("a connection");
    wait_for(&host, "a poll", |taken| {
        taken.door == subject::CLOCK_DOOR
            && taken.device == "meter-1"
            && matches!(&taken.end, End::Ok(outcome) if !outcome.signals.is_empty())
    })
    .await;
    stream.write_all(b"count\n").await.expect("the door reads");
    let taken = wait_for(&host, "what it says", |taken| counted(taken, 1.0)).await;
    assert_eq!((taken.door.as_str(), taken.device.as_str()), ("meters", "meter-1"));
    // The connection breaks: the door comes back.
    drop(stream);
    let (mut stream, _) = meter.accept().await.expect("another connection");
    stream.write_all(b"count\n").await.expect("the door reads");
    wait_for(&host, "what it says then", |taken| counted(taken, 2.0)).await;
    host.drain().await;
    let _ = std::fs::remove_dir_all(data);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_nats_door_refuses_is_counted_and_answered() {
    let data = folder("nats-door");
    let bus = Servers::start("nats-door", 1, Servers::FIT);
    let doors = vec![door("words", DoorKind::Nats { source: "line".into() })];
    let host = start_on(&data, city(), doors, &bus.url()).await;
    let login = async_nats::ConnectOptions::with_user_and_password("host".into(), "secret".into());
    let sender = login.connect(bus.url()).await.expect("the bus");
    let ask = async |payload: Vec<u8>| -> serde_json::Value {
        let request = async_nats::Request::new().payload(payload.into()).timeout(Some(PATIENCE));
        let answer = sender.send_request("tocsin.in.rogue.line.m-1", request).await.expect("an answer");
        serde_json::from_slice(&answer.payload).expect("JSON")
    };
    let refused = ask(vec![b'x'; 200 << 10]).await;
    assert!(refused["error"].as_str().is_some_and(|error| error.contains("131072")), "{refused}");
    assert_eq!(host.metrics.tallies()["rogue"].refused, 1);
    let taken = ask(b"count".to_vec()).await;
    assert!(taken["frame"].is_string(), "{taken}");
    // More at once than may wait: each is answered, in the log or refused.
    let flood = (0..400).map(|_| ask(vec![b'x'; 128 << 10]));
    let answers = futures_util::future::join_all(flood).await;
    let refused = answers.iter().filter(|answer| answer["error"].is_string()).count() as u64;
    assert!(answers.iter().all(|answer| answer["frame"].is_string() != answer["error"].is_string()));
    assert_eq!(host.metrics.tallies()["rogue"].refused, 1 + refused);
    assert!(ask(b"count".to_vec()).await["frame"].is_string());
    host.drain().await;
    let _ = std::fs::remove_dir_all(data);
}

/// A sensor that says the same five times a second, to whoever listens.
async fn publish(port: u16, topic: &str, payload: &str) {
    let mut options = MqttOptions::new("sensor", "127.0.0.1", port);
    options.set_credentials("host", "secret");
    let (client, mut events) = AsyncClient::new(options, 8);
    let mut again = tokio::time::interval(Duration::from_millis(200));
    loop {
        tokio::select! {
            _ = again.tick() => drop(client.try_publish(topic, QoS::AtLeastOnce, false, payload)),
            event = events.poll() => if event.is_err() {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broker_that_is_away_keeps_nobody_from_starting() {
    let data = folder("broker");
    let bus = Servers::start("bus-beside-broker", 1, Servers::FIT);
    let mut servers = Servers::start("broker", 1, Servers::FIT);
    let broker = servers.node("n0");
    broker.kill();
    let port = broker.mqtt;
    let nats = Nats::External { url: bus.url(), replicas: 1, store_bytes: 1 << 30 };
    let doors = vec![door("sensors", DoorKind::Mqtt { source: "line".into() })];
    let config = Config {
        broker: Some(Broker {
            host: "127.0.0.1".into(),
            port,
            user: "host".into(),
            password: "secret".into(),
        }),
        ..config(&data, city(), doors, vec![], nats, Rules::default())
    };
    let host = Host::start(config).await.expect("the host starts without its broker");
    broker.start();
    let taken = tokio::select! {
        taken = wait_for(&host, "the message", |taken| counted(taken, 1.0)) => taken,
        () = publish(port, "rogue/line/m-1", "count") => unreachable!(),
    };
    assert_eq!((taken.door.as_str(), taken.device.as_str()), ("sensors", "m-1"));
    host.drain().await;
    let _ = std::fs::remove_dir_all(data);
}

//! The NATS protocol over a plain socket: what a subscriber in any language needs.

use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

pub struct Connection {
    stream: TcpStream,
    reader: BufReader<TcpStream>,
}

#[derive(Debug)]
pub struct Message {
    pub subject: String,
    pub headers: BTreeMap<String, String>,
    pub payload: Vec<u8>,
}

impl Connection {
    /// `nats://user:password@host:port`, as in the ready line.
    pub fn open(url: &str) -> Connection {
        let (login, address) =
            url.strip_prefix("nats://").and_then(|rest| rest.split_once('@')).expect("a URL with a login");
        let (user, password) = login.split_once(':').expect("user and password");
        let stream = TcpStream::connect(address).expect("the bus");
        stream.set_read_timeout(Some(Duration::from_secs(15))).expect("a timeout");
        let reader = BufReader::new(stream.try_clone().expect("a socket"));
        let mut connection = Connection { stream, reader };
        assert!(connection.line().starts_with("INFO "));
        let hello = json!({ "user": user, "pass": password, "verbose": false, "headers": true, "no_responders": true, "lang": "it", "version": "1" });
        connection.say(&format!("CONNECT {hello}\r\n"));
        connection
    }

    pub fn subscribe(&mut self, subject: &str) {
        self.say(&format!("SUB {subject} 1\r\nPING\r\n"));
        loop {
            match self.line().as_str() {
                "PONG" => return,
                line => assert!(!line.starts_with("-ERR"), "{line}"),
            }
        }
    }

    pub fn publish(&mut self, subject: &str, reply: &str, payload: &[u8]) {
        self.say(&format!("PUB {subject} {reply} {}\r\n", payload.len()));
        self.stream.write_all(&[payload, b"\r\n"].concat()).expect("sent");
    }

    /// Publishes what the server does not let this user say; its words.
    pub fn refused(&mut self, subject: &str, payload: &[u8]) -> String {
        self.publish(subject, "_INBOX.it.1", payload);
        loop {
            let line = self.line();
            if line.starts_with("-ERR") {
                return line;
            }
        }
    }

    pub fn next(&mut self) -> Message {
        loop {
            let line = self.line();
            let words: Vec<&str> = line.split(' ').collect();
            let number = |from_end: usize| words[words.len() - from_end].parse::<usize>().expect("a length");
            match words[0] {
                "PING" => self.say("PONG\r\n"),
                "MSG" => return self.message(words[1].to_owned(), 0, number(1)),
                "HMSG" => return self.message(words[1].to_owned(), number(2), number(1)),
                "-ERR" => panic!("{line}"),
                _ => {}
            }
        }
    }

    fn message(&mut self, subject: String, head: usize, total: usize) -> Message {
        let mut bytes = vec![0; total + 2];
        self.reader.read_exact(&mut bytes).expect("a message");
        let headers = String::from_utf8_lossy(&bytes[..head]).into_owned();
        let headers = headers.lines().filter_map(|line| line.split_once(':'));
        let headers =
            headers.map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned())).collect();
        Message { subject, headers, payload: bytes[head..total].to_vec() }
    }

    fn say(&mut self, text: &str) {
        self.stream.write_all(text.as_bytes()).expect("sent");
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.reader.read_line(&mut line).expect("a line within 15 s");
        line.trim_end().to_owned()
    }
}

/// One request, its JSON answer.
pub fn request(url: &str, subject: &str, payload: &[u8]) -> Value {
    let answer = ask(url, "_INBOX.it.1", subject, payload);
    serde_json::from_slice(&answer.payload).expect("JSON")
}

/// One request and its whole answer, by an inbox of one's own.
pub fn ask(url: &str, inbox: &str, subject: &str, payload: &[u8]) -> Message {
    let mut connection = Connection::open(url);
    connection.subscribe(inbox);
    connection.publish(subject, inbox, payload);
    connection.next()
}

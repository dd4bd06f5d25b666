//! Requests that this agent sends: MESSAGE and SUBSCRIBE with a MANSCDP body.

use super::digest::hash;
use std::fmt::Write;

/// Where requests to a device go and whom they are from, as its registration said.
#[derive(Clone, Debug)]
pub struct Way<'a> {
    /// Host and port of the device's own Contact.
    pub host: &'a str,
    /// This agent's 20-digit id.
    pub platform: &'a str,
    pub realm: &'a str,
    /// Host and port by which devices know this agent.
    pub address: &'a str,
    pub tcp: bool,
}

/// One transaction. Everything random in SIP follows from `seed`.
#[derive(Debug)]
pub struct Request<'a> {
    pub method: &'static str,
    /// Who is meant: the device, or a channel behind it.
    pub target: &'a str,
    pub cseq: u32,
    /// Of the dialog, or of the lone transaction.
    pub seed: String,
    /// Tag of the other side, once it has answered.
    pub tag: &'a str,
    /// Whole header lines without their ends.
    pub more: Vec<String>,
    pub body: String,
}

impl Request<'_> {
    pub fn write(&self, way: &Way<'_>) -> Vec<u8> {
        let Request { method, target, cseq, seed, tag, more, body } = self;
        let Way { host, platform, realm, address, tcp } = way;
        let transport = if *tcp { "TCP" } else { "UDP" };
        let branch = &hash(&["branch", seed, method, &cseq.to_string()])[..20];
        let own = &hash(&["tag", seed])[..12];
        let tag = if tag.is_empty() { String::new() } else { format!(";tag={tag}") };
        let mut out = format!(
            "{method} sip:{target}@{host} SIP/2.0\r\nVia: SIP/2.0/{transport} {address};rport;branch=z9hG4bK{branch}\r\n\
             From: <sip:{platform}@{realm}>;tag={own}\r\nTo: <sip:{target}@{realm}>{tag}\r\nCall-ID: {}\r\n\
             CSeq: {cseq} {method}\r\nMax-Forwards: 70\r\nUser-Agent: Tocsin\r\n",
            call_id(seed)
        );
        for line in more {
            // Writing to a string cannot fail.
            let _ = write!(out, "{line}\r\n");
        }
        let _ = write!(
            out,
            "Content-Type: Application/MANSCDP+xml\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        out.into_bytes()
    }
}

/// By which an answer is known.
pub fn call_id(seed: &str) -> String {
    hash(&["call", seed])
}

/// A MANSCDP document of this agent's: ASCII, so that its label fits.
pub fn document(root: &str, command: &str, serial: u32, device: &str, rest: &[(&str, &str)]) -> String {
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"GB2312\"?>\r\n<{root}>\r\n<CmdType>{command}</CmdType>\r\n\
         <SN>{serial}</SN>\r\n<DeviceID>{device}</DeviceID>\r\n"
    );
    for (name, text) in rest {
        let _ = write!(out, "<{name}>{text}</{name}>\r\n");
    }
    let _ = write!(out, "</{root}>\r\n");
    out
}

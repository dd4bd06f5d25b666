//! A command's way to the running host: found by its data folder, asked over HTTP.

use crate::http::FILTER;
use crate::text;
use crate::text::Language;
use crate::up::Home;
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::fmt;
use std::io::{BufReader, Read};
use std::path::Path;
use std::time::Duration;

/// Longer than the host takes for anything but redoing the sum.
const PATIENCE: Duration = Duration::from_secs(130);

/// Answers are read to this size; a listing of 10,000 incidents is far below.
const ANSWER_BYTES: u64 = 256 << 20;

#[derive(Debug)]
pub struct Client {
    pub home: Home,
    agent: ureq::Agent,
    patient: ureq::Agent,
}

/// The host answered and said no.
#[derive(Clone, Debug)]
pub struct Refused {
    pub status: u16,
    pub body: Value,
}

impl Refused {
    /// A filter names nothing: the line was not understood, as an unknown option is not.
    pub fn is_of_filter(&self) -> bool {
        self.body["code"] == FILTER
    }

    /// In the reader's language where the host says it in both.
    fn sentence(&self, language: Language) -> String {
        let said = |name: &str| self.body.get(name).and_then(Value::as_str);
        let own = match language {
            Language::English => "en",
            Language::Chinese => "zh",
        };
        match (said(own).or_else(|| said("message")), said("rule")) {
            (Some(message), Some(rule)) => format!("{message} [{rule}]"),
            (Some(message), None) => message.to_owned(),
            (None, _) => text!(host_answers, status = self.status),
        }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence(text::language()))
    }
}

impl std::error::Error for Refused {}

impl Client {
    pub fn find(data: &Path) -> Result<Client> {
        Ok(Client { home: Home::read(data)?, agent: agent(Some(PATIENCE)), patient: agent(None) })
    }

    pub fn get(&self, path: &str) -> Result<Value> {
        self.read(self.agent.get(self.url(path)).call(), path)
    }

    /// Rows, and whether there are more than the host answers with.
    pub fn list(&self, path: &str) -> Result<(Vec<Value>, bool)> {
        let answer = self.agent.get(self.url(path)).call();
        let more = answer.as_ref().is_ok_and(|answer| answer.headers().contains_key("tocsin-more"));
        match self.read(answer, path)? {
            Value::Array(rows) => Ok((rows, more)),
            _ => bail!(text!(answer_no_listing, url = self.url(path))),
        }
    }

    /// For what may take as long as it takes.
    pub fn get_patiently(&self, path: &str) -> Result<Value> {
        self.read(self.patient.get(self.url(path)).call(), path)
    }

    pub fn post(&self, path: &str, body: &Value) -> Result<Value> {
        let request = self
            .agent
            .post(self.url(path))
            .header("Authorization", self.token())
            .content_type("application/json");
        self.read(request.send(body.to_string()), path)
    }

    /// What is not JSON: a document as it is.
    pub fn text(&self, path: &str) -> Result<String> {
        let answer = self.agent.get(self.url(path)).header("Authorization", self.token()).call();
        let mut answer = answer.map_err(|error| self.away(error))?;
        let status = answer.status();
        let text = answer.body_mut().with_config().limit(ANSWER_BYTES).read_to_string();
        let text = text.with_context(|| text!(answer_unread, url = self.url(path)))?;
        match status.is_success() {
            true => Ok(text),
            false => {
                let body = serde_json::from_str(&text).unwrap_or_default();
                Err(Refused { status: status.as_u16(), body }.into())
            }
        }
    }

    pub fn post_bytes(&self, path: &str, bytes: &[u8]) -> Result<Value> {
        let request = self
            .agent
            .post(self.url(path))
            .header("Authorization", self.token())
            .content_type("application/wasm");
        self.read(request.send(bytes), path)
    }

    /// A stream of server-sent events.
    pub fn follow(&self, path: &str) -> Result<BufReader<impl Read + use<>>> {
        let answer = self.patient.get(self.url(path)).call().map_err(|error| self.away(error))?;
        if !answer.status().is_success() {
            bail!(text!(answer_status, url = self.url(path), status = answer.status()));
        }
        Ok(BufReader::new(answer.into_body().into_reader()))
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.home.console)
    }

    fn token(&self) -> String {
        format!("Bearer {}", self.home.operator)
    }

    fn read(
        &self,
        answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>,
        path: &str,
    ) -> Result<Value> {
        let mut answer = answer.map_err(|error| self.away(error))?;
        let status = answer.status();
        let text = answer.body_mut().with_config().limit(ANSWER_BYTES).read_to_string();
        let text = text.with_context(|| text!(answer_unread, url = self.url(path)))?;
        let body = serde_json::from_str(&text);
        if !status.is_success() {
            return Err(Refused { status: status.as_u16(), body: body.unwrap_or_default() }.into());
        }
        body.with_context(|| text!(answer_no_json, url = self.url(path)))
    }

    fn away(&self, error: ureq::Error) -> anyhow::Error {
        let Home { pid, console, .. } = &self.home;
        anyhow::Error::new(error).context(text!(host_silent, pid = pid, console = console))
    }
}

/// Without the environment's proxy: the host is on this machine.
fn agent(patience: Option<Duration>) -> ureq::Agent {
    ureq::Agent::config_builder()
        .proxy(None)
        .http_status_as_error(false)
        .timeout_global(patience)
        .build()
        .into()
}

/// One segment of a path.
pub fn segment(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                out.push(byte as char);
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn ids_are_one_segment() {
        assert_eq!(segment("d-fire/12/3"), "d-fire%2F12%2F3");
        assert_eq!(segment("I20260712-0001"), "I20260712-0001");
        assert_eq!(segment("../x?y"), "..%2Fx%3Fy");
    }

    #[test]
    fn a_refusal_says_why() {
        let check = |body: Value, expect: &str| {
            assert_eq!(Refused { status: 409, body }.sentence(Language::English), expect);
        };
        check(
            json!({"message": "须先确认", "rule": "incident.close.from-suspected"}),
            "须先确认 [incident.close.from-suspected]",
        );
        check(json!({"message": "busy"}), "busy");
        check(json!({"message": "没有 I1 (no I1)", "zh": "没有 I1", "en": "no I1"}), "no I1");
        let told =
            Refused { status: 404, body: json!({"message": "没有 (no)", "zh": "没有", "en": "no"}) };
        assert_eq!(told.sentence(Language::Chinese), "没有");
        let silent = Refused { status: 409, body: Value::Null }.sentence(Language::English);
        assert!(silent.contains("409"), "{silent}");
    }
}

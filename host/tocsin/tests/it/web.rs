//! HTTP as a camera, a telephone or a curious browser speaks it.

use serde_json::Value;

pub struct Reply {
    pub status: u16,
    pub kind: String,
    pub frame: Option<String>,
    pub body: Vec<u8>,
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|_| panic!("not JSON: {}", String::from_utf8_lossy(&self.body)))
    }
}

fn agent() -> ureq::Agent {
    ureq::Agent::config_builder().proxy(None).http_status_as_error(false).build().into()
}

pub fn post(url: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
    let mut request = agent().post(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    reply(request.send(body).unwrap_or_else(|error| panic!("{url}: {error}")))
}

/// `None`: nobody answers, as while a host is down.
pub fn try_post(url: &str, headers: &[(&str, &str)], body: &[u8]) -> Option<Reply> {
    let mut request = agent().post(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let mut answer = request.send(body).ok()?;
    let body = answer.body_mut().read_to_vec().ok()?;
    Some(Reply { status: answer.status().as_u16(), kind: String::new(), frame: None, body })
}

pub fn get(url: &str, headers: &[(&str, &str)]) -> Reply {
    let mut request = agent().get(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    reply(request.call().unwrap_or_else(|error| panic!("{url}: {error}")))
}

fn reply(mut answer: ureq::http::Response<ureq::Body>) -> Reply {
    let header =
        |name: &str| answer.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let (kind, frame) = (header("content-type").unwrap_or_default(), header("tocsin-frame"));
    let body = answer.body_mut().read_to_vec().expect("a body");
    Reply { status: answer.status().as_u16(), kind, frame, body }
}

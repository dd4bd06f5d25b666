//! One trace a run, from the door to the event: W3C `traceparent`.

use std::fmt::Write;

#[derive(Clone, Debug)]
pub struct Trace([u8; 24]);

/// A new trace; its id is also the run's message id.
pub fn mint() -> Trace {
    Trace(random())
}

impl Trace {
    pub fn id(&self) -> String {
        hex(&self.0[..16])
    }

    pub fn parent(&self) -> String {
        format!("00-{}-{}-01", hex(&self.0[..16]), hex(&self.0[16..]))
    }
}

/// Where the operating system has no randomness there is no host.
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}

/// A secret of 128 bits as text.
pub fn secret() -> String {
    hex(&random::<16>())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

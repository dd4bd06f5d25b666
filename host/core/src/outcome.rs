//! All that a plugin call may say (`types.outcome` and `types.rejection`).

use crate::signal::Signal;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signals: Vec<Signal>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sends: Vec<Send>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub advice: Vec<Advice>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub defects: Vec<String>,
}

/// Bytes to go out through a door.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Send {
    /// Empty: back the way the message came.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub device: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub channel: String,
    #[serde(with = "hex")]
    pub payload: Vec<u8>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Advice {
    pub act: Act,
    /// Incident, warning or unit it is about.
    pub subject: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub object: String,
    pub reason: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub data: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Act {
    Confirm,
    Refute,
    Merge,
    Raise,
    Attach,
    Order,
    Note,
    #[serde(untagged)]
    Other(String),
}

impl Act {
    pub fn as_str(&self) -> &str {
        match self {
            Act::Confirm => "confirm",
            Act::Refute => "refute",
            Act::Merge => "merge",
            Act::Raise => "raise",
            Act::Attach => "attach",
            Act::Order => "order",
            Act::Note => "note",
            Act::Other(word) => word,
        }
    }
}

/// The whole input is refused and becomes a dead letter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejection {
    pub kind: RejectionKind,
    pub reason: String,
    /// What the protocol says in this case (a nak, a 401), or empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "hex")]
    pub reply: Vec<u8>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RejectionKind {
    Malformed,
    Unsupported,
    Unauthorised,
    Implausible,
    #[serde(untagged)]
    Other(String),
}

impl RejectionKind {
    pub fn as_str(&self) -> &str {
        match self {
            RejectionKind::Malformed => "malformed",
            RejectionKind::Unsupported => "unsupported",
            RejectionKind::Unauthorised => "unauthorised",
            RejectionKind::Implausible => "implausible",
            RejectionKind::Other(word) => word,
        }
    }
}

/// Bytes as lower-case hex text: what an operator reads in a journal.
pub mod hex {
    use serde::{Deserialize, Deserializer, Serializer};

    const DIGITS: &[u8; 16] = b"0123456789abcdef";

    pub fn encode(bytes: &[u8]) -> String {
        let mut text = String::with_capacity(bytes.len() * 2);
        for byte in bytes {
            text.push(DIGITS[usize::from(byte >> 4)] as char);
            text.push(DIGITS[usize::from(byte & 15)] as char);
        }
        text
    }

    /// `None` on an odd length or a character that is no hex digit.
    pub fn decode(text: &str) -> Option<Vec<u8>> {
        let digit = |byte: u8| (byte as char).to_digit(16).map(|d| d as u8);
        if !text.len().is_multiple_of(2) {
            return None;
        }
        text.as_bytes().chunks_exact(2).map(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?)).collect()
    }

    pub fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&encode(bytes))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        decode(&text).ok_or_else(|| serde::de::Error::custom("bytes must be an even number of hex digits"))
    }
}

//! What a person or a system asks of the city.

use crate::outcome::hex;
use crate::{accident, danger, duty, grid, hole, incident, order, plan, supervision, supply, team};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Command {
    /// Chosen by whoever asks; asking again under the same id is harmless.
    pub id: String,
    /// Who asks, as the journal and the officers after them will read it.
    pub actor: String,
    pub act: Act,
}

impl Command {
    /// Of who asks and what, 16 hex digits; the id is not in it.
    pub(crate) fn digest(&self) -> String {
        let text = serde_json::to_vec(&(&self.actor, &self.act)).unwrap_or_default();
        hex::encode(&Sha256::digest(text)[..8])
    }
}

/// What is asked, by the noun it is asked of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "noun", content = "act", rename_all = "kebab-case")]
pub enum Act {
    Incident(incident::Act),
    Accident(accident::Act),
    Danger(danger::Act),
    Duty(duty::Act),
    Grid(grid::Act),
    Hole(hole::Act),
    Order(order::Act),
    Plan(plan::Act),
    Response(plan::ResponseAct),
    Supervision(supervision::Act),
    Supply(supply::Act),
    Team(team::Act),
}

/// Why a command could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    #[error(
        "nothing is asked of `{0}`; nouns are incident, accident, danger, duty, grid, hole, order, plan, response, supervision, supply, team"
    )]
    Noun(String),
    #[error("{noun} {verb}: {reason}")]
    Body { noun: String, verb: String, reason: String },
}

impl Act {
    /// Reads `noun verb`, the id it is about and the rest of its fields, as HTTP,
    /// the bus and the command line all bring them.
    pub fn read(noun: &str, verb: &str, id: &str, mut fields: Map<String, Value>) -> Result<Act, ReadError> {
        // A plan is its own body; it may also stand under `plan`.
        if matches!(noun, "plan" | "plans") && verb == "load" && !fields.contains_key("plan") {
            fields = Map::from_iter([("plan".to_owned(), Value::Object(fields))]);
        }
        fields.insert("verb".into(), verb.into());
        if !id.is_empty() {
            fields.insert("id".into(), id.into());
        }
        fn body<T: DeserializeOwned>(
            noun: &str,
            verb: &str,
            fields: Map<String, Value>,
        ) -> Result<T, ReadError> {
            serde_json::from_value(Value::Object(fields)).map_err(|error| ReadError::Body {
                noun: noun.to_owned(),
                verb: verb.to_owned(),
                reason: error.to_string(),
            })
        }
        Ok(match noun {
            "incident" | "incidents" => Act::Incident(body(noun, verb, fields)?),
            "accident" | "accidents" => Act::Accident(body(noun, verb, fields)?),
            "danger" | "dangers" => Act::Danger(body(noun, verb, fields)?),
            "duty" | "call" | "calls" | "gap" | "gaps" | "watch" | "watches" => {
                Act::Duty(body(noun, verb, fields)?)
            }
            "grid" | "grids" => Act::Grid(body(noun, verb, fields)?),
            "hole" | "holes" => Act::Hole(body(noun, verb, fields)?),
            "order" | "orders" => Act::Order(body(noun, verb, fields)?),
            "plan" | "plans" => Act::Plan(body(noun, verb, fields)?),
            "response" | "responses" => Act::Response(body(noun, verb, fields)?),
            "supervision" | "supervisions" => Act::Supervision(body(noun, verb, fields)?),
            "supply" | "supplies" | "transfer" | "transfers" => Act::Supply(body(noun, verb, fields)?),
            "team" | "teams" => Act::Team(body(noun, verb, fields)?),
            other => return Err(ReadError::Noun(other.to_owned())),
        })
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reply", rename_all = "kebab-case")]
pub enum Reply {
    /// `subject`: what was acted on or made. Of a merged incident it is the
    /// survivor, which is not the one asked for.
    Ok {
        #[serde(default)]
        subject: String,
    },
    /// `rule` for programs, such as `incident.close.from-suspected`; `reason`
    /// for people.
    Refused { rule: String, reason: String },
}

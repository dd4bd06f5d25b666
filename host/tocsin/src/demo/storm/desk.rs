//! A duty desk's hands: lists rows and asks for things over the operator's API.

use super::SILENT;
use crate::client::segment;
use crate::text;
use anyhow::{Context, Result};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(15);

#[derive(Clone, Debug)]
pub struct Desk {
    agent: ureq::Agent,
    api: String,
    token: String,
}

impl Desk {
    pub fn new(console: &str, operator: &str) -> Desk {
        let config = ureq::Agent::config_builder()
            .proxy(None)
            .http_status_as_error(false)
            .timeout_global(Some(PATIENCE));
        let console = console.trim_end_matches('/');
        Desk {
            agent: config.build().into(),
            api: format!("{console}/api/v1"),
            token: format!("Bearer {operator}"),
        }
    }

    /// Rows of a noun, newest change first; none where the city has no such thing.
    pub async fn list(&self, noun: &str, query: &str) -> Result<Vec<Value>> {
        let (_, body) = self.get(format!("{}/{noun}?{query}", self.api)).await?;
        Ok(body.as_array().cloned().unwrap_or_default())
    }

    pub async fn object(&self, path: &str) -> Result<Value> {
        Ok(self.get(format!("{}/{path}", self.api)).await?.1)
    }

    pub async fn show(&self, noun: &str, id: &str) -> Result<Value> {
        Ok(self.get(format!("{}/{noun}/{}", self.api, segment(id))).await?.1)
    }

    /// The open flood incident of a region.
    pub async fn flood(&self, region: &str) -> Result<Option<String>> {
        let rows = self.list("incidents", &format!("hazard=flood&region={region}")).await?;
        Ok(rows.first().and_then(|row| row["id"].as_str()).map(str::to_owned))
    }

    /// Whether it was done.
    pub async fn act(&self, noun: &str, id: &str, verb: &str, fields: Value) -> Result<bool> {
        Ok(self.ask(noun, id, verb, fields).await?.is_ok())
    }

    /// Why it was not done.
    pub async fn refusal(&self, noun: &str, id: &str, verb: &str, fields: Value) -> Result<Option<String>> {
        Ok(self.ask(noun, id, verb, fields).await?.err())
    }

    /// What was made or acted on, or the refusal.
    pub async fn ask(
        &self,
        noun: &str,
        id: &str,
        verb: &str,
        mut fields: Value,
    ) -> Result<Result<String, String>> {
        if let Value::Object(fields) = &mut fields {
            fields.entry("actor").or_insert(json!("值班员"));
        }
        let url = match id {
            "" => format!("{}/{noun}/{verb}", self.api),
            id => format!("{}/{noun}/{}/{verb}", self.api, segment(id)),
        };
        let (agent, token) = (self.agent.clone(), self.token.clone());
        let (status, body) = tokio::task::spawn_blocking(move || {
            let mut answer = agent
                .post(&url)
                .header("Authorization", &token)
                .content_type("application/json")
                .send(fields.to_string())
                .with_context(|| text!(cannot_post, url = url))?;
            let body: Value = answer.body_mut().read_json().unwrap_or_default();
            anyhow::Ok((answer.status().as_u16(), body))
        })
        .await??;
        let said = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        Ok(match status {
            200 => Ok(said(&body["reply"]["subject"])),
            _ => Err(said(&body["message"])),
        })
    }

    /// Who stays silent tonight, of those who were ordered.
    pub fn silent(&self, departments: &BTreeSet<String>) -> Option<String> {
        SILENT.iter().find(|silent| departments.contains(**silent)).map(|silent| (*silent).to_owned())
    }

    async fn get(&self, url: String) -> Result<(u16, Value)> {
        let agent = self.agent.clone();
        tokio::task::spawn_blocking(move || {
            let mut answer = agent.get(&url).call().with_context(|| text!(answer_unread, url = url))?;
            let body = answer.body_mut().read_json().unwrap_or_default();
            Ok((answer.status().as_u16(), body))
        })
        .await?
    }
}

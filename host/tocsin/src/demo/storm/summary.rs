//! What the desk's night came to: responses, orders, linkage, teams, stock, accidents.

use super::Desk;
use crate::demo::teller::Teller;
use crate::text;
use anyhow::Result;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;

#[derive(Clone, Debug, Serialize)]
pub struct Storm {
    pub warnings: Vec<Value>,
    pub responses: Vec<Value>,
    /// Orders by state.
    pub orders: BTreeMap<String, usize>,
    pub calls: BTreeMap<String, usize>,
    pub linkage: Value,
    pub teams_sent: usize,
    pub transfers: BTreeMap<String, usize>,
    pub accidents: Vec<Value>,
}

impl Storm {
    pub async fn gather(desk: &Desk) -> Result<Storm> {
        let states = |rows: Vec<Value>| {
            let mut states = BTreeMap::new();
            for row in rows {
                *states.entry(row["state"].as_str().unwrap_or_default().to_owned()).or_default() += 1;
            }
            states
        };
        Ok(Storm {
            warnings: desk.list("warnings", "").await?,
            responses: desk.list("responses", "").await?,
            orders: states(desk.list("orders", "limit=10000").await?),
            calls: states(desk.list("calls", "limit=10000").await?),
            linkage: desk.object("linkage").await?,
            teams_sent: desk.list("teams", "state=assigned").await?.len(),
            transfers: states(desk.list("transfers", "").await?),
            accidents: desk.list("accidents", "").await?,
        })
    }

    pub fn tell(&self, teller: &Teller) {
        let text_of = |row: &Value, field: &str| row[field].as_str().unwrap_or_default().to_owned();
        teller.print(&text!(sum_storm));
        for warning in &self.warnings {
            teller.print(&format!(
                "  {}  {} [{}]",
                text!(sum_warning),
                text_of(warning, "title"),
                text_of(warning, "status")
            ));
        }
        for response in &self.responses {
            teller.print(&format!(
                "  {}  {} [{}]",
                text!(sum_response),
                text_of(response, "title"),
                text_of(response, "state")
            ));
        }
        teller.print(&format!("  {}  {}", text!(sum_orders), shown(&self.orders)));
        teller.print(&format!("  {}  {}", text!(sum_calls), shown(&self.calls)));
        for line in self.linkage["departments"].as_array().into_iter().flatten() {
            let p50 = line["order_ack"]["p50_ms"]
                .as_i64()
                .map_or("—".to_owned(), |ms| format!("{:.1} s", ms as f64 / 1e3));
            teller.print(&format!(
                "    {:<12} {}",
                text_of(line, "department"),
                text!(
                    sum_linkage,
                    orders = line["orders"],
                    answered = line["answered"],
                    p50 = p50,
                    escalated = line["escalated"]
                )
            ));
        }
        let slowest = &self.linkage["all"]["slowest"];
        if slowest.is_object() {
            teller.print(&format!(
                "  {}  {} ({})",
                text!(sum_slowest),
                text_of(slowest, "title"),
                text_of(slowest, "department")
            ));
        }
        teller.print(&format!("  {}  {}", text!(sum_teams), self.teams_sent));
        teller.print(&format!("  {}  {}", text!(sum_transfers), shown(&self.transfers)));
        for accident in &self.accidents {
            let reports = accident["reports"].as_array().map_or(0, Vec::len);
            teller.print(&format!(
                "  {}  {}",
                text!(sum_accident),
                text!(
                    sum_reports,
                    title = text_of(accident, "title"),
                    grade = text_of(accident, "grade"),
                    reports = reports
                )
            ));
        }
    }
}

fn shown(states: &BTreeMap<String, usize>) -> String {
    let words: Vec<String> = states.iter().map(|(state, count)| format!("{state} {count}")).collect();
    if words.is_empty() { "—".to_owned() } else { words.join(" · ") }
}

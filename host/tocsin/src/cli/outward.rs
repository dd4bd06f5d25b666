//! One row in another system's format.

use super::Around;
use crate::client::segment;
use anyhow::Result;
use serde_json::json;

/// `rows`: `incidents` or `warnings`.
pub fn cap(around: &Around, rows: &str, id: &str) -> Result<()> {
    let xml = around.client()?.text(&format!("/api/v1/{rows}/{}/cap", segment(id)))?;
    match around.print.json {
        true => around.print.object(&json!({ "id": id, "cap": xml })),
        false => around.print.line(xml.trim_end()),
    }
    Ok(())
}

pub fn ngsi_ld(around: &Around, rows: &str, id: &str) -> Result<()> {
    let entity = around.client()?.get(&format!("/api/v1/{rows}/{}/ngsi-ld", segment(id)))?;
    match around.print.json {
        true => around.print.object(&entity),
        false => around.print.line(&format!("{entity:#}")),
    }
    Ok(())
}

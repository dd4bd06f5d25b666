//! An accident is reported upward: the grade moves, follow-up reports are numbered,
//! their clock runs, and the one that nobody files in time is seen as missed.

use super::{Cast, Desk, text_of};
use crate::demo::stage::Stage;
use crate::demo::teller::{Tone, Voice};
use crate::text;
use anyhow::Result;
use serde_json::{Value, json};
use std::time::Duration;

/// The follow-up clock of the night runs one minute; the host looks within seconds.
const MISSED_WITHIN_S: u32 = 90;

/// Two dead, then three: the grade moves, and so does who has to be told.
pub async fn report(
    stage: &Stage,
    desk: &Desk,
    cast: &Cast,
    incident: Option<&str>,
) -> Result<Option<String>> {
    let title = text!(storm_accident_title, region = cast.region_name);
    let mut told = json!({
        "title": title,
        "region": cast.region,
        "deaths": 2,
        "injuries": 8,
        "happened_at": jiff::Timestamp::now().to_string(),
        "text": title,
    });
    if let (Some(incident), Value::Object(fields)) = (incident, &mut told) {
        fields.insert("incident".into(), incident.into());
    }
    let Ok(id) = desk.ask("accident", "", "report", told).await? else { return Ok(None) };
    tell(stage, &id, &desk.show("accidents", &id).await?);
    for (deaths, text) in [(2, "现场排查"), (3, "又发现一名遇难者")] {
        desk.act("accident", &id, "report", json!({ "deaths": deaths, "text": text })).await?;
        tell(stage, &id, &desk.show("accidents", &id).await?);
    }
    if let Some(clock) = running(&desk.show("accidents", &id).await?) {
        let line = text!(
            storm_report_due,
            name = text_of(&clock, "name"),
            level = text_of(&clock, "level_name"),
            due = time(&clock, "due_at")
        );
        stage.say(Voice::Desk, Tone::Plain, &line);
    }
    Ok(Some(id))
}

/// Waits until the follow-up clock has run out, then files what is late.
pub async fn late(stage: &Stage, desk: &Desk, id: &str) -> Result<()> {
    for _ in 0..MISSED_WITHIN_S {
        let row = desk.show("accidents", id).await?;
        let missed = row["missed"].as_array().and_then(|missed| missed.last()).cloned();
        if let Some(missed) = missed {
            let line = text!(
                storm_report_missed,
                name = text_of(&missed, "name"),
                due = time(&missed, "due_at"),
                order = text_of(&missed, "order")
            );
            stage.say(Voice::City, Tone::Trouble, &line);
            desk.act("accident", id, "report", json!({ "text": "补充救援进展" })).await?;
            tell(stage, id, &desk.show("accidents", id).await?);
            return Ok(());
        }
        if running(&row).is_none() {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    Ok(())
}

fn tell(stage: &Stage, id: &str, row: &Value) {
    let report = row["reports"].as_array().and_then(|reports| reports.last()).cloned().unwrap_or_default();
    let line = text!(
        storm_accident,
        id = id,
        report = text_of(&report, "name"),
        deaths = row["deaths"],
        injuries = row["injuries"],
        grade = text_of(row, "grade_name")
    );
    stage.say(Voice::Desk, Tone::Alarm, &line);
}

/// The follow-up clock that runs.
fn running(row: &Value) -> Option<Value> {
    let clocks = row["clocks"].as_array()?;
    clocks.iter().find(|clock| clock["kind"] == "follow-up" && clock["met_at"].is_null()).cloned()
}

/// `21:04:05`
fn time(row: &Value, field: &str) -> String {
    text_of(row, field).get(11..19).unwrap_or_default().to_owned()
}

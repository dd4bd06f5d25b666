//! The same night from the duty desk: rain warnings start the flood plan, departments
//! are ordered and answer, one stays silent, a river rises, the last sandbags are asked
//! for twice, an accident is reported upward. Everything goes through doors and the
//! operator's API; what the city lacks is left out.

mod accident;
mod desk;
mod gauge;
mod summary;
mod warning;

pub use desk::Desk;
pub use summary::Storm;

use super::stage::Stage;
use super::teller::{Tone, Voice};
use crate::text;
use anyhow::Result;
use gauge::Gauge;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::Duration;
use tocsin_core::city::City;

/// Its duty room does not hear the telephone tonight.
const SILENT: [&str; 3] = ["power", "health", "transport"];

/// Orders that are looked after: a city responds with some dozens.
const ORDERS: usize = 64;

/// What the storm needs of a city.
#[derive(Clone, Debug)]
pub struct Cast {
    /// A station of SL 651 and the region in which it stands.
    station: String,
    region: String,
    region_name: String,
    next_region: Option<String>,
}

impl Cast {
    pub fn pick(city: &City) -> Option<Cast> {
        let is_station = |id: &str| id.len() == 10 && id.bytes().all(|byte| byte.is_ascii_digit());
        let station = city
            .devices
            .iter()
            .filter(|device| {
                device.department == "water" && is_station(&device.id) && !device.region.is_empty()
            })
            .max_by_key(|device| (device.title.contains("水位"), std::cmp::Reverse(&device.id)))?;
        let region = city.regions.iter().find(|region| region.code == station.region)?;
        let next = city.regions.iter().find(|other| !other.parent.is_empty() && other.code != region.code);
        Some(Cast {
            station: station.id.clone(),
            region: region.code.clone(),
            region_name: region.name.clone(),
            next_region: next.map(|next| next.code.clone()),
        })
    }
}

/// Plays the desk's side of the night beside the fires.
pub async fn play(stage: &Stage, cast: &Cast) -> Result<()> {
    let desk = stage.desk();
    stage.until(20).await;
    warn(stage, cast, "Yellow", "Alert", None).await?;
    stage.until(60).await;
    responses(stage, &desk).await?;
    let mut heard = BTreeSet::new();
    answer(stage, &desk, &mut heard).await?;

    stage.until(140).await;
    river(stage, cast).await?;
    stage.until(200).await;
    warn(stage, cast, "Red", "Update", Some("0")).await?;
    stage.until(230).await;
    responses(stage, &desk).await?;
    answer(stage, &desk, &mut heard).await?;
    arrive(stage, &desk).await?;

    stage.until(280).await;
    let incident = desk.flood(&cast.region).await?;
    if let Some(incident) = &incident {
        teams(stage, &desk, incident).await?;
        sandbags(stage, &desk, incident).await?;
    }
    stage.until(400).await;
    let accident = accident::report(stage, &desk, cast, incident.as_deref()).await?;

    // The plan's first clock runs in real minutes.
    silence(stage, &desk).await?;
    if let Some(accident) = accident {
        accident::late(stage, &desk, &accident).await?;
    }
    answer(stage, &desk, &mut heard).await?;
    warn(stage, cast, "Red", "Cancel", Some("1")).await?;
    tokio::time::sleep(Duration::from_secs(2)).await;
    responses(stage, &desk).await
}

async fn warn(stage: &Stage, cast: &Cast, colour: &str, kind: &str, after: Option<&str>) -> Result<()> {
    let mut regions = vec![cast.region.as_str()];
    if colour == "Red" {
        regions.extend(cast.next_region.as_deref());
    }
    let xml = warning::message(&cast.region[..6], colour, kind, after, &regions);
    let reply = stage.post("meteorology/12379", "application/xml", xml.into_bytes()).await?;
    let word = match colour {
        "Red" => text!(storm_red),
        "Orange" => text!(storm_orange),
        "Yellow" => text!(storm_yellow),
        _ => text!(storm_blue),
    };
    let line = match kind {
        "Cancel" => text!(storm_cancel, colour = word, status = reply.status),
        _ => text!(storm_warning, colour = word, region = cast.region_name, status = reply.status),
    };
    stage.say(Voice::Weather, Tone::Alarm, &line);
    Ok(())
}

async fn responses(stage: &Stage, desk: &Desk) -> Result<()> {
    for response in desk.list("responses", "").await? {
        let level = match response["level"].as_u64() {
            Some(1) => "Ⅰ",
            Some(2) => "Ⅱ",
            Some(3) => "Ⅲ",
            Some(4) => "Ⅳ",
            _ => "—",
        };
        let line = text!(
            storm_response,
            title = text_of(&response, "title"),
            level = level,
            state = text_of(&response, "state"),
            plan = format!("{}@{}", text_of(&response, "plan"), response["version"])
        );
        stage.say(Voice::City, Tone::Plain, &line);
    }
    Ok(())
}

/// Duty rooms acknowledge what is new, all but one; calls are confirmed.
async fn answer(stage: &Stage, desk: &Desk, heard: &mut BTreeSet<String>) -> Result<()> {
    let orders = desk.list("orders", "").await?;
    let departments: BTreeSet<String> = orders.iter().map(|order| text_of(order, "department")).collect();
    let silent = desk.silent(&departments);
    let (mut answered, mut kept) = (0, 0);
    for order in orders.iter().filter(|order| text_of(order, "state") == "issued").take(ORDERS) {
        let (id, department) = (text_of(order, "id"), text_of(order, "department"));
        if silent.as_deref() == Some(department.as_str()) {
            kept += 1;
            continue;
        }
        if heard.insert(id.clone()) && desk.act("orders", &id, "ack", json!({})).await? {
            answered += 1;
        }
    }
    let mut confirmed = 0;
    for call in desk.list("calls", "state=calling").await?.iter().take(ORDERS) {
        confirmed += usize::from(desk.act("duty", &text_of(call, "id"), "confirm", json!({})).await?);
    }
    let departments = departments.iter().filter(|department| !department.is_empty()).count();
    let kept = match silent.filter(|_| kept > 0) {
        Some(silent) => text!(storm_kept, kept = kept, silent = silent),
        None => String::new(),
    };
    let line = text!(
        storm_answered,
        departments = departments,
        answered = answered,
        kept = kept,
        confirmed = confirmed
    );
    stage.say(Voice::Desk, Tone::Good, &line);
    Ok(())
}

async fn arrive(stage: &Stage, desk: &Desk) -> Result<()> {
    let mut arrived = 0;
    for order in desk.list("orders", "state=acknowledged").await?.iter().take(ORDERS) {
        let id = text_of(order, "id");
        if desk.act("orders", &id, "depart", json!({})).await?
            && desk.act("orders", &id, "arrive", json!({})).await?
        {
            arrived += 1;
        }
    }
    stage.say(Voice::Desk, Tone::Plain, &text!(storm_arrived, arrived = arrived));
    Ok(())
}

async fn river(stage: &Stage, cast: &Cast) -> Result<()> {
    let Some(door) = stage.door("water-tcp") else { return Ok(()) };
    let mut gauge = Gauge::connect(&door, &cast.station).await?;
    for (serial, level) in [(1, 43.80), (2, 44.62), (3, 45.35)] {
        let confirmed = gauge.extra(serial, level).await?;
        let line = text!(
            storm_river,
            station = cast.station,
            level = format!("{level:.2}"),
            confirmed = if confirmed { text!(storm_confirmed) } else { text!(storm_unconfirmed) }
        );
        stage.say(Voice::Water, Tone::Alarm, &line);
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    Ok(())
}

/// The militia and whoever else is nearest is sent, once each.
async fn teams(stage: &Stage, desk: &Desk, incident: &str) -> Result<()> {
    let teams = desk.list("teams", "state=available").await?;
    let is_team = |team: &&Value| text_of(team, "sort") != "expert";
    let militia = teams.iter().filter(is_team).find(|team| text_of(team, "department") == "militia");
    for team in militia
        .into_iter()
        .chain(teams.iter().filter(is_team).find(|t| text_of(t, "department") != "militia"))
    {
        let id = text_of(team, "id");
        let first = desk.act("teams", &id, "assign", json!({ "incident": incident })).await?;
        let again = desk.refusal("teams", &id, "assign", json!({ "incident": incident })).await?;
        let line = text!(
            storm_team,
            team = text_of(team, "name"),
            sent = if first { text!(storm_sent) } else { text!(storm_not_sent) },
            again = again.unwrap_or_default()
        );
        stage.say(Voice::Desk, Tone::Plain, &line);
    }
    Ok(())
}

/// Two departments ask for the last of one item at the same instant.
async fn sandbags(stage: &Stage, desk: &Desk, incident: &str) -> Result<()> {
    let lots = desk.list("lots", "").await?;
    let free = |lot: &Value| lot["on_hand"].as_u64().unwrap_or(0) - lot["reserved"].as_u64().unwrap_or(0);
    let Some(lot) = lots.iter().filter(|lot| free(lot) > 0).max_by_key(|lot| {
        (text_of(lot, "name").contains("沙袋") || text_of(lot, "name").contains("编织袋"), free(lot))
    }) else {
        return Ok(());
    };
    let (store, item) = (text_of(lot, "store"), text_of(lot, "item"));
    let quantity: u64 = lots
        .iter()
        .filter(|other| {
            text_of(other, "store") == store
                && text_of(other, "item") == item
                && text_of(other, "state") != "expired"
        })
        .map(free)
        .sum();
    let ask = json!({ "store": store, "item": item, "quantity": quantity, "for": incident });
    let (a, b) =
        tokio::join!(desk.ask("supply", "", "reserve", ask.clone()), desk.ask("supply", "", "reserve", ask));
    let (a, b) = (a?, b?);
    let winners = [&a, &b].iter().filter(|reply| reply.is_ok()).count();
    let refusal = [&a, &b].iter().find_map(|reply| reply.as_ref().err().cloned()).unwrap_or_default();
    let line = text!(
        storm_sandbags,
        quantity = quantity,
        name = text_of(lot, "name"),
        winners = winners,
        refusal = refusal
    );
    stage.say(Voice::Desk, if winners == 1 { Tone::Good } else { Tone::Trouble }, &line);
    if let Some(transfer) = [a, b].into_iter().find_map(Result::ok) {
        desk.act("supply", &transfer, "dispatch", json!({})).await?;
        desk.act("supply", &transfer, "receive", json!({ "quantity": quantity })).await?;
        stage.say(Voice::Desk, Tone::Plain, &text!(storm_moved, transfer = transfer));
    }
    Ok(())
}

/// Waits for the silent department's order to go up, no longer than its clock says.
async fn silence(stage: &Stage, desk: &Desk) -> Result<()> {
    for _ in 0..90 {
        let orders = desk.list("orders", "").await?;
        let risen = orders.iter().find_map(|order| {
            let step = order["escalations"].as_array()?.last()?;
            Some((text_of(order, "title"), text_of(order, "department"), step.clone()))
        });
        if let Some((title, department, step)) = risen {
            let line = text!(
                storm_escalated,
                department = department,
                title = title,
                from = text_of(&step["from"], "name"),
                to = text_of(&step["to"], "name")
            );
            stage.say(Voice::City, Tone::Trouble, &line);
            return Ok(());
        }
        if orders.iter().all(|order| text_of(order, "state") != "issued") {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    Ok(())
}

fn text_of(row: &Value, field: &str) -> String {
    row[field].as_str().unwrap_or_default().to_owned()
}

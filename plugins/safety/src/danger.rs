//! A hidden danger: found, rectified, re-checked.

use crate::field;
use crate::record::{Record, shown};
use crate::refusal::Refusal;
use crate::value;
use serde_json::{Map, Value, json};
use tocsin_sdk::{Certainty, Datum, Severity, Signal, Urgency};

/// What fits on one line of a desk.
const TITLE_CHARS: usize = 60;

/// Id, name, trade and region of the enterprise in whose record it stands.
pub type Owner<'a> = (&'a str, &'a str, &'a str, &'a str);

pub fn found(record: &mut Record, datum: Datum, owner: Option<Owner<'_>>) -> Result<Signal, Refusal> {
    let id = reference(record)?;
    let (mut unit, mut unit_name) = record.unit()?;
    let name = record.text(field::NAME);
    let text = record.text(field::TEXT);
    // A picture that is left out says something all the same: its bytes are kept.
    let is_pictured = record.has(field::PHOTO);
    let photos = record.photos();
    if name.is_empty() && text.is_empty() && !is_pictured {
        return Err(Refusal::malformed(field::TEXT, "the danger says nothing: no title, no text, no photo"));
    }
    let position = record.position(datum)?;
    let (mut region, region_name) = record.region(field::REGION);
    let (village, village_name) = record.region(field::VILLAGE);
    let is_major = is_major(record);
    let mut trade = record.text(field::TRADE);
    if let Some((owner, name, its_trade, its_region)) = owner {
        for (said, known) in
            [(&mut unit, owner), (&mut unit_name, name), (&mut trade, its_trade), (&mut region, its_region)]
        {
            if said.is_empty() {
                known.clone_into(said);
            }
        }
    }
    let time = record.read_as(field::TIME, value::time);
    let deadline = record.read_as(field::DEADLINE, value::deadline);
    if let (Some(time), Some(deadline)) = (time, deadline)
        && deadline < time
    {
        return Err(Refusal::implausible(field::DEADLINE, "the deadline lies before the finding"));
    }
    let updated = record.read_as(field::UPDATED, value::time);
    let category = match record.text(field::CATEGORY) {
        category if category.is_empty() => record.text(field::TYPE),
        category => category,
    };
    let mut data = Map::new();
    data.insert("level".to_owned(), if is_major { "major" } else { "general" }.into());
    for (key, said) in [
        ("text", &text),
        ("category", &category),
        ("unit", &unit),
        ("unit_name", &unit_name),
        ("trade", &trade),
        ("address", &record.text(field::ADDRESS)),
        ("region_name", &region_name),
        ("village_name", &village_name),
        ("responsible", &record.text(field::RESPONSIBLE)),
        ("inspector", &record.text(field::INSPECTOR)),
    ] {
        if !said.is_empty() {
            data.insert(key.to_owned(), said.as_str().into());
        }
    }
    if !photos.is_empty() {
        data.insert("photos".to_owned(), photos.into());
    }
    for (key, at) in [("deadline", deadline), ("as_of", updated)] {
        if let Some(at) = at {
            data.insert(key.to_owned(), at.into());
        }
    }
    // How it stands is told by reports of its own, not by a word beside it.
    record.take(field::STATUS);
    let title = title(if name.is_empty() { &text } else { &name }, &unit_name);
    let mut signal = Signal::report("danger.found")
        .device(&*id)
        .reference(&*id)
        .urgency(if is_major { Urgency::Expected } else { Urgency::Future })
        .severity(if is_major { Severity::Severe } else { Severity::Minor })
        .certainty(Certainty::Observed)
        .observed(time)
        .region(if village.is_empty() { region } else { village })
        .title(title)
        .data(Value::Object(data).to_string());
    signal.position = position;
    Ok(signal)
}

pub fn rectified(record: &mut Record) -> Result<Signal, Refusal> {
    let id = reference(record)?;
    let time = record.read_as(field::TIME, value::time);
    let said = [field::MEASURE, field::TEXT, field::RESULT].map(|field| record.text(field));
    let measure = said
        .into_iter()
        .find(|text| !text.is_empty())
        .ok_or_else(|| Refusal::malformed(field::MEASURE, "a rectification says what was done"))?;
    let photos = record.photos();
    known_already(record);
    Ok(Signal::report("danger.rectified")
        .device(&*id)
        .reference(&*id)
        .certainty(Certainty::Observed)
        .observed(time)
        .title(title(&measure, ""))
        .data(json!({ "measure": measure, "photos": photos }).to_string()))
}

pub fn rechecked(record: &mut Record) -> Result<Signal, Refusal> {
    let id = reference(record)?;
    let time = record.read_as(field::TIME, value::time);
    // Whether it passed is the whole of a re-check: never guessed.
    let verdict = [field::PASSED, field::RESULT, field::STATUS].into_iter().find(|field| record.has(field));
    let Some(verdict) = verdict else {
        return Err(Refusal::malformed(field::PASSED, "a re-check says whether it was passed"));
    };
    let written = record.peek(verdict).cloned().unwrap_or_default();
    let Some(passed) = value::passed(&written) else {
        return Err(Refusal::malformed(
            verdict,
            format!("{} is neither passed nor failed; write true or false, 通过 or 不通过", shown(&written)),
        ));
    };
    record.take(verdict);
    let said = [field::RESULT, field::TEXT].map(|field| record.text(field));
    let result = said.into_iter().find(|text| !text.is_empty());
    let result = result.or_else(|| value::text(&written)).unwrap_or_default();
    let deadline = record.read_as(field::DEADLINE, value::deadline).filter(|_| !passed);
    let inspector = record.text(field::INSPECTOR);
    record.photos();
    known_already(record);
    let mut data = json!({ "passed": passed, "result": result });
    if let Some(deadline) = deadline {
        data["deadline"] = deadline.into();
    }
    if !inspector.is_empty() {
        data["inspector"] = inspector.into();
    }
    Ok(Signal::report("danger.rechecked")
        .device(&*id)
        .reference(&*id)
        .certainty(Certainty::Observed)
        .observed(time)
        .title(title(&result, ""))
        .data(data.to_string()))
}

/// Of the danger itself; a record's own number only where that is missing.
fn reference(record: &mut Record) -> Result<String, Refusal> {
    let danger = record.identity(field::DANGER)?;
    let own = record.identity(field::ID)?;
    danger.or(own).ok_or_else(|| Refusal::malformed(field::ID, "without the danger's id it is about nothing"))
}

/// What registers repeat beside a rectification or re-check is read with the danger.
fn known_already(record: &mut Record) {
    for field in [
        field::UNIT,
        field::UNIT_NAME,
        field::NAME,
        field::LEVEL,
        field::CATEGORY,
        field::TRADE,
        field::REGION,
        field::VILLAGE,
        field::ADDRESS,
        field::RESPONSIBLE,
        field::DEADLINE,
        field::STATUS,
        field::TEXT,
        field::INSPECTOR,
    ] {
        record.take(field);
    }
}

/// A level that cannot be read is not taken for a harmless one without saying so.
fn is_major(record: &mut Record) -> bool {
    let major = |written: &Value| match value::plain(&value::text(written)?).to_lowercase().as_str() {
        word if word.contains("重大") => Some(true),
        word if word.contains("一般") || word.contains("较大") => Some(false),
        "major" | "severe" | "extreme" | "critical" | "high" | "true" | "red" => Some(true),
        "general" | "minor" | "moderate" | "low" | "medium" | "ordinary" | "normal" | "false" => Some(false),
        _ => None,
    };
    record.read_as(field::LEVEL, major).unwrap_or(false)
}

fn title(said: &str, unit: &str) -> String {
    let blank = |c: char| c.is_whitespace() || c.is_control();
    let words: Vec<&str> = said.split(blank).filter(|word| !word.is_empty()).collect();
    let line = words.join(" ");
    let short: String = line.chars().take(TITLE_CHARS).collect();
    let more = if short.len() < line.len() { "…" } else { "" };
    match (unit, short.as_str()) {
        ("", "") => String::new(),
        ("", _) => format!("{short}{more}"),
        (unit, "") => unit.to_owned(),
        (unit, _) => format!("{unit}:{short}{more}"),
    }
}

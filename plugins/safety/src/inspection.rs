//! A record of an inspection or a drill.

use crate::field;
use crate::record::Record;
use crate::refusal::Refusal;
use crate::value;
use serde_json::{Map, Value};
use tocsin_sdk::{Certainty, Signal};

pub fn done(record: &mut Record, code: &str) -> Result<Signal, Refusal> {
    let own = record.identity(field::ID)?;
    let id =
        own.ok_or_else(|| Refusal::malformed(field::ID, "a record without an id cannot be told twice"))?;
    let (unit, unit_name) = record.unit()?;
    let (region, region_name) = record.region(field::REGION);
    let (village, village_name) = record.region(field::VILLAGE);
    let time = record.read_as(field::TIME, value::time);
    let passed = record.read_as(field::PASSED, value::passed);
    let dangers = record.read_as(field::COUNT, |count| value::number(count).filter(|count| *count >= 0.0));
    let mut data = Map::new();
    let text = record.text(field::TEXT);
    for (key, said) in [
        ("unit", &unit),
        ("unit_name", &unit_name),
        ("trade", &record.text(field::TRADE)),
        ("region_name", &region_name),
        ("village_name", &village_name),
        ("inspector", &record.text(field::INSPECTOR)),
        ("text", &text),
        ("result", &record.text(field::RESULT)),
    ] {
        if !said.is_empty() {
            data.insert(key.to_owned(), said.as_str().into());
        }
    }
    if let Some(passed) = passed {
        data.insert("passed".to_owned(), passed.into());
    }
    if let Some(dangers) = dangers {
        data.insert("dangers".to_owned(), (dangers as u64).into());
    }
    let title = match record.text(field::NAME) {
        name if name.is_empty() && text.is_empty() => unit_name,
        name if name.is_empty() => text.chars().take(60).collect(),
        name => name,
    };
    Ok(Signal::report(code)
        .device(&*id)
        .reference(&*id)
        .certainty(Certainty::Observed)
        .observed(time)
        .region(if village.is_empty() { region } else { village })
        .title(title)
        .data(Value::Object(data).to_string()))
}

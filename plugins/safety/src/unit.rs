//! An enterprise, and the hidden dangers that its record lists.

use crate::danger;
use crate::field;
use crate::record::{Record, shown};
use crate::refusal::Refusal;
use crate::value;
use serde_json::{Map, Value, json};
use tocsin_sdk::{Datum, Signal};

/// Of one enterprise; a longer list goes through the door of dangers.
const DANGERS_MAX: usize = 64;

pub fn signals(record: &mut Record, datum: Datum) -> Result<Vec<Signal>, Refusal> {
    let own = record.identity(field::ID)?;
    let (named, unit_name) = record.unit()?;
    // Both stand in many registers: the credit code is the enterprise's own.
    let id = if named.is_empty() { own } else { Some(named) };
    let id = id.ok_or_else(|| {
        Refusal::malformed(field::ID, "an enterprise without an id; nothing can be linked to it")
    })?;
    let name = match record.text(field::NAME) {
        name if name.is_empty() => unit_name,
        name => name,
    };
    if name.is_empty() {
        return Err(Refusal::malformed(field::NAME, "an enterprise without a name"));
    }
    let position = record.position(datum)?;
    let (region, region_name) = record.region(field::REGION);
    let (village, village_name) = record.region(field::VILLAGE);
    let mut data = Map::new();
    let trade = record.text(field::TRADE);
    let address = record.text(field::ADDRESS);
    for (key, text) in [
        ("trade", &trade),
        ("scale", &record.text(field::SCALE)),
        ("address", &address),
        ("region_name", &region_name),
        ("village_name", &village_name),
    ] {
        if !text.is_empty() {
            data.insert(key.to_owned(), text.as_str().into());
        }
    }
    let contacts = contacts(record);
    if !contacts.is_empty() {
        data.insert("contacts".to_owned(), contacts.into());
    }
    let (hazards, listed) = listed(record);
    if !hazards.is_empty() {
        data.insert("hazards".to_owned(), hazards.into());
    }
    if let Some(closed) =
        record.read_as(field::STATUS, |status| value::text(status).map(|word| is_closed(&word)))
    {
        data.insert("closed".to_owned(), closed.into());
    }
    let at = record.read_as(field::UPDATED, value::time).or_else(|| record.read_as(field::TIME, value::time));
    let region = if village.is_empty() { region } else { village };
    let mut signal = Signal::report("unit.registered")
        .device(&*id)
        .reference(&*id)
        .observed(at)
        .region(&*region)
        .title(name.clone())
        .data(Value::Object(data).to_string());
    signal.position = position;
    let mut signals = vec![signal];
    for written in listed {
        let mut inner = Record::of_object(written);
        let found = danger::found(&mut inner, datum, Some((&id, &name, &trade, &region)));
        inner.name_unread();
        record.defects.append(&mut inner.defects);
        match found {
            Ok(found) => signals.push(found),
            // The enterprise stands without the danger that cannot be read.
            Err(refusal) => record.defects.push(format!("danger: {}", refusal.into_rejection().reason)),
        }
    }
    Ok(signals)
}

/// Persons in charge: listed, or each under a name of its own.
fn contacts(record: &mut Record) -> Vec<Value> {
    let mut contacts = Vec::new();
    if let Some(Value::Array(_) | Value::Object(_)) = record.peek(field::CONTACT) {
        let people = match record.take(field::CONTACT) {
            Some(Value::Array(people)) => people,
            Some(one) => vec![one],
            None => vec![],
        };
        for who in people {
            let part =
                |names: &[&str]| names.iter().find_map(|name| value::text(&who[*name])).unwrap_or_default();
            let (name, phone) = (part(&["name", "姓名"]), part(&["phone", "tel", "mobile", "电话"]));
            let post = part(&["post", "title", "role", "职务", "岗位"]);
            match name.is_empty() && phone.is_empty() {
                true => record.defects.push(format!("contacts: cannot read {}", shown(&who))),
                false => contacts.push(json!({ "post": post, "name": name, "phone": phone })),
            }
        }
    }
    for (post, person, phone) in [
        ("主要负责人", field::HEAD, field::HEAD_PHONE),
        ("安全负责人", field::OFFICER, field::OFFICER_PHONE),
        ("联系人", field::CONTACT, field::PHONE),
    ] {
        let (name, phone) = (record.text(person), value::plain(&record.text(phone)));
        if !name.is_empty() || !phone.is_empty() {
            contacts.push(json!({ "post": post, "name": name, "phone": phone }));
        }
    }
    contacts
}

/// Sources of danger in words, and hidden dangers as records: both are listed under
/// names that people mix up.
fn listed(record: &mut Record) -> (Vec<String>, Vec<Map<String, Value>>) {
    let (mut words, mut records) = (Vec::new(), Vec::new());
    for field in [field::HAZARDS, field::DANGERS] {
        let items = match record.take(field) {
            Some(Value::Array(items)) => items,
            Some(Value::String(text)) => text.split(['、', ';', '\u{ff1b}', '|']).map(Value::from).collect(),
            Some(other) => vec![other],
            None => continue,
        };
        for item in items {
            match item {
                Value::Object(map) if records.len() < DANGERS_MAX => records.push(map),
                Value::Object(_) => {
                    record.defects.push(format!("{}: more than {DANGERS_MAX}", field::shown(field)));
                }
                item => words.extend(value::text(&item)),
            }
        }
    }
    (words, records)
}

fn is_closed(word: &str) -> bool {
    ["注销", "吊销", "关闭", "停业", "歇业", "closed", "cancelled", "dissolved"]
        .iter()
        .any(|closed| word.to_lowercase().contains(closed))
}

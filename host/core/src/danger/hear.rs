//! What departments' plugins say of dangers.

use super::tell::Told;
use super::{Danger, Level, PHOTO_CHARS, PHOTOS_KEPT, REFUSED_RECORDED, Stage, TEXT_CHARS};
use crate::core::Core;
use crate::core::act::{Refusal, cut, refuse};
use crate::core::decide::Step;
use crate::fact::Cause;
use crate::input::Observed;
use crate::outcome::hex;
use crate::registry::Speaker;
use crate::thing::Noun;
use crate::time::Timestamp;
use crate::unit::{as_of, field, short};
use serde_json::Value;
use sha2::{Digest, Sha256};

impl Core {
    pub(crate) fn hear_danger(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        observed: &Observed,
        speaker: &Speaker,
    ) {
        let signal = &observed.signal;
        let department = observed.frame.department.as_str();
        let data: Value = serde_json::from_str(&signal.data).unwrap_or_default();
        if signal.code == "danger.found" {
            return self.hear_found(step, cause, observed, speaker, &data);
        }
        let Some(danger) = self.spoken_of(step, cause, observed, speaker) else { return };
        let said = |name: &str| {
            let text = data[name].as_str().filter(|text| !text.trim().is_empty());
            text.unwrap_or(&signal.title).to_owned()
        };
        let told = Told { at: as_of(observed), by: department.to_owned(), department: department.to_owned() };
        let done = match signal.code.as_str() {
            "danger.rectified" => {
                self.rectify(step, cause, danger.clone(), &told, &said("measure"), photos(&data))
            }
            "danger.rechecked" | "danger.closed" => match data["passed"].as_bool().unwrap_or(true) {
                true => self.pass_recheck(step, cause, danger.clone(), &told, &said("result")),
                false => {
                    let deadline = data["deadline"].as_i64().map(Timestamp);
                    self.fail_recheck(step, cause, danger.clone(), &told, &said("result"), deadline)
                }
            },
            other => refuse("danger.code", &format!("不认识的隐患报告 {other} (no such report of a danger)")),
        };
        if let Err(refusal) = done {
            self.refuse_danger(step, cause, danger, &refusal);
        }
    }

    /// Refused, and to be read in its story.
    pub(super) fn refuse_danger(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        danger: Danger,
        (rule, reason): &Refusal,
    ) {
        if danger.refused < REFUSED_RECORDED {
            let danger = Danger { refused: danger.refused + 1, ..danger };
            self.set(step, cause, "refused", &format!("{reason} [{rule}]"), danger);
        }
    }

    /// The danger that a report refers to. One whose finding has not come yet is
    /// kept by its reference, so that nothing depends on the order of arrival.
    fn spoken_of(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        observed: &Observed,
        speaker: &Speaker,
    ) -> Option<Danger> {
        let (reference, department) = (&observed.signal.reference, observed.frame.department.as_str());
        if reference.is_empty() {
            return None;
        }
        let rows = &self.state.rooms.dangers;
        let own = rows.get(reference).or_else(|| rows.get(self.dangers.told(department, reference)?));
        if let Some(danger) = own.or_else(|| rows.get(self.dangers.any(reference)?)) {
            return Some(danger.clone());
        }
        if !self.may_report(department) {
            return None;
        }
        let danger = Danger {
            title: format!("未见上报的隐患 {reference}"),
            found_at: as_of(observed),
            ..self.new_danger(step, observed, speaker)
        };
        self.set(
            step,
            cause,
            "mentioned",
            "先于上报被提及 (spoken of before it was reported)",
            danger.clone(),
        );
        Some(danger)
    }

    fn new_danger(&self, step: &Step, observed: &Observed, speaker: &Speaker) -> Danger {
        Danger {
            id: self.number(Noun::Danger, step.now),
            reference: observed.signal.reference.clone(),
            department: observed.frame.department.clone(),
            region: speaker.region.clone(),
            reported_at: step.now,
            frame: Some(observed.frame.clone()),
            ..Danger::default()
        }
    }

    pub(super) fn may_report(&self, department: &str) -> bool {
        let reporters = &self.city().dangers.desk.reporters;
        reporters.is_empty() || reporters.iter().any(|known| known == department)
    }

    fn hear_found(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        observed: &Observed,
        speaker: &Speaker,
        data: &Value,
    ) {
        let department = observed.frame.department.as_str();
        if !self.may_report(department) {
            return;
        }
        let reference = &observed.signal.reference;
        let told = (!reference.is_empty()).then(|| self.dangers.told(department, reference)).flatten();
        // A re-check closes what was found before it: what is found later under the same
        // number is another danger. A list without times says nothing of later.
        let is_later = |known: &&Danger| {
            known.closed_at.is_some_and(|closed| observed.signal.observed.is_some_and(|found| found > closed))
        };
        let known = told.and_then(|id| self.state.rooms.dangers.get(id)).filter(|known| !is_later(known));
        let Some(known) = known.cloned() else {
            let danger = self.described(self.new_danger(step, observed, speaker), observed, speaker, data);
            return self.open_danger(step, cause, danger);
        };
        let count = known.count.saturating_add(1);
        let danger = self.described(known.clone(), observed, speaker, data);
        match known.described_at {
            None => self.open_danger(step, cause, danger),
            // The same again, or an older word that comes late.
            Some(at) if danger.described_at < Some(at) || danger.told == known.told => {
                let note = format!("第 {count} 次上报");
                self.set(step, cause, "repeated", &note, Danger { count, ..known });
            }
            Some(_) => {
                let danger = Danger { count, next: danger.next_clock(), ..danger };
                self.set(step, cause, "updated", "上报内容更正", danger);
            }
        }
    }

    /// The danger as the report has it; how far it has come stays.
    fn described(&self, danger: Danger, observed: &Observed, speaker: &Speaker, data: &Value) -> Danger {
        let signal = &observed.signal;
        let unit = field(data, "unit");
        let known = self.unit(&unit).unwrap_or_default();
        let or_known = |said: String, known: String| if said.is_empty() { known } else { said };
        let mut place = self.lies(signal, data, speaker);
        if !place.is_said && !known.region.is_empty() {
            (place.region, place.village) = (known.region, known.village);
        }
        let level = if data["level"] == "major" { Level::Major } else { Level::General };
        let (text, found_at) = (data["text"].as_str().unwrap_or_default(), as_of(observed));
        let described_at = data["as_of"].as_i64().map_or(found_at, |at| Timestamp(at).min(observed.received));
        let days = match level {
            Level::General => self.city().dangers.deadline.general,
            Level::Major => self.city().dangers.deadline.major,
        };
        let by_rule = || found_at.plus_millis(i64::from(days) * 24 * 3_600_000);
        let deadline = data["deadline"].as_i64().map(Timestamp).or(danger.deadline);
        Danger {
            title: if signal.title.is_empty() {
                text.chars().take(60).collect()
            } else {
                short(&signal.title)
            },
            level,
            category: field(data, "category"),
            text: text.chars().take(TEXT_CHARS).collect(),
            unit,
            unit_name: or_known(field(data, "unit_name"), known.name),
            trade: or_known(field(data, "trade"), known.trade),
            address: or_known(field(data, "address"), known.address),
            region: place.region,
            village: place.village,
            village_name: field(data, "village_name"),
            position: place.position.or(known.position),
            photos: photos(data),
            count: danger.count.max(1),
            responsible: match danger.responsible.is_empty() {
                true => self.named_department(data).unwrap_or_default(),
                false => danger.responsible.clone(),
            },
            deadline: Some(deadline.unwrap_or_else(by_rule)),
            found_at,
            described_at: Some(described_at),
            told: told(observed),
            frame: Some(observed.frame.clone()),
            ..danger
        }
    }

    /// The department that a report names as responsible, by id or by name.
    fn named_department(&self, data: &Value) -> Option<String> {
        let said = data["responsible"].as_str()?.trim();
        let named = self.city().departments.iter().find(|known| known.id == said || known.name == said);
        named.map(|known| known.id.clone())
    }

    /// New, or described after it had been spoken of.
    pub(super) fn open_danger(&mut self, step: &mut Step, cause: &Cause, danger: Danger) {
        let danger = Danger { next: danger.next_clock(), ..danger };
        let note = format!("{}隐患 {}", danger.level.name(), danger.unit_name);
        self.set(step, cause, "found", note.trim(), danger.clone());
        if danger.state == Stage::Found {
            self.give_danger(step, cause, danger);
        }
    }
}

/// What a report says, in a few characters: the same again says nothing new.
fn told(observed: &Observed) -> String {
    let signal = &observed.signal;
    let mut sum = Sha256::new();
    for part in [&signal.title, &signal.region, &signal.data] {
        sum.update((part.len() as u64).to_be_bytes());
        sum.update(part.as_bytes());
    }
    hex::encode(&sum.finalize()[..8])
}

pub(super) fn photos(data: &Value) -> Vec<String> {
    let links = data["photos"].as_array().into_iter().flatten().filter_map(Value::as_str);
    // A link that is cut leads nowhere.
    let whole = links.filter(|link| link.chars().count() <= PHOTO_CHARS);
    whole.take(PHOTOS_KEPT).map(cut).collect()
}

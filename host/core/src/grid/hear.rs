//! What opens a case, and what a platform's own system says of one.

use super::{Case, PHOTO_CHARS, PHOTOS_KEPT, REFUSED_RECORDED, Reporter, Stage, TEXT_CHARS};
use crate::core::Core;
use crate::core::act::{Refusal, refuse};
use crate::core::decide::Step;
use crate::fact::Cause;
use crate::incident::Evidence;
use crate::input::Observed;
use crate::registry::Speaker;
use crate::signal::Signal;
use crate::thing::Noun;
use serde_json::Value;

/// A title is one line; the rest is in the text and in the raw frame.
const TITLE_CHARS: usize = 200;
/// Of names and addresses.
const FIELD_CHARS: usize = 200;

impl Core {
    /// A report opens a case, or counts on the one that it told of before.
    pub(crate) fn hear_report(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        observed: &Observed,
        speaker: &Speaker,
    ) {
        let city = self.city().clone();
        let department = &observed.frame.department;
        let own = &city.grid.desk.department;
        if city.grid.platforms.is_empty() || (!own.is_empty() && own != department) {
            return;
        }
        let signal = &observed.signal;
        if !signal.reference.is_empty()
            && let Some(known) = self.cases.told(department, &signal.reference)
            && let Some(case) = self.state.rooms.grid.get(known)
        {
            let case = Case { count: case.count.saturating_add(1), ..case.clone() };
            self.set(step, cause, "repeated", &format!("第 {} 次上报", case.count), case);
            return;
        }
        let key = Evidence::key(department, &speaker.device, &signal.code, &signal.reference);
        let incident = self.holding(&key);
        let category = city.grid.category(&signal.code);
        let data: Value = serde_json::from_str(&signal.data).unwrap_or_default();
        let mut case = Case {
            id: self.number(Noun::Grid, step.now),
            title: short(&signal.title, TITLE_CHARS),
            category: signal.code.clone(),
            category_name: category
                .map_or_else(|| field(&data, "category"), |category| category.name.clone()),
            text: data["text"].as_str().map(|text| short(text, TEXT_CHARS)).unwrap_or_default(),
            address: field(&data, "address"),
            photos: photos(&data),
            reporter: reporter(&data, signal),
            reference: signal.reference.clone(),
            count: 1,
            region: speaker.region.clone(),
            department: department.clone(),
            position: speaker.spot.map(|spot| spot.position()),
            said: Some(Box::new(Observed {
                signal: Signal { data: String::new(), ..signal.clone() },
                ..observed.clone()
            })),
            reported_at: step.now,
            ..Case::default()
        };
        if case.title.is_empty() {
            case.title =
                if case.text.is_empty() { case.category_name.clone() } else { short(&case.text, 60) };
        }
        let note = match &incident {
            Some(id) => format!("上报,关联事件 {id}"),
            None => "上报".to_owned(),
        };
        if let Some(incident) = incident.and_then(|id| self.state.incidents.get(&id)) {
            case.incident.clone_from(&incident.id);
            case.incident_state = incident.state.as_str().to_owned();
        }
        self.await_step(&mut case, step.now);
        self.set(step, cause, "reported", &note, case);
    }

    /// Whether the signal speaks of a case; then it is dealt with here. A
    /// department that the case was not assigned to is told so in its story.
    pub(crate) fn hear_case(&mut self, step: &mut Step, cause: &Cause, observed: &Observed) -> bool {
        let signal = &observed.signal;
        let Some(case) = self.state.rooms.grid.get(&signal.reference).cloned() else { return false };
        let department = &observed.frame.department;
        let city = self.city().clone();
        let owner = city.grid.platform(&case.platform).map(|platform| platform.department.as_str());
        let done = match owner {
            Some(owner) if owner == department => self.platform_says(step, cause, case.clone(), signal),
            _ => {
                let reason = format!(
                    "{department} 不是承办部门,承办:{} ({department} is not in charge, {} is)",
                    if case.platform_name.is_empty() { "未分派" } else { &case.platform_name },
                    owner.unwrap_or("nobody"),
                );
                refuse("grid.progress.foreign", &reason)
            }
        };
        if let Err((rule, reason)) = done
            && case.refused < REFUSED_RECORDED
        {
            let case = Case { refused: case.refused + 1, ..case };
            self.set(step, cause, "refused", &format!("{reason} [{rule}]"), case);
        }
        true
    }

    fn platform_says(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        case: Case,
        signal: &Signal,
    ) -> Result<String, Refusal> {
        let data: Value = serde_json::from_str(&signal.data).unwrap_or_default();
        let said = |name: &str| {
            data[name].as_str().filter(|text| !text.is_empty()).unwrap_or(&signal.title).to_owned()
        };
        match signal.code.rsplit('.').next().unwrap_or_default() {
            "handle" | "handling" | "ack" | "acknowledged" => self.handle(step, cause, case, &said("note")),
            "feedback" | "fed-back" | "done" => self.feed_back(step, cause, case, &said("result")),
            "return" | "returned" | "declined" => {
                let to = data["to"].as_str().unwrap_or_default();
                self.send_back(step, cause, case, &said("reason"), to)
            }
            other => refuse(
                "grid.progress.code",
                &format!("不认识的进展 {other};可用 handle, feedback, return (no such progress)"),
            ),
        }
    }

    /// A case waits for its next step until then.
    pub(super) fn await_step(&self, case: &mut Case, since: crate::time::Timestamp) {
        let category = self.city().grid.category(&case.category);
        let minutes = |minutes: Option<u32>| minutes.map(|minutes| i64::from(minutes) * 60_000);
        let (step, within) = match (case.state, category) {
            (Stage::Closed | Stage::Promoted, _) | (_, None) => ("", None),
            (Stage::Reported, Some(category)) => ("accept", minutes(Some(category.accept))),
            (Stage::Accepted | Stage::Returned, Some(category)) => {
                ("assign", minutes(category.assign.or(Some(category.accept))))
            }
            (Stage::Assigned | Stage::Handling, Some(category)) => ("handle", minutes(Some(category.handle))),
            (Stage::FedBack, Some(category)) => ("evaluate", minutes(category.evaluate)),
        };
        case.step = step.to_owned();
        case.due_at = within.map(|within| since.plus_millis(within));
        // Overtime begins when the last millisecond is over.
        case.next = case.due_at.map(|due| due.plus_millis(1));
    }
}

fn short(text: &str, chars: usize) -> String {
    text.chars().take(chars).collect()
}

fn field(data: &Value, name: &str) -> String {
    data[name].as_str().map(|text| short(text, FIELD_CHARS)).unwrap_or_default()
}

fn photos(data: &Value) -> Vec<String> {
    let links = data["photos"].as_array().into_iter().flatten().filter_map(Value::as_str);
    // A link that is cut leads nowhere.
    let whole = links.filter(|link| link.chars().count() <= PHOTO_CHARS);
    whole.take(PHOTOS_KEPT).map(str::to_owned).collect()
}

fn reporter(data: &Value, signal: &Signal) -> Reporter {
    let who = &data["reporter"];
    let id = field(who, "id");
    Reporter {
        id: if id.is_empty() { signal.device.clone() } else { id },
        name: field(who, "name"),
        phone: field(who, "phone"),
    }
}

//! Each step of a case, in the JSON of the grid's own platform, so that the worker
//! who reported it sees how far it has come; and what that platform says of a case.
//!
//! Sent to the door that the setting `platform` names, below its address under
//! `events`:
//!
//! ```json
//! {"eventId": "GW-20260712-0031", "caseId": "G20260712-0001", "reporter": "grid-002-01",
//!  "step": "assigned", "stepName": "分派", "status": "assigned", "statusName": "已分派",
//!  "platform": "综合执法", "note": "按类别自动分派", "time": "2026-07-12T14:31:02+08:00"}
//! ```

use crate::report::bounded;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tocsin_sdk::field::{Field, Fields, Name, Refusal};
use tocsin_sdk::time::Beijing;
use tocsin_sdk::{Answer, Event, Message, Outcome, Send, Signal, city};

const CHANNEL: &str = "events";
/// Of what a door that goes out was answered.
pub const ANSWERED: &str = "answer/";

const CASE: Name = &["caseId", "case_id", "case", "工单编号"];
const ACTION: Name = &["action", "step", "动作", "处理动作"];
const NOTE: Name = &["note", "说明"];
const RESULT: Name = &["result", "处置结果", "结果"];
const REASON: Name = &["reason", "原因", "退回原因"];
const TO: Name = &["to", "platform", "转派平台"];
const KNOWN: &[Name] = &[CASE, ACTION, NOTE, RESULT, REASON, TO];

/// What is read of a case.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Case {
    reference: String,
    state: String,
    reporter: Reporter,
    platform_name: String,
    result: String,
    incident: String,
    due_at: Option<i64>,
    note: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Reporter {
    id: String,
}

pub fn deliver(event: &Event) -> Answer {
    let Some(platform) = city::setting("platform").filter(|door| !door.is_empty()) else {
        return Ok(Outcome::default());
    };
    let case: Case = event.json()?;
    let step = event.kind.strip_prefix("grid.").unwrap_or(&event.kind);
    let clock = |at: i64| Beijing::of(at).to_string();
    let said = json!({
        "eventId": case.reference, "caseId": event.subject, "reporter": case.reporter.id,
        "step": step, "stepName": name(step), "status": case.state, "statusName": name(&case.state),
        "platform": case.platform_name, "note": case.note, "result": case.result,
        "incident": case.incident, "due": case.due_at.map(clock), "time": clock(event.time),
    });
    let fields = said.as_object().cloned().unwrap_or_default().into_iter();
    let said: Map<String, Value> = fields.filter(|(_, value)| !value.is_null() && value != "").collect();
    let payload = Value::Object(said).to_string().into_bytes();
    Ok(Outcome::default().send(Send { device: platform, channel: CHANNEL.to_owned(), payload }))
}

/// As a grid worker reads it; a word that is not here is shown as it is.
fn name(word: &str) -> &str {
    match word {
        "reported" => "已上报",
        "repeated" => "重复上报",
        "accepted" => "已受理",
        "assigned" => "已分派",
        "handling" | "handled" => "处置中",
        "returned" => "已退回",
        "fed-back" => "已反馈",
        "evaluated" | "closed" => "已办结",
        "promoted" => "已转应急事件",
        "overtime" => "已超时",
        "progressed" => "关联事件有进展",
        "refused" => "越权,未采纳",
        word => word,
    }
}

/// What the platform answered to a step: nothing, unless it refused it.
pub fn answered(message: &Message) -> Answer {
    match message.origin.rsplit_once('#') {
        Some((_, status)) => Ok(Outcome::default()
            .defect(format!("网格平台拒收进展,状态 {status} (the platform refused a step with {status})"))),
        None => Ok(Outcome::default()),
    }
}

/// What the platform says of a case: `None` where the object speaks of none.
pub fn progress(map: &Map<String, Value>) -> Option<Result<Outcome, Refusal>> {
    CASE.iter().any(|name| map.contains_key(*name)).then(|| read(Fields::of(map.clone(), KNOWN)))
}

fn read(mut fields: Fields) -> Result<Outcome, Refusal> {
    let case = fields.need(CASE)?.id()?;
    let action = fields.need(ACTION)?;
    let Some(step) = step(&action) else {
        return Err(
            action.refuse("不是进展,可用 handle、feedback、return", "is none of handle, feedback, return")
        );
    };
    let (note, result, reason, to) =
        (fields.text(NOTE), fields.text(RESULT), fields.text(REASON), fields.text(TO));
    let said =
        [&result, &reason, &note].into_iter().find(|text| !text.is_empty()).cloned().unwrap_or_default();
    let data = fields.data(json!({"note": note, "result": result, "reason": reason, "to": to}));
    let data = bounded(data)?;
    let mut outcome = Outcome::from(Signal::progress(&*case, step).title(said).data(data));
    let reply = json!({"accepted": true, "case": case, "step": step, "defects": fields.defects});
    outcome.defects = fields.defects;
    Ok(outcome.reply(reply.to_string()))
}

fn step(action: &Field) -> Option<&'static str> {
    Some(match action.text()?.to_lowercase().as_str() {
        "handle" | "handling" | "处置" | "受理处置" | "处置中" => "handle",
        "feedback" | "fed-back" | "done" | "反馈" | "办结" => "feedback",
        "return" | "returned" | "退回" => "return",
        _ => return None,
    })
}

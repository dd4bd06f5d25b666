//! 公安: calls to 110, as the police's call desk passes them on.
//!
//! ```json
//! {"id": "110-20260712-0815", "type": "火灾", "text": "东苑小区 3 幢冒烟", "address": "东苑小区 3 幢",
//!  "caller": {"name": "周明", "phone": "138-0000-1001"},
//!  "position": {"lng": 120.2987, "lat": 29.2801}, "time": "2026-07-12 14:30:20"}
//! ```
//!
//! One call, an array, or one a line. A number of the call (`id`) and a `type` or
//! a `text` must be there. The kind of call is looked for in the type's word, in
//! the desk's own type codes (setting `types`), and where neither says it in the
//! words of the text ([`kind`]). A danger is an alarm `call.<kind>`, the rest a
//! report; `reference` is the call's number, so that a call that is passed on
//! again is one matter. Positions are GCJ-02 unless the setting or the call says
//! otherwise. A call that was withdrawn or was a false alarm is its recovery.
//!
//! **Refused**, with the field named: a call without number, or that says nothing.

mod kind;
#[cfg(test)]
mod tests;

use kind::CallKind;
use serde_json::{Map, Value, json};
use tocsin_sdk::field::{self, Field, Fields, Name, Refusal, line};
use tocsin_sdk::{Answer, Certainty, Datum, Decoder, Message, Severity, Signal, city};

const ID: Name = &["id", "callId", "call_id", "number", "caseNo", "case_no", "接警编号", "警情编号", "编号"];
const TYPE: Name = &["type", "category", "kind", "caseType", "case_type", "警情类型", "警情类别", "类型"];
const TEXT: Name = &["text", "content", "description", "desc", "报警内容", "警情内容", "内容"];
const ADDRESS: Name = &["address", "place", "警情地址", "事发地址", "地址", "地点"];
const CALLER: Name = &["caller", "reporter", "报警人"];
const CALLER_NAME: Name = &["callerName", "caller_name", "name", "姓名"];
const CALLER_PHONE: Name = &["callerPhone", "caller_phone", "phone", "tel", "mobile", "报警电话", "电话"];
const TIME: Name = &["time", "at", "callTime", "call_time", "timestamp", "报警时间", "接警时间", "时间"];
const REGION: Name = &["region", "regionCode", "region_code", "township", "乡镇", "区划"];
const LEVEL: Name = &["level", "severity", "警情等级", "等级"];
const STATE: Name = &["state", "status", "警情状态", "状态"];
const KNOWN: &[Name] = &[
    ID,
    TYPE,
    TEXT,
    ADDRESS,
    CALLER,
    CALLER_NAME,
    CALLER_PHONE,
    TIME,
    REGION,
    LEVEL,
    STATE,
    field::POSITION,
];

/// What fits on one line of a desk.
const TITLE_CHARS_MAX: usize = 60;

/// The plugin.
#[derive(Debug)]
pub struct Police;

tocsin_sdk::export!(Police: decoder);

impl Decoder for Police {
    fn decode(message: Message) -> Answer {
        field::each(&message, KNOWN, read)
    }
}

fn read(fields: &mut Fields) -> Result<Vec<Signal>, Refusal> {
    let id = fields.need(ID)?.id()?;
    let written = fields.text(TYPE);
    let (text, address) = (fields.text(TEXT), fields.text(ADDRESS));
    if written.is_empty() && text.is_empty() {
        return Err(fields.missing(TYPE[0]));
    }
    let kind = find(&written, &text, &mut fields.defects);
    let caller = caller(fields);
    let is_over = fields.maybe(STATE, Field::text).is_some_and(|state| kind::is_over(&state));
    let severity = fields.maybe(LEVEL, Field::severity).unwrap_or(Severity::Unknown);
    let (observed, region) = (fields.time(TIME), fields.region(REGION));
    let position = fields.position_or_none(Datum::Gcj02);
    let said = if text.is_empty() { &address } else { &text };
    let title = match line(said, TITLE_CHARS_MAX) {
        said if said.is_empty() => format!("110 {}", kind.title),
        said => format!("110 {}:{said}", kind.title),
    };
    let data = json!({"type": if written.is_empty() { kind.title } else { &written }, "text": text, "address": address, "caller": caller});
    let signal = match (is_over, kind.is_danger) {
        (true, _) => Signal::recovery(kind.code()),
        (false, true) => Signal::alarm(kind.code()),
        (false, false) => Signal::report(kind.code()),
    };
    Ok(vec![
        signal
            .device("110")
            .reference(id)
            .severity(severity)
            .certainty(Certainty::Likely)
            .observed(observed)
            .region(region)
            .at(position)
            .title(title)
            .data(fields.data(data)),
    ])
}

/// The type's word, the desk's code for it, else the words of the text.
fn find(written: &str, text: &str, defects: &mut Vec<String>) -> &'static CallKind {
    let coded = || {
        let table = city::setting("types")?;
        let rows = table.split([';', ';', '\n']).filter_map(|row| row.split_once('='));
        rows.into_iter().find(|(code, _)| code.trim() == written).and_then(|(_, word)| kind::named(word))
    };
    if let Some(kind) = kind::named(written).or_else(coded) {
        return kind;
    }
    let heard = kind::heard(&format!("{written} {text}"));
    if !written.is_empty() {
        let taken = heard.unwrap_or(kind::OTHER).title;
        defects.push(format!("type: unknown {}, taken as {taken}", field::shown(written)));
    }
    heard.unwrap_or(kind::OTHER)
}

fn caller(fields: &mut Fields) -> Value {
    let mut caller = Map::new();
    match fields.take(CALLER).map(|field| field.value) {
        Some(Value::Object(inside)) => caller = inside,
        Some(name) => _ = caller.insert("name".to_owned(), name),
        None => {}
    }
    for (key, names) in [("name", CALLER_NAME), ("phone", CALLER_PHONE)] {
        let said = fields.text(names);
        if !said.is_empty() && !caller.contains_key(key) {
            caller.insert(key.to_owned(), said.into());
        }
    }
    Value::Object(caller)
}

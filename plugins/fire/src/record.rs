//! 消防监督 over HTTP: units, facilities and inspections, as JSON.
//!
//! | Door | One record |
//! |---|---|
//! | `unit` | `{"id", "name", "region", "address", "category", "position", "contacts": [{"post", "name", "phone"}]}` |
//! | `facility` | `{"unit", "id", "name", "category", "device"}` |
//! | `inspection` | `{"id", "unit", "inspector", "time", "passed", "result"}` |
//!
//! The way it came says which it is (`…/inspection`), else `record` in the record,
//! else what stands in it. One object, an array, or one a line. A frame of the
//! standard never begins like JSON. An inspection of a whole day was made by its end,
//! or by when it was told: so it answers for what began on that day.

use serde_json::{Value, json};
use tocsin_sdk::field::{self, Fields, Name, Refusal};
use tocsin_sdk::{Answer, Datum, Message, Signal, Timestamp};

const RECORD: Name = &["record", "type", "kind", "类型"];
const ID: Name = &["id", "code", "编号", "序号"];
const UNIT: Name = &["unit", "unitId", "unit_id", "单位", "单位编号"];
const NAME: Name = &["name", "title", "unitName", "名称", "单位名称", "设施名称"];
const REGION: Name = &["region", "regionCode", "区划", "行政区划"];
const ADDRESS: Name = &["address", "地址"];
const CATEGORY: Name = &["category", "system", "systemType", "分类", "类别", "系统类型"];
const CONTACTS: Name = &["contacts", "contact", "联系人"];
const DEVICE: Name = &["device", "deviceId", "device_id", "设备", "设备编号"];
const INSPECTOR: Name = &["inspector", "by", "officer", "检查人", "检查人员"];
const TIME: Name = &["time", "at", "date", "inspectedAt", "检查时间", "检查日期", "时间"];
const PASSED: Name = &["passed", "qualified", "ok", "是否合格", "合格", "结论"];
const RESULT: Name = &["result", "text", "conclusion", "opinion", "检查结果", "检查情况", "意见"];

const KNOWN: &[Name] = &[
    RECORD,
    ID,
    UNIT,
    NAME,
    REGION,
    ADDRESS,
    CATEGORY,
    CONTACTS,
    DEVICE,
    INSPECTOR,
    TIME,
    PASSED,
    RESULT,
    field::POSITION,
];

/// Whether the bytes are records and no frame.
pub fn is_json(payload: &[u8]) -> bool {
    let text = payload.strip_prefix("\u{feff}".as_bytes()).unwrap_or(payload);
    matches!(text.trim_ascii_start().first(), Some(b'{' | b'['))
}

pub fn decode(message: &Message) -> Answer {
    let way = Kind::of_way(&message.origin).or(Kind::of_way(&message.door));
    field::each(message, KNOWN, |fields| {
        let said = fields.take(RECORD).and_then(|field| field.text());
        let kind = way.or(said.as_deref().and_then(Kind::of_way)).or(Kind::of_shape(fields));
        match kind {
            Some(Kind::Unit) => unit(fields),
            Some(Kind::Facility) => facility(fields),
            Some(Kind::Inspection) => inspection(fields, message.received),
            None => Err(fields.missing(RECORD[0])),
        }
        .map(|signal| vec![signal])
    })
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Unit,
    Facility,
    Inspection,
}

impl Kind {
    /// The last step of a path, or the last part of a door's name.
    fn of_way(way: &str) -> Option<Kind> {
        let last = way.split('?').next().unwrap_or(way).rsplit(['/', '-', '.']).next().unwrap_or(way);
        Some(match last.to_lowercase().as_str() {
            "unit" | "units" | "单位" => Kind::Unit,
            "facility" | "facilities" | "设施" => Kind::Facility,
            "inspection" | "inspections" | "检查" | "监督检查" => Kind::Inspection,
            _ => return None,
        })
    }

    fn of_shape(fields: &Fields) -> Option<Kind> {
        let there = fields.unread();
        let has = |name: Name| there.iter().any(|there| name.contains(&there.as_str()));
        if has(INSPECTOR) || has(PASSED) || has(RESULT) {
            Some(Kind::Inspection)
        } else if has(UNIT) && has(NAME) {
            Some(Kind::Facility)
        } else {
            has(NAME).then_some(Kind::Unit)
        }
    }
}

fn unit(fields: &mut Fields) -> Result<Signal, Refusal> {
    let id = fields.take(UNIT).map_or_else(|| fields.need(ID), Ok)?.id()?;
    let name = fields.text(NAME);
    let (address, category, region) = (fields.text(ADDRESS), fields.text(CATEGORY), fields.region(REGION));
    let contacts = fields.take(CONTACTS).map(|field| contacts(&field.value)).unwrap_or_default();
    let position = fields.position(Datum::Wgs84)?;
    let said =
        json!({"id": id, "name": name, "address": address, "category": category, "contacts": contacts});
    let title = if name.is_empty() { id.clone() } else { name };
    let signal = record("supervision.unit", &id, format!("单位 {title}"), fields.data(said)).region(region);
    Ok(Signal { position, ..signal })
}

fn facility(fields: &mut Fields) -> Result<Signal, Refusal> {
    let unit = fields.need(UNIT)?.id()?;
    let name = fields.text(NAME);
    let device = fields.text(DEVICE);
    let id = match fields.take(ID) {
        Some(field) => field.id()?,
        None if !device.is_empty() => device.clone(),
        None if !name.is_empty() => name.clone(),
        None => return Err(fields.missing(ID[0])),
    };
    let category = fields.text(CATEGORY);
    let said = json!({"unit": unit, "id": id, "name": name, "category": category, "device": device});
    Ok(record("supervision.facility", &unit, format!("设施 {name}"), fields.data(said)).reference(id))
}

fn inspection(fields: &mut Fields, received: Timestamp) -> Result<Signal, Refusal> {
    let unit = fields.need(UNIT)?.id()?;
    let inspector = fields.text(INSPECTOR);
    let at = fields.day_or_time(TIME);
    let at = at.map(|at| if at.is_day { at.end().min(received) } else { at.at });
    let passed = fields.maybe(PASSED, |field| field.flag().or_else(|| verdict(&field.text()?)));
    let result = fields.text(RESULT);
    if result.is_empty() && passed.is_none() {
        return Err(fields.missing(RESULT[0]));
    }
    // What is found wrong in words alone does not count as passed.
    let passed = passed.or_else(|| verdict(&result)).unwrap_or(true);
    let reference = fields.text(ID);
    let said = json!({"unit": unit, "inspector": inspector, "passed": passed, "result": result});
    let title = format!("监督检查 {} {result}", if passed { "合格" } else { "不合格" });
    Ok(record("supervision.inspection", &unit, title, fields.data(said)).reference(reference).observed(at))
}

fn record(code: &str, unit: &str, title: String, data: String) -> Signal {
    let title = field::line(&title, 200);
    Signal::report(code).device(format!("unit/{}", field::path_step(unit))).title(title).data(data)
}

/// 合格, 通过 and their opposites.
fn verdict(text: &str) -> Option<bool> {
    let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
    if has(&["不合格", "未通过", "不通过", "未整改", "不符合", "failed"]) {
        Some(false)
    } else if has(&["合格", "通过", "已整改", "符合", "恢复", "passed"]) {
        Some(true)
    } else {
        None
    }
}

/// `[{post, name, phone}]`, one of them, or a bare text.
fn contacts(value: &Value) -> Vec<Value> {
    let contact = |value: &Value| match value {
        Value::String(name) => json!({"name": name}),
        Value::Object(map) => {
            let mut fields = Fields::new(map.clone());
            json!({
                "post": fields.text(&["post", "role", "职务", "岗位"]),
                "name": fields.text(&["name", "姓名"]),
                "phone": fields.text(&["phone", "mobile", "tel", "电话", "手机"]),
            })
        }
        _ => Value::Null,
    };
    match value {
        Value::Array(list) => list.iter().map(contact).filter(|value| !value.is_null()).collect(),
        one => vec![contact(one)],
    }
}

//! One content, `DataTime=…;code-Rtd=…,code-Flag=N;…`, by factor.

use serde_json::{Map, Value};
use tocsin_sdk::field::shown;
use tocsin_sdk::{Timestamp, time};

/// A logger's clock that is ahead by more is wrong.
const AHEAD_MS: i64 = 86_400_000;

/// One factor of a report, with all that it says.
pub struct Group {
    pub code: String,
    fields: Vec<(String, String)>,
}

/// The time, named `clock`, and the fields by factor in their order.
pub fn read(
    content: &str,
    clock: &str,
    received: Timestamp,
    defects: &mut Vec<String>,
) -> (Option<Timestamp>, Vec<Group>) {
    let (mut at, mut groups): (Option<Timestamp>, Vec<Group>) = (None, Vec::new());
    for field in content.split([';', ',']).map(str::trim).filter(|field| !field.is_empty()) {
        let Some((key, value)) = field.split_once('=') else {
            defects.push(format!("{} 不是 名=值 (no name and value)", shown(field)));
            continue;
        };
        let (key, value) = (key.trim(), value.trim());
        match key.rsplit_once('-') {
            Some((code, name)) => match groups.iter_mut().find(|group| group.code == code) {
                Some(group) => group.fields.push((name.to_owned(), value.to_owned())),
                None => groups
                    .push(Group { code: code.to_owned(), fields: vec![(name.to_owned(), value.to_owned())] }),
            },
            None if key == clock => match moment(value, received) {
                Ok(moment) => at = Some(moment),
                Err(why) => defects.push(format!("{key}={} {why}", shown(value))),
            },
            // AlarmType, polId and what vendors add.
            None => {}
        }
    }
    (at, groups)
}

/// `YYYYMMDDhhmmss`, with milliseconds behind it or none. Other numbers are cut times,
/// not seconds since 1970. A time that cannot be is none: remembered, it would make
/// all that follow old.
fn moment(text: &str, received: Timestamp) -> Result<Timestamp, &'static str> {
    let is_civil = matches!(text.len(), 14 | 17) && text.bytes().all(|byte| byte.is_ascii_digit());
    let civil = text.get(..14).filter(|_| is_civil);
    let at = civil.and_then(time::read).ok_or("不是时间 (no time)")?;
    match at <= received.saturating_add(AHEAD_MS) {
        true => Ok(at),
        false => Err("晚于收到时间一天以上 (more than a day ahead)"),
    }
}

impl Group {
    pub fn find(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    pub fn data(&self, system: &str, meaning: &str) -> String {
        let mut data: Map<String, Value> =
            self.fields.iter().map(|(key, value)| (key.to_lowercase(), value.as_str().into())).collect();
        data.insert("factor".into(), self.code.as_str().into());
        data.insert("system".into(), system.into());
        data.insert("meaning".into(), meaning.into());
        Value::Object(data).to_string()
    }
}

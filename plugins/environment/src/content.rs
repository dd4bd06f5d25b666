//! One content, `DataTime=…;code-Rtd=…,code-Flag=N;…`, by factor.

use tocsin_sdk::field::shown;
use tocsin_sdk::json::escape;
use tocsin_sdk::text::push;
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

    /// All that it says, by names in lower case; the last of a name counts.
    pub fn data(&self, system: &str, meaning: &str) -> String {
        let said = [("factor", self.code.as_str()), ("system", system), ("meaning", meaning)];
        let is_said = |name: &str| said.iter().any(|(known, _)| name.eq_ignore_ascii_case(known));
        let mut data = String::with_capacity(160);
        said.iter().for_each(|(name, value)| put(&mut data, name, value));
        for (place, (name, value)) in self.fields.iter().enumerate() {
            let again = |(later, _): &(String, String)| later.eq_ignore_ascii_case(name);
            if !is_said(name) && !self.fields[place + 1..].iter().any(again) {
                put(&mut data, &name.to_ascii_lowercase(), value);
            }
        }
        data.push('}');
        data
    }
}

/// One more field of a JSON object; its name is of a logger as well.
fn put(data: &mut String, name: &str, value: &str) {
    push(data, if data.is_empty() { "{\"" } else { ",\"" });
    escape(data, name);
    push(data, "\":\"");
    escape(data, value);
    push(data, "\"");
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn data_is_json_whatever_a_logger_says() {
        let fields = [("Rtd", "1"), ("rtd", "2"), ("F\"lag", "N\\\u{1}"), ("System", "x"), ("Müh", "值")];
        let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let group = Group { code: "w01\"018".to_owned(), fields };
        let data: Value = serde_json::from_str(&group.data("32", "正常")).expect("JSON");
        let expect = json!({
            "factor": "w01\"018", "system": "32", "meaning": "正常", "rtd": "2", "f\"lag": "N\\\u{1}", "müh": "值",
        });
        assert_eq!(data, expect);
    }
}

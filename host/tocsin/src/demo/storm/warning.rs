//! A weather bureau's messages in the national form.

use jiff::tz::TimeZone;

/// One message of tonight's chain. `after`: the number of the message it follows.
pub fn message(county: &str, colour: &str, kind: &str, after: Option<&str>, regions: &[&str]) -> String {
    let now = jiff::Timestamp::now().to_zoned(TimeZone::fixed(jiff::tz::offset(8)));
    let sent = now.strftime("%Y-%m-%d %H:%M:%S+08:00").to_string();
    let day = now.strftime("%Y%m%d").to_string();
    let agency = format!("{county}41600000");
    let id = |number: u32| format!("{agency}_{day}02{number:02}00_{}", number % 10);
    let number = after.map_or(0, |after| after.parse::<u32>().unwrap_or(0) + 1);
    let references = after.map(|_| id(number.saturating_sub(1))).unwrap_or_default();
    let (name, level) = (colour_name(colour), level(colour));
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<alert>\n<identifier>{id}</identifier>\n\
         <sender>青山市气象局</sender><senderCode>{agency}</senderCode>\n<sendTime>{sent}</sendTime>\n\
         <status>Actual</status><msgType>{kind}</msgType><scope>Public</scope>\n<references>{references}</references>\n\
         <info>\n<language>zh-CN</language><eventType>11B03</eventType>\n\
         <urgency>Unknown</urgency><severity>{colour}</severity><certainty>Unknown</certainty>\n\
         <effective>{sent}</effective><onset/><expires/>\n<senderName>值班员</senderName>\n\
         <headline>青山市气象局发布暴雨{name}预警[{level}]</headline>\n\
         <description>未来三小时雨势仍强。</description><instruction/>\n\
         <area><areaDesc>{areas}</areaDesc><polygon/><circle/><geocode>{areas}</geocode></area>\n</info>\n</alert>\n",
        id = id(number),
        areas = regions.join(",")
    )
}

fn colour_name(colour: &str) -> &'static str {
    match colour {
        "Red" => "红色",
        "Orange" => "橙色",
        "Yellow" => "黄色",
        _ => "蓝色",
    }
}

fn level(colour: &str) -> &'static str {
    match colour {
        "Red" => "I级/特别严重",
        "Orange" => "II级/严重",
        "Yellow" => "III级/较重",
        _ => "IV级/一般",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_follows_the_one_before() {
        let first = message("330791", "Yellow", "Alert", None, &["330791105000"]);
        let second = message("330791", "Red", "Update", Some("0"), &["330791105000", "330791001000"]);
        let between = |text: &str, tag: &str| {
            let (_, behind) = text.split_once(&format!("<{tag}>")).expect(tag);
            behind.split_once('<').expect(tag).0.to_owned()
        };
        assert_eq!(between(&second, "references"), between(&first, "identifier"));
        assert_eq!(between(&first, "identifier").len(), 31);
        assert_eq!(between(&second, "geocode"), "330791105000,330791001000");
    }
}

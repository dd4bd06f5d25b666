//! What a command says, content by content.

use crate::content::{self, Group};
use crate::factor::{self, Factor};
use crate::limit::{Crossing, Limit};
use crate::segment::Segment;
use serde_json::{Map, Value};
use tocsin_sdk::field::{path_step, shown};
use tocsin_sdk::text::{own, push_all, push_number};
use tocsin_sdk::{Certainty, Outcome, Registration, Rejection, Severity, Signal, Timestamp, city, memory};

/// A sum over the time that the report covers, where the others are means.
const SUM: &str = "Cou";

/// Which value of a factor is the reading, and how long it covers.
#[derive(Clone, Copy)]
struct Series {
    value: &'static [&'static str],
    suffix: &'static str,
    /// Held against limits.
    counts: bool,
}

pub fn tell(segment: &Segment, contents: &[String], received: Timestamp) -> Result<Outcome, Rejection> {
    let series = match segment.cn {
        2011 => Series { value: &["Rtd"], suffix: "", counts: true },
        2051 => Series { value: &["Avg", "Rtd", SUM], suffix: ".minute", counts: false },
        2061 => Series { value: &["Avg", "Rtd", SUM], suffix: ".hour", counts: false },
        2031 => Series { value: &["Avg", "Rtd", "Data", SUM], suffix: ".day", counts: false },
        2071 | 2072 => return Ok(alarm(segment, contents, received)),
        _ => return Ok(status(segment, contents, received)),
    };
    let station = Station::of(segment);
    let mut outcome = Outcome::default();
    for content in contents {
        let (at, groups) = content::read(content, "DataTime", received, &mut outcome.defects);
        for group in groups {
            station.tell(&group, series, at, received, &mut outcome);
        }
    }
    match outcome.signals.is_empty() && !outcome.defects.is_empty() {
        true => Err(Rejection::malformed(outcome.defects.join(";"))),
        false => Ok(outcome),
    }
}

/// The logger and what the city knows of it.
struct Station {
    device: String,
    name: String,
    known: Option<Registration>,
    st: String,
}

impl Station {
    fn of(segment: &Segment) -> Station {
        let device = path_step(&segment.mn);
        let known = city::device(&device);
        let title = known.as_ref().map(|known| known.title.as_str()).filter(|title| !title.is_empty());
        Station { name: title.unwrap_or(&device).to_owned(), device, known, st: segment.st.clone() }
    }

    fn tell(
        &self,
        group: &Group,
        series: Series,
        at: Option<Timestamp>,
        received: Timestamp,
        outcome: &mut Outcome,
    ) {
        let factor = factor::find(&group.code);
        let name = factor.map_or(&*group.code, |factor| factor.name);
        let unit = factor.map_or("", |factor| factor.unit);
        let letter = group.find("Flag").unwrap_or("N");
        let (meaning, measures) = factor::flag(letter).unwrap_or_else(|| {
            outcome.defects.push(format!(
                "{}-Flag={} 不是数据标记 (no such flag)",
                group.code,
                shown(letter)
            ));
            ("未知标记", true)
        });
        let Some((field, text)) = series.value.iter().find_map(|field| Some((*field, group.find(field)?)))
        else {
            outcome.defects.push(format!("{} 没有 {} (no value)", group.code, series.value.join("、")));
            return;
        };
        let value = text.parse::<f64>().ok().filter(|value| value.is_finite());
        let Some(value) = value else {
            outcome.defects.push(format!("{}-{field}={} 不是数 (no number)", group.code, shown(text)));
            self.unwell(group, letter, meaning, at, name, outcome);
            return;
        };
        let (total, said, unit) = match field {
            SUM => (".total", "累计", factor::sum_unit(&group.code)),
            _ => ("", "", unit),
        };
        let mut code = own("pollutant.");
        push_all(&mut code, [&group.code.to_lowercase(), series.suffix, total]);
        let data = group.data(&self.st, meaning);
        let dressed = |signal: Signal| signal.device(self.part(&group.code)).observed(at).data(&*data);
        if measures {
            let mut title = String::with_capacity(64);
            push_all(&mut title, [&self.name, " ", name, said, " "]);
            push_number(&mut title, value);
            push_all(&mut title, [" ", unit]);
            outcome.signals.push(dressed(Signal::reading(code, value, unit).title(title.trim_end())));
        } else {
            let title = format!("{} {name} {meaning}", self.name);
            outcome.signals.push(dressed(Signal::status(code).title(title)));
        }
        if !series.counts {
            return;
        }
        self.unwell(group, letter, meaning, at, name, outcome);
        if measures && let Some(limit) = Limit::of(&group.code, self.known.as_ref()) {
            let crossing = limit.cross(&group.code, value, at, received);
            outcome.signals.extend(crossing.map(|crossing| {
                let line = format!("{} {name} {value} {unit},限值 {}", self.name, limit.shown());
                dressed(over(crossing, value, unit, line))
            }));
        }
    }

    /// An instrument that fails is a fault once, and its recovery once.
    fn unwell(
        &self,
        group: &Group,
        letter: &str,
        meaning: &str,
        at: Option<Timestamp>,
        name: &str,
        outcome: &mut Outcome,
    ) {
        let key = format!("flag/{}", group.code);
        let (was, is) = (memory::load::<String>(&key), matches!(letter, "D" | "B" | "P" | "T"));
        let signal = match (was.is_some(), is) {
            (false, true) => Signal::fault("pollutant.instrument").severity(Severity::Minor),
            (true, false) => Signal::recovery("pollutant.instrument"),
            _ => return,
        };
        match is {
            true => memory::save(&key, &letter),
            false => memory::forget(&key),
        }
        let title = format!("{} {name} 仪表{meaning}", self.name);
        outcome.signals.push(signal.device(self.part(&group.code)).observed(at).title(title));
    }

    fn part(&self, code: &str) -> String {
        let mut path = own(&self.device);
        push_all(&mut path, ["/", &path_step(code)]);
        path
    }
}

fn over(crossing: Crossing, value: f64, unit: &str, line: String) -> Signal {
    let signal = match crossing {
        Crossing::Over => Signal::alarm("pollutant.over")
            .severity(Severity::Moderate)
            .certainty(Certainty::Observed)
            .title(format!("超标:{line}")),
        Crossing::Back => Signal::recovery("pollutant.over").title(format!("恢复达标:{line}")),
    };
    signal.value(value, unit)
}

/// `AlarmTime=…;code-Ala=…;AlarmType=1`: 0 is its end.
fn alarm(segment: &Segment, contents: &[String], received: Timestamp) -> Outcome {
    let station = Station::of(segment);
    let mut outcome = Outcome::default();
    for content in contents {
        let (at, groups) = content::read(content, "AlarmTime", received, &mut outcome.defects);
        let is_over = content.split([';', ',']).any(|field| field.trim() == "AlarmType=0");
        for group in groups {
            let factor: Option<&Factor> = factor::find(&group.code);
            let (name, unit) = factor.map_or((&*group.code, ""), |factor| (factor.name, factor.unit));
            let value = ["Ala", "Rtd", "Avg"].iter().find_map(|field| group.find(field)?.parse::<f64>().ok());
            let value = value.filter(|value| value.is_finite());
            let said = value.map(|value| format!(" {value} {unit}")).unwrap_or_default();
            let crossing = if is_over { Crossing::Back } else { Crossing::Over };
            let mut signal =
                over(crossing, value.unwrap_or_default(), unit, format!("{} {name}{said}", station.name));
            if value.is_none() {
                signal.value = None;
                signal.unit.clear();
                outcome.defects.push(format!("{} 的报警没有数值 (an alarm without a value)", group.code));
            }
            outcome.signals.push(
                signal.device(station.part(&group.code)).observed(at).data(group.data(&station.st, "报警")),
            );
        }
    }
    if outcome.signals.is_empty() {
        let line = format!("{} 报警,未说明污染物", station.name);
        let signal = over(Crossing::Over, 0.0, "", line).device(station.device);
        outcome.signals.push(Signal { value: None, ..signal });
    }
    outcome
}

/// What is neither data nor alarm: kept as it was said.
fn status(segment: &Segment, contents: &[String], received: Timestamp) -> Outcome {
    let station = Station::of(segment);
    let mut defects = Vec::new();
    let said: Map<String, Value> = contents
        .iter()
        .flat_map(|content| content.split([';', ',']))
        .filter_map(|field| field.split_once('='))
        .map(|(key, value)| (key.trim().to_owned(), value.trim().into()))
        .collect();
    let times = contents.iter().map(|content| content::read(content, "DataTime", received, &mut defects).0);
    let at = times.fold(None, Option::or);
    let title = format!("{} 上报 {}", station.name, segment.cn);
    let signal =
        Signal::status(format!("station.{}", segment.cn)).device(station.device).observed(at).title(title);
    Outcome { defects, ..signal.data(Value::Object(said).to_string()).into() }
}

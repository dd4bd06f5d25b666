//! One warning message, as a signal brought it and the city reads it.

use super::{AWAITED_KEPT, FLAGS_KEPT, Place};
use crate::city::warning::Warnings;
use crate::input::Observed;
use crate::signal::{Certainty, Severity, Urgency};
use crate::time::Timestamp;
use serde::Deserialize;

/// A clock that runs ahead by more is wrong, and would outrank all that follows.
const AHEAD_MS: i64 = 3_600_000;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    #[default]
    Alert,
    Update,
    Cancel,
}

impl Kind {
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Alert => "alert",
            Kind::Update => "update",
            Kind::Cancel => "cancel",
        }
    }

    pub fn parse(word: &str) -> Option<Kind> {
        [Kind::Alert, Kind::Update, Kind::Cancel].into_iter().find(|kind| kind.as_str() == word)
    }
}

#[derive(Clone, Debug, Default)]
pub(super) struct Notice {
    pub id: String,
    pub department: String,
    pub kind: Kind,
    pub class: String,
    pub references: Vec<String>,
    pub sender: String,
    pub sender_name: String,
    pub title: String,
    pub event_code: String,
    pub event: String,
    pub severity: Severity,
    pub colour: String,
    pub level: String,
    pub urgency: Urgency,
    pub certainty: Certainty,
    pub sent: Timestamp,
    pub effective: Option<Timestamp>,
    pub onset: Option<Timestamp>,
    pub expires: Option<Timestamp>,
    pub headline: String,
    pub description: String,
    pub instruction: String,
    pub places: Vec<Place>,
    pub polygons: Vec<Vec<[f64; 2]>>,
    pub circles: Vec<[f64; 3]>,
    pub flags: Vec<String>,
    /// Regions of the city that are meant.
    pub areas: Vec<String>,
}

/// The signal's `data`, by schema `warning`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Data {
    sender: String,
    sender_name: String,
    msg_type: String,
    status: String,
    references: Vec<String>,
    event: String,
    colour: String,
    level: String,
    areas: Vec<Place>,
    polygons: Vec<Vec<[f64; 2]>>,
    circles: Vec<[f64; 3]>,
    effective: String,
    onset: String,
    expires: String,
    headline: String,
    description: String,
    instruction: String,
    flags: Vec<String>,
}

impl Notice {
    /// Cannot fail: what the data do not say, the signal's own fields do.
    pub fn of(observed: &Observed, known: &Warnings) -> Notice {
        let signal = &observed.signal;
        let read: Result<Data, _> = match signal.data.as_str() {
            "" => Ok(Data::default()),
            text => serde_json::from_str(text),
        };
        let unreadable = read.is_err();
        let data = read.unwrap_or_default();
        let ahead = signal.observed.is_some_and(|at| at.since(observed.received) > AHEAD_MS);
        let mut notice = Notice {
            id: match signal.reference.as_str() {
                "" => observed.frame.to_string(),
                id => id.to_owned(),
            },
            department: observed.frame.department.clone(),
            kind: Kind::parse(&data.msg_type).unwrap_or_default(),
            class: if data.status.is_empty() { "actual".to_owned() } else { data.status },
            references: data.references.into_iter().filter(|id| !id.is_empty()).take(AWAITED_KEPT).collect(),
            sender: if data.sender.is_empty() { signal.device.clone() } else { data.sender },
            sender_name: data.sender_name,
            title: signal.title.clone(),
            event_code: signal.code.clone(),
            event: data.event,
            severity: signal.severity,
            colour: data.colour,
            level: data.level,
            urgency: signal.urgency,
            certainty: signal.certainty,
            sent: signal.observed.filter(|_| !ahead).unwrap_or(observed.received),
            effective: time(&data.effective),
            onset: time(&data.onset),
            expires: time(&data.expires),
            headline: data.headline,
            description: data.description,
            instruction: data.instruction,
            places: data.areas,
            polygons: data.polygons,
            circles: data.circles,
            flags: data.flags.into_iter().filter(|flag| is_word(flag)).take(FLAGS_KEPT / 2).collect(),
            areas: Vec::new(),
        };
        if notice.places.is_empty() && notice.polygons.is_empty() && !signal.region.is_empty() {
            notice.places.push(Place { code: signal.region.clone(), name: String::new() });
        }
        for (odd, flag) in [(unreadable, "data-unreadable"), (ahead, "sent-in-future")] {
            if odd {
                notice.flags.push(flag.to_owned());
            }
        }
        notice.name_event(known);
        notice
    }

    pub fn has_flag(&self, flag: &str) -> bool {
        self.flags.iter().any(|known| known == flag)
    }

    /// The city's table counts before the plugin's.
    fn name_event(&mut self, known: &Warnings) {
        if self.event_code == "unknown" {
            self.event_code = String::new();
        }
        let Some(event) = known.event(&self.event_code) else { return };
        self.event = event.name.clone();
        self.flags.retain(|flag| flag != "code-unknown");
        let title = if self.headline.is_empty() { &self.title } else { &self.headline };
        let names = known.names_in(title);
        // 雷雨大风 is not 大风: a name inside a longer one does not count.
        let counts = |(code, name): &&(&str, &str)| {
            !names
                .iter()
                .any(|(other, longer)| other != code && longer.len() > name.len() && longer.contains(*name))
        };
        let own = names.iter().filter(counts).any(|(code, _)| *code == event.code);
        let other = names.iter().filter(counts).any(|(code, _)| *code != event.code);
        if own {
            self.flags.retain(|flag| flag != "code-title-disagree");
        } else if other && !self.has_flag("code-title-disagree") {
            self.flags.push("code-title-disagree".to_owned());
        }
    }
}

fn time(text: &str) -> Option<Timestamp> {
    let at: jiff::Timestamp = text.parse().ok()?;
    Some(Timestamp(at.as_millisecond()))
}

fn is_word(flag: &str) -> bool {
    (1..=40).contains(&flag.len()) && flag.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')
}

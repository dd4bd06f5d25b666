//! One warning message, whichever format it came in, and the signal it becomes.

mod data;

use crate::area::{Areas, front, short};
use crate::hazard::Hazards;
use crate::level::{Level, Said};
use crate::word::{self, MsgType};
use std::borrow::Cow;
use tocsin_sdk::time::Beijing;
use tocsin_sdk::{Certainty, Outcome, Rejection, Severity, Signal, Timestamp, Urgency, time};

const LINE_CHARS_MAX: usize = 160;
/// An identifier of any of the formats; the longest seen has 120.
const ID_CHARS_MAX: usize = 200;
/// What a header without content is told under.
const EMPTY: &str = "warning.empty";

/// A message as its format says it, before anything is compared.
#[derive(Debug, Default)]
pub struct Notice {
    pub format: &'static str,
    pub id: Option<String>,
    /// Code or address of who issues; `sender_name` as people know them.
    pub sender: String,
    pub sender_name: String,
    pub sent: Option<Timestamp>,
    pub status: Option<String>,
    pub msg_type: Option<String>,
    pub references: Vec<String>,
    /// Code of GB/T 35561, and what the message calls it.
    pub event_code: Option<String>,
    pub event: String,
    /// What the field says, and what was read from it.
    pub severity_text: String,
    pub severity: Option<Level>,
    /// Said beside the severity: CAP's parameter.
    pub colour: Option<Level>,
    pub urgency: Option<Urgency>,
    pub certainty: Option<Certainty>,
    pub areas: Areas,
    /// It says nothing but its header, as CAP lets it.
    pub is_bare: bool,
    /// It does not say where, as CAP lets it.
    pub is_placeless: bool,
    pub effective: Option<Timestamp>,
    pub onset: Option<Timestamp>,
    pub expires: Option<Timestamp>,
    pub headline: String,
    pub description: String,
    pub instruction: String,
    pub flags: Vec<&'static str>,
    pub defects: Vec<String>,
}

/// What a message amounts to, once its parts are compared.
#[derive(Debug)]
struct Sum {
    msg_type: MsgType,
    status: &'static str,
    code: String,
    event: String,
    level: Option<Level>,
    words: String,
}

impl Notice {
    pub fn flag(&mut self, flag: &'static str) {
        if !self.flags.contains(&flag) {
            self.flags.push(flag);
        }
    }

    pub fn defect(&mut self, what: impl Into<String>) {
        self.defects.push(what.into());
    }

    /// A defect that several parts may have.
    pub fn once(&mut self, what: String) {
        if !self.defects.contains(&what) {
            self.defects.push(what);
        }
    }

    /// A time of a field, or a defect that names it.
    pub fn time(&mut self, name: &'static str, text: Option<&str>) -> Option<Timestamp> {
        let text = text?;
        let at = moment(text);
        if at.is_none() {
            self.defect(format!("{name} {} is no time", short(text)));
        }
        at
    }

    /// Compares what the message says in several places, the higher level
    /// counting, and refuses what cannot be a warning.
    pub fn outcome(mut self, hazards: &Hazards) -> Result<Outcome, Rejection> {
        let msg_type = self.msg_type();
        if msg_type == MsgType::Other {
            let word = self.msg_type.unwrap_or_default();
            return Err(Rejection::unsupported(format!(
                "msgType {word}: only Alert, Update and Cancel speak of dangers"
            )));
        }
        let status = self.status();
        self.identity(msg_type)?;
        if self.is_bare && msg_type != MsgType::Cancel {
            return Ok(self.empty(msg_type, status));
        }
        let (code, event) = self.event(msg_type, hazards)?;
        let (level, words) = self.level();
        let defects = std::mem::take(&mut self.areas.defects);
        self.defects.extend(defects);
        if self.areas.is_empty() {
            if msg_type != MsgType::Cancel && !self.is_placeless {
                let why = if self.defects.is_empty() {
                    String::new()
                } else {
                    format!(": {}", self.defects.join("; "))
                };
                return Err(Rejection::malformed(format!(
                    "area: no geocode, areaDesc, polygon or circle that can be read{why}"
                )));
            }
            self.flag("areas-missing");
            if msg_type != MsgType::Cancel {
                self.defect("area is missing; the message does not say where");
            }
        }
        let sum = Sum { msg_type, status, code, event, level, words };
        Ok(self.signal(&sum))
    }

    /// A cancellation that is not told as one must not leave a warning standing.
    fn msg_type(&mut self) -> MsgType {
        let title_ends = word::says(&self.headline, &["解除", "取消", "撤销"]);
        let text = self.msg_type.clone().unwrap_or_default();
        match word::msg_type(&text) {
            Some((MsgType::Alert | MsgType::Update, exact)) if title_ends && !exact => {
                self.flag("msg-type-misspelt");
                MsgType::Cancel
            }
            Some((kind, exact)) => {
                if !exact {
                    self.flag("msg-type-misspelt");
                    self.defect(format!("msgType {} was read as {}", short(&text), kind.as_str()));
                }
                if title_ends && matches!(kind, MsgType::Alert | MsgType::Update) {
                    self.flag("msg-type-title-disagree");
                }
                kind
            }
            None => {
                let kind = match () {
                    () if title_ends => MsgType::Cancel,
                    () if self.references.is_empty() => MsgType::Alert,
                    () => MsgType::Update,
                };
                self.flag("msg-type-unreadable");
                self.defect(format!("msgType {} was taken for {}", short(&text), kind.as_str()));
                kind
            }
        }
    }

    /// What is not clearly a drill is real.
    fn status(&mut self) -> &'static str {
        let text = self.status.clone().unwrap_or_default();
        let status = match word::status(&text) {
            Some((status, _)) => status,
            None if text.is_empty() => "actual",
            None => {
                self.flag("status-unreadable");
                self.defect(format!("status {} was taken for actual", short(&text)));
                "actual"
            }
        };
        if status == "actual" && word::says(&self.headline, &["演练", "演习", "测试"]) {
            self.flag("status-title-disagree");
        }
        status
    }

    fn identity(&mut self, msg_type: MsgType) -> Result<(), Rejection> {
        let refused = |what: &str| {
            let about = match msg_type {
                MsgType::Cancel => "; it is a cancellation",
                _ => "",
            };
            Err(Rejection::malformed(format!("identifier is {what}{about}")))
        };
        match self.id.as_deref() {
            Some(id) if id.chars().count() > ID_CHARS_MAX => {
                return refused(&format!("longer than {ID_CHARS_MAX} characters"));
            }
            Some(_) => {}
            // Nameless, but it says what is over.
            None if msg_type == MsgType::Cancel && !self.references.is_empty() => {
                let at = self.sent.map(|at| Beijing::of(at).to_string()).unwrap_or_default();
                self.id = Some(format!("{}_cancel_{}_{at}", self.sender, self.references[0]));
                self.flag("identifier-missing");
                self.defect("identifier is missing or empty");
            }
            None => return refused("missing or empty"),
        }
        if self.sent.is_none() {
            self.flag("sent-missing");
            self.defect("the time of sending is missing; the time of receipt counts");
        }
        Ok(())
    }

    /// Code and name. A title that speaks of another danger is flagged.
    fn event(&mut self, msg_type: MsgType, hazards: &Hazards) -> Result<(String, String), Rejection> {
        let titled: Vec<&str> = hazards.named(&self.headline);
        let code = match self.event_code.take() {
            Some(code) => code,
            None => {
                let named = hazards.named(&self.event);
                let code = named.iter().chain(&titled).find(|code| !code.is_empty());
                match code {
                    Some(code) => {
                        if named.iter().all(|named| named.is_empty()) {
                            self.flag("code-from-title");
                        }
                        (*code).to_owned()
                    }
                    None if msg_type == MsgType::Cancel && !self.references.is_empty() => String::new(),
                    None if self.event.is_empty() && self.headline.is_empty() && !self.is_cap() => {
                        return Err(Rejection::malformed(
                            "eventType is missing or empty, and no headline says what is coming",
                        ));
                    }
                    None => String::new(),
                }
            }
        };
        let Some(name) = hazards.name(&code) else {
            self.flag("code-unknown");
            return Ok((code, std::mem::take(&mut self.event)));
        };
        if !titled.is_empty() && !titled.contains(&code.as_str()) {
            self.flag("code-title-disagree");
        }
        Ok((code, name.to_owned()))
    }

    /// The highest level that the message says anywhere, and its words.
    fn level(&mut self) -> (Option<Level>, String) {
        let said = Said::by(&self.headline);
        if self.severity.is_none()
            && !self.severity_text.is_empty()
            && !self.severity_text.eq_ignore_ascii_case("unknown")
        {
            self.flag("severity-unreadable");
            self.defect(format!("severity {} is no level", short(&self.severity_text)));
        }
        match (self.severity, self.colour) {
            (Some(severity), Some(colour)) if severity != colour => self.flag("severity-colour-disagree"),
            _ => {}
        }
        let field = self.severity.max(self.colour);
        match field {
            Some(field) if said.denies(field) => self.flag("severity-title-disagree"),
            None if said.highest().is_some() => self.flag("severity-from-title"),
            None => self.flag("severity-missing"),
            Some(_) => {}
        }
        (field.max(said.highest()), said.words)
    }

    fn is_cap(&self) -> bool {
        self.format == "cap"
    }

    /// A header without content. As a warning it would mean the whole city at a level
    /// that nobody knows, as an update blank what stands; so it is told as what it is.
    fn empty(mut self, msg_type: MsgType, status: &'static str) -> Outcome {
        self.defect("there is no info: nothing says what is coming, where and when");
        let (code, event, words) = <(String, String, String)>::default();
        let data = self.data(&Sum { msg_type, status, code, event, level: None, words });
        let (act, english) = match msg_type {
            MsgType::Update => ("更新预警", "an update"),
            _ => ("发布预警", "an alert"),
        };
        let title = format!("{} {act},未附内容 ({english} without content)", line(&self.sender));
        let signal = match status {
            "actual" => Signal::report(EMPTY),
            _ => Signal::status(EMPTY),
        };
        let signal = signal
            .device(step(&self.sender))
            .observed(self.sent)
            .reference(self.id.unwrap_or_default())
            .title(title)
            .data(data);
        let mut outcome = Outcome::from(signal);
        outcome.defects = self.defects;
        outcome
    }

    fn signal(mut self, sum: &Sum) -> Outcome {
        let id = self.id.clone().unwrap_or_default();
        let severity = sum.level.map_or(Severity::Unknown, Level::severity);
        let title = match self.headline.as_str() {
            "" if sum.event.is_empty() => {
                format!("预警 {}", sum.level.map_or("", Level::words)).trim().into()
            }
            "" => format!("{}{}", sum.event, sum.level.map_or("预警", Level::words)),
            headline => line(headline).into_owned(),
        };
        let data = self.data(sum);
        let region = self.areas.list.iter().find(|area| !area.code.is_empty());
        let signal = Signal::warning(if sum.code.is_empty() { "unknown" } else { &sum.code })
            .device(step(&self.sender))
            .urgency(self.urgency.unwrap_or(Urgency::Unknown))
            .severity(severity)
            .certainty(self.certainty.unwrap_or(Certainty::Unknown))
            .observed(self.sent)
            .region(region.map(|area| area.code.clone()).unwrap_or_default())
            .reference(id)
            .title(title)
            .data(data);
        let mut outcome = Outcome::from(signal);
        outcome.defects = std::mem::take(&mut self.defects);
        outcome
    }
}

/// A time as the formats write it: with a space or `T`, with an offset or
/// without (Beijing), or as fourteen digits.
pub fn moment(text: &str) -> Option<Timestamp> {
    time::parse(text).or_else(|| digits(text.trim()))
}

fn digits(text: &str) -> Option<Timestamp> {
    if text.len() != 14 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let part = |from: usize| text[from..from + 2].parse::<u8>().ok();
    time::beijing(text[..4].parse().ok()?, part(4)?, part(6)?, part(8)?, part(10)?, part(12)?)
}

/// One line without control characters.
fn line(text: &str) -> Cow<'_, str> {
    if text.len() <= LINE_CHARS_MAX && !text.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return text.into();
    }
    let words = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    front(&words.collect::<Vec<_>>().join(" "), LINE_CHARS_MAX).to_owned().into()
}

/// One step of a device path.
fn step(sender: &str) -> String {
    let clean = |c: char| if c == '/' || c.is_whitespace() || c.is_control() { '-' } else { c };
    sender.chars().map(clean).take(64).collect()
}

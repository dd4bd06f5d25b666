//! Which chain a message belongs to, and what the chain is after it.

use super::notice::{Kind, Notice};
use super::{AWAITED_KEPT, MESSAGES_KEPT, Message, Warning};
use crate::signal::Severity;
use crate::time::Timestamp;
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// Characters of an identifier without its number: agency, `_`, time.
const STEM_CHARS: usize = 29;

/// Where a message belongs.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Place {
    /// The chain that holds this very message.
    pub same: Option<String>,
    /// A chain holds its identifier for another warning.
    pub reused: bool,
    /// Chains that it refers to, oldest first.
    pub referred: Vec<String>,
    /// Chains that have been waiting for it, newest first.
    pub awaited: Vec<String>,
    /// Chains of the same sender, event and areas, newest first.
    pub alike: Vec<String>,
    /// It refers to another department's chain.
    pub foreign: bool,
    /// What it refers to and nobody knows.
    pub unknown: Vec<String>,
}

pub(super) fn place(rows: &BTreeMap<String, Warning>, notice: &Notice) -> Place {
    let mut place = Place::default();
    let mut found = vec![false; notice.references.len()];
    let mut referred: Vec<(Timestamp, &str)> = Vec::new();
    let mut awaited: Vec<(Timestamp, &str)> = Vec::new();
    let mut alike: Vec<(Timestamp, &str)> = Vec::new();
    for row in rows.values() {
        let refers = marks(&mut found, row, notice);
        if row.department != notice.department {
            place.foreign |= refers;
            continue;
        }
        if row.class != notice.class || row.status == "superseded" {
            continue;
        }
        // A cancellation that broke off is kept to be looked into; it ends nothing, and the
        // whole one is another message.
        let is_broken = row.has_flag("damaged") && is_cancel_alone(row);
        if is_broken && !notice.has_flag("damaged") {
            continue;
        }
        if row.messages.iter().any(|message| message.id == notice.id) {
            match is_another(row, notice) {
                true => place.reused = true,
                false if place.same.is_none() || (row.has_heard(notice) && is_about(row, notice)) => {
                    place.same = Some(row.id.clone());
                }
                false => {}
            }
        }
        if row.awaits.iter().any(|id| names(id, &notice.id)) {
            awaited.push((row.issued_at, &row.id));
        } else if refers {
            referred.push((first_sent(row), &row.id));
        } else if is_standing(row) && is_alike(row, notice) || is_cancelled_ahead(row, notice) {
            alike.push((row.issued_at, &row.id));
        }
    }
    let mut referred = told_apart(rows, notice, referred);
    let mut alike = of_its_level(rows, notice, alike);
    referred.sort();
    awaited.sort();
    alike.sort();
    place.referred = referred.into_iter().map(|(_, id)| id.to_owned()).collect();
    place.awaited = awaited.into_iter().rev().map(|(_, id)| id.to_owned()).collect();
    place.alike = alike.into_iter().rev().map(|(_, id)| id.to_owned()).collect();
    let unknown = notice.references.iter().zip(&found).filter(|(_, found)| !**found);
    place.unknown = unknown.map(|(id, _)| id.clone()).collect();
    place
}

/// Notes which of the references the chain holds.
fn marks(found: &mut [bool], row: &Warning, notice: &Notice) -> bool {
    let mut any = false;
    for (found, id) in found.iter_mut().zip(&notice.references) {
        let own = row.department == notice.department && row.class == notice.class;
        let holds = row.messages.iter().any(|message| names(id, &message.id));
        *found |= holds && own;
        any |= holds;
    }
    any
}

/// A reference names a message also where only one of the two has the number
/// behind the time, which newer identifiers have and older ones have not.
pub(super) fn names(reference: &str, id: &str) -> bool {
    reference == id || numberless(reference, id) || numberless(id, reference)
}

fn numberless(short: &str, long: &str) -> bool {
    short.len() == STEM_CHARS
        && long.len() == STEM_CHARS + 2
        && long.starts_with(short)
        && long.as_bytes()[STEM_CHARS] == b'_'
}

/// Not over, whatever it is for.
fn is_standing(row: &Warning) -> bool {
    row.ended_at.is_none()
}

/// Its cancellation came first, and alone: of no lower level, and for all of its ground.
fn is_cancelled_ahead(row: &Warning, notice: &Notice) -> bool {
    let covers = !notice.areas.is_empty() && notice.areas.iter().all(|area| row.areas.contains(area));
    came_alone(row, notice) && is_of_one(row, notice) && covers && !is_beyond(row.severity, notice.severity)
}

/// A cancellation that came first, and alone, may have meant it, as far as both say.
pub(super) fn is_doubted_ahead(row: &Warning, notice: &Notice) -> bool {
    let names_it = row.awaits.iter().any(|id| names(id, &notice.id));
    let may_mean = may_mean(
        &row.sender,
        &row.event_code,
        &row.areas,
        (notice.sender.as_str(), &notice.event_code, &notice.areas),
    );
    row.department == notice.department
        && row.class == notice.class
        && came_alone(row, notice)
        && (names_it || may_mean)
}

/// Whether a cancellation of this sender, event and ground may mean that warning.
pub(super) fn may_mean(sender: &str, code: &str, areas: &[String], warning: (&str, &str, &[String])) -> bool {
    let (warned_by, event, ground) = warning;
    sender == warned_by
        && (code.is_empty() || code == event)
        && (areas.is_empty() || areas.iter().any(|area| ground.contains(area)))
}

fn came_alone(row: &Warning, notice: &Notice) -> bool {
    notice.kind != Kind::Cancel && is_cancel_alone(row) && notice.sent <= row.issued_at
}

fn is_cancel_alone(row: &Warning) -> bool {
    row.messages.iter().all(Message::is_cancel)
}

/// A cancellation of this level does not reach that one.
fn is_beyond(cancelled: Severity, level: Severity) -> bool {
    cancelled != Severity::Unknown && cancelled < level
}

/// Two alerts of one second can have one identifier where it has no number: another
/// hazard, or other ground.
fn is_another(row: &Warning, notice: &Notice) -> bool {
    let is_alert = |newest: &Message| newest.id == notice.id && newest.msg_type == Kind::Alert.as_str();
    notice.kind == Kind::Alert && row.messages.last().is_some_and(is_alert) && !is_about(row, notice)
}

/// The same hazard on some of the same ground, as far as both say.
fn is_about(row: &Warning, notice: &Notice) -> bool {
    let (code, areas) = (&row.event_code, &row.areas);
    let same_code = code.is_empty() || notice.event_code.is_empty() || *code == notice.event_code;
    let shares_ground =
        areas.is_empty() || notice.areas.is_empty() || areas.iter().any(|area| notice.areas.contains(area));
    same_code && shares_ground
}

/// Where several chains hold the identifier that a message refers to, it means those
/// that it is about.
fn told_apart<'a>(
    rows: &BTreeMap<String, Warning>,
    notice: &Notice,
    referred: Vec<(Timestamp, &'a str)>,
) -> Vec<(Timestamp, &'a str)> {
    let holds = |id: &str, reference: &String| {
        rows.get(id).is_some_and(|row| row.messages.iter().any(|message| names(reference, &message.id)))
    };
    let is_meant = |id: &str| rows.get(id).is_some_and(|row| is_about(row, notice));
    let better = |id: &str, other: &str| {
        let shared = notice.references.iter().any(|own| holds(id, own) && holds(other, own));
        shared && is_meant(other)
    };
    let kept = referred.iter().filter(|(_, id)| {
        is_meant(id) || !referred.iter().any(|(_, other)| other != id && better(id, other))
    });
    kept.copied().collect()
}

/// Of chains that stand side by side a cancellation that refers to none of them ends those
/// of the level that it names, and never a graver one: that may be another warning.
fn of_its_level<'a>(
    rows: &BTreeMap<String, Warning>,
    notice: &Notice,
    mut alike: Vec<(Timestamp, &'a str)>,
) -> Vec<(Timestamp, &'a str)> {
    if notice.kind != Kind::Cancel {
        return alike;
    }
    let level = |id: &str| rows.get(id).map_or(Severity::Unknown, |row| row.severity);
    let names_one = alike.iter().any(|(_, id)| level(id) == notice.severity);
    alike.retain(|(_, id)| match names_one {
        true => level(id) == notice.severity,
        false => !is_beyond(notice.severity, level(id)),
    });
    alike
}

/// Of one sender, and the same hazard.
fn is_of_one(row: &Warning, notice: &Notice) -> bool {
    !row.event_code.is_empty() && row.event_code == notice.event_code && row.sender == notice.sender
}

fn is_alike(row: &Warning, notice: &Notice) -> bool {
    is_of_one(row, notice)
        && !lowers(row, notice)
        && match notice.kind {
            // A fresh alert for other ground is a chain of its own.
            Kind::Alert => same_areas(&row.areas, &notice.areas),
            Kind::Update | Kind::Cancel => row.areas.iter().any(|area| notice.areas.contains(area)),
        }
}

/// An alert that refers to nothing warns anew: whichever comes first, it does not take the
/// place of a graver one that was sent before it. Both stand until each ends.
fn lowers(row: &Warning, notice: &Notice) -> bool {
    let is_plain = notice.kind == Kind::Alert && notice.references.is_empty();
    let is_row_plain = notice.kind != Kind::Cancel && row.msg_type == Kind::Alert.as_str();
    match row.issued_at.cmp(&notice.sent) {
        Ordering::Less => is_plain && notice.severity < row.severity,
        Ordering::Equal => false,
        Ordering::Greater => is_row_plain && row.severity < notice.severity,
    }
}

fn same_areas(a: &[String], b: &[String]) -> bool {
    let sorted = |list: &[String]| {
        let mut list = list.to_vec();
        list.sort();
        list
    };
    !a.is_empty() && sorted(a) == sorted(b)
}

fn first_sent(row: &Warning) -> Timestamp {
    row.messages.first().map_or(row.issued_at, |message| message.sent_at)
}

impl Warning {
    /// Whether the message counts before what the chain says now. One that
    /// refers to the chain's newest comes after it, whatever the clocks say.
    pub(super) fn is_before(&self, notice: &Notice) -> bool {
        let newest = self.messages.last();
        if newest.is_some_and(|newest| notice.references.iter().any(|id| names(id, &newest.id))) {
            return true;
        }
        if self.awaits.iter().any(|id| names(id, &notice.id)) {
            return false;
        }
        let kind = Kind::parse(&self.msg_type).unwrap_or_default();
        // Of two in one second the graver counts, whichever comes first.
        (self.issued_at, kind, self.severity) < (notice.sent, notice.kind, notice.severity)
    }

    /// The cancellation that ended it was matched by its kind alone and is of a lower level
    /// than this, which was sent before it and after all else: it may have meant another.
    pub(super) fn ended_by_mistake(&self, notice: &Notice) -> Option<&Message> {
        let cancel = self.messages.last().filter(|newest| newest.is_cancel())?;
        let mut said = self.messages.iter().filter(|message| !message.is_cancel());
        let is_mistaken = self.ended_at.is_some()
            && self.has_flag("reference-missing")
            && is_beyond(cancel.severity, notice.severity)
            && said.all(|message| message.sent_at < notice.sent);
        is_mistaken.then_some(cancel)
    }

    /// The same identifier and the same content.
    pub(super) fn has_heard(&self, notice: &Notice) -> bool {
        self.messages.iter().any(|message| {
            message.id == notice.id
                && message.msg_type == notice.kind.as_str()
                && message.severity == notice.severity
                && message.sent_at == notice.sent
        })
    }

    /// Takes the message into the list, in its place by time.
    pub(super) fn list(&mut self, notice: &Notice, newest: bool) {
        let message = Message {
            id: notice.id.clone(),
            msg_type: notice.kind.as_str().to_owned(),
            severity: notice.severity,
            sender: notice.sender.clone(),
            sent_at: notice.sent,
        };
        let place = match newest {
            true => self.messages.len(),
            // Never behind the newest: that one is what the chain says.
            false => self
                .messages
                .partition_point(|known| known.sent_at <= message.sent_at)
                .min(self.messages.len().saturating_sub(1)),
        };
        self.messages.insert(place, message);
        if self.messages.len() > MESSAGES_KEPT {
            self.messages.remove(0);
        }
        self.awaits.retain(|id| !names(id, &notice.id));
        if self.awaits.is_empty() {
            self.unflag("reference-unknown");
        }
    }

    pub(super) fn await_all(&mut self, ids: &[String]) {
        for id in ids {
            if self.awaits.len() < AWAITED_KEPT && !self.awaits.contains(id) {
                self.awaits.push(id.clone());
            }
        }
        if !self.awaits.is_empty() {
            self.flag("reference-unknown");
        }
    }

    /// Says what the newest message says. Not its status, which the room decides.
    pub(super) fn say(&mut self, notice: &Notice) {
        self.msg_type = notice.kind.as_str().to_owned();
        self.issued_at = notice.sent;
        self.sender = notice.sender.clone();
        self.sender_name = notice.sender_name.clone();
        self.flags = notice.flags.clone();
        if !self.awaits.is_empty() {
            self.flag("reference-unknown");
        }
        for (own, said) in [
            (&mut self.headline, &notice.headline),
            (&mut self.description, &notice.description),
            (&mut self.instruction, &notice.instruction),
            (&mut self.title, &notice.title),
        ] {
            own.clone_from(said);
        }
        // A cancellation often repeats nothing: what it ends stays readable.
        if notice.kind == Kind::Cancel && !self.messages.is_empty() {
            return;
        }
        self.event_code = notice.event_code.clone();
        self.event = notice.event.clone();
        self.severity = notice.severity;
        self.colour = notice.colour.clone();
        self.level = notice.level.clone();
        self.urgency = notice.urgency;
        self.certainty = notice.certainty;
        self.areas = notice.areas.clone();
        self.places = notice.places.clone();
        self.polygons = notice.polygons.clone();
        self.circles = notice.circles.clone();
        self.effective_at = notice.effective;
        self.onset_at = notice.onset;
        self.expires_at = notice.expires;
    }
}

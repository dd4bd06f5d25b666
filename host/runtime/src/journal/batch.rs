//! What comes in, as inputs of one step.

use super::Asked;
use crate::bus::numbering;
use crate::bus::stream::Stored;
use crate::signals::{Covered, End, Missing, Taken};
use crate::subject::{self, UNDELIVERED_DOOR};
use std::collections::BTreeMap;
use tocsin_core::command::Command;
use tocsin_core::hole::{Found, What};
use tocsin_core::input::{Advised, Heard, Input, OWN_DOORS, Observed};
use tocsin_core::order;
use tocsin_core::outcome::Outcome;

/// What one step decides over.
#[derive(Default)]
pub(super) struct Batch {
    pub inputs: Vec<Input>,
    pub asked: Vec<Asked>,
    pub trace: Option<String>,
    /// Of the messages that its signals stood in, and of commands.
    pub bytes: usize,
    /// Sequence of SIGNALS that was read last.
    pub read: u64,
}

impl Batch {
    pub fn ask(&mut self, asked: Asked) {
        self.bytes += size(&asked.command);
        self.inputs.push(Input::Command(asked.command.clone()));
        self.asked.push(asked);
    }

    pub fn take(&mut self, stored: &Stored) {
        self.follow(stored.sequence);
        let covered = match Covered::read(&stored.payload) {
            Ok(covered) => covered,
            Err(error) => {
                tracing::error!(sequence = stored.sequence, %error, "a message of SIGNALS cannot be read");
                return;
            }
        };
        self.bytes += stored.payload.len();
        let before = self.inputs.len();
        self.inputs.extend(numbering::lost(stored).map(|lost| hole(subject::SIGNALS, lost)));
        self.heard(&covered);
        self.holes(&covered);
        for taken in covered.frames {
            let frame = taken.frame(&covered.department);
            let outcome = match taken.end {
                End::Ok(outcome) => outcome,
                End::Failed { .. } if taken.door == UNDELIVERED_DOOR && !taken.order.is_empty() => {
                    let signals = vec![order::unsent(&taken.order, &taken.device)];
                    Box::new(Outcome { signals, ..Outcome::default() })
                }
                End::Rejected(_) | End::Failed { .. } => continue,
            };
            for (signal, ordinal) in outcome.signals.into_iter().zip(0..) {
                self.inputs.push(Input::Signal(Observed {
                    frame: frame.clone(),
                    ordinal,
                    plugin: taken.plugin.clone(),
                    door: taken.door.clone(),
                    received: taken.received,
                    replay_of: taken.first.clone(),
                    signal,
                }));
            }
            for (advice, ordinal) in outcome.advice.into_iter().zip(0..) {
                self.inputs.push(Input::Advice(Advised {
                    frame: frame.clone(),
                    ordinal,
                    plugin: taken.plugin.clone(),
                    received: taken.received,
                    replay_of: taken.first.clone(),
                    depth: taken.depth.saturating_add(1),
                    advice,
                }));
            }
        }
        if self.trace.is_none() && self.inputs.len() > before {
            self.trace = stored.headers.get("traceparent").map(ToString::to_string);
        }
    }

    /// Nothing is purged that the core has not read: a number left out is a message that
    /// the server cannot read. At the very beginning nobody knows what was there.
    fn follow(&mut self, sequence: u64) {
        let before = std::mem::replace(&mut self.read, sequence);
        if before > 0 && sequence > before + 1 {
            let lost = Missing { from: before + 1, to: sequence - 1 };
            tracing::error!(from = lost.from, to = lost.to, "messages of SIGNALS cannot be read");
            self.inputs.push(hole(subject::SIGNALS, lost));
        }
    }

    /// Who sent a frame that was read, once a message: a heartbeat has no signals. What
    /// was refused, or names nobody and says nothing, is no sign of life.
    fn heard(&mut self, covered: &Covered) {
        let mut last: BTreeMap<(&str, &str), &Taken> = BTreeMap::new();
        for taken in &covered.frames {
            let End::Ok(outcome) = &taken.end else { continue };
            let is_own = OWN_DOORS.contains(&taken.door.as_str()) || taken.first.is_some();
            if is_own || taken.device.is_empty() && outcome.signals.is_empty() {
                continue;
            }
            let known = last.entry((&taken.device, &taken.door)).or_insert(taken);
            if known.received <= taken.received {
                *known = taken;
            }
        }
        self.inputs.extend(last.into_values().map(|taken| {
            Input::Heard(Heard {
                frame: taken.frame(&covered.department),
                plugin: taken.plugin.clone(),
                door: taken.door.clone(),
                device: taken.device.clone(),
                received: taken.received,
            })
        }));
    }

    /// What of the department's log cannot be read, or is not there.
    fn holes(&mut self, covered: &Covered) {
        let damaged = covered.spans.iter().filter(|span| span.damaged);
        let damaged = damaged.map(|span| (span.run, span.run, What::Damaged));
        let missing = covered.missing.iter().map(|missing| (missing.from, missing.to, What::Missing));
        self.inputs.extend(damaged.chain(missing).map(|(from, to, what)| {
            Input::Hole(Found { department: covered.department.clone(), from, to, what })
        }));
    }
}

/// What a stream has lost, as people hear of it.
pub(super) fn hole(stream: &str, lost: Missing) -> Input {
    let Missing { from, to } = lost;
    Input::Hole(Found { department: stream.to_owned(), from, to, what: What::Missing })
}

/// Bytes of a command as text.
pub(super) fn size(command: &Command) -> usize {
    serde_json::to_vec(command).map_or(0, |text| text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_left_out_of_signals_is_a_hole() {
        let check = |read: u64, sequences: &[u64], expect: &[(u64, u64)]| {
            let mut batch = Batch { read, ..Batch::default() };
            sequences.iter().for_each(|sequence| batch.follow(*sequence));
            let found = |input: &Input| match input {
                Input::Hole(found) => (found.from, found.to),
                other => panic!("{other:?}"),
            };
            assert_eq!(batch.inputs.iter().map(found).collect::<Vec<_>>(), expect, "{read} {sequences:?}");
        };
        check(0, &[7, 8], &[]);
        check(6, &[7, 8], &[]);
        check(6, &[8, 9, 12], &[(7, 7), (10, 11)]);
    }
}

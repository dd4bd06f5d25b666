//! Prints the morning's table.

use super::ledger::Latency;
use super::summary::{Account, Hostile, Story};
use super::teller::{Teller, Tone, padded, state_word};
use crate::text;

/// Reasons and lines of evidence shown; the rest are in the listings.
const SHOWN: usize = 12;

impl Story {
    pub fn tell(&self, teller: &Teller) {
        if teller.is_json() {
            if let Ok(value) = serde_json::to_value(self) {
                teller.value(&serde_json::json!({ "summary": value }));
            }
            return;
        }
        teller.print(&format!("\n{}", teller.painted(Tone::Good, &text!(sum_title))));
        self.tell_counts(teller);
        self.tell_incidents(teller);
        self.tell_dead(teller);
        if let Some(hostile) = &self.hostile {
            hostile.tell(teller);
        }
        self.storm.tell(teller);
    }

    fn tell_counts(&self, teller: &Teller) {
        row(teller, &text!(sum_bytes), &grouped_number(self.bytes));
        row(
            teller,
            &text!(sum_frames),
            &text!(sum_answers, frames = self.frames, acks = self.acks, naks = self.naks),
        );
        row(
            teller,
            &text!(sum_posts),
            &text!(
                sum_statuses,
                posts = self.posts,
                accepted = self.posts_accepted,
                refused = self.posts_refused
            ),
        );
        row(teller, &text!(sum_signals), &self.signals.to_string());
        row(teller, &text!(sum_merged), &self.merged.to_string());
        for account in &self.departments {
            let Account { id, frames, decoded, dead, noise, adds_up } = account;
            let waiting = frames.saturating_sub(decoded + dead + noise);
            let end = if *adds_up { "✓".to_owned() } else { text!(sum_waiting, waiting = waiting) };
            row(
                teller,
                &text!(sum_department, id = id),
                &text!(
                    sum_account,
                    frames = frames,
                    decoded = decoded,
                    dead = dead,
                    noise = noise,
                    end = end
                ),
            );
        }
    }

    fn tell_incidents(&self, teller: &Teller) {
        row(teller, &text!(sum_incidents), &self.incidents.len().to_string());
        for incident in &self.incidents {
            let percent = (incident.confidence * 100.0).round();
            let state = state_word(&incident.state);
            let tone = if incident.state == "confirmed" { Tone::Alarm } else { Tone::Plain };
            let line = text!(
                sum_incident,
                title = incident.title,
                state = state,
                percent = percent,
                count = incident.count,
                sources = incident.sources
            );
            teller.print(&teller.painted(tone, &format!("  ▲ {line}")));
            for evidence in incident.evidence.iter().take(SHOWN) {
                teller.print(&format!("      {evidence}"));
            }
        }
    }

    fn tell_dead(&self, teller: &Teller) {
        let count: u64 = self.dead.iter().map(|group| group.count).sum();
        row(teller, &text!(sum_dead), &count.to_string());
        for group in self.dead.iter().take(SHOWN) {
            teller.print(&format!(
                "  {:>4} × {} · {} · {}",
                group.count, group.department, group.kind, group.reason
            ));
        }
    }
}

impl Hostile {
    fn tell(&self, teller: &Teller) {
        let posts: u64 = self.answers.values().sum();
        let statuses: Vec<String> =
            self.answers.iter().map(|(status, count)| format!("{status} × {count}")).collect();
        row(
            teller,
            &text!(sum_hostile),
            &text!(sum_hostile_did, posts = posts, verdicts = self.verdicts, statuses = statuses.join(", ")),
        );
        for (label, latency) in [(text!(sum_before), self.before), (text!(sum_during), self.during)] {
            if let Some(Latency { samples, p50_ms, p99_ms, max_ms }) = latency {
                let (p50, p99, max) =
                    (format!("{p50_ms:.1}"), format!("{p99_ms:.1}"), format!("{max_ms:.1}"));
                row(teller, &label, &text!(sum_latency, p50 = p50, p99 = p99, max = max, samples = samples));
            }
        }
    }
}

fn row(teller: &Teller, label: &str, value: &str) {
    teller.print(&format!("{}  {value}", padded(label, 26)));
}

/// 12,345,678.
fn grouped_number(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        let check = |number, expect| assert_eq!(grouped_number(number), expect);
        check(0, "0");
        check(999, "999");
        check(1_000, "1,000");
        check(12_345_678, "12,345,678");
    }
}

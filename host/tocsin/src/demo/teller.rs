//! Tells the story: a line as it happens, with the clock of the night and who speaks.

use super::state::Event;
use crate::text;
use serde_json::{Value, json};
use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

/// The night begins at ten to three.
const BEGINS_S: u64 = (2 * 60 + 50) * 60;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Voice {
    Fire,
    Video,
    Grid,
    Weather,
    Water,
    /// People at the duty desk.
    Desk,
    Hostile,
    /// What the host decided.
    City,
    /// What the demo does.
    Stage,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    Plain,
    Alarm,
    Trouble,
    Good,
}

#[derive(Debug)]
pub struct Teller {
    began: Instant,
    speed: f64,
    json: bool,
    colour: bool,
}

impl Teller {
    pub fn new(speed: f64, json: bool) -> Teller {
        let colour = !json
            && std::io::stdout().is_terminal()
            && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        Teller { began: Instant::now(), speed, json, colour }
    }

    /// When `second` of the story comes, in real time.
    pub fn moment(&self, second: u64) -> tokio::time::Instant {
        (self.began + Duration::from_secs_f64(second as f64 / self.speed)).into()
    }

    /// `02:53:10`.
    fn clock(&self) -> String {
        let passed = (self.began.elapsed().as_secs_f64() * self.speed) as u64;
        let now = BEGINS_S + passed;
        format!("{:02}:{:02}:{:02}", now / 3600 % 24, now / 60 % 60, now % 60)
    }

    pub fn say(&self, voice: Voice, tone: Tone, line: &str) {
        if self.json {
            self.print(
                &json!({ "at": self.clock(), "voice": format!("{voice:?}").to_lowercase(), "line": line })
                    .to_string(),
            );
            return;
        }
        let mark = match tone {
            Tone::Plain => "·",
            Tone::Alarm => "▲",
            Tone::Trouble => "!",
            Tone::Good => "✓",
        };
        let name = padded(&name(voice), 8);
        self.print(&self.painted(tone, &format!("{}  {name} {mark} {line}", self.clock())));
    }

    /// What the host made of it, under the line that caused it.
    pub fn event(&self, event: &Event) {
        let incident = &event.incident;
        if self.json {
            self.print(&json!({ "at": self.clock(), "voice": "city", "event": event.kind, "id": incident.id,
                "title": incident.title, "state": incident.state, "count": incident.count, "confidence": incident.confidence })
                .to_string());
            return;
        }
        let state = state_word(&incident.state);
        let percent = (incident.confidence * 100.0).round();
        let (count, sources) = (incident.count + incident.supports, incident.sources.len());
        let line = match event.kind.as_str() {
            "incident.opened" => text!(demo_opened, title = incident.title, state = state, percent = percent),
            _ => text!(
                demo_changed,
                title = incident.title,
                state = state,
                percent = percent,
                count = count,
                sources = sources
            ),
        };
        let tone = if event.kind == "incident.opened" { Tone::Alarm } else { Tone::Plain };
        let name = padded(&name(Voice::City), 8);
        self.print(&self.painted(tone, &format!("{}  {name} ⇒ {line}", self.clock())));
    }

    /// As it is: headings, the summary.
    pub fn print(&self, line: &str) {
        // A reader that went away (`| head`) ends the telling, not the night.
        let _ = writeln!(std::io::stdout().lock(), "{line}");
    }

    pub fn value(&self, value: &Value) {
        self.print(&value.to_string());
    }

    pub fn is_json(&self) -> bool {
        self.json
    }

    pub fn painted(&self, tone: Tone, line: &str) -> String {
        let code = match tone {
            Tone::Alarm => "1;31",
            Tone::Trouble => "33",
            Tone::Good => "32",
            Tone::Plain => return line.to_owned(),
        };
        if self.colour { format!("\x1b[{code}m{line}\x1b[0m") } else { line.to_owned() }
    }
}

fn name(voice: Voice) -> String {
    match voice {
        Voice::Fire => text!(voice_fire),
        Voice::Video => text!(voice_video),
        Voice::Grid => text!(voice_grid),
        Voice::Weather => text!(voice_weather),
        Voice::Water => text!(voice_water),
        Voice::Desk => text!(voice_desk),
        Voice::Hostile => text!(voice_hostile),
        Voice::City => text!(voice_city),
        Voice::Stage => text!(voice_stage),
    }
}

pub fn state_word(state: &str) -> String {
    match state {
        "suspected" => text!(state_suspected),
        "confirmed" => text!(state_confirmed),
        "responding" => text!(state_responding),
        "controlled" => text!(state_controlled),
        "closed" => text!(state_closed),
        "false-alarm" => text!(state_false_alarm),
        "merged" => text!(state_merged),
        other => other.to_owned(),
    }
}

/// Columns on a terminal: Chinese characters and full-width signs take two.
pub fn width(text: &str) -> usize {
    text.chars().map(|c| if matches!(c, '\u{1100}'..='\u{115F}' | '\u{2E80}'..='\u{A4CF}' | '\u{AC00}'..='\u{D7A3}' | '\u{F900}'..='\u{FAFF}' | '\u{FE30}'..='\u{FE6F}' | '\u{FF00}'..='\u{FF60}') { 2 } else { 1 }).sum()
}

pub fn padded(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(width(text))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_in_both_languages() {
        assert_eq!(width(&padded("消防", 8)), 8);
        assert_eq!(width(&padded("fire", 8)), 8);
        assert_eq!(width(",。"), 3);
    }

    #[test]
    fn the_night_begins_at_ten_to_three() {
        assert_eq!(Teller::new(10.0, true).clock(), "02:50:00");
    }
}

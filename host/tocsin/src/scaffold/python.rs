//! A new plugin in Python.

use super::{Language, New};
use crate::package::PYTHON_TOOL;
use tocsin_sandbox::Role;

const DECODER: &str = r#"def decode(message):
    sent = message.json()  # what is no JSON becomes a dead letter
    try:
        device, value = str(sent["device"]), float(sent["value"])
    except (KeyError, TypeError, ValueError) as error:
        raise Malformed(f"`device` and `value` are needed: {error!r}") from None
    outcome = Outcome()
    at = parse_time(sent.get("at"))
    if at is None:
        outcome.defect(f"`at` is `{sent.get('at')}`, no time; the time of receipt counts")
    outcome.signal(reading("{code}", value, "1", device=device, observed=at))
    if value >= city.number("limit", 50):
        outcome.signal(alarm("{code}", device=device, observed=at, title=f"{device} 达到 {value:g}"))
    return outcome
"#;

const FRAMER: &str = r#"

def frame(buffer):
    """One line, one input."""
    for line in buffer.split(b"\n")[:-1]:
        yield Piece("routine" if line.strip() else "noise", len(line) + 1)
"#;

const TIMEKEEPER: &str = r#"

def wake(tick):
    """A timer of `timers.set`, or a door that polls."""
    return Outcome().send("?", device=tick.device) if tick.key == "poll" else None
"#;

const CONNECTOR: &str = r#"

def deliver(event):
    """An order, in the device's own format."""
    return Outcome().send(event.subject, device=event.device)
"#;

const ADVISOR: &str = r#"

def advise(event):
    """What the department knows of an incident."""
    return Advice("note", event.subject, "本部门已知悉")
"#;

pub fn files(new: &New) -> Language {
    let mut uses = vec!["Malformed", "Outcome", "alarm", "city", "parse_time", "reading"];
    let mut body = String::new();
    for (role, text, more) in [
        (Role::Decoder, DECODER, None),
        (Role::Framer, FRAMER, Some("Piece")),
        (Role::Timekeeper, TIMEKEEPER, None),
        (Role::Connector, CONNECTOR, None),
        (Role::Advisor, ADVISOR, Some("Advice")),
    ] {
        if new.has(role) {
            body.push_str(text);
            uses.extend(more);
        }
    }
    uses.sort_unstable();
    let head = format!(
        "\"\"\"{{id}}: devices post their value as JSON; at the limit it is an alarm.\"\"\"\n\nfrom tocsin import {}\n\n\n",
        uses.join(", ")
    );
    let before = format!(
        "You need Python 3.10 or newer; once, in this folder:\n\n```sh\npython3 -m venv .venv\n.venv/bin/pip install {PYTHON_TOOL}\n```\n\nThe module `tocsin` comes with the command that builds.\n\n"
    );
    Language { files: vec![("plugin.py".to_owned(), new.fill(&(head + &body)))], before }
}

//! A new plugin in JavaScript.

use super::{Language, New};
use crate::package::JS_TOOL;
use tocsin_sandbox::Role;

const DECODER: &str = r#"export function decode(message) {
  const sent = message.json(); // what is no JSON becomes a dead letter
  const device = sent?.device;
  const value = Number(sent?.value);
  if (typeof device !== "string" || sent.value === null || !Number.isFinite(value)) {
    throw new Malformed(`\`device\` and \`value\` are needed, not ${JSON.stringify(sent)}`);
  }
  const outcome = new Outcome();
  const observed = parseTime(sent.at);
  if (observed === undefined) outcome.defect(`\`at\` is \`${sent.at}\`, no time; the time of receipt counts`);
  outcome.signal(reading("{code}", value, "1", { device, observed }));
  if (value >= city.number("limit", 50)) {
    outcome.signal(alarm("{code}", { device, observed, title: `${device} 达到 ${value}` }));
  }
  return outcome;
}
"#;

const FRAMER: &str = r#"
/** One line, one input. */
export function frame(buffer) {
  const pieces = [];
  for (let begin = 0, end; (end = buffer.indexOf(10, begin)) >= 0; begin = end + 1) {
    const length = end + 1 - begin;
    const blank = length === 1 || (length === 2 && buffer[begin] === 13);
    pieces.push(blank ? noise(length) : routine(length));
  }
  return pieces;
}
"#;

const TIMEKEEPER: &str = r#"
/** A timer of `timers.set`, or a door that polls. */
export function wake(tick) {
  return tick.key === "poll" ? new Outcome().send("?", tick.device) : undefined;
}
"#;

const CONNECTOR: &str = r#"
/** An order, in the device's own format. */
export function deliver(event) {
  return new Outcome().send(event.subject, event.device);
}
"#;

const ADVISOR: &str = r#"
/** What the department knows of an incident. */
export function advise(event) {
  return new Advice("note", event.subject, "本部门已知悉");
}
"#;

pub fn files(new: &New) -> Language {
    let mut uses = vec!["Malformed", "Outcome", "alarm", "city", "parseTime", "reading"];
    let mut body = String::new();
    for (role, text, more) in [
        (Role::Decoder, DECODER, &[][..]),
        (Role::Framer, FRAMER, &["noise", "routine"]),
        (Role::Timekeeper, TIMEKEEPER, &[]),
        (Role::Connector, CONNECTOR, &[]),
        (Role::Advisor, ADVISOR, &["Advice"]),
    ] {
        if new.has(role) {
            body.push_str(text);
            uses.extend(more);
        }
    }
    uses.sort_unstable();
    let head = format!(
        "// {{id}}: devices post their value as JSON; at the limit it is an alarm.\n\nimport {{ {} }} from \"tocsin\";\n\n",
        uses.join(", ")
    );
    let before = format!(
        "You need Node.js 20 or newer; once, in this folder:\n\n```sh\nnpm install --save-dev {JS_TOOL}\n```\n\nThe module `tocsin` comes with the command that builds.\n\n"
    );
    let package = "{\n  \"name\": \"{id}\",\n  \"private\": true,\n  \"type\": \"module\"\n}\n";
    let files = vec![
        ("plugin.js".to_owned(), new.fill(&(head + &body))),
        ("package.json".to_owned(), new.fill(package)),
    ];
    Language { files, before }
}

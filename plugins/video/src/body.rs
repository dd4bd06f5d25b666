//! What a MANSCDP document of a registered device means.

mod catalog;
mod duty;

use crate::agent::Agent;
use crate::alarm;
use crate::document::Element;
use crate::keepalive;
use tocsin_sdk::{Rejection, Signal};

pub fn is_alarm(root: &Element) -> bool {
    root.is("Notify") && root.field("CmdType").is_some_and(|command| command.eq_ignore_ascii_case("Alarm"))
}

/// Says what it means, and answers with the document that the device waits for.
pub fn tell(root: &Element, agent: &mut Agent) -> Result<Option<Vec<u8>>, Rejection> {
    let command = root.field("CmdType").unwrap_or_default();
    match (root.name().to_ascii_lowercase().as_str(), command.to_ascii_lowercase().as_str()) {
        ("notify", "alarm") => {
            let mut outcome = alarm::read(root, crate::datum(), agent.now)?;
            let answer = outcome.sends.pop().map(|send| send.payload);
            agent.outcome.signals.append(&mut outcome.signals);
            agent.outcome.defects.append(&mut outcome.defects);
            return Ok(answer);
        }
        ("notify", "keepalive") => {
            let mut outcome = keepalive::read(root, &mut agent.camera.unwell)?;
            // That it is online was said when it came; the host notices its silence.
            outcome.signals.retain(|signal| signal.code != keepalive::ONLINE);
            agent.outcome.signals.append(&mut outcome.signals);
            agent.outcome.defects.append(&mut outcome.defects);
        }
        ("notify", "catalog") => catalog::notify(root, agent),
        ("response", "catalog") => catalog::list(root, agent),
        ("response", "devicestatus") => duty::read(root, agent),
        ("response", "deviceinfo") => catalog::info(root, agent),
        ("response", "devicecontrol") => controlled(root, agent),
        // Answers to what is answered already.
        ("response", "alarm" | "keepalive") => {}
        (_, "") => return Err(Rejection::malformed("CmdType is missing or empty")),
        (name, _) => {
            let reason = format!("<{name}> {command}: nothing that a camera tells a city");
            return Err(Rejection::unsupported(reason));
        }
    }
    Ok(None)
}

fn controlled(root: &Element, agent: &mut Agent) {
    let result = root.field("Result").unwrap_or_default();
    let serial = root.field("SN").unwrap_or_default();
    if !agent.controlled(&serial, result.eq_ignore_ascii_case("OK"), &result) {
        agent.outcome.defects.push(format!("SN {serial} answers nothing that was asked"));
    }
}

/// A status of a device or a channel behind it.
fn status(code: &str, device: &str, title: &str) -> Signal {
    Signal::status(code).device(device).title(title)
}

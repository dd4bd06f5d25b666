//! How much one record may say: what the host would cut or not take at all is refused
//! by name.

use crate::refusal::Refusal;
use tocsin_sdk::{Answer, Outcome};

/// A long text with some links, which fits a signal's `data` of 32 KiB.
const DATA_BYTES_MAX: usize = 24 * 1024;
/// Half of the manifest's `output_bytes`, for the host counts JSON as a text in JSON;
/// and room for what 65 signals cost beside their texts.
const OUTCOME_BYTES_MAX: usize = 120 * 1024;

pub fn bounded(outcome: Outcome) -> Answer {
    let largest = outcome.signals.iter().map(|signal| signal.data.len()).max().unwrap_or_default();
    for (length, most) in [(largest, DATA_BYTES_MAX), (weight(&outcome), OUTCOME_BYTES_MAX)] {
        if length > most {
            return Err(Refusal::too_large(length, most).into_rejection());
        }
    }
    Ok(outcome)
}

/// All texts of signals, defects and replies.
fn weight(outcome: &Outcome) -> usize {
    let signals = outcome.signals.iter().map(|signal| {
        let texts = [&signal.device, &signal.reference, &signal.region, &signal.title, &signal.data];
        texts.map(|text| text.len()).iter().sum::<usize>()
    });
    let defects = outcome.defects.iter().map(String::len);
    let replies = outcome.sends.iter().map(|send| send.payload.len());
    signals.chain(defects).chain(replies).sum()
}

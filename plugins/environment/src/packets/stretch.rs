//! Packets without a gap between them, as one text.

use std::collections::BTreeMap;

struct Stretch {
    first: u16,
    last: u16,
    text: String,
}

/// The text that was cut into packets, as far as it is whole.
pub fn whole(contents: &BTreeMap<u16, String>, total: u16) -> String {
    let mut stretches: Vec<Stretch> = Vec::with_capacity(1);
    for (number, content) in contents {
        match stretches.last_mut().filter(|stretch| stretch.last + 1 == *number) {
            Some(stretch) => stretch.join(content),
            None => stretches.push(Stretch { first: *number, last: *number, text: content.clone() }),
        }
    }
    stretches.iter().map(|stretch| stretch.whole(total)).collect()
}

impl Stretch {
    /// A cut between two fields may have left out what stood between them.
    fn join(&mut self, content: &str) {
        let left = self.text.rsplit([';', ',']).next().unwrap_or_default();
        let right = content.split([';', ',']).next().unwrap_or_default();
        if left.contains('=') && right.contains('=') {
            self.text.push(';');
        }
        self.text.push_str(content);
        self.last += 1;
    }

    /// Without the factors beside a packet that is missing: it may hold the rest of
    /// their values, or the flag that says they are none.
    fn whole(&self, total: u16) -> &str {
        let from = match self.first {
            1 => 0,
            _ => self.text.find(';').map_or(self.text.len(), |at| at + 1),
        };
        let to = match self.last == total {
            true => self.text.len(),
            false => self.text.rfind(';').map_or(0, |at| at + 1),
        };
        self.text.get(from..to).unwrap_or_default()
    }
}

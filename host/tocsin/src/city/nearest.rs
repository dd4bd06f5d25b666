//! Which known id somebody may have meant.

/// A slip of the finger or two; further away is another word.
const EDITS_MAX: usize = 2;

/// The known id that is fewest edits away, if it is near at all.
pub fn nearest<'a>(id: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    // A short id is near to everything.
    let most = EDITS_MAX.min(id.chars().count() / 3);
    let edits = known.map(|word| (edits(id, word), word)).filter(|(edits, _)| *edits <= most);
    edits.min().map(|(_, word)| word)
}

/// Levenshtein's distance.
fn edits(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (place, from) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = place + 1;
        for (place, to) in b.iter().enumerate() {
            let change = diagonal + usize::from(from != *to);
            diagonal = row[place + 1];
            row[place + 1] = change.min(row[place] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn slips_are_recognised() {
        let known = ["fire-duty", "water-duty", "fire-head"];
        let check =
            |id: &str, expect: Option<&str>| assert_eq!(nearest(id, known.into_iter()), expect, "{id}");
        check("fire-duti", Some("fire-duty"));
        check("wather-duty", Some("water-duty"));
        check("police-duty", None);
        check("f", None);
        check("", None);
    }
}

//! The name that was probably meant.

/// `；是不是 x` for a name that is nearly one.
pub(in crate::plan) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> (String, String) {
    let near = known.map(|known| (distance(name, known), known)).min();
    match near.filter(|(distance, known)| *distance <= 1 + known.chars().count() / 4) {
        Some((_, known)) => (format!("(是不是 {known}?)"), format!(" (did you mean `{known}`?)")),
        None => Default::default(),
    }
}

/// Letters to change, add or leave out.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().take(64).collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().take(64).enumerate() {
        let mut before = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.iter().enumerate() {
            let changed = before + usize::from(x != *y);
            before = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(before + 1);
        }
    }
    row[b.len()]
}

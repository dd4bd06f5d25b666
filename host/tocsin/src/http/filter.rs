//! Filters that name nothing are refused: a slip of the finger is no empty listing.
//!
//! Asked where a listing came out empty, never before it: what a row bears is known by
//! that, also where the city's files have no such word, or no more.

use super::Console;
use super::incident::blocking;
use super::refusal::Refusal;
use crate::city::nearest;
use crate::said;
use crate::text::Said;
use tocsin_core::city::{City, Region};

/// Of the refusal, for programs.
pub const CODE: &str = "filter.unknown";

/// What a filter's word is the name of.
#[derive(Clone, Copy, Debug)]
pub enum Name<'a> {
    State(&'a [&'static str]),
    Region,
    Department,
    Hazard,
    Incident,
    /// All stores that there are.
    Store(&'a [&'a str]),
    /// All items that some store has.
    Item(&'a [&'a str]),
}

/// Refuses the first word that names nothing; a filter that was not given is none.
pub async fn known(console: &Console, filters: &[(Name<'_>, &Option<String>)]) -> Result<(), Refusal> {
    for (name, word) in filters {
        let Some(word) = word.as_deref() else { continue };
        let missing = match name {
            Name::Incident => no_incident(console, word).await?,
            name => name.missing(word, console.host.city()),
        };
        if let Some(message) = missing {
            let refusal = Refusal::bad(CODE, message);
            return Err(refusal.with("filter", name.as_str()).with("value", word));
        }
    }
    Ok(())
}

async fn no_incident(console: &Console, id: &str) -> Result<Option<Said>, Refusal> {
    let (views, wanted) = (console.host.views.clone(), id.to_owned());
    let shown = blocking(move || views.incident(&wanted)).await??;
    Ok(shown.is_none().then(|| said!(no_incident, id = id)))
}

impl Name<'_> {
    /// As the query has it.
    fn as_str(self) -> &'static str {
        match self {
            Name::State(_) => "state",
            Name::Region => "region",
            Name::Department => "department",
            Name::Hazard => "hazard",
            Name::Incident => "incident",
            Name::Store(_) => "store",
            Name::Item(_) => "item",
        }
    }

    /// What to say of a word that names nothing; `None`: it names something.
    fn missing(self, word: &str, city: &City) -> Option<Said> {
        let departments = || city.departments.iter().map(|known| known.id.as_str());
        match self {
            Name::State(known) => unless(word, known.iter().copied())
                .map(|known| said!(filter_state, word = word, known = known)),
            Name::Region => no_region(word, city),
            // A township is one in its own orders.
            Name::Department if is_region(word, city) => None,
            Name::Department => {
                unless(word, departments()).map(|known| said!(filter_department, word = word, known = known))
            }
            Name::Hazard => unless(word, city.hazards.iter().map(|known| known.id.as_str()))
                .map(|known| said!(filter_hazard, word = word, known = known)),
            Name::Store(known) => unless(word, known.iter().copied())
                .map(|known| said!(filter_store, word = word, known = known)),
            Name::Item(known) => (!known.contains(&word)).then(|| said!(filter_item, word = word)),
            // The views know them.
            Name::Incident => None,
        }
    }
}

/// All the known words, unless this is one of them.
fn unless<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<String> {
    let known: Vec<&str> = known.collect();
    (!known.contains(&word)).then(|| known.join(", "))
}

fn is_region(word: &str, city: &City) -> bool {
    city.regions.iter().any(|region| region.code == word)
}

fn no_region(word: &str, city: &City) -> Option<Said> {
    if is_region(word, city) {
        return None;
    }
    Some(match meant(word, city) {
        Some(Region { code, name, .. }) => said!(filter_region_near, word = word, code = code, name = name),
        None => said!(filter_region, word = word),
    })
}

/// The region of that name, or of the code that is nearest.
fn meant<'a>(word: &str, city: &'a City) -> Option<&'a Region> {
    let named = city.regions.iter().find(|region| !word.is_empty() && region.name.contains(word));
    named.or_else(|| {
        let code = nearest(word, city.regions.iter().map(|region| region.code.as_str()))?;
        city.regions.iter().find(|region| region.code == code)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use tocsin_core::city::Department;
    use tocsin_core::incident::Stage;
    use tocsin_core::thing::Noun;

    fn city() -> City {
        let region = |code: &str, name: &str| Region {
            code: code.to_owned(),
            name: name.to_owned(),
            parent: String::new(),
            boundary: Vec::new(),
        };
        City {
            departments: vec![Department { id: "fire".into(), ..Department::default() }],
            regions: vec![region("330791000000", "青山市"), region("330791001000", "青溪街道")],
            ..City::default()
        }
    }

    /// `says`: what the refusal must name; empty: there is none.
    #[track_caller]
    fn check(name: Name<'_>, word: &str, says: &str) {
        let missing = name.missing(word, &city());
        match &missing {
            None => assert_eq!(says, "", "{name:?} {word}"),
            Some(Said { zh, en }) => {
                assert!(!says.is_empty() && zh.contains(says) && en.contains(says), "{missing:?}");
                assert!(zh.contains(word) && en.contains(word), "{missing:?}");
            }
        }
    }

    #[test]
    fn a_word_that_names_nothing_is_told_from_one_that_does() {
        let states = Stage::ALL.map(Stage::as_str);
        check(Name::State(&states), "suspected", "");
        check(Name::State(&states), "foo", "suspected, confirmed, responding");
        check(Name::State(Noun::Grid.states()), "fed-back", "");
        check(Name::State(Noun::Grid.states()), "open", "reported, accepted");
        check(Name::State(Noun::Device.states()), "normal", "");
        check(Name::Region, "330791001000", "");
        check(Name::Region, "999", "risk list --kind region");
        check(Name::Region, "330791001001", "330791001000");
        check(Name::Region, "青溪", "330791001000");
        check(Name::Region, "", "risk list --kind region");
        check(Name::Department, "fire", "");
        check(Name::Department, "330791001000", "");
        check(Name::Department, "army", "fire");
        check(Name::Store(&["store-city"]), "store-city", "");
        check(Name::Store(&["store-city"]), "store-town", "store-city");
        check(Name::Item(&["3010101"]), "3010101", "");
        check(Name::Item(&["3010101"]), "1", "supply list");
    }
}

//! Where in the journal the story of an incident stands.

use super::{ViewError, Views};
use rusqlite::{Connection, params};
use std::collections::BTreeSet;
use tocsin_core::thing::Noun;

impl Views {
    /// Places `(sequence, ordinal)` behind `after`, in order, of the incident, of
    /// those merged into it, and of every row that serves or served it. `None`: no
    /// such incident.
    pub fn timeline(&self, id: &str, after: u64) -> Result<Option<Vec<(u64, u32)>>, ViewError> {
        self.read(|reader| {
            let mut statement = reader.prepare_cached(
                "SELECT id FROM incident WHERE id = ?1 OR summary ->> 'merged_into' = ?1 ORDER BY id",
            )?;
            let ids: Vec<String> = statement.query_map([id], |row| row.get(0))?.collect::<Result<_, _>>()?;
            if !ids.iter().any(|known| known == id) {
                return Ok(None);
            }
            let mut places = BTreeSet::new();
            for id in &ids {
                let sql = "SELECT sequence, ordinal FROM history WHERE incident = ?1 AND sequence > ?2";
                let mut statement = reader.prepare_cached(sql)?;
                for place in statement.query_map(params![id, after], |row| Ok((row.get(0)?, row.get(1)?)))? {
                    places.insert(place?);
                }
                own(reader, id, after, &mut places)?;
            }
            for noun in Noun::ALL.iter().filter(|noun| noun.prefix().is_empty()) {
                lent(reader, *noun, &ids, after, &mut places)?;
            }
            Ok(Some(places.into_iter().collect()))
        })
    }
}

/// Rows that are about this one matter: their whole story, from before it was an incident.
fn own(
    reader: &Connection,
    incident: &str,
    after: u64,
    places: &mut BTreeSet<(u64, u32)>,
) -> rusqlite::Result<()> {
    let mut statement = reader.prepare_cached(
        "SELECT story.noun, story.sequence, story.ordinal FROM thing JOIN story USING (noun, id)
         WHERE thing.incident = ?1 AND story.sequence > ?2",
    )?;
    let rows = statement.query_map(params![incident, after], |row| {
        Ok((row.get::<_, String>(0)?, row.get(1)?, row.get(2)?))
    })?;
    for row in rows {
        let (noun, sequence, ordinal) = row?;
        if Noun::parse(&noun).is_some_and(|noun| !noun.prefix().is_empty()) {
            places.insert((sequence, ordinal));
        }
    }
    Ok(())
}

/// Rows that serve one matter after the other (a team, a lot): from when they came
/// to serve it to when they ceased.
fn lent(
    reader: &Connection,
    noun: Noun,
    ids: &[String],
    after: u64,
    places: &mut BTreeSet<(u64, u32)>,
) -> rusqlite::Result<()> {
    let mut statement = reader.prepare_cached(
        "SELECT sequence, ordinal, coalesce(row ->> 'incident', ''),
         lag(coalesce(row ->> 'incident', ''), 1, '') OVER (PARTITION BY id ORDER BY sequence, ordinal)
         FROM story WHERE noun = ?1",
    )?;
    let rows = statement.query_map([noun.as_str()], |row| {
        Ok((row.get::<_, u64>(0)?, row.get(1)?, row.get::<_, String>(2)?, row.get::<_, String>(3)?))
    })?;
    for row in rows {
        let (sequence, ordinal, serves, served) = row?;
        let is_own = [serves, served].iter().any(|incident| ids.contains(incident));
        if is_own && sequence > after {
            places.insert((sequence, ordinal));
        }
    }
    Ok(())
}

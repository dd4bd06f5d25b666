//! The tables. A file of another version is derived data: it is built anew.

use crate::derived::Content;

pub const VIEWS: Content = Content { name: "views", version: 2, tables: TABLES };

const TABLES: &str = "
    DROP TABLE IF EXISTS position; DROP TABLE IF EXISTS incident; DROP TABLE IF EXISTS evidence;
    DROP TABLE IF EXISTS alarm; DROP TABLE IF EXISTS history;
    DROP TABLE IF EXISTS thing; DROP TABLE IF EXISTS story;
    CREATE TABLE position (sequence INTEGER NOT NULL);
    INSERT INTO position VALUES (0);
    CREATE TABLE incident (
        id TEXT PRIMARY KEY, state TEXT NOT NULL, hazard TEXT NOT NULL, region TEXT NOT NULL,
        opened_at INTEGER NOT NULL, last_at INTEGER NOT NULL, summary TEXT NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX incident_by_time ON incident (opened_at);
    CREATE TABLE evidence (
        incident TEXT NOT NULL, key TEXT NOT NULL, row TEXT NOT NULL, PRIMARY KEY (incident, key)
    ) WITHOUT ROWID;
    CREATE TABLE alarm (
        incident TEXT NOT NULL, frame TEXT NOT NULL, ordinal INTEGER NOT NULL, sequence INTEGER NOT NULL,
        PRIMARY KEY (incident, frame, ordinal)
    ) WITHOUT ROWID;
    CREATE TABLE history (
        incident TEXT NOT NULL, sequence INTEGER NOT NULL, ordinal INTEGER NOT NULL, at INTEGER NOT NULL,
        entry TEXT NOT NULL, PRIMARY KEY (incident, sequence, ordinal)
    ) WITHOUT ROWID;
    CREATE TABLE thing (
        noun TEXT NOT NULL, id TEXT NOT NULL, state TEXT NOT NULL, region TEXT NOT NULL,
        department TEXT NOT NULL, incident TEXT NOT NULL, sequence INTEGER NOT NULL, at INTEGER NOT NULL,
        row TEXT NOT NULL, PRIMARY KEY (noun, id)
    ) WITHOUT ROWID;
    CREATE INDEX thing_by_incident ON thing (incident) WHERE incident <> '';
    CREATE TABLE story (
        noun TEXT NOT NULL, id TEXT NOT NULL, sequence INTEGER NOT NULL, ordinal INTEGER NOT NULL,
        at INTEGER NOT NULL, change TEXT NOT NULL, note TEXT NOT NULL, cause TEXT NOT NULL, row TEXT NOT NULL,
        PRIMARY KEY (noun, id, sequence, ordinal)
    ) WITHOUT ROWID;
";

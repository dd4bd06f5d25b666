//! A SQLite file that is derived from a stream: one connection writes, one reads.
//!
//! Nothing in it is the only copy, so what is wrong with it is mended in one way: it is
//! built anew from the stream. SQLite notices damage where it looks, which may be long
//! after it was done: at open, when a batch is written, or when somebody asks for a row.

use rusqlite::{Connection, Error, ErrorCode, OpenFlags, Transaction};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Notify;

/// The writer checkpoints within this.
const READ_WITHIN: Duration = Duration::from_secs(2);

/// Between two buildings: where the disk damages what is written, a new file is no help.
const AGAIN: Duration = Duration::from_secs(60);

/// What stands in a file.
#[derive(Clone, Copy, Debug)]
pub struct Content {
    /// As people call it.
    pub name: &'static str,
    /// A file of another one is built anew.
    pub version: i64,
    /// Drops what an older version left and makes the tables, `position` among them.
    pub tables: &'static str,
}

/// Cloneable handle for reads.
#[derive(Clone)]
pub struct Reader(Arc<Shared>);

struct Shared {
    connection: Mutex<Connection>,
    /// A read has met damage.
    damaged: Notify,
}

pub struct Writer {
    content: Content,
    path: PathBuf,
    connection: Connection,
    shared: Arc<Shared>,
    at: u64,
    built: Option<Instant>,
}

/// Position and connections of a file, which is made where there is none.
struct Opened {
    writer: Connection,
    reader: Connection,
    at: u64,
}

#[derive(Debug, thiserror::Error)]
enum BuildError {
    #[error("the old file cannot be removed: {0}")]
    Remove(#[from] std::io::Error),
    #[error(transparent)]
    Open(#[from] Error),
}

pub fn open(path: &Path, content: Content) -> Result<(Reader, Writer), Error> {
    let opened = match both(path, &content) {
        // Its header says how it is to be opened.
        Err(error) if is_damaged(&error) || is_closed(&error) => {
            tracing::warn!(file = %path.display(), %error, "the {} are damaged; building them anew", content.name);
            match remove(path) {
                Ok(()) => both(path, &content)?,
                Err(_) => return Err(error),
            }
        }
        opened => opened?,
    };
    let Opened { writer, reader, at } = opened;
    let shared = Arc::new(Shared { connection: Mutex::new(reader), damaged: Notify::new() });
    let path = path.to_owned();
    Ok((Reader(shared.clone()), Writer { content, path, connection: writer, shared, at, built: None }))
}

impl Reader {
    pub fn read<T>(&self, ask: impl FnOnce(&Connection) -> Result<T, Error>) -> Result<T, Error> {
        let answer = ask(&lock(&self.0.connection));
        if let Err(error) = &answer
            && is_damaged(error)
        {
            self.0.damaged.notify_one();
        }
        answer
    }
}

impl Writer {
    /// Everything of the stream up to here is in the file.
    pub fn at(&self) -> u64 {
        self.at
    }

    /// All that `fill` writes and the new position, or nothing.
    pub fn put(
        &mut self,
        at: u64,
        fill: impl FnOnce(&Transaction<'_>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let transaction = self.connection.transaction()?;
        fill(&transaction)?;
        match transaction.execute("UPDATE position SET sequence = ?1", [at])? {
            1 => transaction.commit()?,
            rows => return Err(Error::StatementChangedRows(rows)),
        }
        self.at = at;
        Ok(())
    }

    /// Answers when a read has met damage.
    pub async fn damaged(&self) {
        self.shared.damaged.notified().await;
    }

    /// Whether the file is empty now, to be filled from the stream's beginning.
    pub fn mend(&mut self, error: &Error) -> bool {
        is_damaged(error) && self.build()
    }

    /// The same, whatever is wrong with it.
    pub fn build(&mut self) -> bool {
        if self.built.is_some_and(|built| built.elapsed() < AGAIN) {
            return false;
        }
        self.built = Some(Instant::now());
        let (file, name) = (self.path.display().to_string(), self.content.name);
        tracing::warn!(file, "the {name} are damaged; building them anew");
        match self.replace() {
            Ok(()) => true,
            Err(error) => {
                tracing::error!(file, %error, "the {name} cannot be built anew");
                false
            }
        }
    }

    /// The stream is another one than the file is of.
    pub fn clear(&mut self) {
        match make(&self.connection, &self.content) {
            Ok(()) => self.at = 0,
            Err(error) => {
                tracing::error!(%error, "the {} cannot be cleared", self.content.name);
                self.build();
            }
        }
    }

    fn replace(&mut self) -> Result<(), BuildError> {
        let mut reader = lock(&self.shared.connection);
        // Ordering: closed before the file goes, both. The last one to close removes the
        // log beside it by its name, and that would be the new file's.
        *reader = Connection::open_in_memory()?;
        self.connection = Connection::open_in_memory()?;
        remove(&self.path)?;
        let opened = both(&self.path, &self.content)?;
        (self.connection, *reader, self.at) = (opened.writer, opened.reader, opened.at);
        Ok(())
    }
}

fn both(path: &Path, content: &Content) -> Result<Opened, Error> {
    let writer = Connection::open(path)?;
    writer.pragma_update(None, "journal_mode", "WAL")?;
    // Derived: after a power cut the stream fills in what is missing.
    writer.pragma_update(None, "synchronous", "NORMAL")?;
    writer.pragma_update(None, "trusted_schema", "OFF")?;
    let version: i64 = writer.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if version != content.version {
        make(&writer, content)?;
    }
    // A header may say of a file that can be read that it is not to be written. Only a
    // statement that writes finds out: SQLite begins a reading transaction there.
    writer.execute("UPDATE position SET sequence = sequence", [])?;
    let at = writer.query_row("SELECT sequence FROM position", [], |row| row.get(0))?;
    let reader = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    reader.busy_timeout(READ_WITHIN)?;
    Ok(Opened { writer, reader, at })
}

fn make(connection: &Connection, content: &Content) -> Result<(), Error> {
    let Content { tables, version, .. } = content;
    let made = connection.execute_batch(&format!("BEGIN; {tables} PRAGMA user_version = {version}; COMMIT;"));
    if made.is_err() && !connection.is_autocommit() {
        connection.execute_batch("ROLLBACK")?;
    }
    made
}

/// The file, and what SQLite keeps beside it.
fn remove(path: &Path) -> std::io::Result<()> {
    for beside in ["", "-wal", "-shm"] {
        let mut name = path.as_os_str().to_owned();
        name.push(beside);
        match std::fs::remove_file(&name) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

/// Our statements are right, and so is what they wrote: where they fail for what stands
/// in the file, it is not what it was.
fn is_damaged(error: &Error) -> bool {
    use ErrorCode::{DatabaseCorrupt, NotADatabase, Unknown};
    match error {
        Error::FromSqlConversionFailure(..)
        | Error::IntegralValueOutOfRange(..)
        | Error::InvalidColumnType(..)
        | Error::QueryReturnedNoRows
        | Error::SqlInputError { .. }
        | Error::StatementChangedRows(_)
        | Error::Utf8Error(..) => true,
        // `Unknown` is SQLite's general one: no such table, malformed JSON in a row.
        error => matches!(error.sqlite_error_code(), Some(DatabaseCorrupt | NotADatabase | Unknown)),
    }
}

/// As a header says whose version of the format is newer than SQLite's; of a folder
/// that cannot be written it is true as well, and there removing fails.
fn is_closed(error: &Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly))
}

/// A reader that panicked left nothing half-done: it only reads.
fn lock(connection: &Mutex<Connection>) -> MutexGuard<'_, Connection> {
    connection.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;

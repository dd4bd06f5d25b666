use super::*;
use futures_util::FutureExt;

const ROWS: u64 = 500;

const CONTENT: Content = Content {
    name: "numbers",
    version: 7,
    tables: "
        DROP TABLE IF EXISTS position; DROP TABLE IF EXISTS number;
        CREATE TABLE position (sequence INTEGER NOT NULL);
        INSERT INTO position VALUES (0);
        CREATE TABLE number (id INTEGER PRIMARY KEY, text TEXT NOT NULL);",
};

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("tocsin-derived-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).expect("a folder");
        Folder(path)
    }

    fn file(&self) -> PathBuf {
        self.0.join("numbers.db")
    }

    /// A file with rows on some thirty pages, all of it in the file itself.
    fn filled(&self) -> Vec<u8> {
        let (reader, mut writer) = open(&self.file(), CONTENT).expect("a file");
        fill(&mut writer).expect("filled");
        assert_eq!(count(&reader).expect("counted"), ROWS);
        drop((reader, writer));
        // The reader was the last to close, and may not put the log into the file.
        let checkpoint = Connection::open(self.file()).expect("the file");
        checkpoint.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).expect("a checkpoint");
        drop(checkpoint);
        std::fs::read(self.file()).expect("the file")
    }

    fn put(&self, bytes: &[u8]) {
        remove(&self.file()).expect("removed");
        std::fs::write(self.file(), bytes).expect("written");
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn fill(writer: &mut Writer) -> Result<(), Error> {
    writer.put(ROWS, |transaction| {
        let mut insert = transaction.prepare("INSERT OR REPLACE INTO number VALUES (?1, ?2)")?;
        (0..ROWS).try_for_each(|id| insert.execute((id, "number ".repeat(30))).map(drop))
    })
}

fn count(reader: &Reader) -> Result<u64, Error> {
    reader.read(|reader| {
        let mut numbers = reader.prepare("SELECT id, text FROM number")?;
        let rows = numbers.query_map([], |row| Ok((row.get::<_, u64>(0)?, row.get::<_, String>(1)?)))?;
        Ok(rows.collect::<Result<Vec<_>, _>>()?.len() as u64)
    })
}

#[test]
fn a_file_that_is_no_database_is_built_anew() {
    let folder = Folder::new("header");
    let good = folder.filled();
    for bytes in [&b"not at all"[..], &[&[0xFF; 4_096][..], &good[4_096..]].concat()] {
        folder.put(bytes);
        let (reader, mut writer) = open(&folder.file(), CONTENT).expect("another file");
        assert_eq!((writer.at(), count(&reader).expect("counted")), (0, 0));
        fill(&mut writer).expect("filled");
        assert_eq!(count(&reader).expect("counted"), ROWS);
    }
    // One that is whole stays.
    folder.put(&good);
    let (reader, writer) = open(&folder.file(), CONTENT).expect("the file");
    assert_eq!((writer.at(), count(&reader).expect("counted")), (ROWS, ROWS));
}

#[test]
fn whatever_a_header_says_the_file_can_be_filled_and_read() {
    let folder = Folder::new("flips");
    let good = folder.filled();
    for at in 0..100 {
        let mut bytes = good.clone();
        bytes[at] ^= 0xFF;
        folder.put(&bytes);
        let (reader, mut writer) =
            open(&folder.file(), CONTENT).unwrap_or_else(|error| panic!("{at}: {error}"));
        let again = |writer: &mut Writer, error: Error| {
            assert!(writer.mend(&error), "byte {at}: {error}");
            fill(writer)
        };
        let filled = fill(&mut writer).or_else(|error| again(&mut writer, error));
        filled.unwrap_or_else(|error| panic!("byte {at}: {error}"));
        let counted = count(&reader).or_else(|error| again(&mut writer, error).and_then(|()| count(&reader)));
        assert_eq!(counted.unwrap_or_else(|error| panic!("byte {at}: {error}")), ROWS, "byte {at}");
    }
}

#[test]
fn a_page_is_found_damaged_when_it_is_looked_at() {
    let folder = Folder::new("page");
    let mut bytes = folder.filled();
    // Behind the schema and the position.
    bytes[2 * 4_096..].fill(0xFF);
    folder.put(&bytes);
    let (reader, mut writer) = open(&folder.file(), CONTENT).expect("the file");
    assert_eq!(writer.at(), ROWS);
    assert!(writer.damaged().now_or_never().is_none());
    let read = count(&reader).expect_err("damage");
    assert!(writer.damaged().now_or_never().is_some());
    let written = fill(&mut writer).expect_err("damage");
    assert!(is_damaged(&read) && writer.mend(&written));
    assert_eq!((writer.at(), count(&reader).expect("counted")), (0, 0));
    fill(&mut writer).expect("filled");
    assert_eq!(count(&reader).expect("counted"), ROWS);
    // Not again at once, or a bad disk would keep a host busy with it.
    assert!(!writer.build());
}

#[test]
fn a_full_disk_is_no_damage() {
    let error = |code| Error::SqliteFailure(rusqlite::ffi::Error::new(code), None);
    use rusqlite::ffi;
    for (code, expect) in [
        (ffi::SQLITE_CORRUPT, true),
        (ffi::SQLITE_NOTADB, true),
        (ffi::SQLITE_ERROR, true),
        (ffi::SQLITE_FULL, false),
        (ffi::SQLITE_BUSY, false),
        (ffi::SQLITE_IOERR, false),
        (ffi::SQLITE_NOMEM, false),
        (ffi::SQLITE_CANTOPEN, false),
    ] {
        assert_eq!(is_damaged(&error(code)), expect, "{code}");
    }
}

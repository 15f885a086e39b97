//! The notebook's file: SQLCipher, one writer, SQL nowhere else.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags, Transaction, TransactionBehavior};
use thiserror::Error;

use crate::merging::WorkerError;

pub(crate) mod assigned;
pub(crate) mod audit;
pub(crate) mod confirming;
pub(crate) mod drafts;
pub(crate) mod entities;
pub(crate) mod envelopes;
pub(crate) mod erasure;
pub(crate) mod files;
pub(crate) mod forms;
pub(crate) mod fresh_keys;
pub(crate) mod handovers;
pub(crate) mod keys;
pub(crate) mod media;
pub(crate) mod meeting;
pub(crate) mod myself;
pub(crate) mod notices;
pub(crate) mod once_keys;
pub(crate) mod outbox;
pub(crate) mod pieces;
pub(crate) mod quarantine;
pub(crate) mod records;
pub(crate) mod roster;
pub(crate) mod time;
pub(crate) mod waiting_changes;

/// The migrations, in order. One that was released is never edited.
const MIGRATIONS: &[&str] = &[
    include_str!("store/0001_notebook.sql"),
    include_str!("store/0002_spent_grant.sql"),
    include_str!("store/0003_files.sql"),
    include_str!("store/0004_entities.sql"),
    include_str!("store/0005_membership.sql"),
    include_str!("store/0006_lifecycle.sql"),
    include_str!("store/0007_confirming.sql"),
    include_str!("store/0008_relay_key.sql"),
    include_str!("store/0009_erasure.sql"),
    include_str!("store/0010_packets.sql"),
    include_str!("store/0011_waiting_changes.sql"),
    include_str!("store/0012_desks.sql"),
    include_str!("store/0013_restored.sql"),
    include_str!("store/0014_media.sql"),
    include_str!("store/0015_notices.sql"),
    include_str!("store/0016_moving.sql"),
];

/// Why the notebook's file cannot be read or written.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The file is not a notebook any more.
    #[error("the notebook's file is damaged")]
    Damaged,
    /// There is no room left.
    #[error("there is no room left on this device; nothing was lost, free some space and try again")]
    Full,
    /// A newer program wrote it.
    #[error(
        "the notebook was written by a newer program (layout {found}, this program knows {known}); update the program"
    )]
    Newer {
        /// The layout found.
        found: usize,
        /// The newest this program knows.
        known: usize,
    },
    /// It was restored from a backup, and what was erased since is still in it.
    #[error(
        "this notebook was restored from a backup: sync it before anything is read, because records may have been \
         erased since"
    )]
    Restored,
    /// Something in it cannot be what this program wrote.
    #[error("the notebook holds something this program cannot read: {0}")]
    Unreadable(&'static str),
    /// What came in cannot be merged now.
    #[error(transparent)]
    Worker(#[from] WorkerError),
    /// SQLite says why.
    #[error("the notebook's file cannot be used: {0}")]
    Sql(#[source] rusqlite::Error),
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => Self::Damaged,
            Some(ErrorCode::DiskFull) => Self::Full,
            _ => Self::Sql(error),
        }
    }
}

/// The open file.
pub(crate) struct Store {
    connection: Connection,
    path: PathBuf,
}

impl Store {
    /// Makes the file, or opens it if it is there. Runs what migrations it lacks.
    pub(crate) fn open(path: &Path, key: &[u8; 32]) -> Result<Self, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
        let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        unlock(&connection, key)?;
        connection.busy_timeout(Duration::from_secs(5))?;
        // An answer is on disk before "saved" is said: FULL, not NORMAL, which in WAL mode may lose the last commits.
        // What is deleted is overwritten, and temporary tables never touch the disk.
        connection.execute_batch(
            "PRAGMA journal_mode = WAL;
             PRAGMA synchronous = FULL;
             PRAGMA foreign_keys = ON;
             PRAGMA secure_delete = ON;
             PRAGMA temp_store = MEMORY;",
        )?;
        connection.set_prepared_statement_cache_capacity(64);
        let mut store = Self {
            connection,
            path: path.to_owned(),
        };
        store.migrate()?;
        Ok(store)
    }

    /// Reads, from one consistent state.
    pub(crate) fn read<T, E: From<StoreError>>(
        &self,
        deed: impl FnOnce(&Connection) -> Result<T, E>,
    ) -> Result<T, E> {
        let tx = self
            .connection
            .unchecked_transaction()
            .map_err(StoreError::from)?;
        deed(&tx)
    }

    /// Writes one deed: all of it is durable when this returns `Ok`, nothing of it otherwise.
    pub(crate) fn write<T, E: From<StoreError>>(
        &mut self,
        deed: impl FnOnce(&Transaction<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let tx = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(StoreError::from)?;
        let done = deed(&tx)?;
        tx.commit().map_err(StoreError::from)?;
        Ok(done)
    }

    /// Moves the write-ahead log into the file and empties it, so that nothing deleted stays behind in it.
    pub(crate) fn empty_log(&self) -> Result<(), StoreError> {
        let busy: i64 = self
            .connection
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
        if busy != 0 {
            return Err(StoreError::Unreadable(
                "another program is reading the notebook; close it and finish again",
            ));
        }
        Ok(())
    }

    /// Writes the whole file anew, and empties the log. SQLite overwrites the rows it deletes, but where it moves rows
    /// from page to page it may leave old copies of them in the space between: only this takes those away.
    pub(crate) fn rewrite(&self) -> Result<(), StoreError> {
        self.connection.execute_batch("VACUUM")?;
        self.empty_log()
    }

    /// Checks the whole file.
    pub(crate) fn check(&self) -> Result<(), StoreError> {
        let verdict: String = self
            .connection
            .query_row("PRAGMA integrity_check", [], |row| row.get(0))?;
        if verdict == "ok" {
            Ok(())
        } else {
            Err(StoreError::Damaged)
        }
    }

    /// Returns where the file is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    fn migrate(&mut self) -> Result<(), StoreError> {
        let found: i64 = self
            .connection
            .query_row("PRAGMA user_version", [], |row| row.get(0))?;
        let found = usize::try_from(found).map_err(|_| StoreError::Damaged)?;
        if found > MIGRATIONS.len() {
            return Err(StoreError::Newer {
                found,
                known: MIGRATIONS.len(),
            });
        }
        for (n, migration) in MIGRATIONS.iter().enumerate().skip(found) {
            self.write(|tx| {
                tx.execute_batch(migration)?;
                Ok::<_, StoreError>(tx.pragma_update(None, "user_version", (n + 1) as i64)?)
            })?;
        }
        self.write(|tx| roster::name_heads(tx))
    }
}

#[cfg(not(feature = "null-cipher"))]
fn unlock(connection: &Connection, key: &[u8; 32]) -> Result<(), StoreError> {
    use std::fmt::Write as _;

    let mut pragma = zeroize::Zeroizing::new(String::with_capacity(96));
    pragma.push_str("PRAGMA key = \"x'");
    for byte in key {
        let _ = write!(pragma, "{byte:02x}");
    }
    pragma.push_str("'\"");
    connection.execute_batch(&pragma)?;
    // The first read shows whether the key opens the file.
    Ok(connection
        .query_row("SELECT count(name) FROM sqlite_master", [], |row| {
            row.get::<_, i64>(0)
        })
        .map(drop)?)
}

#[cfg(feature = "null-cipher")]
fn unlock(_: &Connection, _: &[u8; 32]) -> Result<(), StoreError> {
    Ok(())
}

/// Reads a column that must hold exactly the bytes of an id or key.
pub(crate) fn fixed<const N: usize>(row: &rusqlite::Row<'_>, column: &str) -> rusqlite::Result<[u8; N]> {
    let bytes: Vec<u8> = row.get(column)?;
    let length = bytes.len();
    bytes.try_into().map_err(|_| {
        let wrong = format!("{column} has {length} bytes, not {N}");
        rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Blob, wrong.into())
    })
}

/// Reads a column that holds a count or sequence.
pub(crate) fn count(row: &rusqlite::Row<'_>, column: &str) -> rusqlite::Result<u64> {
    let value: i64 = row.get(column)?;
    u64::try_from(value).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(0, value))
}

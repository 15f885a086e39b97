//! A copy of the file while the relay runs, and a file made out of a copy.

use std::path::Path;

use rusqlite::{Connection, OpenFlags, named_params};

use super::{MIGRATIONS, connect, migrate};
use crate::store::StoreError;

/// Copies the relay's file as it is at one moment. Whoever writes meanwhile is not held up, and what was deleted is not
/// in the copy. `to` is empty or not there.
pub(crate) fn copy(from: &Path, to: &Path) -> Result<(), StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(from, flags)?;
    connection.busy_timeout(super::PATIENCE)?;
    is_a_relays(&connection)?;
    let to = to
        .to_str()
        .ok_or(StoreError::Unreadable("a name that is not UTF-8"))?;
    connection.execute("VACUUM INTO :to", named_params! { ":to": to })?;
    Ok(())
}

/// Makes a copy the file of a relay: another log id and other nonces than the one it was copied from, and every
/// programme waits for a desk.
///
/// # Errors
/// If it is no relay's file, or damaged: every page is checked first.
pub(crate) fn begin_anew(file: &Path) -> Result<(), StoreError> {
    let mut connection = connect(file)?;
    is_a_relays(&connection)?;
    let verdict: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0))?;
    if verdict != "ok" || connection.prepare("PRAGMA foreign_key_check")?.exists([])? {
        return Err(StoreError::Damaged);
    }
    migrate(&mut connection)?;
    let (mut log, mut freshness) = ([0; 8], [0; 32]);
    getrandom::fill(&mut log)?;
    getrandom::fill(&mut freshness)?;
    let tx = connection.transaction()?;
    tx.execute(
        "UPDATE identity SET log = :log, freshness = :freshness",
        named_params! { ":log": log, ":freshness": freshness },
    )?;
    tx.execute("UPDATE programme SET restored = 1", [])?;
    // Pieces are copied after the file: what was erased in between is not among them.
    tx.execute("UPDATE media_piece SET whole = 0", [])?;
    tx.commit()?;
    // One file, without a log beside it.
    connection.query_row("PRAGMA journal_mode = DELETE", [], |_| Ok(()))?;
    Ok(())
}

fn is_a_relays(connection: &Connection) -> Result<(), StoreError> {
    let layout: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let found = usize::try_from(layout).map_err(|_| StoreError::Damaged)?;
    if found > MIGRATIONS.len() {
        return Err(StoreError::Newer {
            found,
            known: MIGRATIONS.len(),
        });
    }
    let ours: i64 = connection.query_row(
        "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name IN ('identity', 'programme', 'envelope')",
        [],
        |row| row.get(0),
    )?;
    match found > 0 && ours == 3 {
        true => Ok(()),
        false => Err(StoreError::NotARelays),
    }
}

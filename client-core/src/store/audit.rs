//! The audit: who did what to what, added to and never changed.

use rusqlite::{Connection, named_params};
use seal::audit::{AuditLine, link};
use wire::MemberId;

use super::{StoreError, count, fixed};

/// What is put down in the audit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Deed {
    /// A record with compartments besides `general` was shown.
    Read,
    /// A record left in a table or file.
    Export,
    /// A list of entities was shown, of all records at once.
    List,
    /// A record was handed to a device.
    Grant,
    /// A disagreement in a record was settled.
    Settle,
    /// A record was erased.
    Erase,
    /// A member was revoked.
    Revoke,
    /// What was in quarantine of a record was opened.
    Release,
    /// What was in quarantine of a record was put aside.
    Drop,
}

impl Deed {
    /// Returns the word for it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Export => "export",
            Self::List => "list",
            Self::Grant => "grant",
            Self::Settle => "settle",
            Self::Erase => "erase",
            Self::Revoke => "revoke",
            Self::Release => "release",
            Self::Drop => "drop",
        }
    }
}

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) n: u64,
    /// Unix seconds.
    pub(crate) at: i64,
    pub(crate) actor: MemberId,
    pub(crate) deed: String,
    pub(crate) subject: [u8; 16],
    previous: [u8; 32],
    hash: [u8; 32],
}

impl Entry {
    fn line(&self) -> AuditLine<'_> {
        AuditLine {
            n: self.n,
            at: self.at.unsigned_abs(),
            actor: self.actor,
            deed: &self.deed,
            subject: self.subject,
        }
    }
}

/// Where the chain breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AuditBreak {
    /// An entry is not what it was.
    #[error("entry {0} of the audit was changed, or what follows it was put in")]
    Changed(u64),
    /// An entry is missing.
    #[error("entry {0} of the audit is missing")]
    Missing(u64),
    /// The end is missing, or something was put behind it.
    #[error("the audit ends with entry {found}; it should end with entry {expected}")]
    Cut {
        /// The number of the last entry that is there.
        found: u64,
        /// The number of the last entry that was made.
        expected: u64,
    },
}

/// Puts a deed of this node down, in the transaction that does it. `at` is in unix seconds. `subject` is an id, and
/// nothing a person could be known by.
pub(crate) fn note(db: &Connection, at: i64, deed: Deed, subject: &[u8; 16]) -> Result<(), StoreError> {
    let (actor, n, previous) =
        db.query_row("SELECT member, audit_count, audit_head FROM self", [], |row| {
            let actor = MemberId::from_bytes(fixed(row, "member")?);
            Ok((actor, count(row, "audit_count")?, fixed(row, "audit_head")?))
        })?;
    let mut entry = Entry {
        n: n + 1,
        at,
        actor,
        deed: deed.word().to_owned(),
        subject: *subject,
        previous,
        hash: [0; 32],
    };
    entry.hash = link(&previous, &entry.line());
    db.prepare_cached(
        "INSERT INTO audit (n, at, actor, deed, subject, previous, hash)
         VALUES (:n, :at, :actor, :deed, :subject, :previous, :hash)",
    )?
    .execute(named_params! {
        ":n": entry.n as i64,
        ":at": entry.at,
        ":actor": entry.actor.as_bytes(),
        ":deed": entry.deed,
        ":subject": entry.subject,
        ":previous": entry.previous,
        ":hash": entry.hash,
    })?;
    db.prepare_cached("UPDATE self SET audit_count = :n, audit_head = :hash")?
        .execute(named_params! { ":n": entry.n as i64, ":hash": entry.hash })?;
    Ok(())
}

/// Returns when something was done to a subject, in unix seconds, the oldest first.
pub(crate) fn times(db: &Connection, deed: Deed, subject: &[u8; 16]) -> Result<Vec<i64>, StoreError> {
    let mut statement =
        db.prepare_cached("SELECT at FROM audit WHERE deed = :deed AND subject = :subject ORDER BY n")?;
    let rows = statement.query_map(
        named_params! { ":deed": deed.word(), ":subject": subject },
        |row| row.get("at"),
    )?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Returns all entries, the oldest first.
pub(crate) fn entries(db: &Connection) -> Result<Vec<Entry>, StoreError> {
    let mut statement =
        db.prepare_cached("SELECT n, at, actor, deed, subject, previous, hash FROM audit ORDER BY n")?;
    let rows = statement.query_map([], |row| {
        Ok(Entry {
            n: count(row, "n")?,
            at: row.get("at")?,
            actor: MemberId::from_bytes(fixed(row, "actor")?),
            deed: row.get("deed")?,
            subject: fixed(row, "subject")?,
            previous: fixed(row, "previous")?,
            hash: fixed(row, "hash")?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Checks the whole chain. Returns how many entries there are, or where it breaks.
pub(crate) fn verify(db: &Connection) -> Result<Result<u64, AuditBreak>, StoreError> {
    let (expected, head): (u64, [u8; 32]) =
        db.query_row("SELECT audit_count, audit_head FROM self", [], |row| {
            Ok((count(row, "audit_count")?, fixed(row, "audit_head")?))
        })?;
    let (mut n, mut last) = (0, [0; 32]);
    for entry in entries(db)? {
        n += 1;
        if entry.n != n {
            return Ok(Err(AuditBreak::Missing(n)));
        }
        if entry.previous != last || entry.hash != link(&last, &entry.line()) {
            return Ok(Err(AuditBreak::Changed(n)));
        }
        last = entry.hash;
    }
    Ok(match n == expected && last == head {
        true => Ok(n),
        false if n == expected => Err(AuditBreak::Changed(n)),
        false => Err(AuditBreak::Cut { found: n, expected }),
    })
}

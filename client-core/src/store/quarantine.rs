//! The quarantine: whom to trust of those who were revoked, what a person decided, and what is to be made anew.

use rusqlite::{Connection, named_params};
use wire::{EnvelopeId, Kind, MemberId, RecordId};

use super::envelopes::ids;
use super::{StoreError, count, fixed};

/// Why an envelope is in quarantine, apart from what is wrong with its bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Cause {
    /// Its author was revoked, and it is none of those that stay trusted.
    Revoked,
    /// It came after its author's membership had ended.
    Expired,
    /// Its author signed two envelopes for one place.
    Fork,
}

impl Cause {
    fn word(self) -> &'static str {
        match self {
            Self::Revoked => "revoked",
            Self::Expired => "expired",
            Self::Fork => "fork",
        }
    }

    /// Returns the sentence that people read.
    pub(crate) fn reason(self) -> &'static str {
        match self {
            Self::Revoked => "written after its author was revoked",
            Self::Expired => "it came after its author's membership had ended",
            Self::Fork => "its author signed two envelopes for one place; the notebook may have been copied",
        }
    }
}

/// What waits for a person's decision, of one author and about one subject.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Group {
    pub(crate) subject: [u8; 16],
    pub(crate) author: MemberId,
    /// `revoked`, `expired`, `fork`, or `misfit`.
    pub(crate) cause: String,
    pub(crate) reason: String,
    pub(crate) envelopes: u64,
    /// When the first and the last of them were first seen, in unix seconds.
    pub(crate) seen: (i64, i64),
}

pub(crate) fn put(db: &Connection, id: EnvelopeId, cause: Cause, reason: &str) -> Result<(), StoreError> {
    db.prepare_cached(
        "UPDATE envelope SET state = 'quarantined', cause = :cause, reason = :reason WHERE id = :id",
    )?
    .execute(named_params! { ":cause": cause.word(), ":reason": reason, ":id": id.as_bytes() })?;
    Ok(())
}

/// Returns what is in quarantine, or what a person dropped from it. What is about no record is not listed: chains are
/// released with the records that are sealed under them, and posted keys serve nobody.
pub(crate) fn groups(db: &Connection, dropped: bool) -> Result<Vec<Group>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT subject, author, coalesce(cause, 'misfit') AS cause, coalesce(reason, '') AS reason,
                count(*) AS envelopes, min(seen) AS first, max(seen) AS last
         FROM envelope
         WHERE state = 'quarantined' AND subject <> zeroblob(16)
           AND :dropped = (id IN (SELECT envelope FROM decided WHERE NOT released))
         GROUP BY subject, author, cause, reason ORDER BY min(rowid)",
    )?;
    let rows = statement.query_map(named_params! { ":dropped": dropped }, |row| {
        Ok(Group {
            subject: fixed(row, "subject")?,
            author: MemberId::from_bytes(fixed(row, "author")?),
            cause: row.get("cause")?,
            reason: row.get("reason")?,
            envelopes: count(row, "envelopes")?,
            seen: (row.get("first")?, row.get("last")?),
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Returns what is in quarantine about one subject, dropped or not, oldest first.
pub(crate) fn about(db: &Connection, subject: &[u8; 16]) -> Result<Vec<EnvelopeId>, StoreError> {
    ids(
        db,
        "SELECT id FROM envelope WHERE state = 'quarantined' AND subject = :subject ORDER BY rowid",
        &[(":subject", subject)],
    )
}

/// Returns the chains of an author that are in quarantine.
pub(crate) fn chains(db: &Connection, author: MemberId) -> Result<Vec<EnvelopeId>, StoreError> {
    ids(
        db,
        "SELECT id FROM envelope WHERE state = 'quarantined' AND author = :author AND kind = :chain ORDER BY rowid",
        &[(":author", author.as_bytes()), (":chain", &Kind::CHAIN.0)],
    )
}

/// Notes what a person decided about an envelope.
pub(crate) fn decide(db: &Connection, id: EnvelopeId, released: bool, now: i64) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT INTO decided (envelope, released, at) VALUES (:id, :released, :now)
         ON CONFLICT DO UPDATE SET released = excluded.released, at = excluded.at",
    )?
    .execute(named_params! { ":id": id.as_bytes(), ":released": released, ":now": now })?;
    Ok(())
}

/// Returns whether a person released an envelope.
pub(crate) fn is_released(db: &Connection, id: EnvelopeId) -> Result<bool, StoreError> {
    Ok(db
        .prepare_cached("SELECT 1 FROM decided WHERE envelope = :id AND released")?
        .exists(named_params! { ":id": id.as_bytes() })?)
}

/// Trusts an envelope of a member who was revoked. Returns `false` if it was trusted before.
pub(crate) fn trust(db: &Connection, id: EnvelopeId, author: MemberId) -> Result<bool, StoreError> {
    Ok(db
        .prepare_cached(
            "INSERT INTO trusted (envelope, author) VALUES (:id, :author) ON CONFLICT DO NOTHING",
        )?
        .execute(named_params! { ":id": id.as_bytes(), ":author": author.as_bytes() })?
        > 0)
}

pub(crate) fn is_trusted(db: &Connection, id: EnvelopeId, author: MemberId) -> Result<bool, StoreError> {
    Ok(db
        .prepare_cached("SELECT 1 FROM trusted WHERE envelope = :id AND author = :author")?
        .exists(named_params! { ":id": id.as_bytes(), ":author": author.as_bytes() })?)
}

pub(crate) fn forget_trusted(db: &Connection, author: MemberId) -> Result<(), StoreError> {
    db.prepare_cached("DELETE FROM trusted WHERE author = :author")?
        .execute(named_params! { ":author": author.as_bytes() })?;
    Ok(())
}

/// Quarantines everything of a revoked member that is not trusted, and notes which records are to be made anew.
pub(crate) fn shut_out(db: &Connection, author: MemberId) -> Result<(), StoreError> {
    const UNTRUSTED: &str = "author = :author AND state <> 'quarantined'
        AND id NOT IN (SELECT envelope FROM trusted WHERE author = :author)
        AND id NOT IN (SELECT envelope FROM decided WHERE released)";
    db.prepare_cached(&format!(
        "INSERT INTO remake_due (record)
         SELECT DISTINCT subject FROM envelope WHERE kind = :kind AND state = 'opened' AND {UNTRUSTED}
         ON CONFLICT DO NOTHING"
    ))?
    .execute(named_params! { ":author": author.as_bytes(), ":kind": Kind::RECORD.0 })?;
    db.prepare_cached(&format!(
        "UPDATE envelope SET state = 'quarantined', cause = :cause, reason = :reason WHERE {UNTRUSTED}"
    ))?
    .execute(named_params! {
        ":author": author.as_bytes(),
        ":cause": Cause::Revoked.word(),
        ":reason": Cause::Revoked.reason(),
    })?;
    Ok(())
}

/// Lets what is in quarantine only because its author was revoked be opened: what is trusted after all, or
/// everything, if the author is not revoked any more.
pub(crate) fn let_in(db: &Connection, author: MemberId, everything: bool) -> Result<(), StoreError> {
    db.prepare_cached(
        "UPDATE envelope SET state = 'waiting', cause = NULL, reason = 'it turned out to be trusted'
         WHERE author = :author AND state = 'quarantined' AND cause = 'revoked'
           AND (:everything OR id IN (SELECT envelope FROM trusted WHERE author = :author))",
    )?
    .execute(named_params! { ":author": author.as_bytes(), ":everything": everything })?;
    Ok(())
}

/// Returns the records that are to be made anew and have no open edit.
pub(crate) fn due(db: &Connection) -> Result<Vec<RecordId>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT record FROM remake_due WHERE record NOT IN (SELECT record FROM draft) ORDER BY record",
    )?;
    let rows = statement.query_map([], |row| fixed(row, "record").map(RecordId::from_bytes))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Lets everything that was opened of a record be opened again: it is made anew.
pub(crate) fn reopen_all(db: &Connection, record: RecordId) -> Result<(), StoreError> {
    db.prepare_cached("DELETE FROM remake_due WHERE record = :record")?
        .execute(named_params! { ":record": record.as_bytes() })?;
    db.prepare_cached(
        "UPDATE envelope SET state = 'waiting', reason = 'its record is made anew'
         WHERE subject = :record AND kind = :kind AND state = 'opened'",
    )?
    .execute(named_params! { ":record": record.as_bytes(), ":kind": Kind::RECORD.0 })?;
    Ok(())
}

/// Returns how many envelopes of an author are in quarantine.
pub(crate) fn count_of(db: &Connection, author: MemberId) -> Result<u64, StoreError> {
    let sql = "SELECT count(*) AS envelopes FROM envelope WHERE state = 'quarantined' AND author = :author";
    Ok(db
        .prepare_cached(sql)?
        .query_row(named_params! { ":author": author.as_bytes() }, |row| {
            count(row, "envelopes")
        })?)
}

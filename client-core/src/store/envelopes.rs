//! Envelopes this node wrote or received, and its outbox.

use rusqlite::{Connection, OptionalExtension, Row, named_params};
use wire::{Envelope, EnvelopeId, Header, Kind, MemberId, Part, RecordId, Status};

use super::{StoreError, count, fixed};

/// What became of an envelope here.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum State {
    /// Kept; this node has nothing to open in it.
    Kept,
    /// Opened and merged.
    Opened,
    /// Something it needs has not come yet.
    Waiting,
    /// It does not open or merge; a person must look.
    Quarantined,
}

impl State {
    fn word(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Opened => "opened",
            Self::Waiting => "waiting",
            Self::Quarantined => "quarantined",
        }
    }
}

/// An envelope that waits or is quarantined, and why.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Troubled {
    pub(crate) id: EnvelopeId,
    pub(crate) author: MemberId,
    pub(crate) subject: [u8; 16],
    pub(crate) sequence: u64,
    pub(crate) quarantined: bool,
    pub(crate) reason: String,
}

/// Keeps an envelope. Returns `false` if it was here; parts it lacked are filled in.
pub(crate) fn keep(db: &Connection, id: EnvelopeId, envelope: &Envelope) -> Result<bool, StoreError> {
    let header = &envelope.header;
    let new = db
        .prepare_cached(
            "INSERT INTO envelope (id, author, incarnation, sequence, kind, subject, header, signature, state)
             VALUES (:id, :author, :incarnation, :sequence, :kind, :subject, :header, :signature, 'kept')
             ON CONFLICT DO NOTHING",
        )?
        .execute(named_params! {
            ":id": id.as_bytes(),
            ":author": header.author.as_bytes(),
            ":incarnation": header.incarnation,
            ":sequence": header.sequence as i64,
            ":kind": header.kind.0,
            ":subject": header.subject,
            ":header": header.to_bytes(),
            ":signature": envelope.signature,
        })?
        > 0;
    for (n, part) in envelope.parts.iter().enumerate() {
        if let Part::Here(bytes) = part {
            db.prepare_cached(
                "INSERT INTO part (envelope, n, bytes) VALUES (:envelope, :n, :bytes) ON CONFLICT DO NOTHING",
            )?
            .execute(named_params! { ":envelope": id.as_bytes(), ":n": n as i64, ":bytes": bytes })?;
        }
    }
    Ok(new)
}

/// Returns whether everything this node can do with an envelope was done, and all of its parts are here.
pub(crate) fn is_settled(db: &Connection, id: EnvelopeId) -> Result<bool, StoreError> {
    let (state, header, parts): (String, Vec<u8>, i64) = db
        .prepare_cached(
            "SELECT state, header, (SELECT count(*) FROM part WHERE envelope = id) AS parts
             FROM envelope WHERE id = :id",
        )?
        .query_row(named_params! { ":id": id.as_bytes() }, |row| {
            Ok((row.get("state")?, row.get("header")?, row.get("parts")?))
        })?;
    let header = Header::from_bytes(&header).map_err(|_| StoreError::Unreadable("an envelope's header"))?;
    Ok(state != "waiting" && header.parts.len() as i64 == parts)
}

/// Returns whether another envelope of the same author stands at the same place.
pub(crate) fn has_rival(db: &Connection, id: EnvelopeId, header: &Header) -> Result<bool, StoreError> {
    Ok(db
        .prepare_cached(
            "SELECT 1 FROM envelope
             WHERE author = :author AND incarnation = :incarnation AND sequence = :sequence AND id <> :id",
        )?
        .exists(named_params! {
            ":author": header.author.as_bytes(),
            ":incarnation": header.incarnation,
            ":sequence": header.sequence as i64,
            ":id": id.as_bytes(),
        })?)
}

pub(crate) fn mark(
    db: &Connection,
    id: EnvelopeId,
    state: State,
    reason: Option<&str>,
) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE envelope SET state = :state, reason = :reason WHERE id = :id")?
        .execute(named_params! { ":state": state.word(), ":reason": reason, ":id": id.as_bytes() })?;
    Ok(())
}

pub(crate) fn get(db: &Connection, id: EnvelopeId) -> Result<Option<Envelope>, StoreError> {
    let found = db
        .prepare_cached("SELECT id, header, signature FROM envelope WHERE id = :id")?
        .query_row(named_params! { ":id": id.as_bytes() }, bare)
        .optional()?;
    found.map(|bare| whole(db, bare)).transpose()
}

/// Returns whether all of these have arrived.
pub(crate) fn all_here(db: &Connection, ids: &[EnvelopeId]) -> Result<bool, StoreError> {
    let mut here = db.prepare_cached("SELECT 1 FROM envelope WHERE id = :id")?;
    for id in ids {
        if !here.exists(named_params! { ":id": id.as_bytes() })? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Lets every envelope that was opened be opened again.
pub(crate) fn wait_again(db: &Connection) -> Result<(), StoreError> {
    db.execute(
        "UPDATE envelope SET state = 'waiting', reason = 'it is opened again' WHERE state = 'opened'",
        [],
    )?;
    Ok(())
}

/// Lets what was merely kept be opened again: keys of further epochs have come.
pub(crate) fn try_kept_again(db: &Connection) -> Result<(), StoreError> {
    db.execute(
        "UPDATE envelope SET state = 'waiting', reason = 'keys have just come' WHERE state = 'kept'",
        [],
    )?;
    Ok(())
}

/// Returns the envelopes that wait, oldest first.
pub(crate) fn waiting(db: &Connection) -> Result<Vec<EnvelopeId>, StoreError> {
    ids(
        db,
        "SELECT id FROM envelope WHERE state = 'waiting' ORDER BY rowid",
        &[],
    )
}

/// Returns what is kept or was opened of a record, oldest first.
pub(crate) fn of_record(db: &Connection, record: RecordId) -> Result<Vec<EnvelopeId>, StoreError> {
    let kind = i64::from(Kind::RECORD.0);
    let sql = "SELECT id FROM envelope WHERE subject = :record AND kind = :kind AND state <> 'quarantined'
               ORDER BY rowid";
    ids(db, sql, &[(":record", record.as_bytes()), (":kind", &kind)])
}

/// Marks what was opened of a record as merely kept: its keys are gone.
pub(crate) fn close(db: &Connection, record: RecordId) -> Result<(), StoreError> {
    db.prepare_cached(
        "UPDATE envelope SET state = 'kept', reason = NULL WHERE subject = :record AND state <> 'quarantined'",
    )?
    .execute(named_params! { ":record": record.as_bytes() })?;
    Ok(())
}

/// Notes that the grants of a record are spent, and destroys what they hold.
pub(crate) fn spend_grants(db: &Connection, record: RecordId) -> Result<(), StoreError> {
    let grants = named_params! { ":record": record.as_bytes(), ":grant": Kind::GRANT.0 };
    db.prepare_cached(
        "INSERT INTO spent_grant (envelope)
         SELECT id FROM envelope WHERE subject = :record AND kind = :grant
         ON CONFLICT DO NOTHING",
    )?
    .execute(grants)?;
    db.prepare_cached(
        "DELETE FROM part WHERE envelope IN (SELECT id FROM envelope WHERE subject = :record AND kind = :grant)",
    )?
    .execute(grants)?;
    Ok(())
}

/// Returns the headers of a record's grants.
pub(crate) fn grants_of(db: &Connection, record: RecordId) -> Result<Vec<Header>, StoreError> {
    let sql = "SELECT header FROM envelope WHERE subject = :record AND kind = :grant";
    let mut statement = db.prepare_cached(sql)?;
    let mut rows =
        statement.query(named_params! { ":record": record.as_bytes(), ":grant": Kind::GRANT.0 })?;
    let mut headers = Vec::new();
    while let Some(row) = rows.next()? {
        let header: Vec<u8> = row.get("header")?;
        headers
            .push(Header::from_bytes(&header).map_err(|_| StoreError::Unreadable("an envelope's header"))?);
    }
    Ok(headers)
}

/// Returns whether an envelope is a grant that was spent here.
pub(crate) fn is_spent(db: &Connection, id: EnvelopeId) -> Result<bool, StoreError> {
    Ok(db
        .prepare_cached("SELECT 1 FROM spent_grant WHERE envelope = :id")?
        .exists(named_params! { ":id": id.as_bytes() })?)
}

/// Returns what waits or is quarantined, with the reason.
pub(crate) fn troubled(db: &Connection) -> Result<Vec<Troubled>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT id, author, subject, sequence, state, reason FROM envelope
         WHERE state IN ('waiting', 'quarantined') ORDER BY rowid",
    )?;
    let rows = statement.query_map([], |row| {
        Ok(Troubled {
            id: EnvelopeId(fixed(row, "id")?),
            author: MemberId::from_bytes(fixed(row, "author")?),
            subject: fixed(row, "subject")?,
            sequence: count(row, "sequence")?,
            quarantined: row.get::<_, String>("state")? == "quarantined",
            reason: row.get::<_, Option<String>>("reason")?.unwrap_or_default(),
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Returns the authors whose sequence has holes, with how many envelopes are missing.
pub(crate) fn holes(db: &Connection) -> Result<Vec<(MemberId, u64)>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT author, max(sequence) - count(DISTINCT sequence) AS missing FROM envelope
         GROUP BY author, incarnation HAVING missing > 0 ORDER BY author",
    )?;
    let rows = statement.query_map([], |row| {
        Ok((
            MemberId::from_bytes(fixed(row, "author")?),
            count(row, "missing")?,
        ))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Puts an envelope of this node's own behind what it wrote before.
pub(crate) fn queue(db: &Connection, id: EnvelopeId) -> Result<(), StoreError> {
    db.prepare_cached("INSERT INTO outbox (envelope, state) VALUES (:id, 'queued')")?
        .execute(named_params! { ":id": id.as_bytes() })?;
    Ok(())
}

/// Returns up to `limit` queued envelopes behind place `after`, with their places.
pub(crate) fn queued(db: &Connection, after: i64, limit: usize) -> Result<Vec<(i64, Envelope)>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT n, id, header, signature FROM outbox JOIN envelope ON envelope.id = outbox.envelope
         WHERE outbox.state = 'queued' AND n > :after ORDER BY n LIMIT :limit",
    )?;
    let rows = statement
        .query_map(named_params! { ":after": after, ":limit": limit as i64 }, |row| {
            Ok((row.get("n")?, bare(row)?))
        })?
        .collect::<Result<Vec<(i64, Bare)>, _>>()?;
    rows.into_iter()
        .map(|(n, bare)| Ok((n, whole(db, bare)?)))
        .collect()
}

/// Notes what the relay said of an envelope. Returns `false` if it was never queued here.
pub(crate) fn note(db: &Connection, id: EnvelopeId, status: Status) -> Result<bool, StoreError> {
    let state = match status {
        Status::Stored | Status::Had => "relayed",
        Status::Fork => "fork",
        Status::Refused | Status::Overtaken => "refused",
    };
    Ok(db
        .prepare_cached("UPDATE outbox SET state = :state WHERE envelope = :id")?
        .execute(named_params! { ":state": state, ":id": id.as_bytes() })?
        > 0)
}

/// Queues everything again: the relay began a new log, and may have lost some.
pub(crate) fn queue_all_again(db: &Connection) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE outbox SET state = 'queued'")?
        .execute([])?;
    Ok(())
}

/// Counts the outbox: queued, relayed, and what the relay complained of.
pub(crate) fn outbox_counts(db: &Connection) -> Result<(u64, u64, u64), StoreError> {
    Ok(db.query_row(
        "SELECT count(*) FILTER (WHERE state = 'queued') AS queued,
                count(*) FILTER (WHERE state = 'relayed') AS relayed,
                count(*) FILTER (WHERE state IN ('fork', 'refused')) AS troubled
         FROM outbox",
        [],
        |row| {
            Ok((
                count(row, "queued")?,
                count(row, "relayed")?,
                count(row, "troubled")?,
            ))
        },
    )?)
}

struct Bare {
    id: EnvelopeId,
    header: Vec<u8>,
    signature: [u8; 64],
}

fn bare(row: &Row<'_>) -> rusqlite::Result<Bare> {
    Ok(Bare {
        id: EnvelopeId(fixed(row, "id")?),
        header: row.get("header")?,
        signature: fixed(row, "signature")?,
    })
}

fn whole(db: &Connection, bare: Bare) -> Result<Envelope, StoreError> {
    let header =
        Header::from_bytes(&bare.header).map_err(|_| StoreError::Unreadable("an envelope's header"))?;
    let mut parts = vec![Part::Absent; header.parts.len()];
    let mut statement = db.prepare_cached("SELECT n, bytes FROM part WHERE envelope = :id")?;
    let mut rows = statement.query(named_params! { ":id": bare.id.as_bytes() })?;
    while let Some(row) = rows.next()? {
        let n = row.get::<_, i64>("n")?;
        let slot = usize::try_from(n).ok().and_then(|n| parts.get_mut(n));
        *slot.ok_or(StoreError::Unreadable("a part"))? = Part::Here(row.get("bytes")?);
    }
    Ok(Envelope {
        header,
        signature: bare.signature,
        parts,
    })
}

fn ids(
    db: &Connection,
    sql: &str,
    parameters: &[(&str, &dyn rusqlite::ToSql)],
) -> Result<Vec<EnvelopeId>, StoreError> {
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map(parameters, |row| fixed(row, "id").map(EnvelopeId))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

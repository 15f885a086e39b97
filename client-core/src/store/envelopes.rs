//! Envelopes this node wrote or received, and its outbox.

use rusqlite::{Connection, OptionalExtension, Row, named_params};
use wire::{Envelope, EnvelopeId, Header, Kind, MemberId, Part, RecordId, Trusted};

use super::{StoreError, count, fixed, pieces};

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

    fn read(word: &str) -> Result<Self, StoreError> {
        [Self::Kept, Self::Opened, Self::Waiting, Self::Quarantined]
            .into_iter()
            .find(|state| state.word() == word)
            .ok_or(StoreError::Unreadable("what became of an envelope"))
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

/// Keeps an envelope, or fills in the parts that were lacking. Returns `false` if all of it was here.
pub(crate) fn keep(db: &Connection, id: EnvelopeId, envelope: &Envelope) -> Result<bool, StoreError> {
    let header = &envelope.header;
    let mut new = db
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
    new |= pieces::declare(db, id, envelope)?;
    let inline = envelope.parts.iter().take(inline(header));
    for (n, part) in inline.enumerate() {
        if let Part::Here(bytes) = part {
            let filled = db.prepare_cached(
                "INSERT INTO part (envelope, n, bytes) VALUES (:envelope, :n, :bytes) ON CONFLICT DO NOTHING",
            )?
            .execute(named_params! { ":envelope": id.as_bytes(), ":n": n as i64, ":bytes": bytes })?;
            new |= filled > 0;
        }
    }
    Ok(new)
}

/// Returns how many parts of an envelope travel in it: pieces of photos come apart.
fn inline(header: &Header) -> usize {
    match header.kind.has_pieces() {
        true => header.parts.len().min(1),
        false => header.parts.len(),
    }
}

/// Notes when this node first saw an envelope, in unix seconds, and whether its author's membership had ended by then.
pub(crate) fn note_seen(db: &Connection, id: EnvelopeId, now: i64, late: bool) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE envelope SET seen = :now, late = :late WHERE id = :id")?
        .execute(named_params! { ":now": now, ":late": late, ":id": id.as_bytes() })?;
    Ok(())
}

/// Returns whether an envelope came after its author's membership had ended.
pub(crate) fn came_late(db: &Connection, id: EnvelopeId) -> Result<bool, StoreError> {
    Ok(db
        .prepare_cached("SELECT 1 FROM envelope WHERE id = :id AND late")?
        .exists(named_params! { ":id": id.as_bytes() })?)
}

/// Returns an envelope's header.
pub(crate) fn header(db: &Connection, id: EnvelopeId) -> Result<Option<Header>, StoreError> {
    let bytes: Option<Vec<u8>> = db
        .prepare_cached("SELECT header FROM envelope WHERE id = :id")?
        .query_row(named_params! { ":id": id.as_bytes() }, |row| row.get("header"))
        .optional()?;
    bytes
        .map(|bytes| Header::from_bytes(&bytes).map_err(|_| StoreError::Unreadable("an envelope's header")))
        .transpose()
}

/// Returns whether everything this node can do with an envelope was done, and all of its parts are here.
pub(crate) fn is_settled(db: &Connection, id: EnvelopeId) -> Result<bool, StoreError> {
    let waits = db
        .prepare_cached("SELECT 1 FROM envelope WHERE id = :id AND state = 'waiting'")?
        .exists(named_params! { ":id": id.as_bytes() })?;
    Ok(!waits && is_whole(db, id)?)
}

/// Returns whether all parts of an envelope that travel in it are here.
pub(crate) fn is_whole(db: &Connection, id: EnvelopeId) -> Result<bool, StoreError> {
    let (header, parts): (Vec<u8>, i64) = db
        .prepare_cached(
            "SELECT header, (SELECT count(*) FROM part WHERE envelope = id) AS parts
             FROM envelope WHERE id = :id",
        )?
        .query_row(named_params! { ":id": id.as_bytes() }, |row| {
            Ok((row.get("header")?, row.get("parts")?))
        })?;
    let header = Header::from_bytes(&header).map_err(|_| StoreError::Unreadable("an envelope's header"))?;
    Ok(inline(&header) as i64 == parts)
}

/// Returns what is wrong with an envelope's place in its author's sequence, as far as its neighbours are here.
pub(crate) fn misplaced(
    db: &Connection,
    id: EnvelopeId,
    header: &Header,
) -> Result<Option<&'static str>, StoreError> {
    let at = |sequence: u64| -> Result<Vec<(EnvelopeId, Vec<u8>)>, StoreError> {
        let mut statement = db.prepare_cached(
            "SELECT id, header FROM envelope
             WHERE author = :author AND incarnation = :incarnation AND sequence = :sequence AND id <> :id",
        )?;
        let rows = statement.query_map(
            named_params! {
                ":author": header.author.as_bytes(),
                ":incarnation": header.incarnation,
                ":sequence": sequence as i64,
                ":id": id.as_bytes(),
            },
            |row| Ok((EnvelopeId(fixed(row, "id")?), row.get("header")?)),
        )?;
        Ok(rows.collect::<Result<_, _>>()?)
    };
    if !at(header.sequence)?.is_empty() {
        return Ok(Some(
            "its author signed two envelopes for one place; the notebook may have been copied",
        ));
    }
    let before = match header.sequence {
        0 | 1 => Vec::new(),
        sequence => at(sequence - 1)?,
    };
    if !before.is_empty() && before.iter().all(|(id, _)| *id != header.previous) {
        return Ok(Some(
            "it follows another envelope than the one here; the notebook may have been copied",
        ));
    }
    let after = at(header.sequence.saturating_add(1))?;
    let follow_it = after
        .iter()
        .any(|(_, bytes)| Header::from_bytes(bytes).is_ok_and(|next| next.previous == id));
    if !after.is_empty() && !follow_it {
        return Ok(Some("what its author wrote after it follows another envelope"));
    }
    Ok(None)
}

pub(crate) fn mark(
    db: &Connection,
    id: EnvelopeId,
    state: State,
    reason: Option<&str>,
) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE envelope SET state = :state, reason = :reason, cause = NULL WHERE id = :id")?
        .execute(named_params! { ":state": state.word(), ":reason": reason, ":id": id.as_bytes() })?;
    Ok(())
}

/// Returns who wrote an envelope that is here, under which incarnation.
pub(crate) fn author(db: &Connection, id: EnvelopeId) -> Result<Option<(MemberId, u32)>, StoreError> {
    Ok(db
        .prepare_cached("SELECT author, incarnation FROM envelope WHERE id = :id")?
        .query_row(named_params! { ":id": id.as_bytes() }, |row| {
            Ok((
                MemberId::from_bytes(fixed(row, "author")?),
                row.get("incarnation")?,
            ))
        })
        .optional()?)
}

pub(crate) fn get(db: &Connection, id: EnvelopeId) -> Result<Option<Envelope>, StoreError> {
    let found = db
        .prepare_cached("SELECT id, header, signature FROM envelope WHERE id = :id")?
        .query_row(named_params! { ":id": id.as_bytes() }, bare)
        .optional()?;
    found.map(|bare| whole(db, bare)).transpose()
}

/// Returns everything that is here and has its parts, oldest first.
pub(crate) fn everything(db: &Connection) -> Result<Vec<EnvelopeId>, StoreError> {
    ids(db, "SELECT id FROM envelope ORDER BY rowid", &[])
}

/// Returns what a device needs of what is here: what is for all, what is for it, and the records it was granted.
pub(crate) fn meant_for(db: &Connection, member: MemberId) -> Result<Vec<EnvelopeId>, StoreError> {
    let mut statement = db.prepare_cached("SELECT id, header FROM envelope ORDER BY rowid")?;
    let mut rows = statement.query([])?;
    let (mut headers, mut granted) = (Vec::new(), std::collections::BTreeSet::new());
    while let Some(row) = rows.next()? {
        let bytes: Vec<u8> = row.get("header")?;
        let header =
            Header::from_bytes(&bytes).map_err(|_| StoreError::Unreadable("an envelope's header"))?;
        if header.kind == Kind::GRANT && header.recipient == Some(member) {
            granted.insert(header.subject);
        }
        headers.push((EnvelopeId(fixed(row, "id")?), header));
    }
    let for_all = [
        Kind::FORM,
        Kind::FILE,
        Kind::TOMBSTONE,
        Kind::WITHDRAWAL,
        Kind::CHECKPOINT,
    ];
    let needed = headers.into_iter().filter(|(_, header)| {
        header.recipient == Some(member)
            || header.recipient.is_none()
                && (for_all.contains(&header.kind)
                    || matches!(header.kind, Kind::RECORD | Kind::MEDIA) && granted.contains(&header.subject))
    });
    Ok(needed.map(|(id, _)| id).collect())
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

/// Returns the headers of what an author wrote, in order, with what became of each here.
pub(crate) fn of_author(db: &Connection, author: MemberId) -> Result<Vec<(Header, State)>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT header, state FROM envelope WHERE author = :author ORDER BY incarnation, sequence, rowid",
    )?;
    let mut rows = statement.query(named_params! { ":author": author.as_bytes() })?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let state = State::read(&row.get::<_, String>("state")?)?;
        all.push((read_header(row)?, state));
    }
    Ok(all)
}

/// Returns the headers of one kind, in the order in which they came.
pub(crate) fn headers_of(db: &Connection, kind: Kind) -> Result<Vec<Header>, StoreError> {
    let mut statement = db.prepare_cached("SELECT header FROM envelope WHERE kind = :kind ORDER BY rowid")?;
    let mut rows = statement.query(named_params! { ":kind": kind.0 })?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push(read_header(row)?);
    }
    Ok(all)
}

fn read_header(row: &Row<'_>) -> Result<Header, StoreError> {
    let header: Vec<u8> = row.get("header")?;
    Header::from_bytes(&header).map_err(|_| StoreError::Unreadable("an envelope's header"))
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

/// Returns the envelopes with which an author opened chains.
pub(crate) fn chains(db: &Connection, author: MemberId) -> Result<Vec<EnvelopeId>, StoreError> {
    let kind = i64::from(Kind::CHAIN.0);
    let sql = "SELECT id FROM envelope WHERE author = :author AND kind = :kind ORDER BY rowid";
    ids(db, sql, &[(":author", author.as_bytes()), (":kind", &kind)])
}

/// Returns what is kept or was opened of a record, oldest first.
pub(crate) fn of_record(db: &Connection, record: RecordId) -> Result<Vec<EnvelopeId>, StoreError> {
    about(db, record, Kind::RECORD)
}

/// Returns what is kept or was opened of a record's photos and recordings, oldest first.
pub(crate) fn media_of(db: &Connection, record: RecordId) -> Result<Vec<EnvelopeId>, StoreError> {
    about(db, record, Kind::MEDIA)
}

fn about(db: &Connection, record: RecordId, kind: Kind) -> Result<Vec<EnvelopeId>, StoreError> {
    let kind = i64::from(kind.0);
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

/// Notes that one grant, or draft handed over, is spent, and destroys what it holds.
pub(crate) fn spend_grant(db: &Connection, id: EnvelopeId) -> Result<(), StoreError> {
    let envelope = named_params! { ":envelope": id.as_bytes() };
    db.prepare_cached("INSERT INTO spent_grant (envelope) VALUES (:envelope) ON CONFLICT DO NOTHING")?
        .execute(envelope)?;
    db.prepare_cached("DELETE FROM part WHERE envelope = :envelope")?
        .execute(envelope)?;
    Ok(())
}

/// Returns whether an envelope is a grant that was spent here.
pub(crate) fn is_spent(db: &Connection, id: EnvelopeId) -> Result<bool, StoreError> {
    Ok(db
        .prepare_cached("SELECT 1 FROM spent_grant WHERE envelope = :id")?
        .exists(named_params! { ":id": id.as_bytes() })?)
}

/// Returns what waits or is quarantined, with the reason.
pub(crate) fn troubled(db: &Connection) -> Result<Vec<Troubled>, StoreError> {
    troubles(
        db,
        "SELECT id, author, subject, sequence, state, reason FROM envelope
         WHERE state = 'waiting'
            OR state = 'quarantined' AND id NOT IN (SELECT envelope FROM decided WHERE NOT released)
               AND NOT (subject = zeroblob(16) AND coalesce(cause, '') IN ('revoked', 'expired'))
         ORDER BY rowid",
    )
}

/// Returns what waits, with the reason, and what was opened and has changes that wait for others.
pub(crate) fn waiting_with(db: &Connection) -> Result<Vec<Troubled>, StoreError> {
    troubles(
        db,
        "SELECT id, author, subject, sequence, state, reason FROM envelope
         WHERE state = 'waiting' OR id IN (SELECT envelope FROM waiting_change) ORDER BY rowid",
    )
}

fn troubles(db: &Connection, sql: &str) -> Result<Vec<Troubled>, StoreError> {
    let mut statement = db.prepare_cached(sql)?;
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

/// Sequences that are missing, from the first to the last of a run.
pub(crate) type Run = (u64, u64);

/// Returns the authors whose sequence has holes, and the runs that are missing.
pub(crate) fn holes(db: &Connection) -> Result<Vec<(MemberId, Vec<Run>)>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT author, incarnation, sequence FROM envelope ORDER BY author, incarnation, sequence",
    )?;
    let mut rows = statement.query([])?;
    let mut holes: Vec<(MemberId, Vec<Run>)> = Vec::new();
    let mut before: Option<(MemberId, u32, u64)> = None;
    while let Some(row) = rows.next()? {
        let author = MemberId::from_bytes(fixed(row, "author")?);
        let (incarnation, sequence) = (row.get("incarnation")?, count(row, "sequence")?);
        let last = match before {
            Some((of, under, last)) if (of, under) == (author, incarnation) => last,
            _ => 0,
        };
        if sequence > last + 1 {
            let run = (last + 1, sequence - 1);
            match holes.last_mut() {
                Some((of, runs)) if *of == author => runs.push(run),
                _ => holes.push((author, vec![run])),
            }
        }
        before = Some((author, incarnation, sequence));
    }
    Ok(holes)
}

/// Returns the last envelope of each incarnation of an author that is here and not in quarantine: of those up to
/// place `upto` and seen before `before`, in unix seconds. In the order of the incarnations.
pub(crate) fn last_of_each_incarnation(
    db: &Connection,
    author: MemberId,
    upto: u64,
    before: i64,
) -> Result<Vec<Trusted>, StoreError> {
    // SQLite takes the other columns from the row that has the maximum.
    let mut statement = db.prepare_cached(
        "SELECT incarnation, max(sequence) AS sequence, id FROM envelope
         WHERE author = :author AND state <> 'quarantined' AND sequence <= :upto AND seen < :before
         GROUP BY incarnation ORDER BY incarnation",
    )?;
    let upto = i64::try_from(upto).unwrap_or(i64::MAX);
    let rows = statement.query_map(
        named_params! { ":author": author.as_bytes(), ":upto": upto, ":before": before },
        |row| {
            Ok(Trusted {
                incarnation: row.get("incarnation")?,
                sequence: count(row, "sequence")?,
                envelope: EnvelopeId(fixed(row, "id")?),
            })
        },
    )?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(super) struct Bare {
    id: EnvelopeId,
    header: Vec<u8>,
    signature: [u8; 64],
}

pub(super) fn bare(row: &Row<'_>) -> rusqlite::Result<Bare> {
    Ok(Bare {
        id: EnvelopeId(fixed(row, "id")?),
        header: row.get("header")?,
        signature: fixed(row, "signature")?,
    })
}

pub(super) fn whole(db: &Connection, bare: Bare) -> Result<Envelope, StoreError> {
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

pub(super) fn ids(
    db: &Connection,
    sql: &str,
    parameters: &[(&str, &dyn rusqlite::ToSql)],
) -> Result<Vec<EnvelopeId>, StoreError> {
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map(parameters, |row| fixed(row, "id").map(EnvelopeId))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

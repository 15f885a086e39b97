//! What this node sends: its own envelopes in order, and those of others that it carries.

use rusqlite::{Connection, named_params};
use wire::{Envelope, EnvelopeId, Incarnation, MemberId, Status, Vector};

use super::envelopes::{Bare, bare, whole};
use super::{StoreError, count, fixed};

/// Puts an envelope behind what is to be sent already.
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

/// Queues an envelope of somebody else, for the relay that may not have it.
pub(crate) fn carry(db: &Connection, id: EnvelopeId) -> Result<(), StoreError> {
    db.prepare_cached("INSERT INTO outbox (envelope, state) VALUES (:id, 'queued') ON CONFLICT DO NOTHING")?
        .execute(named_params! { ":id": id.as_bytes() })?;
    Ok(())
}

/// Returns what the relay is not known to have, in order.
pub(crate) fn queued_ids(db: &Connection) -> Result<Vec<EnvelopeId>, StoreError> {
    let mut statement = db.prepare_cached("SELECT envelope FROM outbox WHERE state = 'queued' ORDER BY n")?;
    let rows = statement.query_map([], |row| fixed(row, "envelope").map(EnvelopeId))?;
    Ok(rows.collect::<Result<_, _>>()?)
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

/// Queues everything again: the relay began a new log, and may have lost some. A desk holds what others wrote too,
/// and sends that as well.
pub(crate) fn queue_all_again(db: &Connection, everything: bool) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE outbox SET state = 'queued' WHERE state <> 'forgotten'")?
        .execute([])?;
    if everything {
        db.prepare_cached(
            "INSERT INTO outbox (envelope, state) SELECT id, 'queued' FROM envelope WHERE true ORDER BY rowid
             ON CONFLICT DO NOTHING",
        )?
        .execute([])?;
    }
    Ok(())
}

/// Notes that the relay has an author's envelopes up to one place, if that one is here: it proves all before it.
pub(crate) fn cover(db: &Connection, vector: &Vector) -> Result<(), StoreError> {
    db.prepare_cached(
        "UPDATE outbox SET state = 'relayed'
         WHERE state IN ('queued', 'refused') AND envelope IN (
             SELECT id FROM envelope WHERE author = :author AND incarnation = :incarnation AND sequence <= :upto)
         AND EXISTS (
             SELECT 1 FROM envelope WHERE id = :last AND author = :author AND incarnation = :incarnation
                                          AND sequence = :upto)",
    )?
    .execute(named_params! {
        ":author": vector.author.as_bytes(),
        ":incarnation": vector.incarnation,
        ":upto": vector.upto as i64,
        ":last": vector.last.as_bytes(),
    })?;
    Ok(())
}

/// Returns how many bytes of queued envelopes there are.
pub(crate) fn queued_bytes(db: &Connection) -> Result<u64, StoreError> {
    let sql = "SELECT coalesce(sum(length(bytes)), 0) AS bytes FROM part
               WHERE envelope IN (SELECT envelope FROM outbox WHERE state = 'queued')";
    Ok(db.query_row(sql, [], |row| count(row, "bytes"))?)
}

/// Returns this node's own envelopes of its last incarnation that the relay does not have in their place, in order,
/// and takes them out of what is sent.
pub(crate) fn take_unplaced(db: &Connection, me: MemberId) -> Result<Vec<EnvelopeId>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT envelope FROM outbox JOIN envelope ON envelope.id = outbox.envelope
         WHERE author = :me AND outbox.state IN ('queued', 'fork', 'refused')
               AND incarnation = (SELECT incarnation FROM self) ORDER BY n",
    )?;
    let rows = statement.query_map(named_params! { ":me": me.as_bytes() }, |row| {
        fixed(row, "envelope").map(EnvelopeId)
    })?;
    let ids: Vec<EnvelopeId> = rows.collect::<Result<_, _>>()?;
    for id in &ids {
        db.prepare_cached("DELETE FROM outbox WHERE envelope = :id")?
            .execute(named_params! { ":id": id.as_bytes() })?;
    }
    Ok(ids)
}

/// Returns the last envelope of one incarnation of this node's own that the relay is known to have.
pub(crate) fn last_placed(
    db: &Connection,
    me: MemberId,
    incarnation: Incarnation,
) -> Result<Option<EnvelopeId>, StoreError> {
    use rusqlite::OptionalExtension as _;
    let sql = "SELECT envelope FROM outbox JOIN envelope ON envelope.id = outbox.envelope
               WHERE author = :me AND incarnation = :incarnation AND outbox.state IN ('relayed', 'forgotten')
               ORDER BY sequence DESC LIMIT 1";
    Ok(db
        .prepare_cached(sql)?
        .query_row(
            named_params! { ":me": me.as_bytes(), ":incarnation": incarnation },
            |row| fixed(row, "envelope").map(EnvelopeId),
        )
        .optional()?)
}

/// Queues again what the relay refused: it may know by now of the roster that was spoken of.
pub(crate) fn queue_refused_again(db: &Connection) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE outbox SET state = 'queued' WHERE state = 'refused'")?
        .execute([])?;
    Ok(())
}

/// Counts the outbox: queued, relayed, and what the relay complained of.
pub(crate) fn counts(db: &Connection) -> Result<(u64, u64, u64), StoreError> {
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

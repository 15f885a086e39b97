//! What two members who meet without a relay ask of their stores.

use std::collections::HashSet;

use rusqlite::{Connection, named_params};
use wire::{EnvelopeId, Held, Kind, Mark, MemberId, PartHash, RecordId};

use super::{StoreError, count, envelopes, fixed, outbox};

/// Returns the marks of the envelopes of which nothing more is wanted.
pub(crate) fn marks(db: &Connection) -> Result<Vec<Mark>, StoreError> {
    let mut marks = Vec::new();
    let mut statement = db.prepare_cached("SELECT id, state = 'waiting' AS waiting FROM envelope")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let id = EnvelopeId(fixed(row, "id")?);
        if !row.get::<_, bool>("waiting")? || envelopes::is_whole(db, id)? {
            marks.push(Mark::of(&id));
        }
    }
    Ok(marks)
}

/// Returns how much is here of each piece that is not whole: of what is to be opened here, and of what is carried.
pub(crate) fn unfinished_pieces(db: &Connection) -> Result<Vec<Held>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT hash, length(bytes) AS here FROM piece JOIN envelope ON envelope.id = piece.envelope
         WHERE length(bytes) < length
               AND (state = 'waiting' OR envelope IN (SELECT envelope FROM outbox WHERE state = 'queued'))
         ORDER BY envelope.rowid, n",
    )?;
    let rows = statement.query_map([], |row| {
        Ok(Held {
            part: PartHash(fixed(row, "hash")?),
            offset: count(row, "here")?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Returns what another member is to be sent that lacks all but `theirs`: a desk everything, others what is meant for
/// them, and what the relay is not known to have, for them to carry. Of a record that is granted only now it has, at
/// best, what it may not keep the parts of.
pub(crate) fn lacking(
    db: &Connection,
    member: MemberId,
    is_desk: bool,
    theirs: &HashSet<Mark>,
) -> Result<Vec<EnvelopeId>, StoreError> {
    let mut ids = match is_desk {
        true => envelopes::everything(db)?,
        false => {
            let meant = envelopes::meant_for(db, member)?;
            let known: HashSet<EnvelopeId> = meant.iter().copied().collect();
            let unsent = outbox::queued_ids(db)?;
            let carried = unsent.into_iter().filter(|id| !known.contains(id));
            meant.into_iter().chain(carried).collect()
        }
    };
    let mut granted_now = HashSet::new();
    for grant in envelopes::headers_of(db, Kind::GRANT)? {
        if grant.recipient == Some(member) && !theirs.contains(&Mark::of(&grant.id())) {
            let record = RecordId::from_bytes(grant.subject);
            granted_now.extend(envelopes::of_record(db, record)?);
            granted_now.extend(envelopes::media_of(db, record)?);
        }
    }
    ids.retain(|id| granted_now.contains(id) || !theirs.contains(&Mark::of(id)));
    Ok(ids)
}

/// Returns whether a piece is whole here.
pub(crate) fn has_piece(db: &Connection, part: &PartHash) -> Result<bool, StoreError> {
    Ok(db
        .prepare_cached("SELECT 1 FROM piece WHERE hash = :hash AND length(bytes) = length")?
        .exists(named_params! { ":hash": part.as_bytes() })?)
}

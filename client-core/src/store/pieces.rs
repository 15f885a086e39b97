//! Sealed pieces of photos and recordings, which travel apart from the envelopes that declare them.

use rusqlite::{Connection, OptionalExtension as _, named_params};
use wire::frame::MAX_PIECE;
use wire::{
    Envelope, EnvelopeId, Header, Kind, Part, PartHash, PartHeader, Piece, RecordId, Status, Vector, Want,
    Wanted,
};

use super::{StoreError, count, erasure, fixed};

/// What the bytes of a piece came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Gathered {
    /// The piece is whole now.
    Whole,
    /// More of it is missing.
    Some,
    /// Nobody declared it here, or these bytes do not follow those that are here.
    Nothing,
}

/// A place among the pieces that are to be sent: of the outbox, and within the envelope.
pub(crate) type Place = (i64, i64);

/// A piece that is to be sent.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Unsent {
    pub(crate) place: Place,
    pub(crate) part: PartHash,
    pub(crate) length: u64,
    /// How many of its bytes the relay has.
    pub(crate) relayed: u64,
}

/// The pieces that the relay lacks as far as is known: whole here, and their envelope sent or sent before them.
const UNSENT: &str = "FROM piece JOIN outbox ON outbox.envelope = piece.envelope
                      WHERE outbox.state IN ('queued', 'relayed') AND length(bytes) = piece.length
                            AND relayed < piece.length";

/// Returns the parts of a header that are pieces, with their places.
pub(crate) fn declared(header: &Header) -> impl Iterator<Item = (usize, &PartHeader)> {
    let declares = header.kind.has_pieces();
    header.parts.iter().enumerate().skip(1).filter(move |_| declares)
}

/// Notes the pieces that an envelope declares, and keeps those that are in it. Returns whether any was new. Nothing is
/// noted of an erased record.
pub(crate) fn declare(db: &Connection, id: EnvelopeId, envelope: &Envelope) -> Result<bool, StoreError> {
    let header = &envelope.header;
    if !header.kind.has_pieces() || erasure::tombstone(db, RecordId::from_bytes(header.subject))?.is_some() {
        return Ok(false);
    }
    let mut new = false;
    for ((n, part), sealed) in declared(header).zip(envelope.parts.iter().skip(1)) {
        db.prepare_cached(
            "INSERT INTO piece (hash, envelope, n, length, bytes) VALUES (:hash, :envelope, :n, :length, x'')
             ON CONFLICT DO UPDATE SET envelope = excluded.envelope",
        )?
        .execute(named_params! {
            ":hash": part.hash.as_bytes(), ":envelope": id.as_bytes(), ":n": n as i64, ":length": part.length,
        })?;
        if let Part::Here(sealed) = sealed {
            let filled = db
                .prepare_cached(
                    "UPDATE piece SET bytes = :bytes WHERE hash = :hash AND length(bytes) < length",
                )?
                .execute(named_params! { ":bytes": sealed, ":hash": part.hash.as_bytes() })?;
            new |= filled > 0;
        }
    }
    Ok(new)
}

/// Puts bytes behind what is here of a declared piece. A piece that turns out to be another is begun again.
pub(crate) fn append(db: &Connection, piece: &Piece, from_relay: bool) -> Result<Gathered, StoreError> {
    let hash = piece.part.as_bytes();
    let known = db
        .prepare_cached("SELECT length, length(bytes) AS here FROM piece WHERE hash = :hash")?
        .query_row(named_params! { ":hash": hash }, |row| {
            Ok((count(row, "length")?, count(row, "here")?))
        })
        .optional()?;
    let Some((length, here)) = known else {
        return Ok(Gathered::Nothing);
    };
    let upto = piece.offset.saturating_add(piece.bytes.len() as u64);
    if piece.offset != here || upto > length || here == length {
        return Ok(Gathered::Nothing);
    }
    db.prepare_cached("UPDATE piece SET bytes = CAST(bytes || :bytes AS BLOB) WHERE hash = :hash")?
        .execute(named_params! { ":bytes": piece.bytes, ":hash": hash })?;
    if upto < length {
        return Ok(Gathered::Some);
    }
    let whole = sealed(db, &piece.part)?.unwrap_or_default();
    if blake3::hash(&whole).as_bytes() != hash {
        db.prepare_cached("UPDATE piece SET bytes = x'' WHERE hash = :hash")?
            .execute(named_params! { ":hash": hash })?;
        return Ok(Gathered::Nothing);
    }
    if from_relay {
        db.prepare_cached("UPDATE piece SET relayed = length WHERE hash = :hash")?
            .execute(named_params! { ":hash": hash })?;
    }
    Ok(Gathered::Whole)
}

/// Returns a piece that is whole.
pub(crate) fn sealed(db: &Connection, part: &PartHash) -> Result<Option<Vec<u8>>, StoreError> {
    Ok(db
        .prepare_cached("SELECT bytes FROM piece WHERE hash = :hash AND length(bytes) = length")?
        .query_row(named_params! { ":hash": part.as_bytes() }, |row| row.get("bytes"))
        .optional()?)
}

/// Returns whether all pieces of an envelope are here.
pub(crate) fn all_here(db: &Connection, header: &Header) -> Result<bool, StoreError> {
    let mut here = db.prepare_cached("SELECT 1 FROM piece WHERE hash = :hash AND length(bytes) = length")?;
    for (_, part) in declared(header) {
        if !here.exists(named_params! { ":hash": part.hash.as_bytes() })? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Puts the pieces that are here into an envelope that declares them.
pub(crate) fn fill(db: &Connection, mut envelope: Envelope) -> Result<Envelope, StoreError> {
    let pieces: Vec<(usize, PartHash)> = declared(&envelope.header)
        .map(|(n, part)| (n, part.hash))
        .collect();
    for (n, hash) in pieces {
        if let (Some(sealed), Some(part)) = (sealed(db, &hash)?, envelope.parts.get_mut(n)) {
            *part = Part::Here(sealed);
        }
    }
    Ok(envelope)
}

/// Returns what is missing of envelopes that wait for their pieces, and of the files of drafts that wait for them: what
/// the relay was asked for least often comes first.
pub(crate) fn wants(db: &Connection, limit: usize) -> Result<Vec<Want>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT hash, length(bytes) AS here FROM piece JOIN envelope ON envelope.id = piece.envelope
         WHERE length(bytes) < length AND (state = 'waiting' OR EXISTS (
             SELECT 1 FROM envelope AS draft WHERE draft.subject = envelope.subject
                    AND draft.author = envelope.author AND draft.kind = :draft AND draft.state = 'waiting'))
         ORDER BY asked, envelope.rowid, n LIMIT :limit",
    )?;
    let bounds = named_params! { ":limit": limit as i64, ":draft": Kind::HANDOVER.0 };
    let rows = statement.query_map(bounds, |row| {
        Ok(Want {
            what: Wanted::Part(PartHash(fixed(row, "hash")?)),
            from: count(row, "here")?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Notes that the relay has answered a want, with all it had.
pub(crate) fn note_asked(db: &Connection, part: &PartHash) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE piece SET asked = asked + 1 WHERE hash = :hash")?
        .execute(named_params! { ":hash": part.as_bytes() })?;
    Ok(())
}

/// Returns the next piece to be sent, behind a place.
pub(crate) fn next_unsent(db: &Connection, after: Place) -> Result<Option<Unsent>, StoreError> {
    let sql = format!(
        "SELECT outbox.n AS place, piece.n AS part, hash, length, relayed {UNSENT}
         AND (outbox.n, piece.n) > (:place, :part) ORDER BY outbox.n, piece.n LIMIT 1"
    );
    Ok(db
        .prepare_cached(&sql)?
        .query_row(named_params! { ":place": after.0, ":part": after.1 }, |row| {
            Ok(Unsent {
                place: (row.get("place")?, row.get("part")?),
                part: PartHash(fixed(row, "hash")?),
                length: count(row, "length")?,
                relayed: count(row, "relayed")?,
            })
        })
        .optional()?)
}

/// Returns at most `most` bytes of a piece that is here, from an offset on, and never more than one frame takes.
pub(crate) fn read(db: &Connection, part: PartHash, offset: u64, most: usize) -> Result<Piece, StoreError> {
    let bytes = db
        .prepare_cached("SELECT substr(bytes, :from, :most) AS bytes FROM piece WHERE hash = :hash")?
        .query_row(
            named_params! {
                ":hash": part.as_bytes(), ":from": offset as i64 + 1, ":most": most.min(MAX_PIECE) as i64,
            },
            |row| row.get("bytes"),
        )?;
    Ok(Piece { part, offset, bytes })
}

/// Returns a piece as frames; none if it is not whole.
pub(crate) fn frames(db: &Connection, part: PartHash) -> Result<Vec<Piece>, StoreError> {
    let sealed = sealed(db, &part)?.unwrap_or_default();
    let frames = sealed.chunks(MAX_PIECE).zip((0u64..).step_by(MAX_PIECE));
    Ok(frames
        .map(|(bytes, offset)| Piece {
            part,
            offset,
            bytes: bytes.to_vec(),
        })
        .collect())
}

/// Returns how many bytes of pieces are to be sent, and of how many pieces.
pub(crate) fn unsent(db: &Connection) -> Result<(u64, u64), StoreError> {
    let sql = format!("SELECT coalesce(sum(length - relayed), 0) AS bytes, count(*) AS pieces {UNSENT}");
    Ok(db
        .prepare_cached(&sql)?
        .query_row([], |row| Ok((count(row, "bytes")?, count(row, "pieces")?)))?)
}

/// Returns how many bytes of pieces are here of those that are not whole.
pub(crate) fn gathered(db: &Connection) -> Result<u64, StoreError> {
    let sql = "SELECT coalesce(sum(length(bytes)), 0) AS bytes FROM piece WHERE length(bytes) < length";
    Ok(db.prepare_cached(sql)?.query_row([], |row| count(row, "bytes"))?)
}

/// Notes what the relay said of the bytes of a piece up to `upto`. Returns whether it has all of it now, and had not.
pub(crate) fn note(db: &Connection, part: &PartHash, upto: u64, status: Status) -> Result<bool, StoreError> {
    match status {
        Status::Stored | Status::Had => {
            let at = named_params! { ":hash": part.as_bytes(), ":upto": upto as i64 };
            db.prepare_cached("UPDATE piece SET relayed = max(relayed, :upto) WHERE hash = :hash")?
                .execute(at)?;
            let whole = db
                .prepare_cached("SELECT 1 FROM piece WHERE hash = :hash AND length <= :upto")?
                .exists(at)?;
            Ok(whole && status == Status::Stored)
        }
        // It lacks what comes before, or threw away what did not hold: all of it is sent again.
        Status::Fork | Status::Refused | Status::Overtaken => lacks(db, part, 0).map(|()| false),
    }
}

/// Notes that the relay has no more than so many bytes of a piece.
pub(crate) fn lacks(db: &Connection, part: &PartHash, offset: u64) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE piece SET relayed = :offset WHERE hash = :hash")?
        .execute(named_params! { ":hash": part.as_bytes(), ":offset": offset as i64 })?;
    Ok(())
}

/// Notes that the relay has the pieces of an author's envelopes up to one place, if that one is here. What it lacks of
/// them it says by itself.
pub(crate) fn cover(db: &Connection, vector: &Vector) -> Result<(), StoreError> {
    db.prepare_cached(
        "UPDATE piece SET relayed = length WHERE envelope IN (
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

/// Supposes that the relay has no pieces at all: it began a new log.
pub(crate) fn suppose_lost(db: &Connection) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE piece SET relayed = 0")?.execute([])?;
    Ok(())
}

/// Destroys what is here of the pieces of a record's photos and recordings, but for those that are still to be sent or
/// confirmed. They may come again with another grant.
pub(crate) fn empty(db: &Connection, record: RecordId) -> Result<(), StoreError> {
    db.prepare_cached(
        "UPDATE piece SET bytes = x'' WHERE envelope IN (
             SELECT id FROM envelope WHERE subject = :record AND kind = :media
                    AND id NOT IN (SELECT envelope FROM outbox WHERE state <> 'forgotten'))",
    )?
    .execute(named_params! { ":record": record.as_bytes(), ":media": Kind::MEDIA.0 })?;
    Ok(())
}

/// Destroys the pieces of an envelope.
pub(crate) fn destroy(db: &Connection, header: &Header) -> Result<(), StoreError> {
    for (_, part) in declared(header) {
        db.prepare_cached("DELETE FROM piece WHERE hash = :hash")?
            .execute(named_params! { ":hash": part.hash.as_bytes() })?;
    }
    Ok(())
}

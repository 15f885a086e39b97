//! Photos and recordings: what tells of them is read as soon as it comes, and then they wait for their pieces, at desks
//! and on devices that were granted their record.

use rusqlite::Connection;
use seal::keys::RecordKey;
use seal::part;
use seal::payload;
use seal::verify::envelope::Verified;
use wire::{Envelope, Header, Manifest, Part, PartHeader, RecordId};

use super::{Reading, Shut, book, context, part_key, wrong};
use crate::store::media::{self, DraftFile};
use crate::store::{StoreError, keys, pieces};

/// Reads what tells of a file, and checks all of it.
pub(super) fn open(db: &Connection, reading: &Reading<'_>, verified: &Verified) -> Result<(), Shut> {
    let header = verified.header();
    let record = RecordId::from_bytes(header.subject);
    let (part, sealed) = verified
        .parts()
        .next()
        .ok_or(Shut::Wrong("there is nothing in it".into()))?;
    let reads = reading.reads(part.compartment);
    if !reads && !keys::has_granted(db, record)? {
        return Err(Shut::NotForUs);
    }
    let sealed = match sealed {
        Part::Here(sealed) => sealed,
        Part::Absent if reads => return Err(Shut::Not("a part of it that this desk may read was not sent")),
        Part::Absent => return Err(Shut::NotForUs),
    };
    let Some(key) = part_key(db, header, part)? else {
        return Err(match reads && !book::is_shut(db, reading, header, part)? {
            true => Shut::Not("its key has not come yet"),
            false => Shut::NotForUs,
        });
    };
    if header.parts.iter().any(|piece| piece.key != part.key) {
        return Err(Shut::Wrong("its pieces are sealed under other keys".into()));
    }
    let manifest = told(header, (part, sealed), &key)?;
    media::keep(db, verified.id(), record, &manifest)?;
    match whole(db, header, &key, &manifest)? {
        Some(_) => Ok(()),
        None => Err(Shut::Not("its pieces have not all come")),
    }
}

/// Reads what tells of a file.
fn told(header: &Header, (part, sealed): (&PartHeader, &[u8]), key: &RecordKey) -> Result<Manifest, Shut> {
    let packed = part::open(key, &context(header, part), sealed).map_err(wrong)?;
    let plain = payload::unpack(&packed, |_| None).map_err(wrong)?;
    let manifest = Manifest::from_bytes(&plain).map_err(wrong)?;
    match manifest.pieces() == pieces::declared(header).count() as u64 {
        true => Ok(manifest),
        false => Err(Shut::Wrong("it has other pieces than it tells of".into())),
    }
}

/// Reads a file of a draft that was handed over; nothing if not all of it has come.
pub(super) fn handed(
    db: &Connection,
    envelope: &Envelope,
    key: &RecordKey,
) -> Result<Option<DraftFile>, Shut> {
    let header = &envelope.header;
    let mut parts = envelope.parts();
    let Some((part, Part::Here(sealed))) = parts.next() else {
        return Ok(None);
    };
    let manifest = told(header, (part, sealed), key)?;
    let bytes = whole(db, header, key, &manifest)?;
    Ok(bytes.map(|bytes| DraftFile {
        name: manifest.name,
        mime: manifest.mime,
        thumbnail: manifest.thumbnail,
        bytes,
    }))
}

/// Puts a file together; nothing if a piece of it has not come.
fn whole(
    db: &Connection,
    header: &Header,
    key: &RecordKey,
    manifest: &Manifest,
) -> Result<Option<Vec<u8>>, Shut> {
    if !pieces::all_here(db, header)? {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    for (_, part) in pieces::declared(header) {
        let sealed = pieces::sealed(db, &part.hash)?.ok_or(StoreError::Unreadable("a piece"))?;
        let packed = part::open(key, &context(header, part), &sealed).map_err(wrong)?;
        bytes.extend_from_slice(&payload::unpack(&packed, |_| None).map_err(wrong)?);
    }
    let right = bytes.len() as u64 == manifest.length && blake3::hash(&bytes).as_bytes() == &manifest.hash;
    match right {
        true => Ok(Some(bytes)),
        false => Err(Shut::Wrong(
            "its pieces make another file than it tells of".into(),
        )),
    }
}

/// Returns a file that can be read here; nothing if pieces or keys of it are missing.
pub(crate) fn read(
    db: &Connection,
    header: &Header,
    manifest: &Manifest,
) -> Result<Option<Vec<u8>>, StoreError> {
    let Some(part) = header.parts.first() else {
        return Ok(None);
    };
    let Some(key) = keys::look_up(db, &header.subject, part.compartment, &part.key)? else {
        return Ok(None);
    };
    whole(db, header, &key, manifest).map_err(|shut| match shut {
        Shut::Store(error) => error,
        _ => StoreError::Unreadable("a photo"),
    })
}

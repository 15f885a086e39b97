//! Tombstones: a record is erased here, and what comes of it later is kept as a bare header.

use rusqlite::Connection;
use seal::verify::envelope::Verified;
use wire::{Envelope, EnvelopeId, Header, KeyName, Kind, RecordId};

use super::{Reading, Shut};
use crate::home::copy_name;
use crate::store::{StoreError, assigned, drafts, erasure, keys, media, once_keys, pieces, records};

/// Obeys a tombstone, if its author may erase.
pub(super) fn open(db: &Connection, reading: &Reading<'_>, verified: &Verified) -> Result<(), Shut> {
    let header = verified.header();
    if !reading.roster.may_erase(&header.author) {
        return Err(Shut::Wrong("its author may not erase records (any more)".into()));
    }
    Ok(erase(db, RecordId::from_bytes(header.subject), verified.id())?)
}

/// Returns the record that a tombstone is about to erase here, and whether an edit of it is open.
pub(crate) fn strikes(db: &Connection, header: &Header) -> Result<Option<(RecordId, bool)>, StoreError> {
    let record = RecordId::from_bytes(header.subject);
    if header.kind != Kind::TOMBSTONE || erasure::tombstone(db, record)?.is_some() {
        return Ok(None);
    }
    Ok(Some((record, drafts::is_open(db, record)?)))
}

/// Returns all that may be kept of an envelope about an erased record: its header. Nothing if it is about no such
/// record.
pub(super) fn bare(db: &Connection, verified: &Verified) -> Result<Option<Envelope>, StoreError> {
    let header = verified.header();
    let none = header.parts.is_empty() || !header.kind.of_record();
    if none || erasure::tombstone(db, RecordId::from_bytes(header.subject))?.is_none() {
        return Ok(None);
    }
    Ok(Some(verified.envelope().withholding(|_| false)))
}

/// Destroys everything of a record on this node but the headers.
fn erase(db: &Connection, record: RecordId, tombstone: EnvelopeId) -> Result<(), StoreError> {
    erasure::bury(db, record, tombstone)?;
    for header in erasure::headers(db, record)? {
        let id = header.id();
        if !header.parts.is_empty() {
            erasure::destroy_parts(db, id)?;
            pieces::destroy(db, &header)?;
            erasure::doom_copy(db, &copy_name(id, &header))?;
        }
        forget_skipped(db, &header)?;
    }
    once_keys::spend_all(db, record)?;
    once_keys::destroy_spent(db)?;
    keys::forget(db, record)?;
    drafts::destroy(db, record)?;
    media::forget(db, record)?;
    assigned::destroy(db, record)?;
    records::forget_documents(db, record)?;
    erasure::forget_record(db, record)
}

/// Destroys the keys that a reader of its author's chains still keeps for an envelope.
pub(super) fn forget_skipped(db: &Connection, header: &Header) -> Result<(), StoreError> {
    for part in &header.parts {
        let KeyName::Chain { chain, index } = part.key else {
            continue;
        };
        let Some(mut reader) = keys::reader(db, chain, part.compartment, header.author)? else {
            continue;
        };
        let record = RecordId::from_bytes(header.subject);
        // Taken and dropped; one that was taken before is not there any more.
        if reader.record_key(index, &record, part.compartment).is_ok() {
            keys::advance_reader(db, chain, &reader)?;
        }
    }
    Ok(())
}

//! Taking in assignments: a device gets what records say of entities that it is to visit.

use seal::assignment::Assignment;

use super::*;
use crate::deeds::entities::keep_assigned;
use crate::store::once_keys::{self, HeldGrant, Use};

/// What an assignment is sealed for.
pub(crate) const ASSIGNMENT: &[u8] = b"baraza/1 assignment";

/// Reads what a desk handed out of entities, unless its time is over. A desk remembers that it was handed out.
pub(super) fn open(db: &Connection, reading: &Reading<'_>, verified: &Verified) -> Result<(), Shut> {
    let header = verified.header();
    if reading.roster.is_desk(&reading.me.member) {
        grant::remember(db, reading, verified, &[])?;
    }
    if header.recipient != Some(reading.me.member) {
        return Err(Shut::NotForUs);
    }
    let (part, sealed) = parts_here(verified).next().ok_or(Shut::NotForUs)?;
    let KeyName::Member(id) = part.key else {
        return Err(Shut::Wrong(
            "the assignment is not sealed to a one-time key".into(),
        ));
    };
    let key = once_keys::find(db, id, Use::Posted)?.ok_or_else(|| {
        Shut::Wrong(
            "the assignment is sealed to a one-time key that is used up here; let the desk assign again"
                .into(),
        )
    })?;
    let packed = open_with(&key, ASSIGNMENT, &context(header, part).aad(), sealed).map_err(wrong)?;
    let plain = payload::unpack(&packed, |_| None).map_err(wrong)?;
    let assignment = Assignment::from_bytes(&plain).map_err(wrong)?;
    let expires = i64::try_from(assignment.expires).unwrap_or(i64::MAX);
    if expires > time::known(db)?.by_anybody {
        keep_assigned(db, RecordId::from_bytes(header.subject), &assignment)?;
    }
    // What it holds is read: neither it nor its key is needed any more, but for what else is sealed to the key.
    let held = HeldGrant {
        envelope: verified.id(),
        record: RecordId::from_bytes(header.subject),
        once_key: id,
        author: header.author,
        shared: assignment.of,
        expires,
        spent: true,
    };
    once_keys::hold(db, &held)?;
    envelopes::spend_grant(db, verified.id())?;
    Ok(once_keys::destroy_spent(db)?)
}

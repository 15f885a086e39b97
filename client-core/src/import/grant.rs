//! Taking in grants: a device gets the keys of a record, desks get the keys that it will write with.

use wire::KemKeyId;

use super::*;
use crate::store::fresh_keys::{self, GivenGrant};
use crate::store::once_keys::{self, HeldGrant, Use};
use crate::store::time;

/// Reads the keys of a record that a desk handed out.
pub(super) fn open(db: &Connection, reading: &Reading<'_>, verified: &Verified) -> Result<(), Shut> {
    let header = verified.header();
    let mut any = false;
    let mut write_ids = Vec::new();
    for (part, sealed) in parts_here(verified) {
        if part.compartment == CompartmentId::RECIPIENT && header.recipient == Some(reading.me.member) {
            let KeyName::Member(once_key) = part.key else {
                return Err(Shut::Wrong("the grant is not sealed to a one-time key".into()));
            };
            take_up(db, verified, part, sealed, once_key)?;
            any = true;
        } else if reading.reads(part.compartment) {
            if book::is_closed(db, reading, part.compartment, part.key)? {
                continue;
            }
            // What the device will write with this key, every desk that reads the compartment can open.
            let opened = open_with_epoch(db, header, part, sealed, GRANTED_KEY);
            let opened = opened.or_else(|shut| wait_for_epoch(db, reading, part, shut))?;
            let (id, key) = opened
                .split_at_checked(8)
                .ok_or(Shut::Wrong("a granted key is cut".into()))?;
            let id = GrantedKeyId::try_from(id).map_err(wrong)?;
            let key = <[u8; 32]>::try_from(key).map_err(wrong)?;
            let name = KeyName::Granted(id);
            keys::enter(
                db,
                &header.subject,
                part.compartment,
                &name,
                &RecordKey::from_bytes(key),
            )?;
            write_ids.push(id);
            any = true;
        }
    }
    if reading.roster.is_desk(&reading.me.member) {
        remember(db, reading, verified, &write_ids)?;
    }
    if any { Ok(()) } else { Err(Shut::NotForUs) }
}

/// A device takes a grant up, unless it has expired.
fn take_up(
    db: &Connection,
    verified: &Verified,
    part: &PartHeader,
    sealed: &[u8],
    once_key: KemKeyId,
) -> Result<(), Shut> {
    let header = verified.header();
    let record = RecordId::from_bytes(header.subject);
    let Some(key) = once_keys::find(db, once_key, Use::Posted)? else {
        return Err(Shut::Wrong(
            "the grant is sealed to a one-time key that is used up here; let the desk grant it again".into(),
        ));
    };
    let opened = open_with(&key, GRANT, &context(header, part).aad(), sealed).map_err(wrong)?;
    let grant = Grant::from_bytes(&opened).map_err(wrong)?;
    let expires = i64::try_from(grant.expires).unwrap_or(i64::MAX);
    let late = expires != 0 && expires <= time::known(db)?.by_anybody;
    let held = HeldGrant {
        envelope: verified.id(),
        record,
        once_key,
        author: header.author,
        shared: grant.of,
        expires,
        spent: late,
    };
    once_keys::hold(db, &held)?;
    if late {
        envelopes::spend_grant(db, verified.id())?;
        return Ok(once_keys::destroy_spent(db)?);
    }
    take_keys(db, record, &grant)?;
    store_roster::want(
        db,
        &Want {
            what: Wanted::Record(record),
            from: 0,
        },
    )?;
    Ok(())
}

/// Puts the keys of a grant into this device's book, and opens what is here of the record.
fn take_keys(db: &Connection, record: RecordId, grant: &Grant) -> Result<(), Shut> {
    for hand in &grant.compartments {
        for (name, key) in &hand.read {
            keys::enter(db, record.as_bytes(), hand.compartment, name, key)?;
        }
        let name = KeyName::Granted(hand.write_id);
        keys::enter(db, record.as_bytes(), hand.compartment, &name, &hand.write)?;
        keys::keep_granted(db, record, hand.compartment, hand.write_id, &hand.write)?;
    }
    for id in [
        envelopes::of_record(db, record)?,
        envelopes::media_of(db, record)?,
    ]
    .concat()
    {
        envelopes::mark(db, id, State::Waiting, Some("its keys have just come"))?;
    }
    Ok(())
}

/// A desk remembers what another desk granted, and leaves the one-time key alone from now on.
pub(super) fn remember(
    db: &Connection,
    reading: &Reading<'_>,
    verified: &Verified,
    write_ids: &[GrantedKeyId],
) -> Result<(), StoreError> {
    let header = verified.header();
    let Some(recipient) = header.recipient else {
        return Ok(());
    };
    for part in &header.parts {
        if let (CompartmentId::RECIPIENT, KeyName::Member(id)) = (part.compartment, part.key) {
            fresh_keys::note_used(db, recipient, id)?;
        }
    }
    let given = GivenGrant {
        envelope: verified.id(),
        record: RecordId::from_bytes(header.subject),
        recipient,
        desk: header.author,
        at: reading.now,
        expires: None,
    };
    fresh_keys::note_given(db, &given, write_ids)
}

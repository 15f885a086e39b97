//! Whom to trust: what a revoked member wrote, and what came after a membership had ended, waits for a person.
//!
//! Of a revoked member an envelope is trusted if the revocation names it, or a trusted one names it as the one before
//! it. So what was written in time and arrives late is merged, and nothing else is.

use rusqlite::Connection;
use seal::roster::{Revocation, Roster};
use seal::verify::envelope::Verified;
use wire::{EnvelopeId, MemberId};

use super::Reading;
use crate::store::myself::Myself;
use crate::store::quarantine::{self, Cause};
use crate::store::{StoreError, envelopes};

/// Returns why an envelope is not to be opened before a person says so, if that is the case.
pub(super) fn doubt(
    db: &Connection,
    reading: &Reading<'_>,
    verified: &Verified,
) -> Result<Option<Cause>, StoreError> {
    let (id, author) = (verified.id(), verified.header().author);
    if author == reading.me.member {
        return Ok(None);
    }
    let roster = reading.roster;
    let cause = if roster.revocation(&author).is_some() {
        (!quarantine::is_trusted(db, id, author)?).then_some(Cause::Revoked)
    } else if roster.is_expired(&author, i64::MAX) && envelopes::came_late(db, id)? {
        Some(Cause::Expired)
    } else {
        None
    };
    Ok(match cause {
        Some(_) if quarantine::is_released(db, id)? => None,
        cause => cause,
    })
}

/// Notes that an envelope is here. If it is a trusted one of a revoked member, those it follows are trusted too.
pub(super) fn note_arrival(
    db: &Connection,
    reading: &Reading<'_>,
    verified: &Verified,
) -> Result<(), StoreError> {
    let author = verified.header().author;
    if reading.roster.revocation(&author).is_none() || !quarantine::is_trusted(db, verified.id(), author)? {
        return Ok(());
    }
    trust_ancestors(db, verified.id(), author)?;
    quarantine::let_in(db, author, false)
}

/// Judges anew what is here of those whose revocation changed from one roster to the next.
pub(super) fn follow(
    db: &Connection,
    me: &Myself,
    before: &Roster,
    after: &Roster,
) -> Result<(), StoreError> {
    let known = before.members().chain(after.members());
    let mut members: Vec<MemberId> = known.map(|member| member.card.member).collect();
    members.sort_unstable();
    members.dedup();
    for member in members {
        let (old, new) = (before.revocation(&member), after.revocation(&member));
        let trusted = |revocation: Option<&Revocation>| revocation.map(|one| one.trusted.clone());
        if member == me.member || trusted(old) == trusted(new) {
            continue;
        }
        quarantine::forget_trusted(db, member)?;
        for last in new.iter().flat_map(|revocation| &revocation.trusted) {
            quarantine::trust(db, last.envelope, member)?;
            trust_ancestors(db, last.envelope, member)?;
        }
        quarantine::let_in(db, member, new.is_none())?;
        if new.is_some() {
            quarantine::shut_out(db, member)?;
        }
    }
    Ok(())
}

/// Trusts what an envelope follows, as far as the way back is here.
fn trust_ancestors(db: &Connection, from: EnvelopeId, author: MemberId) -> Result<(), StoreError> {
    let mut at = from;
    while let Some(header) = envelopes::header(db, at)? {
        if !quarantine::trust(db, header.previous, author)? {
            break;
        }
        at = header.previous;
    }
    Ok(())
}

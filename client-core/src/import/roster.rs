//! Taking roster entries in, from the relay, a bundle or another member.

use rusqlite::Connection;
use seal::roster::{Roster, RosterError};
use thiserror::Error;
use wire::{RosterAct, RosterEntry};

use super::trust;
use crate::deeds::found::keep_seeds;
use crate::deeds::relay::{follow_relay, may_move_relay};
use crate::store::myself::{self, Myself};
use crate::store::roster as store;
use crate::store::{StoreError, outbox};

/// On which way entries came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Through {
    /// The relay has them on its chain.
    Relay,
    /// By hand, from another member, or made here.
    Hand,
}

/// Why entries are not taken. None of them is.
#[derive(Debug, Error)]
pub enum TakeError {
    /// They are no part of this roster.
    #[error(transparent)]
    Roster(#[from] RosterError),
    /// The notebook cannot be written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Takes entries in and does all that follows: keys that were handed to this node are opened, what those wrote who are
/// not trusted any more is quarantined. Entries that are here change nothing. Of two that follow one both are kept, and
/// the roster is split until a coordinator joins them. Returns how many were new.
///
/// What waits may be opened now: [`super::retry`] is the caller's, with a fresh [`super::Reading`].
///
/// # Errors
/// An entry is no part of the roster. Nothing may be committed then.
pub(crate) fn take(
    db: &Connection,
    me: &Myself,
    own: &mut Roster,
    entries: &[RosterEntry],
    through: Through,
) -> Result<u64, TakeError> {
    if entries.is_empty() {
        return Ok(0);
    }
    let before = own.clone();
    let (mut new, mut aside) = (0, Vec::new());
    for entry in entries {
        if !store::has(db, &entry.head())? {
            match own.append(entry) {
                Ok(()) => store::append(db, entry)?,
                Err(
                    error @ (RosterError::Rival { .. } | RosterError::Split | RosterError::NotNext { .. }),
                ) => {
                    store::keep_aside(db, entry)?;
                    aside.push((entry, error));
                }
                Err(error) => return Err(error.into()),
            }
            new += 1;
        }
        if through == Through::Relay {
            store::note_relayed(db, &entry.head())?;
        }
    }
    if !aside.is_empty() {
        *own = Roster::from_tree(&store::all(db)?)?;
        if let Some((_, error)) = aside.into_iter().find(|(entry, _)| !own.holds(&entry.position())) {
            return Err(error.into());
        }
        store::place(db, |entry| own.on_chain(&entry.position()))?;
    }
    if new == 0 {
        return Ok(0);
    }
    keep_seeds(db, own, me)?;
    keep_members_keys(db, own, me)?;
    if entries.iter().any(|entry| may_move_relay(&entry.act)) {
        follow_relay(db, own)?;
    }
    trust::follow(db, me, &before, own)?;
    if entries
        .iter()
        .any(|entry| matches!(entry.act, RosterAct::Join { .. }))
    {
        // The relay knows now of what was spoken of while the roster was split.
        outbox::queue_refused_again(db)?;
    }
    Ok(new)
}

/// Opens the members' keys that the roster hands to this node, and keeps them in the roster's order: the last is the
/// newest.
fn keep_members_keys(db: &Connection, roster: &Roster, me: &Myself) -> Result<(), StoreError> {
    let Some(programme) = myself::programme(db)? else {
        return Ok(());
    };
    for handed in roster.members_keys() {
        if programme.members_keys.find(handed.key).is_some() {
            continue;
        }
        let mine = handed.sealed.iter().filter(|sealed| sealed.member == me.member);
        let opened = mine
            .filter_map(|sealed| seal::members::take_key(handed.key, roster.programme(), sealed, &me.kem))
            .next();
        if let Some(key) = opened {
            myself::keep_members_key(db, &key)?;
        }
    }
    Ok(())
}

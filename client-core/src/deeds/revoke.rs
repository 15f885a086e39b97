//! Revoke: a member is not trusted any more. What they wrote before stays; what comes later waits for a person.

use jiff::Timestamp;
use seal::roster::write;
use serde::Serialize;
use thiserror::Error;
use wire::{CompartmentId, MemberId, RosterAct, Trusted};

use crate::Notebook;
use crate::deeds::rotate::RotateError;
use crate::import::roster::TakeError;
use crate::notebook::NoProgramme;
use crate::store::{StoreError, envelopes, quarantine};

/// Why a member was not revoked. They are trusted as before.
#[derive(Debug, Error)]
pub enum RevokeError {
    /// There is no programme.
    #[error(transparent)]
    NoProgramme(#[from] NoProgramme),
    /// Only coordinators and protection officers revoke.
    #[error("only a coordinator or a protection officer revokes members; this notebook is neither")]
    NotAllowed,
    /// There is no such member.
    #[error("{0} is not a member of the programme")]
    NoMember(MemberId),
    /// A node does not revoke itself.
    #[error("this notebook cannot revoke itself; do it at another desk")]
    Oneself,
    /// The keys could not be renewed, or the roster does not take it.
    #[error(transparent)]
    Rotate(#[from] RotateError),
    /// The notebook cannot be written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What stays trusted of a member who is revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    /// Everything that is at this desk and not in quarantine, and what it follows.
    AllHere,
    /// Of that, what stands up to this place in its author's sequence.
    UpTo(u64),
    /// Of that, what came here before this time.
    SeenBefore(Timestamp),
}

/// What a revocation did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Revoked {
    /// The member.
    pub member: MemberId,
    /// What people call them.
    pub name: String,
    /// The place of the last envelope that stays trusted, for each incarnation; empty if none is.
    pub trusted: Vec<u64>,
    /// How many envelopes of theirs that were here wait for a person now.
    pub quarantined: u64,
    /// Whether the keys were renewed too. If not, a coordinator has to rotate them.
    pub renewed: bool,
}

impl Notebook {
    /// Revokes a member. All reading keys and the members' key are renewed in the same transaction, if this node may.
    ///
    /// Of a member who was revoked before, only what both revocations trust stays trusted.
    pub fn revoke(&mut self, member: MemberId, trust: Trust) -> Result<Revoked, RevokeError> {
        let (own, _) = self.belonging::<RevokeError>()?;
        let mut own = own.clone();
        if !own.may_erase(&self.me.member) {
            return Err(RevokeError::NotAllowed);
        }
        if own.member(&member).is_none() {
            return Err(RevokeError::NoMember(member));
        }
        if member == self.me.member {
            return Err(RevokeError::Oneself);
        }
        let name = self.people()?.name(&member);
        let (upto, before) = match trust {
            Trust::AllHere => (u64::MAX, i64::MAX),
            Trust::UpTo(sequence) => (sequence, i64::MAX),
            Trust::SeenBefore(time) => (u64::MAX, time.as_second()),
        };
        let trusted: Vec<Trusted> = self
            .store
            .read(|db| envelopes::last_of_each_incarnation(db, member, upto, before))?;
        let act = RosterAct::Revoke {
            member,
            trusted: trusted.clone(),
        };
        let mut grown = own.clone();
        let entry = write::next(&grown, self.me.member, act, &self.me.sign);
        grown.append(&entry).map_err(RotateError::from)?;
        let renewed = grown.is_coordinator(&self.me.member) && !grown.is_split();
        let mut entries = vec![entry];
        if renewed && (own.revocation(&member).is_none() || grown.needs_new_keys()) {
            let all: Vec<CompartmentId> = grown.compartments().collect();
            entries.extend(self.renewal(&grown, &all, true)?);
        }
        self.take_own(&mut own, &entries)?;
        let quarantined = self.store.read(|db| quarantine::count_of(db, member))?;
        Ok(Revoked {
            member,
            name,
            trusted: trusted.iter().map(|last| last.sequence).collect(),
            quarantined,
            renewed,
        })
    }
}

impl From<TakeError> for RevokeError {
    fn from(error: TakeError) -> Self {
        RotateError::from(error).into()
    }
}

//! Rotate: give compartments new reading keys, and the members a new key of their own.

use seal::keys::MembersKey;
use seal::members::{Keyring, hand_key};
use seal::roster::{RECOVERY, Roster, RosterError, write};
use thiserror::Error;
use wire::roster_entry::MAX_SEALED_TO;
use wire::{CompartmentId, MemberCard, MemberId, RosterAct, RosterEntry};

use crate::Notebook;
use crate::compartments::Compartments;
use crate::deeds::found::FoundError;
use crate::import::roster::{TakeError, Through, take};
use crate::import::{self, Reading};
use crate::notebook::NoProgramme;
use crate::store::StoreError;
use crate::store::audit::{self, Deed};

/// Why keys were not renewed. All are as they were.
#[derive(Debug, Error)]
pub enum RotateError {
    /// There is no programme.
    #[error(transparent)]
    NoProgramme(#[from] NoProgramme),
    /// Only coordinators rotate.
    #[error("only a coordinator renews the programme's keys; this notebook is not one")]
    NotAllowed,
    /// There is no such compartment.
    #[error("the programme has no compartment \"{0}\"")]
    NoCompartment(String),
    /// A member's key cannot be sealed to.
    #[error("a member's key is damaged: nothing can be sealed to it")]
    Unsealable,
    /// The roster does not take it.
    #[error("the keys cannot be renewed: {0}")]
    Roster(#[from] RosterError),
    /// The notebook cannot be written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Notebook {
    /// Gives one compartment a new reading key, or every one. The members' key is renewed too if somebody who is not
    /// trusted any more has it. Returns the names of the compartments.
    ///
    /// What was sealed to the keys of before still opens; what is finished from now on is sealed to the new ones, on
    /// each device once it has synced.
    pub fn rotate(&mut self, compartment: Option<&str>) -> Result<Vec<String>, RotateError> {
        let (own, programme) = self.belonging::<RotateError>()?;
        let mut own = own.clone();
        if !own.is_coordinator(&self.me.member) {
            return Err(RotateError::NotAllowed);
        }
        let known = Compartments::read(&own, &programme.members_keys);
        let chosen: Vec<CompartmentId> = match compartment {
            None => own.compartments().collect(),
            Some(name) => vec![
                known
                    .id(name)
                    .ok_or_else(|| RotateError::NoCompartment(name.to_owned()))?,
            ],
        };
        let due = own.needs_new_keys();
        let entries = self.renewal(&own, &chosen, due)?;
        self.take_own(&mut own, &entries)?;
        let names = chosen
            .into_iter()
            .map(|id| known.name(id).unwrap_or_default().to_owned());
        Ok(names.collect())
    }

    /// Writes the entries that renew keys, on top of `roster`. Nothing of them is kept yet.
    pub(crate) fn renewal(
        &mut self,
        roster: &Roster,
        compartments: &[CompartmentId],
        members_key: bool,
    ) -> Result<Vec<RosterEntry>, RotateError> {
        let (_, programme) = self.belonging::<RotateError>()?;
        self.renewal_under(&programme.members_keys, roster, compartments, members_key)
    }

    /// Like [`Self::renewal`], with members' keys that are not in the notebook yet.
    pub(crate) fn renewal_under(
        &mut self,
        members_keys: &Keyring,
        roster: &Roster,
        compartments: &[CompartmentId],
        members_key: bool,
    ) -> Result<Vec<RosterEntry>, RotateError> {
        let known = Compartments::read(roster, members_keys);
        let (mut roster, mut entries) = (roster.clone(), Vec::new());
        let key = match members_key {
            true => MembersKey::make(&mut self.rng),
            false => members_keys.newest().clone(),
        };
        if members_key {
            let now = self.now().as_second();
            let trusted = roster
                .trusted_members()
                .filter(|member| !roster.is_expired(&member.card.member, now));
            let cards: Vec<MemberCard> = trusted.map(|member| member.card.clone()).collect();
            entries.extend(self.hand_members_key(&mut roster, &key, &cards)?);
        }
        for id in compartments {
            let name = known.name(*id).unwrap_or_default();
            let (entry, _) = self.epoch_entry(&roster, &key, *id, name)?;
            roster.append(&entry)?;
            entries.push(entry);
        }
        Ok(entries)
    }

    /// Writes the entries that hand a members' key to members and to the recovery key, and lets `roster` grow by them.
    pub(crate) fn hand_members_key(
        &mut self,
        roster: &mut Roster,
        key: &MembersKey,
        to: &[MemberCard],
    ) -> Result<Vec<RosterEntry>, RotateError> {
        let mut entries = Vec::new();
        // One place is the recovery key's.
        for cards in to.chunks(MAX_SEALED_TO - 1) {
            let members = cards.iter().map(|card| (card.member, &card.kem));
            let recovery = roster.recovery().map(|recovery| (RECOVERY, &recovery.public));
            let sealed = members
                .chain(recovery)
                .map(|to| hand_key(key, roster.programme(), to, &mut self.rng))
                .collect::<Result<_, _>>()
                .map_err(|_| RotateError::Unsealable)?;
            let act = RosterAct::MembersKey {
                key: key.id(),
                sealed,
            };
            let entry = write::next(roster, self.me.member, act, &self.me.sign);
            roster.append(&entry)?;
            entries.push(entry);
        }
        Ok(entries)
    }

    /// Takes entries of this node's own in, in one transaction, with all that follows from them.
    pub(crate) fn take_own(&mut self, own: &mut Roster, entries: &[RosterEntry]) -> Result<(), TakeError> {
        self.take_own_noted(own, entries, None)
    }

    /// Does as [`Notebook::take_own`], and puts down in the audit what was done to whom.
    pub(crate) fn take_own_noted(
        &mut self,
        own: &mut Roster,
        entries: &[RosterEntry],
        noted: Option<(Deed, MemberId)>,
    ) -> Result<(), TakeError> {
        let (me, merger, now) = (&self.me, &self.merger, self.now().as_second());
        let mut grown = own.clone();
        self.store.write(|tx| {
            take(tx, me, &mut grown, entries, Through::Hand)?;
            import::retry(tx, &Reading::new(tx, me, merger, &grown, now)?)?;
            if let Some((deed, member)) = noted {
                audit::note(tx, now, deed, member.as_bytes())?;
            }
            Ok::<_, TakeError>(())
        })?;
        *own = grown.clone();
        self.roster = Some(grown);
        Ok(())
    }

    /// After two sides of the roster were joined: renews keys that somebody has who is not trusted any more, and hands
    /// the members' key to those who were admitted on one side while it was renewed on the other.
    pub(crate) fn renew_after_join(&mut self) -> Result<bool, RotateError> {
        let (own, programme) = self.belonging::<RotateError>()?;
        let mut own = own.clone();
        if own.is_split() || !own.is_coordinator(&self.me.member) {
            return Ok(false);
        }
        let entries = if own.needs_new_keys() {
            let all: Vec<CompartmentId> = own.compartments().collect();
            self.renewal(&own, &all, true)?
        } else {
            let key = programme.members_keys.newest().clone();
            let handed = own.members_keys().iter().filter(|handed| handed.key == key.id());
            let have: Vec<_> = handed
                .flat_map(|handed| &handed.sealed)
                .map(|one| one.member)
                .collect();
            // The first members' key came to everybody with the certificate.
            let lack = own
                .trusted_members()
                .filter(|member| !have.is_empty() && !have.contains(&member.card.member));
            let lack: Vec<MemberCard> = lack.map(|member| member.card.clone()).collect();
            self.hand_members_key(&mut own.clone(), &key, &lack)?
        };
        self.take_own(&mut own, &entries)?;
        Ok(!entries.is_empty())
    }
}

impl From<TakeError> for RotateError {
    fn from(error: TakeError) -> Self {
        match error {
            TakeError::Roster(error) => Self::Roster(error),
            TakeError::Store(error) => Self::Store(error),
        }
    }
}

impl From<FoundError> for RotateError {
    fn from(error: FoundError) -> Self {
        match error {
            FoundError::Store(error) => Self::Store(error),
            FoundError::Roster(error) => Self::Roster(error),
            FoundError::Belongs | FoundError::NoName | FoundError::Relay(_) | FoundError::Unsealable => {
                Self::Unsealable
            }
        }
    }
}

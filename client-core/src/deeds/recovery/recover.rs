//! A new desk in the place of those that are lost.

use seal::keys::KemKey;
use seal::members::{About, Keyring, seal_text};
use seal::recovery::{self, CombineError, Kept, KeptError, Share, ShareError};
use seal::roster::{RECOVERY, Roster, RosterError, Sides, write};
use thiserror::Error;
use wire::bundle::BundleReader;
use wire::{CompartmentId, DecodeError, Frame, LogId, ProgrammeId, Role, RosterAct, RosterEntry};

use super::newest::{self, NewestError};
use crate::Notebook;
use crate::deeds::first_roster;
use crate::deeds::found::keep_seeds_for;
use crate::deeds::join_roster::joins;
use crate::deeds::relay::relay_of;
use crate::deeds::rotate::RotateError;
use crate::import::roster::{TakeError, Through, take};
use crate::link::Link;
use crate::relay_address::{RelayAddress, RelayAddressError};
use crate::store::myself::{self, Programme};
use crate::store::{StoreError, keys, roster};

/// Why this notebook did not become a desk of the programme.
#[derive(Debug, Error)]
pub enum RecoverError {
    /// The notebook belongs to a programme already.
    #[error("this notebook belongs to a programme already; use a new folder")]
    Belongs,
    /// The file with the roster cannot be read.
    #[error("the roster's file cannot be read: {0}")]
    File(#[from] DecodeError),
    /// The roster in it does not hold.
    #[error("the roster in the file does not hold: {0}")]
    Roster(#[from] RosterError),
    /// A share's words are not right.
    #[error("share {place}: {error}")]
    Share {
        /// Which of the shares given, from 1.
        place: usize,
        /// What is wrong with it.
        #[source]
        error: ShareError,
    },
    /// The shares do not give the key.
    #[error(transparent)]
    Combine(#[from] CombineError),
    /// What was kept for this day does not open.
    #[error(transparent)]
    Kept(#[from] KeptError),
    /// Nobody is there in whose place this desk could come.
    #[error("the roster names no coordinator in whose place this desk could come")]
    NoCoordinator,
    /// Nothing says where the relay is.
    #[error("the roster does not say where the relay is; name its address")]
    NoRelay,
    /// New reading keys could not be made.
    #[error(transparent)]
    Keys(#[from] RotateError),
    /// The relay cannot be called there.
    #[error(transparent)]
    Relay(#[from] RelayAddressError),
    /// The relay did not show its roster.
    #[error("the relay did not show the newest roster: {0}")]
    Newest(#[from] NewestError),
    /// The notebook cannot be written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Notebook {
    /// Makes this new notebook a coordinator's desk of a programme whose desks are lost, from the programme's roster (a
    /// bundle, or what [`Notebook::export_roster`] gave) and the words of enough shares. `relay` is needed where the
    /// roster does not say where the relay is, or the relay has moved since. What was sent comes back with the next sync.
    ///
    /// The relay must know no newer roster than this one: [`Notebook::recover_over`] asks it.
    pub fn recover(
        &mut self,
        bundle: &[u8],
        shares: &[impl AsRef<str>],
        relay: Option<&RelayAddress>,
    ) -> Result<ProgrammeId, RecoverError> {
        let shares = self.shares(shares)?;
        let entries = roster_in(bundle)?;
        let estate = Estate::open(&entries, &shares)?;
        let relay = estate.relay(relay)?;
        self.come_in(estate, &entries, relay, None)
    }

    /// Makes this new notebook a desk as [`Notebook::recover`] does, on the newest roster that the relay knows. The
    /// relay shows it to whoever has the root key, which the shares open; it shows nothing else before the desk is on it.
    ///
    /// # Errors
    /// The relay cannot be reached, or knows a newer recovery key than the shares are of. Nothing was begun.
    pub fn recover_over(
        &mut self,
        link: &dyn Link,
        bundle: &[u8],
        shares: &[impl AsRef<str>],
        relay: Option<&RelayAddress>,
    ) -> Result<ProgrammeId, RecoverError> {
        let shares = self.shares(shares)?;
        let here = roster_in(bundle)?;
        let estate = Estate::open(&here, &shares)?;
        let relay = estate.relay(relay)?;
        let shown = newest::roster(link, &relay, &estate.main, (self.me.member, &estate.kept.root))?;
        let height = shown.last().map_or(0, |last| last.height);
        // The relay's first: of two that follow one entry, its side goes on.
        let entries = [shown, here].concat();
        let estate = Estate::open(&entries, &shares)?;
        self.come_in(estate, &entries, relay, Some(height))
    }

    /// Reads the words of shares, for a notebook that belongs nowhere yet.
    fn shares(&self, shares: &[impl AsRef<str>]) -> Result<Vec<Share>, RecoverError> {
        if self.roster.is_some() {
            return Err(RecoverError::Belongs);
        }
        let read = shares.iter().enumerate().map(|(n, text)| {
            Share::from_text(text.as_ref()).map_err(|error| RecoverError::Share { place: n + 1, error })
        });
        read.collect()
    }

    /// Writes this desk on the roster, joins what others wrote beside one another, renews the reading keys, and keeps it
    /// all. The relay knows the roster up to `known`; it is supposed to know all of it if nothing is said.
    fn come_in(
        &mut self,
        estate: Estate,
        entries: &[RosterEntry],
        relay: RelayAddress,
        known: Option<u64>,
    ) -> Result<ProgrammeId, RecoverError> {
        let Estate {
            main: mut own,
            others,
            key,
            kept,
        } = estate;
        let known = known.unwrap_or(own.position().height);
        let admission = self.own_admission(&own, &keyring(&own, &key, &kept), &kept)?;
        own.append(&admission)?;
        let mut written = vec![admission];
        written.extend(joins(&mut own, others, (self.me.member, &self.me.sign))?);
        let members_keys = keyring(&own, &key, &kept);
        let all: Vec<CompartmentId> = own.compartments().collect();
        let renewed = self.renewal_under(&members_keys, &own, &all, false)?;
        let programme = Programme {
            id: own.programme(),
            relay,
            members_keys,
            cursor: 0,
            log: LogId([0; 8]),
            nonce: Vec::new(),
            relay_height: known,
            interrupted: false,
        };
        let me = &self.me;
        self.store.write(|tx| {
            myself::forget_unproved(tx)?;
            myself::join(tx, &programme, Some(&kept.root.seed()))?;
            first_roster::keep_entries(tx, &own, entries)?;
            written.iter().try_for_each(|entry| roster::append(tx, entry))?;
            for seed in &kept.seeds {
                keys::keep_epoch_key(tx, seed.compartment, seed.number, &seed.key)?;
            }
            keep_seeds_for(tx, &own, RECOVERY, &key)?;
            take(tx, me, &mut own, &renewed, Through::Hand)
        })?;
        self.roster = Some(own);
        Ok(programme.id)
    }

    /// Makes the entry that admits this desk, in the place of a coordinator and with the root key's signature.
    fn own_admission(
        &mut self,
        own: &Roster,
        members_keys: &Keyring,
        kept: &Kept,
    ) -> Result<RosterEntry, RecoverError> {
        let lost = own
            .trusted_members()
            .map(|member| member.card.member)
            .find(|member| own.is_coordinator(member))
            .ok_or(RecoverError::NoCoordinator)?;
        let card = self.card();
        let about = About {
            programme: own.programme(),
            author: lost,
            subject: *card.member.as_bytes(),
        };
        let name = seal_text(members_keys.newest(), &about, &self.me.name, &mut self.rng);
        let act = RosterAct::Admit {
            card,
            role: Role::COORDINATOR,
            name,
            terms: None,
        };
        Ok(write::next(own, lost, act, &kept.root))
    }
}

/// What lost desks leave to the one that comes in their place.
struct Estate {
    /// The roster, or the side of it that goes on.
    main: Roster,
    /// The other sides, if two desks wrote beside one another.
    others: Vec<Vec<RosterEntry>>,
    key: KemKey,
    kept: Kept,
}

impl Estate {
    /// Opens with shares what a roster keeps for this day. Of entries that follow one, the first given leads to the side
    /// that goes on.
    fn open(entries: &[RosterEntry], shares: &[Share]) -> Result<Self, RecoverError> {
        let Sides { main, others } = Roster::sides(entries)?;
        let key = recovery::combine(shares, &main)?;
        let kept = match main.recovery() {
            Some(recovery) => Kept::open(&key, recovery, &main)?,
            None => return Err(CombineError::NoRecoveryKey.into()),
        };
        Ok(Self {
            main,
            others,
            key,
            kept,
        })
    }

    /// Returns where the relay is: where a person says, or the roster.
    fn relay(&self, said: Option<&RelayAddress>) -> Result<RelayAddress, RecoverError> {
        let members_keys = keyring(&self.main, &self.key, &self.kept);
        let relay = said.cloned().or_else(|| relay_of(&self.main, &members_keys));
        let relay = relay.ok_or(RecoverError::NoRelay)?;
        relay.way()?;
        Ok(relay)
    }
}

/// Returns the generations of the members' key: those that were kept, and those that the roster handed out since.
fn keyring(own: &Roster, key: &KemKey, kept: &Kept) -> Keyring {
    let later = recovery::later_members_keys(key, own);
    let newest_first = later.into_iter().rev().chain(kept.members_keys.iter().cloned());
    Keyring::new(newest_first).unwrap_or_else(|| kept.members_keys.clone())
}

impl From<TakeError> for RecoverError {
    fn from(error: TakeError) -> Self {
        match error {
            TakeError::Roster(error) => Self::Roster(error),
            TakeError::Store(error) => Self::Store(error),
        }
    }
}

/// Returns the roster entries in a bundle.
fn roster_in(bundle: &[u8]) -> Result<Vec<RosterEntry>, DecodeError> {
    let mut reader = BundleReader::new();
    reader.push(bundle)?;
    let mut entries = Vec::new();
    while let Some(frame) = reader.next_frame()? {
        if let Frame::Roster(entry) = frame {
            entries.push(entry);
        }
    }
    reader.ended()?;
    Ok(entries)
}

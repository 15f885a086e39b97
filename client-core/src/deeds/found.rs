//! Found a programme: its root key, its first desk, its reading keys.

use rand::Rng as _;
use rusqlite::Connection;
use seal::keys::{KemKey, MembersKey, SignKey};
use seal::members::{About, Keyring, seal_text};
use seal::roster::{RECOVERY, Roster, RosterError, write};
use seal::to_key::seal_to;
use thiserror::Error;
use wire::{CompartmentId, LogId, MemberId, ProgrammeId, RosterAct, RosterEntry, SealedFor, Want, Wanted};

use crate::Notebook;
use crate::compartments::STANDARD;
use crate::relay_address::{RelayAddress, RelayAddressError};
use crate::store::myself::{self, Programme};
use crate::store::{StoreError, keys, roster};

/// Why a programme was not founded.
#[derive(Debug, Error)]
pub enum FoundError {
    /// The notebook belongs to a programme already.
    #[error("this notebook belongs to a programme already; use a new folder")]
    Belongs,
    /// The name is empty.
    #[error("the programme needs a name")]
    NoName,
    /// The relay cannot be called there.
    #[error(transparent)]
    Relay(#[from] RelayAddressError),
    /// A seed could not be sealed.
    #[error("this desk's own key cannot be sealed to")]
    Unsealable,
    /// The roster does not take its own entries.
    #[error("the roster could not be begun: {0}")]
    Roster(#[from] RosterError),
    /// The notebook cannot be written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Notebook {
    /// Founds a programme with this notebook as its desk. `relay` is where members sync.
    pub fn found(&mut self, name: &str, relay: impl Into<RelayAddress>) -> Result<ProgrammeId, FoundError> {
        if self.roster.is_some() {
            return Err(FoundError::Belongs);
        }
        if name.trim().is_empty() {
            return Err(FoundError::NoName);
        }
        let relay = relay.into();
        relay.way()?;
        let mut chance = [0; 16];
        self.rng.fill_bytes(&mut chance);
        let programme = ProgrammeId::from_chance(chance);
        let root = SignKey::make(&mut self.rng);
        let members_key = MembersKey::make(&mut self.rng);
        let desk = self.me.member;
        let about = |subject| About {
            programme,
            author: desk,
            subject,
        };
        let act = RosterAct::Found {
            root: root.public(),
            name: seal_text(
                &members_key,
                &about(*programme.as_bytes()),
                name.trim(),
                &mut self.rng,
            ),
            desks: vec![(
                self.card(),
                seal_text(
                    &members_key,
                    &about(*desk.as_bytes()),
                    &self.me.name,
                    &mut self.rng,
                ),
            )],
        };
        let founding = write::found(programme, desk, act, &root);
        let members_keys = Keyring::new([members_key.clone()]).ok_or(FoundError::Unsealable)?;
        let mut roster = Roster::begin(&founding)?;
        let mut entries = vec![founding];
        let mut seeds = Vec::new();
        for (compartment, name) in STANDARD {
            let (entry, seed) = self.epoch_entry(&roster, &members_key, compartment, name)?;
            roster.append(&entry)?;
            entries.push(entry);
            seeds.push((compartment, 1, seed));
        }
        let belonging = Programme {
            id: programme,
            relay,
            members_keys,
            cursor: 0,
            log: LogId([0; 8]),
            nonce: Vec::new(),
            relay_height: 0,
            interrupted: false,
        };
        self.store.write(|tx| {
            myself::forget_unproved(tx)?;
            myself::join(tx, &belonging, Some(&root.seed()))?;
            entries.iter().try_for_each(|entry| roster::append(tx, entry))?;
            seeds.iter().try_for_each(|(compartment, number, seed)| {
                keys::keep_epoch_key(tx, *compartment, *number, seed)
            })
        })?;
        self.roster = Some(roster);
        Ok(programme)
    }

    /// Makes the entry that gives a compartment its next reading key, sealed to every desk that may read it and to the
    /// recovery key.
    pub(crate) fn epoch_entry(
        &mut self,
        roster: &Roster,
        members_key: &MembersKey,
        compartment: CompartmentId,
        name: &str,
    ) -> Result<(RosterEntry, KemKey), FoundError> {
        let (programme, desk) = (roster.programme(), self.me.member);
        let key = KemKey::make(&mut self.rng);
        let number = roster.epoch(compartment).map_or(1, |epoch| epoch.number + 1);
        let about = About::compartment(programme, desk, compartment);
        let desks = roster
            .trusted_members()
            .filter(|member| member.role.reads(compartment))
            .map(|member| (member.card.member, &member.card.kem));
        let recovery = roster.recovery().map(|recovery| (RECOVERY, &recovery.public));
        let mut seeds = Vec::new();
        for (member, kem) in desks.chain(recovery) {
            let aad = epoch_aad(programme, compartment, number, member);
            let sealed = seal_to(kem, EPOCH_SEED, &aad, key.seed().as_slice(), &mut self.rng)
                .map_err(|_| FoundError::Unsealable)?;
            seeds.push(SealedFor {
                member,
                kem: kem.id(),
                sealed,
            });
        }
        let name = seal_text(members_key, &about, name, &mut self.rng);
        let act = RosterAct::Epoch {
            compartment,
            number,
            public: key.public(),
            seeds,
            name,
        };
        Ok((write::next(roster, desk, act, &self.me.sign), key))
    }
}

/// What an epoch's seed is sealed for.
pub(crate) const EPOCH_SEED: &[u8] = b"baraza/1 epoch seed";

/// Binds a sealed seed to its place.
pub(crate) fn epoch_aad(
    programme: ProgrammeId,
    compartment: CompartmentId,
    number: u32,
    desk: MemberId,
) -> Vec<u8> {
    [
        &programme.as_bytes()[..],
        &[compartment.0],
        &number.to_be_bytes(),
        desk.as_bytes(),
    ]
    .concat()
}

/// Opens the seeds of epochs that were sealed to this desk, and keeps them. What was written before this desk could
/// read a compartment is asked for.
pub(crate) fn keep_seeds(db: &Connection, roster: &Roster, me: &myself::Myself) -> Result<(), StoreError> {
    let readable = keys::readable(db)?;
    keep_seeds_for(db, roster, me.member, &me.kem)?;
    let behind = myself::programme(db)?.is_some_and(|programme| programme.cursor > 0);
    for compartment in keys::readable(db)? {
        let older = roster.epoch(compartment).is_some_and(|epoch| epoch.number > 1);
        if behind && older && !readable.contains(&compartment) {
            let what = Wanted::Compartment(compartment);
            roster::want(db, &Want { what, from: 0 })?;
        }
    }
    Ok(())
}

/// Opens the seeds of epochs that were sealed to `member`, or to the recovery key that stands for a lost desk.
pub(crate) fn keep_seeds_for(
    db: &Connection,
    roster: &Roster,
    member: MemberId,
    kem: &KemKey,
) -> Result<(), StoreError> {
    for epoch in roster.epochs() {
        let Some(seed) = epoch.seeds.iter().find(|seed| seed.member == member) else {
            continue;
        };
        if keys::has_epoch_key(db, epoch.compartment, epoch.number, epoch.public.id())? {
            continue;
        }
        let aad = epoch_aad(roster.programme(), epoch.compartment, epoch.number, member);
        let opened = seal::to_key::open_with(kem, EPOCH_SEED, &aad, &seed.sealed)
            .ok()
            .and_then(|seed| <[u8; 32]>::try_from(seed.as_slice()).ok())
            .map(|seed| KemKey::from_seed(&zeroize::Zeroizing::new(seed)));
        // A seed that is not the epoch's own would let nobody read what is sealed to the epoch.
        if let Some(key) = opened.filter(|key| key.public() == epoch.public) {
            keys::keep_epoch_key(db, epoch.compartment, epoch.number, &key)?;
        }
    }
    Ok(())
}

//! The notebook: one node's own book of records, keys and letters, on a device or at a desk.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rand::Rng as _;
use rand::rngs::ChaCha20Rng;
use rusqlite::Connection;
use seal::keys::{KemKey, SignKey};
use seal::passphrase::{self, Cost, UnwrapError};
use seal::roster::Roster;
use thiserror::Error;
use wire::{MemberCard, MemberId};
use zeroize::Zeroizing;

use crate::deeds::expire::ExpireError;
use crate::deeds::finish::FinishError;
use crate::deeds::sync::SyncError;
use crate::home::{Home, HomeError};
use crate::merging::Merger;
use crate::pen::HomeOrStore;
use crate::shelf::Shelf;
use crate::store::audit::{self, AuditBreak};
use crate::store::myself::{self, Myself, Programme};
use crate::store::{Store, StoreError, roster};
use crate::surroundings::Surroundings;
use crate::tables::ReadTables;
use crate::time::Opened;

/// Why a notebook does not open.
#[derive(Debug, Error)]
pub enum OpenError {
    /// The folder cannot be used.
    #[error(transparent)]
    Home(#[from] HomeError),
    /// The passphrase is wrong, or the key file is damaged.
    #[error(transparent)]
    Passphrase(#[from] UnwrapError),
    /// The passphrase is too short to protect anyone.
    #[error("the passphrase must have at least {0} characters")]
    WeakPassphrase(usize),
    /// The file was damaged, and lies aside now. What was finished is in the outbox beside it.
    #[error(
        "the notebook is damaged; it was put aside in {0} for someone to look at. Finished work is in the outbox"
    )]
    Damaged(PathBuf),
    /// The file cannot be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The machine gives no chance to make keys from.
    #[error("this machine gives no random numbers: {0}")]
    Chance(#[from] getrandom::Error),
    /// The roster in it does not hold.
    #[error("the roster in the notebook does not hold: {0}")]
    Roster(#[from] seal::roster::RosterError),
}

/// Why a deed needs a programme, and there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NoProgramme {
    /// The notebook belongs to none.
    #[error("this notebook belongs to no programme yet: join one with a certificate, or found one")]
    NotJoined,
    /// It joined with a certificate that came without the roster.
    #[error("the programme's roster has not come yet: sync first")]
    RosterAwaited,
}

/// The fewest characters a passphrase may have.
pub const SHORTEST_PASSPHRASE: usize = 8;

/// One node's notebook, open.
pub struct Notebook {
    pub(crate) home: Home,
    pub(crate) store: Store,
    pub(crate) surroundings: Surroundings,
    pub(crate) rng: ChaCha20Rng,
    pub(crate) me: Myself,
    /// The roster, once this node belongs to a programme.
    pub(crate) roster: Option<Roster>,
    pub(crate) shelf: Shelf,
    pub(crate) read_tables: ReadTables,
    pub(crate) merger: Merger,
    pub(crate) opened: Opened,
    /// Where the audit was found broken at the opening.
    pub(crate) audit_break: Option<AuditBreak>,
}

impl std::fmt::Debug for Notebook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Notebook")
            .field("member", &self.me.member)
            .finish_non_exhaustive()
    }
}

impl Notebook {
    /// Makes a notebook in a new folder, with fresh keys. `name` is what people call the device or desk.
    pub fn create(
        folder: &Path,
        name: &str,
        passphrase: &str,
        cost: Cost,
        surroundings: Surroundings,
    ) -> Result<Self, OpenError> {
        if passphrase.chars().count() < SHORTEST_PASSPHRASE {
            return Err(OpenError::WeakPassphrase(SHORTEST_PASSPHRASE));
        }
        let home = Home::make(folder)?;
        let mut rng = surroundings.chance();
        let mut key = Zeroizing::new([0; 32]);
        rng.fill_bytes(key.as_mut_slice());
        let mut chance = [0; 16];
        rng.fill_bytes(&mut chance);
        let me = Myself {
            member: MemberId::from_chance(chance),
            incarnation: 1,
            sign: SignKey::make(&mut rng),
            kem: KemKey::make(&mut rng),
            name: name.trim().to_owned(),
        };
        let wrapped = passphrase::wrap(&key, passphrase, cost, &mut rng);
        let mut store = Store::open(&home.database(), &key)?;
        store.write(|tx| myself::introduce(tx, &me))?;
        let opened = Opened::now(&mut store, &surroundings)?;
        // The key comes last: without it there is no notebook, and the deed can be done again.
        home.write_key(&wrapped)?;
        Ok(Self {
            home,
            store,
            surroundings,
            rng,
            me,
            roster: None,
            shelf: Shelf::default(),
            read_tables: ReadTables::default(),
            merger: Merger::default(),
            opened,
            audit_break: None,
        })
    }

    /// Opens the notebook in a folder.
    pub fn open(folder: &Path, passphrase: &str, surroundings: Surroundings) -> Result<Self, OpenError> {
        let home = Home::take(folder)?;
        let key = passphrase::unwrap_key(&home.read_key()?, passphrase)?;
        match Self::read(&home, &key) {
            Ok((mut store, me, roster)) => {
                let rng = surroundings.chance();
                let opened = Opened::now(&mut store, &surroundings)?;
                let audit_break = store.read(audit::verify)?.err();
                let mut notebook = Self {
                    home,
                    store,
                    surroundings,
                    rng,
                    me,
                    roster,
                    shelf: Shelf::default(),
                    read_tables: ReadTables::default(),
                    merger: Merger::default(),
                    opened,
                    audit_break,
                };
                let beside = notebook.copy_out_missing().and_then(|()| notebook.clear_erased());
                beside.map_err(|error| match error {
                    HomeOrStore::Home(error) => OpenError::Home(error),
                    HomeOrStore::Store(error) => OpenError::Store(error),
                })?;
                if notebook.home.is_restored() {
                    notebook.wake_restored()?;
                }
                // What cannot be sealed now stays, and the next deed says why.
                if let Err(ExpireError(error)) = notebook.let_expire()
                    && let FinishError::Store(error) = *error
                {
                    return Err(error.into());
                }
                Ok(notebook)
            }
            Err(OpenError::Store(StoreError::Damaged)) => {
                Err(OpenError::Damaged(home.set_aside(surroundings.clock.now())?))
            }
            Err(other) => Err(other),
        }
    }

    /// Begins a new incarnation after a restore, and shows nothing until the notebook has synced.
    fn wake_restored(&mut self) -> Result<(), OpenError> {
        self.store.write(|tx| myself::note_restored(tx))?;
        if self.roster.is_some() {
            self.begin_incarnation().map_err(|error| match error {
                SyncError::Beside(error) => OpenError::Home(error),
                SyncError::Store(error) => OpenError::Store(error),
                _ => OpenError::Store(StoreError::Unreadable("an envelope of its own")),
            })?;
        }
        Ok(self.home.unmark_restored()?)
    }

    fn read(home: &Home, key: &[u8; 32]) -> Result<(Store, Myself, Option<Roster>), OpenError> {
        let store = Store::open(&home.database(), key)?;
        // The program may have been killed between finishing a record and emptying the log.
        store.empty_log()?;
        let me = store.read(|db| myself::myself(db)?.ok_or(StoreError::Damaged))?;
        let roster = store.read(read_roster)?;
        Ok((store, me, roster))
    }

    /// Returns who this node is.
    pub fn member(&self) -> MemberId {
        self.me.member
    }

    /// Returns what people call this node.
    pub fn name(&self) -> &str {
        &self.me.name
    }

    /// Returns this node's public keys.
    pub fn card(&self) -> MemberCard {
        MemberCard {
            member: self.me.member,
            incarnation: self.me.incarnation,
            sign: self.me.sign.public(),
            kem: self.me.kem.public(),
        }
    }

    /// Returns the roster, once this node belongs to a programme.
    pub fn roster(&self) -> Option<&Roster> {
        self.roster.as_ref()
    }

    /// Returns whether this node is a desk of its programme.
    pub fn is_desk(&self) -> bool {
        self.roster
            .as_ref()
            .is_some_and(|roster| roster.is_desk(&self.me.member))
    }

    /// Returns whether the programme does not trust this node any more.
    pub fn is_revoked(&self) -> bool {
        let revocation = self
            .roster
            .as_ref()
            .map(|roster| roster.revocation(&self.me.member));
        revocation.flatten().is_some()
    }

    /// Returns whether this node runs a desk, or did before it was revoked.
    pub(crate) fn is_or_was_desk(&self) -> bool {
        let myself = self
            .roster
            .as_ref()
            .and_then(|roster| roster.member(&self.me.member));
        myself.is_some_and(|member| member.role.runs_desk())
    }

    /// Checks the whole file.
    pub fn check(&self) -> Result<(), StoreError> {
        self.store.check()
    }

    /// Returns where the notebook's file is.
    pub fn file(&self) -> &Path {
        self.store.path()
    }

    /// Returns the time now, by this node's clock.
    pub fn now(&self) -> Timestamp {
        self.surroundings.clock.now()
    }

    /// Returns whether this node is a coordinator's desk, which may change the roster.
    pub fn is_coordinator(&self) -> bool {
        self.roster
            .as_ref()
            .is_some_and(|roster| roster.is_coordinator(&self.me.member))
    }

    /// Says why there is no roster.
    pub(crate) fn no_roster(&self) -> NoProgramme {
        match self.store.read(myself::awaiting) {
            Ok(Some(_)) => NoProgramme::RosterAwaited,
            _ => NoProgramme::NotJoined,
        }
    }

    /// Returns the roster and the programme, or says that there is none.
    pub(crate) fn belonging<E>(&self) -> Result<(&Roster, Programme), E>
    where
        E: From<NoProgramme> + From<StoreError>,
    {
        let Some(roster) = &self.roster else {
            return Err(self.no_roster().into());
        };
        let programme = self.store.read(programme_of)?;
        Ok((roster, programme))
    }
}

/// Builds the roster from the entries that are here. Most have one chain, and the sides that it joined tell nothing
/// more; where one is not joined yet, all of them count.
fn read_roster(db: &Connection) -> Result<Option<Roster>, OpenError> {
    let chain = roster::entries(db, 0)?;
    if chain.is_empty() {
        return Ok(None);
    }
    let own = Roster::from_entries(&chain)?;
    let apart = roster::aside(db)?;
    Ok(Some(
        match apart.iter().all(|entry| own.holds(&entry.position())) {
            true => own,
            false => Roster::from_tree(&roster::all(db)?)?,
        },
    ))
}

pub(crate) fn programme_of(db: &Connection) -> Result<Programme, StoreError> {
    myself::programme(db)?.ok_or(StoreError::Unreadable("a roster without a programme"))
}

//! Admit a device or a desk: put it on the roster and answer with its certificate.

use jiff::Timestamp;
use seal::book::{self, BOOK, EpochSeed};
use seal::enrol::{self, RequestError, Welcome};
use seal::members::{About, seal_text};
use seal::roster::{Roster, RosterError, write};
use seal::to_key::seal_to;
use seal::write::SealedPart;
use thiserror::Error;
use wire::enrolment::{EnrolmentError, MAX_NAME};
use wire::{CompartmentId, KeyName, Kind, MemberCard, Request, Role, RosterAct, RosterEntry, Terms};

use crate::Notebook;
use crate::deeds::rotate::RotateError;
use crate::home::HomeError;
use crate::import::roster::TakeError;
use crate::notebook::NoProgramme;
use crate::pen::Hand;
use crate::store::myself::{self, Programme};
use crate::store::{StoreError, keys, roster};

pub use crate::deeds::members::MemberView;

/// Why a device was not admitted.
#[derive(Debug, Error)]
pub enum AdmitError {
    /// There is no programme.
    #[error(transparent)]
    NoProgramme(#[from] NoProgramme),
    /// Only coordinators admit.
    #[error("only a coordinator's desk admits members; this notebook is not one")]
    NotADesk,
    /// This desk cannot admit desks.
    #[error(
        "desks are admitted with the programme's root key, and this desk does not hold it: use the desk that founded \
         the programme, or one that was recovered"
    )]
    NoRootKey,
    /// The text is not a request.
    #[error(transparent)]
    Unreadable(#[from] EnrolmentError),
    /// The request does not hold.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// It would be over before it begins.
    #[error("the membership would be over already; name a later day")]
    Over,
    /// The scope is too long.
    #[error("the scope has 1 to {MAX_NAME} bytes; leave it out for everywhere")]
    Scope,
    /// The role reads nothing, and so there is nothing to read back.
    #[error("a member of this role reads no answers at a desk, so there is nothing older to hand over")]
    ReadsNothing,
    /// The device was admitted before, for something else.
    #[error(
        "this member was admitted before, as {0}, and a role does not change: ask for a request from a new notebook"
    )]
    OtherRole(&'static str),
    /// New reading keys could not be made.
    #[error(transparent)]
    Keys(#[from] RotateError),
    /// The roster does not take it.
    #[error("the device cannot be admitted: {0}")]
    Roster(#[from] RosterError),
    /// The device's key cannot be sealed to.
    #[error("the device's key is damaged; ask it for a new request")]
    Unsealable,
    /// The member is admitted; only a copy beside the notebook is missing.
    #[error("the member is admitted, but {0}")]
    Copy(#[from] HomeError),
    /// The notebook cannot be written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// As what, until when and where a member is admitted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admission {
    /// What the member may do.
    pub role: Role,
    /// When the membership ends; never if there is no such time.
    pub expires: Option<Timestamp>,
    /// Where or on what the member works, for people to read; everywhere if nothing is said.
    pub scope: Option<String>,
    /// Whether a desk may also read what was written before it came.
    pub read_back: bool,
    /// Whether the certificate must fit one code: then the roster is left out of it, and the first sync brings it.
    pub by_code: bool,
}

impl Default for Admission {
    /// An enumerator, without an end.
    fn default() -> Self {
        Self::of(Role::ENUMERATOR)
    }
}

impl Admission {
    /// Admits for a role, without an end, everywhere.
    pub fn of(role: Role) -> Self {
        Self {
            role,
            expires: None,
            scope: None,
            read_back: false,
            by_code: false,
        }
    }

    fn check(&self, now: Timestamp) -> Result<(), AdmitError> {
        if self.expires.is_some_and(|end| end <= now) {
            return Err(AdmitError::Over);
        }
        let long = |scope: &String| scope.trim().is_empty() || scope.len() > MAX_NAME;
        if self.scope.as_ref().is_some_and(long) {
            return Err(AdmitError::Scope);
        }
        if self.read_back && !self.role.runs_desk() {
            return Err(AdmitError::ReadsNothing);
        }
        Ok(())
    }
}

impl Notebook {
    /// Admits who made `request`. Returns the certificate, to be shown to that device or desk.
    ///
    /// A desk is admitted together with new reading keys for what it may read, sealed to it too: it reads from then on,
    /// and what is older only if the admission says so. Asked again for a member that was admitted, it makes the
    /// certificate again, and hands over what is older if it is asked to now.
    pub fn admit(&mut self, request: &str, admission: &Admission) -> Result<String, AdmitError> {
        let request = Request::from_text(request)?;
        enrol::check_request(&request)?;
        let (own, programme) = self.belonging::<AdmitError>()?;
        let mut own = own.clone();
        if !self.is_coordinator() {
            return Err(AdmitError::NotADesk);
        }
        admission.check(self.now())?;
        let card = &request.card;
        let known = own.member(&card.member).filter(|member| member.card == *card);
        match known.map(|member| member.role) {
            Some(role) if role == admission.role => {}
            Some(role) => return Err(AdmitError::OtherRole(role_name(role))),
            None => {
                let mut entries = vec![self.admission_entry(&own, &programme, &request, admission)?];
                let mut grown = own.clone();
                entries.iter().try_for_each(|entry| grown.append(entry))?;
                let readable: Vec<_> = own
                    .compartments()
                    .filter(|id| admission.role.reads(*id))
                    .collect();
                entries.extend(self.renewal(&grown, &readable, false)?);
                self.take_own(&mut own, &entries)?;
            }
        }
        if admission.read_back {
            self.write_with(&own, |tx, hand| {
                let older = older_seeds(&own, card, keys::epoch_keys(tx)?, admission.role);
                write_book(tx, hand, card, &older)
            })?;
        }
        let entries = match admission.by_code {
            true => Vec::new(),
            false => self.store.read(|db| roster::entries(db, 0))?,
        };
        let welcome = Welcome {
            relay: &programme.relay.url,
            relay_key: programme.relay.key.map(|key| key.0),
            keys: &programme.members_keys,
        };
        let desk = (self.me.member, &self.me.sign);
        let certificate = enrol::certify(card, desk, &welcome, &own, entries, &mut self.rng);
        certificate
            .map(|certificate| certificate.to_text())
            .ok_or(AdmitError::Unsealable)
    }

    /// Makes the entry that admits a member, signed by this desk, or by the root key if it admits a desk.
    fn admission_entry(
        &mut self,
        own: &Roster,
        programme: &Programme,
        request: &Request,
        admission: &Admission,
    ) -> Result<RosterEntry, AdmitError> {
        let root = match admission.role.runs_desk() {
            true => Some(self.store.read(myself::root_key)?.ok_or(AdmitError::NoRootKey)?),
            false => None,
        };
        let (me, member) = (self.me.member, request.card.member);
        let key = programme.members_keys.newest();
        let about = About {
            programme: programme.id,
            author: me,
            subject: *member.as_bytes(),
        };
        let name = seal_text(key, &about, &request.name, &mut self.rng);
        let scope = admission.scope.as_ref().map(|scope| {
            let about = About::scope(programme.id, me, member);
            seal_text(key, &about, scope.trim(), &mut self.rng)
        });
        let expires = admission
            .expires
            .and_then(|end| u64::try_from(end.as_second()).ok());
        let terms = (expires.is_some() || scope.is_some()).then(|| Terms {
            expires: expires.unwrap_or_default(),
            scope: scope.unwrap_or_default(),
        });
        let act = RosterAct::Admit {
            card: request.card.clone(),
            role: admission.role,
            name,
            terms,
        };
        Ok(write::next(own, me, act, root.as_ref().unwrap_or(&self.me.sign)))
    }
}

impl From<TakeError> for AdmitError {
    fn from(error: TakeError) -> Self {
        match error {
            TakeError::Roster(error) => Self::Roster(error),
            TakeError::Store(error) => Self::Store(error),
        }
    }
}

/// Returns the seeds a desk may have and was not given by roster: those of epochs from before it came.
fn older_seeds(own: &Roster, card: &MemberCard, here: Vec<EpochSeed>, role: Role) -> Vec<EpochSeed> {
    let given = |seed: &EpochSeed| {
        own.epochs().any(|epoch| {
            (epoch.compartment, epoch.number) == (seed.compartment, seed.number)
                && epoch.seeds.iter().any(|sealed| sealed.member == card.member)
        })
    };
    here.into_iter()
        .filter(|seed| role.reads(seed.compartment) && !given(seed))
        .collect()
}

/// Writes the envelope that hands seeds of older epochs to a desk.
fn write_book(
    tx: &rusqlite::Connection,
    hand: &mut Hand<'_>,
    card: &MemberCard,
    seeds: &[EpochSeed],
) -> Result<(), AdmitError> {
    let (subject, key) = ([0; 16], KeyName::Member(card.kem.id()));
    let aad = hand.pen.context(subject, CompartmentId::RECIPIENT, key).aad();
    let sealed = seal_to(&card.kem, BOOK, &aad, &book::to_bytes(seeds), hand.rng)
        .map_err(|_| AdmitError::Unsealable)?;
    let part = SealedPart {
        compartment: CompartmentId::RECIPIENT,
        key,
        sealed,
    };
    hand.write(tx, Kind::BOOK, subject, Some(card.member), vec![part])?;
    Ok(())
}

/// Returns what people call a role.
pub fn role_name(role: Role) -> &'static str {
    match role {
        Role::ENUMERATOR => "enumerator",
        Role::COORDINATOR => "coordinator",
        Role::SUPERVISOR => "supervisor",
        Role::PROTECTION_OFFICER => "protection officer",
        Role::AUDITOR => "auditor",
        _ => "unknown to this program",
    }
}

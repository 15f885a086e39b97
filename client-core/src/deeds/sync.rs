//! Sync: send what is finished, take what others sent, in one round trip.

use std::io::Read as _;

use seal::roster::RosterError;
use seal::verify::envelope::VerifyError;
use seal::verify::freshness::is_probably_stale;
use seal::verify::request::request_headers;
use serde::Serialize;
use sync::{CallError, MemberCall};
use thiserror::Error;
use wire::frame::MAX_WANTS;
use wire::{Hello, RecordId, Refusal, RefusalCode, RosterEntry};

use self::apply::Calling;
use self::meter::Meter;
use self::request::{Request, hello_body};
use crate::Notebook;
use crate::deeds::erase::EraseError;
use crate::deeds::expire::ExpireError;
use crate::deeds::finish::FinishError;
use crate::deeds::first_roster::FirstRosterError;
use crate::deeds::join_roster::{JoinRosterError, Joining};
use crate::deeds::post_keys::PostKeysError;
use crate::deeds::rotate::RotateError;
use crate::home::HomeError;
use crate::import::roster::TakeError;
use crate::link::{Link, LinkError, SYNC_PATH};
use crate::notebook::NoProgramme;
use crate::pen::HomeOrStore;
use crate::store::{StoreError, envelopes, myself, outbox, pieces, roster};

mod apply;
mod confirm;
mod first;
mod incarnation;
mod meter;
mod pace;
pub(crate) mod request;

pub use self::confirm::Confirmations;

/// Why a sync did not end. What was taken and acknowledged before stays; sync again.
#[derive(Debug, Error)]
pub enum SyncError {
    /// There is no programme.
    #[error(transparent)]
    NoProgramme(#[from] NoProgramme),
    /// The relay cannot be reached.
    #[error(transparent)]
    Link(#[from] LinkError),
    /// The connection was cut.
    #[error("the connection was cut: {0}")]
    Cut(#[from] std::io::Error),
    /// The answer is not one.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The relay refuses.
    #[error("the relay refuses: {hint}")]
    Refused {
        /// Its reason.
        code: RefusalCode,
        /// What to do.
        hint: String,
    },
    /// The relay's roster is not this node's.
    #[error("the relay shows another roster than the one here: {0}. Tell the coordinator before you go on")]
    OtherRoster(#[source] RosterError),
    /// The relay sends what no member signed.
    #[error("the relay sent an envelope that does not hold: {0}. Tell the coordinator")]
    Forged(#[source] VerifyError),
    /// The first roster that came is not this node's.
    #[error("{0}")]
    FirstRoster(#[source] FirstRosterError),
    /// The desk that admitted this node has not told the relay.
    #[error("the relay does not know this device yet: the desk that admitted it must sync first")]
    NotKnownYet,
    /// This desk was recovered with a roster that was older than the relay's.
    #[error(
        "the relay has a newer roster than the one this desk was recovered with, and does not know the desk: recover \
         again in a new folder, while the relay can be reached"
    )]
    RecoveredTooOld,
    /// The sides of the roster cannot be joined.
    #[error(transparent)]
    Join(JoinRosterError),
    /// This device was revoked, and what is open on it cannot be sealed.
    #[error("this device was revoked, and what is open on it could not be sealed: {0}")]
    StandDown(#[source] FinishError),
    /// The keys cannot be renewed after a join.
    #[error(transparent)]
    Rotate(#[from] RotateError),
    /// Somebody changed the roster while the relay answered.
    #[error("the relay sent an envelope before the roster entry it speaks of; sync again")]
    RosterBehind,
    /// Whoever watched the sync ended it.
    #[error("the sync was ended; what was sent and taken before stays")]
    Cancelled,
    /// A file beside the notebook is not written or removed yet.
    #[error("the sync went on, but {0}; it is tried again at the next one")]
    Beside(#[from] HomeError),
    /// A packet whose time is over is still here.
    #[error(transparent)]
    Expire(#[from] ExpireError),
    /// The device's next one-time keys cannot be posted.
    #[error(transparent)]
    Keys(#[from] PostKeysError),
    /// What the policy erases cannot be erased.
    #[error("records whose time is over could not be erased: {0}")]
    Retention(Box<EraseError>),
    /// The notebook cannot be written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<EraseError> for SyncError {
    fn from(error: EraseError) -> Self {
        Self::Retention(Box::new(error))
    }
}

impl From<TakeError> for SyncError {
    fn from(error: TakeError) -> Self {
        match error {
            TakeError::Roster(error) => Self::OtherRoster(error),
            TakeError::Store(error) => Self::Store(error),
        }
    }
}

impl From<HomeOrStore> for SyncError {
    fn from(error: HomeOrStore) -> Self {
        match error {
            HomeOrStore::Home(error) => Self::Beside(error),
            HomeOrStore::Store(error) => Self::Store(error),
        }
    }
}

impl From<VerifyError> for SyncError {
    fn from(error: VerifyError) -> Self {
        match error {
            // The relay reads its roster before its envelopes; the next call brings what came in between.
            VerifyError::RosterBehind { .. } => Self::RosterBehind,
            other => Self::Forged(other),
        }
    }
}

/// What a sync did.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize)]
pub struct SyncReport {
    /// How often the relay was called.
    pub calls: u32,
    /// Envelopes the relay has now and had not before.
    pub sent: u64,
    /// Envelopes the relay refused, or has another one for. Someone should look.
    pub troubled: u64,
    /// Pieces of photos and recordings the relay has whole now and had not before.
    pub pieces_sent: u64,
    /// Pieces received whole.
    pub pieces_received: u64,
    /// Pieces here that still wait to be sent.
    pub pieces_unsent: u64,
    /// Roster entries received.
    pub roster_entries: u64,
    /// Envelopes received that were not here.
    pub received: u64,
    /// Of those here, envelopes opened in this sync.
    pub opened: u64,
    /// Envelopes here that wait for something.
    pub waiting: u64,
    /// Envelopes here that a person must look at.
    pub quarantined: u64,
    /// Envelopes of this node's own that still wait to be sent.
    pub unsent: u64,
    /// The number of the first roster entry that two desks wrote without knowing of one another, if no coordinator has
    /// joined them yet.
    pub split: Option<u64>,
    /// Whether this node was revoked.
    pub revoked: bool,
    /// Whether a coordinator has to rotate the programme's keys, because somebody who was revoked has them.
    pub rotation_due: bool,
    /// Records that this desk erased because the policy's time for them is over.
    pub run_out: Vec<RecordId>,
    /// Records that were erased here in this sync.
    pub erased: u64,
    /// Of those, the ones in which an edit was open here: it is gone with the record.
    pub erased_open: Vec<RecordId>,
}

/// How a sync is to go.
#[derive(Default)]
pub struct SyncOptions<'a> {
    /// The link costs money: photos and recordings wait for another.
    pub metered: bool,
    /// How many bytes may be sent and received, counted in frames. What does not fit waits for the next sync.
    pub budget: Option<u64>,
    /// Is told how it goes, and says whether to go on.
    pub watch: Option<Watch<'a>>,
}

/// Is told how a sync goes, and says whether to go on.
pub type Watch<'a> = &'a mut dyn FnMut(SyncProgress) -> bool;

/// How far a sync is.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct SyncProgress {
    /// Bytes of frames handed to the link.
    pub bytes_sent: u64,
    /// Bytes of frames that came.
    pub bytes_received: u64,
    /// Envelopes handed to the link.
    pub envelopes_sent: u64,
    /// Envelopes that were durable already or have become so, here.
    pub envelopes_received: u64,
}

/// How many calls one sync makes at most: one that asks what the relay holds, the first, one for a fresh nonce, one for
/// the roster, one under a new incarnation, one for a checkpoint, four to join a roster that two desks changed, two spare.
const MOST_CALLS: u32 = 12;
/// How many envelopes are taken in one transaction.
const BATCH: usize = 256;
/// From how many queued bytes on it is worth a round trip to ask first what came through before the last call was cut.
const WORTH_ASKING: u64 = 16 << 10;

impl Notebook {
    /// Syncs with the programme's relay over `link`.
    pub fn sync(&mut self, link: &dyn Link) -> Result<SyncReport, SyncError> {
        self.sync_as(link, SyncOptions::default())
    }

    /// Syncs with the programme's relay over `link`, watched, or with less than everything.
    pub fn sync_as(&mut self, link: &dyn Link, options: SyncOptions<'_>) -> Result<SyncReport, SyncError> {
        self.let_expire()?;
        self.post_keys()?;
        let mut report = SyncReport {
            run_out: self.let_run_out()?,
            ..SyncReport::default()
        };
        let mut meter = Meter::new(options);
        let mut split = self.is_split();
        let mut awaiting = self.roster.is_none();
        let mut asked = (0, 0);
        let mut turned = loop {
            if report.calls >= MOST_CALLS {
                break None;
            }
            report.calls += 1;
            match self.call(link, &mut report, &mut meter) {
                Ok(Ending::Done { more: true }) => continue,
                Ok(Ending::Done { more: false }) if meter.is_spent() => break None,
                // The first roster came, and with it those to whom this device posts its keys.
                Ok(Ending::Done { more: false }) if std::mem::take(&mut awaiting) => self.post_keys()?,
                Ok(Ending::Done { more: false }) if self.goes_on(&mut split)? => continue,
                // Envelopes came whose pieces are still missing, or pieces did, and there are more.
                Ok(Ending::Done { more: false })
                    if meter.takes_media() && self.wants_more(&mut asked, &report)? =>
                {
                    continue;
                }
                // What this desk has opened now, others may forget.
                Ok(Ending::Done { more: false }) => match self.confirm()? {
                    true => continue,
                    false => break None,
                },
                Ok(Ending::Refused(refusal)) if report.calls < MOST_CALLS && self.mend(&refusal)? => continue,
                Ok(Ending::Refused(refusal)) => break Some(refusal),
                Err(SyncError::RosterBehind) if report.calls < MOST_CALLS => continue,
                Err(error) => return Err(error),
            }
        };
        self.tidy()?;
        let (unsent, _, troubled) = self.store.read(outbox::counts)?;
        let (_, pieces_unsent) = self.store.read(pieces::unsent)?;
        let (mut waiting, mut quarantined) = (0, 0);
        for envelope in self.store.read(envelopes::troubled)? {
            *if envelope.quarantined {
                &mut quarantined
            } else {
                &mut waiting
            } += 1;
        }
        match turned.take() {
            Some(refusal) if self.is_unknown(&refusal) => Err(SyncError::NotKnownYet),
            Some(Refusal {
                code: RefusalCode::UnknownMember,
                ..
            }) if self.store.read(myself::root_key)?.is_some() => Err(SyncError::RecoveredTooOld),
            Some(Refusal { code, hint, .. }) => Err(SyncError::Refused { code, hint }),
            None => Ok(SyncReport {
                unsent,
                pieces_unsent,
                troubled,
                waiting,
                quarantined,
                split: self
                    .roster
                    .as_ref()
                    .and_then(|roster| roster.is_split().then(|| roster.position().height + 1)),
                revoked: self.is_revoked(),
                rotation_due: self
                    .roster
                    .as_ref()
                    .is_some_and(seal::roster::Roster::needs_new_keys),
                ..report
            }),
        }
    }

    /// Does what that which came by hand or from another member asks of this node.
    pub(crate) fn follow_up(&mut self) -> Result<(), SyncError> {
        self.stand_down().map_err(SyncError::StandDown)?;
        self.tell_givers::<SyncError>()?;
        self.tidy()
    }

    /// Lets go of what others have confirmed, taken over or erased, and of what is over.
    pub(crate) fn tidy(&mut self) -> Result<(), SyncError> {
        self.forget_confirmed()?;
        self.forget_accepted()?;
        self.clear_erased()?;
        Ok(self.let_expire()?)
    }

    /// Does what the roster that came asks of this node. Returns whether there is something new to send.
    fn goes_on(&mut self, split: &mut bool) -> Result<bool, SyncError> {
        let was = std::mem::replace(split, self.is_split());
        // A device that was revoked sends what it had open, and no more.
        let sealed = self.stand_down().map_err(SyncError::StandDown)?;
        if *split {
            return Ok(self.overtaken()?.is_some());
        }
        let told = self.tell_givers::<SyncError>()?;
        // What the relay refused while the roster was split is sent again.
        Ok(sealed || told || (was && (self.renew_after_join()? || self.store.read(outbox::counts)?.0 > 0)))
    }

    /// Returns whether pieces are missing, and something came since that was asked last.
    fn wants_more(&self, asked: &mut (u64, u64), report: &SyncReport) -> Result<bool, StoreError> {
        let came = (report.received, report.pieces_received);
        let more = std::mem::replace(asked, came) != came;
        Ok(more && !self.store.read(|db| pieces::wants(db, 1))?.is_empty())
    }

    fn is_split(&self) -> bool {
        self.roster.as_ref().is_some_and(seal::roster::Roster::is_split)
    }

    /// Returns what joins entries of this node's own that the relay overtook to the relay's roster, if this node may
    /// join them. The relay is asked first: the entries come back with its roster, and are kept then.
    fn overtaken(&self) -> Result<Option<Vec<RosterEntry>>, SyncError> {
        let Some(own) = self.roster.as_ref().filter(|own| own.is_split()) else {
            return Ok(None);
        };
        match self.joining(own) {
            Ok(Joining {
                mut ahead,
                joins,
                overtaken: true,
            }) => {
                ahead.extend(joins);
                Ok(Some(ahead))
            }
            Ok(_) | Err(JoinRosterError::Roster(_)) => Ok(None),
            Err(JoinRosterError::Store(error)) => Err(error.into()),
            Err(error) => Err(SyncError::Join(error)),
        }
    }

    /// Makes one call.
    fn call(
        &mut self,
        link: &dyn Link,
        report: &mut SyncReport,
        meter: &mut Meter<'_>,
    ) -> Result<Ending, SyncError> {
        let (position, programme) = self.position()?;
        let joins = self.overtaken()?.map(|mut entries| {
            entries.retain(|entry| entry.height > programme.relay_height);
            entries
        });
        let media = meter.takes_media();
        let (entries, wants, worth_asking) = self.store.read(|db| {
            let entries = match joins {
                Some(joins) => joins,
                None => roster::entries(db, programme.relay_height)?,
            };
            let (mut queued, mut wants) = (outbox::queued_bytes(db)?, roster::wants(db, MAX_WANTS)?);
            if media {
                queued += pieces::unsent(db)?.0;
                wants.extend(pieces::wants(db, MAX_WANTS - wants.len())?);
            }
            Ok::<_, StoreError>((entries, wants, queued >= WORTH_ASKING))
        })?;
        // With a nonce that is too old all of it would be refused, and most of it sent in vain.
        // Asked once: this node's clock may be wrong.
        let stale = report.calls == 1 && is_probably_stale(&programme.nonce, self.now().as_second());
        let probe = worth_asking && (programme.interrupted || stale);
        if worth_asking && !probe {
            self.store.write(myself::note_interrupted)?;
        }
        let hello = Hello {
            programme: programme.id,
            member: self.me.member,
            cursor: programme.cursor,
            log: programme.log,
            roster: position,
            nonce: programme.nonce,
            wants,
            probe,
        };
        let (call, first) = MemberCall::begin(hello);
        let signed = hello_body(&first);
        let headers = request_headers(&self.me.sign, self.me.member, "POST", SYNC_PATH, signed);
        let mut request = Request::new(call, first, &self.store, meter);
        if !probe {
            request.send_everything(entries);
        }
        let answer = link.call(&programme.relay, &headers, &mut request);
        let (mut call, failed) = request.end();
        if let Some(error) = failed {
            return Err(error);
        }
        let mut answer = answer?;
        let mut calling = Calling {
            probe,
            ..Calling::default()
        };
        let mut ending = None;
        let mut first = Vec::new();
        let mut chunk = vec![0; 64 << 10];
        loop {
            let length = answer.read(&mut chunk)?;
            let Some(bytes) = chunk.get(..length).filter(|bytes| !bytes.is_empty()) else {
                break;
            };
            for effects in call.received(bytes)?.chunks(BATCH) {
                let effects = self.take_first(effects, &mut first, report)?;
                if let Some(end) = self.apply(effects, report, &mut calling)? {
                    ending = Some(end);
                }
            }
            meter.received(length, report.received);
            meter.go_on()?;
            if ending.is_none() && meter.is_spent() {
                return Ok(Ending::Done { more: false });
            }
        }
        call.ended()?;
        if calling.displaced {
            self.begin_incarnation()?;
            return Ok(Ending::Done { more: true });
        }
        ending.ok_or(SyncError::Call(CallError::Cut))
    }

    /// Mends what a refusal names. Returns whether another call may go better.
    fn mend(&mut self, refusal: &Refusal) -> Result<bool, SyncError> {
        let height = self.roster.as_ref().map_or(0, |roster| roster.position().height);
        self.store.write(|tx| {
            if !refusal.nonce.is_empty() {
                myself::note_nonce(tx, &refusal.nonce)?;
            }
            // It was answered: nothing of it is under way, and the next call need not ask what came through.
            myself::note_answered(tx)?;
            match refusal.code {
                RefusalCode::Stale => Ok(!refusal.nonce.is_empty()),
                // The relay has less of the roster than was thought.
                RefusalCode::UnknownMember | RefusalCode::UnknownProgramme => {
                    myself::note_relay_height(tx, refusal.height.min(height))?;
                    Ok(refusal.height < height)
                }
                _ => Ok(false),
            }
        })
    }
}

/// How a call ended.
enum Ending {
    Done { more: bool },
    Refused(Refusal),
}

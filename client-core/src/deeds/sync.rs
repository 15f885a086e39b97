//! Sync: send what is finished, take what others sent, in one round trip.

use std::collections::VecDeque;
use std::io::Read as _;

use seal::roster::RosterError;
use seal::verify::envelope::VerifyError;
use seal::verify::request::request_headers;
use serde::Serialize;
use sync::{CallError, MemberCall};
use thiserror::Error;
use wire::frame::MAX_WANTS;
use wire::{Hello, Refusal, RefusalCode};

use self::request::{Request, hello_body};
use crate::Notebook;
use crate::deeds::first_roster::FirstRosterError;
use crate::link::{Link, LinkError, SYNC_PATH};
use crate::notebook::NoProgramme;
use crate::store::{StoreError, envelopes, myself, roster};

mod apply;
mod first;
mod request;

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
    /// Somebody changed the roster while the relay answered.
    #[error("the relay sent an envelope before the roster entry it speaks of; sync again")]
    RosterBehind,
    /// The notebook cannot be written.
    #[error(transparent)]
    Store(#[from] StoreError),
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
}

/// How many calls one sync makes at most: the first, one for a fresh nonce, one for the roster, one spare.
const MOST_CALLS: u32 = 4;
/// How many envelopes are taken in one transaction.
const BATCH: usize = 256;

impl Notebook {
    /// Syncs with the programme's relay over `link`.
    pub fn sync(&mut self, link: &dyn Link) -> Result<SyncReport, SyncError> {
        let mut report = SyncReport::default();
        let mut turned = loop {
            report.calls += 1;
            match self.call(link, &mut report) {
                Ok(Ending::Done { more: false }) => break None,
                Ok(Ending::Done { more: true }) => continue,
                Ok(Ending::Refused(refusal)) if report.calls < MOST_CALLS && self.mend(&refusal)? => continue,
                Ok(Ending::Refused(refusal)) => break Some(refusal),
                Err(SyncError::RosterBehind) if report.calls < MOST_CALLS => continue,
                Err(error) => return Err(error),
            }
        };
        let (unsent, _, troubled) = self.store.read(envelopes::outbox_counts)?;
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
            Some(Refusal { code, hint, .. }) => Err(SyncError::Refused { code, hint }),
            None => Ok(SyncReport {
                unsent,
                troubled,
                waiting,
                quarantined,
                ..report
            }),
        }
    }

    /// Makes one call.
    fn call(&mut self, link: &dyn Link, report: &mut SyncReport) -> Result<Ending, SyncError> {
        let (position, programme) = self.position()?;
        let (entries, wants) = self.store.read(|db| {
            let entries = roster::entries(db, programme.relay_height)?;
            Ok::<_, StoreError>((entries, roster::wants(db, MAX_WANTS)?))
        })?;
        let hello = Hello {
            programme: programme.id,
            member: self.me.member,
            cursor: programme.cursor,
            log: programme.log,
            roster: position,
            nonce: programme.nonce,
            wants,
            probe: false,
        };
        let (call, first) = MemberCall::begin(hello);
        let signed = hello_body(&first);
        let headers = request_headers(&self.me.sign, self.me.member, "POST", SYNC_PATH, signed);
        let mut request = Request {
            call,
            store: &self.store,
            entries: entries.into(),
            after: 0,
            envelopes: VecDeque::new(),
            bytes: first.into(),
            failed: None,
        };
        let answer = link.call(&programme.relay, &headers, &mut request);
        let Request { mut call, failed, .. } = request;
        if let Some(error) = failed {
            return Err(error.into());
        }
        let mut answer = answer?;
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
                if let Some(end) = self.apply(effects, report)? {
                    ending = Some(end);
                }
            }
        }
        call.ended()?;
        ending.ok_or(SyncError::Call(CallError::Cut))
    }

    /// Mends what a refusal names. Returns whether another call may go better.
    fn mend(&mut self, refusal: &Refusal) -> Result<bool, SyncError> {
        let height = self.roster.as_ref().map_or(0, |roster| roster.position().height);
        self.store.write(|tx| {
            if !refusal.nonce.is_empty() {
                myself::note_nonce(tx, &refusal.nonce)?;
            }
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

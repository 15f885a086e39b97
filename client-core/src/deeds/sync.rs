//! Sync: send what is finished, take what others sent, in one round trip.

use std::collections::VecDeque;
use std::io::Read;

use seal::roster::RosterError;
use seal::verify::envelope::{VerifyError, verify};
use seal::verify::request::request_headers;
use serde::Serialize;
use sync::{CallError, MemberCall, MemberEffect, Sent};
use thiserror::Error;
use wire::frame::MAX_WANTS;
use wire::{Done, Hello, Refusal, RefusalCode, RosterEntry, Status};

use crate::Notebook;
use crate::deeds::found::keep_seeds;
use crate::import::{self, Reading, Taken};
use crate::link::{Link, LinkError, SYNC_PATH};
use crate::notebook::{NoProgramme, programme_of};
use crate::store::{Store, StoreError, envelopes, myself, roster};

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
        let (own, programme) = self.belonging::<SyncError>()?;
        let position = own.position();
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
        let mut chunk = vec![0; 64 << 10];
        loop {
            let length = answer.read(&mut chunk)?;
            let Some(bytes) = chunk.get(..length).filter(|bytes| !bytes.is_empty()) else {
                break;
            };
            for effects in call.received(bytes)?.chunks(BATCH) {
                if let Some(end) = self.apply(effects, report)? {
                    ending = Some(end);
                }
            }
        }
        call.ended()?;
        ending.ok_or(SyncError::Call(CallError::Cut))
    }

    /// Does what a run of effects asks for, in one transaction: envelopes and cursor are durable together.
    fn apply(
        &mut self,
        effects: &[MemberEffect],
        report: &mut SyncReport,
    ) -> Result<Option<Ending>, SyncError> {
        let Some(own) = &self.roster else {
            return Err(NoProgramme.into());
        };
        let mut own = own.clone();
        let (me, merger) = (&self.me, &self.merger);
        let mut done = report.clone();
        let ending = self.store.write(|tx| {
            let mut reading = Reading::new(tx, me, merger, &own)?;
            let mut ending = None;
            let mut news = false;
            for effect in effects {
                match effect {
                    MemberEffect::Note(Sent::Envelope(id), status) => {
                        if *status == Status::Stored && envelopes::note(tx, *id, *status)? {
                            done.sent += 1;
                        } else {
                            envelopes::note(tx, *id, *status)?;
                        }
                    }
                    MemberEffect::Note(Sent::Entry(height), status) => {
                        if matches!(status, Status::Stored | Status::Had) {
                            myself::note_relay_height(tx, *height)?;
                        }
                    }
                    MemberEffect::Append(entry) => {
                        own.append(entry).map_err(SyncError::OtherRoster)?;
                        roster::append(tx, entry)?;
                        myself::note_relay_height(tx, entry.height)?;
                        keep_seeds(tx, &own, me)?;
                        reading = Reading::new(tx, me, merger, &own)?;
                        done.roster_entries += 1;
                        news = true;
                    }
                    MemberEffect::Keep { sequence, envelope } => {
                        let verified = verify(envelope.clone(), &own)?;
                        news |= done.count(import::take(tx, &reading, &verified)?);
                        myself::note_cursor(tx, *sequence)?;
                    }
                    MemberEffect::KeepBehind { envelope, .. } => {
                        let verified = verify(envelope.clone(), &own)?;
                        news |= done.count(import::take(tx, &reading, &verified)?);
                    }
                    MemberEffect::Forget(want) => roster::forget_want(tx, want)?,
                    MemberEffect::Finish(end) => {
                        let before = programme_of(tx)?.log;
                        if before != end.log && before.as_bytes() != &[0; 8] {
                            envelopes::queue_all_again(tx)?;
                        }
                        let Done {
                            cursor,
                            more,
                            log,
                            nonce,
                        } = end;
                        myself::note_call(tx, *cursor, *log, nonce)?;
                        ending = Some(Ending::Done {
                            more: *more || before != *log && before.as_bytes() != &[0; 8],
                        });
                    }
                    MemberEffect::Refused(refusal) => ending = Some(Ending::Refused(refusal.clone())),
                }
            }
            if news {
                done.opened += import::retry(tx, &reading)?;
            }
            Ok::<_, SyncError>(ending)
        })?;
        *report = done;
        self.roster = Some(own);
        Ok(ending)
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

impl SyncReport {
    /// Counts an envelope. Returns whether something that waits may be opened now.
    fn count(&mut self, taken: Taken) -> bool {
        match taken {
            Taken::Known => return false,
            Taken::Opened => self.opened += 1,
            Taken::Kept | Taken::Waiting | Taken::Quarantined => {}
        }
        self.received += 1;
        true
    }
}

/// Returns what the request's signature covers of the hello's frame: all after its length.
fn hello_body(frame: &[u8]) -> &[u8] {
    let mut reader = wire::Reader::new(frame);
    match reader.varint() {
        Ok(_) => reader.rest(),
        Err(_) => &[],
    }
}

/// The body of a request: it reads the outbox while it is sent, and holds only a little of it.
struct Request<'a> {
    call: MemberCall,
    store: &'a Store,
    entries: VecDeque<RosterEntry>,
    after: i64,
    envelopes: VecDeque<wire::Envelope>,
    bytes: VecDeque<u8>,
    failed: Option<StoreError>,
}

impl Request<'_> {
    /// Fetches the next frame. Returns `false` at the end.
    fn fetch(&mut self) -> Result<bool, StoreError> {
        if let Some(entry) = self.entries.pop_front() {
            self.bytes.extend(self.call.append(entry));
            return Ok(true);
        }
        if self.envelopes.is_empty() {
            let after = self.after;
            for (n, envelope) in self.store.read(|db| envelopes::queued(db, after, 64))? {
                self.after = n;
                self.envelopes.push_back(envelope);
            }
        }
        let Some(envelope) = self.envelopes.pop_front() else {
            return Ok(false);
        };
        self.bytes.extend(self.call.push(envelope));
        Ok(true)
    }
}

impl Read for Request<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        // Filled to the brim: over HTTP each read becomes a chunk with a head of its own.
        while self.bytes.len() < into.len() {
            match self.fetch() {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => {
                    self.failed = Some(error);
                    return Err(std::io::Error::other("the notebook cannot be read"));
                }
            }
        }
        let mut filled = 0;
        while filled < into.len() && !self.bytes.is_empty() {
            filled += self.bytes.read(into.get_mut(filled..).unwrap_or_default())?;
        }
        Ok(filled)
    }
}

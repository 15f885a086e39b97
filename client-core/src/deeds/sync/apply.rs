//! What an answer asks for, done in one transaction for each run of effects.

use rusqlite::Connection;
use seal::verify::envelope::{Verified, verify};
use seal::verify::freshness::minutes_of;
use sync::{MemberEffect, Sent};
use wire::{Done, EnvelopeId, Held, Status, Vector, Wanted};

use super::{Ending, SyncError, SyncReport};
use crate::Notebook;
use crate::import::roster::Through;
use crate::import::{self, Reading, Taken, tombstone};
use crate::notebook::{NoProgramme, programme_of};
use crate::store::myself::Myself;
use crate::store::pieces::{self, Gathered};
use crate::store::{StoreError, envelopes, myself, outbox, roster, time};

impl Notebook {
    /// Does what a run of effects asks for, in one transaction: envelopes and cursor are durable together.
    pub(super) fn apply(
        &mut self,
        effects: &[MemberEffect],
        report: &mut SyncReport,
        calling: &mut Calling,
    ) -> Result<Option<Ending>, SyncError> {
        let Some(own) = &self.roster else {
            return match effects {
                [] => Ok(None),
                [MemberEffect::Refused(refusal)] => Ok(Some(Ending::Refused(refusal.clone()))),
                _ => Err(NoProgramme::RosterAwaited.into()),
            };
        };
        let mut own = own.clone();
        let (me, merger, desk, now) = (&self.me, &self.merger, self.is_desk(), self.now().as_second());
        let mut done = report.clone();
        let told = effects.iter().find_map(|effect| match effect {
            MemberEffect::Finish(end) => minutes_of(&end.nonce),
            _ => None,
        });
        let (seen, told) = (self.time_seen(), told.map(|minutes| self.believed(minutes)));
        let ending = self.store.write(|tx| {
            time::note(tx, seen)?;
            if let Some(told) = told {
                time::note_told(tx, told)?;
            }
            // Entries come before what speaks of them.
            let entries = effects.iter().filter_map(|effect| match effect {
                MemberEffect::Append(entry) => Some(entry.clone()),
                _ => None,
            });
            let entries: Vec<_> = entries.collect();
            let new = import::roster::take(tx, me, &mut own, &entries, Through::Relay)?;
            if let Some(last) = entries.last() {
                myself::note_relay_height(tx, last.height)?;
            }
            done.roster_entries += new;
            let reading = Reading::new(tx, me, merger, &own, now)?;
            let mut ending = None;
            let mut news = new > 0;
            for effect in effects {
                match effect {
                    MemberEffect::Note(Sent::Envelope(id), status) => {
                        let hand = whose(tx, *id, me)?;
                        // Another author's fork is for that author to mend.
                        let settled = hand == Hand::Others && *status == Status::Fork;
                        let status = if settled { Status::Had } else { *status };
                        let known = outbox::note(tx, *id, status)?;
                        done.sent += u64::from(known && status == Status::Stored);
                        calling.displaced |= hand == Hand::Present && status == Status::Fork;
                    }
                    MemberEffect::Note(Sent::Entry(height), status) => {
                        if matches!(status, Status::Stored | Status::Had) {
                            myself::note_relay_height(tx, *height)?;
                            roster::note_relayed_at(tx, *height)?;
                        }
                    }
                    MemberEffect::Append(_) => {}
                    MemberEffect::Keep { sequence, envelope } => {
                        let verified = verify(envelope.clone(), &own)?;
                        news |= done.take(tx, &reading, &verified)?;
                        myself::note_cursor(tx, *sequence)?;
                    }
                    MemberEffect::KeepBehind { envelope, .. } => {
                        let verified = verify(envelope.clone(), &own)?;
                        news |= done.take(tx, &reading, &verified)?;
                    }
                    MemberEffect::Compare(vector) => calling.compare(tx, vector, me, desk)?,
                    MemberEffect::Note(Sent::Piece { part, upto }, status) => {
                        done.pieces_sent += u64::from(pieces::note(tx, part, *upto, *status)?);
                    }
                    MemberEffect::Resume(held) => calling.held.push(*held),
                    MemberEffect::KeepPiece(piece) => {
                        if pieces::append(tx, piece, true)? == Gathered::Whole {
                            done.pieces_received += 1;
                            news = true;
                        }
                    }
                    MemberEffect::Forget(want) => match &want.what {
                        Wanted::Part(part) => pieces::note_asked(tx, part)?,
                        _ => roster::forget_want(tx, want)?,
                    },
                    MemberEffect::Finish(end) => {
                        calling.note_pieces(tx)?;
                        let before = programme_of(tx)?.log;
                        let other = before != end.log && before.as_bytes() != &[0; 8];
                        let set_back = other || calling.compared;
                        if set_back {
                            // The relay may have less of the roster, too.
                            myself::note_relay_height(tx, 0)?;
                            calling.start_over(tx, desk)?;
                        }
                        let Done {
                            cursor,
                            more,
                            log,
                            nonce,
                        } = end;
                        myself::note_call(tx, *cursor, *log, nonce)?;
                        if !*more && !set_back && !calling.probe {
                            myself::note_caught_up(tx)?;
                        }
                        ending = Some(Ending::Done {
                            more: *more || set_back || calling.probe,
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
}

/// What one call has shown so far.
#[derive(Default)]
pub(super) struct Calling {
    /// Whether it asks only what the relay holds.
    pub(super) probe: bool,
    /// Whether another notebook wrote in this one's place.
    pub(super) displaced: bool,
    /// Whether everything is compared, and was queued for that.
    pub(super) compared: bool,
    /// How far the relay has each author's work, as it said.
    pub(super) vectors: Vec<Vector>,
    /// The pieces that it has not whole, as it said.
    pub(super) held: Vec<Held>,
}

impl Calling {
    /// Queues everything, once: what the relay turns out to have is taken out again.
    fn start_over(&mut self, db: &Connection, desk: bool) -> Result<(), StoreError> {
        if !std::mem::replace(&mut self.compared, true) {
            outbox::queue_all_again(db, desk)?;
            pieces::suppose_lost(db)?;
        }
        Ok(())
    }

    /// Notes which pieces the relay has: those of what it has, but for the ones it named. Only once all was said: with
    /// half of it, a piece that it lacks would count as sent.
    fn note_pieces(&mut self, db: &Connection) -> Result<(), StoreError> {
        for vector in self.vectors.drain(..) {
            pieces::cover(db, &vector)?;
        }
        self.held
            .drain(..)
            .try_for_each(|held| pieces::lacks(db, &held.part, held.offset))
    }

    fn compare(
        &mut self,
        db: &Connection,
        vector: &Vector,
        me: &Myself,
        desk: bool,
    ) -> Result<(), StoreError> {
        if !self.probe {
            self.start_over(db, desk)?;
        }
        self.vectors.push(*vector);
        let own = vector.author == me.member;
        // The relay has more of this notebook's hand than it has itself: it was restored from a copy.
        self.displaced |= own && vector.incarnation > me.incarnation;
        self.displaced |=
            own && vector.incarnation == me.incarnation && vector.upto > myself::last_written(db)?.0;
        outbox::cover(db, vector)
    }
}

/// Who wrote an envelope.
#[derive(PartialEq, Eq)]
enum Hand {
    /// This node, under its present incarnation.
    Present,
    /// This node, under an earlier one.
    Past,
    /// Somebody else; this node carries it.
    Others,
}

fn whose(db: &Connection, id: EnvelopeId, me: &Myself) -> Result<Hand, StoreError> {
    Ok(match envelopes::author(db, id)? {
        Some((author, incarnation)) if author == me.member => match incarnation == me.incarnation {
            true => Hand::Present,
            false => Hand::Past,
        },
        _ => Hand::Others,
    })
}

impl SyncReport {
    /// Takes an envelope in, and counts it. Returns whether something that waits may be opened now.
    fn take(
        &mut self,
        db: &Connection,
        reading: &Reading<'_>,
        verified: &Verified,
    ) -> Result<bool, StoreError> {
        let strikes = tombstone::strikes(db, verified.header())?;
        let taken = import::take(db, reading, verified)?;
        if let (Some((record, open)), Taken::Opened) = (strikes, taken) {
            self.erased += 1;
            self.erased_open.extend(open.then_some(record));
        }
        Ok(self.count(taken))
    }

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

//! What an answer asks for, done in one transaction for each run of effects.

use seal::verify::envelope::verify;
use sync::{MemberEffect, Sent};
use wire::{Done, Status};

use super::{Ending, SyncError, SyncReport};
use crate::Notebook;
use crate::deeds::found::keep_seeds;
use crate::deeds::relay::{follow_relay, may_move_relay};
use crate::import::{self, Reading, Taken};
use crate::notebook::{NoProgramme, programme_of};
use crate::store::{envelopes, myself, roster};

impl Notebook {
    /// Does what a run of effects asks for, in one transaction: envelopes and cursor are durable together.
    pub(super) fn apply(
        &mut self,
        effects: &[MemberEffect],
        report: &mut SyncReport,
    ) -> Result<Option<Ending>, SyncError> {
        let Some(own) = &self.roster else {
            return match effects {
                [] => Ok(None),
                [MemberEffect::Refused(refusal)] => Ok(Some(Ending::Refused(refusal.clone()))),
                _ => Err(NoProgramme::RosterAwaited.into()),
            };
        };
        let mut own = own.clone();
        let me = &self.me;
        let mut done = report.clone();
        let ending = self.store.write(|tx| {
            let mut reading = Reading::new(tx, me, &own)?;
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
                        if may_move_relay(&entry.act) {
                            follow_relay(tx, &own)?;
                        }
                        reading = Reading::new(tx, me, &own)?;
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
                    MemberEffect::Note(Sent::Piece { .. }, _)
                    | MemberEffect::Compare(_)
                    | MemberEffect::Resume(_)
                    | MemberEffect::KeepPiece(_) => {}
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

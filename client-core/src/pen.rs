//! This node's hand: it writes envelopes one after the other, each kept, queued and copied out.

use rand::rngs::ChaCha20Rng;
use rusqlite::{Connection, Transaction};
use seal::roster::Roster;
use seal::write::{Pen, SealedPart};
use wire::{Envelope, EnvelopeId, Kind, MemberId};

use crate::Notebook;
use crate::home::HomeError;
use crate::merging::Merger;
use crate::store::myself::{self, Myself};
use crate::store::{StoreError, envelopes, outbox, pieces, time};

/// The pen, at its place, in one transaction.
pub(crate) struct Hand<'a> {
    pub(crate) pen: Pen<'a>,
    pub(crate) me: &'a Myself,
    /// Who merges what is written, once it is opened here.
    pub(crate) merger: &'a Merger,
    pub(crate) rng: &'a mut ChaCha20Rng,
    written: Vec<Envelope>,
}

impl Hand<'_> {
    /// Writes the next envelope and queues it.
    pub(crate) fn write(
        &mut self,
        db: &Connection,
        kind: Kind,
        subject: [u8; 16],
        recipient: Option<MemberId>,
        parts: Vec<SealedPart>,
    ) -> Result<EnvelopeId, StoreError> {
        let envelope = self.pen.write(kind, subject, recipient, parts);
        let id = envelope.id();
        envelopes::keep(db, id, &envelope)?;
        outbox::queue(db, id)?;
        myself::note_written(db, self.pen.sequence, id)?;
        self.written.push(envelope);
        Ok(id)
    }
}

impl Notebook {
    /// Does a deed that writes envelopes, in one transaction. Once it is durable, and before this returns, a copy
    /// of each lies in the outbox beside the notebook.
    pub(crate) fn write_with<T, E>(
        &mut self,
        roster: &Roster,
        deed: impl FnOnce(&Transaction<'_>, &mut Hand<'_>) -> Result<T, E>,
    ) -> Result<T, E>
    where
        E: From<StoreError> + From<HomeError>,
    {
        let seen = self.time_seen();
        let (me, merger, rng) = (&self.me, &self.merger, &mut self.rng);
        let (done, written) = self.store.write(|tx| {
            time::note(tx, seen)?;
            let (sequence, previous) = myself::last_written(tx)?;
            let pen = Pen {
                programme: roster.programme(),
                author: me.member,
                key: &me.sign,
                incarnation: me.incarnation,
                sequence,
                previous,
                roster: roster.position(),
            };
            let mut hand = Hand {
                pen,
                me,
                merger,
                rng,
                written: Vec::new(),
            };
            let done = deed(tx, &mut hand)?;
            Ok::<_, E>((done, hand.written))
        })?;
        written
            .iter()
            .try_for_each(|envelope| self.home.copy_out(envelope.id(), envelope))?;
        Ok(done)
    }

    /// Copies out what a power cut kept from being copied.
    pub(crate) fn copy_out_missing(&self) -> Result<(), HomeOrStore> {
        let mut after = 0;
        loop {
            let queued = self.store.read(|db| outbox::queued(db, after, 64))?;
            let Some((last, _)) = queued.last() else {
                return Ok(());
            };
            after = *last;
            for (_, envelope) in queued {
                if !self.home.has_copy(envelope.id(), &envelope) {
                    let envelope = self.store.read(|db| pieces::fill(db, envelope))?;
                    self.home.copy_out(envelope.id(), &envelope)?;
                }
            }
        }
    }
}

/// Why copies could not be made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HomeOrStore {
    #[error(transparent)]
    Home(#[from] HomeError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

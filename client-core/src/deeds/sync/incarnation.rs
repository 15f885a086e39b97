//! A new incarnation: this notebook was copied or restored, and another one wrote in its place.

use seal::write::SealedPart;
use wire::Part;

use super::SyncError;
use crate::Notebook;
use crate::store::{StoreError, envelopes, keys, myself, outbox, pieces};

impl Notebook {
    /// Goes on under the next incarnation: what the relay has not in its place is signed again, with new headers over
    /// the same parts, and new chains are opened. Nothing is lost, and both headers of a place stay as evidence.
    pub(crate) fn begin_incarnation(&mut self) -> Result<(), SyncError> {
        let own = self.roster.clone().ok_or_else(|| self.no_roster())?;
        let (me, present) = (self.me.member, self.me.incarnation);
        let next = present.saturating_add(1);
        self.me.incarnation = next;
        let begun = self.write_with(&own, |tx, hand| {
            let unplaced = outbox::take_unplaced(tx, me)?;
            let last = outbox::last_placed(tx, me, present)?;
            hand.pen.previous = last.unwrap_or(hand.pen.previous);
            hand.pen.sequence = 0;
            myself::begin_incarnation(tx, next, hand.pen.previous)?;
            keys::forget_own_chains(tx)?;
            for id in unplaced {
                let envelope =
                    envelopes::get(tx, id)?.ok_or(StoreError::Unreadable("an envelope of its own"))?;
                let envelope = pieces::fill(tx, envelope)?;
                let header = &envelope.header;
                let parts = header.parts.iter().zip(&envelope.parts);
                let parts = parts.filter_map(|(part, sealed)| match sealed {
                    Part::Here(sealed) => Some(SealedPart {
                        compartment: part.compartment,
                        key: part.key,
                        sealed: sealed.clone(),
                    }),
                    Part::Absent => None,
                });
                hand.write(tx, header.kind, header.subject, header.recipient, parts.collect())?;
            }
            Ok::<_, SyncError>(())
        });
        if let Err(error) = &begun
            && !matches!(error, SyncError::Beside(_))
        {
            self.me.incarnation = present;
        }
        begun
    }
}

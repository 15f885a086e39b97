//! Confirming: desks sign what they have opened, and only then do devices forget it.

use std::collections::{BTreeMap, BTreeSet};

use seal::members::as_record_key;
use seal::payload;
use serde::Serialize;
use wire::{Checkpoint, CompartmentId, EnvelopeId, Header, Incarnation, KeyName, Kind};

use super::SyncError;
use crate::Notebook;
use crate::home::copy_name;
use crate::import;
use crate::notebook::programme_of;
use crate::store::confirming::{self, Confirmed, Own};
use crate::store::{StoreError, keys};

/// How much of what was finished here a desk has confirmed.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Confirmations {
    /// Records in which something was finished on this device.
    pub finished: u64,
    /// Of those, the records of which desks have opened everything.
    pub confirmed: u64,
}

impl Notebook {
    /// Returns how much of what was finished here a desk has confirmed.
    ///
    /// # Errors
    /// The notebook cannot be read.
    pub fn confirmations(&self) -> Result<Confirmations, StoreError> {
        let me = self.me.member;
        self.store.read(|db| {
            let mut saying = Saying::default();
            let (mut finished, mut open) = (BTreeSet::new(), BTreeSet::new());
            for own in confirming::own(db, me)? {
                if matches!(own.header.kind, Kind::RECORD | Kind::MEDIA) {
                    finished.insert(own.header.subject);
                    if !own.forgotten && !saying.confirm(db, me, &own)? {
                        open.insert(own.header.subject);
                    }
                }
            }
            let confirmed = finished.difference(&open).count() as u64;
            Ok(Confirmations {
                finished: finished.len() as u64,
                confirmed,
            })
        })
    }

    /// At a desk that has opened more than it last said, writes a checkpoint. Returns whether it did.
    pub(crate) fn confirm(&mut self) -> Result<bool, SyncError> {
        let Some(own) = self.roster.clone().filter(|own| own.is_desk(&self.me.member)) else {
            return Ok(false);
        };
        let me = self.me.member;
        let said = self.store.read(|db| {
            let reaches = confirming::reaches(db, me, &keys::readable(db)?)?;
            let last = match confirming::last_of(db, me)? {
                Some(last) => import::said_at(db, last, &programme_of(db)?.members_keys)?,
                None => Checkpoint::default(),
            };
            // Other desks' checkpoints are work of theirs, too: two desks that confirm those would never be done.
            let news = news(&reaches, &last.reaches, |author| own.is_desk(author));
            Ok::<_, StoreError>(news.then_some(Checkpoint { reaches }))
        })?;
        let Some(checkpoint) = said else {
            return Ok(false);
        };
        let packed = payload::pack(&checkpoint.to_bytes(), None);
        self.write_with(&own, |tx, hand| {
            let members_keys = programme_of(tx)?.members_keys;
            let name = KeyName::Members(members_keys.newest().id());
            let key = as_record_key(members_keys.newest());
            let part = hand
                .pen
                .seal([0; 16], CompartmentId::MEMBERS, (name, &key), &packed, hand.rng);
            hand.write(tx, Kind::CHECKPOINT, [0; 16], None, vec![part])?;
            Ok::<_, SyncError>(())
        })?;
        Ok(true)
    }

    /// On a device, destroys what desks have confirmed: parts here, and copies beside the notebook. What it carried for
    /// others goes once the relay has it.
    pub(super) fn forget_confirmed(&mut self) -> Result<(), SyncError> {
        if self.is_desk() {
            return Ok(());
        }
        let me = self.me.member;
        let forgotten = self.store.write(|tx| {
            let mut saying = Saying::default();
            let mut forgotten: Vec<(EnvelopeId, Header)> = Vec::new();
            for own in confirming::own(tx, me)?.into_iter().filter(|own| !own.forgotten) {
                let lasting = matches!(
                    own.header.kind,
                    Kind::RECORD | Kind::CHAIN | Kind::WITHDRAWAL | Kind::KEYS | Kind::MEDIA
                );
                if lasting && saying.confirm(tx, me, &own)? {
                    confirming::forget(tx, own.id)?;
                    forgotten.push((own.id, own.header));
                }
            }
            // What was only carried, and is at the relay now.
            confirming::forget_carried(tx, me)?;
            Ok::<_, StoreError>(forgotten)
        })?;
        for (id, header) in &forgotten {
            self.home.remove_copy(&copy_name(*id, header))?;
        }
        Ok(())
    }
}

/// Returns whether a desk has more to say: of devices any progress, of other desks only what they have finished.
fn news(now: &[wire::Reach], before: &[wire::Reach], is_desk: impl Fn(&wire::MemberId) -> bool) -> bool {
    now.iter()
        .filter(|reach| !is_desk(&reach.author))
        .any(|reach| !before.contains(reach))
}

/// What desks say, read once for each incarnation.
#[derive(Default)]
struct Saying {
    of: BTreeMap<Incarnation, Confirmed>,
}

impl Saying {
    /// Returns whether desks have opened all of an envelope.
    fn confirm(
        &mut self,
        db: &rusqlite::Connection,
        me: wire::MemberId,
        own: &Own,
    ) -> Result<bool, StoreError> {
        let confirmed = match self.of.entry(own.header.incarnation) {
            std::collections::btree_map::Entry::Occupied(known) => known.into_mut(),
            std::collections::btree_map::Entry::Vacant(new) => {
                new.insert(confirming::of(db, me, own.header.incarnation)?)
            }
        };
        let held = confirmed
            .held
            .iter()
            .any(|(upto, _)| *upto >= own.header.sequence);
        let compartments = own.header.parts.iter().map(|part| part.compartment);
        let opened = compartments
            .filter(|compartment| compartment.0 < CompartmentId::MEMBERS.0)
            .all(|compartment| {
                let upto = confirmed.opened.iter().find(|(known, _)| *known == compartment);
                upto.is_some_and(|(_, upto)| *upto >= own.header.sequence)
            });
        Ok(held && opened)
    }
}

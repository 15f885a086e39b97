//! Expire: when a packet's time is over, what was begun on it is sealed as it is, and the device forgets the rest.

use std::collections::BTreeSet;

use rusqlite::Connection;
use thiserror::Error;
use wire::RecordId;

use crate::Notebook;
use crate::deeds::finish::{FinishError, Squashed, forget, note_unfinished};
use crate::store::once_keys::{self, HeldGrant};
use crate::store::records::RecordStatus;
use crate::store::{StoreError, assigned, drafts, envelopes, records, time};
use crate::tables::ReadTables;
use crate::time::TimeKnown;

/// Why a packet whose time is over is still here, with what was begun on it.
#[derive(Debug, Error)]
#[error("the time of a record that was handed to this device is over, and it could not be sealed: {0}")]
pub struct ExpireError(#[source] pub Box<FinishError>);

impl From<FinishError> for ExpireError {
    fn from(error: FinishError) -> Self {
        Self(Box::new(error))
    }
}

impl From<StoreError> for ExpireError {
    fn from(error: StoreError) -> Self {
        Self(Box::new(error.into()))
    }
}

/// The grants whose time is over, the records that none other keeps here, and what is over of the entities that were
/// assigned to this device.
struct Due {
    grants: Vec<HeldGrant>,
    records: BTreeSet<RecordId>,
    assigned: bool,
    entities: BTreeSet<String>,
}

impl Due {
    fn at(db: &Connection, time: TimeKnown) -> Result<Self, StoreError> {
        let held = once_keys::held(db)?;
        let is_over = |grant: &HeldGrant| grant.expires != 0 && (time.set_back || grant.expires <= time.now);
        let still: BTreeSet<RecordId> = held
            .iter()
            .filter(|grant| !grant.spent && !is_over(grant))
            .map(|grant| grant.record)
            .collect();
        let grants: Vec<HeldGrant> = held.into_iter().filter(is_over).collect();
        let open = grants.iter().filter(|grant| !grant.spent);
        let records = open.map(|grant| grant.record).collect::<BTreeSet<_>>();
        Ok(Self {
            grants,
            records: records.difference(&still).copied().collect(),
            assigned: assigned::any_over(db, time)?,
            entities: assigned::over(db, time)?,
        })
    }
}

impl Notebook {
    /// Lets packets expire whose time is over. To be called before anything that was granted is read.
    ///
    /// In one transaction the edits that are open, and the drafts about entities that were assigned, are sealed as they are
    /// and marked unfinished, and keys, documents, grants and what was known of the entities are destroyed.
    pub(crate) fn let_expire(&mut self) -> Result<(), ExpireError> {
        let time = self.time_known()?;
        let mut due = self.store.read(|db| Due::at(db, time))?;
        if due.grants.is_empty() && !due.assigned {
            return Ok(());
        }
        due.records.extend(self.drafts_about(&due.entities)?);
        self.read_tables = ReadTables::default();
        let (mut sealed, mut failed, mut left) = (Vec::new(), None, BTreeSet::new());
        for record in &due.records {
            match self.squash_unfinished(*record, "expired") {
                Ok(squashed) => sealed.extend(squashed),
                // What cannot be sealed stays, and is told: destroying it would lose what somebody said.
                Err(error) => {
                    left.insert(*record);
                    failed.get_or_insert(error);
                }
            }
        }
        let own = self.belonging::<FinishError>()?.0.clone();
        let now = self.now().as_second();
        let expired = self.write_with(&own, |tx, hand| {
            time::note(tx, time.now)?;
            for squashed in &sealed {
                squashed.seal(tx, hand, &own)?;
            }
            for record in due.records.difference(&left) {
                drafts::destroy(tx, *record)?;
                forget(tx, *record)?;
                records::set_status(tx, *record, RecordStatus::Finished, now)?;
            }
            for grant in due.grants.iter().filter(|grant| !left.contains(&grant.record)) {
                once_keys::spend(tx, grant.envelope)?;
                envelopes::spend_grant(tx, grant.envelope)?;
                // What else was sealed to its key comes too late, also if the clock was set back.
                once_keys::give_up(tx, grant.once_key)?;
            }
            once_keys::destroy_spent(tx)?;
            assigned::destroy_over(tx, time)?;
            Ok::<_, FinishError>(())
        });
        let emptied = self.store.empty_log();
        expired?;
        emptied?;
        failed.map_or(Ok(()), |error| Err(error.into()))
    }

    /// Returns the drafts begun here in which one of these entities was chosen or is named.
    fn drafts_about(&mut self, entities: &BTreeSet<String>) -> Result<Vec<RecordId>, StoreError> {
        let mut about = Vec::new();
        if entities.is_empty() {
            return Ok(about);
        }
        for record in self.store.read(drafts::open)? {
            // What cannot be opened now is not sealed either: it stays as it is.
            let Ok(open) = self.open_any_draft(record) else {
                continue;
            };
            let answers = form::answers_json::write_answers(&open.form, &open.draft);
            if open.row.status == RecordStatus::Draft && names_any(&answers, entities) {
                about.push(record);
            }
        }
        Ok(about)
    }

    /// Makes of the open draft of a record what is to be sealed, as it is: the record says `why`. Nothing if nothing was
    /// answered in it.
    pub(crate) fn squash_unfinished(
        &mut self,
        record: RecordId,
        why: &str,
    ) -> Result<Option<Squashed>, FinishError> {
        if !self.store.read(|db| drafts::is_open(db, record))? {
            return Ok(None);
        }
        let mut open = self.open_any_draft(record)?;
        if open.draft.is_empty() {
            return Ok(None);
        }
        note_unfinished(&mut open.draft, why, self.now().as_second())?;
        self.squash(open).map(Some)
    }
}

/// Returns whether an answer is one of these ids, or a list with one.
fn names_any(answers: &serde_json::Value, ids: &BTreeSet<String>) -> bool {
    use serde_json::Value::{Array, Object, String};
    match answers {
        String(text) => ids.contains(text) || text.split_whitespace().any(|word| ids.contains(word)),
        Array(inside) => inside.iter().any(|answer| names_any(answer, ids)),
        Object(inside) => inside.values().any(|answer| names_any(answer, ids)),
        _ => false,
    }
}

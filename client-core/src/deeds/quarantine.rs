//! The quarantine: what came and was not merged, for a person to decide about, record by record.

use serde::Serialize;
use thiserror::Error;
use wire::{KeyName, MemberId, RecordId};

use crate::Notebook;
use crate::deeds::list::time;
use crate::import::{self, Reading, chain_id};
use crate::notebook::NoProgramme;
use crate::store::envelopes::{self, State};
use crate::store::{StoreError, quarantine};

/// Why nothing was decided.
#[derive(Debug, Error)]
pub enum QuarantineError {
    /// There is no programme.
    #[error(transparent)]
    NoProgramme(#[from] NoProgramme),
    /// Only desks decide.
    #[error("only a desk decides about the quarantine; this notebook is not one")]
    NotADesk,
    /// There is nothing of this record.
    #[error("nothing of record {0} is in quarantine")]
    Nothing(RecordId),
    /// The notebook cannot be written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What one member wrote about one record, and is in quarantine for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct QuarantinedRecord {
    /// The record.
    pub record: RecordId,
    /// Who wrote it.
    pub member: MemberId,
    /// What people call them.
    pub device: String,
    /// `revoked`, `expired`, `fork`, or `misfit` if it does not open or merge.
    pub cause: String,
    /// The same in a sentence.
    pub reason: String,
    /// How many envelopes.
    pub envelopes: u64,
    /// When the first of them came here (UTC, RFC 3339); nothing if it is not known.
    pub first_seen: Option<String>,
    /// When the last of them came here.
    pub last_seen: Option<String>,
}

/// What releasing a record did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Released {
    /// The record.
    pub record: RecordId,
    /// How many envelopes of it were released.
    pub envelopes: u64,
    /// How many of them are in quarantine still, because they do not open or merge.
    pub still_quarantined: u64,
}

impl Notebook {
    /// Returns what is in quarantine, or with `dropped` what a person dropped from it, oldest first.
    pub fn quarantine(&self, dropped: bool) -> Result<Vec<QuarantinedRecord>, StoreError> {
        let people = self.people()?;
        let groups = self.store.read(|db| quarantine::groups(db, dropped))?;
        let seen = |at: i64| (at != 0).then(|| time(at));
        Ok(groups
            .into_iter()
            .map(|group| QuarantinedRecord {
                record: RecordId::from_bytes(group.subject),
                member: group.author,
                device: people.name(&group.author),
                cause: group.cause,
                reason: group.reason,
                envelopes: group.envelopes,
                first_seen: seen(group.seen.0),
                last_seen: seen(group.seen.1),
            })
            .collect())
    }

    /// Opens what is in quarantine of a record, also what was dropped: a person looked and trusts it. The decision is
    /// remembered at this desk.
    pub fn release(&mut self, record: RecordId) -> Result<Released, QuarantineError> {
        let (own, _) = self.belonging::<QuarantineError>()?;
        if !self.is_desk() {
            return Err(QuarantineError::NotADesk);
        }
        let (me, now, own) = (&self.me, self.now().as_second(), own.clone());
        self.store.write(|tx| {
            let waiting = quarantine::about(tx, record.as_bytes())?;
            if waiting.is_empty() {
                return Err(QuarantineError::Nothing(record));
            }
            let reading = Reading::new(tx, me, &own, now)?;
            for id in &waiting {
                // The chains it is sealed under wait too.
                let header = envelopes::header(tx, *id)?.ok_or(StoreError::Unreadable("an envelope"))?;
                for chain in quarantine::chains(tx, header.author)? {
                    let opens = envelopes::header(tx, chain)?.is_some_and(|chain| {
                        chain.parts.iter().any(|first| {
                            header.parts.iter().any(|part| {
                                matches!(part.key, KeyName::Chain { chain, .. } if chain == chain_id(first))
                            })
                        })
                    });
                    if opens {
                        quarantine::decide(tx, chain, true, now)?;
                        import::reopen(tx, &reading, chain)?;
                    }
                }
                quarantine::decide(tx, *id, true, now)?;
                envelopes::mark(tx, *id, State::Waiting, Some("a person released it"))?;
            }
            import::retry(tx, &reading)?;
            Ok(Released {
                record,
                envelopes: waiting.len() as u64,
                still_quarantined: quarantine::about(tx, record.as_bytes())?.len() as u64,
            })
        })
    }

    /// Takes what is in quarantine of a record off the list: a person looked and does not want it. Its bytes are kept,
    /// and it can still be released. Returns how many envelopes were dropped.
    pub fn drop_quarantined(&mut self, record: RecordId) -> Result<u64, QuarantineError> {
        if !self.is_desk() {
            return Err(QuarantineError::NotADesk);
        }
        let now = self.now().as_second();
        self.store.write(|tx| {
            let waiting = quarantine::about(tx, record.as_bytes())?;
            if waiting.is_empty() {
                return Err(QuarantineError::Nothing(record));
            }
            waiting
                .iter()
                .try_for_each(|id| quarantine::decide(tx, *id, false, now))?;
            Ok(waiting.len() as u64)
        })
    }
}

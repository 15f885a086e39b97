//! Withdraw: a consulted person takes consent back, and the record is hidden everywhere.

use serde::{Deserialize, Serialize};
use thiserror::Error;
use wire::{CompartmentId, EnvelopeId, Kind, MemberId, RecordId};

use crate::Notebook;
use crate::deeds::finish::{FinishError, seal_about};
use crate::deeds::list::time;
use crate::home::HomeError;
use crate::import::{self, Reading};
use crate::notebook::NoProgramme;
use crate::store::records::{self, RecordStatus};
use crate::store::{StoreError, drafts, erasure};

/// Why consent was not taken back.
#[derive(Debug, Error)]
pub enum WithdrawError {
    /// There is no programme.
    #[error(transparent)]
    NoProgramme(#[from] NoProgramme),
    /// There is no such record.
    #[error("there is no record {0} here; look at the id, or sync first")]
    NoRecord(RecordId),
    /// Nothing of it was sent yet, so that its consent can still be put down as it is.
    #[error("record {0} is not finished; put down in it what the person consents to, or withdraw all of it")]
    Unfinished(RecordId),
    /// Something is too long.
    #[error("a withdrawal's purpose, way and person have at most {MAX_TEXT} characters each")]
    TooLong,
    /// The withdrawal cannot be sealed.
    #[error(transparent)]
    Seal(#[from] FinishError),
    /// It is written; only the copy beside the notebook is missing.
    #[error("the withdrawal is written, but {0}; it is tried again at the next opening")]
    Copy(#[from] HomeError),
    /// The notebook cannot be written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The most characters of each thing that is said in a withdrawal.
const MAX_TEXT: usize = 200;

/// What stands in a withdrawal, for desks.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Said {
    /// For one purpose; for all if there is none.
    pub purpose: Option<String>,
    /// How it was said, like `spoken`.
    pub how: String,
    /// Who said it, like `the person` or `her guardian`. No name.
    pub by: String,
    /// When, by the clock of whoever wrote it down, in unix seconds.
    pub at: i64,
}

/// Never shows who said it.
impl std::fmt::Debug for Said {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Said").finish_non_exhaustive()
    }
}

impl Said {
    /// Reads what [`Said::to_bytes`] wrote.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self, SaidError> {
        let said: Self = serde_json::from_slice(bytes).map_err(|_| SaidError)?;
        if said.is_short() { Ok(said) } else { Err(SaidError) }
    }

    fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }

    fn is_short(&self) -> bool {
        let texts = self.purpose.iter().chain([&self.how, &self.by]);
        texts.into_iter().all(|text| text.chars().count() <= MAX_TEXT)
    }
}

/// What stands in a withdrawal cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("what stands in the withdrawal cannot be read")]
pub(crate) struct SaidError;

/// A record whose consent was taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WithdrawnView {
    /// The record.
    pub record: RecordId,
    /// For one purpose; for all if there is none.
    pub purpose: Option<String>,
    /// Who wrote it down.
    pub author: MemberId,
    /// What people call who wrote it down.
    pub device: String,
    /// When (UTC, RFC 3339), where this node can read it.
    pub at: Option<String>,
    /// How it was said, where this node can read it.
    pub how: Option<String>,
    /// Who said it, where this node can read it.
    pub by: Option<String>,
    /// When the record had left this node in a table or file (UTC, RFC 3339): tell whoever received it.
    pub exports: Vec<String>,
}

impl Notebook {
    /// Takes consent back for one purpose, or for all. Returns the envelope; nothing if the record was a draft that
    /// never left this device: that one is destroyed.
    ///
    /// A record withdrawn for all purposes is hidden here at once, and everywhere at the next sync, also if somebody
    /// edits it meanwhile. It is not erased: whoever may erase does that, or retention.
    pub fn withdraw(
        &mut self,
        record: RecordId,
        purpose: Option<&str>,
        how: &str,
        by: &str,
    ) -> Result<Option<EnvelopeId>, WithdrawError> {
        let (own, _) = self.belonging::<WithdrawError>()?;
        let own = own.clone();
        let now = self.now().as_second();
        let said = Said {
            purpose: purpose.map(str::to_owned),
            how: how.to_owned(),
            by: by.to_owned(),
            at: now,
        };
        if !said.is_short() {
            return Err(WithdrawError::TooLong);
        }
        let row = self.store.read(|db| records::get(db, record))?;
        let row = row.ok_or(WithdrawError::NoRecord(record))?;
        if row.status == RecordStatus::Draft {
            if purpose.is_some() {
                return Err(WithdrawError::Unfinished(record));
            }
            self.store.write(|tx| {
                drafts::destroy(tx, record)?;
                records::forget_documents(tx, record)?;
                erasure::forget_record(tx, record)
            })?;
            self.store.empty_log()?;
            return Ok(None);
        }
        self.write_with(&own, |tx, hand| {
            let contents = [(CompartmentId::GENERAL, said.to_bytes())];
            let written = seal_about(tx, hand, &own, (Kind::WITHDRAWAL, record), &contents, None)?;
            let reading = Reading::new(tx, hand.me, hand.merger, &own, now)?;
            for id in &written {
                import::reopen(tx, &reading, *id)?;
            }
            let id = written.last().copied();
            if let Some(id) = id {
                // Its author knows what is in it, also where nothing can be opened.
                erasure::explain(tx, id, &said)?;
            }
            Ok(id)
        })
    }

    /// Returns the records whose consent was taken back, those known longest first. Erased ones are not among them.
    pub fn withdrawn(&self) -> Result<Vec<WithdrawnView>, StoreError> {
        let people = self.people()?;
        let all = self.store.read(|db| erasure::withdrawals(db, None))?;
        all.into_iter()
            .map(|withdrawal| {
                let said = withdrawal.said;
                Ok(WithdrawnView {
                    exports: self.exports_of(withdrawal.record)?,
                    record: withdrawal.record,
                    author: withdrawal.author,
                    device: people.name(&withdrawal.author),
                    at: said.as_ref().map(|said| time(said.at)),
                    how: said.as_ref().map(|said| said.how.clone()),
                    by: said.as_ref().map(|said| said.by.clone()),
                    purpose: said.and_then(|said| said.purpose),
                })
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_said_comes_back(purpose: Option<String>, how: String, by: String, at: i64) {
            let said = Said { purpose, how, by, at };
            let read = Said::from_bytes(&said.to_bytes());
            prop_assert_eq!(read.ok(), said.is_short().then_some(said));
        }

        #[test]
        fn any_bytes_are_read_or_fail_cleanly(bytes: Vec<u8>) {
            let _ = Said::from_bytes(&bytes);
        }
    }
}

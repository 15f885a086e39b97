//! Consent: what a person says about each purpose, put down in the record while it is open.

use record::consent::{Basis, ConsentEvent, Decision, Mode, StandingConsent, covers};
use serde::Serialize;
use wire::RecordId;

use crate::Notebook;
use crate::deeds::list::time;
use crate::deeds::start::{DraftError, OpenDraft};
use crate::people::People;
use crate::store::{StoreError, erasure};

/// What was said about one purpose, as people see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConsentView {
    /// For what.
    pub purpose: String,
    /// On what it rests.
    pub basis: Basis,
    /// What was decided.
    pub decision: Decision,
    /// How it was said.
    pub mode: Mode,
    /// In which language it was explained.
    pub language: Option<String>,
    /// BLAKE3 of the words that were read out, in hex.
    pub script: Option<String>,
    /// Whether a guardian decided.
    pub guardian: bool,
    /// When (UTC, RFC 3339), by the clock of whoever wrote it down.
    pub at: String,
    /// What people call the device it was written down on; nothing while it is a draft here.
    pub device: Option<String>,
}

impl Notebook {
    /// Puts down what a person says about a purpose, in a draft or an open edit. Earlier words stay.
    pub fn consent(
        &mut self,
        record: RecordId,
        purpose: &str,
        event: &ConsentEvent,
    ) -> Result<(), DraftError> {
        let OpenDraft {
            row,
            form,
            mut draft,
            mut steps,
            new,
        } = self.open_draft(record)?;
        let now = self.now().as_second();
        steps.push(draft.put_consent(purpose, event, now, &mut self.rng)?);
        Ok(self.keep(&OpenDraft {
            row,
            form,
            draft,
            steps,
            new,
        })?)
    }

    /// Returns whether what was said in a record covers a purpose, and no withdrawal takes that back.
    ///
    /// # Errors
    /// The notebook cannot be read.
    pub fn covers(&self, id: RecordId, record: &record::Record, purpose: &str) -> Result<bool, StoreError> {
        let withdrawals = self.store.read(|db| erasure::withdrawals(db, Some(id)))?;
        let withdrawn = withdrawals.iter().any(|withdrawal| {
            let said = withdrawal.said.as_ref();
            let only = said.and_then(|said| said.purpose.as_deref());
            only.is_none_or(|only| only == purpose)
        });
        Ok(!withdrawn && covers(&record.consent(), purpose))
    }
}

/// Shows what was said.
pub(crate) fn view(said: Vec<StandingConsent>, people: &People) -> Vec<ConsentView> {
    said.into_iter()
        .map(|said| ConsentView {
            purpose: said.purpose,
            basis: said.event.basis,
            decision: said.event.decision,
            mode: said.event.mode,
            language: said.event.language,
            script: said.event.script,
            guardian: said.event.guardian,
            at: time(said.event.at),
            device: said.author.map(|author| {
                let member = people.find(author);
                member.map_or_else(|| "unknown".to_owned(), |member| people.name(&member))
            }),
        })
        .collect()
}

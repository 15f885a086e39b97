//! The audit: what was done at this node, for whoever has to answer for it. Ids only, never an answer or a name.

use serde::Serialize;
use wire::{MemberId, RecordId};

use crate::Notebook;
use crate::deeds::list::time;
use crate::store::StoreError;
use crate::store::audit::{self, AuditBreak, Deed};

/// One entry of the audit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuditView {
    /// Its number, from 1.
    pub n: u64,
    /// When (UTC, RFC 3339), by this node's own clock.
    pub at: String,
    /// Who did it.
    pub actor: MemberId,
    /// What was done: `read`, `list`, `export`, `grant`, `settle`, `erase`, `revoke`, `release` or `drop`.
    pub deed: String,
    /// The record or member it was done to; zeros if it was many at once.
    pub subject: String,
}

impl Notebook {
    /// Returns the audit of this node, the oldest entry first.
    ///
    /// # Errors
    /// The notebook cannot be read.
    pub fn audit(&self) -> Result<Vec<AuditView>, StoreError> {
        let entries = self.store.read(audit::entries)?;
        Ok(entries
            .into_iter()
            .map(|entry| AuditView {
                n: entry.n,
                at: time(entry.at),
                actor: entry.actor,
                deed: entry.deed,
                subject: RecordId::from_bytes(entry.subject).to_string(),
            })
            .collect())
    }

    /// Returns when a record left this node in a table or file (UTC, RFC 3339), the first time first: whoever received
    /// it is told when consent is taken back.
    ///
    /// # Errors
    /// The notebook cannot be read.
    pub fn exports_of(&self, record: RecordId) -> Result<Vec<String>, StoreError> {
        let times = self
            .store
            .read(|db| audit::times(db, Deed::Export, record.as_bytes()))?;
        Ok(times.into_iter().map(time).collect())
    }

    /// Checks the audit from its beginning to its end. Returns how many entries there are, or where it breaks.
    ///
    /// It shows what was changed, taken out or cut off past this program. Whoever has the notebook's key and makes the
    /// whole chain anew is not shown.
    ///
    /// # Errors
    /// The notebook cannot be read.
    pub fn verify_audit(&self) -> Result<Result<u64, AuditBreak>, StoreError> {
        self.store.read(audit::verify)
    }

    /// Returns where the audit was found broken when the notebook was opened. The notebook can be used: people must be
    /// told, and look.
    pub fn audit_break(&self) -> Option<AuditBreak> {
        self.audit_break
    }
}

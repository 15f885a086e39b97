//! What waits, and for what.

use serde::Serialize;
use wire::RecordId;

use crate::Notebook;
use crate::store::{StoreError, envelopes, waiting_changes};

/// An envelope that waits: for a key, a form, or changes that its author had seen and this node has not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WaitingEnvelope {
    /// The envelope's id.
    pub id: String,
    /// The record it is about.
    pub record: RecordId,
    /// What people call its author.
    pub device: String,
    /// Its place among its author's envelopes.
    pub sequence: u64,
    /// What it waits for, in words.
    pub reason: String,
    /// The hashes of the first 16 changes that each of its changes waits for, sorted. Empty if it waits for
    /// something else.
    pub needs: Vec<String>,
}

impl Notebook {
    /// Returns the envelopes here that wait, each with what it waits for, oldest first.
    ///
    /// An envelope whose changes wait for others is kept and counted as opened; what it says shows once those
    /// others have come.
    pub fn waiting(&self) -> Result<Vec<WaitingEnvelope>, StoreError> {
        let people = self.people()?;
        let (envelopes, changes) = self.store.read(|db| {
            let changes = waiting_changes::all(db)?;
            Ok::<_, StoreError>((envelopes::waiting_with(db)?, changes))
        })?;
        let view = |envelope: envelopes::Troubled| {
            let of_it = changes.iter().filter(|waiting| waiting.envelope == envelope.id);
            let mut needs: Vec<_> = of_it.flat_map(|waiting| &waiting.needs).collect();
            needs.sort_unstable();
            needs.dedup();
            WaitingEnvelope {
                id: envelope.id.to_string(),
                record: RecordId::from_bytes(envelope.subject),
                device: people.name(&envelope.author),
                sequence: envelope.sequence,
                reason: match envelope.reason.is_empty() {
                    true => "it builds on changes that have not come".to_owned(),
                    false => envelope.reason,
                },
                needs: needs.into_iter().map(ToString::to_string).collect(),
            }
        };
        Ok(envelopes.into_iter().map(view).collect())
    }
}

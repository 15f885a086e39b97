//! Who is sent what: a desk the compartments it may read, a device what it was granted.

use std::collections::BTreeMap;

use seal::roster::Roster;
use wire::{CompartmentId, Envelope, Kind, MemberId, PartHeader, RecordId, Wanted};

use crate::store::{Query, Run, Store, StoreError};

/// One member's clearance, for one call.
pub(crate) struct Clearance<'a> {
    member: MemberId,
    roster: &'a Roster,
    granted: BTreeMap<RecordId, Vec<CompartmentId>>,
}

impl<'a> Clearance<'a> {
    pub(crate) fn of(member: MemberId, roster: &'a Roster) -> Self {
        Self {
            member,
            roster,
            granted: BTreeMap::new(),
        }
    }

    /// Returns what the member is sent after its cursor.
    pub(crate) fn query(&self) -> Query {
        if self.roster.is_desk(&self.member) {
            Query::All
        } else {
            Query::For(self.member)
        }
    }

    /// Returns what the member is sent for a want; nothing if it may not want it.
    pub(crate) fn query_for(&mut self, want: Wanted, store: &dyn Store) -> Result<Option<Query>, StoreError> {
        let desk = self.roster.is_desk(&self.member);
        Ok(match want {
            Wanted::Record(record) if desk || !self.compartments(record, store)?.is_empty() => {
                Some(Query::Record(record))
            }
            Wanted::Compartment(compartment) if desk && self.roster.may_read(&self.member, compartment) => {
                Some(Query::All)
            }
            _ => None,
        })
    }

    /// Takes out the parts that the member is not cleared for.
    pub(crate) fn withhold(&mut self, mut run: Run, store: &dyn Store) -> Result<Run, StoreError> {
        for (_, envelope) in &mut run.envelopes {
            let granted = match envelope.header.kind {
                Kind::RECORD if !self.roster.is_desk(&self.member) => {
                    self.compartments(RecordId::from_bytes(envelope.header.subject), store)?
                }
                _ => Vec::new(),
            };
            *envelope = envelope.withholding(|part| self.cleared(envelope, part, &granted));
        }
        Ok(run)
    }

    fn cleared(&self, envelope: &Envelope, part: &PartHeader, granted: &[CompartmentId]) -> bool {
        match part.compartment {
            CompartmentId::MEMBERS => true,
            CompartmentId::RECIPIENT => envelope.header.recipient == Some(self.member),
            compartment => self.roster.may_read(&self.member, compartment) || granted.contains(&compartment),
        }
    }

    /// The compartments of a record that the member was granted.
    fn compartments(
        &mut self,
        record: RecordId,
        store: &dyn Store,
    ) -> Result<Vec<CompartmentId>, StoreError> {
        if let Some(known) = self.granted.get(&record) {
            return Ok(known.clone());
        }
        let grants = store.grants(&self.roster.programme(), &record, &self.member)?;
        let parts = grants.iter().flat_map(|grant| &grant.header.parts);
        let compartments: Vec<CompartmentId> = parts
            .map(|part| part.compartment)
            .filter(|id| id.0 < CompartmentId::MEMBERS.0)
            .collect();
        self.granted.insert(record, compartments.clone());
        Ok(compartments)
    }
}

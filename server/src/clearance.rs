//! Who is sent what: a desk the compartments it may read, a device what it was granted.

use std::collections::BTreeMap;

use seal::roster::Roster;
use wire::{CompartmentId, Envelope, Kind, MemberId, PartHeader, RecordId, Wanted};

use crate::store::{Query, Run, Store, StoreError};

/// One member's clearance, for one call.
pub(crate) struct Clearance<'a> {
    member: MemberId,
    roster: &'a Roster,
    /// Whether the member is not trusted any more, or its time is over: it may still bring what it has, and see the
    /// roster, and is given nothing else.
    barred: bool,
    granted: BTreeMap<RecordId, Vec<CompartmentId>>,
}

impl<'a> Clearance<'a> {
    /// Finds a member's clearance. `now` is in unix seconds.
    pub(crate) fn of(member: MemberId, roster: &'a Roster, now: i64) -> Self {
        Self {
            member,
            roster,
            barred: roster.revocation(&member).is_some() || roster.is_expired(&member, now),
            granted: BTreeMap::new(),
        }
    }

    /// Returns whether the member is given everything that desks are.
    pub(crate) fn is_desk(&self) -> bool {
        !self.barred && self.roster.is_desk(&self.member)
    }

    /// Returns what the member is sent after its cursor; nothing if it is sent nothing at all.
    pub(crate) fn query(&self) -> Option<Query> {
        match self.is_desk() {
            _ if self.barred => None,
            true => Some(Query::All),
            false => Some(Query::For(self.member)),
        }
    }

    /// Returns what the member is sent for a want; nothing if it may not want it.
    pub(crate) fn query_for(&mut self, want: Wanted, store: &dyn Store) -> Result<Option<Query>, StoreError> {
        let desk = self.is_desk();
        Ok(match want {
            _ if self.barred => None,
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

//! Who is sent what: a desk the compartments it may read, a device what it was granted.

use std::collections::BTreeMap;

use seal::roster::Roster;
use wire::{CompartmentId, Envelope, Header, Kind, MemberId, PartHash, PartHeader, RecordId, Wanted};

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

    /// Returns whether the member may bring pieces that a header declares: its own always, so that they are not lost;
    /// those of others only if it is trusted.
    pub(crate) fn may_bring(&self, header: &Header) -> bool {
        !self.barred || header.author == self.member
    }

    /// Returns whether the member is given a piece that a header declares: whoever may read the part.
    pub(crate) fn may_have(
        &mut self,
        header: &Header,
        piece: &PartHash,
        store: &dyn Store,
    ) -> Result<bool, StoreError> {
        let Some(part) = header.parts.iter().find(|part| part.hash == *piece) else {
            return Ok(false);
        };
        if self.barred {
            return Ok(false);
        }
        if part.compartment == CompartmentId::RECIPIENT {
            return Ok(header.recipient == Some(self.member));
        }
        let granted = self.compartments(RecordId::from_bytes(header.subject), store)?;
        Ok(self.roster.may_read(&self.member, part.compartment) || granted.contains(&part.compartment))
    }

    /// Takes out the parts that the member is not cleared for.
    pub(crate) fn withhold(&mut self, mut run: Run, store: &dyn Store) -> Result<Run, StoreError> {
        for (_, envelope) in &mut run.envelopes {
            let granted = match envelope.header.kind {
                Kind::RECORD | Kind::MEDIA if !self.roster.is_desk(&self.member) => {
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

#[cfg(test)]
mod tests {
    use rand::SeedableRng as _;
    use rand::rngs::ChaCha20Rng;
    use seal::keys::{KemKey, SignKey};
    use seal::roster::write;
    use wire::{MemberCard, ProgrammeId, Role, RosterAct, Terms};

    use super::*;
    use crate::store::MemoryStore;

    fn member(n: u8) -> (MemberCard, SignKey) {
        let mut rng = ChaCha20Rng::seed_from_u64(u64::from(n));
        let sign = SignKey::make(&mut rng);
        let card = MemberCard {
            member: MemberId::from_chance([n; 16]),
            incarnation: 1,
            sign: sign.public(),
            kem: KemKey::make(&mut rng).public(),
        };
        (card, sign)
    }

    /// A desk, and a second one and a device whose time is over at 1,000.
    fn programme() -> (Roster, [MemberId; 3], SignKey) {
        let [(desk, sign), (second, _), (device, _)] = [1, 2, 3].map(member);
        let (_, root) = member(9);
        let id = ProgrammeId::from_chance([7; 16]);
        let act = RosterAct::Found {
            root: root.public(),
            name: vec![],
            desks: vec![(desk.clone(), vec![])],
        };
        let mut roster = Roster::begin(&write::found(id, desk.member, act, &root)).unwrap();
        for (card, role, key) in [
            (&second, Role::COORDINATOR, &root),
            (&device, Role::ENUMERATOR, &sign),
        ] {
            let terms = Some(Terms {
                expires: 1000,
                scope: vec![],
            });
            let act = RosterAct::Admit {
                card: card.clone(),
                role,
                name: vec![],
                terms,
            };
            let entry = write::next(&roster, desk.member, act, key);
            roster.append(&entry).unwrap();
        }
        (roster, [desk.member, second.member, device.member], sign)
    }

    fn given(roster: &Roster, member: MemberId, now: i64) -> (Option<Query>, Option<Query>) {
        let store = MemoryStore::by_chance().unwrap();
        let mut clearance = Clearance::of(member, roster, now);
        let record = Wanted::Record(RecordId::from_chance([5; 16]));
        (clearance.query(), clearance.query_for(record, &store).unwrap())
    }

    #[test]
    fn a_member_whose_time_is_over_is_given_nothing() {
        let (roster, [desk, second, device], _) = programme();
        assert!(given(&roster, second, 999).0 == Some(Query::All) && given(&roster, second, 999).1.is_some());
        assert_eq!(given(&roster, device, 999).0, Some(Query::For(device)));
        for member in [second, device] {
            assert_eq!(given(&roster, member, 1000), (None, None));
        }
        assert_eq!(given(&roster, desk, i64::MAX).0, Some(Query::All));
    }

    #[test]
    fn a_revoked_member_is_given_nothing() {
        let (mut roster, [desk, second, device], sign) = programme();
        for member in [second, device] {
            let act = RosterAct::Revoke {
                member,
                trusted: vec![],
            };
            let entry = write::next(&roster, desk, act, &sign);
            roster.append(&entry).unwrap();
            assert_eq!(given(&roster, member, 0), (None, None));
        }
    }
}

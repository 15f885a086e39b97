//! A desk and two devices, and what they write.

use std::sync::Arc;

use baraza_server::blobs::Blobs;
use rand::SeedableRng as _;
use rand::rngs::ChaCha20Rng;
use seal::keys::{KemKey, RecordKey, SignKey};
use seal::roster::{Roster, write};
use seal::verify::envelope::{Verified, verify};
use seal::write::Pen;
use wire::{
    ChainId, CompartmentId, Envelope, EnvelopeId, KeyName, Kind, MemberCard, MemberId, ProgrammeId, Role,
    RosterAct, RosterEntry,
};

/// A member with its keys, and after which of its envelopes it writes.
pub(crate) struct Member {
    pub(crate) id: MemberId,
    pub(crate) sign: SignKey,
    kem: KemKey,
    last: (u64, EnvelopeId),
}

impl Member {
    fn new(n: u8) -> Self {
        let mut rng = ChaCha20Rng::seed_from_u64(u64::from(n));
        Self {
            id: MemberId::from_chance([n; 16]),
            sign: SignKey::make(&mut rng),
            kem: KemKey::make(&mut rng),
            last: (0, EnvelopeId([0; 32])),
        }
    }

    fn card(&self) -> MemberCard {
        MemberCard {
            member: self.id,
            incarnation: 1,
            sign: self.sign.public(),
            kem: self.kem.public(),
        }
    }
}

/// A founded programme: the desk is the first member, two devices follow.
pub(crate) struct Programme {
    pub(crate) id: ProgrammeId,
    pub(crate) entries: Vec<RosterEntry>,
    pub(crate) roster: Roster,
    pub(crate) members: [Member; 3],
}

impl Programme {
    pub(crate) fn found(n: u8) -> Self {
        let members = [1, 2, 3].map(Member::new);
        let root = Member::new(200 + n).sign;
        let id = ProgrammeId::from_chance([n; 16]);
        let act = RosterAct::Found {
            root: root.public(),
            name: vec![],
            desks: vec![(members[0].card(), vec![])],
        };
        let mut entries = vec![write::found(id, members[0].id, act, &root)];
        let mut roster = Roster::begin(&entries[0]).unwrap();
        for device in &members[1..] {
            let act = RosterAct::Admit {
                card: device.card(),
                role: Role::ENUMERATOR,
                name: vec![],
                terms: None,
            };
            let entry = write::next(&roster, members[0].id, act, &members[0].sign);
            roster.append(&entry).unwrap();
            entries.push(entry);
        }
        Self {
            id,
            entries,
            roster,
            members,
        }
    }

    /// Writes a member's next envelope about record `subject`.
    pub(crate) fn write(&mut self, member: usize, subject: u8, kind: Kind, to: Option<usize>) -> Verified {
        let recipient = to.map(|to| self.members[to].id);
        let (sequence, previous) = self.members[member].last;
        let envelope = self.write_after(member, (sequence, previous), subject, kind, recipient);
        self.members[member].last = (envelope.header.sequence, envelope.id());
        verify(envelope, &self.roster).unwrap()
    }

    /// Writes an envelope that takes the place of a member's last one: its notebook was copied.
    pub(crate) fn fork(&mut self, member: usize, subject: u8) -> Verified {
        let (sequence, _) = self.members[member].last;
        let previous = EnvelopeId([if sequence == 1 { 0 } else { 7 }; 32]);
        let place = (sequence - 1, previous);
        let envelope = self.write_after(member, place, subject, Kind::RECORD, None);
        verify(envelope, &self.roster).unwrap()
    }

    fn write_after(
        &self,
        member: usize,
        (sequence, previous): (u64, EnvelopeId),
        subject: u8,
        kind: Kind,
        recipient: Option<MemberId>,
    ) -> Envelope {
        let member = &self.members[member];
        let mut pen = Pen {
            programme: self.id,
            author: member.id,
            key: &member.sign,
            incarnation: 1,
            sequence,
            previous,
            roster: self.roster.position(),
        };
        let mut rng = ChaCha20Rng::seed_from_u64(sequence);
        let name = KeyName::Chain {
            chain: ChainId([1; 8]),
            index: sequence as u32,
        };
        let key = RecordKey::from_bytes([4; 32]);
        let compartment = match kind {
            Kind::CHECKPOINT => CompartmentId::MEMBERS,
            Kind::HANDOVER => CompartmentId::RECIPIENT,
            _ => CompartmentId::GENERAL,
        };
        // A photo has what tells of it, and two pieces.
        let count = match kind {
            Kind::TOMBSTONE | Kind::RECEIPT => 0,
            Kind::MEDIA => 3,
            _ => 1,
        };
        let mut part = |_| pen.seal([subject; 16], compartment, (name, &key), &[6; 128], &mut rng);
        let parts = (0..count).map(&mut part).collect();
        pen.write(kind, [subject; 16], recipient, parts)
    }
}

/// The pieces of a relay to which none are brought.
pub(crate) fn blobs() -> Arc<Blobs> {
    let folder = tempfile::tempdir().unwrap();
    Arc::new(Blobs::open(folder.path(), 1 << 20).unwrap())
}

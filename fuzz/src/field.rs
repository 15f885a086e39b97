//! A small field: a desk and a device with their keys, the roster that has both, and what they write.

use std::sync::LazyLock;

use rand::SeedableRng;
use rand::rngs::ChaCha20Rng;
use seal::enrol::{self, Welcome};
use seal::keys::{KemKey, MembersKey, RecordKey, SignKey};
use seal::members::Keyring;
use seal::roster::{Roster, write};
use seal::write::Pen;
use wire::{
    Certificate, ChainId, CompartmentId, Envelope, EnvelopeId, Hello, KeyName, Kind, LogId, MemberCard,
    MemberId, ProgrammeId, RecordId, Request, Role, RosterAct, RosterEntry, Want, Wanted,
};

/// The members' key of the field.
pub const MEMBERS_KEY: [u8; 32] = [7; 32];

/// Somebody with keys.
#[derive(Debug)]
pub struct Person {
    /// Who.
    pub id: MemberId,
    /// What they sign with.
    pub sign: SignKey,
    /// What others seal to.
    pub kem: KemKey,
    card: MemberCard,
}

/// A programme with one desk and one admitted device.
#[derive(Debug)]
pub struct Field {
    /// The key the programme was founded with.
    pub root: SignKey,
    /// The desk.
    pub desk: Person,
    /// The device.
    pub device: Person,
    /// The roster.
    pub roster: Roster,
    /// The entries it was built from.
    pub entries: Vec<RosterEntry>,
}

impl Person {
    /// Returns the person of this number, always with the same keys.
    pub fn new(number: u8) -> Self {
        let mut rng = ChaCha20Rng::seed_from_u64(u64::from(number));
        let id = MemberId::from_chance([number; 16]);
        let (sign, kem) = (SignKey::make(&mut rng), KemKey::make(&mut rng));
        let card = MemberCard {
            member: id,
            incarnation: 1,
            sign: sign.public(),
            kem: kem.public(),
        };
        Self { id, sign, kem, card }
    }

    /// Returns their public keys.
    pub fn card(&self) -> MemberCard {
        self.card.clone()
    }
}

impl Field {
    /// Returns the field, which is always the same.
    pub fn get() -> &'static Self {
        static FIELD: LazyLock<Field> = LazyLock::new(Field::found);
        &FIELD
    }

    fn found() -> Self {
        let (desk, device, root) = (Person::new(1), Person::new(2), Person::new(3).sign);
        let found = RosterAct::Found {
            root: root.public(),
            name: vec![],
            desks: vec![(desk.card(), vec![])],
        };
        let founding = write::found(ProgrammeId::from_chance([9; 16]), desk.id, found, &root);
        let mut roster = Roster::begin(&founding).expect("the founding is sound");
        let admit = RosterAct::Admit {
            card: device.card(),
            role: Role::ENUMERATOR,
            name: vec![],
            terms: None,
        };
        let admission = write::next(&roster, desk.id, admit, &desk.sign);
        roster.append(&admission).expect("the admission is sound");
        Self {
            root,
            desk,
            device,
            roster,
            entries: vec![founding, admission],
        }
    }

    /// Returns the first `count` envelopes of the device, about record after record.
    pub fn envelopes(&self, count: u8) -> Vec<Envelope> {
        let mut pen = Pen {
            programme: self.roster.programme(),
            author: self.device.id,
            key: &self.device.sign,
            incarnation: 1,
            sequence: 0,
            previous: EnvelopeId([0; 32]),
            roster: self.roster.position(),
        };
        let mut rng = ChaCha20Rng::seed_from_u64(9);
        let envelopes = (0..count).map(|nth| {
            let name = KeyName::Chain {
                chain: ChainId([1; 8]),
                index: u32::from(nth),
            };
            let key = RecordKey::from_bytes([nth; 32]);
            let part = pen.seal(
                [nth; 16],
                CompartmentId::GENERAL,
                (name, &key),
                &[6; 40],
                &mut rng,
            );
            pen.write(Kind::RECORD, [nth; 16], None, vec![part])
        });
        envelopes.collect()
    }

    /// Returns what the device says when it calls, with two wants.
    pub fn hello(&self) -> Hello {
        let wants = [
            Wanted::Record(RecordId::from_chance([4; 16])),
            Wanted::Compartment(CompartmentId::IDENTITY),
        ];
        Hello {
            programme: self.roster.programme(),
            member: self.device.id,
            cursor: 3,
            log: LogId([7; 8]),
            roster: self.roster.position(),
            nonce: vec![8; 20],
            wants: wants.map(|what| Want { what, from: 0 }).to_vec(),
            probe: false,
        }
    }

    /// Returns the device's request to join.
    pub fn request(&self) -> Request {
        enrol::request(self.device.card(), "Amina's phone", &self.device.sign).expect("the name is sound")
    }

    /// Returns the device's certificate.
    pub fn certificate(&self) -> Certificate {
        let keys = Keyring::new([MembersKey::from_bytes(MEMBERS_KEY)]).expect("there is a key");
        let welcome = Welcome {
            relay: "https://relay",
            relay_key: Some([4; 32]),
            keys: &keys,
        };
        enrol::certify(
            &self.device.card(),
            (self.desk.id, &self.desk.sign),
            &welcome,
            &self.roster,
            self.entries.clone(),
            &mut ChaCha20Rng::seed_from_u64(5),
        )
        .expect("the device's key is sound")
    }
}

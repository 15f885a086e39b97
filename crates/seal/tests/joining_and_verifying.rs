//! From a founding to a verified envelope, and everything that must not pass on the way.

#![expect(clippy::unwrap_used, reason = "a test stops where something is missing")]

use baraza_seal::enrol::{self, CertificateError, Welcome};
use baraza_seal::keys::{KemKey, MembersKey, RecordKey, SignKey};
use baraza_seal::members::Keyring;
use baraza_seal::roster::{Roster, write};
use baraza_seal::verify::envelope::{VerifyError, verify};
use baraza_seal::write::Pen;
use rand::SeedableRng;
use rand::rngs::ChaCha20Rng;
use wire::{
    ChainId, CompartmentId, Envelope, EnvelopeId, GrantedKeyId, KeyName, Kind, MemberCard, MemberId, Part,
    ProgrammeId, Role, RosterAct, RosterEntry,
};

struct Person {
    id: MemberId,
    sign: SignKey,
    kem: KemKey,
}

impl Person {
    fn new(n: u8) -> Self {
        let mut rng = ChaCha20Rng::seed_from_u64(u64::from(n));
        Self {
            id: MemberId::from_chance([n; 16]),
            sign: SignKey::make(&mut rng),
            kem: KemKey::make(&mut rng),
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

/// A programme with one desk and one admitted device.
fn field() -> (Person, Person, Roster, Vec<RosterEntry>) {
    let (desk, device, root) = (Person::new(1), Person::new(2), Person::new(3).sign);
    let programme = ProgrammeId::from_chance([9; 16]);
    let found = RosterAct::Found {
        root: root.public(),
        name: vec![],
        desks: vec![(desk.card(), vec![])],
    };
    let founding = write::found(programme, desk.id, found, &root);
    let mut roster = Roster::begin(&founding).unwrap();
    let admit = RosterAct::Admit {
        card: device.card(),
        role: Role::ENUMERATOR,
        name: vec![],
        terms: None,
    };
    let admission = write::next(&roster, desk.id, admit, &desk.sign);
    roster.append(&admission).unwrap();
    (desk, device, roster, vec![founding, admission])
}

fn pen<'a>(person: &'a Person, roster: &Roster) -> Pen<'a> {
    Pen {
        programme: roster.programme(),
        author: person.id,
        key: &person.sign,
        incarnation: 1,
        sequence: 0,
        previous: EnvelopeId([0; 32]),
        roster: roster.position(),
    }
}

fn record(person: &Person, roster: &Roster, kind: Kind) -> Envelope {
    let mut pen = pen(person, roster);
    let name = KeyName::Chain {
        chain: ChainId([1; 8]),
        index: 0,
    };
    let key = RecordKey::from_bytes([4; 32]);
    let mut rng = ChaCha20Rng::seed_from_u64(9);
    let part = pen.seal([5; 16], CompartmentId::GENERAL, (name, &key), &[6; 128], &mut rng);
    pen.write(kind, [5; 16], None, vec![part])
}

#[test]
fn a_members_envelope_is_verified_also_with_a_part_withheld() {
    let (_, device, roster, _) = field();
    let envelope = record(&device, &roster, Kind::RECORD);
    assert_eq!(verify(envelope.clone(), &roster).unwrap().id(), envelope.id());
    assert!(verify(envelope.withholding(|_| false), &roster).is_ok());
}

#[test]
fn a_stranger_writes_nothing() {
    let (_, _, roster, _) = field();
    let stranger = Person::new(7);
    let envelope = record(&stranger, &roster, Kind::RECORD);
    assert_eq!(
        verify(envelope, &roster),
        Err(VerifyError::UnknownAuthor(stranger.id))
    );
}

#[test]
fn nobody_writes_in_anothers_name() {
    let (desk, device, roster, _) = field();
    let thief = Person {
        id: device.id,
        ..desk
    };
    assert_eq!(
        verify(record(&thief, &roster, Kind::RECORD), &roster),
        Err(VerifyError::BadSignature)
    );
}

#[test]
fn a_changed_part_or_header_is_noticed() {
    let (_, device, roster, _) = field();
    let mut changed = record(&device, &roster, Kind::RECORD);
    changed.parts = vec![Part::Here(vec![1; 184])];
    assert_eq!(verify(changed, &roster), Err(VerifyError::ChangedPart));
    let mut changed = record(&device, &roster, Kind::RECORD);
    changed.header.subject = [8; 16];
    assert_eq!(verify(changed, &roster), Err(VerifyError::BadSignature));
}

#[test]
fn a_device_neither_grants_nor_publishes() {
    let (desk, device, roster, _) = field();
    assert!(matches!(
        verify(record(&device, &roster, Kind::FORM), &roster),
        Err(VerifyError::NotAllowed(_))
    ));
    assert!(matches!(
        verify(record(&device, &roster, Kind::GRANT), &roster),
        Err(VerifyError::NotAllowed(_))
    ));
    assert!(verify(record(&desk, &roster, Kind::FORM), &roster).is_ok());
}

#[test]
fn only_desks_assign_entities_and_what_is_handed_over_is_for_one_member() {
    let (desk, device, roster, _) = field();
    let write = |person: &Person, kind, to, compartment| {
        let (key, name) = (
            RecordKey::from_bytes([4; 32]),
            KeyName::Granted(GrantedKeyId([1; 8])),
        );
        let mut pen = pen(person, &roster);
        let mut rng = ChaCha20Rng::seed_from_u64(9);
        let part = pen.seal([5; 16], compartment, (name, &key), &[6; 128], &mut rng);
        verify(pen.write(kind, [5; 16], to, vec![part]), &roster).is_ok()
    };
    let (to, one) = (Some(device.id), CompartmentId::RECIPIENT);
    assert!(write(&desk, Kind::ASSIGNMENT, to, one));
    assert!(!write(&device, Kind::ASSIGNMENT, to, one));
    assert!(write(&device, Kind::HANDED_MEDIA, to, one));
    for kind in [Kind::ASSIGNMENT, Kind::HANDED_MEDIA] {
        assert!(!write(&desk, kind, None, one));
        assert!(!write(&desk, kind, to, CompartmentId::GENERAL));
    }
}

#[test]
fn an_envelope_of_a_later_kind_is_kept() {
    let (_, device, roster, _) = field();
    assert!(verify(record(&device, &roster, Kind(77)), &roster).is_ok());
}

#[test]
fn a_roster_that_was_not_seen_yet_is_asked_for_and_another_one_shows() {
    let (_, device, roster, entries) = field();
    let envelope = record(&device, &roster, Kind::RECORD);
    let behind = Roster::from_entries(&entries[..1]).unwrap();
    assert!(matches!(
        verify(envelope.clone(), &behind),
        Err(VerifyError::UnknownAuthor(_))
    ));
    let mut other = envelope;
    other.header.roster.head.0[0] ^= 1;
    assert_eq!(verify(other, &roster), Err(VerifyError::OtherRoster(2)));
}

#[test]
fn a_certificate_opens_on_its_own_device_only() {
    let (desk, device, roster, entries) = field();
    let key = MembersKey::from_bytes([7; 32]);
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let by = (desk.id, &desk.sign);
    let keys = Keyring::new([key.clone(), MembersKey::from_bytes([6; 32])]).unwrap();
    let welcome = Welcome {
        relay: "https://relay",
        relay_key: Some([3; 32]),
        keys: &keys,
    };
    let made = enrol::certify(&device.card(), by, &welcome, &roster, entries, &mut rng).unwrap();
    let opened = enrol::open_keys(&made, &device.card(), &device.kem).unwrap();
    assert_eq!(opened.newest().as_bytes(), key.as_bytes());
    assert_eq!(opened.iter().count(), 2);
    let joined = Roster::from_entries(&made.roster).unwrap();
    assert_eq!(joined, roster);
    assert_eq!(enrol::accept(&made, &device.card(), &joined), Ok(()));

    let other = Person::new(8);
    let refused = CertificateError::OtherMember(device.id);
    assert_eq!(
        enrol::open_keys(&made, &other.card(), &other.kem).unwrap_err(),
        refused
    );
    assert_eq!(enrol::accept(&made, &other.card(), &roster), Err(refused));
    let thief = KemKey::make(&mut rng);
    let stolen = enrol::open_keys(&made, &device.card(), &thief).unwrap_err();
    assert_eq!(stolen, CertificateError::DoesNotOpen);
    let mut moved = made.clone();
    moved.relay = "http://thief".into();
    assert_eq!(
        enrol::accept(&moved, &device.card(), &roster),
        Err(CertificateError::NotByDesk)
    );
    let cut = Roster::from_entries(&made.roster[..1]).unwrap();
    assert_eq!(
        enrol::accept(&made, &device.card(), &cut),
        Err(CertificateError::OtherRoster)
    );
}

/// ISO/IEC 18004, table 7: a code of version 40 with the least correction holds 2,953 bytes.
#[test]
fn a_request_and_a_certificate_without_the_roster_fit_one_code_each() {
    let (desk, device, roster, _) = field();
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    for (generations, most) in [(1, 2000), (3, 2953)] {
        let keys = Keyring::new((0..generations).map(|n| MembersKey::from_bytes([n; 32]))).unwrap();
        let relay = "https://relay.a-rather-long-name.example.org:8443";
        let welcome = Welcome {
            relay,
            relay_key: Some([3; 32]),
            keys: &keys,
        };
        let by = (desk.id, &desk.sign);
        let made = enrol::certify(&device.card(), by, &welcome, &roster, Vec::new(), &mut rng).unwrap();
        let text = made.to_text();
        assert!(text.len() <= most, "{generations} keys: {} bytes", text.len());
        assert_eq!(enrol::accept(&made, &device.card(), &roster), Ok(()));
    }
    let longest = "é".repeat(100);
    let request = enrol::request(device.card(), &longest, &device.sign).unwrap();
    assert!(request.to_text().len() <= 2953);
}

#[test]
fn a_request_shows_that_its_device_holds_the_key() {
    let device = Person::new(2);
    let mut request = enrol::request(device.card(), "  Amina's phone ", &device.sign).unwrap();
    assert_eq!(request.name, "Amina's phone");
    assert_eq!(enrol::check_request(&request), Ok(()));
    request.card.sign = Person::new(3).sign.public();
    assert!(enrol::check_request(&request).is_err());
    assert!(enrol::request(device.card(), " ", &device.sign).is_err());
}

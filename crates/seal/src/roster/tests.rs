use rand::SeedableRng;
use rand::rngs::ChaCha20Rng;

use super::*;
use crate::keys::{KemKey, SignKey};

mod recovery;
mod splits;
mod standing;

struct Person {
    id: MemberId,
    sign: SignKey,
    kem: KemKey,
}

fn person(n: u8) -> Person {
    let mut rng = ChaCha20Rng::seed_from_u64(u64::from(n));
    Person {
        id: MemberId::from_chance([n; 16]),
        sign: SignKey::make(&mut rng),
        kem: KemKey::make(&mut rng),
    }
}

impl Person {
    fn card(&self) -> MemberCard {
        MemberCard {
            member: self.id,
            incarnation: 1,
            sign: self.sign.public(),
            kem: self.kem.public(),
        }
    }
}

fn programme() -> ProgrammeId {
    ProgrammeId::from_chance([100; 16])
}

fn founding(desk: &Person, root: &SignKey) -> RosterEntry {
    let act = RosterAct::Found {
        root: root.public(),
        name: vec![1],
        desks: vec![(desk.card(), vec![2])],
    };
    write::found(programme(), desk.id, act, root)
}

fn founded() -> (Person, Roster) {
    let desk = person(1);
    let roster = Roster::begin(&founding(&desk, &person(50).sign)).unwrap();
    (desk, roster)
}

fn admit(person: &Person, role: Role) -> RosterAct {
    RosterAct::Admit {
        card: person.card(),
        role,
        name: vec![3],
        terms: None,
    }
}

#[test]
fn a_desk_admits_a_device() {
    let (desk, mut roster) = founded();
    let device = person(2);
    let entry = write::next(&roster, desk.id, admit(&device, Role::ENUMERATOR), &desk.sign);
    roster.append(&entry).unwrap();
    assert_eq!(roster.position(), entry.position());
    assert!(roster.holds(&entry.position()));
    assert_eq!(roster.member(&device.id).unwrap().since, 2);
    assert!(!roster.is_desk(&device.id));
}

#[test]
fn a_device_admits_nobody() {
    let (desk, mut roster) = founded();
    let device = person(2);
    roster
        .append(&write::next(
            &roster.clone(),
            desk.id,
            admit(&device, Role::ENUMERATOR),
            &desk.sign,
        ))
        .unwrap();
    let before = roster.clone();
    let entry = write::next(
        &roster,
        device.id,
        admit(&person(3), Role::ENUMERATOR),
        &device.sign,
    );
    assert_eq!(roster.append(&entry), Err(RosterError::NotAllowed(device.id)));
    assert_eq!(roster, before);
}

#[test]
fn only_the_root_key_makes_a_desk() {
    let (desk, mut roster) = founded();
    for role in [Role::COORDINATOR, Role::SUPERVISOR, Role::PROTECTION_OFFICER] {
        let entry = write::next(&roster, desk.id, admit(&person(2), role), &desk.sign);
        assert_eq!(roster.append(&entry), Err(RosterError::BadSignature(2)));
    }
    let root = person(50).sign;
    let entry = write::next(&roster, desk.id, admit(&person(2), Role::SUPERVISOR), &root);
    roster.append(&entry).unwrap();
    assert!(roster.is_desk(&person(2).id));
    assert!(!roster.is_coordinator(&person(2).id));
}

#[test]
fn an_entry_signed_by_another_is_refused() {
    let (desk, mut roster) = founded();
    let entry = write::next(
        &roster,
        desk.id,
        admit(&person(2), Role::ENUMERATOR),
        &person(9).sign,
    );
    assert_eq!(roster.append(&entry), Err(RosterError::BadSignature(2)));
}

#[test]
fn a_founding_signed_by_another_key_is_refused() {
    let desk = person(1);
    let act = RosterAct::Found {
        root: person(50).sign.public(),
        name: vec![1],
        desks: vec![(desk.card(), vec![2])],
    };
    let entry = write::found(programme(), desk.id, act, &desk.sign);
    assert_eq!(Roster::begin(&entry), Err(RosterError::BadSignature(1)));
}

#[test]
fn of_two_entries_for_one_place_the_second_is_overtaken() {
    let (desk, mut roster) = founded();
    let one = write::next(&roster, desk.id, admit(&person(2), Role::ENUMERATOR), &desk.sign);
    let two = write::next(&roster, desk.id, admit(&person(3), Role::ENUMERATOR), &desk.sign);
    roster.append(&one).unwrap();
    assert_eq!(roster.append(&two), Err(RosterError::Rival { height: 2 }));
    assert_eq!(
        roster.append(&one),
        Err(RosterError::NotNext { here: 2, given: 2 })
    );
}

#[test]
fn two_members_never_share_a_key() {
    let (desk, mut roster) = founded();
    let mut double = person(2);
    double.sign = desk.sign.clone();
    let entry = write::next(&roster, desk.id, admit(&double, Role::ENUMERATOR), &desk.sign);
    assert!(matches!(
        roster.append(&entry),
        Err(RosterError::Contradiction { .. })
    ));
}

#[test]
fn an_epoch_is_for_desks_alone_and_follows_the_last() {
    let (desk, mut roster) = founded();
    let device = person(2);
    roster
        .append(&write::next(
            &roster.clone(),
            desk.id,
            admit(&device, Role::ENUMERATOR),
            &desk.sign,
        ))
        .unwrap();
    let epoch = |number, who: &Person| RosterAct::Epoch {
        compartment: CompartmentId::GENERAL,
        number,
        public: person(60).kem.public(),
        seeds: vec![SealedFor {
            member: who.id,
            kem: who.kem.id(),
            sealed: vec![1],
        }],
        name: vec![],
    };
    for wrong in [epoch(1, &device), epoch(2, &desk), epoch(0, &desk)] {
        let entry = write::next(&roster, desk.id, wrong, &desk.sign);
        assert!(matches!(
            roster.append(&entry),
            Err(RosterError::Contradiction { .. })
        ));
    }
    roster
        .append(&write::next(
            &roster.clone(),
            desk.id,
            epoch(1, &desk),
            &desk.sign,
        ))
        .unwrap();
    assert!(roster.may_read(&desk.id, CompartmentId::GENERAL));
    assert!(!roster.may_read(&device.id, CompartmentId::GENERAL));
    assert_eq!(roster.epoch(CompartmentId::GENERAL).unwrap().number, 1);
}

#[test]
fn an_act_of_a_later_version_changes_nothing_but_the_head() {
    let (desk, mut roster) = founded();
    let entry = write::next(
        &roster,
        desk.id,
        RosterAct::Unknown {
            tag: 200,
            bytes: vec![1, 2],
        },
        &desk.sign,
    );
    roster.append(&entry).unwrap();
    assert_eq!(roster.position().height, 2);
    assert_eq!(roster.members().count(), 1);
}

#[test]
fn a_roster_is_the_same_from_its_entries() {
    let (desk, mut roster) = founded();
    let mut entries = vec![founding(&desk, &person(50).sign)];
    for n in 2..6 {
        let entry = write::next(&roster, desk.id, admit(&person(n), Role::ENUMERATOR), &desk.sign);
        roster.append(&entry).unwrap();
        entries.push(entry);
    }
    assert_eq!(Roster::from_entries(&entries), Ok(roster));
    entries.remove(2);
    assert!(matches!(
        Roster::from_entries(&entries),
        Err(RosterError::NotNext { here: 2, given: 4 })
    ));
}

use super::*;

fn entry(roster: &mut Roster, by: &Person, act: RosterAct) -> Result<(), RosterError> {
    let entry = write::next(roster, by.id, act, &by.sign);
    roster.append(&entry)
}

fn revoke(who: &Person, sequence: u64) -> RosterAct {
    RosterAct::Revoke {
        member: who.id,
        trusted: vec![Trusted {
            incarnation: 1,
            sequence,
            envelope: EnvelopeId([sequence as u8; 32]),
        }],
    }
}

#[test]
fn a_revoked_coordinator_writes_no_roster_any_more() {
    let (desk, mut roster) = founded();
    let (second, root) = (person(2), person(50).sign);
    roster
        .append(&write::next(
            &roster.clone(),
            desk.id,
            admit(&second, Role::COORDINATOR),
            &root,
        ))
        .unwrap();
    entry(&mut roster, &desk, revoke(&second, 4)).unwrap();
    assert!(!roster.is_desk(&second.id));
    assert_eq!(roster.revocation(&second.id).unwrap().trusted[0].sequence, 4);
    let late = entry(&mut roster, &second, admit(&person(3), Role::ENUMERATOR));
    assert_eq!(late, Err(RosterError::NotAllowed(second.id)));
    // Of two revocations, what both trust stays.
    entry(&mut roster, &desk, revoke(&second, 2)).unwrap();
    entry(&mut roster, &desk, revoke(&second, 9)).unwrap();
    assert_eq!(roster.revocation(&second.id).unwrap().trusted[0].sequence, 2);
}

#[test]
fn the_last_coordinator_stays() {
    let (desk, mut roster) = founded();
    assert!(matches!(
        entry(&mut roster, &desk, revoke(&desk, 1)),
        Err(RosterError::Contradiction { .. })
    ));
}

#[test]
fn a_protection_officer_revokes_and_admits_nobody() {
    let (desk, mut roster) = founded();
    let (officer, device, root) = (person(2), person(3), person(50).sign);
    let joins = write::next(&roster, desk.id, admit(&officer, Role::PROTECTION_OFFICER), &root);
    roster.append(&joins).unwrap();
    entry(&mut roster, &desk, admit(&device, Role::ENUMERATOR)).unwrap();
    entry(&mut roster, &officer, revoke(&device, 1)).unwrap();
    assert!(roster.may_erase(&officer.id));
    assert_eq!(
        entry(&mut roster, &officer, admit(&person(4), Role::ENUMERATOR)),
        Err(RosterError::NotAllowed(officer.id))
    );
}

#[test]
fn seeds_go_to_who_may_read_and_to_the_recovery_key() {
    let (desk, mut roster) = founded();
    let (supervisor, recovery, root) = (person(2), person(60), person(50).sign);
    for act in [
        admit(&supervisor, Role::SUPERVISOR),
        RosterAct::Recovery {
            public: recovery.kem.public(),
            root: vec![1],
        },
    ] {
        let signed = write::next(&roster, desk.id, act, &root);
        roster.append(&signed).unwrap();
    }
    let sealed = |member: MemberId, person: &Person| SealedFor {
        member,
        kem: person.kem.id(),
        sealed: vec![1],
    };
    let for_desk = sealed(desk.id, &desk);
    let for_supervisor = sealed(supervisor.id, &supervisor);
    let for_recovery = sealed(RECOVERY, &recovery);
    let epoch = |compartment, seeds: &[&SealedFor]| RosterAct::Epoch {
        compartment,
        number: 1,
        public: person(61).kem.public(),
        seeds: seeds.iter().map(|seed| (*seed).clone()).collect(),
        name: vec![2],
    };
    for (act, fits) in [
        (epoch(CompartmentId::IDENTITY, &[&for_desk]), false),
        (epoch(CompartmentId::IDENTITY, &[&for_recovery]), false),
        (
            epoch(
                CompartmentId::IDENTITY,
                &[&for_desk, &for_supervisor, &for_recovery],
            ),
            false,
        ),
        (epoch(CompartmentId::IDENTITY, &[&for_desk, &for_recovery]), true),
        (
            epoch(
                CompartmentId::GENERAL,
                &[&for_desk, &for_supervisor, &for_recovery],
            ),
            true,
        ),
    ] {
        assert_eq!(entry(&mut roster, &desk, act).is_ok(), fits);
    }
    assert!(roster.may_read(&supervisor.id, CompartmentId::GENERAL));
    assert!(!roster.may_read(&supervisor.id, CompartmentId::IDENTITY));
}

#[test]
fn a_recovery_key_is_signed_by_the_root() {
    let (desk, mut roster) = founded();
    let act = RosterAct::Recovery {
        public: person(60).kem.public(),
        root: vec![1],
    };
    assert_eq!(entry(&mut roster, &desk, act), Err(RosterError::BadSignature(2)));
}

#[test]
fn a_membership_ends_when_its_terms_say() {
    let (desk, mut roster) = founded();
    let device = person(2);
    let terms = Some(Terms {
        expires: 1000,
        scope: Vec::new(),
    });
    let act = RosterAct::Admit {
        card: device.card(),
        role: Role::ENUMERATOR,
        name: vec![3],
        terms,
    };
    entry(&mut roster, &desk, act).unwrap();
    assert!(!roster.is_expired(&device.id, 999));
    assert!(roster.is_expired(&device.id, 1000));
    assert!(!roster.is_expired(&desk.id, i64::MAX));
}

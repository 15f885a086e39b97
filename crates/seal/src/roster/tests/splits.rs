use super::*;

/// Two coordinators, a device, and the entries so far.
struct Both {
    one: Person,
    two: Person,
    device: Person,
    roster: Roster,
    entries: Vec<RosterEntry>,
}

fn both() -> Both {
    let (one, two, device, root) = (person(1), person(2), person(3), person(50).sign);
    let founding = founding(&one, &root);
    let mut roster = Roster::begin(&founding).unwrap();
    let mut entries = vec![founding];
    for (act, key) in [
        (admit(&two, Role::COORDINATOR), &root),
        (admit(&device, Role::ENUMERATOR), &one.sign),
        (epoch(&one, 1), &one.sign),
    ] {
        let entry = write::next(&roster, one.id, act, key);
        roster.append(&entry).unwrap();
        entries.push(entry);
    }
    Both {
        one,
        two,
        device,
        roster,
        entries,
    }
}

fn epoch(desk: &Person, number: u32) -> RosterAct {
    RosterAct::Epoch {
        compartment: CompartmentId::GENERAL,
        number,
        public: KemKey::make(&mut ChaCha20Rng::seed_from_u64(
            u64::from(number) + u64::from(desk.id.as_bytes()[0]),
        ))
        .public(),
        seeds: vec![SealedFor {
            member: desk.id,
            kem: desk.kem.id(),
            sealed: vec![1],
        }],
        name: vec![2],
    }
}

fn side(from: &Roster, by: &Person, acts: Vec<RosterAct>) -> (Roster, Vec<RosterEntry>) {
    let mut roster = from.clone();
    let entries = acts
        .into_iter()
        .map(|act| {
            let entry = write::next(&roster, by.id, act, &by.sign);
            roster.append(&entry).unwrap();
            entry
        })
        .collect();
    (roster, entries)
}

fn revoke(who: &Person) -> RosterAct {
    RosterAct::Revoke {
        member: who.id,
        trusted: Vec::new(),
    }
}

#[test]
fn of_a_split_roster_only_the_revocations_of_both_sides_hold() {
    let b = both();
    let (_, left) = side(
        &b.roster,
        &b.one,
        vec![epoch(&b.one, 2), admit(&person(10), Role::ENUMERATOR)],
    );
    let (_, right) = side(
        &b.roster,
        &b.two,
        vec![admit(&person(11), Role::ENUMERATOR), revoke(&b.device)],
    );
    let mut linear = b.roster.clone();
    linear.append(&left[0]).unwrap();
    assert_eq!(linear.append(&right[0]), Err(RosterError::Rival { height: 5 }));

    let all: Vec<_> = [&b.entries[..], &right, &left].concat();
    let split = Roster::from_tree(all.iter().rev()).unwrap();
    assert!(split.is_split());
    assert_eq!(split.position(), b.roster.position());
    assert_eq!(split.epoch(CompartmentId::GENERAL).unwrap().number, 1);
    assert!(split.revocation(&b.device.id).is_some());
    assert!(split.member(&person(10).id).is_none() && split.member(&person(11).id).is_none());
    // What was written by who saw one of the sides still verifies.
    assert!(split.holds(&left[1].position()) && split.holds(&right[1].position()));
    let more = write::next(&split, b.one.id, epoch(&b.one, 2), &b.one.sign);
    assert_eq!(split.clone().append(&more), Err(RosterError::Split));
}

#[test]
fn a_join_brings_both_sides_together_and_keeps_what_was_sealed_to_either() {
    let b = both();
    let (mut main, left) = side(&b.roster, &b.one, vec![epoch(&b.one, 2)]);
    let acts = vec![epoch(&b.two, 2), admit(&person(11), Role::ENUMERATOR)];
    let (_, right) = side(&b.roster, &b.two, acts);
    let join = RosterAct::Join {
        entries: right.clone(),
    };
    let joined = write::next(&main, b.two.id, join, &b.two.sign);
    main.append(&joined).unwrap();
    assert!(main.member(&person(11).id).is_some());
    assert!(main.holds(&right[1].position()));
    let numbers: Vec<u32> = main.epochs().map(|epoch| epoch.number).collect();
    assert_eq!(numbers, [1, 2, 2]);
    assert_eq!(
        main.epoch(CompartmentId::GENERAL).unwrap().seeds[0].member,
        b.one.id,
        "the main side's epoch is the current one"
    );
    let all = [&b.entries[..], &right, &left, std::slice::from_ref(&joined)].concat();
    assert_eq!(Roster::from_tree(&all).unwrap(), main);
    assert_eq!(Roster::from_tree(all.iter().rev()).unwrap(), main);
    let chain = [&b.entries[..], &left, &[joined]].concat();
    assert_eq!(Roster::from_entries(&chain).unwrap(), main);
}

#[test]
fn a_join_takes_nothing_that_was_not_signed() {
    let b = both();
    let (main, _) = side(&b.roster, &b.one, vec![epoch(&b.one, 2)]);
    let (_, mut right) = side(&b.roster, &b.two, vec![admit(&person(11), Role::ENUMERATOR)]);
    right[0].signature[5] ^= 1;
    let forged = write::next(&main, b.one.id, RosterAct::Join { entries: right }, &b.one.sign);
    assert!(matches!(
        main.clone().append(&forged),
        Err(RosterError::Contradiction { .. })
    ));
    let by_a_device = side(&b.roster, &b.one, vec![]).0;
    let entry = write::next(
        &by_a_device,
        b.device.id,
        admit(&person(11), Role::ENUMERATOR),
        &b.device.sign,
    );
    let join = RosterAct::Join { entries: vec![entry] };
    let forged = write::next(&main, b.one.id, join, &b.one.sign);
    assert!(matches!(
        main.clone().append(&forged),
        Err(RosterError::Contradiction { .. })
    ));
    for entries in [Vec::new(), b.entries[1..].to_vec()] {
        let empty = write::next(&main, b.one.id, RosterAct::Join { entries }, &b.one.sign);
        assert!(matches!(
            main.clone().append(&empty),
            Err(RosterError::Contradiction { .. })
        ));
    }
}

#[test]
fn an_entry_nobody_may_write_splits_nothing() {
    let b = both();
    let (main, left) = side(&b.roster, &b.one, vec![epoch(&b.one, 2)]);
    let forged = write::next(&b.roster, b.device.id, revoke(&b.two), &b.device.sign);
    let all = [&b.entries[..], &left, &[forged]].concat();
    assert_eq!(Roster::from_tree(&all).unwrap(), main);
}

#[test]
fn what_a_revoked_coordinator_did_on_the_other_side_is_dropped() {
    let b = both();
    let (main, _) = side(&b.roster, &b.one, vec![revoke(&b.two)]);
    let (_, right) = side(&b.roster, &b.two, vec![admit(&person(11), Role::ENUMERATOR)]);
    let join = write::next(&main, b.one.id, RosterAct::Join { entries: right }, &b.one.sign);
    let mut joined = main.clone();
    joined.append(&join).unwrap();
    assert!(joined.member(&person(11).id).is_none());
}

#[test]
fn the_side_that_is_given_first_goes_on_and_the_others_are_to_be_joined() {
    let b = both();
    let (relayed, left) = side(&b.roster, &b.one, vec![epoch(&b.one, 2)]);
    let acts = vec![epoch(&b.two, 2), admit(&person(11), Role::ENUMERATOR)];
    let (_, right) = side(&b.roster, &b.two, acts);
    let (_, third) = side(&b.roster, &b.two, vec![admit(&person(12), Role::ENUMERATOR)]);
    let all = [&left[..], &b.entries, &right, &third].concat();
    let Sides { mut main, others } = Roster::sides(&all).unwrap();
    assert_eq!(main, relayed);
    assert_eq!(others, [right, third]);
    for entries in others {
        let join = write::next(&main, b.one.id, RosterAct::Join { entries }, &b.one.sign);
        main.append(&join).unwrap();
    }
    assert!(main.member(&person(11).id).is_some() && main.member(&person(12).id).is_some());
}

#[test]
fn the_side_that_joins_the_others_goes_on_wherever_it_is_given() {
    let b = both();
    let (mut main, left) = side(&b.roster, &b.one, vec![epoch(&b.one, 2)]);
    let (_, right) = side(&b.roster, &b.two, vec![epoch(&b.two, 2)]);
    let join = RosterAct::Join {
        entries: right.clone(),
    };
    let joined = write::next(&main, b.one.id, join, &b.one.sign);
    main.append(&joined).unwrap();
    let all = [&right[..], &b.entries, &left, &[joined]].concat();
    let sides = Roster::sides(&all).unwrap();
    assert_eq!(sides, Sides { main, others: vec![] });
}

#[test]
fn who_may_revoke_joins_revocations_and_nothing_else() {
    let mut b = both();
    let (officer, root) = (person(4), person(50).sign);
    let joins = write::next(
        &b.roster,
        b.one.id,
        admit(&officer, Role::PROTECTION_OFFICER),
        &root,
    );
    b.roster.append(&joins).unwrap();
    let (main, _) = side(&b.roster, &b.one, vec![epoch(&b.one, 2)]);
    let (_, revoked) = side(&b.roster, &officer, vec![revoke(&b.device)]);
    let (_, admitted) = side(&b.roster, &b.two, vec![admit(&person(11), Role::ENUMERATOR)]);
    for (entries, fits) in [(admitted, false), (revoked, true)] {
        let join = write::next(&main, officer.id, RosterAct::Join { entries }, &officer.sign);
        assert_eq!(main.clone().append(&join).is_ok(), fits);
    }
}

#[test]
fn keys_are_renewed_once_somebody_who_has_them_is_revoked() {
    let b = both();
    assert!(!b.roster.needs_new_keys());
    let handed = |to: &[&Person]| RosterAct::MembersKey {
        key: KemKeyId([7; 8]),
        sealed: to
            .iter()
            .map(|person| SealedFor {
                member: person.id,
                kem: person.kem.id(),
                sealed: vec![1],
            })
            .collect(),
    };
    // The first members' key came with the certificate: the device has it.
    let (revoked, _) = side(&b.roster, &b.one, vec![revoke(&b.device)]);
    assert!(revoked.needs_new_keys());
    let (renewed, _) = side(&revoked, &b.one, vec![handed(&[&b.one, &b.two])]);
    assert!(!renewed.needs_new_keys());
    // The other coordinator has the members' key.
    let (again, _) = side(&renewed, &b.one, vec![revoke(&b.two)]);
    assert!(again.needs_new_keys());
    // A desk that is revoked has the epochs' seeds too.
    let acts = vec![revoke(&b.two), handed(&[&b.one])];
    let (both_desks, _) = side(&b.roster, &b.one, acts);
    assert!(
        !both_desks.needs_new_keys(),
        "its epoch was sealed to the first desk alone"
    );
}

#[test]
fn two_coordinators_who_join_at_once_are_joined_in_turn() {
    let b = both();
    let (main, left) = side(&b.roster, &b.one, vec![epoch(&b.one, 2)]);
    let (_, right) = side(&b.roster, &b.two, vec![admit(&person(11), Role::ENUMERATOR)]);
    let join = |by: &Person| {
        let entries = right.clone();
        write::next(&main, by.id, RosterAct::Join { entries }, &by.sign)
    };
    let (by_one, by_two) = (join(&b.one), join(&b.two));
    let all = [&b.entries[..], &left, &right, &[by_one, by_two]].concat();
    assert!(Roster::from_tree(&all).unwrap().is_split());
    let Sides { mut main, others } = Roster::sides(&all).unwrap();
    assert_eq!(others.len(), 1);
    let entries = others[0].clone();
    let joined = write::next(&main, b.two.id, RosterAct::Join { entries }, &b.two.sign);
    main.append(&joined).unwrap();
    let read = RosterEntry::from_bytes(&joined.to_bytes());
    assert_eq!(read.as_ref(), Ok(&joined));
    let all = [&all[..], &[joined]].concat();
    let roster = Roster::from_tree(&all).unwrap();
    assert_eq!(roster, main);
    assert_eq!(Roster::from_tree(all.iter().rev()).unwrap(), main);
    assert!(roster.member(&person(11).id).is_some());
    assert!(all.iter().all(|entry| roster.holds(&entry.position())));
}

//! Builds a roster from any entries: those of the input, or acts of the input that the desk signed.
//!
//! A refused entry changes nothing; an accepted one becomes the roster's head. Nobody becomes a desk after
//! the founding, no key has two members, and epochs follow one another. A roster built again from its
//! entries is the same.

#![no_main]

use std::collections::BTreeSet;

use baraza_fuzz::field::{Field, Person};
use baraza_fuzz::input::Input;
use libfuzzer_sys::fuzz_target;
use seal::roster::{Roster, write};
use wire::ids::KEM_PUBLIC_LENGTH;
use wire::{
    CompartmentId, EnvelopeId, FormId, KemPublic, MemberCard, MemberId, Role, RosterAct, RosterEntry,
    SealedFor, SignPublic,
};

fuzz_target!(|bytes: &[u8]| {
    let mut input = Input::new(bytes);
    if input.byte().is_multiple_of(2) {
        as_they_came(input);
    } else {
        signed_by_the_desk(input);
    }
});

/// Entries as they came: what nobody of the programme signed is no roster.
fn as_they_came(mut input: Input<'_>) {
    let mut entries = Vec::new();
    while !input.is_empty() {
        entries.extend(RosterEntry::from_bytes(input.sized()));
    }
    if let Ok(roster) = Roster::from_entries(&entries) {
        assert_eq!(roster.position().height, entries.len() as u64);
        assert!(entries.iter().all(|entry| roster.holds(&entry.position())));
    }
}

fn signed_by_the_desk(mut input: Input<'_>) {
    let field = Field::get();
    let mut roster = field.roster.clone();
    let mut entries = field.entries.clone();
    while !input.is_empty() {
        let act = act(&mut input, field);
        let author = if input.byte() < 240 {
            &field.desk
        } else {
            &field.device
        };
        let entry = write::next(&roster, author.id, act, &author.sign);
        let before = roster.clone();
        match roster.append(&entry) {
            Ok(()) => {
                assert_eq!(author.id, field.desk.id);
                assert_eq!(roster.position(), entry.position());
                entries.push(entry);
            }
            Err(_) => assert_eq!(roster, before),
        }
    }
    is_sound(&roster, &field.desk);
    assert_eq!(Roster::from_entries(&entries), Ok(roster));
}

fn is_sound(roster: &Roster, desk: &Person) {
    let desks: Vec<_> = roster
        .members()
        .filter(|member| roster.is_desk(&member.card.member))
        .collect();
    assert!(desks.iter().all(|member| member.card.member == desk.id));
    let keys: BTreeSet<SignPublic> = roster.members().map(|member| member.card.sign).collect();
    assert_eq!(keys.len(), roster.members().count());
    for compartment in roster.compartments() {
        let epochs = roster.epochs().filter(|epoch| epoch.compartment == compartment);
        assert!(
            epochs
                .map(|epoch| epoch.number)
                .eq((1..).take(roster.epoch(compartment).map_or(0, |last| last.number as usize)))
        );
        assert!(roster.may_read(&desk.id, compartment));
    }
}

fn act(input: &mut Input<'_>, field: &Field) -> RosterAct {
    match input.byte() % 6 {
        0 => RosterAct::Admit {
            card: card(input),
            role: Role(input.byte()),
            name: input.sized().to_vec(),
            terms: None,
        },
        1 => RosterAct::Epoch {
            compartment: CompartmentId(input.byte()),
            number: u32::from_le_bytes(input.array()),
            public: card(input).kem,
            seeds: (0..input.byte() % 4).map(|_| seed(input, field)).collect(),
            name: input.sized().to_vec(),
        },
        2 => RosterAct::Form {
            form: FormId::from_bytes([input.byte(); 16]),
            envelope: EnvelopeId([input.byte(); 32]),
        },
        4 => RosterAct::Files {
            form: FormId::from_bytes([input.byte(); 16]),
            envelope: EnvelopeId([input.byte(); 32]),
        },
        3 => RosterAct::Found {
            root: SignPublic([input.byte(); 32]),
            name: input.sized().to_vec(),
            desks: vec![(card(input), vec![])],
        },
        _ => RosterAct::Unknown {
            tag: input.byte(),
            bytes: input.sized().to_vec(),
        },
    }
}

fn card(input: &mut Input<'_>) -> MemberCard {
    MemberCard {
        member: MemberId::from_chance([input.byte(); 16]),
        incarnation: u32::from(input.byte()),
        sign: SignPublic([input.byte(); 32]),
        kem: KemPublic::from_bytes(&[input.byte(); KEM_PUBLIC_LENGTH]).expect("it has the length of a key"),
    }
}

fn seed(input: &mut Input<'_>, field: &Field) -> SealedFor {
    let person = if input.byte() < 200 {
        &field.desk
    } else {
        &field.device
    };
    SealedFor {
        member: person.id,
        kem: person.card().kem.id(),
        sealed: input.sized().to_vec(),
    }
}

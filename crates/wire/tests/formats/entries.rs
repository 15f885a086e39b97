//! Roster entries: every act.

use baraza_wire::{
    CompartmentId, EnvelopeId, FormId, KemKeyId, Role, RosterAct, RosterEntry, RosterHead, SignPublic, Terms,
    Trusted,
};
use golden::Folder;

use crate::example::{DESK, DEVICE, PROGRAMME, card, kem, sealed_for};

const FORM: FormId = FormId::from_bytes([0x2f; 16]);

pub(crate) fn keep(folder: &mut Folder) {
    for (name, act) in acts() {
        let name = format!("entry-1-{name}");
        folder.keeps(&name, &entry(act), RosterEntry::to_bytes, RosterEntry::from_bytes);
    }
}

pub(crate) fn entry(act: RosterAct) -> RosterEntry {
    RosterEntry {
        programme: PROGRAMME,
        height: 300,
        previous: RosterHead([0xe1; 32]),
        author: DESK,
        act,
        signature: [0xe2; 64],
    }
}

pub(crate) fn acts() -> Vec<(&'static str, RosterAct)> {
    let envelope = EnvelopeId([0xe3; 32]);
    let admit = |role, terms| RosterAct::Admit {
        card: card(DEVICE),
        role,
        name: vec![0xe4; 12],
        terms,
    };
    let last = |incarnation, sequence| Trusted {
        incarnation,
        sequence,
        envelope,
    };
    let policy = RosterAct::Policy {
        sealed: vec![0xe5; 12],
    };
    vec![
        (
            "found",
            RosterAct::Found {
                root: SignPublic([0xe6; 32]),
                name: vec![0xe7; 12],
                desks: vec![(card(DESK), vec![0xe8; 12])],
            },
        ),
        ("admit", admit(Role::ENUMERATOR, None)),
        (
            "admit-on-terms",
            admit(
                Role::AUDITOR,
                Some(Terms {
                    expires: 1_800_000_000,
                    scope: vec![0xe9; 12],
                }),
            ),
        ),
        (
            "epoch",
            RosterAct::Epoch {
                compartment: CompartmentId::IDENTITY,
                number: 300,
                public: kem(0xea),
                seeds: vec![sealed_for(DESK)],
                name: vec![0xeb; 12],
            },
        ),
        ("form", RosterAct::Form { form: FORM, envelope }),
        ("files", RosterAct::Files { form: FORM, envelope }),
        (
            "revoke",
            RosterAct::Revoke {
                member: DEVICE,
                trusted: vec![last(1, 300), last(2, 9)],
            },
        ),
        (
            "members-key",
            RosterAct::MembersKey {
                key: KemKeyId([0xec; 8]),
                sealed: vec![sealed_for(DESK), sealed_for(DEVICE)],
            },
        ),
        (
            "relay",
            RosterAct::Relay {
                sealed: vec![0xed; 12],
            },
        ),
        ("policy", policy.clone()),
        (
            "recovery",
            RosterAct::Recovery {
                public: kem(0xee),
                root: vec![0xef; 12],
            },
        ),
        (
            "join",
            RosterAct::Join {
                entries: vec![entry(policy)],
            },
        ),
        (
            "of-a-later-version",
            RosterAct::Unknown {
                tag: 200,
                bytes: vec![0xf1; 12],
            },
        ),
    ]
}

#[test]
fn every_act_has_a_golden_file() {
    let tag = |bytes: &[u8]| bytes[1 + 16 + 2 + 32 + 16];
    let here: Vec<u8> = acts()
        .into_iter()
        .map(|(_, act)| tag(&entry(act).to_bytes()))
        .collect();
    let unknown = RosterAct::Unknown {
        tag: 0,
        bytes: Vec::new(),
    };
    for number in (0..=255).filter(|number| *number != 200) {
        let mut bytes = entry(unknown.clone()).to_bytes();
        bytes[1 + 16 + 2 + 32 + 16] = number;
        let known = !matches!(
            RosterEntry::from_bytes(&bytes),
            Ok(RosterEntry { act: RosterAct::Unknown { tag, .. }, .. }) if tag == number
        );
        assert_eq!(known, here.contains(&number), "act {number}");
    }
}

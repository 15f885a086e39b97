//! Envelopes: the header of every kind, and every name of a key.

use baraza_wire::{
    CompartmentId, DecodeError, Envelope, GrantedKeyId, Header, KemKeyId, KeyName, Kind, Part, PartHeader,
};
use golden::Folder;

use crate::example::{CHAIN, DESK, DEVICE, RECORD, envelope, of_chain, sealed};

const NOTHING: [u8; 16] = [0; 16];
const FORM: [u8; 16] = [0x2f; 16];
const MEMBERS: KeyName = KeyName::Members(KemKeyId([0x4a; 8]));
const ONCE: KeyName = KeyName::Member(KemKeyId([0x4b; 8]));
const GRANTED: KeyName = KeyName::Granted(GrantedKeyId([0x4c; 8]));

pub(crate) fn keep(folder: &mut Folder) {
    for envelope in one_of_each_kind() {
        let kind = envelope.header.kind;
        let name = kind.name().unwrap_or("of-a-later-version").replace(' ', "-");
        folder.keeps(
            &format!("header-1-{name}"),
            &envelope.header,
            Header::to_bytes,
            Header::from_bytes,
        );
    }
    for (name, key) in key_names() {
        let name = format!("key-name-{name}");
        folder.keeps(&name, &key, KeyName::to_bytes, KeyName::from_bytes);
    }
}

/// As their authors write them: with the recipients, compartments and keys of their kind.
pub(crate) fn one_of_each_kind() -> Vec<Envelope> {
    let (device, desk) = ((DEVICE, None), (DESK, None));
    let (for_device, for_desk) = ((DESK, Some(DEVICE)), (DESK, Some(DESK)));
    let from_device = (DEVICE, Some(DESK));
    let record = *RECORD.as_bytes();
    let (general, identity) = (CompartmentId::GENERAL, CompartmentId::IDENTITY);
    let members = |length| vec![sealed(CompartmentId::MEMBERS, MEMBERS, length)];
    let recipient = |length| vec![sealed(CompartmentId::RECIPIENT, ONCE, length)];
    let written = vec![
        sealed(general, of_chain(0), 200),
        sealed(identity, of_chain(0), 184),
    ];
    let chain = vec![
        sealed(general, KeyName::Epoch(1), 100),
        sealed(identity, KeyName::Epoch(300), 100),
    ];
    let granted = vec![
        sealed(CompartmentId::RECIPIENT, ONCE, 150),
        sealed(general, KeyName::Epoch(1), 90),
    ];
    let media = vec![
        sealed(general, of_chain(1), 120),
        sealed(general, of_chain(1), 250),
    ];
    let handed = vec![
        sealed(CompartmentId::RECIPIENT, GRANTED, 120),
        sealed(CompartmentId::RECIPIENT, GRANTED, 250),
    ];
    vec![
        envelope(Kind::RECORD, record, device, 300, written),
        envelope(Kind::CHAIN, NOTHING, device, 1, chain),
        envelope(Kind::GRANT, record, for_device, 2, granted),
        envelope(Kind::FORM, FORM, desk, 3, members(220)),
        envelope(Kind::FILE, FORM, desk, 4, members(230)),
        envelope(Kind::KEYS, NOTHING, device, 5, members(240)),
        envelope(Kind::BOOK, NOTHING, for_desk, 6, recipient(160)),
        envelope(Kind::HANDOVER, record, from_device, 7, recipient(170)),
        envelope(Kind::TOMBSTONE, record, desk, 8, Vec::new()),
        envelope(Kind::CHECKPOINT, NOTHING, desk, 9, members(180)),
        envelope(
            Kind::WITHDRAWAL,
            record,
            device,
            10,
            vec![sealed(general, GRANTED, 190)],
        ),
        envelope(Kind::RECEIPT, record, desk, 11, Vec::new()),
        envelope(Kind::MEDIA, record, device, 12, media),
        envelope(Kind::HANDED_MEDIA, record, from_device, 14, handed),
        envelope(Kind::ASSIGNMENT, record, for_device, 15, recipient(130)),
        // What a later version adds is kept and relayed.
        envelope(
            Kind(200),
            [0x2e; 16],
            device,
            13,
            vec![sealed(identity, GRANTED, 30)],
        ),
    ]
}

pub(crate) fn key_names() -> [(&'static str, KeyName); 5] {
    let chain = KeyName::Chain {
        chain: CHAIN,
        index: 63,
    };
    [
        ("chain", chain),
        ("granted", GRANTED),
        ("epoch", KeyName::Epoch(300)),
        ("member", ONCE),
        ("members", MEMBERS),
    ]
}

#[test]
fn every_kind_of_envelope_has_a_golden_header() {
    let here: Vec<u8> = one_of_each_kind().iter().map(|one| one.header.kind.0).collect();
    for kind in (0..=255).map(Kind).filter(|kind| kind.name().is_some()) {
        assert!(here.contains(&kind.0), "kind {}", kind.0);
    }
}

#[test]
fn every_way_to_name_a_key_has_a_golden_file() {
    let here: Vec<u8> = key_names().iter().map(|(_, key)| key.to_bytes()[0]).collect();
    for tag in 0..=255 {
        let known = !matches!(KeyName::from_bytes(&[tag]), Err(DecodeError::Unknown { .. }));
        assert_eq!(known, here.contains(&tag), "tag {tag}");
    }
}

#[test]
fn a_golden_header_commits_to_its_parts() {
    for envelope in one_of_each_kind() {
        let commits =
            |(header, part): (&PartHeader, &Part)| part.bytes().is_some_and(|part| header.commits_to(part));
        assert!(envelope.parts().all(commits));
    }
}

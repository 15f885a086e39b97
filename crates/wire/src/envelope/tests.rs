use proptest::prelude::*;

use super::*;

pub(crate) fn example() -> Envelope {
    let sealed = vec![7u8; 200];
    let general = PartHeader::of(
        CompartmentId::GENERAL,
        KeyName::Chain {
            chain: ChainId([3; 8]),
            index: 5,
        },
        &sealed,
    );
    let identity = PartHeader::of(
        CompartmentId::IDENTITY,
        KeyName::Granted(GrantedKeyId([4; 8])),
        &sealed,
    );
    Envelope {
        header: Header {
            kind: Kind::RECORD,
            programme: ProgrammeId::from_chance([1; 16]),
            subject: [9; 16],
            recipient: None,
            author: MemberId::from_chance([2; 16]),
            incarnation: 1,
            sequence: 300,
            previous: EnvelopeId([8; 32]),
            roster: RosterPosition {
                height: 4,
                head: RosterHead([6; 32]),
            },
            parts: vec![general, identity],
        },
        signature: [5; 64],
        parts: vec![Part::Here(sealed.clone()), Part::Here(sealed)],
    }
}

#[test]
fn the_header_layout_is_what_it_was() {
    let bytes = example().header.to_bytes();
    let hex: String = bytes.iter().map(|b| format!("{b:02x}")).collect();
    insta::assert_snapshot!(hex);
    assert_eq!(Header::from_bytes(&bytes).unwrap(), example().header);
}

#[test]
fn a_changed_part_is_not_the_one_committed_to() {
    let envelope = example();
    let (header, part) = envelope.parts().next().unwrap();
    let mut sealed = part.bytes().unwrap().to_vec();
    assert!(header.commits_to(&sealed));
    sealed[0] ^= 1;
    assert!(!header.commits_to(&sealed));
}

#[test]
fn withholding_a_part_keeps_the_id() {
    let envelope = example();
    let shown = envelope.withholding(|part| part.compartment == CompartmentId::GENERAL);
    assert_eq!(shown.id(), envelope.id());
    assert_eq!(shown.parts[1], Part::Absent);
}

#[test]
fn an_unknown_version_is_named() {
    let mut bytes = example().header.to_bytes();
    bytes[0] = 9;
    let error = Header::from_bytes(&bytes).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the envelope header has version 9, this program reads version 1; update the program"
    );
}

proptest! {
    #[test]
    fn any_bytes_are_a_header_in_its_only_form_or_none(bytes: Vec<u8>) {
        if let Ok(header) = Header::from_bytes(&bytes) {
            prop_assert_eq!(header.to_bytes(), bytes);
        }
    }

    #[test]
    fn a_header_with_one_byte_changed_is_another_or_none(at: prop::sample::Index, flip in 1u8..) {
        let mut bytes = example().header.to_bytes();
        let at = at.index(bytes.len());
        bytes[at] ^= flip;
        if let Ok(header) = Header::from_bytes(&bytes) {
            prop_assert_ne!(header.id(), example().id());
            prop_assert_eq!(header.to_bytes(), bytes);
        }
    }
}

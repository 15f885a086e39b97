//! Members, keys and hashes that the golden files are made of: bytes that are easy to tell apart.

use baraza_wire::ids::KEM_PUBLIC_LENGTH;
use baraza_wire::{
    ChainId, CompartmentId, Envelope, EnvelopeId, Header, KemKeyId, KemPublic, KeyName, Kind, MemberCard,
    MemberId, Part, PartHeader, ProgrammeId, RecordId, RosterHead, RosterPosition, SealedFor, SignPublic,
};

pub(crate) const PROGRAMME: ProgrammeId = ProgrammeId::from_bytes([0x11; 16]);
pub(crate) const RECORD: RecordId = RecordId::from_bytes([0x22; 16]);
pub(crate) const DEVICE: MemberId = MemberId::from_bytes([0x33; 16]);
pub(crate) const DESK: MemberId = MemberId::from_bytes([0x34; 16]);
pub(crate) const CHAIN: ChainId = ChainId([0x44; 8]);
pub(crate) const ROSTER: RosterPosition = RosterPosition {
    height: 4,
    head: RosterHead([0x55; 32]),
};

/// A part of `length` sealed bytes.
pub(crate) fn sealed(compartment: CompartmentId, key: KeyName, length: u8) -> (PartHeader, Part) {
    let sealed: Vec<u8> = (0..length).collect();
    (PartHeader::of(compartment, key, &sealed), Part::Here(sealed))
}

/// The key at `index` of the device's chain.
pub(crate) fn of_chain(index: u32) -> KeyName {
    KeyName::Chain { chain: CHAIN, index }
}

/// An envelope at `sequence` of its author; the one before has the id of 32 times the byte 0x66.
pub(crate) fn envelope(
    kind: Kind,
    subject: [u8; 16],
    (author, recipient): (MemberId, Option<MemberId>),
    sequence: u64,
    parts: Vec<(PartHeader, Part)>,
) -> Envelope {
    let previous = EnvelopeId([if sequence == 1 { 0 } else { 0x66 }; 32]);
    let (headers, parts) = parts.into_iter().unzip();
    Envelope {
        header: Header {
            kind,
            programme: PROGRAMME,
            subject,
            recipient,
            author,
            incarnation: 1,
            sequence,
            previous,
            roster: ROSTER,
            parts: headers,
        },
        signature: [0x77; 64],
        parts,
    }
}

/// The public half of a key; whether it can be sealed to does not matter here.
pub(crate) fn kem(byte: u8) -> KemPublic {
    KemPublic::from_bytes(&[byte; KEM_PUBLIC_LENGTH]).expect("1216 bytes")
}

pub(crate) fn card(member: MemberId) -> MemberCard {
    MemberCard {
        member,
        incarnation: 1,
        sign: SignPublic([0x88; 32]),
        kem: kem(0x99),
    }
}

pub(crate) fn sealed_for(member: MemberId) -> SealedFor {
    SealedFor {
        member,
        kem: KemKeyId([0xaa; 8]),
        sealed: vec![0xbb; 40],
    }
}

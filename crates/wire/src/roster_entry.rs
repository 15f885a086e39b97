//! One line of the roster: who did what to the programme's members, keys and forms.
//!
//! ```text
//! entry := body signature(64)
//! body  := version(1) programme(16) height(varint) previous(32) author(16) act-tag(1) act(length-prefixed)
//! ```
//!
//! The roster's head is the BLAKE3 hash of the last entry's body. An act this program does not know is
//! kept and relayed, and changes nothing.

use crate::codec::{DecodeError, Reader, Writer};
use crate::ids::{
    CompartmentId, EnvelopeId, FormId, Incarnation, KEM_PUBLIC_LENGTH, KemKeyId, KemPublic, MemberId,
    ProgrammeId, RosterHead, RosterPosition, SignPublic,
};

/// The version of the entry layout.
pub const ENTRY_VERSION: u8 = 1;
/// The most bytes one act may have.
pub const MAX_ACT: usize = 1 << 20;
/// The most bytes a sealed name may have.
pub const MAX_SEALED_NAME: usize = 4096;
/// The most bytes a sealed address or policy may have, or what is sealed to the recovery key.
pub const MAX_SEALED_TEXT: usize = 64 << 10;
const MAX_DESKS: usize = 64;
const MAX_SEALED_SEED: usize = 4096;
/// The most members one `members' key` act seals to; more take several acts.
pub const MAX_SEALED_TO: usize = 500;
const MAX_INCARNATIONS: usize = 1000;
/// The most entries one `join` act holds; more take several acts.
pub const MAX_JOINED: usize = 1000;
/// How deep joins may stand in joins: two coordinators may join at once, and one of them joins the other's join.
const MAX_NESTED: usize = 8;

/// What a member may do. Numbers without a name here may do nothing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Role(pub u8);

impl Role {
    /// Consults people with a device: writes records, reads only what it was granted.
    pub const ENUMERATOR: Self = Self(1);
    /// Runs a desk: admits members, publishes forms, holds all reading keys.
    pub const COORDINATOR: Self = Self(2);
    /// Runs a desk for a team: holds the reading key of `general`, grants follow-ups, leaves the roster alone.
    pub const SUPERVISOR: Self = Self(3);
    /// Runs a desk that looks after people's protection: holds all reading keys, revokes and erases.
    pub const PROTECTION_OFFICER: Self = Self(4);
    /// Looks at who did what: roster, audit and receipts, and no answer.
    pub const AUDITOR: Self = Self(5);

    /// Returns whether such a member runs a desk, which holds reading keys. Only the root key admits one.
    pub fn runs_desk(self) -> bool {
        matches!(
            self,
            Self::COORDINATOR | Self::SUPERVISOR | Self::PROTECTION_OFFICER
        )
    }

    /// Returns whether such a member records what people answer, and may be handed records and drafts.
    pub fn takes_answers(self) -> bool {
        self == Self::ENUMERATOR || self.runs_desk()
    }

    /// Returns whether the reading key of a compartment is sealed to such a member.
    pub fn reads(self, compartment: CompartmentId) -> bool {
        match self {
            Self::COORDINATOR | Self::PROTECTION_OFFICER => true,
            Self::SUPERVISOR => compartment == CompartmentId::GENERAL,
            _ => false,
        }
    }
}

/// On which terms a member was admitted.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Terms {
    /// When the membership ends, in unix seconds; 0 for never.
    pub expires: u64,
    /// Where or on what the member works, under the members' key; empty for everywhere.
    pub scope: Vec<u8>,
}

/// The last envelope that is trusted of one incarnation of a revoked member.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Trusted {
    /// The incarnation.
    pub incarnation: Incarnation,
    /// The envelope's place in its author's sequence.
    pub sequence: u64,
    /// The envelope. What it descends from is trusted too, and nothing else.
    pub envelope: EnvelopeId,
}

/// A member's public keys.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct MemberCard {
    /// Who.
    pub member: MemberId,
    /// The incarnation these keys begin with.
    pub incarnation: Incarnation,
    /// What the member's signatures are checked with.
    pub sign: SignPublic,
    /// What others seal to, for this member to open.
    pub kem: KemPublic,
}

/// Something sealed to one member's key.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct SealedFor {
    /// Who can open it.
    pub member: MemberId,
    /// With which of their keys.
    pub kem: KemKeyId,
    /// The sealed bytes.
    pub sealed: Vec<u8>,
}

/// What an entry does.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RosterAct {
    /// The programme begins. Signed by the root key.
    Found {
        /// The key everything else is proved from.
        root: SignPublic,
        /// The programme's name, under the members' key.
        name: Vec<u8>,
        /// The first desks, each with its name under the members' key.
        desks: Vec<(MemberCard, Vec<u8>)>,
    },
    /// A member joins.
    Admit {
        /// Their keys.
        card: MemberCard,
        /// What they may do.
        role: Role,
        /// Their name, under the members' key.
        name: Vec<u8>,
        /// On which terms, if there are any.
        terms: Option<Terms>,
    },
    /// A compartment gets a new reading key.
    Epoch {
        /// Which compartment.
        compartment: CompartmentId,
        /// Which generation, from 1.
        number: u32,
        /// What writers seal chains to.
        public: KemPublic,
        /// The secret half's seed, for every desk that may read the compartment.
        seeds: Vec<SealedFor>,
        /// The compartment's name, under the members' key.
        name: Vec<u8>,
    },
    /// A form is published: its definition travels in an envelope of its own.
    Form {
        /// Which form.
        form: FormId,
        /// The envelope that carries it.
        envelope: EnvelopeId,
    },
    /// The files that belong to a form are now those of a list, which travels in an envelope of its own.
    Files {
        /// Which form.
        form: FormId,
        /// The envelope that carries the list.
        envelope: EnvelopeId,
    },
    /// A member is not trusted any more.
    Revoke {
        /// Who.
        member: MemberId,
        /// What of theirs stays trusted: at most one envelope for each incarnation, in order.
        trusted: Vec<Trusted>,
    },
    /// There is a new members' key.
    MembersKey {
        /// Its id.
        key: KemKeyId,
        /// The key, for each member. More members follow in further acts with the same id.
        sealed: Vec<SealedFor>,
    },
    /// The relay is elsewhere, or has another key.
    Relay {
        /// Where and which, under the members' key.
        sealed: Vec<u8>,
    },
    /// How long what is kept, and what may be handed out.
    Policy {
        /// The policy, under the members' key.
        sealed: Vec<u8>,
    },
    /// The programme has a new recovery key. Signed by the root key.
    Recovery {
        /// What is sealed to it.
        public: KemPublic,
        /// The root key's seed and what else a lost desk kept, sealed to it.
        root: Vec<u8>,
    },
    /// The entries that were written meanwhile without knowing of the ones above are part of the roster too.
    Join {
        /// Those entries, in order, from where the two sides part.
        entries: Vec<RosterEntry>,
    },
    /// Something a later version added.
    Unknown {
        /// Its number.
        tag: u8,
        /// Its bytes.
        bytes: Vec<u8>,
    },
}

/// A signed entry. Nothing about it is proved yet.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RosterEntry {
    /// The programme.
    pub programme: ProgrammeId,
    /// Its place, from 1.
    pub height: u64,
    /// The hash of the entry before; zeros for the founding.
    pub previous: RosterHead,
    /// Who signed. The founding is signed by the root key and names the desk that made it.
    pub author: MemberId,
    /// What it does.
    pub act: RosterAct,
    /// Ed25519 over the body.
    pub signature: [u8; 64],
}

impl RosterEntry {
    /// Returns the canonical bytes that are signed and hashed.
    pub fn body(&self) -> Vec<u8> {
        let mut w = Writer::new();
        w.u8(ENTRY_VERSION);
        w.fixed(self.programme.as_bytes());
        w.varint(self.height);
        w.fixed(self.previous.as_bytes());
        w.fixed(self.author.as_bytes());
        self.act.write(&mut w);
        w.finish()
    }

    /// Returns the roster's head once this entry is its last.
    pub fn head(&self) -> RosterHead {
        RosterHead(*blake3::hash(&self.body()).as_bytes())
    }

    /// Returns the roster's position once this entry is its last.
    pub fn position(&self) -> RosterPosition {
        RosterPosition {
            height: self.height,
            head: self.head(),
        }
    }

    /// Returns the canonical bytes with the signature.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.body();
        bytes.extend_from_slice(&self.signature);
        bytes
    }

    /// Reads canonical bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        Self::read(bytes, 0)
    }

    /// Reads an entry that stands in `depth` others, which join it.
    fn read(bytes: &[u8], depth: usize) -> Result<Self, DecodeError> {
        let mut r = Reader::new(bytes);
        r.version("the roster entry", ENTRY_VERSION)?;
        let entry = Self {
            programme: ProgrammeId::from_bytes(r.array("the programme")?),
            height: r.varint()?,
            previous: RosterHead(r.array("the previous entry")?),
            author: MemberId::from_bytes(r.array("the author")?),
            act: RosterAct::read(&mut r, depth)?,
            signature: r.array("the signature")?,
        };
        r.end()?;
        Ok(entry)
    }
}

impl MemberCard {
    pub(crate) fn write(&self, w: &mut Writer) {
        w.fixed(self.member.as_bytes());
        w.varint(u64::from(self.incarnation));
        w.fixed(self.sign.as_bytes());
        w.fixed(self.kem.as_bytes());
    }

    pub(crate) fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            member: MemberId::from_bytes(r.array("a member")?),
            incarnation: r.varint32()?,
            sign: SignPublic(r.array("a signing key")?),
            kem: read_kem(r)?,
        })
    }
}

impl RosterAct {
    fn write(&self, w: &mut Writer) {
        let mut act = Writer::new();
        let tag = match self {
            Self::Found { root, name, desks } => {
                act.fixed(root.as_bytes());
                act.bytes(name);
                act.varint(desks.len() as u64);
                for (card, name) in desks {
                    card.write(&mut act);
                    act.bytes(name);
                }
                1
            }
            Self::Admit {
                card,
                role,
                name,
                terms,
            } => {
                card.write(&mut act);
                act.u8(role.0);
                act.bytes(name);
                if let Some(terms) = terms {
                    act.varint(terms.expires);
                    act.bytes(&terms.scope);
                }
                2
            }
            Self::Epoch {
                compartment,
                number,
                public,
                seeds,
                name,
            } => {
                act.u8(compartment.0);
                act.varint(u64::from(*number));
                act.fixed(public.as_bytes());
                write_sealed(&mut act, seeds);
                act.bytes(name);
                3
            }
            Self::Form { form, envelope } => {
                act.fixed(form.as_bytes());
                act.fixed(envelope.as_bytes());
                4
            }
            Self::Files { form, envelope } => {
                act.fixed(form.as_bytes());
                act.fixed(envelope.as_bytes());
                5
            }
            Self::Revoke { member, trusted } => {
                act.fixed(member.as_bytes());
                act.varint(trusted.len() as u64);
                for last in trusted {
                    act.varint(u64::from(last.incarnation));
                    act.varint(last.sequence);
                    act.fixed(last.envelope.as_bytes());
                }
                6
            }
            Self::MembersKey { key, sealed } => {
                act.fixed(key.as_bytes());
                write_sealed(&mut act, sealed);
                7
            }
            Self::Relay { sealed } => {
                act.bytes(sealed);
                8
            }
            Self::Policy { sealed } => {
                act.bytes(sealed);
                9
            }
            Self::Recovery { public, root } => {
                act.fixed(public.as_bytes());
                act.bytes(root);
                10
            }
            Self::Join { entries } => {
                act.varint(entries.len() as u64);
                entries.iter().for_each(|entry| act.bytes(&entry.to_bytes()));
                11
            }
            Self::Unknown { tag, bytes } => {
                act.fixed(bytes);
                *tag
            }
        };
        w.u8(tag);
        w.bytes(&act.finish());
    }

    fn read(r: &mut Reader<'_>, depth: usize) -> Result<Self, DecodeError> {
        let tag = r.u8("an act")?;
        let bytes = r.bytes(MAX_ACT)?;
        let mut r = Reader::new(bytes);
        let act = match tag {
            1 => Self::Found {
                root: SignPublic(r.array("the root key")?),
                name: r.bytes(MAX_SEALED_NAME)?.to_vec(),
                desks: read_list(&mut r, "the list of desks", MAX_DESKS, |r| {
                    Ok((MemberCard::read(r)?, r.bytes(MAX_SEALED_NAME)?.to_vec()))
                })?,
            },
            2 => Self::Admit {
                card: MemberCard::read(&mut r)?,
                role: Role(r.u8("a role")?),
                name: r.bytes(MAX_SEALED_NAME)?.to_vec(),
                terms: match r.rest() {
                    [] => None,
                    _ => Some(Terms {
                        expires: r.varint()?,
                        scope: r.bytes(MAX_SEALED_NAME)?.to_vec(),
                    }),
                },
            },
            3 => Self::Epoch {
                compartment: CompartmentId(r.u8("a compartment")?),
                number: r.varint32()?,
                public: read_kem(&mut r)?,
                seeds: read_list(&mut r, "the list of seeds", MAX_DESKS, read_sealed)?,
                name: r.bytes(MAX_SEALED_NAME)?.to_vec(),
            },
            4 => Self::Form {
                form: FormId::from_bytes(r.array("a form")?),
                envelope: EnvelopeId(r.array("an envelope")?),
            },
            5 => Self::Files {
                form: FormId::from_bytes(r.array("a form")?),
                envelope: EnvelopeId(r.array("an envelope")?),
            },
            6 => Self::Revoke {
                member: MemberId::from_bytes(r.array("a member")?),
                trusted: read_list(&mut r, "the list of incarnations", MAX_INCARNATIONS, |r| {
                    Ok(Trusted {
                        incarnation: r.varint32()?,
                        sequence: r.varint()?,
                        envelope: EnvelopeId(r.array("an envelope")?),
                    })
                })?,
            },
            7 => Self::MembersKey {
                key: KemKeyId(r.array("a members' key id")?),
                sealed: read_list(&mut r, "the list of members", MAX_SEALED_TO, read_sealed)?,
            },
            8 => Self::Relay {
                sealed: r.bytes(MAX_SEALED_TEXT)?.to_vec(),
            },
            9 => Self::Policy {
                sealed: r.bytes(MAX_SEALED_TEXT)?.to_vec(),
            },
            10 => Self::Recovery {
                public: read_kem(&mut r)?,
                root: r.bytes(MAX_SEALED_TEXT)?.to_vec(),
            },
            11 if depth >= MAX_NESTED => {
                return Err(DecodeError::Contradiction("joins nest too deep"));
            }
            11 => Self::Join {
                entries: read_list(&mut r, "the joined entries", MAX_JOINED, |r| {
                    RosterEntry::read(r.bytes(MAX_ACT)?, depth + 1)
                })?,
            },
            tag => {
                return Ok(Self::Unknown {
                    tag,
                    bytes: bytes.to_vec(),
                });
            }
        };
        r.end()?;
        Ok(act)
    }
}

fn write_sealed(w: &mut Writer, sealed: &[SealedFor]) {
    w.varint(sealed.len() as u64);
    for one in sealed {
        w.fixed(one.member.as_bytes());
        w.fixed(one.kem.as_bytes());
        w.bytes(&one.sealed);
    }
}

fn read_sealed(r: &mut Reader<'_>) -> Result<SealedFor, DecodeError> {
    Ok(SealedFor {
        member: MemberId::from_bytes(r.array("a member")?),
        kem: KemKeyId(r.array("a member's key id")?),
        sealed: r.bytes(MAX_SEALED_SEED)?.to_vec(),
    })
}

fn read_kem(r: &mut Reader<'_>) -> Result<KemPublic, DecodeError> {
    let what = "an X-Wing key";
    KemPublic::from_bytes(r.take(KEM_PUBLIC_LENGTH, what)?).map_err(|_| DecodeError::Short {
        what,
        needed: KEM_PUBLIC_LENGTH,
    })
}

fn read_list<T>(
    r: &mut Reader<'_>,
    what: &'static str,
    limit: usize,
    mut one: impl FnMut(&mut Reader<'_>) -> Result<T, DecodeError>,
) -> Result<Vec<T>, DecodeError> {
    let count = r.count(what, limit)?;
    (0..count).map(|_| one(r)).collect()
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;

    use super::*;

    pub(crate) fn card(n: u8) -> MemberCard {
        MemberCard {
            member: MemberId::from_chance([n; 16]),
            incarnation: 1,
            sign: SignPublic([n; 32]),
            kem: KemPublic::from_bytes(&[n; KEM_PUBLIC_LENGTH]).unwrap(),
        }
    }

    pub(crate) fn entry(act: RosterAct) -> RosterEntry {
        RosterEntry {
            programme: ProgrammeId::from_chance([1; 16]),
            height: 7,
            previous: RosterHead([2; 32]),
            author: MemberId::from_chance([3; 16]),
            act,
            signature: [4; 64],
        }
    }

    fn acts() -> Vec<RosterAct> {
        let seeds = vec![SealedFor {
            member: MemberId::from_chance([5; 16]),
            kem: KemKeyId([6; 8]),
            sealed: vec![7; 100],
        }];
        let public = KemPublic::from_bytes(&[8; KEM_PUBLIC_LENGTH]).unwrap();
        vec![
            RosterAct::Found {
                root: SignPublic([9; 32]),
                name: vec![1],
                desks: vec![(card(1), vec![2])],
            },
            RosterAct::Admit {
                card: card(2),
                role: Role::ENUMERATOR,
                name: vec![3; 60],
                terms: None,
            },
            RosterAct::Epoch {
                compartment: CompartmentId::IDENTITY,
                number: 1,
                public,
                seeds,
                name: vec![4],
            },
            RosterAct::Form {
                form: FormId::from_chance([10; 16]),
                envelope: EnvelopeId([11; 32]),
            },
            RosterAct::Files {
                form: FormId::from_chance([10; 16]),
                envelope: EnvelopeId([12; 32]),
            },
            RosterAct::Unknown {
                tag: 77,
                bytes: vec![1, 2, 3],
            },
            RosterAct::Admit {
                card: card(3),
                role: Role::AUDITOR,
                name: vec![3; 60],
                terms: Some(Terms {
                    expires: 1_800_000_000,
                    scope: vec![13; 70],
                }),
            },
            RosterAct::Revoke {
                member: MemberId::from_chance([14; 16]),
                trusted: vec![Trusted {
                    incarnation: 1,
                    sequence: 300,
                    envelope: EnvelopeId([15; 32]),
                }],
            },
            RosterAct::MembersKey {
                key: KemKeyId([16; 8]),
                sealed: vec![SealedFor {
                    member: MemberId::from_chance([5; 16]),
                    kem: KemKeyId([6; 8]),
                    sealed: vec![7; 100],
                }],
            },
            RosterAct::Relay { sealed: vec![17; 90] },
            RosterAct::Policy { sealed: vec![18; 90] },
            RosterAct::Recovery {
                public: KemPublic::from_bytes(&[19; KEM_PUBLIC_LENGTH]).unwrap(),
                root: vec![20; 100],
            },
            RosterAct::Join {
                entries: vec![entry(RosterAct::Policy { sealed: vec![21; 90] })],
            },
        ]
    }

    #[test]
    fn joins_nest_no_deeper_than_people_would_need() {
        let mut join = entry(RosterAct::Join { entries: Vec::new() });
        for _ in 1..MAX_NESTED {
            join = entry(RosterAct::Join { entries: vec![join] });
        }
        assert_eq!(RosterEntry::from_bytes(&join.to_bytes()), Ok(join.clone()));
        let deeper = entry(RosterAct::Join { entries: vec![join] });
        assert_eq!(
            RosterEntry::from_bytes(&deeper.to_bytes()),
            Err(DecodeError::Contradiction("joins nest too deep"))
        );
    }

    #[test]
    fn every_act_comes_back() {
        for act in acts() {
            let entry = entry(act);
            assert_eq!(RosterEntry::from_bytes(&entry.to_bytes()), Ok(entry));
        }
    }

    #[test]
    fn the_entry_layouts_are_what_they_were() {
        let hashes: Vec<String> = acts()
            .into_iter()
            .map(|act| format!("{:?}", entry(act).head()))
            .collect();
        insta::assert_debug_snapshot!(hashes);
    }

    proptest! {
        #[test]
        fn any_bytes_decode_to_their_only_form_or_fail(mut bytes: Vec<u8>, real in 0..13usize, at in 0..400usize, flip: u8) {
            if let Ok(entry) = RosterEntry::from_bytes(&bytes) {
                prop_assert_eq!(entry.to_bytes(), bytes);
            }
            bytes = entry(acts().swap_remove(real)).to_bytes();
            let at = at % bytes.len();
            bytes[at] ^= flip;
            if let Ok(entry) = RosterEntry::from_bytes(&bytes) {
                prop_assert_eq!(entry.to_bytes(), bytes);
            }
        }
    }
}

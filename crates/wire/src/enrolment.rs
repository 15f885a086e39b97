//! How a device joins without a network: it shows a request, a desk answers with a certificate.
//!
//! ```text
//! request     := version(1) card name(text) signature(64, by the device)
//! certificate := version(1) programme(16) root fingerprint(32) member(16) desk(16)
//!                relay(text) relay key(flag 1, 32) role(1) expires(varint) roster height(varint) head(32)
//!                members' keys, sealed to the member (bytes) count(varint) roster entry(bytes)* signature(64, by the desk)
//! ```
//!
//! A certificate without roster entries fits one QR code; the roster then comes with the first sync or bundle, and
//! the certificate is checked against it.

use crate::armour::{ArmourError, armour, unarmour};
use crate::codec::{DecodeError, Reader, Writer};
use crate::ids::{MemberId, ProgrammeId, RosterHead, RosterPosition};
use crate::roster_entry::{MAX_ACT, MemberCard, Role, RosterEntry};

/// The word a request starts with.
pub const REQUEST_WORD: &str = "baraza-request-1";
/// The word a certificate starts with.
pub const CERTIFICATE_WORD: &str = "baraza-certificate-1";
/// The most bytes a member's name may have.
pub const MAX_NAME: usize = 200;
const VERSION: u8 = 1;
/// The most bytes a relay's address may have.
pub const MAX_URL: usize = 2000;
/// The most bytes the sealed members' keys may have.
const MAX_SEALED_KEYS: usize = 16 << 10;
const MAX_ENTRIES: usize = 10_000;

/// Why a request or certificate could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EnrolmentError {
    /// The text around it is not right.
    #[error(transparent)]
    Armour(#[from] ArmourError),
    /// The bytes in it are not right.
    #[error("it cannot be read: {0}")]
    Bytes(#[from] DecodeError),
}

/// What a device shows to be admitted. It holds no secret.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Request {
    /// The device's keys.
    pub card: MemberCard,
    /// What people call it.
    pub name: String,
    /// Ed25519 by the device over all the rest.
    pub signature: [u8; 64],
}

/// What a desk answers. Only the member it was made for can open the keys in it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Certificate {
    /// The programme.
    pub programme: ProgrammeId,
    /// BLAKE3 of the programme's root key.
    pub root: [u8; 32],
    /// The member it was made for.
    pub member: MemberId,
    /// The desk that made it.
    pub desk: MemberId,
    /// Where the relay is.
    pub relay: String,
    /// The hash of the relay's TLS key, if it has one.
    pub relay_key: Option<[u8; 32]>,
    /// What the member may do.
    pub role: Role,
    /// When the membership ends, in unix seconds; 0 for never.
    pub expires: u64,
    /// The roster's position at or after the member's admission.
    pub position: RosterPosition,
    /// The members' keys, newest first, sealed to the member.
    pub members_keys: Vec<u8>,
    /// The roster up to that position, or nothing.
    pub roster: Vec<RosterEntry>,
    /// Ed25519 by the desk over all the rest.
    pub signature: [u8; 64],
}

impl Request {
    /// Returns what the device signs.
    pub fn body(&self) -> Vec<u8> {
        let mut w = Writer::new();
        w.u8(VERSION);
        self.card.write(&mut w);
        w.text(&self.name);
        w.finish()
    }

    /// Returns it as one line of text.
    pub fn to_text(&self) -> String {
        let mut bytes = self.body();
        bytes.extend_from_slice(&self.signature);
        armour(REQUEST_WORD, &bytes)
    }

    /// Reads a line of text.
    pub fn from_text(text: &str) -> Result<Self, EnrolmentError> {
        Ok(Self::from_bytes(&unarmour(REQUEST_WORD, text)?)?)
    }

    /// Reads canonical bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut r = Reader::new(bytes);
        r.version("the request", VERSION)?;
        let request = Self {
            card: MemberCard::read(&mut r)?,
            name: r.text(MAX_NAME)?.to_owned(),
            signature: r.array("the signature")?,
        };
        r.end()?;
        Ok(request)
    }
}

impl Certificate {
    /// Returns what the desk signs.
    pub fn body(&self) -> Vec<u8> {
        let mut w = Writer::new();
        w.u8(VERSION);
        w.fixed(self.programme.as_bytes());
        w.fixed(&self.root);
        w.fixed(self.member.as_bytes());
        w.fixed(self.desk.as_bytes());
        w.text(&self.relay);
        match &self.relay_key {
            None => w.u8(0),
            Some(key) => {
                w.u8(1);
                w.fixed(key);
            }
        }
        w.u8(self.role.0);
        w.varint(self.expires);
        w.varint(self.position.height);
        w.fixed(self.position.head.as_bytes());
        w.bytes(&self.members_keys);
        w.varint(self.roster.len() as u64);
        for entry in &self.roster {
            w.bytes(&entry.to_bytes());
        }
        w.finish()
    }

    /// Returns it as one line of text.
    pub fn to_text(&self) -> String {
        let mut bytes = self.body();
        bytes.extend_from_slice(&self.signature);
        armour(CERTIFICATE_WORD, &bytes)
    }

    /// Reads a line of text.
    pub fn from_text(text: &str) -> Result<Self, EnrolmentError> {
        Ok(Self::from_bytes(&unarmour(CERTIFICATE_WORD, text)?)?)
    }

    /// Reads canonical bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut r = Reader::new(bytes);
        r.version("the certificate", VERSION)?;
        let programme = ProgrammeId::from_bytes(r.array("the programme")?);
        let root = r.array("the root's fingerprint")?;
        let member = MemberId::from_bytes(r.array("the member")?);
        let desk = MemberId::from_bytes(r.array("the desk")?);
        let relay = r.text(MAX_URL)?.to_owned();
        let relay_key = match r.u8("the relay key's flag")? {
            0 => None,
            1 => Some(r.array("the relay's key")?),
            value => {
                return Err(DecodeError::Unknown {
                    what: "the relay key's flag",
                    value: value.into(),
                });
            }
        };
        let role = Role(r.u8("a role")?);
        let expires = r.varint()?;
        let position = RosterPosition {
            height: r.varint()?,
            head: RosterHead(r.array("the roster head")?),
        };
        let members_keys = r.bytes(MAX_SEALED_KEYS)?.to_vec();
        let count = r.count("the roster", MAX_ENTRIES)?;
        let mut roster = Vec::new();
        for _ in 0..count {
            roster.push(RosterEntry::from_bytes(r.bytes(MAX_ACT + 1024)?)?);
        }
        let signature = r.array("the signature")?;
        r.end()?;
        Ok(Self {
            programme,
            root,
            member,
            desk,
            relay,
            relay_key,
            role,
            expires,
            position,
            members_keys,
            roster,
            signature,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::ids::{EnvelopeId, FormId};
    use crate::roster_entry::RosterAct;
    use crate::roster_entry::tests::{card, entry};

    fn certificate() -> Certificate {
        let act = RosterAct::Form {
            form: FormId::from_chance([1; 16]),
            envelope: EnvelopeId([2; 32]),
        };
        Certificate {
            programme: ProgrammeId::from_chance([1; 16]),
            root: [3; 32],
            member: MemberId::from_chance([4; 16]),
            desk: MemberId::from_chance([5; 16]),
            relay: "https://relay.example".into(),
            relay_key: Some([8; 32]),
            role: Role::ENUMERATOR,
            expires: 1_800_000_000,
            position: RosterPosition {
                height: 8,
                head: RosterHead([9; 32]),
            },
            members_keys: vec![6; 80],
            roster: vec![entry(act)],
            signature: [7; 64],
        }
    }

    #[test]
    fn a_request_comes_back_from_its_text() {
        let request = Request {
            card: card(1),
            name: "Amina's phone".into(),
            signature: [2; 64],
        };
        assert_eq!(Request::from_text(&request.to_text()), Ok(request));
    }

    #[test]
    fn a_certificate_comes_back_from_its_text() {
        assert_eq!(
            Certificate::from_text(&certificate().to_text()),
            Ok(certificate())
        );
    }

    #[test]
    fn a_certificate_is_not_a_request() {
        assert!(matches!(
            Request::from_text(&certificate().to_text()),
            Err(EnrolmentError::Armour(ArmourError::NotThat { .. }))
        ));
    }

    proptest! {
        #[test]
        fn any_bytes_decode_or_fail_cleanly(bytes: Vec<u8>, at in 0..300usize, flip: u8) {
            let _ = Request::from_bytes(&bytes);
            let _ = Certificate::from_bytes(&bytes);
            let mut bytes = certificate().body();
            bytes.extend_from_slice(&[7; 64]);
            let at = at % bytes.len();
            bytes[at] ^= flip;
            if let Ok(read) = Certificate::from_bytes(&bytes) {
                prop_assert_eq!([read.body(), read.signature.to_vec()].concat(), bytes);
            }
        }
    }
}

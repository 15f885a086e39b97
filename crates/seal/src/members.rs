//! What every member may read, and nobody else: names, titles, forms.

use rand_core::CryptoRng;
use thiserror::Error;
use wire::{CompartmentId, KemKeyId, KemPublic, KeyName, MemberId, ProgrammeId, SealedFor};

use crate::keys::{KemKey, MembersKey, RecordKey};
use crate::part::{self, PartContext};
use crate::payload;
use crate::to_key::{SealError, open_with, seal_to};

/// Why something under the members' key cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("this is sealed under a members' key this node does not have, or it was changed on the way")]
pub struct MembersOpenError;

/// What a text under the members' key is about, so that none can stand in for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct About {
    /// The programme.
    pub programme: ProgrammeId,
    /// Who sealed it.
    pub author: MemberId,
    /// What it names: the programme, a member, a compartment.
    pub subject: [u8; 16],
}

impl About {
    /// Says that a text names a compartment.
    pub fn compartment(programme: ProgrammeId, author: MemberId, compartment: CompartmentId) -> Self {
        let mut subject = [0; 16];
        subject[0] = compartment.0;
        Self {
            programme,
            author,
            subject,
        }
    }

    /// Says that a text names the scope of a member: where or on what they work.
    pub fn scope(programme: ProgrammeId, author: MemberId, member: MemberId) -> Self {
        let hash = blake3::derive_key("baraza/1 scope of a member", member.as_bytes());
        Self {
            programme,
            author,
            subject: hash.first_chunk().copied().unwrap_or_default(),
        }
    }

    /// Says that a text tells where the relay is.
    pub fn relay(programme: ProgrammeId, author: MemberId) -> Self {
        Self {
            programme,
            author,
            subject: *b"relay's  address",
        }
    }

    /// Says that a text is the programme's policy.
    pub fn policy(programme: ProgrammeId, author: MemberId) -> Self {
        Self {
            programme,
            author,
            subject: *b"programme policy",
        }
    }

    fn context(&self, key: &MembersKey) -> PartContext {
        PartContext {
            programme: self.programme,
            subject: self.subject,
            compartment: CompartmentId::MEMBERS,
            author: self.author,
            key: KeyName::Members(key.id()),
        }
    }
}

/// Seals a text, padded so that short ones have one length.
pub fn seal_text(key: &MembersKey, about: &About, text: &str, rng: &mut impl CryptoRng) -> Vec<u8> {
    part::seal(
        &as_record_key(key),
        &about.context(key),
        &payload::pack(text.as_bytes(), None),
        rng,
    )
}

/// Opens what [`seal_text`] made.
pub fn open_text(key: &MembersKey, about: &About, sealed: &[u8]) -> Result<String, MembersOpenError> {
    let packed =
        part::open(&as_record_key(key), &about.context(key), sealed).map_err(|_| MembersOpenError)?;
    let text = payload::unpack(&packed, |_| None).map_err(|_| MembersOpenError)?;
    String::from_utf8(text.to_vec()).map_err(|_| MembersOpenError)
}

/// All generations of the members' key that a node has, newest first.
#[derive(Debug, Clone)]
pub struct Keyring {
    newest: MembersKey,
    older: Vec<MembersKey>,
}

impl Keyring {
    /// Takes the keys, newest first. `None` if there is none.
    pub fn new(keys: impl IntoIterator<Item = MembersKey>) -> Option<Self> {
        let mut keys = keys.into_iter();
        let newest = keys.next()?;
        Some(Self {
            newest,
            older: keys.collect(),
        })
    }

    /// Returns the key that is written with.
    pub fn newest(&self) -> &MembersKey {
        &self.newest
    }

    /// Returns all keys, newest first.
    pub fn iter(&self) -> impl Iterator<Item = &MembersKey> {
        std::iter::once(&self.newest).chain(&self.older)
    }

    /// Returns the key with this id.
    pub fn find(&self, id: KemKeyId) -> Option<&MembersKey> {
        self.iter().find(|key| key.id() == id)
    }

    /// Opens what [`seal_text`] made with any of the keys.
    pub fn open_text(&self, about: &About, sealed: &[u8]) -> Result<String, MembersOpenError> {
        self.iter()
            .find_map(|key| open_text(key, about, sealed).ok())
            .ok_or(MembersOpenError)
    }
}

/// Returns the members' key as the key of an envelope's part.
pub fn as_record_key(key: &MembersKey) -> RecordKey {
    RecordKey::from_bytes(*key.as_bytes())
}

/// What a members' key is sealed for when the roster hands it out.
const HANDED: &[u8] = b"baraza/1 members' key by roster";

/// Seals a members' key to one member, or to the recovery key, for the roster.
///
/// # Errors
/// The member's key cannot be sealed to.
pub fn hand_key(
    key: &MembersKey,
    programme: ProgrammeId,
    (member, kem): (MemberId, &KemPublic),
    rng: &mut impl CryptoRng,
) -> Result<SealedFor, SealError> {
    let aad = handed_aad(programme, key.id(), member);
    Ok(SealedFor {
        member,
        kem: kem.id(),
        sealed: seal_to(kem, HANDED, &aad, key.as_bytes(), rng)?,
    })
}

/// Opens what [`hand_key`] made. `None` if it is not for this key, was changed, or is another key than `id` says.
pub fn take_key(
    id: KemKeyId,
    programme: ProgrammeId,
    handed: &SealedFor,
    kem: &KemKey,
) -> Option<MembersKey> {
    let aad = handed_aad(programme, id, handed.member);
    let opened = open_with(kem, HANDED, &aad, &handed.sealed).ok()?;
    let key = MembersKey::from_bytes(opened.as_slice().try_into().ok()?);
    (key.id() == id).then_some(key)
}

fn handed_aad(programme: ProgrammeId, key: KemKeyId, to: MemberId) -> Vec<u8> {
    [&programme.as_bytes()[..], key.as_bytes(), to.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng as _;
    use rand::rngs::ChaCha20Rng;

    use super::*;

    #[test]
    fn a_members_key_is_handed_to_one_member_under_its_own_id() {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let (kem, other) = (KemKey::make(&mut rng), KemKey::make(&mut rng));
        let programme = ProgrammeId::from_chance([1; 16]);
        let member = MemberId::from_chance([2; 16]);
        let public = kem.public();
        let key = MembersKey::make(&mut rng);
        let handed = hand_key(&key, programme, (member, &public), &mut rng).unwrap();
        assert_eq!(
            take_key(key.id(), programme, &handed, &kem).unwrap().as_bytes(),
            key.as_bytes()
        );
        assert!(take_key(key.id(), programme, &handed, &other).is_none());
        assert!(take_key(KemKeyId([9; 8]), programme, &handed, &kem).is_none());
        let elsewhere = ProgrammeId::from_chance([3; 16]);
        assert!(take_key(key.id(), elsewhere, &handed, &kem).is_none());
        let for_another = SealedFor {
            member: MemberId::from_chance([4; 16]),
            ..handed
        };
        assert!(take_key(key.id(), programme, &for_another, &kem).is_none());
    }
}

//! The roster: who is a member, what they may do, and which keys are current.
//!
//! Every node builds it alone from the signed entries, so nobody has to be believed: the founding is
//! signed by the programme's root key, whose fingerprint is in the certificate, and every later entry by
//! a member the roster already has and who may write it. Desks are admitted, and the recovery key is changed,
//! by the root key alone.

use std::collections::{BTreeMap, BTreeSet};

use thiserror::Error;
use wire::{
    CompartmentId, EnvelopeId, FormId, KemKeyId, KemPublic, MemberCard, MemberId, ProgrammeId, Role,
    RosterAct, RosterEntry, RosterHead, RosterPosition, SealedFor, SignPublic, Terms, Trusted,
};

use crate::sign::{self, Signing};

mod apply;
mod join;
mod tree;
pub mod write;

pub use tree::Sides;

/// Why an entry is not part of the roster.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RosterError {
    /// The first entry is not a founding.
    #[error("the roster does not begin with a founding")]
    NotFounded,
    /// It belongs to another programme.
    #[error("the entry belongs to another programme")]
    OtherProgramme,
    /// It does not follow the last entry.
    #[error("entry {given} does not follow entry {here}; read the roster again and repeat what you did")]
    NotNext {
        /// The height of the last entry here.
        here: u64,
        /// The height of the entry given.
        given: u64,
    },
    /// It follows an entry that another one follows already: the roster is split.
    #[error(
        "entry {height} is another one than the entry {height} here: two desks changed the roster without knowing of \
         one another, or somebody shows two rosters. A coordinator must join them"
    )]
    Rival {
        /// The height at which two entries stand.
        height: u64,
    },
    /// Nothing can be appended before a coordinator joins both sides.
    #[error("the roster is split; a coordinator must join it first")]
    Split,
    /// Its author may not write the roster.
    #[error("member {0} may not change the roster")]
    NotAllowed(MemberId),
    /// It is not signed by its author.
    #[error("entry {0} is not signed by its author")]
    BadSignature(u64),
    /// The root key is not the one the certificate names.
    #[error("the programme's root key is not the one in the certificate")]
    OtherRoot,
    /// What it does contradicts the roster.
    #[error("entry {height} contradicts the roster: {why}")]
    Contradiction {
        /// Which entry.
        height: u64,
        /// In what.
        why: &'static str,
    },
}

/// A member as the roster knows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Their keys.
    pub card: MemberCard,
    /// What they may do.
    pub role: Role,
    /// Their name, under the members' key.
    pub name: Vec<u8>,
    /// The height of the entry that admitted them.
    pub since: u64,
    /// On which terms, if there are any.
    pub terms: Option<Terms>,
}

/// How a member lost the programme's trust.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revocation {
    /// The last envelope that is trusted of each incarnation.
    pub trusted: Vec<Trusted>,
    /// The height of the entry that revoked them.
    pub height: u64,
}

/// A generation of the members' key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MembersKeyHanded {
    /// The key's id.
    pub key: KemKeyId,
    /// The key, for each member.
    pub sealed: Vec<SealedFor>,
    /// Who sealed it.
    pub author: MemberId,
}

/// Something that is said under the members' key: the relay's address, the policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedText {
    /// The text.
    pub sealed: Vec<u8>,
    /// Who sealed it.
    pub author: MemberId,
}

/// The key that stands in for a lost desk. People keep its secret half, in shares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recovery {
    /// What is sealed to it.
    pub public: KemPublic,
    /// The root key's seed and what else a lost desk kept, sealed to it: see [`crate::recovery`].
    pub root: Vec<u8>,
}

/// One generation of a compartment's reading key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Epoch {
    /// The compartment.
    pub compartment: CompartmentId,
    /// The generation, from 1.
    pub number: u32,
    /// What writers seal to.
    pub public: KemPublic,
    /// The seed, for each desk that may read.
    pub seeds: Vec<SealedFor>,
    /// The compartment's name, under the members' key.
    pub name: Vec<u8>,
}

/// A published version of a form, or of the list of its files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishedForm {
    /// The envelope that carries it.
    pub envelope: EnvelopeId,
    /// The height of the entry that published it.
    pub height: u64,
}

/// The roster, as far as a node has it. Every entry in it is verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Roster {
    programme: ProgrammeId,
    root: SignPublic,
    name: Vec<u8>,
    heads: Vec<RosterHead>,
    members: BTreeMap<MemberId, Member>,
    epochs: BTreeMap<CompartmentId, Vec<Epoch>>,
    /// Epochs of a joined side whose number was taken: what was sealed to them still opens.
    alternates: Vec<Epoch>,
    revoked: BTreeMap<MemberId, Revocation>,
    members_keys: Vec<MembersKeyHanded>,
    relay: Option<SealedText>,
    policy: Option<SealedText>,
    recovery: Option<Recovery>,
    /// Positions on the other side of a split.
    aside: BTreeSet<(u64, RosterHead)>,
    split: bool,
    forms: BTreeMap<FormId, Vec<PublishedForm>>,
    files: BTreeMap<FormId, Vec<PublishedForm>>,
}

/// Returns the fingerprint of a root key that certificates carry: its BLAKE3 hash.
pub fn fingerprint(root: &SignPublic) -> [u8; 32] {
    *blake3::hash(root.as_bytes()).as_bytes()
}

impl Roster {
    /// Begins a roster with its founding, after checking it.
    pub fn begin(founding: &RosterEntry) -> Result<Self, RosterError> {
        let RosterAct::Found { root, name, desks } = &founding.act else {
            return Err(RosterError::NotFounded);
        };
        if founding.height != 1 || founding.previous != RosterPosition::EMPTY.head {
            return Err(RosterError::NotFounded);
        }
        sign::check(root, Signing::RosterEntry, &founding.body(), &founding.signature)
            .map_err(|_| RosterError::BadSignature(1))?;
        let mut roster = Self {
            programme: founding.programme,
            root: *root,
            name: name.clone(),
            heads: vec![founding.head()],
            members: BTreeMap::new(),
            epochs: BTreeMap::new(),
            alternates: Vec::new(),
            revoked: BTreeMap::new(),
            members_keys: Vec::new(),
            relay: None,
            policy: None,
            recovery: None,
            aside: BTreeSet::new(),
            split: false,
            forms: BTreeMap::new(),
            files: BTreeMap::new(),
        };
        for (card, name) in desks {
            roster.admit(1, card, Role::COORDINATOR, name, None)?;
        }
        if !roster.is_desk(&founding.author) {
            return Err(RosterError::NotAllowed(founding.author));
        }
        Ok(roster)
    }

    /// Rebuilds a roster from all of its entries.
    pub fn from_entries<'a>(entries: impl IntoIterator<Item = &'a RosterEntry>) -> Result<Self, RosterError> {
        let mut entries = entries.into_iter();
        let mut roster = Self::begin(entries.next().ok_or(RosterError::NotFounded)?)?;
        entries.try_for_each(|entry| roster.append(entry))?;
        Ok(roster)
    }

    /// Appends the next entry, after checking it. A refused entry changes nothing.
    pub fn append(&mut self, entry: &RosterEntry) -> Result<(), RosterError> {
        if entry.programme != self.programme {
            return Err(RosterError::OtherProgramme);
        }
        if self.split {
            return Err(RosterError::Split);
        }
        let here = self.position();
        if entry.height != here.height + 1 || entry.previous != here.head {
            return Err(self.misplaced(entry));
        }
        self.check_author(entry)?;
        self.apply(entry)?;
        self.heads.push(entry.head());
        Ok(())
    }

    /// Says why an entry does not follow the last one.
    fn misplaced(&self, entry: &RosterEntry) -> RosterError {
        let before = RosterPosition {
            height: entry.height.saturating_sub(1),
            head: entry.previous,
        };
        if self.on_chain(&before) && !self.on_chain(&entry.position()) && before != self.position() {
            return RosterError::Rival { height: entry.height };
        }
        RosterError::NotNext {
            here: self.position().height,
            given: entry.height,
        }
    }

    /// Returns the programme.
    pub fn programme(&self) -> ProgrammeId {
        self.programme
    }

    /// Returns the programme's root key.
    pub fn root(&self) -> &SignPublic {
        &self.root
    }

    /// Returns the programme's name, under the members' key.
    pub fn name(&self) -> &[u8] {
        &self.name
    }

    /// Returns how many entries there are and the last one's hash.
    pub fn position(&self) -> RosterPosition {
        let head = self.heads.last().copied().unwrap_or(RosterPosition::EMPTY.head);
        RosterPosition {
            height: self.heads.len() as u64,
            head,
        }
    }

    /// Returns whether `position` lies on this roster, also on a side that was joined or waits to be; nothing is known
    /// of what lies above it.
    pub fn holds(&self, position: &RosterPosition) -> bool {
        self.on_chain(position) || self.aside.contains(&(position.height, position.head))
    }

    /// Returns whether two entries follow one, and no coordinator has joined them yet: only what stands before them
    /// and the revocations of both sides hold.
    pub fn is_split(&self) -> bool {
        self.split
    }

    /// Returns whether `position` lies on the chain itself, and not on a side of it.
    pub fn on_chain(&self, position: &RosterPosition) -> bool {
        let index = position
            .height
            .checked_sub(1)
            .and_then(|index| usize::try_from(index).ok());
        index.and_then(|index| self.heads.get(index)) == Some(&position.head)
    }

    /// Returns a member.
    pub fn member(&self, id: &MemberId) -> Option<&Member> {
        self.members.get(id)
    }

    /// Returns all members, by id.
    pub fn members(&self) -> impl Iterator<Item = &Member> {
        self.members.values()
    }

    /// Returns whether a member runs a desk, and is trusted.
    pub fn is_desk(&self, id: &MemberId) -> bool {
        self.has(id, Role::runs_desk)
    }

    /// Returns whether a member may change the roster.
    pub fn is_coordinator(&self, id: &MemberId) -> bool {
        self.has(id, |role| role == Role::COORDINATOR)
    }

    /// Returns whether a member may revoke others and erase records.
    pub fn may_erase(&self, id: &MemberId) -> bool {
        self.has(id, may_erase)
    }

    /// Returns how a member was revoked, if they were.
    pub fn revocation(&self, id: &MemberId) -> Option<&Revocation> {
        self.revoked.get(id)
    }

    /// Returns whether a member's time is over at `now`, in unix seconds.
    pub fn is_expired(&self, id: &MemberId, now: i64) -> bool {
        let terms = self.members.get(id).and_then(|member| member.terms.as_ref());
        terms.is_some_and(|terms| {
            terms.expires != 0 && u64::try_from(now).is_ok_and(|now| now >= terms.expires)
        })
    }

    /// Returns the members who are trusted, by id.
    pub fn trusted_members(&self) -> impl Iterator<Item = &Member> {
        self.members
            .values()
            .filter(|member| !self.revoked.contains_key(&member.card.member))
    }

    /// Returns whether somebody who is not trusted any more was handed a key that is written with still: the members'
    /// key, or the seed of an epoch. A coordinator renews them then.
    pub fn needs_new_keys(&self) -> bool {
        let revoked = |sealed: &SealedFor| self.revoked.contains_key(&sealed.member);
        let last = self.members_keys.last().map(|last| last.key);
        let handed = self.members_keys.iter().filter(|handed| Some(handed.key) == last);
        let members_key = last.is_none() || handed.flat_map(|handed| &handed.sealed).any(revoked);
        let current = self.epochs.values().filter_map(|epochs| epochs.last());
        !self.revoked.is_empty() && (members_key || current.flat_map(|epoch| &epoch.seeds).any(revoked))
    }

    fn has(&self, id: &MemberId, may: impl FnOnce(Role) -> bool) -> bool {
        !self.revoked.contains_key(id) && self.members.get(id).is_some_and(|member| may(member.role))
    }

    /// Returns the current epoch of a compartment.
    pub fn epoch(&self, compartment: CompartmentId) -> Option<&Epoch> {
        self.epochs.get(&compartment)?.last()
    }

    /// Returns every epoch of every compartment, in order, and then those of a joined side whose number was taken.
    pub fn epochs(&self) -> impl Iterator<Item = &Epoch> {
        self.epochs.values().flatten().chain(&self.alternates)
    }

    /// Returns the compartments that have a reading key.
    pub fn compartments(&self) -> impl Iterator<Item = CompartmentId> {
        self.epochs.keys().copied()
    }

    /// Returns whether a member may read a compartment: they are trusted, and some epoch's seed was sealed to them.
    pub fn may_read(&self, member: &MemberId, compartment: CompartmentId) -> bool {
        !self.revoked.contains_key(member)
            && self
                .epochs()
                .filter(|epoch| epoch.compartment == compartment)
                .any(|epoch| epoch.seeds.iter().any(|seed| seed.member == *member))
    }

    /// Returns the generations of the members' key that were handed out by roster, oldest first. The first key of all
    /// came with the certificate.
    pub fn members_keys(&self) -> &[MembersKeyHanded] {
        &self.members_keys
    }

    /// Returns where the relay is, if that changed since the founding.
    pub fn relay(&self) -> Option<&SealedText> {
        self.relay.as_ref()
    }

    /// Returns the programme's policy.
    pub fn policy(&self) -> Option<&SealedText> {
        self.policy.as_ref()
    }

    /// Returns the programme's recovery key.
    pub fn recovery(&self) -> Option<&Recovery> {
        self.recovery.as_ref()
    }

    /// Returns the published forms with their versions, oldest first.
    pub fn forms(&self) -> impl Iterator<Item = (&FormId, &[PublishedForm])> {
        self.forms.iter().map(|(id, versions)| (id, versions.as_slice()))
    }

    /// Returns the lists of the files that belong to a form, oldest first: the last one holds.
    pub fn files(&self, form: &FormId) -> &[PublishedForm] {
        self.files.get(form).map(Vec::as_slice).unwrap_or_default()
    }
}

/// Returns whether members of this role may erase records and revoke others.
pub fn may_erase(role: Role) -> bool {
    matches!(role, Role::COORDINATOR | Role::PROTECTION_OFFICER)
}

/// Returns whether members of this role may write down that consent was taken back.
pub fn may_withdraw(role: Role) -> bool {
    role.runs_desk() || role == Role::ENUMERATOR
}

/// The member that stands for the recovery key where something is sealed to members.
pub const RECOVERY: MemberId = MemberId::from_bytes([0; 16]);

#[cfg(test)]
mod tests;

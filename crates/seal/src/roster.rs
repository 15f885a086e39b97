//! The roster: who is a member, what they may do, and which keys are current.
//!
//! Every node builds it alone from the signed entries, so nobody has to be believed: the founding is
//! signed by the programme's root key, whose fingerprint is in the certificate, and every later entry by
//! a desk the roster already has.

use std::collections::BTreeMap;

use thiserror::Error;
use wire::{
    CompartmentId, EnvelopeId, FormId, KemPublic, MemberCard, MemberId, ProgrammeId, Role, RosterAct,
    RosterEntry, RosterHead, RosterPosition, SealedFor, SignPublic,
};

use crate::sign::{self, Signing};

pub mod write;

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
            forms: BTreeMap::new(),
            files: BTreeMap::new(),
        };
        for (card, name) in desks {
            roster.admit(1, card, Role::COORDINATOR, name)?;
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
        let here = self.position();
        if entry.height != here.height + 1 || entry.previous != here.head {
            return Err(RosterError::NotNext {
                here: here.height,
                given: entry.height,
            });
        }
        let author = self
            .members
            .get(&entry.author)
            .filter(|member| member.role == Role::COORDINATOR);
        let author = author.ok_or(RosterError::NotAllowed(entry.author))?;
        sign::check(
            &author.card.sign,
            Signing::RosterEntry,
            &entry.body(),
            &entry.signature,
        )
        .map_err(|_| RosterError::BadSignature(entry.height))?;
        self.apply(entry)?;
        self.heads.push(entry.head());
        Ok(())
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

    /// Returns whether `position` lies on this roster; nothing is known of what lies above it.
    pub fn holds(&self, position: &RosterPosition) -> bool {
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

    /// Returns whether a member runs a desk.
    pub fn is_desk(&self, id: &MemberId) -> bool {
        self.members
            .get(id)
            .is_some_and(|member| member.role == Role::COORDINATOR)
    }

    /// Returns the current epoch of a compartment.
    pub fn epoch(&self, compartment: CompartmentId) -> Option<&Epoch> {
        self.epochs.get(&compartment)?.last()
    }

    /// Returns every epoch of every compartment, in order.
    pub fn epochs(&self) -> impl Iterator<Item = &Epoch> {
        self.epochs.values().flatten()
    }

    /// Returns the compartments that have a reading key.
    pub fn compartments(&self) -> impl Iterator<Item = CompartmentId> {
        self.epochs.keys().copied()
    }

    /// Returns whether a member may read a compartment: some epoch's seed was sealed to them.
    pub fn may_read(&self, member: &MemberId, compartment: CompartmentId) -> bool {
        let epochs = self
            .epochs
            .get(&compartment)
            .map(Vec::as_slice)
            .unwrap_or_default();
        epochs
            .iter()
            .any(|epoch| epoch.seeds.iter().any(|seed| seed.member == *member))
    }

    /// Returns the published forms with their versions, oldest first.
    pub fn forms(&self) -> impl Iterator<Item = (&FormId, &[PublishedForm])> {
        self.forms.iter().map(|(id, versions)| (id, versions.as_slice()))
    }

    /// Returns the lists of the files that belong to a form, oldest first: the last one holds.
    pub fn files(&self, form: &FormId) -> &[PublishedForm] {
        self.files.get(form).map(Vec::as_slice).unwrap_or_default()
    }

    fn apply(&mut self, entry: &RosterEntry) -> Result<(), RosterError> {
        let contradiction = |why| RosterError::Contradiction {
            height: entry.height,
            why,
        };
        match &entry.act {
            RosterAct::Found { .. } => Err(contradiction("the programme is founded already")),
            RosterAct::Admit { card, role, name } => {
                if *role == Role::COORDINATOR {
                    return Err(contradiction(
                        "only the founding, signed by the root key, names desks",
                    ));
                }
                self.admit(entry.height, card, *role, name)
            }
            RosterAct::Epoch {
                compartment,
                number,
                public,
                seeds,
                name,
            } => {
                if compartment.0 >= CompartmentId::MEMBERS.0 {
                    return Err(contradiction("this number is not a compartment"));
                }
                let last = self.epoch(*compartment).map_or(0, |epoch| epoch.number);
                if last.checked_add(1) != Some(*number) {
                    return Err(contradiction("the epoch does not follow the last one"));
                }
                let for_desks = seeds.iter().all(|seed| {
                    let member = self.members.get(&seed.member);
                    member.is_some_and(|m| m.role == Role::COORDINATOR && m.card.kem.id() == seed.kem)
                });
                if seeds.is_empty() || !for_desks {
                    return Err(contradiction("the epoch's seed is not sealed to desks alone"));
                }
                let (compartment, number) = (*compartment, *number);
                let (public, seeds, name) = (public.clone(), seeds.clone(), name.clone());
                let epoch = Epoch {
                    compartment,
                    number,
                    public,
                    seeds,
                    name,
                };
                self.epochs.entry(compartment).or_default().push(epoch);
                Ok(())
            }
            RosterAct::Form { form, envelope } => {
                let published = PublishedForm {
                    envelope: *envelope,
                    height: entry.height,
                };
                self.forms.entry(*form).or_default().push(published);
                Ok(())
            }
            RosterAct::Files { form, envelope } => {
                let published = PublishedForm {
                    envelope: *envelope,
                    height: entry.height,
                };
                self.files.entry(*form).or_default().push(published);
                Ok(())
            }
            RosterAct::Unknown { .. } => Ok(()),
        }
    }

    fn admit(&mut self, height: u64, card: &MemberCard, role: Role, name: &[u8]) -> Result<(), RosterError> {
        let contradiction = |why| Err(RosterError::Contradiction { height, why });
        if self.members.contains_key(&card.member) {
            return contradiction("the member is admitted already");
        }
        // A key that two members share would let one sign as the other.
        if self
            .members
            .values()
            .any(|m| m.card.sign == card.sign || m.card.kem == card.kem)
        {
            return contradiction("another member has the same key");
        }
        let member = Member {
            card: card.clone(),
            role,
            name: name.to_vec(),
            since: height,
        };
        self.members.insert(card.member, member);
        Ok(())
    }
}

#[cfg(test)]
mod tests;

//! Who may write an entry, and what it changes.

use wire::{CompartmentId, KemPublic, MemberCard, Role, RosterAct, RosterEntry, SealedFor, Terms, Trusted};

use super::{
    Epoch, Member, MembersKeyHanded, PublishedForm, RECOVERY, Recovery, Revocation, Roster, RosterError,
    SealedText, may_erase,
};
use crate::sign::{self, Signing};

impl Roster {
    /// Checks that an entry's author may write it and signed it.
    pub(super) fn check_author(&self, entry: &RosterEntry) -> Result<(), RosterError> {
        let not_allowed = RosterError::NotAllowed(entry.author);
        let author = self.members.get(&entry.author).ok_or(not_allowed.clone())?;
        let allowed = match &entry.act {
            RosterAct::Revoke { .. } => may_erase(author.role),
            // Whoever may revoke may also bring revocations from the other side.
            RosterAct::Join { entries } if only_revocations(entries) => may_erase(author.role),
            _ => author.role == Role::COORDINATOR,
        };
        if !allowed || self.revoked.contains_key(&entry.author) {
            return Err(not_allowed);
        }
        let key = if by_root(&entry.act) {
            &self.root
        } else {
            &author.card.sign
        };
        sign::check(key, Signing::RosterEntry, &entry.body(), &entry.signature)
            .map_err(|_| RosterError::BadSignature(entry.height))
    }

    pub(super) fn apply(&mut self, entry: &RosterEntry) -> Result<(), RosterError> {
        let contradiction = |why| RosterError::Contradiction {
            height: entry.height,
            why,
        };
        match &entry.act {
            RosterAct::Found { .. } => return Err(contradiction("the programme is founded already")),
            RosterAct::Admit {
                card,
                role,
                name,
                terms,
            } => return self.admit(entry.height, card, *role, name, terms.clone()),
            RosterAct::Epoch {
                compartment,
                number,
                public,
                seeds,
                name,
            } => {
                self.check_epoch(*compartment, seeds).map_err(contradiction)?;
                let last = self.epoch(*compartment).map_or(0, |epoch| epoch.number);
                if last.checked_add(1) != Some(*number) {
                    return Err(contradiction("the epoch does not follow the last one"));
                }
                let epoch = epoch(*compartment, *number, public, seeds, name);
                self.epochs.entry(*compartment).or_default().push(epoch);
            }
            RosterAct::Form { form, envelope } => {
                let published = PublishedForm {
                    envelope: *envelope,
                    height: entry.height,
                };
                self.forms.entry(*form).or_default().push(published);
            }
            RosterAct::Files { form, envelope } => {
                let published = PublishedForm {
                    envelope: *envelope,
                    height: entry.height,
                };
                self.files.entry(*form).or_default().push(published);
            }
            RosterAct::Revoke { member, trusted } => {
                self.revoke(entry.height, member, trusted)
                    .map_err(contradiction)?;
            }
            RosterAct::MembersKey { key, sealed } => {
                let recovery = self.recovery.as_ref().map(|recovery| recovery.public.id());
                let known = |one: &SealedFor| {
                    if one.member == RECOVERY {
                        return recovery == Some(one.kem);
                    }
                    let member = self.members.get(&one.member);
                    member.is_some_and(|member| member.card.kem.id() == one.kem)
                        && !self.revoked.contains_key(&one.member)
                };
                if !sealed.iter().all(known) {
                    return Err(contradiction(
                        "the members' key is sealed to others than members and the recovery key",
                    ));
                }
                self.members_keys.push(MembersKeyHanded {
                    key: *key,
                    sealed: sealed.clone(),
                    author: entry.author,
                });
            }
            RosterAct::Relay { sealed } => self.relay = Some(said(entry, sealed)),
            RosterAct::Policy { sealed } => self.policy = Some(said(entry, sealed)),
            RosterAct::Recovery { public, root } => {
                self.recovery = Some(Recovery {
                    public: public.clone(),
                    root: root.clone(),
                });
            }
            RosterAct::Join { entries } => self.join(entries).map_err(contradiction)?,
            RosterAct::Unknown { .. } => {}
        }
        Ok(())
    }

    pub(super) fn admit(
        &mut self,
        height: u64,
        card: &MemberCard,
        role: Role,
        name: &[u8],
        terms: Option<Terms>,
    ) -> Result<(), RosterError> {
        let contradiction = |why| Err(RosterError::Contradiction { height, why });
        if self.members.contains_key(&card.member) || card.member == RECOVERY {
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
            terms,
        };
        self.members.insert(card.member, member);
        Ok(())
    }

    /// Checks that an epoch's seed is sealed to those who may read the compartment, and to nobody else.
    pub(super) fn check_epoch(
        &self,
        compartment: CompartmentId,
        seeds: &[SealedFor],
    ) -> Result<(), &'static str> {
        if compartment.0 >= CompartmentId::MEMBERS.0 {
            return Err("this number is not a compartment");
        }
        let recovery = self.recovery.as_ref().map(|recovery| recovery.public.id());
        let allowed = |seed: &SealedFor| {
            if seed.member == RECOVERY {
                return recovery == Some(seed.kem);
            }
            let member = self.members.get(&seed.member);
            member.is_some_and(|m| m.role.reads(compartment) && m.card.kem.id() == seed.kem)
                && !self.revoked.contains_key(&seed.member)
        };
        if !seeds.iter().any(|seed| seed.member != RECOVERY) || !seeds.iter().all(allowed) {
            return Err("the epoch's seed is not sealed to desks alone");
        }
        if recovery.is_some() && !seeds.iter().any(|seed| seed.member == RECOVERY) {
            return Err("the epoch's seed is not sealed to the recovery key");
        }
        Ok(())
    }

    /// Revokes a member, or narrows what is trusted of one who was revoked before.
    pub(super) fn revoke(
        &mut self,
        height: u64,
        member: &wire::MemberId,
        trusted: &[Trusted],
    ) -> Result<(), &'static str> {
        let Some(known) = self.members.get(member) else {
            return Err("who is revoked is not a member");
        };
        let ordered = trusted
            .iter()
            .zip(trusted.iter().skip(1))
            .all(|(one, next)| one.incarnation < next.incarnation);
        if !ordered {
            return Err("the trusted envelopes are not one for each incarnation, in order");
        }
        let others = self
            .trusted_members()
            .any(|other| other.role == Role::COORDINATOR && other.card.member != *member);
        if known.role == Role::COORDINATOR && !others {
            return Err("the last coordinator cannot be revoked; recover on a new desk first");
        }
        let trusted = match self.revoked.get(member) {
            // Of two revocations, what both trust.
            Some(before) => trusted
                .iter()
                .filter_map(|last| {
                    let other = before
                        .trusted
                        .iter()
                        .find(|o| o.incarnation == last.incarnation)?;
                    Some(if other.sequence < last.sequence {
                        *other
                    } else {
                        *last
                    })
                })
                .collect(),
            None => trusted.to_vec(),
        };
        self.revoked.insert(*member, Revocation { trusted, height });
        Ok(())
    }
}

fn only_revocations(entries: &[RosterEntry]) -> bool {
    let revokes = |entry: &RosterEntry| match &entry.act {
        RosterAct::Join { entries } => only_revocations(entries),
        act => matches!(act, RosterAct::Revoke { .. }),
    };
    entries.iter().all(revokes)
}

/// Returns whether only the root key may sign an act.
pub(super) fn by_root(act: &RosterAct) -> bool {
    match act {
        RosterAct::Admit { role, .. } => role.runs_desk(),
        RosterAct::Recovery { .. } => true,
        _ => false,
    }
}

pub(super) fn epoch(
    compartment: CompartmentId,
    number: u32,
    public: &KemPublic,
    seeds: &[SealedFor],
    name: &[u8],
) -> Epoch {
    Epoch {
        compartment,
        number,
        public: public.clone(),
        seeds: seeds.to_vec(),
        name: name.to_vec(),
    }
}

fn said(entry: &RosterEntry, sealed: &[u8]) -> SealedText {
    SealedText {
        sealed: sealed.to_vec(),
        author: entry.author,
    }
}

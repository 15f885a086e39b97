//! The roster, for people to look at and to carry.

use seal::roster::{Roster, may_erase};
use seal::words;
use serde::Serialize;
use thiserror::Error;
use wire::bundle::BundleWriter;
use wire::{Frame, Role};

use crate::Notebook;
use crate::compartments::Compartments;
use crate::deeds::admit::AdmitError;
use crate::deeds::members::MemberView;
use crate::deeds::relay::{SaidRelay, relay_of};
use crate::notebook::NoProgramme;
use crate::store::{StoreError, roster};

/// Why the roster cannot be shown or carried.
#[derive(Debug, Error)]
pub enum RosterViewError {
    /// There is no programme.
    #[error(transparent)]
    NoProgramme(#[from] NoProgramme),
    /// The notebook cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The roster, as people see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RosterView {
    /// The programme's id.
    pub programme: String,
    /// BLAKE3 of the programme's root key, in hexadecimal.
    pub fingerprint: String,
    /// How many entries there are.
    pub height: u64,
    /// The last entry's hash, in hexadecimal.
    pub head: String,
    /// The head as words: two members who have the same words have the same roster.
    pub words: String,
    /// Whether two desks changed the roster without knowing of one another, and nobody has joined both sides yet.
    pub split: bool,
    /// Where the roster says the relay is, if it says so.
    pub relay: Option<SaidRelay>,
    /// Whether there is a recovery key.
    pub recovery: bool,
    /// The reading keys.
    pub epochs: Vec<EpochView>,
    /// The members, desks first, with what they may do.
    pub members: Vec<MemberRights>,
}

/// A compartment's reading key, as people see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EpochView {
    /// The compartment's name.
    pub compartment: String,
    /// The generation that is written with now.
    pub number: u32,
    /// What people call those who read with it.
    pub readers: Vec<String>,
}

/// A member with what they may do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MemberRights {
    /// Who.
    #[serde(flatten)]
    pub member: MemberView,
    /// Whether they were revoked.
    pub revoked: bool,
    /// Whether their time is over.
    pub expired: bool,
    /// What they may do.
    pub may: Vec<&'static str>,
    /// The compartments they may read now.
    pub reads: Vec<String>,
}

impl Notebook {
    /// Returns the roster as this node has it.
    pub fn roster_view(&self) -> Result<RosterView, RosterViewError> {
        let (own, programme) = self.belonging::<RosterViewError>()?;
        let names = Compartments::read(own, &programme.members_keys);
        let members = self.members().map_err(RosterViewError::from)?;
        let name = |id| names.name(id).unwrap_or_default().to_owned();
        let epochs = own.compartments().filter_map(|id| own.epoch(id)).map(|epoch| {
            let reads = |member: &&MemberView| epoch.seeds.iter().any(|seed| seed.member == member.id);
            EpochView {
                compartment: name(epoch.compartment),
                number: epoch.number,
                readers: members
                    .iter()
                    .filter(reads)
                    .map(|member| member.name.clone())
                    .collect(),
            }
        });
        let epochs = epochs.collect();
        let now = self.now().as_second();
        let members = members.iter().map(|member| {
            let revoked = own.revocation(&member.id).is_some();
            let expired = own.is_expired(&member.id, now);
            let reads = own.compartments().filter(|id| own.may_read(&member.id, *id));
            MemberRights {
                revoked,
                expired,
                may: match revoked || expired {
                    true => Vec::new(),
                    false => rights(own, member),
                },
                reads: reads.map(name).collect(),
                member: member.clone(),
            }
        });
        let position = own.position();
        Ok(RosterView {
            programme: own.programme().to_string(),
            fingerprint: seal::roster::fingerprint(own.root())
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect(),
            height: position.height,
            head: position.head.to_string(),
            words: words::of_head(&position.head),
            split: own.is_split(),
            relay: relay_of(own, &programme.members_keys)
                .as_ref()
                .map(SaidRelay::from),
            recovery: own.recovery().is_some(),
            epochs,
            members: members.collect(),
        })
    }

    /// Returns the roster as a bundle without envelopes: a file from which a new desk can recover.
    pub fn export_roster(&self) -> Result<Vec<u8>, RosterViewError> {
        let (own, _) = self.belonging::<RosterViewError>()?;
        let (mut writer, mut bytes) = BundleWriter::begin(own.programme());
        for entry in self.store.read(roster::all)? {
            bytes.extend(writer.write(&Frame::Roster(entry)));
        }
        bytes.extend(writer.finish());
        Ok(bytes)
    }
}

/// What a member's role lets them do, as people say it.
fn rights(own: &Roster, member: &MemberView) -> Vec<&'static str> {
    let Some(role) = own.member(&member.id).map(|member| member.role) else {
        return Vec::new();
    };
    let all = [
        (role == Role::COORDINATOR, "change the roster"),
        (may_erase(role), "revoke"),
        (role.runs_desk(), "grant"),
        (may_erase(role), "erase"),
        (role.runs_desk() || role == Role::ENUMERATOR, "withdraw"),
        (role.runs_desk(), "confirm"),
    ];
    all.into_iter()
        .filter_map(|(may, what)| may.then_some(what))
        .collect()
}

impl From<AdmitError> for RosterViewError {
    fn from(error: AdmitError) -> Self {
        match error {
            AdmitError::Store(error) => error.into(),
            AdmitError::NoProgramme(error) => error.into(),
            _ => StoreError::Unreadable("the members").into(),
        }
    }
}

//! From signed to verified: who wrote an envelope, and that they might.

use std::collections::BTreeSet;

use thiserror::Error;
use wire::{CompartmentId, Envelope, EnvelopeId, Header, KeyName, Kind, MemberId, Part, PartHeader, Role};

use crate::roster::{Roster, may_erase};
use crate::sign::{self, Signing};

/// Why an envelope is not taken.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum VerifyError {
    /// It belongs to another programme.
    #[error("the envelope belongs to another programme")]
    OtherProgramme,
    /// Its author is not in the roster.
    #[error("the envelope's author {0} is not a member")]
    UnknownAuthor(MemberId),
    /// Its author saw more of the roster than this node has.
    #[error("the envelope's author saw roster entry {saw}, only {here} are here; sync the roster first")]
    RosterBehind {
        /// What the author saw.
        saw: u64,
        /// What is here.
        here: u64,
    },
    /// Its author saw another roster.
    #[error("the envelope's author saw another roster: entry {0} differs. Someone shows two rosters")]
    OtherRoster(u64),
    /// It is not signed by its author.
    #[error("the envelope is not signed by its author")]
    BadSignature,
    /// A part is not the one the header commits to.
    #[error("a part was changed on the way")]
    ChangedPart,
    /// The header contradicts itself or the author's role.
    #[error("the envelope's header is not allowed: {0}")]
    NotAllowed(&'static str),
}

/// An envelope that its author signed, as far as this node's roster tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    envelope: Envelope,
    id: EnvelopeId,
}

/// Verifies an envelope from outside.
pub fn verify(envelope: Envelope, roster: &Roster) -> Result<Verified, VerifyError> {
    let header = &envelope.header;
    if header.programme != roster.programme() {
        return Err(VerifyError::OtherProgramme);
    }
    let author = roster
        .member(&header.author)
        .ok_or(VerifyError::UnknownAuthor(header.author))?;
    // Asked first: what was joined, or waits to be, may be higher than this roster is.
    if !roster.holds(&header.roster) {
        let (saw, here) = (header.roster.height, roster.position().height);
        return Err(match saw > here {
            true => VerifyError::RosterBehind { saw, here },
            false => VerifyError::OtherRoster(saw),
        });
    }
    if header.roster.height < author.since {
        return Err(VerifyError::NotAllowed(
            "it was signed before its author was admitted",
        ));
    }
    check_shape(header, roster)?;
    sign::check(
        &author.card.sign,
        Signing::Header,
        &header.to_bytes(),
        &envelope.signature,
    )
    .map_err(|_| VerifyError::BadSignature)?;
    for (part, sealed) in envelope.parts() {
        if let Part::Here(sealed) = sealed
            && !part.commits_to(sealed)
        {
            return Err(VerifyError::ChangedPart);
        }
    }
    let id = header.id();
    Ok(Verified { envelope, id })
}

impl Verified {
    /// Returns the envelope's id.
    pub fn id(&self) -> EnvelopeId {
        self.id
    }

    /// Returns the header.
    pub fn header(&self) -> &Header {
        &self.envelope.header
    }

    /// Returns the parts with their headers.
    pub fn parts(&self) -> impl Iterator<Item = (&PartHeader, &Part)> {
        self.envelope.parts()
    }

    /// Returns the envelope.
    pub fn envelope(&self) -> &Envelope {
        &self.envelope
    }

    /// Takes the envelope out, for the store.
    pub fn into_envelope(self) -> Envelope {
        self.envelope
    }
}

fn check_shape(header: &Header, roster: &Roster) -> Result<(), VerifyError> {
    let allow = |allowed: bool, why| {
        if allowed {
            Ok(())
        } else {
            Err(VerifyError::NotAllowed(why))
        }
    };
    let first = header.sequence == 1 && header.incarnation == 1;
    allow(
        header.sequence > 0 && header.incarnation > 0,
        "sequences and incarnations begin at 1",
    )?;
    allow(
        first == (header.previous == EnvelopeId([0; 32])),
        "only the very first envelope follows nothing",
    )?;
    let compartments: BTreeSet<_> = header.parts.iter().map(|part| part.compartment).collect();
    let pieces = header.kind.has_pieces();
    allow(
        compartments.len() == if pieces { 1 } else { header.parts.len() },
        "two parts have the same compartment, or pieces different ones",
    )?;
    let in_record = |part: &PartHeader| part.compartment.0 < CompartmentId::MEMBERS.0;
    let written =
        |p: &PartHeader| in_record(p) && matches!(p.key, KeyName::Chain { .. } | KeyName::Granted(_));
    let only = |compartment| header.parts.iter().all(|part| part.compartment == compartment);
    let (alone, bare) = (header.recipient.is_none(), header.parts.is_empty());
    // What the author may do now does not matter here: a revocation is judged where the envelope is opened.
    let role = roster
        .member(&header.author)
        .map_or(Role(0), |author| author.role);
    let desk = role.runs_desk();
    match header.kind {
        Kind::RECORD | Kind::WITHDRAWAL | Kind::MEDIA => {
            allow(
                header.parts.iter().all(written),
                "a record's part has a foreign key",
            )?;
            allow(alone, "a record has no recipient")
        }
        Kind::CHAIN => {
            let keys = |p: &PartHeader| in_record(p) && matches!(p.key, KeyName::Epoch(_));
            allow(header.parts.iter().all(keys), "a chain is not sealed to an epoch")
        }
        Kind::GRANT => {
            allow(desk, "only desks grant")?;
            allow(!alone, "a grant has no recipient")
        }
        Kind::FORM | Kind::FILE => allow(
            role == Role::COORDINATOR,
            "only coordinators publish forms and their files",
        ),
        Kind::KEYS => allow(alone && only(CompartmentId::MEMBERS), "keys are posted for all"),
        Kind::BOOK => {
            allow(desk, "only desks hand on the seeds of epochs")?;
            allow(
                !alone && only(CompartmentId::RECIPIENT),
                "the seeds of epochs are for one desk",
            )
        }
        Kind::HANDOVER | Kind::HANDED_MEDIA => allow(
            !alone && only(CompartmentId::RECIPIENT),
            "a draft is handed to one device",
        ),
        Kind::ASSIGNMENT => {
            allow(desk, "only desks assign entities")?;
            allow(
                !alone && only(CompartmentId::RECIPIENT),
                "entities are assigned to one device",
            )
        }
        Kind::TOMBSTONE => {
            allow(may_erase(role), "only coordinators and protection officers erase")?;
            allow(alone && bare, "a tombstone holds nothing")
        }
        Kind::CHECKPOINT => {
            allow(desk, "only desks confirm")?;
            allow(alone && only(CompartmentId::MEMBERS), "a checkpoint is for all")
        }
        Kind::RECEIPT => allow(bare, "a receipt holds nothing"),
        // What a later version added is kept and relayed.
        _ => Ok(()),
    }
}

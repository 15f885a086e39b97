//! The first sync of a node that joined with a certificate alone: the roster comes, and is checked before all else.

use sync::MemberEffect;
use wire::{Refusal, RefusalCode, RosterEntry, RosterPosition};

use super::{SyncError, SyncReport};
use crate::Notebook;
use crate::deeds::first_roster::FirstRosterError;
use crate::import::roster::Through;
use crate::notebook::NoProgramme;
use crate::store::StoreError;
use crate::store::myself::{self, Programme};

impl Notebook {
    /// Returns the roster's position here, which is that of an empty roster while the first one is awaited.
    pub(super) fn position(&self) -> Result<(RosterPosition, Programme), SyncError> {
        let awaiting = self.store.read(|db| match myself::awaiting(db)? {
            None => Ok::<_, StoreError>(None),
            Some(_) => myself::programme(db),
        })?;
        match awaiting {
            Some(programme) => Ok((RosterPosition::EMPTY, programme)),
            None => {
                let (own, programme) = self.belonging::<SyncError>()?;
                Ok((own.position(), programme))
            }
        }
    }

    /// Gathers the entries of the first roster, and takes them over when they are all there. Returns the effects that
    /// are still to be done.
    pub(super) fn take_first<'e>(
        &mut self,
        effects: &'e [MemberEffect],
        first: &mut Vec<RosterEntry>,
        report: &mut SyncReport,
    ) -> Result<&'e [MemberEffect], SyncError> {
        if self.roster.is_some() {
            return Ok(effects);
        }
        let mut rest = effects;
        while let [MemberEffect::Append(entry), behind @ ..] = rest {
            first.push(entry.clone());
            rest = behind;
        }
        if !matches!(rest, [] | [MemberEffect::Refused(_)]) {
            self.take_first_roster(first, Through::Relay)?;
            report.roster_entries += first.len() as u64;
        }
        Ok(rest)
    }

    /// Returns whether the relay does not know this node, whose certificate came without the roster that would tell it.
    pub(super) fn is_unknown(&self, refusal: &Refusal) -> bool {
        let unknown = matches!(
            refusal.code,
            RefusalCode::UnknownMember | RefusalCode::UnknownProgramme
        );
        unknown && self.roster.is_none()
    }
}

impl From<FirstRosterError> for SyncError {
    fn from(error: FirstRosterError) -> Self {
        match error {
            FirstRosterError::Store(error) => error.into(),
            FirstRosterError::NoProgramme(NoProgramme::NotJoined) => NoProgramme::NotJoined.into(),
            other => Self::FirstRoster(other),
        }
    }
}

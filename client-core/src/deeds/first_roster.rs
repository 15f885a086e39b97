//! The roster of a node that joined with a certificate alone: it is believed once it fits the certificate.

use rusqlite::Connection;
use seal::enrol::{self, CertificateError};
use seal::roster::Roster;
use thiserror::Error;
use wire::enrolment::EnrolmentError;
use wire::{Certificate, RosterEntry};

use crate::Notebook;
use crate::deeds::found::keep_seeds;
use crate::deeds::relay::follow_relay;
use crate::notebook::NoProgramme;
use crate::store::myself::{self, Myself};
use crate::store::{StoreError, roster};

/// Why a roster is not the one this node waits for. Nothing of it was kept.
#[derive(Debug, Error)]
pub enum FirstRosterError {
    /// This node waits for none.
    #[error(transparent)]
    NoProgramme(#[from] NoProgramme),
    /// The certificate in the notebook cannot be read any more.
    #[error(transparent)]
    Unreadable(#[from] EnrolmentError),
    /// It does not fit the certificate.
    #[error("the roster that came is not this device's: {0}. Nothing of it was kept; tell the coordinator")]
    Certificate(#[from] CertificateError),
    /// The notebook cannot be written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Notebook {
    /// Takes the whole roster that this node's certificate came without, after checking it against the certificate.
    pub(crate) fn take_first_roster(&mut self, entries: &[RosterEntry]) -> Result<(), FirstRosterError> {
        let awaiting = self.store.read(myself::awaiting)?;
        let certificate = Certificate::from_text(&awaiting.ok_or(NoProgramme::NotJoined)?)?;
        let roster = Roster::from_entries(entries).map_err(CertificateError::from)?;
        enrol::accept(&certificate, &self.card(), &roster)?;
        let me = &self.me;
        self.store.write(|tx| {
            myself::roster_came(tx)?;
            move_in(tx, &roster, entries, me)
        })?;
        self.roster = Some(roster);
        Ok(())
    }
}

/// Keeps a roster that was checked against this node's certificate, and what it says to this node.
pub(crate) fn move_in(
    db: &Connection,
    own: &Roster,
    entries: &[RosterEntry],
    me: &Myself,
) -> Result<(), StoreError> {
    entries.iter().try_for_each(|entry| roster::append(db, entry))?;
    myself::note_relay_height(db, own.position().height)?;
    keep_seeds(db, own, me)?;
    follow_relay(db, own)
}

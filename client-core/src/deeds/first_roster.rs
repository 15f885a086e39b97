//! The roster of a node that joined with a certificate alone: it is believed once it fits the certificate.

use rusqlite::Connection;
use seal::enrol::{self, CertificateError};
use seal::roster::{Roster, RosterError};
use thiserror::Error;
use wire::enrolment::EnrolmentError;
use wire::frame::Frame;
use wire::{Certificate, RosterEntry};

use crate::Notebook;
use crate::deeds::found::keep_seeds;
use crate::deeds::relay::follow_relay;
use crate::import::roster::Through;
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
    pub(crate) fn take_first_roster(
        &mut self,
        entries: &[RosterEntry],
        through: Through,
    ) -> Result<(), FirstRosterError> {
        let awaiting = self.store.read(myself::awaiting)?;
        let certificate = Certificate::from_text(&awaiting.ok_or(NoProgramme::NotJoined)?)?;
        let roster = read(entries).map_err(CertificateError::from)?;
        enrol::accept(&certificate, &self.card(), &roster)?;
        let me = &self.me;
        self.store.write(|tx| {
            myself::roster_came(tx)?;
            move_in(tx, &roster, entries, me, through)
        })?;
        self.roster = Some(roster);
        Ok(())
    }

    /// Gathers the entries at the front of a bundle for a node that waits for its first roster, and takes them over when
    /// they are all there. Returns the frames that are still to be taken.
    pub(crate) fn take_first_frames(
        &mut self,
        mut frames: Vec<Frame>,
        first: &mut Vec<RosterEntry>,
        is_end: bool,
    ) -> Result<Vec<Frame>, FirstRosterError> {
        if self.roster.is_some() {
            return Ok(frames);
        }
        let is_entry = |frame: &Frame| matches!(frame, Frame::Roster(_));
        let behind = frames.iter().position(|frame| !is_entry(frame));
        let rest = frames.split_off(behind.unwrap_or(frames.len()));
        first.extend(frames.into_iter().filter_map(|frame| match frame {
            Frame::Roster(entry) => Some(entry),
            _ => None,
        }));
        if is_end || !rest.is_empty() {
            self.take_first_roster(first, Through::Hand)?;
        }
        Ok(rest)
    }
}

/// Builds the roster from entries that came. Most have one chain, in order; a bundle may bring them in another order,
/// and sides of it.
pub(crate) fn read(entries: &[RosterEntry]) -> Result<Roster, RosterError> {
    Roster::from_entries(entries).or_else(|error| Roster::from_tree(entries).map_err(|_| error))
}

/// Keeps the entries of a roster, each on its side.
pub(crate) fn keep_entries(db: &Connection, own: &Roster, entries: &[RosterEntry]) -> Result<(), StoreError> {
    // What is no part of it was left out when it was built.
    let mut held = entries.iter().filter(|entry| own.holds(&entry.position()));
    held.try_for_each(|entry| match own.on_chain(&entry.position()) {
        true => roster::append(db, entry),
        false => roster::keep_aside(db, entry),
    })
}

/// Keeps a roster that was checked against this node's certificate, and what it says to this node.
pub(crate) fn move_in(
    db: &Connection,
    own: &Roster,
    entries: &[RosterEntry],
    me: &Myself,
    through: Through,
) -> Result<(), StoreError> {
    keep_entries(db, own, entries)?;
    if through == Through::Relay {
        let mut heads = entries.iter().map(RosterEntry::head);
        heads.try_for_each(|head| roster::note_relayed(db, &head))?;
    }
    myself::note_relay_height(db, own.position().height)?;
    keep_seeds(db, own, me)?;
    follow_relay(db, own)
}

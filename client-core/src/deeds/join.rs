//! Join a programme: show a request, take the certificate a desk answers with.

use seal::enrol::{self, CertificateError, RequestError};
use seal::roster::Roster;
use thiserror::Error;
use wire::enrolment::EnrolmentError;
use wire::{Certificate, LogId, ProgrammeId, RelayKey, Request};

use crate::Notebook;
use crate::deeds::first_roster::move_in;
use crate::deeds::post_keys::PostKeysError;
use crate::import::roster::Through;
use crate::relay_address::RelayAddress;
use crate::store::StoreError;
use crate::store::myself::{self, Programme};

/// Why this device did not join.
#[derive(Debug, Error)]
pub enum JoinError {
    /// The notebook belongs to a programme already.
    #[error("this notebook belongs to a programme already; use a new folder")]
    Belongs,
    /// The text is not a certificate.
    #[error(transparent)]
    Unreadable(#[from] EnrolmentError),
    /// The certificate does not hold.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// The device has joined; only its first one-time keys are not posted, or not copied. The next sync does it.
    #[error("this device has joined, but {0}")]
    Keys(#[from] PostKeysError),
    /// The notebook cannot be written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Notebook {
    /// Returns the request to show to a desk, with which this device asks to be admitted.
    pub fn request(&self) -> Result<Request, RequestError> {
        enrol::request(self.card(), &self.me.name, &self.me.sign)
    }

    /// Joins the programme of a certificate that a desk made for this device.
    ///
    /// A certificate that came as a code brings no roster. It is kept, and checked against the roster that the first
    /// sync brings: before that, nothing of the programme is believed, and another certificate may take its place.
    pub fn join(&mut self, certificate: &str) -> Result<ProgrammeId, JoinError> {
        if self.roster.is_some() {
            return Err(JoinError::Belongs);
        }
        let certificate = Certificate::from_text(certificate)?;
        let members_keys = enrol::open_keys(&certificate, &self.card(), &self.me.kem)?;
        let roster = match certificate.roster.is_empty() {
            true => None,
            false => Some(Roster::from_entries(&certificate.roster).map_err(CertificateError::from)?),
        };
        if let Some(roster) = &roster {
            enrol::accept(&certificate, &self.card(), roster)?;
        }
        let programme = Programme {
            id: certificate.programme,
            relay: RelayAddress {
                url: certificate.relay.clone(),
                key: certificate.relay_key.map(RelayKey),
            },
            members_keys,
            cursor: 0,
            log: LogId([0; 8]),
            nonce: Vec::new(),
            relay_height: 0,
            interrupted: false,
        };
        let me = &self.me;
        self.store.write(|tx| {
            myself::forget_unproved(tx)?;
            myself::join(tx, &programme, None)?;
            match &roster {
                None => myself::await_roster(tx, &certificate.to_text()),
                Some(roster) => move_in(tx, roster, &certificate.roster, me, Through::Hand),
            }
        })?;
        self.roster = roster;
        self.post_keys()?;
        Ok(programme.id)
    }
}

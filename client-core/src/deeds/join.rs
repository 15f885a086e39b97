//! Join a programme: show a request, take the certificate a desk answers with.

use seal::enrol::{self, CertificateError, RequestError};
use seal::roster::Roster;
use thiserror::Error;
use wire::enrolment::EnrolmentError;
use wire::{Certificate, LogId, ProgrammeId, RelayKey, Request};

use crate::Notebook;
use crate::deeds::post_keys::PostKeysError;
use crate::relay_address::RelayAddress;
use crate::store::myself::{self, Programme};
use crate::store::{StoreError, roster};

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
    pub fn join(&mut self, certificate: &str) -> Result<ProgrammeId, JoinError> {
        if self.roster.is_some() {
            return Err(JoinError::Belongs);
        }
        let certificate = Certificate::from_text(certificate)?;
        let members_keys = enrol::open_keys(&certificate, &self.card(), &self.me.kem)?;
        let roster = Roster::from_entries(&certificate.roster).map_err(CertificateError::from)?;
        enrol::accept(&certificate, &self.card(), &roster)?;
        let programme = Programme {
            id: roster.programme(),
            relay: RelayAddress {
                url: certificate.relay.clone(),
                key: certificate.relay_key.map(RelayKey),
            },
            members_keys,
            cursor: 0,
            log: LogId([0; 8]),
            nonce: Vec::new(),
            relay_height: roster.position().height,
            interrupted: false,
        };
        self.store.write(|tx| {
            myself::join(tx, &programme, None)?;
            certificate
                .roster
                .iter()
                .try_for_each(|entry| roster::append(tx, entry))
        })?;
        self.roster = Some(roster);
        self.post_keys()?;
        Ok(programme.id)
    }
}

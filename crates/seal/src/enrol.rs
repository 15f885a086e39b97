//! Joining without a network: a request nobody can forge, and a certificate only its device can use.

use rand_core::CryptoRng;
use thiserror::Error;
use wire::enrolment::MAX_NAME;
use wire::{Certificate, MemberCard, MemberId, Request, RosterEntry};

use crate::keys::{KemKey, MembersKey, SignKey};
use crate::roster::{Roster, RosterError, fingerprint};
use crate::sign::{self, Signing, sign};
use crate::to_key::{open_with, seal_to};

const MEMBERS_KEY: &[u8] = b"baraza/1 members' key";

/// Why a request is not accepted.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RequestError {
    /// It is not signed by the key it shows.
    #[error("the request was changed on the way; ask the device for it again")]
    BadSignature,
    /// The name is missing or too long.
    #[error("a member's name has 1 to {MAX_NAME} bytes")]
    Name,
}

/// Why a certificate is not accepted.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CertificateError {
    /// It was made for another device.
    #[error("the certificate was made for device {0}, not for this one")]
    OtherDevice(MemberId),
    /// Its roster does not hold.
    #[error("the certificate's roster does not hold: {0}")]
    Roster(#[from] RosterError),
    /// The desk that signed it is not in its roster, or did not sign it.
    #[error("the certificate is not signed by a desk of the programme")]
    NotByDesk,
    /// The device is not in the roster, or with other keys.
    #[error("the certificate's roster does not admit this device; send a new request to the desk")]
    NotAdmitted,
    /// The members' key in it does not open.
    #[error("the certificate does not open on this device; send a new request to the desk")]
    DoesNotOpen,
}

/// Makes a request to join.
pub fn request(card: MemberCard, name: &str, key: &SignKey) -> Result<Request, RequestError> {
    if name.trim().is_empty() || name.len() > MAX_NAME {
        return Err(RequestError::Name);
    }
    let mut request = Request {
        card,
        name: name.trim().to_owned(),
        signature: [0; 64],
    };
    request.signature = sign(key, Signing::Request, &request.body());
    Ok(request)
}

/// Checks that a request was made by who holds the keys it shows.
pub fn check_request(request: &Request) -> Result<(), RequestError> {
    if request.name.trim().is_empty() {
        return Err(RequestError::Name);
    }
    sign::check(
        &request.card.sign,
        Signing::Request,
        &request.body(),
        &request.signature,
    )
    .map_err(|_| RequestError::BadSignature)
}

/// Makes the certificate for a device that `entries` admit. `None` if its key cannot be sealed to.
pub fn certify(
    device: &MemberCard,
    desk: (MemberId, &SignKey),
    relay: &str,
    members_key: &MembersKey,
    roster: (&Roster, Vec<RosterEntry>),
    rng: &mut impl CryptoRng,
) -> Option<Certificate> {
    let aad = device.member.as_bytes();
    let mut certificate = Certificate {
        programme: roster.0.programme(),
        root: fingerprint(roster.0.root()),
        device: device.member,
        desk: desk.0,
        relay: relay.to_owned(),
        members_key: seal_to(&device.kem, MEMBERS_KEY, aad, members_key.as_bytes(), rng).ok()?,
        roster: roster.1,
        signature: [0; 64],
    };
    certificate.signature = sign(desk.1, Signing::Certificate, &certificate.body());
    Some(certificate)
}

/// Checks a certificate on the device it was made for. Returns the roster and the members' key.
pub fn accept(
    certificate: &Certificate,
    card: &MemberCard,
    kem: &KemKey,
) -> Result<(Roster, MembersKey), CertificateError> {
    if certificate.device != card.member {
        return Err(CertificateError::OtherDevice(certificate.device));
    }
    let roster = Roster::from_entries(&certificate.roster)?;
    if roster.programme() != certificate.programme {
        return Err(RosterError::OtherProgramme.into());
    }
    if fingerprint(roster.root()) != certificate.root {
        return Err(RosterError::OtherRoot.into());
    }
    let desk = roster
        .member(&certificate.desk)
        .filter(|desk| roster.is_desk(&desk.card.member));
    let desk = desk.ok_or(CertificateError::NotByDesk)?;
    sign::check(
        &desk.card.sign,
        Signing::Certificate,
        &certificate.body(),
        &certificate.signature,
    )
    .map_err(|_| CertificateError::NotByDesk)?;
    if roster.member(&card.member).map(|member| &member.card) != Some(card) {
        return Err(CertificateError::NotAdmitted);
    }
    let key = open_with(kem, MEMBERS_KEY, card.member.as_bytes(), &certificate.members_key)
        .map_err(|_| CertificateError::DoesNotOpen)?;
    let key = <[u8; 32]>::try_from(key.as_slice()).map_err(|_| CertificateError::DoesNotOpen)?;
    Ok((roster, MembersKey::from_bytes(key)))
}

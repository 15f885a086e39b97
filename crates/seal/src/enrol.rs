//! Joining without a network: a request nobody can forge, and a certificate only its device can use.

use rand_core::CryptoRng;
use thiserror::Error;
use wire::enrolment::MAX_NAME;
use wire::{Certificate, MemberCard, MemberId, Request, RosterEntry};
use zeroize::Zeroizing;

use crate::keys::{KemKey, MembersKey, SignKey};
use crate::members::Keyring;
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
    /// It was made for another member.
    #[error("the certificate was made for {0}, not for this device")]
    OtherMember(MemberId),
    /// Its roster does not hold.
    #[error("the certificate's roster does not hold: {0}")]
    Roster(#[from] RosterError),
    /// The desk that signed it is not in its roster, or did not sign it.
    #[error("the certificate is not signed by a desk of the programme")]
    NotByDesk,
    /// The roster is not the one the desk saw.
    #[error("the roster is not the one the certificate speaks of; tell the coordinator before you go on")]
    OtherRoster,
    /// The member is not in the roster, or with other keys.
    #[error("the certificate's roster does not admit this device; send a new request to the desk")]
    NotAdmitted,
    /// The members' keys in it do not open.
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

/// What a certificate tells a member besides the roster.
#[derive(Debug, Clone)]
pub struct Welcome<'a> {
    /// Where the relay is.
    pub relay: &'a str,
    /// The hash of the relay's TLS key, if it has one.
    pub relay_key: Option<[u8; 32]>,
    /// The members' keys.
    pub keys: &'a Keyring,
}

/// Makes the certificate for a member that the roster admits. `entries` are the whole roster, or nothing for a
/// certificate that fits one QR code. `None` if the member's key cannot be sealed to, or the member is not admitted.
pub fn certify(
    card: &MemberCard,
    desk: (MemberId, &SignKey),
    welcome: &Welcome<'_>,
    roster: &Roster,
    entries: Vec<RosterEntry>,
    rng: &mut impl CryptoRng,
) -> Option<Certificate> {
    let member = roster
        .member(&card.member)
        .filter(|member| member.card == *card)?;
    let keys: Zeroizing<Vec<u8>> = Zeroizing::new(
        welcome
            .keys
            .iter()
            .flat_map(|key| key.as_bytes().iter().copied())
            .collect(),
    );
    let mut certificate = Certificate {
        programme: roster.programme(),
        root: fingerprint(roster.root()),
        member: card.member,
        desk: desk.0,
        relay: welcome.relay.to_owned(),
        relay_key: welcome.relay_key,
        role: member.role,
        expires: member.terms.as_ref().map_or(0, |terms| terms.expires),
        position: roster.position(),
        members_keys: seal_to(&card.kem, MEMBERS_KEY, card.member.as_bytes(), &keys, rng).ok()?,
        roster: entries,
        signature: [0; 64],
    };
    certificate.signature = sign(desk.1, Signing::Certificate, &certificate.body());
    Some(certificate)
}

/// Opens the members' keys in a certificate, on the device it was made for. Who made it is not known before
/// [`accept`] has seen the roster.
pub fn open_keys(
    certificate: &Certificate,
    card: &MemberCard,
    kem: &KemKey,
) -> Result<Keyring, CertificateError> {
    if certificate.member != card.member {
        return Err(CertificateError::OtherMember(certificate.member));
    }
    let opened = open_with(
        kem,
        MEMBERS_KEY,
        card.member.as_bytes(),
        &certificate.members_keys,
    )
    .map_err(|_| CertificateError::DoesNotOpen)?;
    let (keys, rest) = opened.as_chunks::<32>();
    match rest {
        [] => Keyring::new(keys.iter().map(|key| MembersKey::from_bytes(*key)))
            .ok_or(CertificateError::DoesNotOpen),
        _ => Err(CertificateError::DoesNotOpen),
    }
}

/// Checks a certificate against a roster: the one in it, or one that came later.
pub fn accept(certificate: &Certificate, card: &MemberCard, roster: &Roster) -> Result<(), CertificateError> {
    if certificate.member != card.member {
        return Err(CertificateError::OtherMember(certificate.member));
    }
    if roster.programme() != certificate.programme {
        return Err(RosterError::OtherProgramme.into());
    }
    if fingerprint(roster.root()) != certificate.root {
        return Err(RosterError::OtherRoot.into());
    }
    if !roster.holds(&certificate.position) {
        return Err(CertificateError::OtherRoster);
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
    Ok(())
}

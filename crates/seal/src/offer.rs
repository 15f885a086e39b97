//! Offers to take over a draft: made by the device that takes it, checked by the one that gives it.

use thiserror::Error;
use wire::offer::Offer;
use wire::{KemPublic, MemberId, ProgrammeId};

use crate::keys::SignKey;
use crate::roster::Roster;
use crate::sign::{self, Signing, sign};

/// Why an offer is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum OfferError {
    /// It was made in another programme.
    #[error("the offer belongs to another programme")]
    OtherProgramme,
    /// It was made for another device.
    #[error(
        "the offer was made for another device; ask for one that is made for this one, it is good for one draft"
    )]
    OtherGiver,
    /// Who made it is no member, or not any more.
    #[error("the device that made the offer is not a member of the programme, as far as is known here; sync")]
    NoMember,
    /// It is not signed by who it says.
    #[error("the offer was changed on the way; ask the other device for it again")]
    BadSignature,
}

/// Makes an offer.
pub fn offer(
    programme: ProgrammeId,
    (member, sign_key): (MemberId, &SignKey),
    giver: MemberId,
    key: KemPublic,
) -> Offer {
    let mut offer = Offer {
        programme,
        member,
        giver,
        key,
        signature: [0; 64],
    };
    offer.signature = sign(sign_key, Signing::Offer, &offer.body());
    offer
}

/// Checks that a trusted member made an offer, and for this giver.
pub fn check_offer(offer: &Offer, giver: MemberId, roster: &Roster) -> Result<(), OfferError> {
    if offer.programme != roster.programme() {
        return Err(OfferError::OtherProgramme);
    }
    if offer.giver != giver {
        return Err(OfferError::OtherGiver);
    }
    let member = roster
        .trusted_members()
        .find(|member| member.card.member == offer.member)
        .ok_or(OfferError::NoMember)?;
    sign::check(&member.card.sign, Signing::Offer, &offer.body(), &offer.signature)
        .map_err(|_| OfferError::BadSignature)
}

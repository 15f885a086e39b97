//! An offer: a device says to which one-time key another may seal a draft that it is to take over.
//!
//! ```text
//! offer := version(1) programme(16) member(16) giver(16) X-Wing public key(1216) signature(64, by the member)
//! ```
//!
//! An offer names who may use it, and is good for one draft: the key is destroyed when a draft that is sealed to it
//! arrives, and a second one could not be opened by anybody.

use crate::armour::{armour, unarmour};
use crate::codec::{DecodeError, Reader, Writer};
use crate::enrolment::EnrolmentError;
use crate::ids::{KEM_PUBLIC_LENGTH, KemPublic, MemberId, ProgrammeId};

/// The word an offer starts with.
pub const OFFER_WORD: &str = "baraza-offer-1";
const VERSION: u8 = 1;

/// What a device shows to take over a draft. It holds no secret.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Offer {
    /// The programme.
    pub programme: ProgrammeId,
    /// Who takes the draft over.
    pub member: MemberId,
    /// Who hands it over.
    pub giver: MemberId,
    /// The one-time key to seal it to.
    pub key: KemPublic,
    /// Ed25519 by the member over all the rest.
    pub signature: [u8; 64],
}

impl Offer {
    /// Returns what the member signs.
    pub fn body(&self) -> Vec<u8> {
        let mut w = Writer::new();
        w.u8(VERSION);
        w.fixed(self.programme.as_bytes());
        w.fixed(self.member.as_bytes());
        w.fixed(self.giver.as_bytes());
        w.fixed(self.key.as_bytes());
        w.finish()
    }

    /// Returns it as one line of text, which fits a QR code.
    pub fn to_text(&self) -> String {
        let mut bytes = self.body();
        bytes.extend_from_slice(&self.signature);
        armour(OFFER_WORD, &bytes)
    }

    /// Reads a line of text.
    pub fn from_text(text: &str) -> Result<Self, EnrolmentError> {
        Ok(Self::from_bytes(&unarmour(OFFER_WORD, text)?)?)
    }

    /// Reads canonical bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut r = Reader::new(bytes);
        r.version("the offer", VERSION)?;
        let programme = ProgrammeId::from_bytes(r.array("the programme")?);
        let member = MemberId::from_bytes(r.array("the member")?);
        let giver = MemberId::from_bytes(r.array("the giver")?);
        let key: [u8; KEM_PUBLIC_LENGTH] = r.array("the one-time key")?;
        let key = KemPublic::from_bytes(&key).map_err(|_| DecodeError::Number)?;
        let signature = r.array("the signature")?;
        r.end()?;
        Ok(Self {
            programme,
            member,
            giver,
            key,
            signature,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn offer() -> Offer {
        Offer {
            programme: ProgrammeId::from_chance([1; 16]),
            member: MemberId::from_chance([2; 16]),
            giver: MemberId::from_chance([3; 16]),
            key: KemPublic::from_bytes(&[4; KEM_PUBLIC_LENGTH]).unwrap(),
            signature: [5; 64],
        }
    }

    #[test]
    fn an_offer_comes_back_from_its_text() {
        assert_eq!(Offer::from_text(&offer().to_text()), Ok(offer()));
    }

    #[test]
    fn an_offer_fits_a_code_that_a_camera_reads() {
        // QR, version 40, lowest correction, bytes: ISO/IEC 18004, table 7.
        assert!(offer().to_text().len() <= 2953);
    }

    #[test]
    fn the_offer_layout_is_what_it_was() {
        let hash = blake3::hash(offer().to_text().as_bytes());
        assert_eq!(
            hash.to_hex().as_str(),
            "69fae3c10e86720cc5500820f3dd5ab6db8fe1c37cd31b5d942f9591700e4354"
        );
    }

    proptest! {
        #[test]
        fn any_bytes_decode_to_their_only_form_or_fail(mut bytes: Vec<u8>, at in 0..1329usize, flip: u8) {
            let _ = Offer::from_bytes(&bytes);
            bytes = [offer().body(), offer().signature.to_vec()].concat();
            let at = at % bytes.len();
            bytes[at] ^= flip;
            if let Ok(read) = Offer::from_bytes(&bytes) {
                prop_assert_eq!([read.body(), read.signature.to_vec()].concat(), bytes);
            }
        }
    }
}

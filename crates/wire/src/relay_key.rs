//! The relay's TLS key, as members know it: one hash, compared with what the relay shows.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// How many hexadecimal digits a relay's key has.
const DIGITS: usize = 64;

/// The BLAKE3 hash of the SubjectPublicKeyInfo (RFC 5280, section 4.1.2.7; DER) of the key with which a relay
/// proves itself in TLS. It is no secret.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RelayKey(pub [u8; 32]);

/// A text is not a relay's key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a relay's key is {DIGITS} hexadecimal digits, as `baraza serve --tls` prints them")]
pub struct NotARelayKey;

impl RelayKey {
    /// Returns the key whose SubjectPublicKeyInfo this is.
    pub fn of(public_key: &[u8]) -> Self {
        Self(*blake3::hash(public_key).as_bytes())
    }

    /// Returns the bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Returns it in sixteen groups of four digits, for people to compare aloud.
    pub fn in_groups(&self) -> String {
        let groups = self.0.chunks(2).map(|group| {
            let digits: Vec<String> = group.iter().map(|byte| format!("{byte:02x}")).collect();
            digits.concat()
        });
        groups.collect::<Vec<_>>().join(" ")
    }
}

impl fmt::Display for RelayKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for RelayKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RelayKey({self})")
    }
}

impl FromStr for RelayKey {
    type Err = NotARelayKey;

    /// Reads the digits, in one run or in groups.
    fn from_str(text: &str) -> Result<Self, NotARelayKey> {
        let digits = text.chars().filter(|c| !c.is_ascii_whitespace());
        let values: Vec<u8> = digits
            .map(|digit| digit.to_digit(16).and_then(|value| u8::try_from(value).ok()))
            .take(DIGITS + 1)
            .collect::<Option<_>>()
            .ok_or(NotARelayKey)?;
        if values.len() != DIGITS {
            return Err(NotARelayKey);
        }
        let bytes: Vec<u8> = values
            .chunks(2)
            .map(|pair| pair.iter().fold(0, |high, low| high << 4 | low))
            .collect();
        bytes.try_into().map(Self).map_err(|_| NotARelayKey)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_key_is_the_blake3_hash_of_the_public_key() {
        // The first official test vector of BLAKE3: no input at all.
        assert_eq!(
            RelayKey::of(b"").to_string(),
            "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262"
        );
    }

    #[test]
    fn a_key_in_groups_is_read_as_the_same_key() {
        let key = RelayKey::of(b"");
        assert_eq!(
            key.in_groups(),
            "af13 49b9 f5f9 a1a6 a040 4dea 36dc c949 9bcb 25c9 adc1 12b7 cc9a 93ca e41f 3262"
        );
        assert_eq!(key.in_groups().to_uppercase().parse(), Ok(key));
    }

    #[test]
    fn what_has_too_few_or_too_many_digits_is_no_key() {
        for wrong in [
            "",
            "af13",
            &"a".repeat(63),
            &"a".repeat(65),
            &"g".repeat(64),
            &"é".repeat(32),
        ] {
            assert_eq!(wrong.parse::<RelayKey>(), Err(NotARelayKey), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_a_key_in_its_digits_or_none(text in "[0-9a-fA-F \n]{60,72}|.{0,80}") {
            if let Ok(key) = text.parse::<RelayKey>() {
                let digits: String = text.split_ascii_whitespace().collect();
                prop_assert_eq!(key.to_string(), digits.to_lowercase());
            }
        }

        #[test]
        fn every_key_is_read_from_what_it_prints(bytes: [u8; 32]) {
            prop_assert_eq!(RelayKey(bytes).to_string().parse(), Ok(RelayKey(bytes)));
        }
    }
}

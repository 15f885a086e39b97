//! Bytes as words that people compare aloud, write down and type: the English list of BIP-39, 2,048 words of 11 bits each.
//!
//! No two words of the list begin with the same four letters, so four letters are enough to name one.

use bip39::Language;
use thiserror::Error;
use wire::RosterHead;

const BITS: usize = 11;
/// How many words stand for a roster's head. 88 bits: making a second roster with the same words takes 2⁸⁷ tries.
const HEAD_WORDS: usize = 8;
/// How many letters name a word.
const ENOUGH: usize = 4;

/// A word is not on the list.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("\"{0}\" is not one of the words that are used here")]
pub struct UnknownWord(pub String);

/// Returns the words of a roster's head, for two people to compare aloud.
pub fn of_head(head: &RosterHead) -> String {
    let words: Vec<_> = words(head.as_bytes()).take(HEAD_WORDS).collect();
    words.join(" ")
}

/// Returns the words for the bits of `bytes`; the last one may end in zero bits.
pub(crate) fn words(bytes: &[u8]) -> impl Iterator<Item = &'static str> {
    let count = (bytes.len() * 8).div_ceil(BITS);
    (0..count).map(move |n| {
        word((0..BITS).fold(0, |number, bit| {
            let at = n * BITS + bit;
            let byte = bytes.get(at / 8).copied().unwrap_or(0);
            number << 1 | u16::from(byte >> (7 - at % 8) & 1)
        }))
    })
}

/// Returns the word of a number below 2,048.
pub(crate) fn word(number: u16) -> &'static str {
    let list = Language::English.word_list();
    list.get(usize::from(number)).copied().unwrap_or_default()
}

/// Returns the number of a word, of which four letters are enough; how it is written large or small does not matter.
pub(crate) fn number(word: &str) -> Result<u16, UnknownWord> {
    let small = word.to_ascii_lowercase();
    let list = Language::English;
    let begun = || {
        let mut found = list
            .words_by_prefix_iter(&small)
            .filter(|_| small.len() >= ENOUGH);
        found.next().filter(|_| found.next().is_none())
    };
    list.find_word(&small)
        .or_else(|| list.find_word(begun()?))
        .ok_or_else(|| UnknownWord(word.to_owned()))
}

/// Returns the first `length` bytes that words stand for. The bits behind them are zero, or it is not their only form.
pub(crate) fn bytes(numbers: &[u16], length: usize) -> Option<Vec<u8>> {
    let bit = |at: usize| {
        let number = numbers.get(at / BITS)?;
        Some(number >> (BITS - 1 - at % BITS) & 1)
    };
    let rest = length * 8..numbers.len() * BITS;
    if rest.clone().count() >= BITS || rest.into_iter().any(|at| bit(at) != Some(0)) {
        return None;
    }
    (0..length)
        .map(|n| (0..8).try_fold(0u8, |byte, k| Some(byte << 1 | bit(n * 8 + k)? as u8)))
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_head_has_eight_words_that_stay_the_same() {
        let head = RosterHead(*blake3::hash(b"a roster").as_bytes());
        assert_eq!(of_head(&head).split(' ').count(), 8);
        assert_eq!(of_head(&RosterHead([0; 32])), ["abandon"; 8].join(" "));
        assert_eq!(of_head(&RosterHead([255; 32])), ["zoo"; 8].join(" "));
    }

    #[test]
    fn four_letters_name_a_word_and_three_do_not() {
        assert_eq!(number("abandon"), Ok(0));
        assert_eq!(number("ABAN"), Ok(0));
        assert_eq!(number("zoo"), Ok(2047));
        assert!(number("aba").is_err());
        assert!(number("").is_err());
        assert!(number("baraza").is_err());
    }

    proptest! {
        #[test]
        fn bytes_come_back_from_their_words(given in proptest::collection::vec(any::<u8>(), 1..60)) {
            let numbers: Vec<u16> = words(&given).map(|word| number(word).unwrap()).collect();
            prop_assert_eq!(bytes(&numbers, given.len()), Some(given));
        }
    }
}

//! A share of the recovery key, as words on paper.
//!
//! ```text
//! share := version(1) programme(4) split(4) number(1) need(1) y(32) checksum(5)
//! ```
//!
//! `programme` is the start of the root key's fingerprint, `split` of the recovery key's id, `number` the share's x and
//! `y` its value; `checksum` is the start of a BLAKE3 hash of all before. The 48 bytes are written as 35 words in five
//! lines of seven, and each line has an eighth word that checks it, so that a slip of the pen is found where it stands.

use std::collections::BTreeSet;

use blahaj::Sharks;
use rand_core::CryptoRng;
use thiserror::Error;
use wire::SignPublic;
use zeroize::Zeroizing;

use crate::keys::KemKey;
use crate::roster::{Roster, fingerprint};
use crate::words::{self, UnknownWord};

const VERSION: u8 = 1;
const LENGTH: usize = 48;
const CHECKED: usize = 43;
const LINE: usize = 7;
/// How many lines of words a share has.
pub const SHARE_LINES: usize = 5;
/// How many words a share has.
pub const SHARE_WORDS: usize = SHARE_LINES * (LINE + 1);
const MOST_SHARES: u8 = 16;

/// One share. It is secret, and alone it opens nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct Share {
    programme: [u8; 4],
    split: [u8; 4],
    number: u8,
    need: u8,
    y: Zeroizing<[u8; 32]>,
}

/// Why a key was not split.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error(
    "a recovery key is split into 2 to {MOST_SHARES} shares, of which at least 2 are needed and no more than there are"
)]
pub struct SplitError;

/// Why words are not a share.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ShareError {
    /// There are too few or too many.
    #[error("a share has {SHARE_WORDS} words in {SHARE_LINES} lines; here are {0}")]
    Count(usize),
    /// A word is none.
    #[error("line {line}, word {place}: {word}")]
    Word {
        /// Which line, from 1.
        line: usize,
        /// Which of its words, from 1.
        place: usize,
        /// The word.
        word: UnknownWord,
    },
    /// A line does not fit its check.
    #[error("line {0} holds a wrong word, or stands in another line's place; compare it with the paper")]
    Line(usize),
    /// The lines fit their checks, and the whole does not.
    #[error("the words are not one share: a line is another share's; compare them with the paper")]
    Whole,
    /// A later program made it.
    #[error("a newer program made this share (version {0}); update the program")]
    Newer(u8),
}

/// Why shares do not give the recovery key.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CombineError {
    /// There are too few.
    #[error("{need} different shares are needed, and {have} given")]
    TooFew {
        /// How many it takes.
        need: u8,
        /// How many different ones there are.
        have: usize,
    },
    /// The roster names no recovery key.
    #[error(
        "the roster given has no recovery key: it was exported before the key was split, or the programme never did"
    )]
    NoRecoveryKey,
    /// A share belongs to another programme.
    #[error("share {0} belongs to another programme than the roster given")]
    OtherProgramme(u8),
    /// A share is of another recovery key than the programme's.
    #[error(
        "share {0} was made at another time than the programme's recovery key: look for the newest shares"
    )]
    OtherSplit(u8),
    /// They fit, and give something else.
    #[error("the shares do not give the programme's recovery key; one of them was not made by this program")]
    Wrong,
}

/// Splits a recovery key of the programme with this root key into `shares`, `need` of which give it back.
pub fn split(
    key: &KemKey,
    root: &SignPublic,
    shares: u8,
    need: u8,
    rng: &mut impl CryptoRng,
) -> Result<Vec<Share>, SplitError> {
    if !(2..=MOST_SHARES).contains(&shares) || !(2..=shares).contains(&need) {
        return Err(SplitError);
    }
    let (programme, split) = marks(key, root);
    Sharks(need)
        .dealer_rng(key.seed().as_slice(), rng)
        .take(shares.into())
        .map(|dealt| {
            let bytes = Zeroizing::new(Vec::from(&dealt));
            let (number, y) = bytes.split_first().ok_or(SplitError)?;
            Ok(Share {
                programme,
                split,
                number: *number,
                need,
                y: Zeroizing::new(y.try_into().map_err(|_| SplitError)?),
            })
        })
        .collect()
}

/// Puts the recovery key of a roster's programme together.
pub fn combine(shares: &[Share], roster: &Roster) -> Result<KemKey, CombineError> {
    let recovery = roster.recovery().ok_or(CombineError::NoRecoveryKey)?;
    let programme = first(&fingerprint(roster.root()));
    let split = first(recovery.public.id().as_bytes());
    if let Some(other) = shares.iter().find(|share| share.programme != programme) {
        return Err(CombineError::OtherProgramme(other.number));
    }
    if let Some(other) = shares.iter().find(|share| share.split != split) {
        return Err(CombineError::OtherSplit(other.number));
    }
    let need = shares.iter().map(|share| share.need).max().unwrap_or(2);
    let have = shares
        .iter()
        .map(|share| share.number)
        .collect::<BTreeSet<_>>()
        .len();
    if have < usize::from(need) {
        return Err(CombineError::TooFew { need, have });
    }
    let dealt: Vec<blahaj::Share> = shares
        .iter()
        .map(|share| {
            let bytes = Zeroizing::new([&[share.number], share.y.as_slice()].concat());
            blahaj::Share::try_from(bytes.as_slice()).map_err(|_| CombineError::Wrong)
        })
        .collect::<Result<_, _>>()?;
    let sharks = Sharks(need);
    let seed = sharks.recover(&dealt).map(Zeroizing::new);
    let seed = seed.map_err(|_| CombineError::Wrong)?;
    let seed = <[u8; 32]>::try_from(seed.as_slice()).map_err(|_| CombineError::Wrong)?;
    let key = KemKey::from_seed(&Zeroizing::new(seed));
    match key.public() == recovery.public {
        true => Ok(key),
        false => Err(CombineError::Wrong),
    }
}

impl Share {
    /// Returns which share it is, from 1.
    pub fn number(&self) -> u8 {
        self.number
    }

    /// Returns how many shares give the key back.
    pub fn need(&self) -> u8 {
        self.need
    }

    /// Returns the start of the programme's fingerprint, by which people tell shares of two programmes apart.
    pub fn programme(&self) -> String {
        self.programme.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Returns the start of the recovery key's id, by which people tell two splits apart.
    pub fn split(&self) -> String {
        self.split.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Returns the share as lines of words.
    pub fn lines(&self) -> Zeroizing<Vec<String>> {
        let bytes = self.to_bytes();
        let words: Vec<_> = words::words(bytes.as_slice()).collect();
        let lines = words.chunks(LINE).enumerate().map(|(n, line)| {
            let numbers: Vec<u16> = line.iter().filter_map(|word| words::number(word).ok()).collect();
            let check = words::word(check(n, &numbers));
            [line, &[check]].concat().join(" ")
        });
        Zeroizing::new(lines.collect())
    }

    /// Reads a share from words, which may stand between other text if their lines begin with `1:` to `5:`.
    pub fn from_text(text: &str) -> Result<Self, ShareError> {
        let numbered = |n: usize| {
            let mut lines = text.lines().map(str::trim);
            lines.find_map(|line| line.strip_prefix(&format!("{n}:")))
        };
        let lines: Option<Vec<&str>> = (1..=SHARE_LINES).map(numbered).collect();
        let words: Vec<&str> = match &lines {
            Some(lines) => lines.iter().flat_map(|line| line.split_whitespace()).collect(),
            None => text.split_whitespace().collect(),
        };
        if words.len() != SHARE_WORDS {
            return Err(ShareError::Count(words.len()));
        }
        let mut numbers = Vec::new();
        for (n, line) in words.chunks(LINE + 1).enumerate() {
            let mut line = line
                .iter()
                .enumerate()
                .map(|(place, word)| {
                    words::number(word).map_err(|word| ShareError::Word {
                        line: n + 1,
                        place: place + 1,
                        word,
                    })
                })
                .collect::<Result<Vec<u16>, _>>()?;
            if line.pop() != Some(check(n, &line)) {
                return Err(ShareError::Line(n + 1));
            }
            numbers.extend(line);
        }
        let bytes = words::bytes(&numbers, LENGTH).map(Zeroizing::new);
        Self::from_bytes(&bytes.ok_or(ShareError::Whole)?)
    }

    fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let checked = Zeroizing::new(
            [
                &[VERSION][..],
                &self.programme,
                &self.split,
                &[self.number, self.need],
                self.y.as_slice(),
            ]
            .concat(),
        );
        let sum = checksum(&checked);
        Zeroizing::new([checked.as_slice(), &sum].concat())
    }

    fn from_bytes(bytes: &[u8]) -> Result<Self, ShareError> {
        let (checked, sum) = bytes.split_at_checked(CHECKED).ok_or(ShareError::Whole)?;
        if checksum(checked) != *sum {
            return Err(ShareError::Whole);
        }
        let [version, rest @ ..] = checked else {
            return Err(ShareError::Whole);
        };
        if *version != VERSION {
            return Err(ShareError::Newer(*version));
        }
        let whole = || ShareError::Whole;
        let (programme, rest) = rest.split_first_chunk::<4>().ok_or_else(whole)?;
        let (split, rest) = rest.split_first_chunk::<4>().ok_or_else(whole)?;
        let ([number, need], y) = rest.split_first_chunk::<2>().ok_or_else(whole)?;
        Ok(Self {
            programme: *programme,
            split: *split,
            number: *number,
            need: *need,
            y: Zeroizing::new(y.try_into().map_err(|_| whole())?),
        })
    }
}

impl std::fmt::Debug for Share {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Share({} of programme {}, …)", self.number, self.programme())
    }
}

/// Returns by what the shares of a key name its programme and the key.
fn marks(key: &KemKey, root: &SignPublic) -> ([u8; 4], [u8; 4]) {
    (first(&fingerprint(root)), first(key.id().as_bytes()))
}

fn first(bytes: &[u8]) -> [u8; 4] {
    bytes.first_chunk().copied().unwrap_or_default()
}

fn checksum(bytes: &[u8]) -> [u8; LENGTH - CHECKED] {
    let hash = blake3::derive_key("baraza/1 recovery share", bytes);
    hash.first_chunk().copied().unwrap_or_default()
}

/// Returns the number of the word that checks a line.
fn check(line: usize, numbers: &[u16]) -> u16 {
    let mut bytes = Zeroizing::new(vec![line as u8]);
    numbers
        .iter()
        .for_each(|number| bytes.extend(number.to_be_bytes()));
    let [high, low, ..] = blake3::derive_key("baraza/1 line of a recovery share", &bytes);
    u16::from_be_bytes([high & 7, low])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::SeedableRng;
    use rand::rngs::ChaCha20Rng;

    use super::*;
    use crate::keys::SignKey;

    fn shares(seed: u64) -> Vec<Share> {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let (key, root) = (KemKey::make(&mut rng), SignKey::make(&mut rng).public());
        split(&key, &root, 3, 2, &mut rng).unwrap()
    }

    fn text(share: &Share) -> String {
        share.lines().join("\n")
    }

    #[test]
    fn a_share_comes_back_from_its_words_however_they_stand() {
        for share in shares(1) {
            let plain = text(&share);
            assert_eq!(Share::from_text(&plain), Ok(share.clone()));
            assert_eq!(
                Share::from_text(&plain.to_uppercase().replace('\n', " ")),
                Ok(share.clone())
            );
            let short: Vec<String> = plain
                .split_whitespace()
                .map(|word| word.chars().take(4).collect())
                .collect();
            let short = short.join(" ");
            if short.split(' ').all(|word| word.len() == 4) {
                assert_eq!(Share::from_text(&short), Ok(share.clone()));
            }
            let numbered: Vec<String> = share
                .lines()
                .iter()
                .enumerate()
                .map(|(n, line)| format!("  {}: {line}", n + 1))
                .collect();
            let on_paper = format!("Keep this well.\n\n{}\n\nDo not fold.", numbered.join("\n"));
            assert_eq!(Share::from_text(&on_paper), Ok(share));
        }
    }

    #[test]
    fn the_words_of_a_share_are_what_they_were() {
        let share = Share {
            programme: [1, 2, 3, 4],
            split: [5, 6, 7, 8],
            number: 1,
            need: 2,
            y: Zeroizing::new([9; 32]),
        };
        assert_eq!(
            *share.lines(),
            [
                "absurd amount liar amount expire adjust cactus forget",
                "cake animal embark drastic bamboo mountain loyal consider",
                "category cancel animal embark drastic bamboo mountain submit",
                "loyal category cancel animal embark drastic bamboo assist",
                "mountain loyal category cry pass flee struggle limb",
            ]
        );
    }

    #[test]
    fn a_slip_is_named_by_its_line() {
        let share = &shares(2)[0];
        let lines = share.lines();
        let mut words: Vec<String> = lines[2].split(' ').map(str::to_owned).collect();
        words[4] = if words[4] == "zoo" { "abandon" } else { "zoo" }.into();
        let slipped = text(share).replace(&lines[2], &words.join(" "));
        assert_eq!(Share::from_text(&slipped), Err(ShareError::Line(3)));
        words[4] = "baraza".into();
        let slipped = text(share).replace(&lines[2], &words.join(" "));
        let error = Share::from_text(&slipped).unwrap_err();
        assert_eq!(
            error.to_string(),
            "line 3, word 5: \"baraza\" is not one of the words that are used here"
        );
        let swapped = [1, 0, 2, 3, 4].map(|n: usize| lines[n].clone()).join("\n");
        assert_eq!(Share::from_text(&swapped), Err(ShareError::Line(1)));
        assert_eq!(Share::from_text(&lines[0]), Err(ShareError::Count(8)));
    }

    #[test]
    fn a_line_of_another_share_is_noticed() {
        let [one, two, ..] = &shares(3)[..] else {
            panic!("three shares")
        };
        let (one, two) = (one.lines(), two.lines());
        let mixed = [&one[0], &one[1], &two[2], &one[3], &one[4]]
            .map(String::as_str)
            .join("\n");
        assert_eq!(Share::from_text(&mixed), Err(ShareError::Whole));
    }

    #[test]
    fn a_share_does_not_show_itself() {
        let share = &shares(4)[0];
        assert_eq!(
            format!("{share:?}"),
            format!("Share(1 of programme {}, …)", share.programme())
        );
    }

    #[test]
    fn a_key_is_not_split_into_shares_that_open_alone_or_never() {
        let mut rng = ChaCha20Rng::seed_from_u64(5);
        let (key, root) = (KemKey::make(&mut rng), SignKey::make(&mut rng).public());
        for (shares, need) in [(3, 1), (1, 1), (0, 0), (2, 3), (17, 2)] {
            assert_eq!(
                split(&key, &root, shares, need, &mut rng),
                Err(SplitError),
                "{need} of {shares}"
            );
        }
    }

    proptest! {
        #[test]
        fn any_text_is_a_share_or_fails_cleanly(text: String, words in proptest::collection::vec(0..2048u16, 40)) {
            let _ = Share::from_text(&text);
            let words: Vec<_> = words.into_iter().map(words::word).collect();
            prop_assert!(Share::from_text(&words.join(" ")).is_err());
        }
    }
}

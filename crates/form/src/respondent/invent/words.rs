//! Words and names of syllables.

use rand::Rng;

use super::below;

const BEGINNINGS: [&str; 24] = [
    "a", "ba", "ca", "da", "de", "fa", "fi", "ga", "ha", "i", "ja", "ka", "ko", "la", "ma", "mo", "na", "o",
    "ra", "sa", "su", "ta", "wa", "ya",
];
const SYLLABLES: [&str; 40] = [
    "ba", "bi", "bo", "da", "di", "dou", "fa", "fe", "ga", "go", "ha", "ki", "ko", "la", "le", "li", "lo",
    "ma", "mi", "mou", "na", "ne", "ni", "no", "ra", "re", "ri", "sa", "se", "si", "sou", "ta", "te", "ti",
    "tou", "wa", "ya", "za", "ndi", "mba",
];
const ENDINGS: [&str; 16] = [
    "", "", "", "h", "n", "ne", "r", "s", "t", "tou", "ye", "la", "ma", "dé", "ssé", "ko",
];

/// A word of two to four syllables.
pub(super) fn word(rng: &mut impl Rng) -> String {
    let mut word = pick(&BEGINNINGS, rng).to_owned();
    for _ in 0..1 + below(rng, 2) {
        word.push_str(pick(&SYLLABLES, rng));
    }
    word.push_str(pick(&ENDINGS, rng));
    word
}

/// A word that begins with a capital letter.
pub(super) fn capital(rng: &mut impl Rng) -> String {
    let word = word(rng);
    let mut chars = word.chars();
    chars
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// Half as many words as `most`, up to that many.
pub(super) fn sentence(rng: &mut impl Rng, most: u64) -> String {
    let count = most / 2 + below(rng, most / 2 + 1);
    let mut words = vec![capital(rng)];
    words.extend((1..count).map(|_| word(rng)));
    words.join(" ")
}

fn pick<'a>(from: &[&'a str], rng: &mut impl Rng) -> &'a str {
    let place = below(rng, from.len() as u64) as usize;
    from.get(place).copied().unwrap_or_default()
}

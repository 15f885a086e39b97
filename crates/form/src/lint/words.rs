//! The words in a question, and what they tell about it.

use std::collections::BTreeSet;

use crate::model::Question;

mod lists;

/// The longest text that is looked at, in characters.
const MAX_TEXT: usize = 2_000;
/// In labels of more different words than these, words about people's situation stand by the way.
const MAX_TELLING: usize = 20;

/// The words of a question's name, and of its label in each language, in small letters and without accents.
pub(super) struct Words {
    texts: Vec<BTreeSet<String>>,
}

impl Words {
    pub(super) fn of(question: &Question) -> Self {
        let mut texts = vec![words(&question.name)];
        let labels = question.label.iter();
        texts.extend(labels.map(|(_, label)| words(&without_references(label))));
        Words { texts }
    }

    pub(super) fn ask_for_email(&self) -> bool {
        self.any(|text| has(text, lists::EMAIL))
    }

    pub(super) fn ask_for_telephone(&self) -> bool {
        self.any(|text| has(text, lists::TELEPHONE)) && !self.ask_how_many()
    }

    pub(super) fn ask_for_papers(&self) -> bool {
        let papers =
            |text: &BTreeSet<String>| has(text, lists::PAPERS) || has_together(text, lists::PAPERS_TOGETHER);
        self.any(papers) && !self.ask_how_many()
    }

    pub(super) fn ask_for_birth(&self) -> bool {
        self.any(|text| has(text, lists::BIRTH))
    }

    /// Whether an address or coordinates are asked for; numbers can be coordinates only.
    pub(super) fn ask_for_place(&self, is_text: bool) -> bool {
        self.any(|text| has(text, lists::COORDINATES) || (is_text && has(text, lists::ADDRESS)))
    }

    /// Whether a person's name is asked for: not that of a village, a language or whoever asks.
    pub(super) fn ask_for_name(&self) -> bool {
        self.any(|text| has(text, lists::NAME)) && !self.any(|text| has(text, lists::NO_PERSON))
    }

    /// Whether a code is asked for that tells nothing by itself.
    pub(super) fn ask_for_code(&self) -> bool {
        self.any(|text| has(text, lists::CODE))
    }

    /// What is asked for that may bring somebody into danger.
    pub(super) fn status(&self) -> Option<&'static str> {
        if self.any(|text| has_together(text, lists::LEGAL_TOGETHER)) {
            return Some(lists::LEGAL);
        }
        let is_about_service = self.any(|text| has(text, lists::SERVICE) || has(text, lists::MONEY));
        lists::STATUS.iter().find_map(|(what, words)| {
            let is_told = self.any(|text| text.len() <= MAX_TELLING && has(text, words));
            let is_health = *what == lists::HEALTH;
            (is_told && !(is_health && is_about_service)).then_some(*what)
        })
    }

    fn ask_how_many(&self) -> bool {
        self.any(|text| has(text, lists::HOW_MANY) || has(text, lists::MONEY))
    }

    fn any(&self, test: impl Fn(&BTreeSet<String>) -> bool) -> bool {
        self.texts.iter().any(test)
    }
}

/// Whether one of the words is in a text; `violen*` is every word that begins so.
fn has(text: &BTreeSet<String>, words: &[&str]) -> bool {
    words.iter().any(|word| match word.strip_suffix('*') {
        Some(beginning) => {
            let from = text.range(beginning.to_owned()..).next();
            from.is_some_and(|found| found.starts_with(beginning))
        }
        None => text.contains(*word),
    })
}

/// Whether all words of one of the lists are in a text.
fn has_together(text: &BTreeSet<String>, lists: &[&[&str]]) -> bool {
    let all_in = |words: &&[&str]| words.iter().all(|word| text.contains(*word));
    lists.iter().any(all_in)
}

/// A text without the names in its `${…}`, which stand for answers.
fn without_references(text: &str) -> String {
    let mut parts = text.split("${");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        text + " " + part.split_once('}').map_or(part, |(_, after)| after)
    })
}

/// The words of a text: `headName_2` has `head` and `name`.
fn words(text: &str) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    let mut word = String::new();
    let mut was_small = false;
    let mut end = |word: &mut String| {
        if !word.is_empty() {
            let whole = std::mem::take(word);
            // The Arabic article is written together with its word.
            if let Some(bare) = whole.strip_prefix("ال").filter(|bare| bare.chars().count() > 1) {
                words.insert(bare.to_owned());
            }
            words.insert(whole);
        }
    };
    for c in text.chars().take(MAX_TEXT) {
        if is_mark(c) {
            continue;
        }
        if !c.is_alphabetic() || (c.is_uppercase() && was_small) {
            end(&mut word);
        }
        if c.is_alphabetic() {
            word.extend(c.to_lowercase().map(plain));
        }
        was_small = c.is_lowercase();
    }
    end(&mut word);
    words
}

/// Whether a character only changes how the one before it is said.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{64b}'..='\u{65f}' | '\u{670}' | '\u{640}')
}

/// The letter without its accent, and one spelling of Arabic letters that are written in several ways.
fn plain(c: char) -> char {
    match c {
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' => 'a',
        'ç' => 'c',
        'è' | 'é' | 'ê' | 'ë' => 'e',
        'ì' | 'í' | 'î' | 'ï' => 'i',
        'ñ' => 'n',
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' => 'o',
        'ù' | 'ú' | 'û' | 'ü' => 'u',
        'أ' | 'إ' | 'آ' => 'ا',
        'ى' => 'ي',
        'ة' => 'ه',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_however_they_are_written() {
        let of = |text: &str| words(text).into_iter().collect::<Vec<_>>().join(" ");
        assert_eq!(of("headName_2"), "head name");
        assert_eq!(of("Prénom(s)"), "prenom s");
        assert_eq!(of("رقم الهاتف"), "الهاتف رقم هاتف");
        assert_eq!(of("HH_ID"), "hh id");
        assert_eq!(
            without_references("When did ${name} come to ${place}?"),
            "When did   come to  ?"
        );
        assert!(has(&words("gender-based violence"), &["violen*"]));
        assert!(!has(&words("violet"), &["violen*"]));
    }

    #[test]
    fn every_word_that_is_looked_for_can_be_found() {
        for word in lists::all() {
            let bare = word.strip_suffix('*').unwrap_or(word);
            assert!(words(bare).contains(bare), "{word}");
        }
    }
}

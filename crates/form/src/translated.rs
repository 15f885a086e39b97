//! A text in the languages of a form.

use std::collections::BTreeMap;

/// A text in the languages of a form; possibly in none.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Translated {
    texts: BTreeMap<String, String>,
}

impl Translated {
    /// Returns a text in one language.
    pub fn in_one(language: impl Into<String>, text: impl Into<String>) -> Self {
        let mut translated = Self::default();
        translated.set(language, text);
        translated
    }

    /// Sets the text for a language; an empty text takes it away.
    pub fn set(&mut self, language: impl Into<String>, text: impl Into<String>) {
        let (language, text) = (language.into(), text.into());
        if text.is_empty() {
            self.texts.remove(&language);
        } else {
            self.texts.insert(language, text);
        }
    }

    /// Says whether there is no text in any language.
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    /// Returns the text written for exactly this language.
    pub fn exactly(&self, language: &str) -> Option<&str> {
        self.texts.get(language).map(String::as_str)
    }

    /// Returns the text in `language`, named as in the form (`English (en)`) or by its code (`en`),
    /// or else in `fallback`, or else in any language there is.
    pub fn text(&self, language: &str, fallback: &str) -> Option<&str> {
        self.find(language)
            .or_else(|| self.find(fallback))
            .or_else(|| self.texts.values().next().map(String::as_str))
    }

    /// Goes through the languages and their texts, by the languages' names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.texts
            .iter()
            .map(|(language, text)| (language.as_str(), text.as_str()))
    }

    fn find(&self, language: &str) -> Option<&str> {
        if language.is_empty() {
            return None;
        }
        self.exactly(language).or_else(|| {
            self.iter()
                .find(|(name, _)| same_language(name, language))
                .map(|(_, text)| text)
        })
    }
}

/// Says whether two names mean one language: `English (en)`, `en` and `english` do.
pub(crate) fn same_language(one: &str, other: &str) -> bool {
    let (one_word, one_code) = parts(one);
    let (other_word, other_code) = parts(other);
    one_word == other_word
        || one_code
            .as_ref()
            .is_some_and(|code| Some(code) == other_code.as_ref() || *code == other_word)
        || other_code.is_some_and(|code| code == one_word)
}

fn parts(language: &str) -> (String, Option<String>) {
    let lower = language.trim().to_lowercase();
    match lower.strip_suffix(')').and_then(|inner| inner.rsplit_once('(')) {
        Some((word, code)) => (word.trim().to_owned(), Some(code.trim().to_owned())),
        None => (lower, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_found_by_name_and_by_code() {
        let mut hello = Translated::in_one("English (en)", "Hello");
        hello.set("Kiswahili (sw)", "Hujambo");
        assert_eq!(hello.text("sw", "English (en)"), Some("Hujambo"));
        assert_eq!(hello.text("Kiswahili (sw)", "en"), Some("Hujambo"));
        assert_eq!(hello.text("Français (fr)", "English (en)"), Some("Hello"));
        assert_eq!(hello.text("fr", "so"), Some("Hello"));
        assert_eq!(Translated::default().text("en", "en"), None);
    }
}

//! Languages without a code that programs understand.

use super::{Tables, all};
use crate::definition::{Definition, Text};
use crate::read::Problems;

/// The codes that the registry of language subtags lists, from two letters on.
const CODES: &str = include_str!("language_codes.txt");

/// Warns of languages whose name does not end in a code, like `English (en)`.
pub(super) fn check(definition: &Definition, tables: &Tables<'_>, problems: &mut Problems) {
    for language in languages(definition) {
        if language == "default" || language.chars().count() < 3 || has_code(language) {
            continue;
        }
        let header = tables
            .survey
            .columns
            .iter()
            .find(|column| column.tokens.iter().skip(1).any(|token| token == language));
        let way: Vec<&str> = header
            .map(|column| column.tokens.iter().map(String::as_str).collect())
            .unwrap_or_default();
        let message = format!("the language `{language}` names no code that programs understand");
        problems.warn(
            tables
                .survey
                .error("language_without_code", 1, &way, message)
                .hint("write its code in brackets behind it, like `English (en)`"),
        );
    }
}

/// The languages that texts are in, in the order in which they come.
fn languages(definition: &Definition) -> Vec<&str> {
    fn note<'a>(text: &'a Text, languages: &mut Vec<&'a str>) {
        if let Text::ByLanguage(texts) = text {
            for (language, _) in texts {
                if !languages.contains(&language.as_str()) {
                    languages.push(language);
                }
            }
        }
    }
    let mut languages: Vec<&str> = Vec::new();
    for element in all(definition) {
        let shown = [&element.label, &element.hint, &element.guidance_hint];
        let texts = shown.into_iter().flatten();
        for text in texts.chain(element.media.values()).chain(element.bind.values()) {
            note(text, &mut languages);
        }
    }
    for choice in definition.lists.iter().flat_map(|list| &list.choices) {
        for text in choice.label.iter().chain(choice.media.values()) {
            note(text, &mut languages);
        }
    }
    languages
}

fn has_code(language: &str) -> bool {
    language
        .strip_suffix(')')
        .and_then(|front| front.split_once('('))
        .is_some_and(|(_, code)| !code.is_empty() && CODES.split_whitespace().any(|known| known == code))
}

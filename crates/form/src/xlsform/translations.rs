//! Languages that some columns name and others lack.

use std::collections::BTreeSet;

use super::table::Table;
use crate::read::Problems;

/// The texts that are translated, by the parts of their headers that tell them apart.
const TEXTS: &[(&str, &str)] = &[
    ("label", "label"),
    ("hint", "hint"),
    ("guidance_hint", "guidance_hint"),
    ("image", "image"),
    ("big-image", "big-image"),
    ("audio", "audio"),
    ("video", "video"),
    ("jr:constraintMsg", "constraint_message"),
    ("jr:requiredMsg", "required_message"),
];

/// The languages of each translated text: pairs of language and column, `default` for none.
fn seen(table: &Table<'_>) -> Vec<(String, &'static str)> {
    let mut seen = Vec::new();
    for column in &table.columns {
        let mut tokens = column.tokens.as_slice();
        if let [group, rest @ ..] = tokens
            && !rest.is_empty()
            && matches!(group.as_str(), "media" | "bind")
        {
            tokens = rest;
        }
        let Some(first) = tokens.first() else { continue };
        let Some((_, name)) = TEXTS.iter().find(|(token, _)| token == first) else {
            continue;
        };
        match tokens {
            [_] => seen.push(("default".to_owned(), *name)),
            [_, language] => seen.push((language.clone(), *name)),
            _ => {}
        }
    }
    seen
}

fn languages(seen: &[(String, &'static str)]) -> BTreeSet<String> {
    seen.iter().map(|(language, _)| language.clone()).collect()
}

/// Whether the headers name a language.
fn is_translated(table: &Table<'_>) -> bool {
    seen(table).iter().any(|(language, _)| language != "default")
}

/// Warns of columns that are there in one language and not in another.
pub(super) fn warn_of_missing(table: &Table<'_>, problems: &mut Problems) {
    let seen = seen(table);
    let languages = languages(&seen);
    if !languages.iter().any(|language| language != "default") {
        return;
    }
    let columns: BTreeSet<&str> = seen.iter().map(|(_, name)| *name).collect();
    for language in &languages {
        for column in &columns {
            if seen
                .iter()
                .any(|(other, name)| other == language && name == column)
            {
                continue;
            }
            let message = if language == "default" {
                format!("`{column}` has no column that names no language, while others have one")
            } else {
                format!("`{column}` is not translated into `{language}`")
            };
            let hint = if language == "default" {
                "name the language in each header, or in none".to_owned()
            } else {
                format!("add a column `{column}::{language}`")
            };
            problems.warn(
                table
                    .error("missing_translation", 1, &[column], message)
                    .hint(hint),
            );
        }
    }
}

/// Warns that what `or_other` adds is in English in a form that is translated.
pub(super) fn warn_of_other(tables: &[&Table<'_>], problems: &mut Problems) {
    if let Some(table) = tables.iter().find(|table| is_translated(table)) {
        problems.warn(
            table
                .error(
                    "untranslated_other",
                    0,
                    &["type"],
                    "`or_other` adds a choice and a question in English, and the form is translated",
                )
                .hint("add a choice `other` and a text question that is relevant when it is selected"),
        );
    }
}

//! Loops: what is in them stands once for each choice of a list.

use std::collections::HashMap;

use super::super::names::is_xml_name;
use super::super::survey::NAME_HINT;
use super::labels::is_media;
use super::{Tables, all, is_external};
use crate::definition::{Choice, Definition, Element, ElementKind, Text};
use crate::read::{FormError, Problems};

/// The most questions, groups and repeats that the rounds of loops may make.
const MAX_ELEMENTS: usize = 50_000;

/// Complains of choices that cannot be rounds of a loop, and of placeholders for what they lack.
pub(super) fn check(definition: &Definition, tables: &Tables<'_>, problems: &mut Problems) {
    for element in all(definition) {
        if element.kind != ElementKind::Loop {
            continue;
        }
        let list = definition
            .lists
            .iter()
            .find(|list| Some(&list.name) == element.list.as_ref());
        let choices: Vec<&Choice> = list
            .into_iter()
            .flat_map(|list| &list.choices)
            .filter(|choice| choice.name != "none")
            .collect();
        check_choices(element, &choices, problems);
        if choices.len() > 1 {
            check_repeats(&element.children, tables, problems);
            check_files(&element.children, tables, problems);
        }
        for child in &element.children {
            check_placeholders(child, &choices, tables, problems);
        }
    }
}

/// Says whether the rounds of all loops hold no more than a form may.
pub(super) fn check_size(definition: &Definition, tables: &Tables<'_>, problems: &mut Problems) -> bool {
    fn size(elements: &[Element], rounds: &HashMap<&str, usize>) -> usize {
        elements.iter().fold(0, |total: usize, element| {
            let inside = size(&element.children, rounds).saturating_add(1);
            let times = match (element.kind, &element.list) {
                (ElementKind::Loop, Some(list)) => rounds.get(list.as_str()).copied().unwrap_or(0).max(1),
                _ => 1,
            };
            total.saturating_add(inside.saturating_mul(times))
        })
    }
    let Some(first) = all(definition)
        .into_iter()
        .find(|element| element.kind == ElementKind::Loop)
    else {
        return true;
    };
    let rounds: HashMap<&str, usize> = definition
        .lists
        .iter()
        .map(|list| (list.name.as_str(), list.choices.len()))
        .collect();
    let sound = size(&definition.elements, &rounds) <= MAX_ELEMENTS;
    if !sound {
        let message = format!("the rounds of the loops hold more than {MAX_ELEMENTS} questions");
        problems.error(
            tables
                .error("too_many_rounds", first, &["type"], message)
                .hint("use repeats instead of loops"),
        );
    }
    sound
}

fn check_choices(element: &Element, choices: &[&Choice], problems: &mut Problems) {
    for choice in choices {
        if let Some(form) = choice.media.keys().find(|form| !is_media(form)) {
            let message = format!("`{form}` is no kind of media");
            let column = format!("media::{form}");
            problems.error(
                FormError::at("unknown_media", "choices", choice.row, &column, message)
                    .hint("write `image`, `big-image`, `audio` or `video`"),
            );
        }
        let (code, column, message, hint) = if !is_xml_name(&choice.name) {
            (
                "invalid_loop_choice",
                "name",
                format!(
                    "`{}` cannot name a round of the loop `{}`",
                    choice.name, element.name
                ),
                NAME_HINT,
            )
        } else if choice.label.is_none() && !element.children.is_empty() {
            (
                "loop_choice_without_label",
                "label",
                format!(
                    "the loop `{}` needs a label for its round `{}`",
                    element.name, choice.name
                ),
                "write a label",
            )
        } else {
            continue;
        };
        problems.error(FormError::at(code, "choices", choice.row, column, message).hint(hint));
    }
}

fn check_files(elements: &[Element], tables: &Tables<'_>, problems: &mut Problems) {
    for element in elements {
        if is_external(element) {
            let message = format!(
                "the file `{}` would be there once for each round of the loop",
                element.name
            );
            problems.error(
                tables
                    .error("duplicate_external", element, &["name"], message)
                    .hint("move the row out of the loop"),
            );
        }
        check_files(&element.children, tables, problems);
    }
}

fn check_repeats(elements: &[Element], tables: &Tables<'_>, problems: &mut Problems) {
    for element in elements {
        if element.kind == ElementKind::Repeat {
            let message = format!(
                "the repeat `{}` would be there once for each round of the loop",
                element.name
            );
            problems.error(
                tables
                    .error("duplicate_repeat_name", element, &["name"], message)
                    .hint("use a repeat instead of the loop"),
            );
        }
        check_repeats(&element.children, tables, problems);
    }
}

fn check_placeholders(element: &Element, choices: &[&Choice], tables: &Tables<'_>, problems: &mut Problems) {
    let translated = [
        ("label", &element.label),
        ("hint", &element.hint),
        ("guidance_hint", &element.guidance_hint),
    ];
    let mut texts: Vec<(Vec<&str>, &str)> = Vec::new();
    for (name, text) in translated {
        match text {
            Some(Text::Plain(text)) => texts.push((vec![name], text)),
            Some(Text::ByLanguage(by)) => {
                texts.extend(by.iter().map(|(_, text)| (vec![name], text.as_str())))
            }
            None => {}
        }
    }
    let inner = element.bind.iter().map(|(name, text)| ("bind", name, text));
    let media = element.media.iter().map(|(name, text)| ("media", name, text));
    for (group, name, text) in inner.chain(media) {
        if matches!(text, Text::ByLanguage(_)) {
            problems.error(
                tables
                    .error(
                        "translated_in_loop",
                        element,
                        &[group, name],
                        "in a loop, only labels and hints can be translated",
                    )
                    .hint("write it in one language, or use a repeat instead of the loop"),
            );
        }
    }
    for (name, text) in &element.bind {
        texts.push((vec!["bind", name], text.any()));
    }
    for (name, text) in &element.control {
        texts.push((vec!["control", name], text));
    }
    for (name, text) in [
        ("default", &element.default),
        ("choice_filter", &element.choice_filter),
    ] {
        texts.extend(text.as_deref().map(|text| (vec![name], text)));
    }
    for (way, text) in texts {
        if let Some(placeholder) = unfilled(text, choices) {
            let message = format!("in a loop, `{placeholder}` stands for nothing that the choices have");
            problems.error(tables.error("invalid_placeholder", element, &way, message).hint(
                "write `%(label)s`, `%(name)s` or the name of another column, and `%%` for a percent sign",
            ));
        }
    }
}

/// The first placeholder that cannot be filled.
fn unfilled<'a>(text: &'a str, choices: &[&Choice]) -> Option<&'a str> {
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        let from = rest.get(at..).unwrap_or_default();
        let after = from.get(1..).unwrap_or_default();
        if let Some(behind) = after.strip_prefix(['%', 's', 'r']) {
            rest = behind;
            continue;
        }
        let named = after
            .strip_prefix('(')
            .and_then(|after| after.split_once(')'))
            .filter(|(name, _)| choices.iter().all(|choice| has(choice, name)))
            .and_then(|(_, behind)| behind.strip_prefix(['s', 'r']));
        match named {
            Some(behind) => rest = behind,
            None => {
                let end = from.char_indices().nth(12).map_or(from.len(), |(at, _)| at);
                return from.get(..end);
            }
        }
    }
    None
}

fn has(choice: &Choice, name: &str) -> bool {
    match name {
        "name" => true,
        "label" => choice.label.is_some(),
        "media" => !choice.media.is_empty(),
        name => choice.columns.iter().any(|(column, _)| column == name),
    }
}

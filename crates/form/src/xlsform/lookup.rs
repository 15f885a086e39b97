//! The headers as they are written, for messages of those who build on the sheets.

use std::collections::BTreeMap;

use super::table::Table;

pub(super) fn survey_headers(table: &Table<'_>) -> BTreeMap<String, String> {
    by_property(table, |tokens| match tokens {
        ["bind", attribute, ..] => match *attribute {
            "calculate" => "calculation".to_owned(),
            "jr:constraintMsg" => "constraint_message".to_owned(),
            "jr:requiredMsg" => "required_message".to_owned(),
            "entities:saveto" => "save_to".to_owned(),
            attribute => attribute.to_owned(),
        },
        ["control", "jr:count", ..] => "repeat_count".to_owned(),
        ["control" | "media" | "instance", part, ..] => (*part).to_owned(),
        [first, ..] => (*first).to_owned(),
        [] => String::new(),
    })
}

pub(super) fn choice_headers(table: &Table<'_>) -> BTreeMap<String, String> {
    by_property(table, |tokens| match tokens {
        ["list name", ..] => "list_name".to_owned(),
        ["media", part, ..] => (*part).to_owned(),
        tokens => tokens
            .first()
            .map_or_else(String::new, |first| (*first).to_owned()),
    })
}

pub(super) fn settings_headers(table: &Table<'_>) -> BTreeMap<String, String> {
    by_property(table, |tokens| match tokens {
        ["title"] => "form_title".to_owned(),
        ["id_string"] => "form_id".to_owned(),
        tokens => tokens.join("::"),
    })
}

pub(super) fn entity_headers(table: &Table<'_>) -> BTreeMap<String, String> {
    by_property(table, |tokens| match tokens {
        ["dataset"] => "list_name".to_owned(),
        tokens => tokens.join("::"),
    })
}

/// The columns of the sheet `choices` that expressions can read.
pub(super) fn choice_columns(table: &Table<'_>) -> Vec<String> {
    table
        .columns
        .iter()
        .filter(|column| {
            !column
                .tokens
                .first()
                .is_some_and(|first| matches!(first.as_str(), "list name" | "media"))
        })
        .map(|column| column.tokens.join("::"))
        .filter(|name| !name.is_empty() && !name.contains(' '))
        .collect()
}

fn by_property(table: &Table<'_>, property: impl Fn(&[&str]) -> String) -> BTreeMap<String, String> {
    let mut headers = BTreeMap::new();
    for column in &table.columns {
        let tokens: Vec<&str> = column.tokens.iter().map(String::as_str).collect();
        headers
            .entry(property(&tokens))
            .or_insert_with(|| column.header.clone());
    }
    headers
}

//! The sheet `settings`.

use std::collections::BTreeMap;

use super::header::{SETTINGS, SETTINGS_EXTRAS};
use super::names::is_xml_name;
use super::node::Node;
use super::table::Table;
use super::yes;
use crate::read::{FormError, Problems, Sheet, nearest};

/// Settings that are a yes or no.
const SWITCHES: &[&str] = &[
    "add_none_option",
    "client_editable",
    "omit_instanceID",
    "allow_choice_duplicates",
];

/// The settings by their canonical names.
#[derive(Default)]
pub(super) struct Settings {
    pub(super) values: BTreeMap<String, String>,
    /// The row they stand in.
    pub(super) row: u32,
}

impl Settings {
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    pub(super) fn is_on(&self, name: &str) -> bool {
        self.get(name).and_then(yes).unwrap_or(false)
    }
}

/// Reads the sheet `settings`: the first row below its header.
pub(super) fn read<'a>(sheet: &'a Sheet, problems: &mut Problems) -> (Table<'a>, Settings) {
    let mut table = Table::read(sheet, &SETTINGS, "default", false, problems);
    warn_of_second_id(sheet, problems);
    warn_of_unknown(&table, problems);
    let mut settings = Settings::default();
    let rows = std::mem::take(&mut table.rows);
    if let Some(second) = rows.get(1) {
        problems.warn(
            table
                .error(
                    "ignored_settings_row",
                    second.number,
                    &[],
                    "only the first row of settings is read",
                )
                .hint("put all settings into one row"),
        );
    }
    // Row 2 counts even if it is empty, as the reference converter has it.
    if let Some(first) = rows.first().filter(|first| first.number != 2) {
        problems.warn(
            table
                .error(
                    "ignored_settings_row",
                    first.number,
                    &[],
                    "the settings are not read, because the row before them is empty",
                )
                .hint("put the settings right below their headers"),
        );
    }
    let Some(row) = rows.into_iter().next().filter(|row| row.number == 2) else {
        return (table, settings);
    };
    settings.row = row.number;
    for (name, node) in row.values.iter() {
        let is_divided = matches!(node, Node::Branch(_)) && name != "attribute";
        let is_known = SETTINGS.columns.contains(&name);
        if is_divided && is_known {
            let message = format!("the setting `{}` has no languages or parts", canonical(name));
            problems.error(
                table
                    .error("overlong_header", 1, &[name], message)
                    .hint(format!("call the column `{}`, without colons", canonical(name))),
            );
        }
        // What is no setting may be divided by its colons beside other headers, and not alone.
        if !is_divided && (is_known || !name.contains(':')) {
            put(canonical(name), node, &mut settings.values);
        }
    }
    if let Some(name) = settings.get("name")
        && !is_xml_name(name)
    {
        let message = format!("`{name}` cannot name the root of a record");
        problems.error(
            table
                .error("invalid_name", row.number, &["name"], message)
                .hint(super::survey::NAME_HINT),
        );
        settings.values.remove("name");
    }
    if settings.get("form_id") == Some("None") {
        problems.error(
            table
                .error("empty_form_id", row.number, &["id_string"], "the form has no id")
                .hint("write an id that is not `None`"),
        );
    }
    if settings.get("flat").is_some() {
        problems.error(
            table
                .error(
                    "unsupported_setting",
                    row.number,
                    &["flat"],
                    "records without groups are not supported",
                )
                .hint("take the setting out"),
        );
    }
    if settings.is_on("omit_instanceID") && settings.get("public_key").is_some() {
        problems.error(
            table
                .error(
                    "encryption_needs_instance_id",
                    row.number,
                    &["omit_instanceID"],
                    "the instance id cannot be left out, because encryption needs it",
                )
                .hint("take out `omit_instanceID` or `public_key`"),
        );
    }
    for name in SWITCHES {
        if let Some(value) = settings.values.get_mut(*name) {
            *value = if yes(value) == Some(true) { "yes" } else { "no" }.to_owned();
        }
    }
    (table, settings)
}

/// Of two columns for the form's id, the one called `form_id` counts.
fn warn_of_second_id(sheet: &Sheet, problems: &mut Problems) {
    let has = |name: &str| sheet.header().iter().any(|header| header.trim() == name);
    if has("id_string") && has("form_id") {
        let message = "there are both `form_id` and `id_string`";
        problems
            .warn(FormError::at("two_form_ids", &sheet.name, 1, "id_string", message).hint("keep `form_id`"));
    }
}

fn warn_of_unknown(table: &Table<'_>, problems: &mut Problems) {
    for column in &table.columns {
        let Some(first) = column.tokens.first() else {
            continue;
        };
        let is_known =
            SETTINGS.columns.contains(&first.as_str()) || SETTINGS_EXTRAS.contains(&first.as_str());
        if is_known || first.starts_with('_') {
            continue;
        }
        let names = SETTINGS
            .columns
            .iter()
            .copied()
            .filter(|name| !matches!(*name, "id_string" | "title"))
            .chain(["form_id", "form_title"]);
        let hint = nearest(first, names).map_or_else(String::new, |meant| format!("did you mean `{meant}`?"));
        let message = format!("`{}` is no setting and is not read", column.header);
        problems.warn(
            table
                .error("unknown_setting", 1, &[first.as_str()], message)
                .hint(hint),
        );
    }
}

fn canonical(name: &str) -> &str {
    match name {
        "title" => "form_title",
        "id_string" => "form_id",
        name => name,
    }
}

fn put(name: &str, node: &Node, values: &mut BTreeMap<String, String>) {
    match node {
        Node::Text(text) => _ = values.insert(name.to_owned(), text.clone()),
        Node::Branch(branch) => {
            for (part, node) in branch.iter() {
                put(&format!("{name}::{part}"), node, values);
            }
        }
    }
}

//! The sheet `entities`.

use std::collections::HashSet;

use super::header::ENTITIES;
use super::names::is_xml_name;
use super::survey::NAME_HINT;
use super::table::{Row, Table};
use crate::definition::Entity;
use crate::read::{Notation, Problems, Sheet, nearest};

/// The most entity lists of a form.
const MAX_ENTITIES: usize = 200;

/// Reads the sheet.
pub(super) fn read<'a>(sheet: &'a Sheet, problems: &mut Problems) -> (Table<'a>, Vec<Entity>) {
    let mut table = Table::read(sheet, &ENTITIES, "default", false, problems);
    let rows = std::mem::take(&mut table.rows);
    check_headers(&table, &rows, problems);
    let mut entities: Vec<Entity> = Vec::new();
    let mut lists = HashSet::new();
    let mut before = 1;
    for Row {
        number: row,
        mut values,
    } in rows
    {
        if sheet.notation == Notation::Workbook && row > before + 1 {
            problems.error(
                table
                    .error(
                        "missing_entity_list",
                        before + 1,
                        &["dataset"],
                        "an empty row stands between the entities",
                    )
                    .hint("take the empty row out"),
            );
        }
        before = row;
        if entities.len() >= MAX_ENTITIES {
            let message = format!("the form has more than {MAX_ENTITIES} entity lists");
            problems.error(
                table
                    .error("too_large", row, &["dataset"], message)
                    .hint("take out those that are not needed"),
            );
            break;
        }
        let mut text = |name: &str| values.take(name).map(|node| node.any().to_owned());
        let entity = Entity {
            row,
            list: text("dataset").unwrap_or_default(),
            label: text("label"),
            entity_id: text("entity_id"),
            create_if: text("create_if"),
            update_if: text("update_if"),
            container: Vec::new(),
            in_repeat: false,
        };
        check_list(&table, &entity, problems);
        check_deeds(&table, &entity, problems);
        if entity.list.is_empty() {
            continue;
        }
        if lists.insert(entity.list.clone()) {
            entities.push(entity);
        } else {
            let message = format!("the entity list `{}` is there twice", entity.list);
            problems.error(
                table
                    .error("duplicate_entity_list", row, &["dataset"], message)
                    .hint("keep one row for each list"),
            );
        }
    }
    (table, entities)
}

fn check_headers(table: &Table<'_>, rows: &[Row], problems: &mut Problems) {
    for column in &table.columns {
        let Some(first) = column.tokens.first() else {
            continue;
        };
        let is_filled = rows.iter().any(|row| row.values.has(first));
        if ENTITIES.columns.contains(&first.as_str()) && column.tokens.len() == 1 || !is_filled {
            continue;
        }
        let hint = nearest(
            first,
            ["list_name", "label", "entity_id", "create_if", "update_if"],
        )
        .map_or_else(
            || "take the column out".to_owned(),
            |meant| format!("did you mean `{meant}`?"),
        );
        let message = format!("`{}` is no column of entities", column.header);
        problems.error(
            table
                .error("unknown_entity_column", 1, &[first.as_str()], message)
                .hint(hint),
        );
    }
}

fn check_list(table: &Table<'_>, entity: &Entity, problems: &mut Problems) {
    let list = entity.list.as_str();
    let (code, message, hint) = if list.is_empty() {
        let message = "the row names no entity list".to_owned();
        ("missing_entity_list", message, "write the name of the list")
    } else if list.starts_with("__") {
        let message = format!("the entity list `{list}` begins with two underscores");
        ("reserved_entity_name", message, "begin it with a letter")
    } else if list.contains('.') {
        let message = format!("there is a dot in the name of the entity list `{list}`");
        ("dot_in_entity_list", message, "write `_` instead")
    } else if !is_xml_name(list) {
        (
            "invalid_name",
            format!("`{list}` cannot name an entity list"),
            NAME_HINT,
        )
    } else {
        return;
    };
    problems.error(table.error(code, entity.row, &["dataset"], message).hint(hint));
}

fn check_deeds(table: &Table<'_>, entity: &Entity, problems: &mut Problems) {
    let row = entity.row;
    if entity.entity_id.is_none() && entity.update_if.is_some() {
        problems.error(
            table
                .error(
                    "missing_entity_id",
                    row,
                    &["entity_id"],
                    "nothing says which entity is updated",
                )
                .hint("write an `entity_id`, or move `update_if` to `create_if`"),
        );
    }
    if entity.entity_id.is_some() && entity.create_if.is_some() && entity.update_if.is_none() {
        problems.error(
            table
                .error(
                    "missing_update_if",
                    row,
                    &["update_if"],
                    "an entity is created or updated, and nothing says when it is updated",
                )
                .hint("write an `update_if`, or take out `entity_id` to create only"),
        );
    }
    if entity.entity_id.is_none() && entity.update_if.is_none() && entity.label.is_none() {
        problems.error(
            table
                .error(
                    "missing_entity_label",
                    row,
                    &["label"],
                    "an entity is created without a label",
                )
                .hint("write a `label`, or an `entity_id` to update an entity"),
        );
    }
}

//! Secondary instances: each name stands for one source.

use std::collections::{HashMap, HashSet};

use super::super::names::splitext;
use super::super::types::is_file;
use super::search::searches;
use super::{Tables, all, is_external, is_select};
use crate::definition::{Definition, Element, ElementKind};
use crate::read::{FormError, Problems};

/// Something that a secondary instance is made for.
struct Instance<'a> {
    name: String,
    /// Where it comes from; `None` for a list of choices.
    source: Option<String>,
    element: Option<&'a Element>,
    way: [&'static str; 2],
}

/// Complains where one name would stand for two sources.
pub(super) fn check(definition: &Definition, tables: &Tables<'_>, problems: &mut Problems) {
    let elements = all(definition);
    let mut instances: Vec<Instance<'_>> = Vec::new();
    let mut externals: HashMap<&str, u32> = HashMap::new();
    for element in &elements {
        if is_external(element)
            && let Some(row) = externals.insert(&element.name, element.row)
        {
            let message = format!("the file `{}` is there in row {row} too", element.name);
            problems.error(
                tables
                    .error("duplicate_external", element, &["name"], message)
                    .hint("keep one of them"),
            );
        }
        if element.kind == ElementKind::Repeat {
            check_inside(element, tables, problems);
        }
        instances.extend(of(element));
    }
    let searched: HashSet<&str> = elements
        .iter()
        .filter(|element| is_select(element) && searches(element))
        .filter_map(|element| element.list.as_deref())
        .collect();
    for list in &definition.lists {
        if !searched.contains(list.name.as_str()) {
            instances.push(Instance {
                name: list.name.clone(),
                source: None,
                element: None,
                way: ["list name", ""],
            });
        }
    }
    check_updated(definition, tables, &instances, problems);
    let mut seen: HashMap<String, Instance<'_>> = HashMap::new();
    for instance in instances {
        match seen.get(&instance.name) {
            Some(prior) if prior.source != instance.source => {
                problems.error(conflict(definition, tables, prior, &instance));
            }
            Some(_) => {}
            None => _ = seen.insert(instance.name.clone(), instance),
        }
    }
}

/// A file belongs to the form, not to an instance of a repeat.
fn check_inside(repeat: &Element, tables: &Tables<'_>, problems: &mut Problems) {
    for element in &repeat.children {
        if is_external(element) {
            let message = format!(
                "the file `{}` stands in the repeat `{}`",
                element.name, repeat.name
            );
            problems.error(
                tables
                    .error("external_in_repeat", element, &["type"], message)
                    .hint("move the row out of the repeat"),
            );
        }
    }
}

/// What is updated is looked up in the entity list, which has to come with the form.
fn check_updated(
    definition: &Definition,
    tables: &Tables<'_>,
    instances: &[Instance<'_>],
    problems: &mut Problems,
) {
    let Some(table) = tables.entities else { return };
    for entity in definition
        .entities
        .iter()
        .filter(|entity| entity.entity_id.is_some())
    {
        if !instances.iter().any(|instance| instance.name == entity.list) {
            let list = &entity.list;
            let message = format!("the form updates the entity list `{list}`, but does not read it");
            problems.error(
                table
                    .error("entity_list_not_read", entity.row, &["dataset"], message)
                    .hint(format!(
                        "ask with `select_one_from_file {list}.csv`, or add a row `csv-external` named `{list}`"
                    )),
            );
        }
    }
}

fn conflict(
    definition: &Definition,
    tables: &Tables<'_>,
    prior: &Instance<'_>,
    instance: &Instance<'_>,
) -> FormError {
    let told = |instance: &Instance<'_>| match &instance.source {
        Some(source) => format!("`{source}`"),
        None => "a list of choices".to_owned(),
    };
    let message = format!(
        "`{}` would stand for {} and for {}",
        instance.name,
        told(prior),
        told(instance)
    );
    let error = match instance.element {
        Some(element) => {
            let way: Vec<&str> = instance
                .way
                .iter()
                .copied()
                .filter(|part| !part.is_empty())
                .collect();
            tables.error("conflicting_instances", element, &way, message)
        }
        None => {
            let list = definition.lists.iter().find(|list| list.name == instance.name);
            let row = list
                .and_then(|list| list.choices.first())
                .map_or(0, |choice| choice.row);
            match tables.choices {
                Some(table) => table.error("conflicting_instances", row, &["list name"], message),
                None => FormError::of_file("conflicting_instances", message),
            }
        }
    };
    error.hint("give the list or one of the files another name")
}

fn of(element: &Element) -> Vec<Instance<'_>> {
    let mut instances = Vec::new();
    let mut expressions: Vec<([&'static str; 2], &str)> =
        ["calculate", "constraint", "readonly", "required", "relevant"]
            .into_iter()
            .filter_map(|attribute| Some((["bind", attribute], element.bound(attribute)?)))
            .collect();
    if element.kind == ElementKind::Question {
        expressions.extend(
            element
                .choice_filter
                .as_deref()
                .map(|text| (["choice_filter", ""], text)),
        );
        expressions.extend(element.default.as_deref().map(|text| (["default", ""], text)));
    }
    if is_external(element) {
        expressions.clear();
    }
    for (way, text) in expressions {
        for file in pulled(text) {
            instances.push(Instance {
                source: Some(format!("jr://file-csv/{file}.csv")),
                name: file,
                element: Some(element),
                way,
            });
        }
    }
    if is_select(element)
        && let Some(list) = &element.list
        && is_file(list)
    {
        let (stem, extension) = splitext(list);
        let kind = if extension == ".csv" { "file-csv" } else { "file" };
        instances.push(Instance {
            name: stem.to_owned(),
            source: Some(format!("jr://{kind}/{list}")),
            element: Some(element),
            way: ["type", ""],
        });
    }
    let source = match element.type_name.as_str() {
        "csv-external" => format!("jr://file-csv/{}.csv", element.name),
        "xml-external" => format!("jr://file/{}.xml", element.name),
        _ => return instances,
    };
    instances.push(Instance {
        name: element.name.clone(),
        source: Some(source),
        element: Some(element),
        way: ["name", ""],
    });
    instances
}

/// The files that an expression reads with `pulldata()`.
fn pulled(text: &str) -> Vec<String> {
    let mut files = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once("pulldata") {
        rest = after;
        let Some(arguments) = after.trim_start().strip_prefix('(') else {
            continue;
        };
        let Some((file, behind)) = arguments.split_once(',') else {
            break;
        };
        rest = behind;
        files.push(file.replace(['\'', '"'], "").trim().to_owned());
    }
    files
}

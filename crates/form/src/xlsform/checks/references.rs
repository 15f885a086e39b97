//! References to questions: `${name}`.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::super::header::SURVEY;
use super::super::names::{NoReference, references};
use super::super::table::Table;
use super::super::yes;
use super::labels::is_shown;
use super::{Tables, all, is_external, is_select};
use crate::definition::{Definition, Element, ElementKind};
use crate::read::{FormError, Problems};

/// What can be referred to.
struct Names<'a> {
    /// How often each name is written in the survey.
    written: &'a BTreeMap<String, u32>,
    /// How often each name is in a record; generated ones and those in loops count too.
    built: HashMap<String, u32>,
    has_instance_id: bool,
}

/// Complains about references in all sheets that name no question, or several.
pub(super) fn check(
    definition: &Definition,
    tables: &Tables<'_>,
    written: &BTreeMap<String, u32>,
    problems: &mut Problems,
) {
    let names = Names {
        written,
        built: built(definition),
        has_instance_id: !definition
            .settings
            .get("omit_instanceID")
            .and_then(|value| yes(value))
            .unwrap_or(false),
    };
    if let Some(table) = tables.settings {
        names.check(table, |_| true, |first| first == "instance_name", problems);
    }
    if let Some(table) = tables.entities {
        names.check(
            table,
            |first| !matches!(first, "dataset" | "repeat"),
            |_| true,
            problems,
        );
    }
    names.check(
        tables.survey,
        |first| !matches!(first, "type" | "name" | "trigger"),
        |first| SURVEY.columns.contains(&first),
        problems,
    );
    if let Some(table) = tables.choices {
        names.check(table, |first| first == "label", |_| true, problems);
    }
    check_lists(&names, definition, tables, problems);
    check_triggered(&names, definition, tables, problems);
}

/// Choices can come from questions too: `select_one ${name}`.
fn check_lists(names: &Names<'_>, definition: &Definition, tables: &Tables<'_>, problems: &mut Problems) {
    for element in all(definition).into_iter().filter(|element| is_select(element)) {
        for reference in references(element.list.as_deref().unwrap_or_default())
            .into_iter()
            .flatten()
        {
            if let Some((code, message, hint)) = names.fault(reference.name, true, problems) {
                problems.error(tables.error(code, element, &["type"], message).hint(hint));
            }
        }
    }
}

/// What a question sets off is found by its name.
fn check_triggered(names: &Names<'_>, definition: &Definition, tables: &Tables<'_>, problems: &mut Problems) {
    let elements = all(definition);
    let shown: HashSet<&str> = elements
        .iter()
        .filter(|element| is_shown(element))
        .map(|element| element.name.as_str())
        .collect();
    for element in elements {
        if element
            .triggers
            .iter()
            .any(|trigger| shown.contains(trigger.as_str()))
            && let Some((code, message, hint)) = names.fault(&element.name, true, problems)
        {
            problems.error(tables.error(code, element, &["name"], message).hint(hint));
        }
    }
}

impl Names<'_> {
    /// Checks the columns that are `read`; those that are `used` are written into the XForm.
    fn check(
        &self,
        table: &Table<'_>,
        read: impl Fn(&str) -> bool,
        used: impl Fn(&str) -> bool,
        problems: &mut Problems,
    ) {
        for row in table.sheet.rows.iter().filter(|row| row.number > 1) {
            // Of columns with the same header, the last that is filled counts.
            let filled = row.cells.iter().map(|text| text.trim()).zip(&table.places);
            let texts: BTreeMap<usize, &str> = filled
                .filter(|(text, _)| !text.is_empty())
                .filter_map(|(text, place)| Some(((*place)?, text)))
                .collect();
            for (place, text) in texts {
                let Some(column) = table.columns.get(place) else {
                    continue;
                };
                let first = column.tokens.first().map_or("", String::as_str);
                if !text.contains("${") || !read(first) {
                    continue;
                }
                for reference in references(text) {
                    let fault = match reference {
                        Ok(reference) => self.fault(reference.name, used(first), problems),
                        Err(NoReference(inside)) => Some(malformed(inside)),
                    };
                    if let Some((code, message, hint)) = fault {
                        problems.error(
                            FormError::at(code, &table.sheet.name, row.number, &column.header, message)
                                .hint(hint),
                        );
                    }
                }
            }
        }
    }

    fn fault(
        &self,
        name: &str,
        is_used: bool,
        problems: &Problems,
    ) -> Option<(&'static str, String, String)> {
        if name == "instanceID" && self.has_instance_id && !self.written.contains_key(name) {
            return None;
        }
        match self.written.get(name) {
            None => {
                let message = format!("`${{{name}}}` names no question");
                let hint = problems
                    .nearest(name, self.written.keys().map(String::as_str))
                    .map_or_else(
                        || "write a name from the column `name` of the survey".to_owned(),
                        |meant| format!("did you mean `{meant}`?"),
                    );
                return Some(("unknown_reference", message, hint));
            }
            Some(1) => {}
            Some(_) => return Some(ambiguous(name, "several rows have that name")),
        }
        if !is_used {
            return None;
        }
        match self.built.get(name) {
            None => Some((
                "unknown_reference",
                format!("`${{{name}}}` is a file, not a question"),
                "read it with `instance()`".to_owned(),
            )),
            Some(1) => None,
            Some(_) => Some(ambiguous(
                name,
                "the form's root, something generated, or another round of the same loop has that name too",
            )),
        }
    }
}

fn malformed(inside: &str) -> (&'static str, String, String) {
    let shown: String = inside.chars().take(60).collect();
    (
        "invalid_reference",
        format!("`${{{shown}` is no reference to a question"),
        "write the name of a question between `${` and `}`, with nothing else there".to_owned(),
    )
}

fn ambiguous(name: &str, why: &str) -> (&'static str, String, String) {
    (
        "ambiguous_reference",
        format!("`${{{name}}}` does not say which one is meant: {why}"),
        "give one of them another name".to_owned(),
    )
}

fn built(definition: &Definition) -> HashMap<String, u32> {
    fn gather(definition: &Definition, elements: &[Element], times: u32, built: &mut HashMap<String, u32>) {
        for element in elements {
            if is_external(element) {
                continue;
            }
            let count = built.entry(element.name.clone()).or_default();
            *count = count.saturating_add(times);
            let mut rounds = times;
            if element.kind == ElementKind::Loop {
                let list = definition
                    .lists
                    .iter()
                    .find(|list| Some(&list.name) == element.list.as_ref());
                let choices = list.into_iter().flat_map(|list| &list.choices);
                let names: Vec<&str> = choices
                    .map(|choice| choice.name.as_str())
                    .filter(|name| *name != "none")
                    .collect();
                rounds = times.saturating_mul(u32::try_from(names.len()).unwrap_or(u32::MAX));
                for name in names {
                    let count = built.entry(name.to_owned()).or_default();
                    *count = count.saturating_add(times);
                }
            }
            gather(definition, &element.children, rounds, built);
        }
    }
    let mut built = HashMap::from([(definition.root.clone(), 1)]);
    gather(definition, &definition.elements, 1, &mut built);
    for name in definition.entities.iter().map(|_| "entity").chain(["instanceID"]) {
        let count = built.entry(name.to_owned()).or_default();
        *count = count.saturating_add(1);
    }
    built
}

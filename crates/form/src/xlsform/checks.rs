//! What is checked when all sheets are read.

mod attributes;
mod instances;
mod labels;
mod languages;
mod loops;
mod names;
mod references;
mod search;

use std::collections::BTreeMap;

use super::table::Table;
use crate::definition::{Definition, Element};
use crate::read::{FormError, Problems};

/// The sheets that were read.
pub(super) struct Tables<'a> {
    pub(super) survey: &'a Table<'a>,
    pub(super) choices: Option<&'a Table<'a>>,
    pub(super) settings: Option<&'a Table<'a>>,
    pub(super) entities: Option<&'a Table<'a>>,
}

/// Checks a definition as a whole. `written` is how often each name is written in the survey.
pub(super) fn check(
    definition: &Definition,
    tables: &Tables<'_>,
    written: &BTreeMap<String, u32>,
    problems: &mut Problems,
) {
    if !loops::check_size(definition, tables, problems) {
        return;
    }
    references::check(definition, tables, written, problems);
    names::check(definition, tables, problems);
    labels::check(definition, tables, problems);
    attributes::check(definition, tables, problems);
    loops::check(definition, tables, problems);
    search::check(definition, tables, problems);
    instances::check(definition, tables, problems);
    languages::check(definition, tables, problems);
}

impl Tables<'_> {
    /// An error in a cell of the survey.
    fn error(
        &self,
        code: &'static str,
        element: &Element,
        way: &[&str],
        message: impl Into<String>,
    ) -> FormError {
        self.survey.error(code, element.row, way, message)
    }
}

/// All elements, outer ones before those in them.
fn all(definition: &Definition) -> Vec<&Element> {
    fn gather<'a>(elements: &'a [Element], all: &mut Vec<&'a Element>) {
        for element in elements {
            all.push(element);
            gather(&element.children, all);
        }
    }
    let mut elements = Vec::new();
    gather(&definition.elements, &mut elements);
    elements
}

/// Whether a type is answered from a list of choices.
fn is_select(element: &Element) -> bool {
    matches!(
        element.type_name.as_str(),
        "select_one" | "select_multiple" | "rank"
    )
}

/// Whether a row only says that a file comes with the form.
fn is_external(element: &Element) -> bool {
    matches!(element.type_name.as_str(), "csv-external" | "xml-external")
}

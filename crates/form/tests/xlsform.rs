//! What is read from the sheets of an XLSForm, and what is said about those that are unsound.

#[path = "xlsform/refusals.rs"]
mod refusals;
#[path = "xlsform/sheets.rs"]
mod sheets;
#[path = "xlsform/warnings.rs"]
mod warnings;
#[path = "xlsform/workbooks.rs"]
mod workbooks;

use baraza_form::definition::{Definition, Element};
use baraza_form::{FormError, Source, Warning};

/// What the documentation says about codes.
const CATALOGUE: &str = include_str!("../../../docs/form-errors.md");

/// Reads tables in Markdown.
fn read(text: &str) -> Result<(Definition, Vec<Warning>), Vec<FormError>> {
    Definition::read(Source::Markdown(text))
}

/// Reads a form that is sound.
fn definition(text: &str) -> Definition {
    match read(text) {
        Ok((definition, _)) => definition,
        Err(errors) => panic!("{}", listed(&errors)),
    }
}

/// The errors of a form, each on a line: its code, and what a person is told.
fn errors(text: &str) -> String {
    listed(&read(text).expect_err("the form is not sound"))
}

/// The warnings about a form, each on a line.
fn told(text: &str) -> String {
    let (_, warnings) = read(text).unwrap_or_else(|errors| panic!("{}", listed(&errors)));
    let lines: Vec<String> = warnings
        .iter()
        .inspect(|warning| assert_documented(warning.code))
        .map(|warning| format!("{}: {warning}", warning.code))
        .collect();
    lines.join("\n")
}

fn listed(errors: &[FormError]) -> String {
    let lines: Vec<String> = errors
        .iter()
        .inspect(|error| assert_documented(error.code))
        .map(|error| format!("{}: {error}", error.code))
        .collect();
    lines.join("\n")
}

fn assert_documented(code: &str) {
    assert!(
        CATALOGUE.contains(&format!("| `{code}` |")),
        "`{code}` is not in docs/form-errors.md"
    );
}

/// The element of a name, wherever it stands.
fn element<'a>(definition: &'a Definition, name: &str) -> &'a Element {
    fn find<'a>(elements: &'a [Element], name: &str) -> Option<&'a Element> {
        elements.iter().find_map(|element| {
            if element.name == name {
                return Some(element);
            }
            find(&element.children, name)
        })
    }
    find(&definition.elements, name).unwrap_or_else(|| panic!("there is no `{name}`"))
}

//! The appearance `search()`, which finds choices in a file.

use super::super::names::has_reference;
use super::super::types::is_file;
use super::{Tables, all, is_select};
use crate::definition::{Definition, Element, Generated};
use crate::read::Problems;

/// Complains of questions that search where they cannot.
pub(super) fn check(definition: &Definition, tables: &Tables<'_>, problems: &mut Problems) {
    let selects: Vec<&Element> = all(definition)
        .into_iter()
        .filter(|element| is_select(element))
        .collect();
    for element in selects.iter().filter(|element| searches(element)) {
        let list = element.list.as_deref().unwrap_or_default();
        if is_file(list) || has_reference(list) {
            let message = format!(
                "`{}` searches a file, and takes its choices from elsewhere too",
                element.name
            );
            problems.error(
                tables
                    .error(
                        "search_without_choices",
                        element,
                        &["control", "appearance"],
                        message,
                    )
                    .hint("take out `search()`, or name a list in the sheet `choices`"),
            );
            continue;
        }
        let others: Vec<String> = selects
            .iter()
            .filter(|other| !searches(other) && shared(other) == shared(element))
            .map(|other| format!("`{}`", other.name))
            .collect();
        if !others.is_empty() {
            let message = format!(
                "`{}` searches with the list `{list}`, which is used without `search()` by {}",
                element.name,
                others.join(", ")
            );
            problems.error(
                tables
                    .error("search_shares_list", element, &["control", "appearance"], message)
                    .hint("give it a list of its own, or use `search()` with all of them"),
            );
        }
    }
}

/// Whether a question finds its choices with `search()`.
pub(super) fn searches(element: &Element) -> bool {
    let appearance = element.control.get("appearance").map_or("", String::as_str);
    appearance
        .split_once("search(")
        .is_some_and(|(_, after)| after.contains(')'))
}

/// The list that the reference converter keeps with the question.
fn shared(element: &Element) -> Option<&str> {
    let list = element.list.as_deref()?;
    let is_random = element
        .parameters
        .get("randomize")
        .is_some_and(|value| value == "true");
    let unlisted = element.generated == Some(Generated::TableListHeader)
        || is_file(list)
        || has_reference(list)
        || is_random && element.choice_filter.is_none();
    (!unlisted).then_some(list)
}

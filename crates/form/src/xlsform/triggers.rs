//! The column `trigger`: whose change makes a question be computed anew.

use std::collections::BTreeSet;

use super::names::{NoReference, references};
use super::table::Table;
use crate::read::Problems;

/// A reference to a question that triggers another.
pub(super) struct Trigger {
    pub(super) name: String,
    pub(super) row: u32,
}

/// Reads a cell: references, divided by commas.
pub(super) fn read(table: &Table<'_>, row: u32, text: &str, problems: &mut Problems) -> Vec<String> {
    const HINT: &str = "write the names of questions like `${name}`, with commas between them";
    if text.len() <= 2 || !text.contains("${") {
        let message = format!("`{text}` refers to no question");
        problems.error(
            table
                .error("invalid_reference", row, &["trigger"], message)
                .hint(HINT),
        );
        return Vec::new();
    }
    let mut names = Vec::new();
    for part in text.split(',') {
        let found = references(part);
        if found.len() > 1 {
            let message = format!("there is no comma between the references in `{}`", part.trim());
            problems.error(
                table
                    .error("missing_comma", row, &["trigger"], message)
                    .hint("write them like `${a}, ${b}`"),
            );
        }
        for reference in found {
            match reference {
                Ok(reference) => names.push(reference.name.to_owned()),
                Err(NoReference(inside)) => {
                    let message = format!("`${{{inside}` is no reference to a question");
                    problems.error(
                        table
                            .error("invalid_reference", row, &["trigger"], message)
                            .hint(HINT),
                    );
                }
            }
        }
    }
    names
}

/// Complains about triggers that are no questions.
pub(super) fn check(
    table: &Table<'_>,
    triggers: &[Trigger],
    questions: &BTreeSet<String>,
    problems: &mut Problems,
) {
    for trigger in triggers
        .iter()
        .filter(|trigger| !questions.contains(&trigger.name))
    {
        let message = format!("`${{{}}}` names no question", trigger.name);
        let hint = problems
            .nearest(&trigger.name, questions.iter().map(String::as_str))
            .map_or_else(
                || "only questions can be triggers, not groups or repeats".to_owned(),
                |meant| format!("did you mean `{meant}`?"),
            );
        problems.error(
            table
                .error("unknown_reference", trigger.row, &["trigger"], message)
                .hint(hint),
        );
    }
}

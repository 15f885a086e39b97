//! Looking something up: in tables that came with the form, and in its translations.

use std::sync::Arc;

use super::{Arguments, Function, exactly, text};
use crate::expression::document::{Choices, Label};
use crate::expression::error::EvalError;
use crate::expression::evaluate::Evaluator;
use crate::expression::outcome::{Outcome, Place};
use crate::kind::ChoiceSource;
use crate::model::Item;
use crate::table::{Table, Tree};

pub(super) const TABLE: &[Function] = &[
    exactly("pulldata", 4, pull_data),
    exactly("jr:itext", 1, |a| text(translated(a.evaluator, &a.text(0)?))),
    exactly("jr:choice-name", 2, choice_name),
];

/// What stands in a column of a table, in the first row that has a value in another column; empty
/// if no row has.
fn pull_data(arguments: &Arguments<'_>) -> Result<Outcome, EvalError> {
    let evaluator = arguments.evaluator;
    let (file, wanted, key) = (arguments.text(0)?, arguments.text(1)?, arguments.text(2)?);
    let value = arguments.text(3)?;
    let Some(table) = evaluator.table(&file) else {
        return match evaluator.instance(&file) {
            Ok(Place::Element(nth, _)) => pulled(arguments, &evaluator.tree(nth), &wanted, &key, &value),
            _ => Err(EvalError::NoFile { file }),
        };
    };
    check_column(&table, &file, &wanted)?;
    check_column(&table, &file, &key)?;
    pulled(arguments, &table.tree, &wanted, &key, &value)
}

fn check_column(table: &Table, file: &str, column: &str) -> Result<(), EvalError> {
    if table.rows().len() == 0 || table.columns().iter().any(|name| name == column) {
        return Ok(());
    }
    Err(EvalError::NoColumn {
        file: file.to_owned(),
        column: column.to_owned(),
    })
}

fn pulled(
    arguments: &Arguments<'_>,
    tree: &Arc<Tree>,
    wanted: &str,
    key: &str,
    value: &str,
) -> Result<Outcome, EvalError> {
    let (Some(wanted), Some(key)) = (tree.number_of_name(wanted), tree.number_of_name(key)) else {
        return text("");
    };
    let root = tree.children(Tree::DOCUMENT).next().unwrap_or(Tree::DOCUMENT);
    for row in tree.children(root) {
        arguments.evaluator.spend(1)?;
        let cell = |number: u32| tree.children(row).find(|cell| tree.is_named(*cell, number));
        if cell(key).is_some_and(|cell| tree.own_text(cell) == value) {
            return text(cell(wanted).map_or("", |cell| tree.own_text(cell)));
        }
    }
    text("")
}

/// The text of an id in the language of the interview. Forms made of sheets have ids like
/// `/data/age:label` for questions and `villages-0` for choices.
fn translated(evaluator: &Evaluator<'_>, id: &str) -> String {
    let env = evaluator.context.env;
    let found = match evaluator.document {
        Some(document) => document.labels.text(id, &env.language).map(str::to_owned),
        None => in_form(evaluator, id),
    };
    found.unwrap_or_else(|| format!("[itext:{id}]"))
}

fn in_form(evaluator: &Evaluator<'_>, id: &str) -> Option<String> {
    let form = evaluator.context.form;
    let in_language = |label: &crate::Translated| {
        label
            .text(&evaluator.context.env.language, &form.default_language)
            .map(str::to_owned)
    };
    if let Some((path, kind)) = id.rsplit_once(':') {
        let path = path.trim_start_matches('/').split_once('/')?.1;
        return match form.item(&path.parse().ok()?)? {
            Item::Question(question) if kind == "hint" => in_language(&question.hint),
            Item::Question(question) if kind == "label" => in_language(&question.label),
            Item::Group(group) if kind == "label" => in_language(&group.label),
            Item::Repeat(repeat) if kind == "label" => in_language(&repeat.label),
            _ => None,
        };
    }
    let (list, nth) = id.rsplit_once('-')?;
    let choice = form.choices(list).get(nth.parse::<usize>().ok()?)?;
    Some(evaluator.label(choice).to_owned())
}

/// The label of a choice; without one, its name.
fn choice_name(arguments: &Arguments<'_>) -> Result<Outcome, EvalError> {
    let name = arguments.text(0)?;
    let evaluator = arguments.evaluator;
    if evaluator.document.is_some() {
        return text(choice_in_document(arguments, name.trim())?.unwrap_or_default());
    }
    let form = evaluator.context.form;
    let question = match arguments.terms.get(1) {
        Some(term) => evaluator
            .target(term, arguments.focus)?
            .and_then(|path| form.question(&path)),
        None => None,
    };
    let source = question.and_then(|question| question.kind.choices());
    if let Some(ChoiceSource::File {
        name: file,
        value,
        label,
    }) = source
    {
        let table = evaluator
            .table(file)
            .ok_or_else(|| EvalError::NoFile { file: file.clone() })?;
        let found = pulled(arguments, &table.tree, label, value, name.trim())?.to_text();
        return text(if found.is_empty() { name } else { found });
    }
    let choices = source.map_or(&[][..], |source| form.choices_of(source));
    evaluator.spend(choices.len() as u64 / 16)?;
    match choices.iter().find(|choice| choice.name == name.trim()) {
        Some(choice) => text(evaluator.label(choice)),
        None => text(name),
    }
}

/// The label of a choice of the question that the second argument leads to.
fn choice_in_document(arguments: &Arguments<'_>, name: &str) -> Result<Option<String>, EvalError> {
    let evaluator = arguments.evaluator;
    let Some(document) = evaluator.document else {
        return Ok(None);
    };
    let Outcome::Nodes(nodes) = arguments.outcome(1)? else {
        return Ok(None);
    };
    let path = nodes.first().map(|node| path_of(evaluator, &node.place));
    let Some(choices) = path.and_then(|path| document.labels.choices(&path)) else {
        return Ok(None);
    };
    match choices {
        Choices::Written(all) => {
            evaluator.spend(all.len() as u64)?;
            let found = all.iter().find(|(value, _)| value == name);
            Ok(found.map(|(_, label)| match label {
                Label::Plain(text) => text.clone(),
                Label::Translated(id) => translated(evaluator, id),
            }))
        }
        Choices::Instance {
            name: instance,
            value,
            label,
        } => {
            let Place::Element(nth, _) = evaluator.instance(instance)? else {
                return Ok(None);
            };
            let column = match label {
                Label::Plain(column) | Label::Translated(column) => column,
            };
            let found = pulled(arguments, &evaluator.tree(nth), column, value, name)?.to_text();
            Ok(match label {
                _ if found.is_empty() => None,
                Label::Plain(_) => Some(found),
                Label::Translated(_) => Some(translated(evaluator, &found)),
            })
        }
    }
}

/// The path of an element, without which instance it is in.
fn path_of(evaluator: &Evaluator<'_>, place: &Place) -> String {
    let mut names = Vec::new();
    let mut place = Some(place.clone());
    while let Some(here) = place {
        names.push(evaluator.name(&here));
        place = evaluator.parent(&here);
    }
    names.reverse();
    names.join("/")
}

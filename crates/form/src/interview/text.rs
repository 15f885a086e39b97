//! Texts with answers in them.

use crate::address::Address;
use crate::answers::Answers;
use crate::expression::Environment;
use crate::model::{Form, Item, Question};
use crate::value::Value;

use super::look::Look;
use super::pass::Pass;

/// Puts answers into a label or message: `${name}` becomes the answer to that question as seen
/// from `at`, choices by their labels in `language`. What is not answered becomes `…`.
pub fn fill(form: &Form, text: &str, answers: &dyn Answers, at: &Address, language: &str) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        filled.push_str(before);
        match after.split_once('}') {
            Some((name, after)) => {
                filled.push_str(&answer_text(form, name.trim(), answers, at, language));
                rest = after;
            }
            None => {
                filled.push_str("${");
                rest = after;
            }
        }
    }
    filled.push_str(rest);
    filled
}

/// Returns what the form calls this record (its `instance_name`), if it says so and this node
/// can read what is in the name.
pub fn record_name(form: &Form, answers: &dyn Answers, env: &Environment) -> Option<String> {
    form.instance_name.as_ref()?;
    name(&Pass::of(form, answers, env).look())
}

/// What the form calls the record that is looked at.
pub(super) fn name(look: &Look<'_, '_>) -> Option<String> {
    let (expression, at) = (look.form.instance_name.as_ref()?, Address::root());
    if !look.can_read(expression, &at) {
        return None;
    }
    let name = look.evaluate(expression, &at, None)?.to_text();
    Some(name).filter(|name| !name.trim().is_empty())
}

fn answer_text(form: &Form, name: &str, answers: &dyn Answers, at: &Address, language: &str) -> String {
    let question = form.all_items().into_iter().find_map(|item| match item {
        Item::Question(question) if question.name == name => Some(question),
        _ => None,
    });
    question
        .and_then(|question| Some((question, answers.answer(&at.near(&question.path))?)))
        .map_or_else(
            || "…".to_owned(),
            |(question, value)| shown(form, question, &value, language),
        )
}

fn shown(form: &Form, question: &Question, value: &Value, language: &str) -> String {
    let label = |name: &String| {
        let source = question.kind.choices();
        let label = source.and_then(|source| form.choice_label(source, name, language));
        label.unwrap_or(name).to_owned()
    };
    match value {
        Value::SelectOne(name) => label(name),
        Value::SelectMultiple(names) | Value::Rank(names) => {
            names.iter().map(label).collect::<Vec<_>>().join(", ")
        }
        other => other.to_odk_text(),
    }
}

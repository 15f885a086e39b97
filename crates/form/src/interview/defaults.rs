//! The answers to begin and to end with.

use std::collections::HashMap;

use super::outcome::answer_of;
use crate::address::{Address, InstanceId, RepeatAddress};
use crate::answers::Answers;
use crate::expression::{Context, Environment, Expression, evaluate};
use crate::kind::{Metadata, QuestionKind};
use crate::model::{DefaultAnswer, Form, Question};
use crate::value::Value;

/// Returns the answers that a new record begins with (`inside` is [`Address::root`]), or a new
/// repeat instance (`inside` is its address), in form order.
///
/// Among them are the times `start` and `today`. Computed defaults may read answers that are there
/// already, and defaults before them.
pub fn defaults(
    form: &Form,
    answers: &dyn Answers,
    inside: &Address,
    env: &Environment,
) -> Vec<(Address, Value)> {
    let mut begun = Begun {
        answers,
        set: HashMap::new(),
    };
    let mut order = Vec::new();
    let repeat = inside.path();
    for question in form.questions() {
        if form.repeat_around(&question.path).map(|repeat| &repeat.path) != repeat.as_ref() {
            continue;
        }
        let at = inside.near(&question.path);
        if let Some(value) = default(form, question, &at, &begun, env) {
            begun.set.insert(at.clone(), value.clone());
            order.push((at, value));
        }
    }
    order
}

/// Returns the answers that a record ends with when it is finished: the time `end`.
pub fn ending(form: &Form, env: &Environment) -> Vec<(Address, Value)> {
    let nothing = Begun {
        answers: &crate::AnswerSheet::new(),
        set: HashMap::new(),
    };
    form.questions()
        .filter(|question| question.kind == QuestionKind::Metadata(Metadata::End))
        .filter_map(|question| {
            let at = Address::top(&question.path);
            computed(form, "now()", question, &at, &nothing, env).map(|value| (at, value))
        })
        .collect()
}

fn default(
    form: &Form,
    question: &Question,
    at: &Address,
    begun: &Begun<'_>,
    env: &Environment,
) -> Option<Value> {
    match (&question.kind, &question.default) {
        (QuestionKind::Metadata(Metadata::Start), _) => computed(form, "now()", question, at, begun, env),
        (QuestionKind::Metadata(Metadata::Today), _) => computed(form, "today()", question, at, begun, env),
        (_, Some(DefaultAnswer::Fixed(value))) => Some(value.clone()),
        (_, Some(DefaultAnswer::Computed(expression))) => {
            evaluated(form, expression, question, at, begun, env)
        }
        (_, None) => None,
    }
}

fn computed(
    form: &Form,
    text: &str,
    question: &Question,
    at: &Address,
    begun: &Begun<'_>,
    env: &Environment,
) -> Option<Value> {
    evaluated(form, &Expression::parse(text).ok()?, question, at, begun, env)
}

fn evaluated(
    form: &Form,
    expression: &Expression,
    question: &Question,
    at: &Address,
    begun: &Begun<'_>,
    env: &Environment,
) -> Option<Value> {
    let context = Context {
        form,
        answers: begun,
        at,
        this: None,
        choice: None,
        env,
    };
    answer_of(&evaluate(expression, &context).ok()?, &question.kind)
}

/// The answers there are, with the defaults set so far.
struct Begun<'a> {
    answers: &'a dyn Answers,
    set: HashMap<Address, Value>,
}

impl Answers for Begun<'_> {
    fn answer(&self, at: &Address) -> Option<Value> {
        self.set.get(at).cloned().or_else(|| self.answers.answer(at))
    }

    fn instances(&self, repeat: &RepeatAddress) -> Vec<InstanceId> {
        self.answers.instances(repeat)
    }

    fn holds(&self, compartment: &str) -> bool {
        self.answers.holds(compartment)
    }
}

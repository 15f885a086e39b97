//! The answers to begin and to end with.

use std::collections::HashMap;

use super::look::Look;
use super::outcome::answer_of;
use crate::address::{Address, InstanceId, RepeatAddress};
use crate::answers::Answers;
use crate::expression::{Environment, Expression};
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
        let look = Look {
            form,
            answers: &begun,
            env,
            holds_all: true,
        };
        if let Some(value) = default(&look, question, &at) {
            begun.set.insert(at.clone(), value.clone());
            order.push((at, value));
        }
    }
    order
}

/// Returns the answers that a record ends with when it is finished: the time `end`.
pub fn ending(form: &Form, env: &Environment) -> Vec<(Address, Value)> {
    let look = Look {
        form,
        answers: &crate::AnswerSheet::new(),
        env,
        holds_all: true,
    };
    form.questions()
        .filter(|question| question.kind == QuestionKind::Metadata(Metadata::End))
        .filter_map(|question| {
            let at = Address::top(&question.path);
            computed(&look, "now()", question, &at).map(|value| (at, value))
        })
        .collect()
}

/// The answer that a question begins with.
pub(super) fn default(look: &Look<'_, '_>, question: &Question, at: &Address) -> Option<Value> {
    match (&question.kind, &question.default) {
        (QuestionKind::Metadata(Metadata::Start), _) => computed(look, "now()", question, at),
        (QuestionKind::Metadata(Metadata::Today), _) => computed(look, "today()", question, at),
        (_, Some(DefaultAnswer::Fixed(value))) => Some(value.clone()),
        (_, Some(DefaultAnswer::Computed(expression))) => {
            answer_of(&look.evaluate(expression, at, None)?, &question.kind)
        }
        (_, None) => None,
    }
}

/// What is known about the device and who asks, for questions of type `deviceid`, `username`, ….
pub(super) fn of_device(kind: &QuestionKind, env: &Environment) -> Option<Value> {
    let QuestionKind::Metadata(metadata) = kind else {
        return None;
    };
    let (scheme, text) = match metadata {
        Metadata::DeviceId => ("", &env.device_id),
        Metadata::Username => ("", &env.username),
        Metadata::PhoneNumber => ("", &env.phone_number),
        Metadata::Email => ("", &env.email),
        Metadata::UriDeviceId => ("deviceid:", &env.device_id),
        Metadata::UriUsername => ("username:", &env.username),
        Metadata::UriPhoneNumber => ("tel:", &env.phone_number),
        Metadata::UriEmail => ("mailto:", &env.email),
        _ => return None,
    };
    (!text.is_empty()).then(|| Value::Text(format!("{scheme}{text}")))
}

fn computed(look: &Look<'_, '_>, text: &str, question: &Question, at: &Address) -> Option<Value> {
    let expression = Expression::parse(text).ok()?;
    answer_of(&look.evaluate(&expression, at, None)?, &question.kind)
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

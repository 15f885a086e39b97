//! Works any expression out against the answers of a household of two.
//!
//! It comes to an end with an outcome or a reason, twice with the same, and reads nothing that its
//! dependencies did not foresee. The first byte says where the expression stands.

#![no_main]

use std::cell::RefCell;
use std::collections::BTreeSet;

use baraza_fuzz::forms;
use form::expression::{Context, evaluate};
use form::{Address, AnswerSheet, Answers, Expression, InstanceId, QuestionPath, RepeatAddress, Value};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let Some((place, text)) = input.split_first() else {
        return;
    };
    let Some(mut expression) = std::str::from_utf8(text)
        .ok()
        .and_then(|text| Expression::parse(text).ok())
    else {
        return;
    };
    let form = forms::form();
    let items = form.all_items();
    expression.resolve(&|name| {
        let mut paths = items.iter().map(|item| item.path());
        paths.find(|path| path.name() == name).cloned()
    });
    let at = match place % 4 {
        0 => Address::root(),
        1 => Address::top(&forms::path("years")),
        2 => forms::member(2, "age"),
        _ => forms::visit(1, 11, "why"),
    };
    let choice = form.choices("thing").first().filter(|_| *place >= 128);
    let answers = Watched {
        sheet: forms::answers(),
        read: RefCell::default(),
    };
    let [first, second] = [1, 2].map(|_| {
        let context = Context {
            form,
            answers: &answers,
            at: &at,
            this: None,
            choice,
            env: &forms::environment(),
        };
        evaluate(&expression, &context).map(|outcome| {
            (
                outcome.to_text(),
                outcome.to_boolean(),
                outcome.to_number().to_bits(),
            )
        })
    });
    assert_eq!(first, second);
    let here = at.path();
    let foreseen = expression.dependencies(form, here.as_ref());
    for read in answers.read.into_inner() {
        assert!(
            foreseen.contains(&read) || Some(&read) == here.as_ref(),
            "{} reads {read}",
            expression.text()
        );
    }
});

/// Answers that remember which of them were read.
struct Watched {
    sheet: &'static AnswerSheet,
    read: RefCell<BTreeSet<QuestionPath>>,
}

impl Answers for Watched {
    fn answer(&self, at: &Address) -> Option<Value> {
        self.read.borrow_mut().extend(at.path());
        self.sheet.answer(at)
    }

    fn instances(&self, repeat: &RepeatAddress) -> Vec<InstanceId> {
        self.sheet.instances(repeat)
    }
}

//! A made-up respondent, who answers a form plausibly and at random.
//!
//! Dictionaries for compression are trained on what it answers, never on what people did, and
//! benchmarks need many records of the usual size. So its answers have about as much chance in
//! them as people's: names of syllables, numbers, phone numbers, days, a few words where words
//! are asked for.

use rand::Rng;

use crate::address::{Address, InstanceId, RepeatAddress};
use crate::expression::{Context, Environment, Expression, evaluate};
use crate::interview::{self, answer_of, calculate, defaults, irrelevant};
use crate::model::{Choice, Form, Item, Question};
use crate::sheet::AnswerSheet;
use crate::value::Value;
use invent::Invention;

mod invent;

/// How often another answer is tried where the form does not allow one.
const TRIES: usize = 40;
/// How many questions of a hundred that need not be answered are left without answer.
const SKIPPED_PERCENT: u64 = 8;
/// How often to go back to questions that later answers made relevant.
const ROUNDS: usize = 3;

/// Answers every relevant question of `form` as a made-up respondent.
///
/// The same state of `rng` and the same `env` give the same answers. A question for which no try
/// gave an allowed answer is left out.
pub fn respond(form: &Form, rng: &mut impl Rng, env: &Environment) -> AnswerSheet {
    let invention = Invention::at(form, env);
    let mut respondent = Respondent {
        form,
        env,
        rng,
        invention,
        sheet: AnswerSheet::new(),
    };
    respondent.begin(&Address::root());
    respondent.items(&form.items, &Address::root());
    respondent.look_over();
    respondent.sheet
}

struct Respondent<'a, R> {
    form: &'a Form,
    env: &'a Environment,
    rng: &'a mut R,
    invention: Invention,
    sheet: AnswerSheet,
}

impl<R: Rng> Respondent<'_, R> {
    fn begin(&mut self, inside: &Address) {
        for (at, value) in defaults(self.form, &self.sheet, inside, self.env) {
            self.sheet.set(at, value);
        }
    }

    /// Goes through the items in form order. What is not relevant has no answer, so that each
    /// condition can be looked at alone.
    fn items(&mut self, items: &[Item], around: &Address) {
        for item in items {
            let at = around.near(item.path());
            if !item
                .relevant()
                .is_none_or(|relevant| self.is_true(relevant, &at, None, None))
            {
                self.sheet.clear(&at);
                continue;
            }
            match item {
                Item::Question(question) => self.question(question, &at),
                Item::Group(group) => self.items(&group.items, around),
                Item::Repeat(repeat) => {
                    let count = match &repeat.repeat_count {
                        Some(count) => self.number(count, &at),
                        None => 1 + self.below(4),
                    };
                    let address = RepeatAddress::near(around, &repeat.path);
                    for _ in 0..count.min(50) {
                        let instance = self.sheet.add_instance(&address, InstanceId::make(self.rng));
                        self.begin(&instance);
                        self.items(&repeat.items, &instance);
                    }
                }
            }
        }
    }

    fn question(&mut self, question: &Question, at: &Address) {
        if let Some(calculation) = &question.calculation {
            match self
                .evaluate(calculation, at)
                .and_then(|outcome| answer_of(&outcome, &question.kind))
            {
                Some(value) => self.sheet.set(at.clone(), value),
                None => self.sheet.clear(at),
            }
        } else if question.kind.is_asked() && !self.is_read_only(at) {
            let must = question
                .required
                .as_ref()
                .is_some_and(|required| self.is_true(required, at, None, None));
            if must || self.below(100) >= SKIPPED_PERCENT {
                self.answer(question, at);
            }
        }
    }

    fn is_read_only(&self, at: &Address) -> bool {
        let mut path = at.path();
        while let Some(inner) = path {
            let condition = self.form.item(&inner).and_then(Item::read_only);
            if condition.is_some_and(|condition| self.is_true(condition, at, None, None)) {
                return true;
            }
            path = inner.parent();
        }
        false
    }

    fn answer(&mut self, question: &Question, at: &Address) {
        let form = self.form;
        let source = question.kind.choices();
        let choices = source.map_or(&[][..], |source| form.choices_of(source));
        let offered: Vec<&str> = choices
            .iter()
            .filter(|choice| {
                question
                    .choice_filter
                    .as_ref()
                    .is_none_or(|filter| self.is_true(filter, at, None, Some(choice)))
            })
            .map(|choice| choice.name.as_str())
            .collect();
        for nth in 0..TRIES {
            let Some(value) = self.invention.answer(question, &offered, nth, self.rng) else {
                return;
            };
            let constraint = question.constraint.as_ref();
            if constraint.is_none_or(|constraint| self.is_true(constraint, at, Some(value.clone()), None)) {
                self.sheet.set(at.clone(), value);
                return;
            }
        }
    }

    /// Makes what was answered and computed agree, where conditions read what comes after them.
    fn look_over(&mut self) {
        for _ in 0..ROUNDS {
            for (at, value) in calculate(self.form, &self.sheet, self.env) {
                match value {
                    Some(value) => self.sheet.set(at, value),
                    None => self.sheet.clear(&at),
                }
            }
            for at in irrelevant(self.form, &self.sheet, self.env) {
                self.sheet.clear(&at);
            }
            let missing: Vec<Address> = interview::check(self.form, &self.sheet, self.env)
                .into_iter()
                .map(|complaint| complaint.at)
                .collect();
            if missing.is_empty() {
                break;
            }
            for at in missing {
                self.sheet.clear(&at);
                if let Some(question) = at.path().and_then(|path| self.form.question(&path)) {
                    self.answer(question, &at);
                }
            }
        }
        for (at, value) in interview::ending(self.form, self.env) {
            self.sheet.set(at, value);
        }
    }

    fn below(&mut self, end: u64) -> u64 {
        invent::below(self.rng, end)
    }

    fn number(&self, expression: &Expression, at: &Address) -> u64 {
        // NaN and negative numbers become 0.
        self.evaluate(expression, at)
            .map_or(0, |outcome| outcome.to_number() as u64)
    }

    fn evaluate(&self, expression: &Expression, at: &Address) -> Option<crate::expression::Outcome> {
        let context = Context {
            form: self.form,
            answers: &self.sheet,
            at,
            this: None,
            choice: None,
            env: self.env,
        };
        evaluate(expression, &context).ok()
    }

    fn is_true(
        &self,
        condition: &Expression,
        at: &Address,
        this: Option<Value>,
        choice: Option<&Choice>,
    ) -> bool {
        let context = Context {
            form: self.form,
            answers: &self.sheet,
            at,
            this,
            choice,
            env: self.env,
        };
        evaluate(condition, &context).is_ok_and(|outcome| outcome.to_boolean())
    }
}

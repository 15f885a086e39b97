//! One pass over a form: what is relevant and what is computed, each after what it depends on.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap, HashSet};

use super::outcome::answer_of;
use crate::address::{Address, InstanceId, RepeatAddress};
use crate::answers::Answers;
use crate::expression::{Context, Environment, Expression, evaluate};
use crate::model::{Choice, Form, Item, Question};
use crate::path::QuestionPath;
use crate::value::Value;

/// Functions whose outcome differs each time.
const EVER_NEW: [&str; 3] = ["now", "random", "uuid"];

/// The answers as the form's logic sees them: without those that are not relevant, and with
/// calculations as they are now.
pub(super) struct Pass<'f, 'a> {
    form: &'f Form,
    answers: &'a dyn Answers,
    env: &'a Environment,
    /// Whether this node can read every compartment of the form.
    holds_all: bool,
    irrelevant: HashSet<Address>,
    computed: HashMap<Address, Option<Value>>,
    /// The same in the order they were computed.
    computed_order: Vec<Address>,
    /// The instances of each repeat, and the record itself.
    contexts: RefCell<BTreeMap<Option<QuestionPath>, Vec<Address>>>,
}

impl<'f, 'a> Pass<'f, 'a> {
    pub(super) fn of(form: &'f Form, answers: &'a dyn Answers, env: &'a Environment) -> Self {
        let mut pass = Pass {
            form,
            answers,
            env,
            holds_all: form
                .compartments
                .iter()
                .all(|compartment| answers.holds(compartment)),
            irrelevant: HashSet::new(),
            computed: HashMap::new(),
            computed_order: Vec::new(),
            contexts: RefCell::new(BTreeMap::from([(None, vec![Address::root()])])),
        };
        for path in &form.order {
            pass.work_out(path);
        }
        pass
    }

    pub(super) fn is_relevant(&self, at: &Address) -> bool {
        !self.irrelevant.contains(at)
    }

    /// Says whether everything that an expression at `at` reads can be read on this node.
    pub(super) fn can_read(&self, expression: &Expression, at: &Address) -> bool {
        self.holds_all
            || expression
                .dependencies(self.form, at.path().as_ref())
                .iter()
                .filter_map(|path| self.form.question(path))
                .all(|question| self.answers.holds(&question.compartment))
    }

    /// What was computed, in the order of dependence.
    pub(super) fn take_computed(&mut self) -> Vec<(Address, Option<Value>)> {
        let order = std::mem::take(&mut self.computed_order);
        order
            .into_iter()
            .filter_map(|at| self.computed.remove(&at).map(|value| (at, value)))
            .collect()
    }

    /// The live instances of a repeat, over all instances of those around it; for `None` the record.
    pub(super) fn contexts(&self, repeat: Option<&QuestionPath>) -> Vec<Address> {
        let key = repeat.cloned();
        if let Some(known) = self.contexts.borrow().get(&key) {
            return known.clone();
        }
        let Some(path) = repeat else {
            return vec![Address::root()];
        };
        let outer = self.form.repeat_around(path).map(|outer| &outer.path);
        let mut contexts = Vec::new();
        for around in self.contexts(outer) {
            let repeat = RepeatAddress::near(&around, path);
            contexts.extend(
                self.answers
                    .instances(&repeat)
                    .into_iter()
                    .map(|id| repeat.instance(id)),
            );
        }
        self.contexts.borrow_mut().insert(key, contexts.clone());
        contexts
    }

    /// Calls `visit` for each question, in form order, once for each instance around it.
    pub(super) fn walk(
        &self,
        items: &'f [Item],
        around: &Address,
        visit: &mut dyn FnMut(&'f Question, &Address),
    ) {
        for item in items {
            match item {
                Item::Question(question) => visit(question, &around.near(&question.path)),
                Item::Group(group) => self.walk(&group.items, around, visit),
                Item::Repeat(repeat) => {
                    let address = RepeatAddress::near(around, &repeat.path);
                    for id in self.answers.instances(&address) {
                        self.walk(&repeat.items, &address.instance(id), visit);
                    }
                }
            }
        }
    }

    pub(super) fn offered(&self, at: &Address) -> Vec<&'f Choice> {
        let Some(question) = at.path().and_then(|path| self.form.question(&path)) else {
            return Vec::new();
        };
        let choices = question
            .kind
            .choices()
            .map_or(&[][..], |source| self.form.choices_of(source));
        let filter = question
            .choice_filter
            .as_ref()
            .filter(|filter| self.can_read(filter, at));
        choices
            .iter()
            .filter(|choice| {
                filter.is_none_or(|filter| self.is_true(filter, at, None, Some(choice)).unwrap_or(false))
            })
            .collect()
    }

    /// Says whether the answer at `at` cannot be changed, given its own condition and those of the
    /// groups and repeats around it. A condition that cannot be read counts as not fulfilled.
    pub(super) fn is_read_only(&self, at: &Address) -> bool {
        let mut path = at.path();
        while let Some(inner) = path {
            let condition = self.form.item(&inner).and_then(Item::read_only);
            if condition.is_some_and(|condition| {
                self.can_read(condition, at) && self.is_true(condition, at, None, None) == Some(true)
            }) {
                return true;
            }
            path = inner.parent();
        }
        false
    }

    /// Evaluates a condition; `None` if it cannot be evaluated.
    pub(super) fn is_true(
        &self,
        condition: &Expression,
        at: &Address,
        this: Option<Value>,
        choice: Option<&Choice>,
    ) -> Option<bool> {
        let context = Context {
            form: self.form,
            answers: self,
            at,
            this,
            choice,
            env: self.env,
        };
        evaluate(condition, &context)
            .ok()
            .map(|outcome| outcome.to_boolean())
    }

    fn work_out(&mut self, path: &QuestionPath) {
        let form = self.form;
        let Some(item) = form.item(path) else { return };
        for around in self.contexts(form.repeat_around(path).map(|outer| &outer.path)) {
            let at = around.near(path);
            self.work_out_relevance(item, &at, &around);
            match item {
                Item::Question(question) => self.work_out_calculation(question, at),
                Item::Group(_) => {}
                Item::Repeat(repeat) => {
                    let address = RepeatAddress::near(&around, &repeat.path);
                    for id in self.answers.instances(&address) {
                        self.work_out_relevance(item, &address.instance(id), &at);
                    }
                }
            }
        }
    }

    /// `around` is the instance that `at` stands in; of an instance itself, the repeat.
    fn work_out_relevance(&mut self, item: &Item, at: &Address, around: &Address) {
        let group = item.path().parent().map(|parent| around.near(&parent));
        let is_outer_relevant =
            self.is_relevant(around) && group.is_none_or(|group| self.is_relevant(&group));
        let condition = item.relevant().filter(|condition| self.can_read(condition, at));
        let is_relevant = is_outer_relevant
            && condition.is_none_or(|condition| self.is_true(condition, at, None, None).unwrap_or(false));
        if !is_relevant {
            self.irrelevant.insert(at.clone());
        }
    }

    fn work_out_calculation(&mut self, question: &Question, at: Address) {
        let Some(calculation) = &question.calculation else {
            return;
        };
        let there = self.answers.answer(&at);
        let is_ever_new = calculation
            .functions()
            .iter()
            .any(|name| EVER_NEW.contains(&name.as_str()));
        if !self.is_relevant(&at)
            || !self.answers.holds(&question.compartment)
            || !self.can_read(calculation, &at)
            || (is_ever_new && there.is_some())
        {
            return;
        }
        let context = Context {
            form: self.form,
            answers: self,
            at: &at,
            this: there,
            choice: None,
            env: self.env,
        };
        if let Ok(outcome) = evaluate(calculation, &context) {
            let value = answer_of(&outcome, &question.kind);
            self.computed_order.push(at.clone());
            self.computed.insert(at, value);
        }
    }
}

impl Answers for Pass<'_, '_> {
    fn answer(&self, at: &Address) -> Option<Value> {
        if self.irrelevant.contains(at) {
            return None;
        }
        match self.computed.get(at) {
            Some(value) => value.clone(),
            None => self.answers.answer(at),
        }
    }

    fn instances(&self, repeat: &RepeatAddress) -> Vec<InstanceId> {
        let mut instances = self.answers.instances(repeat);
        instances.retain(|id| self.is_relevant(&repeat.instance(*id)));
        instances
    }

    fn holds(&self, compartment: &str) -> bool {
        self.answers.holds(compartment)
    }
}

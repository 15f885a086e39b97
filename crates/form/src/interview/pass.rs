//! One pass over a form: what is relevant and what is computed, each after what it depends on.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap, HashSet};

use super::look::Look;
use super::outcome::answer_of;
use super::plan::is_ever_new;
use crate::address::{Address, InstanceId, RepeatAddress};
use crate::answers::Answers;
use crate::expression::Environment;
use crate::model::{Form, Item, Question};
use crate::path::QuestionPath;
use crate::value::Value;

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

    /// The answers as they are seen here.
    pub(super) fn look(&self) -> Look<'f, '_> {
        Look {
            form: self.form,
            answers: self,
            env: self.env,
            holds_all: self.holds_all,
        }
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
                    let counted = match self.is_relevant(&at) {
                        true => self.look().count(repeat.repeat_count.as_ref(), &at),
                        false => None,
                    };
                    for (nth, id) in self.answers.instances(&address).into_iter().enumerate() {
                        let instance = address.instance(id);
                        if counted.is_some_and(|counted| nth >= counted) {
                            // An instance beyond the count is none.
                            self.irrelevant.insert(instance);
                        } else {
                            self.work_out_relevance(item, &instance, &at);
                        }
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
        if !is_outer_relevant || !self.look().is_fulfilled(item.relevant(), at) {
            self.irrelevant.insert(at.clone());
        }
    }

    fn work_out_calculation(&mut self, question: &Question, at: Address) {
        let Some(calculation) = question
            .calculation
            .as_ref()
            .filter(|_| question.triggers.is_empty())
        else {
            return;
        };
        let there = self.answers.answer(&at);
        if !self.is_relevant(&at)
            || !self.answers.holds(&question.compartment)
            || (is_ever_new(calculation) && there.is_some())
            || !self.look().can_read(calculation, &at)
        {
            return;
        }
        if let Some(outcome) = self.look().evaluate(calculation, &at, there) {
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

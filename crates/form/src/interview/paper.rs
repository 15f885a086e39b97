//! The answers of one interview in memory, and what follows from them.

use std::collections::{HashMap, HashSet};

use super::plan::Plan;
use crate::address::{Address, InstanceId, RepeatAddress};
use crate::answers::Answers;
use crate::model::Item;
use crate::value::Value;

/// The answers as they are kept, with what is not relevant marked.
#[derive(Default)]
pub(super) struct Paper {
    values: HashMap<Address, Value>,
    instances: HashMap<RepeatAddress, Vec<InstanceId>>,
    count: usize,
    irrelevant: HashSet<Address>,
    /// How many instances of a repeat are not relevant, where any are.
    hidden: HashMap<RepeatAddress, usize>,
    /// How many instances count, where a repeat's count says so.
    pub(super) counted: HashMap<RepeatAddress, usize>,
    /// The id of the instance that was added last.
    last_added: Option<u128>,
    /// The compartments that this node cannot read.
    unreadable: HashSet<String>,
}

/// The answers as they are kept: also those that are not relevant.
pub(super) struct Kept<'p>(pub(super) &'p Paper);

/// The answers as the form's logic sees them.
pub(super) struct Seen<'p>(pub(super) &'p Paper);

impl Paper {
    /// Copies all answers to the form's questions.
    pub(super) fn copy(plan: &Plan, answers: &dyn Answers) -> Paper {
        let mut paper = Paper::default();
        for compartment in plan.form().compartments() {
            if !answers.holds(&compartment) {
                paper.unreadable.insert(compartment);
            }
        }
        paper.copy_items(&plan.form().items, &Address::root(), answers);
        paper
    }

    fn copy_items(&mut self, items: &[Item], around: &Address, answers: &dyn Answers) {
        for item in items {
            match item {
                Item::Question(question) => {
                    let at = around.near(&question.path);
                    if let Some(value) = answers.answer(&at) {
                        self.values.insert(at, value);
                    }
                }
                Item::Group(group) => self.copy_items(&group.items, around, answers),
                Item::Repeat(repeat) => {
                    let address = RepeatAddress::near(around, &repeat.path);
                    for id in answers.instances(&address) {
                        let instance = self.add(&address, id);
                        self.copy_items(&repeat.items, &instance, answers);
                    }
                }
            }
        }
    }

    pub(super) fn value(&self, at: &Address) -> Option<&Value> {
        self.values.get(at)
    }

    /// Puts down an answer or takes it away. Says whether that changed anything.
    pub(super) fn put(&mut self, at: &Address, value: Option<Value>) -> bool {
        match value {
            Some(value) if self.values.get(at) == Some(&value) => false,
            Some(value) => {
                self.values.insert(at.clone(), value);
                true
            }
            None => self.values.remove(at).is_some(),
        }
    }

    pub(super) fn is_relevant(&self, at: &Address) -> bool {
        !self.irrelevant.contains(at)
    }

    /// Marks whether something is relevant. Says whether that changed anything.
    pub(super) fn mark(&mut self, at: &Address, is_relevant: bool) -> bool {
        let flipped = if is_relevant {
            self.irrelevant.remove(at)
        } else {
            !self.irrelevant.contains(at) && self.irrelevant.insert(at.clone())
        };
        if flipped && at.is_instance() {
            self.note_hidden(at, !is_relevant);
        }
        flipped
    }

    fn note_hidden(&mut self, instance: &Address, is_hidden: bool) {
        let Some(repeat) = instance.repeat() else { return };
        let hidden = self.hidden.entry(repeat).or_default();
        *hidden = if is_hidden {
            *hidden + 1
        } else {
            hidden.saturating_sub(1)
        };
    }

    /// All instances of a repeat, also those that do not count.
    pub(super) fn all(&self, repeat: &RepeatAddress) -> &[InstanceId] {
        self.instances.get(repeat).map_or(&[], Vec::as_slice)
    }

    /// The instances of a repeat that are relevant.
    pub(super) fn live(&self, repeat: &RepeatAddress) -> Vec<InstanceId> {
        let mut ids = self.all(repeat).to_vec();
        if self.hidden.get(repeat).is_some_and(|hidden| *hidden > 0) {
            ids.retain(|id| self.is_relevant(&repeat.instance(*id)));
        }
        ids
    }

    /// How many instances all repeats have together.
    pub(super) fn instance_count(&self) -> usize {
        self.count
    }

    /// Makes the id of a new instance: of chance for the interview's first, the next one up for all
    /// others. So the instances of one interview differ in a byte or two; sealed, each would
    /// otherwise cost 16 bytes that nothing compresses.
    pub(super) fn next_id(&mut self, repeat: &RepeatAddress, chance: u128) -> InstanceId {
        let mut next = self.last_added.map_or(chance, next_up);
        while self.all(repeat).contains(&id(next)) {
            next = next_up(next);
        }
        self.last_added = Some(next);
        id(next)
    }

    pub(super) fn add(&mut self, repeat: &RepeatAddress, id: InstanceId) -> Address {
        let ids = self.instances.entry(repeat.clone()).or_default();
        if !ids.contains(&id) {
            ids.push(id);
            self.count += 1;
        }
        repeat.instance(id)
    }

    /// Removes an instance with all that is in it. Says whether it was there.
    pub(super) fn remove(&mut self, instance: &Address) -> bool {
        let (Some(repeat), Some(id)) = (instance.repeat(), instance.instance_id()) else {
            return false;
        };
        let Some(ids) = self.instances.get_mut(&repeat) else {
            return false;
        };
        let before = ids.len();
        ids.retain(|other| *other != id);
        if ids.len() == before {
            return false;
        }
        self.count -= 1;
        if self.irrelevant.contains(instance) {
            self.note_hidden(instance, false);
        }
        self.hidden
            .retain(|repeat, hidden| *hidden > 0 && !repeat.outer().is_within(instance));
        self.values.retain(|at, _| !at.is_within(instance));
        self.irrelevant.retain(|at| !at.is_within(instance));
        self.counted
            .retain(|repeat, _| !repeat.outer().is_within(instance));
        let mut gone = 0;
        self.instances.retain(|repeat, ids| {
            let stays = !repeat.outer().is_within(instance);
            gone += if stays { 0 } else { ids.len() };
            stays
        });
        self.count -= gone;
        true
    }

    pub(super) fn holds(&self, compartment: &str) -> bool {
        !self.unreadable.contains(compartment)
    }

    pub(super) fn holds_all(&self) -> bool {
        self.unreadable.is_empty()
    }
}

fn id(number: u128) -> InstanceId {
    InstanceId::from_uuid(uuid::Uuid::from_u128(number))
}

/// The next number, within the part of an id that counts.
fn next_up(number: u128) -> u128 {
    const COUNTER: u128 = 0xffff_ffff;
    (number & !COUNTER) | (number.wrapping_add(1) & COUNTER)
}

impl Answers for Kept<'_> {
    fn answer(&self, at: &Address) -> Option<Value> {
        self.0.value(at).cloned()
    }

    fn instances(&self, repeat: &RepeatAddress) -> Vec<InstanceId> {
        self.0.all(repeat).to_vec()
    }

    fn holds(&self, compartment: &str) -> bool {
        self.0.holds(compartment)
    }
}

impl Answers for Seen<'_> {
    fn answer(&self, at: &Address) -> Option<Value> {
        if !self.0.is_relevant(at) {
            return None;
        }
        self.0.value(at).cloned()
    }

    fn instances(&self, repeat: &RepeatAddress) -> Vec<InstanceId> {
        self.0.live(repeat)
    }

    fn holds(&self, compartment: &str) -> bool {
        self.0.holds(compartment)
    }
}

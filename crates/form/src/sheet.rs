//! Answers kept in memory.

use std::collections::BTreeMap;
use std::fmt;

use crate::address::{Address, InstanceId, RepeatAddress};
use crate::answers::Answers;
use crate::model::{Form, Item};
use crate::value::Value;

/// The answers to one form, kept in memory: what was read from JSON, or made up for a test.
#[derive(Clone, PartialEq, Default)]
pub struct AnswerSheet {
    answers: BTreeMap<Address, Value>,
    instances: BTreeMap<RepeatAddress, Vec<InstanceId>>,
}

impl AnswerSheet {
    /// Returns a sheet without answers.
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts down the answer at `at`. The repeat instances around it are added if they are not there.
    pub fn set(&mut self, at: Address, value: Value) {
        self.add_around(&at);
        self.answers.insert(at, value);
    }

    /// Takes the answer at `at` away.
    pub fn clear(&mut self, at: &Address) {
        self.answers.remove(at);
    }

    /// Adds an instance to `repeat`, after those that are there, and returns its address.
    pub fn add_instance(&mut self, repeat: &RepeatAddress, instance: InstanceId) -> Address {
        let at = repeat.instance(instance);
        self.add_around(&at);
        at
    }

    /// Removes a repeat instance with all that is in it.
    pub fn remove_instance(&mut self, instance: &Address) {
        if let (Some(repeat), Some(id), true) =
            (instance.repeat(), instance.instance_id(), instance.is_instance())
            && let Some(ids) = self.instances.get_mut(&repeat)
        {
            ids.retain(|other| *other != id);
        }
        self.answers.retain(|at, _| !at.is_within(instance));
        self.instances
            .retain(|repeat, _| !repeat.outer().is_within(instance));
    }

    /// Returns how many answers there are.
    pub fn len(&self) -> usize {
        self.answers.len()
    }

    /// Says whether there are neither answers nor repeat instances.
    pub fn is_empty(&self) -> bool {
        self.answers.is_empty() && self.instances.values().all(Vec::is_empty)
    }

    /// Returns the answers in the order of the form's questions, those in repeats instance by instance.
    /// Answers to questions that the form does not have come last.
    pub fn entries(&self, form: &Form) -> Vec<(Address, Value)> {
        let mut left = self.answers.clone();
        let mut entries = Vec::new();
        self.gather(&form.items, &Address::root(), &mut left, &mut entries);
        entries.extend(left);
        entries
    }

    /// Returns every repeat instance there is, outer ones before those inside them.
    pub fn all_instances(&self) -> Vec<Address> {
        let mut all: Vec<Address> = self
            .instances
            .iter()
            .flat_map(|(repeat, ids)| ids.iter().map(|id| repeat.instance(*id)))
            .collect();
        all.sort_by_key(|at| at.steps().len());
        all
    }

    fn gather(
        &self,
        items: &[Item],
        around: &Address,
        left: &mut BTreeMap<Address, Value>,
        entries: &mut Vec<(Address, Value)>,
    ) {
        for item in items {
            match item {
                Item::Question(question) => entries.extend(left.remove_entry(&around.near(&question.path))),
                Item::Group(group) => self.gather(&group.items, around, left, entries),
                Item::Repeat(repeat) => {
                    let address = RepeatAddress::near(around, &repeat.path);
                    for id in self.instances(&address) {
                        self.gather(&repeat.items, &address.instance(id), left, entries);
                    }
                }
            }
        }
    }

    fn add_around(&mut self, at: &Address) {
        let mut inner = Some(at.instance());
        while let Some(instance) = inner {
            if let (Some(repeat), Some(id)) = (instance.repeat(), instance.instance_id()) {
                let ids = self.instances.entry(repeat).or_default();
                if !ids.contains(&id) {
                    ids.push(id);
                }
            }
            inner = instance.parent_instance();
        }
    }
}

impl Answers for AnswerSheet {
    fn answer(&self, at: &Address) -> Option<Value> {
        self.answers.get(at).cloned()
    }

    fn instances(&self, repeat: &RepeatAddress) -> Vec<InstanceId> {
        self.instances.get(repeat).cloned().unwrap_or_default()
    }
}

/// Hides the answers, and how many there are is no secret.
impl fmt::Debug for AnswerSheet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AnswerSheet({} answers)", self.answers.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instance_goes_with_all_that_is_in_it() {
        let mut sheet = AnswerSheet::new();
        let member = "members[6f2c1f0e-8f5a-4d2b-9a39-0d6a1c9b7e01]";
        let visit = format!("{member}/visits[0b8a4f7c-2f6e-4c55-8b1d-5a3e7d9c4402]");
        sheet.set(format!("{visit}/why").parse().unwrap(), Value::Text("x".into()));
        sheet.set("name".parse().unwrap(), Value::Text("y".into()));
        assert_eq!(sheet.all_instances().len(), 2);
        sheet.remove_instance(&member.parse().unwrap());
        assert_eq!(sheet.all_instances(), []);
        assert_eq!(sheet.len(), 1);
        assert_eq!(format!("{sheet:?}"), "AnswerSheet(1 answers)");
    }
}

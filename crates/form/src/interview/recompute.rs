//! Works out anew what depends on what has changed, and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use super::look::Look;
use super::outcome::answer_of;
use super::paper::{Paper, Seen};
use super::plan::{Node, Parts, Plan, Reader};
use super::session::Write;
use crate::address::{Address, RepeatAddress};
use crate::expression::Environment;
use crate::model::{DefaultAnswer, Item, Question, Repeat};
use crate::value::Value;

/// The most instances that all repeats of a record have together: fewer in a form of very many
/// questions, each of which may stand in every instance.
pub(super) fn most_instances(plan: &Plan) -> usize {
    (500_000 / plan.nodes().count().max(1)).clamp(1_000, 20_000)
}

/// The most that is looked at before a form that goes round in circles is left as it is.
const MOST_VISITS: usize = 2_000_000;

/// One round of working out, until everything agrees with the answers again.
pub(super) struct Recomputation<'s> {
    plan: &'s Plan,
    pub(super) paper: &'s mut Paper,
    env: &'s Environment,
    /// What is to be worked out, by rank and the instance around it.
    dirty: BTreeMap<(usize, Address), Parts>,
    /// What was put down.
    pub(super) writes: Vec<Write>,
    /// What has changed and sets something else.
    pub(super) triggered: BTreeSet<(usize, Address)>,
    /// New instances whose computed defaults are not set yet.
    pub(super) begun: Vec<Address>,
    /// The questions whose choices may be others now.
    pub(super) offers: BTreeSet<Address>,
    /// Instances that count no longer, and those that count again.
    pub(super) uncounted: Vec<Address>,
    pub(super) counted_again: Vec<Address>,
    /// How many expressions were evaluated.
    pub(super) evaluations: u64,
    visits: usize,
}

impl<'s> Recomputation<'s> {
    pub(super) fn new(plan: &'s Plan, paper: &'s mut Paper, env: &'s Environment) -> Self {
        Recomputation {
            plan,
            paper,
            env,
            dirty: BTreeMap::new(),
            writes: Vec::new(),
            triggered: BTreeSet::new(),
            begun: Vec::new(),
            offers: BTreeSet::new(),
            uncounted: Vec::new(),
            counted_again: Vec::new(),
            evaluations: 0,
            visits: 0,
        }
    }

    /// Has everything worked out.
    pub(super) fn all(&mut self) {
        let nodes: Vec<usize> = self.plan.nodes().map(|(node, _)| node).collect();
        for node in nodes {
            self.mark_in(node, &Address::root(), 0, Parts::ALL);
        }
    }

    /// Has a part of a node worked out in every instance.
    pub(super) fn everywhere(&mut self, node: usize, parts: Parts) {
        self.mark_in(node, &Address::root(), 0, parts);
    }

    /// Puts down an answer, and has what reads it worked out. Says whether it is another one.
    pub(super) fn put(&mut self, node: usize, at: &Address, value: Option<Value>) -> bool {
        if !self.paper.put(at, value.clone()) {
            return false;
        }
        let at = at.clone();
        self.writes.push(match value {
            Some(value) => Write::Set {
                at: at.clone(),
                value,
            },
            None => Write::Clear { at: at.clone() },
        });
        if self.paper.is_relevant(&at) {
            self.changed(node, &at.instance());
        }
        true
    }

    /// Adds an instance, with its fixed defaults and the first instances of the repeats in it.
    pub(super) fn add(&mut self, node: usize, repeat: &RepeatAddress) -> Option<Address> {
        if self.paper.instance_count() >= most_instances(self.plan) {
            return None;
        }
        let chance = uuid::Builder::from_random_bytes(self.env.chance()).into_uuid();
        let id = self.paper.next_id(repeat, chance.as_u128());
        let instance = self.paper.add(repeat, id);
        self.writes.push(Write::AddInstance { at: instance.clone() });
        self.begin(Some(node), &instance);
        self.structure_changed(node, &repeat.outer());
        Some(instance)
    }

    /// Removes an instance with all that is in it. Says whether it was there.
    pub(super) fn remove(&mut self, node: usize, instance: &Address) -> bool {
        if !self.paper.remove(instance) {
            return false;
        }
        self.dirty.retain(|(_, around), _| !around.is_within(instance));
        self.writes.push(Write::RemoveInstance { at: instance.clone() });
        if let Some(repeat) = instance.repeat() {
            self.mark(node, &repeat.outer(), Parts::INSTANCES.and(Parts::COUNT));
            self.structure_changed(node, &repeat.outer());
        }
        true
    }

    /// Sets the fixed defaults in a new record or instance, adds the first instances of the
    /// repeats in it, and has all of it worked out.
    pub(super) fn begin(&mut self, within: Option<usize>, around: &Address) {
        let plan = self.plan;
        if let Some(node) = within {
            self.mark(
                node,
                &around.parent_instance().unwrap_or_else(Address::root),
                Parts::INSTANCES,
            );
        }
        let nodes: Vec<usize> = match within {
            Some(within) => (within + 1..plan.node(within).until).collect(),
            None => plan.nodes().map(|(node, _)| node).collect(),
        };
        for node in nodes {
            // What is in an inner repeat begins with its own instance.
            if plan.node(node).repeats.last().copied() != within {
                continue;
            }
            self.mark(node, around, Parts::ALL);
            match plan.item(node) {
                Item::Question(question) => {
                    if let Some(DefaultAnswer::Fixed(value)) = &question.default
                        && self.paper.holds(&question.compartment)
                    {
                        self.put(node, &around.near(&question.path), Some(value.clone()));
                    }
                }
                Item::Repeat(repeat) if repeat.repeat_count.is_none() => {
                    let address = RepeatAddress::near(around, &repeat.path);
                    self.add(node, &address);
                }
                Item::Repeat(_) | Item::Group(_) => {}
            }
        }
        self.begun.push(around.clone());
    }

    /// Works out everything that is to be worked out.
    pub(super) fn run(&mut self) {
        while let Some(((rank, around), parts)) = self.dirty.pop_first() {
            self.visits += 1;
            if self.visits > MOST_VISITS {
                self.dirty.clear();
                return;
            }
            if let Some(node) = self.plan.by_rank(rank) {
                self.work_out(node, &around, parts);
            }
        }
    }

    pub(super) fn look<'a>(&'a self, seen: &'a Seen<'a>) -> Look<'a, 'a> {
        Look {
            form: self.plan.form(),
            answers: seen,
            env: self.env,
            holds_all: self.paper.holds_all(),
        }
    }

    /// The instances around a node that are seen from another node in this instance.
    pub(super) fn instances_of(&self, node: usize, from: usize, around: &Address) -> Vec<Address> {
        let (there, here) = (&self.plan.node(node).repeats, &self.plan.node(from).repeats);
        let shared = there
            .iter()
            .zip(here)
            .take_while(|(one, other)| one == other)
            .count();
        let outer = shared.checked_sub(1).and_then(|last| there.get(last));
        let outer = match outer {
            Some(repeat) => around.near(&self.plan.node(*repeat).path),
            None => Address::root(),
        };
        self.instances_inside(node, outer, shared)
    }

    fn work_out(&mut self, node: usize, around: &Address, parts: Parts) {
        let plan = self.plan;
        let (item, at) = (plan.item(node), around.near(&plan.node(node).path));
        let flipped = parts.has(Parts::RELEVANCE) && {
            let is_relevant = self.is_relevant(node, around, &at);
            self.paper.mark(&at, is_relevant)
        };
        match item {
            Item::Question(question) => {
                if flipped && self.paper.value(&at).is_some() {
                    self.changed(node, around);
                }
                if flipped || parts.has(Parts::CALCULATION) {
                    self.compute(node, question, &at);
                }
                if parts.has(Parts::OFFER) {
                    self.offers.insert(at);
                }
            }
            Item::Group(_) => {
                if flipped {
                    self.mark_children(node, around);
                }
            }
            Item::Repeat(repeat) => {
                let address = RepeatAddress::near(around, &repeat.path);
                if flipped || parts.has(Parts::COUNT) {
                    self.count(node, repeat, &address, &at);
                }
                self.work_out_instances(node, repeat, &address, &at);
            }
        }
    }

    fn is_relevant(&mut self, node: usize, around: &Address, at: &Address) -> bool {
        let plan = self.plan;
        let parent = plan
            .node(node)
            .parent
            .map(|parent| around.near(&plan.node(parent).path));
        if !parent.is_none_or(|parent| self.paper.is_relevant(&parent)) {
            return false;
        }
        let relevant = plan.item(node).relevant();
        self.evaluations += u64::from(relevant.is_some());
        let seen = Seen(&*self.paper);
        self.look(&seen).is_fulfilled(relevant, at)
    }

    fn compute(&mut self, node: usize, question: &Question, at: &Address) {
        let Some(calculation) = question
            .calculation
            .as_ref()
            .filter(|_| question.triggers.is_empty())
        else {
            return;
        };
        let there = self.paper.value(at).cloned();
        if !self.paper.is_relevant(at)
            || !self.paper.holds(&question.compartment)
            || (self.plan.node(node).is_ever_new && there.is_some())
        {
            return;
        }
        let seen = Seen(&*self.paper);
        let look = self.look(&seen);
        if !look.can_read(calculation, at) {
            return;
        }
        let outcome = look.evaluate(calculation, at, there);
        self.evaluations += 1;
        if let Some(outcome) = outcome {
            self.put(node, at, answer_of(&outcome, &question.kind));
        }
    }

    /// Works out how many instances there shall be, and adds those that are missing.
    fn count(&mut self, node: usize, repeat: &Repeat, address: &RepeatAddress, at: &Address) {
        if repeat.repeat_count.is_none() || !self.paper.is_relevant(at) {
            return;
        }
        self.evaluations += 1;
        let seen = Seen(&*self.paper);
        let Some(count) = self.look(&seen).count(repeat.repeat_count.as_ref(), at) else {
            self.paper.counted.remove(address);
            return;
        };
        let ids = self.paper.all(address).to_vec();
        let before = self
            .paper
            .counted
            .insert(address.clone(), count)
            .unwrap_or(ids.len());
        let there = |(from, to): (usize, usize)| {
            let between = ids.iter().take(to).skip(from);
            between.map(|id| address.instance(*id)).collect::<Vec<_>>()
        };
        self.uncounted.extend(there((count, before)));
        self.counted_again.extend(there((before, count)));
        while self.paper.all(address).len() < count {
            if self.add(node, address).is_none() {
                return;
            }
        }
    }

    /// Works out which instances count and are relevant.
    fn work_out_instances(&mut self, node: usize, repeat: &Repeat, address: &RepeatAddress, at: &Address) {
        let counted = self.paper.counted.get(address).copied().unwrap_or(usize::MAX);
        let is_relevant = self.paper.is_relevant(at);
        let mut any_flipped = false;
        for (nth, id) in self.paper.all(address).to_vec().into_iter().enumerate() {
            let instance = address.instance(id);
            let is_relevant = is_relevant && nth < counted && {
                self.evaluations += u64::from(repeat.relevant.is_some());
                let seen = Seen(&*self.paper);
                self.look(&seen).is_fulfilled(repeat.relevant.as_ref(), &instance)
            };
            if self.paper.mark(&instance, is_relevant) {
                any_flipped = true;
                self.mark_children(node, &instance);
            }
        }
        if any_flipped {
            self.structure_changed(node, &address.outer());
        }
    }

    /// Has what reads a node in this instance worked out.
    fn changed(&mut self, node: usize, around: &Address) {
        let plan = self.plan;
        let node_there = plan.node(node);
        for reader in &node_there.readers {
            self.mark_reader(node_there, reader, around);
        }
        if !node_there.targets.is_empty() {
            self.triggered.insert((node, around.clone()));
        }
    }

    /// Has what reads anything in a repeat worked out, as far as it does so from outside an instance.
    fn structure_changed(&mut self, repeat: usize, outer: &Address) {
        let plan = self.plan;
        let depth = plan.node(repeat).repeats.len();
        for inside in repeat..plan.node(repeat).until {
            let node = plan.node(inside);
            for reader in node.readers.iter().filter(|reader| reader.shared <= depth) {
                self.mark_reader(node, reader, outer);
            }
        }
    }

    fn mark_reader(&mut self, node: &Node, reader: &Reader, around: &Address) {
        let shared = reader
            .shared
            .checked_sub(1)
            .and_then(|last| node.repeats.get(last));
        let from = match shared {
            Some(repeat) => around.near(&self.plan.node(*repeat).path),
            None => Address::root(),
        };
        self.mark_in(reader.node, &from, reader.shared, reader.parts);
    }

    /// Marks a node in all instances inside this one, which is `depth` repeats deep.
    fn mark_in(&mut self, node: usize, from: &Address, depth: usize, parts: Parts) {
        for at in self.instances_inside(node, from.clone(), depth) {
            self.mark(node, &at, parts);
        }
    }

    /// The instances around a node that are inside this one, which is `depth` repeats deep.
    fn instances_inside(&self, node: usize, from: Address, depth: usize) -> Vec<Address> {
        let mut around = vec![from];
        for repeat in self.plan.node(node).repeats.iter().skip(depth) {
            let path = &self.plan.node(*repeat).path;
            let inside = around.iter().flat_map(|at| {
                let repeat = RepeatAddress::near(at, path);
                let ids = self.paper.all(&repeat).iter();
                ids.map(|id| repeat.instance(*id)).collect::<Vec<_>>()
            });
            around = inside.collect();
        }
        around
    }

    fn mark_children(&mut self, node: usize, around: &Address) {
        let plan = self.plan;
        for child in plan.children(Some(node)) {
            self.mark(*child, around, Parts::RELEVANCE);
        }
    }

    fn mark(&mut self, node: usize, around: &Address, parts: Parts) {
        let key = (self.plan.node(node).rank, around.clone());
        let marked = self.dirty.entry(key).or_insert(Parts::NONE);
        *marked = marked.and(parts);
    }
}

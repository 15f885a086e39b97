//! More instances of a repeat, and fewer.

use super::audit::{AuditKind, node_of};
use super::{Position, Session, SessionError, Step};
use crate::address::{Address, RepeatAddress};
use crate::expression::Environment;
use crate::interview::MAX_INSTANCES;
use crate::interview::recompute::most_instances;
use crate::model::Item;

impl Session {
    /// Adds an instance to a repeat, behind those it has, and goes to the first question in it.
    ///
    /// # Errors
    /// If the form has no such repeat there, it is not asked now, or its count is not free.
    pub fn add_instance(&mut self, repeat: &RepeatAddress, env: &Environment) -> Result<Step, SessionError> {
        let node = self.free_repeat(repeat)?;
        if self.paper.all(repeat).len() >= MAX_INSTANCES
            || self.paper.instance_count() >= most_instances(&self.plan)
        {
            return Err(SessionError::TooMany);
        }
        let mut added = None;
        let mut step = self.settle(env, true, |work| added = work.add(node, repeat));
        if let Some(to) = added.and_then(|instance| self.way().to(&instance)) {
            step.moved = true;
            self.go(to, env);
        }
        step.audit = self.log.take_new();
        Ok(step)
    }

    /// Removes an instance with all that is in it. An interview that is inside it goes to where
    /// another instance can be added.
    ///
    /// # Errors
    /// If there is no such instance, or how many there are follows from other answers.
    pub fn remove_instance(&mut self, instance: &Address, env: &Environment) -> Result<Step, SessionError> {
        let no_instance = || SessionError::NoInstance(instance.clone());
        let repeat = instance
            .repeat()
            .filter(|_| instance.is_instance() && self.way().exists(instance))
            .ok_or_else(no_instance)?;
        let node = self.free_repeat(&repeat)?;
        let gone = node_of(&self.plan, &self.paper, instance);
        let is_inside = match &self.position {
            Position::Question { address } | Position::Page { address } => address.is_within(instance),
            Position::Repeat { address } => address.outer().is_within(instance),
            Position::Beginning | Position::End => false,
        };
        if is_inside {
            self.leave(env);
        }
        let mut step = self.settle(env, true, |work| _ = work.remove(node, instance));
        self.log
            .note(AuditKind::DeleteRepeat, gone, env.now, &env.username);
        if is_inside {
            self.position = Position::Repeat { address: repeat };
            self.enter(env);
            step.moved = true;
        }
        step.audit = self.log.take_new();
        Ok(step)
    }

    /// The repeat there, if its instances can be added and removed.
    fn free_repeat(&self, repeat: &RepeatAddress) -> Result<usize, SessionError> {
        if self.is_read_only {
            return Err(SessionError::ReadOnly);
        }
        let at = repeat.outer().near(&repeat.path());
        let node = self.plan.find(&repeat.path()).filter(|_| self.way().exists(&at));
        let node = node.ok_or_else(|| SessionError::NoRepeat(repeat.clone()))?;
        match self.plan.item(node) {
            Item::Repeat(it) if it.repeat_count.is_some() => Err(SessionError::Counted(repeat.clone())),
            Item::Repeat(_) if !self.paper.is_relevant(&at) => Err(SessionError::NotRelevant(at)),
            Item::Repeat(_) => Ok(node),
            _ => Err(SessionError::NoRepeat(repeat.clone())),
        }
    }
}

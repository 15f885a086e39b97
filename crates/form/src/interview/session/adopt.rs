//! A newer version of the form.

use std::sync::Arc;

use serde::Serialize;

use super::{Address, Kept, Notice, Paper, Plan, Position, Session, SessionError, Step};
use crate::answers::Answers;
use crate::expression::Environment;
use crate::model::Item;

/// What another version of the form changes for one record.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum Adopted {
    /// A question is new, and asked in this record.
    Asked {
        /// The question.
        at: Address,
    },
    /// The form no longer has a place for an answer. The record keeps it, and nobody sees it here.
    Unasked {
        /// Where it stood.
        at: Address,
    },
    /// An answer is of another type than the question asks for now.
    Unfit {
        /// Where it stands.
        at: Address,
    },
}

impl Session {
    /// Goes on with another version of the form. Returns what that changes for this record.
    ///
    /// The interview stays where it is if there is still such a question, and begins anew otherwise.
    ///
    /// # Errors
    /// If the record is only looked at.
    pub fn adopt(
        &mut self,
        plan: &Arc<Plan>,
        env: &Environment,
    ) -> Result<(Step, Vec<Adopted>), SessionError> {
        if self.is_read_only {
            return Err(SessionError::ReadOnly);
        }
        self.leave(env);
        let mut before = Vec::new();
        self.gather_kept(None, &Address::root(), &mut before);
        self.paper = Paper::copy(plan, &Kept(&self.paper));
        self.plan = Arc::clone(plan);
        let mut step = self.settle(env, false, |work| work.all());
        step.notices
            .retain(|notice| !matches!(notice, Notice::CountedAgain { .. }));
        let mut changes = Vec::new();
        for (at, is_answered) in &before {
            let question = self.question(at);
            let value = self.paper.value(at);
            match (question, value) {
                (None, _) if *is_answered => changes.push(Adopted::Unasked { at: at.clone() }),
                (Some(question), Some(value)) if !value.fits(&question.kind) => {
                    changes.push(Adopted::Unfit { at: at.clone() });
                }
                _ => {}
            }
        }
        let known: std::collections::HashSet<&Address> = before.iter().map(|(at, _)| at).collect();
        let mut asked = self.visible();
        asked.retain(|at| !known.contains(at) && self.question(at).is_some_and(|it| it.kind.is_asked()));
        changes.extend(asked.into_iter().map(|at| Adopted::Asked { at }));
        let place = match &self.position {
            Position::Question { address } | Position::Page { address } => self.way().to(address),
            Position::Repeat { address } => self.way().to(&address.outer().near(&address.path())),
            Position::Beginning => None,
            Position::End => Some(Position::End),
        };
        self.position = place.unwrap_or(Position::Beginning);
        self.enter(env);
        step.moved = true;
        step.audit = self.log.take_new();
        Ok((step, changes))
    }

    /// Every question in every instance, and whether it is answered.
    fn gather_kept(&self, parent: Option<usize>, around: &Address, kept: &mut Vec<(Address, bool)>) {
        for child in self.plan.children(parent) {
            match self.plan.item(*child) {
                Item::Question(question) => {
                    let at = around.near(&question.path);
                    let is_answered = self.paper.value(&at).is_some();
                    kept.push((at, is_answered));
                }
                Item::Group(_) => self.gather_kept(Some(*child), around, kept),
                Item::Repeat(repeat) => {
                    let repeat = crate::RepeatAddress::near(around, &repeat.path);
                    for id in Kept(&self.paper).instances(&repeat) {
                        self.gather_kept(Some(*child), &repeat.instance(id), kept);
                    }
                }
            }
        }
    }
}

//! From one screen to another.

use super::audit::{AuditKind, node_of};
use super::{Notice, Position, Session, SessionError, Step};
use crate::address::Address;
use crate::expression::Environment;
use crate::interview::Trouble;
use crate::interview::paper::Seen;

impl Session {
    /// Goes to the next screen. Stays, and says why, if an answer here is missing or not allowed.
    ///
    /// An answer that is offered no longer is taken away, now that it was shown again.
    pub fn next(&mut self, env: &Environment) -> Step {
        let mut step = Step::default();
        if !self.is_read_only {
            let here = self.way().shown(&self.position);
            step = self.drop_what_is_gone(&here, env);
            let seen = Seen(&self.paper);
            let look = self.look(&seen, env);
            let wrong = here.iter().filter(|at| self.paper.is_relevant(at));
            step.problems = wrong.filter_map(|at| self.problem(&look, at)).collect();
        }
        if step.problems.is_empty() {
            let next = self.way().next(&self.position);
            step.moved = next != self.position;
            self.go(next, env);
        } else {
            let nodes: Vec<String> = step
                .problems
                .iter()
                .map(|problem| node_of(&self.plan, &self.paper, &problem.at))
                .collect();
            for node in nodes {
                self.log
                    .note(AuditKind::ConstraintError, node, env.now, &env.username);
            }
        }
        step.audit = self.log.take_new();
        step
    }

    /// Goes to the next screen, whatever is missing or wrong here; finishing finds it again.
    pub fn pass(&mut self, env: &Environment) -> Step {
        let next = self.way().next(&self.position);
        self.move_to(next, env)
    }

    /// Goes to the screen before.
    pub fn previous(&mut self, env: &Environment) -> Step {
        let previous = self.way().previous(&self.position);
        self.move_to(previous, env)
    }

    /// Goes to a question, or to the first one in a group, instance or repeat.
    ///
    /// # Errors
    /// If the form has nothing there, or it is not shown now.
    pub fn jump(&mut self, to: &Address, env: &Environment) -> Result<Step, SessionError> {
        let way = self.way();
        let position = way.to(to).ok_or_else(|| match way.exists(to) {
            true => SessionError::NotRelevant(to.clone()),
            false => SessionError::Nothing(to.clone()),
        })?;
        self.log
            .note(AuditKind::Jump, String::new(), env.now, &env.username);
        Ok(self.move_to(position, env))
    }

    /// Goes to the screen behind the last question.
    pub fn jump_to_end(&mut self, env: &Environment) -> Step {
        self.log
            .note(AuditKind::Jump, String::new(), env.now, &env.username);
        self.move_to(Position::End, env)
    }

    /// Goes to the first answer that is missing or wrong. Stays if there is none.
    pub fn jump_to_first_problem(&mut self, env: &Environment) -> Step {
        let problems = self.problems(env);
        let to = problems.first().and_then(|problem| self.way().to(&problem.at));
        let mut step = match to {
            Some(to) => self.move_to(to, env),
            None => Step::default(),
        };
        step.problems = problems;
        step
    }

    /// Logs that what was written is kept.
    pub fn saved(&mut self, env: &Environment) -> Step {
        self.log
            .note(AuditKind::FormSave, String::new(), env.now, &env.username);
        Step {
            audit: self.log.take_new(),
            ..Step::default()
        }
    }

    /// Logs that the interview is left, to be taken up again or not.
    pub fn exit(&mut self, env: &Environment) -> Step {
        self.leave(env);
        self.log
            .note(AuditKind::FormExit, String::new(), env.now, &env.username);
        Step {
            audit: self.log.take_new(),
            ..Step::default()
        }
    }

    /// Logs why a finished record is changed.
    pub fn give_reason(&mut self, reason: &str, env: &Environment) -> Step {
        self.log.note_reason(reason, env.now, &env.username);
        Step {
            audit: self.log.take_new(),
            ..Step::default()
        }
    }

    pub(super) fn move_to(&mut self, position: Position, env: &Environment) -> Step {
        let moved = position != self.position;
        self.go(position, env);
        Step {
            moved,
            audit: self.log.take_new(),
            ..Step::default()
        }
    }

    pub(super) fn go(&mut self, position: Position, env: &Environment) {
        if position != self.position {
            self.leave(env);
            self.position = position;
            self.enter(env);
        }
    }

    pub(super) fn leave(&mut self, env: &Environment) {
        let shown = self.way().shown(&self.position);
        self.log.leave(&self.plan, &self.paper, &shown, env.now);
    }

    pub(super) fn enter(&mut self, env: &Environment) {
        let shown = self.way().shown(&self.position);
        let here = (&self.position, shown.as_slice());
        self.log
            .enter(&self.plan, &self.paper, here, env.now, &env.username);
    }

    fn drop_what_is_gone(&mut self, here: &[Address], env: &Environment) -> Step {
        let mut gone = Vec::new();
        {
            let seen = Seen(&self.paper);
            let look = self.look(&seen, env);
            for at in here.iter().filter(|at| self.paper.is_relevant(at)) {
                let trouble = self
                    .question(at)
                    .and_then(|question| super::trouble(&look, question, at));
                if trouble == Some(Trouble::NotOffered) && !look.is_read_only(at) {
                    gone.extend(
                        at.path()
                            .and_then(|path| self.plan.find(&path))
                            .map(|node| (node, at)),
                    );
                }
            }
        }
        if gone.is_empty() {
            return Step::default();
        }
        let mut step = self.settle(env, true, |work| {
            for (node, at) in &gone {
                work.put(*node, at, None);
            }
        });
        let dropped = gone.into_iter().map(|(_, at)| Notice::Dropped { at: at.clone() });
        step.notices.splice(0..0, dropped);
        step
    }
}

//! Finishing a record.

use super::audit::{AuditKind, node_of};
use super::{Finish, Finished, Session, Step, Write};
use crate::address::{Address, RepeatAddress};
use crate::expression::Environment;
use crate::interview::defaults::ending;
use crate::interview::paper::{Paper, Seen};
use crate::interview::text;
use crate::model::Item;
use crate::sheet::AnswerSheet;

impl Session {
    /// Finishes the record, if nothing in it is missing or wrong; otherwise goes to the first of that.
    /// Nothing can be changed in a finished record.
    pub fn finish(&mut self, env: &Environment) -> Finish {
        let mut step = self.notice(env);
        if self.is_read_only {
            return Finish::Refused(step);
        }
        let problems = self.problems(env);
        if !problems.is_empty() {
            let nodes: Vec<String> = problems
                .iter()
                .map(|problem| node_of(&self.plan, &self.paper, &problem.at))
                .collect();
            for node in nodes {
                self.log
                    .note(AuditKind::FinalizeError, node, env.now, &env.username);
            }
            let jumped = self.jump_to_first_problem(env);
            step.moved = jumped.moved;
            step.problems = jumped.problems;
            step.audit.extend(jumped.audit);
            return Finish::Refused(step);
        }
        for (at, value) in ending(self.plan.form(), env) {
            if self
                .question(&at)
                .is_some_and(|question| self.paper.holds(&question.compartment))
                && self.paper.put(&at, Some(value.clone()))
            {
                step.writes.push(Write::Set { at, value });
            }
        }
        self.leave(env);
        self.log
            .note(AuditKind::FormFinalize, String::new(), env.now, &env.username);
        step.audit.extend(self.log.take_new());
        self.is_read_only = true;
        let finished = Finished {
            name: self.record_name(env),
            answers: self.finished_answers(),
        };
        Finish::Done { step, finished }
    }

    /// Returns what the form calls the record as it is, if it says so.
    pub fn record_name(&self, env: &Environment) -> Option<String> {
        let seen = Seen(&self.paper);
        text::name(&self.look(&seen, env))
    }

    /// Returns the answers that finishing would send: without those that are not relevant, and
    /// without instances that do not count.
    pub fn finished_answers(&self) -> AnswerSheet {
        let mut sheet = AnswerSheet::new();
        copy(self, &self.paper, None, &Address::root(), &mut sheet);
        sheet
    }
}

fn copy(session: &Session, paper: &Paper, parent: Option<usize>, around: &Address, sheet: &mut AnswerSheet) {
    let plan = &session.plan;
    for child in plan.children(parent) {
        let at = around.near(&plan.node(*child).path);
        if !paper.is_relevant(&at) {
            continue;
        }
        match plan.item(*child) {
            Item::Question(_) => {
                if let Some(value) = paper.value(&at) {
                    sheet.set(at, value.clone());
                }
            }
            Item::Group(_) => copy(session, paper, Some(*child), around, sheet),
            Item::Repeat(repeat) => {
                let repeat = RepeatAddress::near(around, &repeat.path);
                for id in session.way().live(&repeat) {
                    let instance = sheet.add_instance(&repeat, id);
                    copy(session, paper, Some(*child), &instance, sheet);
                }
            }
        }
    }
}

impl Step {
    /// Says whether there is nothing in it to keep.
    pub fn is_empty(&self) -> bool {
        self.writes.is_empty() && self.audit.is_empty()
    }
}

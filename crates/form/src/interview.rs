//! The logic of an interview: what to ask, what follows from the answers, what is wrong with them.
//!
//! Each function looks at the answers as they stand, through [`Answers`]. As in ODK, an answer to
//! a question that is not relevant counts as none.

use crate::address::{Address, RepeatAddress};
use crate::answers::Answers;
use crate::expression::Environment;
use crate::model::{Choice, Form};
use crate::value::Value;
use pass::Pass;

mod check;
mod defaults;
mod entities;
mod look;
mod outcome;
mod paper;
mod pass;
mod plan;
mod recompute;
mod session;
mod text;

pub use check::{Complaint, Trouble, check};
pub use defaults::{defaults, ending};
pub use entities::{EntityAction, entities, instances_around, said_of_entity};
pub use plan::Plan;
pub use session::{
    Adopted, Asked, AuditEvent, AuditKind, Finish, Finished, Heading, Notice, Offer, Opening, Position,
    Problem, Screen, Section, SectionStatus, Session, SessionError, Step, Write, audit_csv,
};
pub use text::{fill, record_name};

/// The most instances that a repeat's count asks for.
const MAX_INSTANCES: usize = 1_000;

/// Says whether what stands at `at` is to be asked or shown at all, given its own condition and
/// those of the groups and repeats around it.
///
/// What the form does not have is not relevant. A condition that reads a compartment this node
/// cannot read counts as fulfilled.
pub fn relevant(form: &Form, answers: &dyn Answers, at: &Address, env: &Environment) -> bool {
    match at.path() {
        None => true,
        Some(path) => form.item(&path).is_some() && Pass::of(form, answers, env).is_relevant(at),
    }
}

/// Says whether the answer at `at` is shown but cannot be changed, given its own condition and
/// those of the groups and repeats around it.
pub fn read_only(form: &Form, answers: &dyn Answers, at: &Address, env: &Environment) -> bool {
    Pass::of(form, answers, env).look().is_read_only(at)
}

/// Returns the questions and notes to show, in form order, those in repeats once for each instance.
pub fn visible(form: &Form, answers: &dyn Answers, env: &Environment) -> Vec<Address> {
    let pass = Pass::of(form, answers, env);
    let mut shown = Vec::new();
    pass.walk(&form.items, &Address::root(), &mut |question, at| {
        let is_shown = question.kind.is_asked() || question.kind == crate::QuestionKind::Note;
        if is_shown && pass.is_relevant(at) {
            shown.push(at.clone());
        }
    });
    shown
}

/// Returns the answers that stand at questions which are not relevant, in form order. They count
/// as none, and are left out when a record is finished.
pub fn irrelevant(form: &Form, answers: &dyn Answers, env: &Environment) -> Vec<Address> {
    let pass = Pass::of(form, answers, env);
    let mut irrelevant = Vec::new();
    pass.walk(&form.items, &Address::root(), &mut |_, at| {
        if !pass.is_relevant(at) && answers.answer(at).is_some() {
            irrelevant.push(at.clone());
        }
    });
    irrelevant
}

/// Computes the form's calculations and returns those that differ from what is there, each after
/// those it depends on. `None` means that the computed answer is to be cleared.
///
/// What depends on a compartment that `answers` does not hold is left alone. A calculation that
/// calls `now`, `random` or `uuid` is computed only while there is no answer: it would differ each time.
pub fn calculate(form: &Form, answers: &dyn Answers, env: &Environment) -> Vec<(Address, Option<Value>)> {
    let mut pass = Pass::of(form, answers, env);
    let mut computed = pass.take_computed();
    computed.retain(|(at, value)| answers.answer(at) != *value);
    computed
}

/// Returns the choices that a select question offers at `at`, in order.
///
/// A filter that reads a compartment this node cannot read offers every choice.
pub fn offered<'f>(
    form: &'f Form,
    answers: &dyn Answers,
    at: &Address,
    env: &Environment,
) -> Vec<&'f Choice> {
    Pass::of(form, answers, env).look().offered(at)
}

/// Returns how many instances each repeat with a count shall have, at most 1,000.
///
/// Repeats whose count reads a compartment this node cannot read are left out.
pub fn wanted_instances(
    form: &Form,
    answers: &dyn Answers,
    env: &Environment,
) -> Vec<(RepeatAddress, usize)> {
    let pass = Pass::of(form, answers, env);
    let mut wanted = Vec::new();
    for repeat in form.repeats() {
        if repeat.repeat_count.is_none() {
            continue;
        }
        for around in pass.contexts(form.repeat_around(&repeat.path).map(|outer| &outer.path)) {
            let at = around.near(&repeat.path);
            let count = pass.look().count(repeat.repeat_count.as_ref(), &at);
            if let Some(count) = count.filter(|_| pass.is_relevant(&at)) {
                wanted.push((RepeatAddress::near(&around, &repeat.path), count));
            }
        }
    }
    wanted
}

/// Returns the instances of repeats that are not relevant, or beyond their repeat's count, inner
/// ones after those around them. They count as none, and are left out when a record is finished.
pub fn left_out_instances(form: &Form, answers: &dyn Answers, env: &Environment) -> Vec<Address> {
    let pass = Pass::of(form, answers, env);
    let mut left_out = Vec::new();
    for repeat in form.repeats() {
        let instances = pass.contexts(Some(&repeat.path)).into_iter();
        left_out.extend(instances.filter(|instance| !pass.is_relevant(instance)));
    }
    left_out
}

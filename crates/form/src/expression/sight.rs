//! How far an expression looks: into the instances around itself, or into others too.

use super::Expression;
use super::ast::{Axis, Path, Start, Term, Test};
use crate::model::Form;
use crate::path::QuestionPath;

impl Expression {
    /// Says whether the expression, where it stands at `at`, may read a question that is in the
    /// same repeat as itself in other instances than its own.
    ///
    /// Where this says no, an answer can only matter to the expression in the same instances.
    pub(crate) fn looks_afar(&self, form: &Form, at: Option<&QuestionPath>) -> bool {
        let mut afar = false;
        self.term.visit(&mut |term| {
            afar |= match term {
                Term::Path(path) => path_looks_afar(path, form, at),
                Term::Call(call) => call.function.name == "indexed-repeat",
                _ => false,
            };
        });
        afar
    }
}

fn path_looks_afar(path: &Path, form: &Form, at: Option<&QuestionPath>) -> bool {
    if matches!(path.start, Start::List(_)) {
        return false;
    }
    let has_predicates =
        !path.predicates.is_empty() || path.steps.iter().any(|step| !step.predicates.is_empty());
    if has_predicates {
        return true;
    }
    match &path.start {
        Start::Reference(_) => !path.steps.is_empty(),
        Start::Record => path.plain_names().1 != path.steps.len(),
        Start::Here | Start::Current => climbs_out(path, form, at),
        _ => true,
    }
}

/// Whether a relative path leaves the instance that it starts in.
fn climbs_out(path: &Path, form: &Form, at: Option<&QuestionPath>) -> bool {
    let Some(repeat) = at
        .and_then(|at| form.repeat_around(at))
        .map(|repeat| &repeat.path)
    else {
        return false;
    };
    let mut here = at.cloned();
    for step in &path.steps {
        match (step.axis, &step.test) {
            (Axis::Parent, Test::Any) => here = here.and_then(|here| here.parent()),
            (Axis::Itself, Test::Any) => {}
            (Axis::Child, Test::Name(_)) => break,
            _ => return true,
        }
    }
    !here.is_some_and(|here| here.is_within(repeat))
}

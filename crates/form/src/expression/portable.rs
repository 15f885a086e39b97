//! What an expression says that ODK Validate refuses in a form, though its parts are sound.

use std::collections::BTreeSet;

use super::Expression;
use super::ast::{Axis, Call, Operator, Path, Start, Step, Term, Test};
use crate::model::{Form, Item};
use crate::path::QuestionPath;

/// Something that other tools do not take.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Unportable {
    /// The many answers to a question in a repeat stand where one value belongs.
    Several {
        /// The question, group or repeat.
        path: QuestionPath,
        /// The repeat.
        repeat: String,
    },
    /// Two ways to nodes, joined by `|`.
    Union,
    /// A step by another axis than to what is in a node or around it.
    Axis,
    /// `*`.
    AnyName,
    /// A way out of the record.
    AboveRecord,
    /// `instance('…')` of what the form does not have.
    NoInstance(String),
}

impl Expression {
    /// Returns what other tools do not take in this expression, where it stands at `at` and is worked
    /// out with the answers. `instances` are the names that `instance()` knows.
    ///
    /// A part that may not be worked out, because what stands before it settles the matter, is not
    /// looked at for many answers in place of one: other tools do not, either.
    pub(crate) fn unportable(
        &self,
        form: &Form,
        at: &QuestionPath,
        instances: &BTreeSet<&str>,
    ) -> BTreeSet<Unportable> {
        let mut has_predicates = false;
        self.term.visit(&mut |term| {
            if let Term::Path(path) = term {
                let in_steps = path.steps.iter().any(|step| !step.predicates.is_empty());
                has_predicates |= in_steps || !path.predicates.is_empty();
            }
        });
        let mut search = Search {
            expression: self,
            form,
            at,
            has_predicates,
            found: BTreeSet::new(),
        };
        search.value(&self.term);
        self.term.visit(&mut |term| search.shape(term, instances));
        search.found
    }
}

struct Search<'a> {
    expression: &'a Expression,
    form: &'a Form,
    at: &'a QuestionPath,
    /// Whether paths may begin at another node than the question's own.
    has_predicates: bool,
    found: BTreeSet<Unportable>,
}

impl Search<'_> {
    /// A term of which one value is taken.
    fn value(&mut self, term: &Term) {
        match term {
            Term::Number(_) | Term::Literal(_) => {}
            Term::Negate(term) => self.value(term),
            Term::Chain(first, rest) => self.chain(first, rest),
            Term::Path(path) => self.one(path),
            Term::Call(call) => {
                let count = values(call);
                call.arguments
                    .iter()
                    .take(count)
                    .for_each(|term| self.value(term));
            }
        }
    }

    fn chain(&mut self, first: &Term, rest: &[(Operator, Term)]) {
        let mut before = first;
        self.value(first);
        for (operator, term) in rest {
            let goes_on = match operator {
                Operator::Union | Operator::And => false,
                Operator::Or => fails_without_answers(before),
                _ => true,
            };
            if !goes_on {
                return;
            }
            self.value(term);
            before = term;
        }
    }

    /// A path of which one value is taken: it must not lead into a repeat from outside.
    fn one(&mut self, path: &Path) {
        if let Start::Term(term) = &path.start
            && path.steps.is_empty()
            && path.predicates.is_empty()
        {
            return self.value(term);
        }
        let Some(end) = self.end(path) else {
            return;
        };
        let mut many = None;
        let mut outer = Some(end.clone());
        while let Some(path) = outer {
            let item = self.form.item(&path);
            if item.is_none_or(may_be_absent) {
                return;
            }
            if matches!(item, Some(Item::Repeat(_))) && !self.at.is_within(&path) {
                many = many.or_else(|| Some(path.name().to_owned()));
            }
            outer = path.parent();
        }
        if let Some(repeat) = many {
            self.found.insert(Unportable::Several { path: end, repeat });
        }
    }

    /// Where a path without predicates leads, if that can be said.
    fn end(&self, path: &Path) -> Option<QuestionPath> {
        let has_predicates = path.steps.iter().any(|step| !step.predicates.is_empty());
        if has_predicates || !path.predicates.is_empty() {
            return None;
        }
        let mut steps = path.steps.as_slice();
        let mut end = match &path.start {
            Start::Reference(reference) if !reference.last_saved => {
                Some(self.expression.bound.get(&reference.name)?.clone())
            }
            Start::Record => {
                steps = steps.get(1..)?;
                None
            }
            _ => return None,
        };
        for step in steps {
            end = match (step.axis, &step.test, end) {
                (Axis::Itself, _, end) => end,
                (Axis::Parent, _, Some(end)) => end.parent(),
                (Axis::Child, Test::Name(name), Some(end)) => Some(end.join(name).ok()?),
                (Axis::Child, Test::Name(name), None) => Some(name.parse().ok()?),
                _ => return None,
            };
        }
        end
    }

    /// What is never taken, wherever it stands.
    fn shape(&mut self, term: &Term, instances: &BTreeSet<&str>) {
        match term {
            Term::Chain(_, rest) if rest.iter().any(|(operator, _)| *operator == Operator::Union) => {
                self.found.insert(Unportable::Union);
            }
            Term::Path(path) => {
                path.steps.iter().for_each(|step| self.step(step));
                if let Start::List(name) = &path.start
                    && !instances.contains(name.as_str())
                {
                    self.found.insert(Unportable::NoInstance(name.clone()));
                }
                let up = path
                    .steps
                    .iter()
                    .take_while(|step| step.axis == Axis::Parent)
                    .count();
                let is_own =
                    path.start == Start::Current || (path.start == Start::Here && !self.has_predicates);
                if is_own && up > self.at.segments().count() + 1 {
                    self.found.insert(Unportable::AboveRecord);
                }
            }
            _ => {}
        }
    }

    fn step(&mut self, step: &Step) {
        let unportable = match (step.axis, &step.test) {
            (Axis::Descendant | Axis::DescendantOrItself, _) => Unportable::Axis,
            (Axis::Child, Test::Any) => Unportable::AnyName,
            _ => return,
        };
        self.found.insert(unportable);
    }
}

/// Whether there may be none of an item as long as nothing is answered; other tools find many
/// answers in place of one only where there are some.
fn may_be_absent(item: &Item) -> bool {
    let has_open_count = match item {
        Item::Repeat(repeat) => repeat
            .repeat_count
            .as_ref()
            .is_some_and(|count| !matches!(count.term, Term::Number(_))),
        _ => false,
    };
    has_open_count || item.relevant().is_some()
}

/// How many of a function's arguments are taken as one value each, whatever the others are.
fn values(call: &Call) -> usize {
    match (call.function.name, call.arguments.len()) {
        ("max" | "min", 1) => 0,
        (
            "count" | "count-non-empty" | "sum" | "join" | "position" | "indexed-repeat" | "randomize"
            | "area" | "enclosed-area" | "distance" | "checklist" | "weighted-checklist",
            _,
        ) => 0,
        ("if" | "coalesce", _) => 1,
        (_, count) => count,
    }
}

/// Whether a term is a comparison that is wrong as long as nothing is answered.
fn fails_without_answers(term: &Term) -> bool {
    let Term::Chain(first, rest) = term else {
        return false;
    };
    let is_comparison = |operator: &Operator| {
        matches!(
            operator,
            Operator::Equal | Operator::Less | Operator::LessOrEqual | Operator::More | Operator::MoreOrEqual
        )
    };
    let is_empty = |term: &Term| matches!(term, Term::Literal(text) if text.is_empty());
    matches!(first.as_ref(), Term::Path(_))
        && rest
            .iter()
            .all(|(operator, term)| is_comparison(operator) && !is_empty(term))
}

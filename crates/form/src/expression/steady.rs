//! What is the same for every candidate of a predicate, and so is worked out only once.

use std::cell::RefCell;
use std::rc::Rc;

use super::ast::{Path, Start, Term};
use super::outcome::Outcome;

/// The terms of predicates that do not depend on the candidate, with what they gave.
///
/// Terms are told apart by where they are in memory, which stays the same while an expression is
/// evaluated.
#[derive(Default)]
pub(super) struct Steady {
    /// In the order of where they are.
    terms: RefCell<Vec<(usize, Option<Rc<Outcome>>)>>,
}

impl Steady {
    /// Finds the terms of a predicate that do not depend on the candidate.
    pub(super) fn prepare(&self, predicate: &Term) {
        let mut terms = self.terms.borrow_mut();
        find(predicate, &mut |term| {
            let place = address(term);
            if let Err(nth) = terms.binary_search_by_key(&place, |(place, _)| *place) {
                terms.insert(nth, (place, None));
            }
        });
    }

    /// Whether a term is one of these, and what it gave if it was worked out.
    pub(super) fn known(&self, term: &Term) -> Option<Option<Rc<Outcome>>> {
        let terms = self.terms.borrow();
        let nth = terms.binary_search_by_key(&address(term), |(place, _)| *place);
        terms.get(nth.ok()?).map(|(_, outcome)| outcome.clone())
    }

    /// Keeps what a term gave.
    pub(super) fn keep(&self, term: &Term, outcome: &Rc<Outcome>) {
        let mut terms = self.terms.borrow_mut();
        if let Ok(nth) = terms.binary_search_by_key(&address(term), |(place, _)| *place)
            && let Some((_, kept)) = terms.get_mut(nth)
        {
            *kept = Some(Rc::clone(outcome));
        }
    }
}

fn address(term: &Term) -> usize {
    std::ptr::from_ref(term).addr()
}

/// Calls `found` for the largest terms that do not depend on the candidate. Numbers and texts are
/// left out: to look them up would take longer than to read them.
fn find(term: &Term, found: &mut dyn FnMut(&Term)) {
    match term {
        Term::Number(_) | Term::Literal(_) => {}
        _ if is_steady(term) => found(term),
        Term::Chain(first, rest) => {
            find(first, found);
            rest.iter().for_each(|(_, term)| find(term, found));
        }
        Term::Negate(term) => find(term, found),
        Term::Call(call) => call.arguments.iter().for_each(|term| find(term, found)),
        // What stands in its predicates is found when they are looked at.
        Term::Path(_) => {}
    }
}

fn is_steady(term: &Term) -> bool {
    match term {
        Term::Number(_) | Term::Literal(_) => true,
        Term::Chain(first, rest) => is_steady(first) && rest.iter().all(|(_, term)| is_steady(term)),
        Term::Negate(term) => is_steady(term),
        Term::Path(path) => path_is_steady(path),
        Term::Call(call) => {
            let function = call.function;
            // Without arguments these are about the candidate, and chance is another every time.
            let looks_by_itself = call.arguments.is_empty() && function.most != Some(0);
            !looks_by_itself
                && !matches!(
                    function.name,
                    "last" | "random" | "uuid" | "once" | "randomize" | "indexed-repeat" | "jr:choice-name"
                )
                && call.arguments.iter().all(is_steady)
        }
    }
}

/// Whether a path starts at what is the same for every candidate. What its own predicates look at
/// are its own candidates.
fn path_is_steady(path: &Path) -> bool {
    match &path.start {
        Start::Here => false,
        Start::Record | Start::Current | Start::Reference(_) | Start::List(_) => {
            // Chance in a predicate is another every time, too.
            let in_steps = path.steps.iter().flat_map(|step| &step.predicates);
            !path.predicates.iter().chain(in_steps).any(has_chance)
        }
        Start::Term(term) => is_steady(term) && path.predicates.is_empty() && path.steps.is_empty(),
    }
}

fn has_chance(term: &Term) -> bool {
    let mut has = false;
    term.visit(&mut |term| {
        if let Term::Call(call) = term {
            has |= matches!(call.function.name, "random" | "uuid" | "randomize");
        }
    });
    has
}

//! Which questions an expression can read, found out without any answers.

use std::collections::BTreeSet;

use super::Expression;
use super::ast::{Axis, Path, Start, Step, Term, Test};
use crate::model::{Form, Item};
use crate::path::QuestionPath;

/// Everything that an expression at `at` can read, each once.
pub(super) fn of(expression: &Expression, form: &Form, at: Option<&QuestionPath>) -> Vec<QuestionPath> {
    let mut search = Search {
        expression,
        form,
        own: Spot::Item(at.cloned()),
        found: BTreeSet::new(),
    };
    let here = BTreeSet::from([search.own.clone()]);
    search.term(&expression.term, &here);
    search.found.into_iter().collect()
}

/// A kind of place, whichever instance it is in.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Spot {
    /// Something in the form; `None` is the record.
    Item(Option<QuestionPath>),
    /// Something in a choice list. No answer is kept there.
    Choices,
}

struct Search<'a> {
    expression: &'a Expression,
    form: &'a Form,
    own: Spot,
    found: BTreeSet<QuestionPath>,
}

impl Search<'_> {
    /// Finds what a term reads, and returns the nodes it gives.
    fn term(&mut self, term: &Term, here: &BTreeSet<Spot>) -> BTreeSet<Spot> {
        match term {
            Term::Number(_) | Term::Literal(_) => BTreeSet::new(),
            Term::Negate(term) => self.term(term, here),
            Term::Chain(first, rest) => {
                let mut spots = self.term(first, here);
                for (_, term) in rest {
                    spots.extend(self.term(term, here));
                }
                spots
            }
            Term::Path(path) => self.path(path, here),
            Term::Call(call) => {
                let mut spots = BTreeSet::new();
                for argument in &call.arguments {
                    spots.extend(self.term(argument, here));
                }
                if call.function.name == "once" {
                    spots.insert(self.own.clone());
                }
                spots
            }
        }
    }

    fn path(&mut self, path: &Path, here: &BTreeSet<Spot>) -> BTreeSet<Spot> {
        let mut spots = match &path.start {
            Start::Here => here.clone(),
            Start::Current => BTreeSet::from([self.own.clone()]),
            Start::Reference(reference) if reference.last_saved => BTreeSet::new(),
            Start::Reference(reference) => {
                let bound = self.expression.bound.get(&reference.name);
                bound
                    .map(|path| Spot::Item(Some(path.clone())))
                    .into_iter()
                    .collect()
            }
            Start::Record => BTreeSet::from([Spot::Item(None)]),
            Start::List(_) => BTreeSet::from([Spot::Choices]),
            Start::Term(term) => self.term(term, here),
        };
        self.predicates(&path.predicates, &spots);
        let mut steps = path.steps.as_slice();
        // The first name of an absolute path is the root's.
        if let (Start::Record, [first, rest @ ..]) = (&path.start, steps)
            && first.axis == Axis::Child
        {
            self.predicates(&first.predicates, &spots);
            steps = rest;
        }
        for step in steps {
            spots = self.step(&spots, step);
            self.predicates(&step.predicates, &spots);
        }
        if !path.is_itself() {
            self.found.extend(spots.iter().filter_map(|spot| match spot {
                Spot::Item(path) => path.clone(),
                Spot::Choices => None,
            }));
        }
        spots
    }

    fn predicates(&mut self, predicates: &[Term], spots: &BTreeSet<Spot>) {
        for predicate in predicates {
            self.term(predicate, spots);
            // There `.` is the candidate, and that is read.
            if mentions_itself(predicate) {
                self.found.extend(spots.iter().filter_map(|spot| match spot {
                    Spot::Item(path) => path.clone(),
                    Spot::Choices => None,
                }));
            }
        }
    }

    fn step(&self, spots: &BTreeSet<Spot>, step: &Step) -> BTreeSet<Spot> {
        let mut reached = BTreeSet::new();
        for spot in spots {
            let Spot::Item(path) = spot else {
                reached.insert(Spot::Choices);
                continue;
            };
            match step.axis {
                Axis::Itself => _ = reached.insert(spot.clone()),
                Axis::Parent => {
                    let parent = path.as_ref().map(|path| Spot::Item(path.parent()));
                    reached.extend(parent);
                }
                Axis::Child => reached.extend(self.items(path.as_ref()).iter().map(spot_of)),
                // Only documents have these.
                Axis::Attribute
                | Axis::Ancestor
                | Axis::AncestorOrItself
                | Axis::FollowingSibling
                | Axis::PrecedingSibling => {}
                Axis::Descendant | Axis::DescendantOrItself => {
                    if step.axis == Axis::DescendantOrItself {
                        reached.insert(spot.clone());
                    }
                    self.inside(self.items(path.as_ref()), &mut reached);
                }
            }
        }
        if let Test::Name(name) = &step.test {
            reached.retain(|spot| match spot {
                Spot::Item(path) => path.as_ref().is_some_and(|path| path.name() == &**name),
                Spot::Choices => true,
            });
        }
        reached
    }

    fn items(&self, path: Option<&QuestionPath>) -> &[Item] {
        match path {
            None => &self.form.items,
            Some(path) => self.form.item(path).map_or(&[], Item::items),
        }
    }

    fn inside(&self, items: &[Item], reached: &mut BTreeSet<Spot>) {
        for item in items {
            reached.insert(spot_of(item));
            self.inside(item.items(), reached);
        }
    }
}

fn spot_of(item: &Item) -> Spot {
    Spot::Item(Some(item.path().clone()))
}

/// Whether a predicate reads its candidate: as `.`, or through a function that takes it by itself.
fn mentions_itself(predicate: &Term) -> bool {
    let mut mentions = false;
    predicate.visit(&mut |term| {
        mentions |= match term {
            Term::Path(path) => path.start == Start::Here && path.is_itself(),
            Term::Call(call) => call.arguments.is_empty() && call.function.most != Some(0),
            _ => false,
        };
    });
    mentions
}

//! Goes from node to node: through the groups, repeats and questions of a record, and through choices.

use std::collections::HashSet;

use super::ast::{Axis, Path, Start, Step, Term, Test};
use super::document::Document;
use super::error::EvalError;
use super::evaluate::{Evaluator, Focus};
use super::outcome::{Node, Outcome, Place, Spot};
use crate::address::{Address, RepeatAddress};
use crate::model::Item;
use crate::path::QuestionPath;
use crate::table::Tree;

impl Evaluator<'_> {
    /// What the expression belongs to; in a choice filter the choice.
    pub(super) fn here(&self) -> Place {
        if self.choice.is_some() {
            Place::Choice(Spot::Offered)
        } else {
            self.current()
        }
    }

    /// What the expression belongs to.
    pub(super) fn current(&self) -> Place {
        if let Some(document) = self.document {
            return Place::Element(Document::MAIN, document.context);
        }
        Place::At(self.context.at.clone(), self.context.at.path())
    }

    /// The column of a choice that a path is just the name of; of other paths `None`. Filters are
    /// made of these.
    pub(super) fn cell(&self, path: &Path, focus: &Focus<'_>) -> Option<Option<Place>> {
        let (Place::Choice(spot), Start::Here, [step]) = (focus.place, &path.start, path.steps.as_slice())
        else {
            return None;
        };
        let Test::Name(name) = &step.test else { return None };
        if step.axis != Axis::Child || !step.predicates.is_empty() {
            return None;
        }
        Some(self.column_named(*spot, name))
    }

    /// Goes along a path.
    pub(super) fn places(&self, path: &Path, focus: &Focus<'_>) -> Result<Vec<Place>, EvalError> {
        let (mut places, taken) = self.start(path, focus)?;
        places = self.filter(places, &path.predicates)?;
        // The predicates of the last of the plain names have not been looked at yet.
        if let Some(step) = taken.checked_sub(1).and_then(|last| path.steps.get(last)) {
            places = self.filter(places, &step.predicates)?;
        }
        for step in path.steps.iter().skip(taken) {
            places = self.step(&places, step)?;
        }
        Ok(places)
    }

    /// Where a path starts, and how many of its steps that took.
    fn start(&self, path: &Path, focus: &Focus<'_>) -> Result<(Vec<Place>, usize), EvalError> {
        let places = match &path.start {
            Start::Here => vec![focus.place.clone()],
            Start::Current => vec![self.current()],
            Start::Reference(reference) => self.referred(reference, focus)?,
            Start::Record if self.document.is_some() => {
                vec![Place::Element(Document::MAIN, Tree::DOCUMENT)]
            }
            Start::Record => {
                let (names, taken) = path.plain_names();
                if names.is_empty() {
                    return Ok((vec![Place::At(Address::root(), None)], taken));
                }
                let path = names.join("/").parse::<QuestionPath>().ok();
                let places = path.map(|path| self.expand(focus, &path)).transpose()?;
                return Ok((places.unwrap_or_default(), taken));
            }
            Start::List(name) => vec![self.instance(name)?],
            Start::Term(term) => match self.term(term, focus)? {
                Outcome::Nodes(nodes) => nodes.into_iter().map(|node| node.place).collect(),
                _ => return Err(EvalError::NotNodes { function: "/" }),
            },
        };
        Ok((places, 0))
    }

    /// What is at `path`, seen from what is looked at: in the same repeat instances as far as both
    /// are in the same repeats, and in all instances beyond. A repeat gives all its instances.
    pub(super) fn expand(&self, focus: &Focus<'_>, path: &QuestionPath) -> Result<Vec<Place>, EvalError> {
        let seen_from = match focus.place {
            Place::At(at, _) => at,
            _ => self.context.at,
        };
        let Some(item) = self.context.form.item(path) else {
            return Ok(Vec::new());
        };
        let is_repeat = matches!(item, Item::Repeat(_));
        let shared = match is_repeat {
            true => RepeatAddress::near(seen_from, path).outer(),
            false => seen_from.near(path).instance(),
        };
        let repeats = self.repeats_to(path, is_repeat);
        let further = repeats.iter().skip(shared.steps().len());
        let mut around = vec![shared.clone()];
        for repeat in further {
            around = self.instances_in(&around, repeat)?;
        }
        if is_repeat {
            return Ok(around
                .into_iter()
                .map(|at| Place::At(at, Some(path.clone())))
                .collect());
        }
        Ok(around
            .into_iter()
            .map(|at| Place::At(at.near(path), Some(path.clone())))
            .collect())
    }

    /// Which question or repeat of the form a term names, whether or not there is an answer to it.
    pub(super) fn target(&self, term: &Term, focus: &Focus<'_>) -> Result<Option<QuestionPath>, EvalError> {
        let Term::Path(path) = term else { return Ok(None) };
        match &path.start {
            Start::Reference(reference) if path.steps.is_empty() => Ok(Some(self.bound(reference)?.clone())),
            Start::Record if path.plain_names().1 == path.steps.len() => {
                Ok(path.plain_names().0.join("/").parse().ok())
            }
            _ => Ok(self
                .places(path, focus)?
                .into_iter()
                .find_map(|place| match place {
                    Place::At(_, path) => path,
                    _ => None,
                })),
        }
    }

    /// The repeats around `path`, outermost first, and `path` itself if it is one.
    pub(super) fn repeats_to(&self, path: &QuestionPath, is_repeat: bool) -> Vec<QuestionPath> {
        let mut repeats: Vec<QuestionPath> = if is_repeat { vec![path.clone()] } else { Vec::new() };
        let mut inner = path;
        while let Some(repeat) = self.context.form.repeat_around(inner) {
            repeats.push(repeat.path.clone());
            inner = &repeat.path;
        }
        repeats.reverse();
        repeats
    }

    /// The instances of a repeat in each of these.
    pub(super) fn instances_in(
        &self,
        around: &[Address],
        repeat: &QuestionPath,
    ) -> Result<Vec<Address>, EvalError> {
        let mut all = Vec::new();
        for at in around {
            let repeat = RepeatAddress::near(at, repeat);
            let instances = self.context.answers.instances(&repeat);
            self.spend(1 + instances.len() as u64)?;
            all.extend(instances.into_iter().map(|id| repeat.instance(id)));
        }
        Ok(all)
    }

    fn step(&self, places: &[Place], step: &Step) -> Result<Vec<Place>, EvalError> {
        let mut reached = Vec::new();
        for place in places {
            let mut candidates = match step.axis {
                Axis::Child => self.children(place, &step.test)?,
                Axis::Parent => self.parent(place).into_iter().collect(),
                Axis::Itself => vec![place.clone()],
                Axis::Attribute => self.attributes(place),
                Axis::Ancestor => self.around(place, false),
                Axis::AncestorOrItself => self.around(place, true),
                Axis::FollowingSibling => self.siblings(place, true)?,
                Axis::PrecedingSibling => self.siblings(place, false)?,
                Axis::Descendant => self.inside(place, false)?,
                Axis::DescendantOrItself => self.inside(place, true)?,
            };
            if step.axis != Axis::Child && step.test != Test::Any {
                candidates.retain(|place| self.passes(place, &step.test));
            }
            self.spend(1 + candidates.len() as u64)?;
            let mut kept = self.filter(candidates, &step.predicates)?;
            // Backwards the nearest is the first candidate, and still the last in the document.
            if matches!(
                step.axis,
                Axis::Ancestor | Axis::AncestorOrItself | Axis::PrecedingSibling
            ) {
                kept.reverse();
            }
            reached.extend(kept);
        }
        if places.len() > 1 && step.axis != Axis::Itself {
            keep_first(&mut reached, |place| place);
            in_document_order(&mut reached, |place| place);
        }
        Ok(reached)
    }

    fn filter(&self, places: Vec<Place>, predicates: &[Term]) -> Result<Vec<Place>, EvalError> {
        let mut places = places;
        for predicate in predicates {
            let size = places.len();
            if size > 1 {
                self.shared.steady.prepare(predicate);
            }
            let mut kept = Vec::new();
            for (nth, place) in places.into_iter().enumerate() {
                let focus = Focus {
                    place: &place,
                    position: Some(nth + 1),
                    size,
                };
                let fits = match self.term(predicate, &focus)? {
                    Outcome::Number(number) => number == (nth + 1) as f64,
                    other => other.to_boolean(),
                };
                if fits {
                    kept.push(place);
                }
            }
            places = kept;
        }
        Ok(places)
    }

    /// The nodes of both, each once.
    pub(super) fn union(&self, left: &[Node], right: &[Node]) -> Result<Vec<Node>, EvalError> {
        let mut all = left.to_vec();
        all.extend_from_slice(right);
        self.spend(all.len() as u64)?;
        keep_first(&mut all, |node| &node.place);
        in_document_order(&mut all, |node| &node.place);
        Ok(all)
    }
}

/// Puts what is in documents into their order.
fn in_document_order<T>(all: &mut [T], place: impl Fn(&T) -> &Place) {
    let number = |one: &T| match place(one) {
        Place::Element(tree, element) => Some((*tree, *element)),
        _ => None,
    };
    if all.iter().all(|one| number(one).is_some()) {
        all.sort_by_key(number);
    }
}

fn keep_first<T>(all: &mut Vec<T>, place: impl Fn(&T) -> &Place) {
    let mut seen = HashSet::new();
    all.retain(|one| seen.insert(place(one).clone()));
}

//! In which order a form's items can be worked out: each after what it reads.

use std::collections::BTreeMap;

use super::names::Names;
use super::writing::Writing;
use crate::model::{Form, Item};
use crate::path::QuestionPath;
use crate::read::Problems;

/// Returns all items, each after the group around it and after whatever its relevance and its
/// calculation read. Complains about cycles.
pub(super) fn order(
    form: &Form,
    names: &Names,
    writing: &Writing<'_>,
    problems: &mut Problems,
) -> Vec<QuestionPath> {
    let items = form.all_items();
    let places: BTreeMap<&QuestionPath, usize> = items
        .iter()
        .enumerate()
        .map(|(nth, item)| (item.path(), nth))
        .collect();
    let reads: Vec<Vec<usize>> = items
        .iter()
        .map(|item| {
            reads(form, item)
                .iter()
                .filter_map(|path| places.get(path).copied())
                .collect()
        })
        .collect();

    let mut walk = Walk {
        reads: &reads,
        state: vec![State::New; items.len()],
        done: Vec::new(),
        cycles: Vec::new(),
    };
    for nth in 0..items.len() {
        walk.visit(nth);
    }
    for cycle in &walk.cycles {
        complain(cycle, &items, names, writing, problems);
    }
    walk.done
        .iter()
        .filter_map(|nth| items.get(*nth))
        .map(|item| item.path().clone())
        .collect()
}

/// What an item's relevance and calculation read, and the group around it.
fn reads(form: &Form, item: &Item) -> Vec<QuestionPath> {
    let at = Some(item.path());
    let mut reads: Vec<QuestionPath> = item.path().parent().into_iter().collect();
    if let Some(relevant) = item.relevant() {
        reads.extend(relevant.dependencies(form, at));
    }
    match item {
        // One that is computed at a trigger only does not follow what it reads.
        Item::Question(question) if question.triggers.is_empty() => {
            reads.extend(
                question
                    .calculation
                    .iter()
                    .flat_map(|it| it.dependencies(form, at)),
            );
        }
        // How many instances there are is not worked out with the answers.
        Item::Question(_) | Item::Group(_) | Item::Repeat(_) => {}
    }
    reads
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    New,
    Open,
    Done,
}

struct Walk<'a> {
    reads: &'a [Vec<usize>],
    state: Vec<State>,
    done: Vec<usize>,
    cycles: Vec<Vec<usize>>,
}

impl Walk<'_> {
    /// Goes down to what has nothing before it, with a stack of its own: a chain of questions may be long.
    fn visit(&mut self, start: usize) {
        if self.state.get(start) != Some(&State::New) {
            return;
        }
        let mut stack = vec![(start, 0usize)];
        self.set(start, State::Open);
        while let Some((nth, edge)) = stack.pop() {
            match self.reads.get(nth).and_then(|reads| reads.get(edge)) {
                None => {
                    self.set(nth, State::Done);
                    self.done.push(nth);
                }
                Some(next) => {
                    stack.push((nth, edge + 1));
                    match self.state.get(*next) {
                        Some(State::New) => {
                            self.set(*next, State::Open);
                            stack.push((*next, 0));
                        }
                        Some(State::Open) => {
                            let from = stack.iter().position(|(open, _)| open == next).unwrap_or(0);
                            self.cycles
                                .push(stack.iter().skip(from).map(|(open, _)| *open).collect());
                        }
                        _ => {}
                    }
                }
            }
        }
    }

    fn set(&mut self, nth: usize, state: State) {
        if let Some(entry) = self.state.get_mut(nth) {
            *entry = state;
        }
    }
}

fn complain(cycle: &[usize], items: &[&Item], names: &Names, writing: &Writing<'_>, problems: &mut Problems) {
    let paths: Vec<&QuestionPath> = cycle
        .iter()
        .filter_map(|nth| items.get(*nth))
        .map(|item| item.path())
        .collect();
    let Some(first) = paths.first() else { return };
    let is_computed = matches!(cycle.first().and_then(|nth| items.get(*nth)), Some(Item::Question(q)) if q.calculation.is_some());
    let column = if is_computed { "calculation" } else { "relevant" };
    let way: Vec<&str> = paths
        .iter()
        .map(|path| path.name())
        .chain([first.name()])
        .collect();
    let message = format!(
        "what depends on itself can never be worked out: {}",
        way.join(" → ")
    );
    problems.error(
        writing
            .error("cycle", names.row(first), column, message)
            .hint("each arrow is a calculation or a relevance that reads the next; take one of them out"),
    );
}

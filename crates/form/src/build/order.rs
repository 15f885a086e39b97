//! In which order a form's items can be worked out: each after what it reads.

use std::collections::BTreeMap;

use super::names::Names;
use super::own_answer::reads_own_answer;
use super::writing::Writing;
use crate::expression::Expression;
use crate::model::{Form, Item};
use crate::path::QuestionPath;
use crate::read::Problems;

/// Returns all items, each after the group around it and after whatever its calculation and its
/// conditions read. Complains about cycles.
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
            let paths = reads(form, item).into_iter();
            paths.filter_map(|(_, path)| places.get(&path).copied()).collect()
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
        complain(form, cycle, &items, names, writing, problems);
    }
    walk.done
        .iter()
        .filter_map(|nth| items.get(*nth))
        .map(|item| item.path().clone())
        .collect()
}

/// What an item's calculation and conditions read, each with its column, and the group around it.
fn reads(form: &Form, item: &Item) -> Vec<(&'static str, QuestionPath)> {
    let mut reads: Vec<_> = item
        .path()
        .parent()
        .map(|outer| ("", outer))
        .into_iter()
        .collect();
    for (column, expression) in expressions(item) {
        let paths = expression.dependencies(form, Some(item.path()));
        reads.extend(paths.into_iter().map(|path| (column, path)));
        if reads_own_answer(expression.text()) {
            reads.push((column, item.path().clone()));
        }
    }
    reads
}

/// What is worked out with the answers. How many instances a repeat has is not.
fn expressions(item: &Item) -> Vec<(&'static str, &Expression)> {
    let mut expressions = vec![("relevant", item.relevant()), ("read_only", item.read_only())];
    if let Item::Question(question) = item {
        expressions.push(("required", question.required.as_ref()));
        // One that is computed at a trigger only does not follow what it reads.
        if question.triggers.is_empty() {
            expressions.insert(0, ("calculation", question.calculation.as_ref()));
        }
    }
    expressions
        .into_iter()
        .filter_map(|(column, expression)| Some((column, expression?)))
        .collect()
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

fn complain(
    form: &Form,
    cycle: &[usize],
    items: &[&Item],
    names: &Names,
    writing: &Writing<'_>,
    problems: &mut Problems,
) {
    let cycle: Vec<&Item> = cycle.iter().filter_map(|nth| items.get(*nth).copied()).collect();
    let Some(first) = cycle.first() else { return };
    let second = cycle.get(1).unwrap_or(first).path();
    let column = reads(form, first)
        .into_iter()
        .find(|(column, path)| path == second && !column.is_empty())
        .map_or("relevant", |(column, _)| column);
    let way: Vec<&str> = cycle.iter().chain([first]).map(|item| item.name()).collect();
    let message = format!(
        "what depends on itself can never be worked out: {}",
        way.join(" → ")
    );
    problems.error(
        writing
            .error("cycle", names.row(first.path()), column, message)
            .hint("each arrow is a calculation or a condition that reads the next; take one of them out"),
    );
}

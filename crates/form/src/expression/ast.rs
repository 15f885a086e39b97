//! The shape of a parsed expression.

use std::fmt;
use std::sync::Arc;

use super::Reference;
use super::functions::Function;

/// One expression inside another, or the whole.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Term {
    Number(f64),
    Literal(String),
    /// Operands with operators of one strength between them, worked out from the left. A long sum
    /// is one chain, so that only brackets make a term deep.
    Chain(Box<Term>, Vec<(Operator, Term)>),
    Negate(Box<Term>),
    Path(Box<Path>),
    Call(Call),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Operator {
    Or,
    And,
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    More,
    MoreOrEqual,
    Plus,
    Minus,
    Times,
    Div,
    Mod,
    Union,
}

/// A way to nodes: where it starts, and its steps.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Path {
    pub(super) start: Start,
    /// The predicates right after the start: `${members}[age > 5]`.
    pub(super) predicates: Vec<Term>,
    pub(super) steps: Vec<Step>,
}

#[derive(Clone, PartialEq, Debug)]
pub(super) enum Start {
    /// `/`: the whole record.
    Record,
    /// The node that is looked at: the question itself, or in a predicate the candidate.
    Here,
    /// `current()`: the question itself, also in a predicate.
    Current,
    /// `${name}`.
    Reference(Reference),
    /// `instance('list')`: a choice list.
    List(String),
    /// Whatever nodes a term in brackets or a function gives.
    Term(Term),
}

#[derive(Clone, PartialEq, Debug)]
pub(super) struct Step {
    pub(super) axis: Axis,
    pub(super) test: Test,
    pub(super) predicates: Vec<Term>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Axis {
    Child,
    Parent,
    Itself,
    Descendant,
    DescendantOrItself,
    Attribute,
    Ancestor,
    AncestorOrItself,
    FollowingSibling,
    PrecedingSibling,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Test {
    Any,
    Name(Arc<str>),
}

#[derive(Clone)]
pub(super) struct Call {
    pub(super) function: &'static Function,
    pub(super) arguments: Vec<Term>,
}

impl Operator {
    /// How strongly it binds; `|` binds more strongly than a minus before a value.
    pub(super) fn strength(self) -> u8 {
        match self {
            Operator::Or => 0,
            Operator::And => 1,
            Operator::Equal | Operator::Unequal => 2,
            Operator::Less | Operator::LessOrEqual | Operator::More | Operator::MoreOrEqual => 3,
            Operator::Plus | Operator::Minus => 4,
            Operator::Times | Operator::Div | Operator::Mod => 5,
            Operator::Union => 6,
        }
    }
}

impl Term {
    /// Puts an operator and its right side behind a term.
    pub(super) fn chained(self, operator: Operator, right: Term) -> Term {
        match self {
            Term::Chain(first, mut rest)
                if rest
                    .last()
                    .is_some_and(|(last, _)| last.strength() == operator.strength()) =>
            {
                rest.push((operator, right));
                Term::Chain(first, rest)
            }
            left => Term::Chain(Box::new(left), vec![(operator, right)]),
        }
    }

    /// Calls `visit` for this term and every term inside it.
    pub(super) fn visit(&self, visit: &mut dyn FnMut(&Term)) {
        visit(self);
        match self {
            Term::Number(_) | Term::Literal(_) => {}
            Term::Chain(first, rest) => {
                first.visit(visit);
                rest.iter().for_each(|(_, term)| term.visit(visit));
            }
            Term::Negate(term) => term.visit(visit),
            Term::Path(path) => {
                if let Start::Term(term) = &path.start {
                    term.visit(visit);
                }
                let in_steps = path.steps.iter().flat_map(|step| &step.predicates);
                path.predicates
                    .iter()
                    .chain(in_steps)
                    .for_each(|term| term.visit(visit));
            }
            Term::Call(call) => call.arguments.iter().for_each(|term| term.visit(visit)),
        }
    }
}

impl Path {
    /// The names that an absolute path begins with, as far as they are plain, the root's left out;
    /// and how many steps that is. The last step may have predicates.
    pub(super) fn plain_names(&self) -> (Vec<&str>, usize) {
        let mut names = Vec::new();
        for (nth, step) in self.steps.iter().enumerate() {
            match &step.test {
                Test::Name(name) if step.axis == Axis::Child => names.push(&**name),
                // The record has one root, so `/*` names it too.
                Test::Any if step.axis == Axis::Child && nth == 0 => names.push(""),
                _ => break,
            }
            if !step.predicates.is_empty() {
                break;
            }
        }
        let count = names.len();
        (names.into_iter().skip(1).collect(), count)
    }

    /// Whether this is just `.` or `current()`.
    pub(super) fn is_itself(&self) -> bool {
        matches!(self.start, Start::Here | Start::Current)
            && self.steps.iter().all(|step| step.axis == Axis::Itself)
    }
}

impl PartialEq for Call {
    fn eq(&self, other: &Self) -> bool {
        self.function.name == other.function.name && self.arguments == other.arguments
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple(self.function.name).field(&self.arguments).finish()
    }
}

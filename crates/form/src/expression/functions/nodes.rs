//! Several answers at once, and the instances of repeats.

use std::collections::{BTreeMap, HashSet};

use super::{Arguments, Function, at_least, between, boolean, exactly, number, text};
use crate::address::Address;
use crate::expression::error::EvalError;
use crate::expression::evaluate::Evaluator;
use crate::expression::outcome::{Node, Outcome, Place, Spot};
use crate::path::QuestionPath;

pub(super) const TABLE: &[Function] = &[
    exactly("count", 1, |a| number(a.nodes(0)?.len() as f64)),
    exactly("count-non-empty", 1, |a| {
        number(a.nodes(0)?.iter().filter(|node| !node.text.is_empty()).count() as f64)
    }),
    between("position", 0, 1, position),
    exactly("last", 0, |a| number(a.focus.size as f64)),
    between("name", 0, 1, name),
    between("local-name", 0, 1, name),
    // Names are read without what they stand for elsewhere.
    between("namespace-uri", 0, 1, |_| text("")),
    exactly("id", 1, elements_with_id),
    exactly("lang", 1, is_in_language),
    at_least("indexed-repeat", 3, indexed_repeat),
    between("randomize", 1, 2, randomize),
];

/// The how manieth instance of its repeat, or candidate of a predicate, counted from 1.
fn position(arguments: &Arguments<'_>) -> Result<Outcome, EvalError> {
    let place = match (arguments.len(), arguments.focus.position) {
        (0, Some(position)) => return number(position as f64),
        (0, None) => arguments.focus.place.clone(),
        _ => match arguments.nodes(0)?.into_iter().next() {
            Some(node) => node.place,
            None => return number(0.0),
        },
    };
    let nth = match &place {
        Place::At(at, _) if at.is_instance() => nth_instance(arguments.evaluator, at)?,
        Place::Element(tree, node) => arguments.evaluator.nth_of_its_name(*tree, *node)?,
        Place::Choice(Spot::Listed(_, nth)) => *nth,
        _ => 0,
    };
    number((nth + 1) as f64)
}

fn nth_instance(evaluator: &Evaluator<'_>, at: &Address) -> Result<usize, EvalError> {
    let (Some(repeat), Some(id)) = (at.repeat(), at.instance_id()) else {
        return Ok(0);
    };
    let instances = evaluator.context.answers.instances(&repeat);
    evaluator.spend(instances.len() as u64)?;
    Ok(instances.iter().position(|other| *other == id).unwrap_or(0))
}

fn name(arguments: &Arguments<'_>) -> Result<Outcome, EvalError> {
    let place = match arguments.len() {
        0 => Some(arguments.focus.place.clone()),
        _ => arguments.nodes(0)?.into_iter().next().map(|node| node.place),
    };
    text(
        place
            .map(|place| arguments.evaluator.name(&place))
            .unwrap_or_default(),
    )
}

/// The elements of a document that have one of these ids.
fn elements_with_id(arguments: &Arguments<'_>) -> Result<Outcome, EvalError> {
    let ids = arguments.spread(0)?;
    let ids: Vec<String> = ids.iter().map(Outcome::to_text).collect();
    let ids: HashSet<&str> = ids.iter().flat_map(|ids| ids.split_whitespace()).collect();
    arguments
        .evaluator
        .elements_with_attribute("id", &ids)
        .map(Outcome::Nodes)
}

/// Whether the document says that what is looked at is in a language.
fn is_in_language(arguments: &Arguments<'_>) -> Result<Outcome, EvalError> {
    let wanted = arguments.text(0)?.to_lowercase();
    let mut place = Some(arguments.focus.place.clone());
    while let Some(here) = place {
        if let Some(language) = arguments.evaluator.attribute(&here, "lang") {
            let language = language.to_lowercase();
            let rest = language.strip_prefix(&wanted);
            return boolean(rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-')));
        }
        place = arguments.evaluator.parent(&here);
    }
    boolean(false)
}

/// The answer to a question in the nth instance of a repeat, counted from 1.
fn indexed_repeat(arguments: &Arguments<'_>) -> Result<Outcome, EvalError> {
    let evaluator = arguments.evaluator;
    if evaluator.document.is_some() {
        return indexed_elements(arguments);
    }
    let target = |nth: usize| match arguments.terms.get(nth) {
        Some(term) => evaluator.target(term, arguments.focus),
        None => Ok(None),
    };
    let Some(question) = target(0)? else {
        return Ok(Outcome::Nodes(Vec::new()));
    };
    evaluator.check_held(&question)?;
    let repeats = evaluator.repeats_to(&question, false);
    let mut wanted: BTreeMap<QuestionPath, usize> = BTreeMap::new();
    for nth in (1..arguments.len()).step_by(2) {
        match target(nth)?.filter(|repeat| repeats.contains(repeat)) {
            // What is no number, or below 1, means the first.
            Some(repeat) => _ = wanted.insert(repeat, (arguments.number(nth + 1)? as usize).max(1)),
            None => {
                return Err(EvalError::NotAround {
                    repeat: format!("argument {}", nth + 1),
                });
            }
        }
    }
    let seen_from = match arguments.focus.place {
        Place::At(at, _) => at,
        _ => evaluator.context.at,
    };
    let mut around = vec![Address::root()];
    for repeat in &repeats {
        let own = seen_from.near(repeat);
        around = match wanted.get(repeat) {
            Some(nth) => {
                let mut found = Vec::new();
                for at in &around {
                    let instances = evaluator.instances_in(std::slice::from_ref(at), repeat)?;
                    found.extend(instances.into_iter().nth(nth - 1));
                }
                found
            }
            None if own.is_instance()
                && own.parent_instance().is_some_and(|outer| around.contains(&outer)) =>
            {
                vec![own]
            }
            None => evaluator.instances_in(&around, repeat)?,
        };
    }
    let read = |at: Address| evaluator.read(Place::At(at.near(&question), Some(question.clone())));
    around
        .into_iter()
        .map(read)
        .collect::<Result<Vec<Node>, _>>()
        .map(Outcome::Nodes)
}

/// The elements of a path in the nth of the elements that another path leads to.
fn indexed_elements(arguments: &Arguments<'_>) -> Result<Outcome, EvalError> {
    let mut nodes = arguments.nodes(0)?;
    for nth in (1..arguments.len()).step_by(2) {
        let wanted = (arguments.number(nth + 1)? as usize).max(1) - 1;
        let repeats: HashSet<Place> = arguments.nodes(nth)?.into_iter().map(|node| node.place).collect();
        let mut kept = Vec::new();
        for node in nodes {
            let mut around = Some(node.place.clone());
            while let Some(place) = around.take_if(|place| !repeats.contains(place)) {
                arguments.evaluator.spend(1)?;
                around = arguments.evaluator.parent(&place);
            }
            match around {
                Some(Place::Element(tree, repeat)) => {
                    if arguments.evaluator.nth_of_its_name(tree, repeat)? == wanted {
                        kept.push(node);
                    }
                }
                _ => {
                    return Err(EvalError::NotAround {
                        repeat: format!("argument {}", nth + 1),
                    });
                }
            }
        }
        nodes = kept;
    }
    Ok(Outcome::Nodes(nodes))
}

/// The nodes in random order; with a seed in the order in which every ODK client puts them.
fn randomize(arguments: &Arguments<'_>) -> Result<Outcome, EvalError> {
    let nodes = arguments.nodes(0)?;
    let seed = match arguments.len() {
        // What is no number, or infinite, counts as 0.
        2 => Some(arguments.number(1)?)
            .filter(|seed| seed.is_finite())
            .unwrap_or(0.0) as i64,
        _ => (arguments.evaluator.context.env.fraction() * 2_147_483_646.0) as i64,
    };
    Ok(Outcome::Nodes(shuffled(nodes, seed)))
}

/// Puts things into the order that every ODK client puts them in with this seed.
pub(crate) fn shuffled<T>(things: Vec<T>, seed: i64) -> Vec<T> {
    let mut chance = ParkMiller::new(seed);
    let mut shuffled: Vec<T> = Vec::with_capacity(things.len());
    // Fisher and Yates from the inside out.
    for (nth, thing) in things.into_iter().enumerate() {
        let place = (chance.fraction() * (nth + 1) as f64) as usize;
        shuffled.push(thing);
        shuffled.swap(nth, place.min(nth));
    }
    shuffled
}

/// The generator that the ODK specification names, the "minimal standard" one.
struct ParkMiller(i64);

impl ParkMiller {
    const MODULUS: i64 = 2_147_483_647;

    fn new(seed: i64) -> Self {
        let seed = seed % Self::MODULUS;
        ParkMiller(if seed <= 0 { seed + Self::MODULUS - 1 } else { seed })
    }

    fn fraction(&mut self) -> f64 {
        self.0 = self.0 * 16_807 % Self::MODULUS;
        (self.0 - 1) as f64 / (Self::MODULUS - 1) as f64
    }
}

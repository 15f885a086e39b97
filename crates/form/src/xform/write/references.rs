//! `${name}` replaced by the path to the question of that name.

use std::sync::LazyLock;

use regex::Regex;

use super::item::{Id, Part};
use super::survey::Survey;
use super::tokens;
use crate::read::{FormError, did_you_mean};

/// What is known of a text whose references are replaced.
#[derive(Clone, Copy)]
pub(super) struct Place<'p> {
    /// The item the text belongs to; paths to what is in the same repeat are relative to it.
    pub(super) context: Option<Id>,
    /// Whether relative paths start at `current()`.
    pub(super) current: bool,
    /// Whether relative paths are to go through what is around the common repeat.
    pub(super) from_outside: bool,
    /// The property the text is of, for messages.
    pub(super) property: &'p str,
}

impl<'p> Place<'p> {
    /// A text of an item.
    pub(super) fn of(context: Id, property: &'p str) -> Self {
        Place {
            context: Some(context),
            ..Place::nowhere(property)
        }
    }

    /// A text that belongs to no item.
    pub(super) fn nowhere(property: &'p str) -> Self {
        Place {
            context: None,
            current: false,
            from_outside: false,
            property,
        }
    }
}

/// Whether a text has a `${name}`, before anything else that looks like one.
pub(super) fn has_reference(text: &str) -> bool {
    references_in(text).first().is_some_and(Option::is_some)
}

/// Whether a text has a `${last-saved#name}`, and nothing malformed before it.
pub(super) fn has_last_saved(text: &str) -> bool {
    references_in(text)
        .into_iter()
        .map_while(|found| found)
        .any(|last_saved| last_saved)
}

/// The references of a text: `None` for what is malformed, else whether it is to the last saved record.
fn references_in(text: &str) -> Vec<Option<bool>> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once("${") {
        let (inner, next) = after.split_once('}').unwrap_or((after, ""));
        let reference = format!("${{{inner}}}");
        let read = tokens::reference(&reference).filter(|(_, _, length)| *length == reference.len());
        found.push(read.map(|(_, last_saved, _)| last_saved));
        rest = next;
    }
    found
}

/// The parts of a text that decide how references in it are written.
struct Surroundings {
    /// What is in brackets, if the text looks into a secondary instance.
    predicates: Vec<(usize, usize)>,
    /// The calls of `indexed-repeat`; `None` if there is none.
    indexed: Option<Calls>,
}

/// Calls of `indexed-repeat`. The reference converter looks at every second one only.
struct Calls {
    every_second: Vec<Indexed>,
    odd: bool,
}

/// A call of `indexed-repeat`.
struct Indexed {
    start: usize,
    end: usize,
    arguments: Vec<String>,
}

impl Surroundings {
    fn of(text: &str) -> Self {
        static INSTANCE: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"instance\([^)]+.+").ok());
        static BRACKETS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\[[^\]]+\]").ok());
        static INDEXED: LazyLock<Option<Regex>> =
            LazyLock::new(|| Regex::new(r"indexed-repeat\([^)]+\)").ok());

        let looks_up = INSTANCE.as_ref().is_some_and(|pattern| pattern.is_match(text));
        let predicates = match &*BRACKETS {
            Some(pattern) if looks_up => pattern
                .find_iter(text)
                .map(|found| (found.start(), found.end()))
                .collect(),
            _ => Vec::new(),
        };
        let indexed = text.contains("indexed-repeat(").then(|| {
            let calls = INDEXED.iter().flat_map(|pattern| pattern.find_iter(text));
            let mut count = 0;
            let every_second = calls
                .inspect(|_| count += 1)
                .step_by(2)
                .map(|found| Indexed {
                    start: found.start(),
                    end: found.end(),
                    arguments: arguments(found.as_str()),
                })
                .collect();
            Calls {
                every_second,
                odd: count % 2 == 1,
            }
        });
        Surroundings { predicates, indexed }
    }

    fn in_predicate(&self, start: usize, end: usize) -> bool {
        let after = self.predicates.partition_point(|(_, to)| *to < end);
        self.predicates.get(after).is_some_and(|(from, _)| *from <= start)
    }

    /// Whether a reference is one that may be written relative to its place.
    fn may_be_relative(&self, name: &str, start: usize, end: usize) -> bool {
        let Some(indexed) = &self.indexed else { return true };
        let at = indexed.every_second.partition_point(|call| call.end < end);
        let Some(call) = indexed.every_second.get(at) else {
            return indexed.odd;
        };
        if end < call.start || start > call.end {
            return true;
        }
        let named = format!("${{{name}}}");
        let position = call
            .arguments
            .iter()
            .rposition(|argument| argument.contains(&named));
        // The repeats and the answer that is looked up are named from the root.
        position.is_some_and(|position| ![0, 1, 3, 5].contains(&position))
    }
}

/// The arguments of a call, cut at every comma.
fn arguments(call: &str) -> Vec<String> {
    let inner = call.split_once('(').map_or("", |(_, inner)| inner);
    let inner = inner.strip_suffix(')').unwrap_or(inner);
    inner.split(',').map(str::to_owned).collect()
}

impl Survey<'_> {
    /// Replaces every `${name}` of a text by a path.
    pub(super) fn with_paths(&self, text: &str, place: Place<'_>) -> String {
        self.replace(text, place, |path| path)
    }

    /// Replaces every `${name}` of a text by what is made of the path.
    pub(super) fn replace(&self, text: &str, place: Place<'_>, make: impl Fn(String) -> String) -> String {
        if !text.contains("${") {
            return text.to_owned();
        }
        let surroundings = Surroundings::of(text);
        let mut out = String::new();
        let mut at = 0;
        while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
            let Some(next) = rest.find("${") else {
                out.push_str(rest);
                break;
            };
            let (before, found) = rest.split_at(next);
            out.push_str(before);
            let start = at + next;
            match tokens::reference(found) {
                Some((name, last_saved, length)) => {
                    let reference = Reference {
                        name,
                        last_saved,
                        start,
                        end: start + length,
                    };
                    let path = make(self.path_to(&reference, place, &surroundings));
                    if !self.spend(path.len()) {
                        return out;
                    }
                    out.push_str(&path);
                    at = start + length;
                }
                None => {
                    out.push_str("${");
                    at = start + 2;
                }
            }
        }
        out
    }

    /// Finds the item that a name stands for.
    pub(super) fn named(&self, name: &str, place: Place<'_>) -> Option<Id> {
        let (code, message, hint) = match self.by_name.get(name) {
            Some(Some(id)) => return Some(*id),
            Some(None) => (
                "ambiguous_reference",
                format!("`${{{name}}}` could be any of several questions named `{name}`"),
                "give each its own name".to_owned(),
            ),
            None => (
                "unknown_reference",
                format!("`${{{name}}}` names no question"),
                self.suggestion(name),
            ),
        };
        match place.context {
            Some(id) => self.problem(self.item(id), code, place.property, message, &hint),
            None => self.report(FormError::at(code, "choices", 0, place.property, message).hint(hint)),
        }
        None
    }

    fn suggestion(&self, name: &str) -> String {
        if self.is_full() {
            return String::new();
        }
        did_you_mean(name, self.by_name.keys().map(String::as_str), "")
    }

    fn path_to(&self, reference: &Reference<'_>, place: Place<'_>, around: &Surroundings) -> String {
        let Reference {
            name,
            last_saved,
            start,
            end,
        } = *reference;
        let Some(target) = self.named(name, place) else {
            return String::new();
        };
        if last_saved {
            return format!(" instance('__last-saved'){} ", self.item(target).path);
        }
        if let Some(context) = place.context
            && around.may_be_relative(name, start, end)
            && let Some((steps, path)) = self.relative_path(context, target, place.from_outside)
        {
            let current = place.current || around.in_predicate(start, end);
            let current = if current { "current()/" } else { "" };
            let up = vec![".."; steps].join("/");
            return format!(" {current}{up}{path} ");
        }
        format!(" {} ", self.item(target).path)
    }

    /// The steps up from an item, and the path down from there, to another in the same repeat.
    fn relative_path(&self, from: Id, to: Id, from_outside: bool) -> Option<(usize, String)> {
        let (steps, common) = self.common(from, to, |part| part == Part::Repeat)?;
        if from_outside {
            let here = self.repeat_around(from);
            let there = self.repeat_around(to);
            let outermost = self.repeat_around(common).is_none();
            if there == Some(common) && (outermost || here != Some(common)) {
                let outside = self.item(common).parent?;
                return Some((steps + 1, self.path_below(outside, to)));
            }
        }
        let (steps, common) = self.common(from, to, |part| {
            matches!(part, Part::Group | Part::Meta | Part::Repeat)
        })?;
        Some((steps, self.path_below(common, to)))
    }

    /// The innermost item around two others that is of a kind, and the steps up to it from the first.
    fn common(&self, from: Id, to: Id, wanted: impl Fn(Part) -> bool) -> Option<(usize, Id)> {
        let around: Vec<Id> = self.around(to).map(|(id, _)| id).collect();
        let mut found = self.around(from).enumerate();
        found
            .find(|(_, (id, item))| wanted(item.part) && around.contains(id))
            .map(|(step, (id, _))| (step + 1, id))
    }

    fn path_below(&self, above: Id, to: Id) -> String {
        let (above, to) = (&self.item(above).path, &self.item(to).path);
        to.strip_prefix(above.as_str()).unwrap_or(to).to_owned()
    }
}

/// A `${name}` in a text.
struct Reference<'t> {
    name: &'t str,
    last_saved: bool,
    start: usize,
    end: usize,
}
